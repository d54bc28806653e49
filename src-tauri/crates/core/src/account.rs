//! An account as configured: who logs in where, and which nodes it listens to. No secrets.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::opening::OpenWith;

/// How the connection is secured. There is no unencrypted way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// By SRV: direct TLS and STARTTLS as its priorities say; with an explicit port, 5223 means direct.
    #[default]
    Auto,
    /// TLS from the first byte (XEP-0368).
    Direct,
    /// TLS after `<starttls/>` (RFC 6120 §5).
    Starttls,
}

/// Where the password comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PasswordSource {
    /// The OS keyring.
    #[default]
    Keyring,
    /// First line of what a command prints; program and arguments, never a shell.
    Command(Vec<String>),
    /// First line of a file that only its owner can read.
    File(String),
}

/// A pubsub node to listen to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct Subscription {
    /// The pubsub service: a host or a bare JID.
    pub service: String,
    /// The node's name.
    pub node: String,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Bare JID; also the account's identity in the store.
    pub jid: String,
    /// A short name for people; the JID when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it connects.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Host to connect to instead of asking SRV.
    #[serde(default)]
    pub host: Option<String>,
    /// Port to connect to; only with `host`.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is secured.
    #[serde(default)]
    pub security: Security,
    /// PEM file of further certificate authorities to trust for this account.
    #[serde(default)]
    pub ca_file: Option<String>,
    /// SHA-256 fingerprints (hex) of certificates to accept instead of asking the authorities.
    #[serde(default)]
    pub pins: Vec<String>,
    /// Whether to listen to the own PEP node `urn:mailwren:mail:0`.
    #[serde(default = "yes")]
    pub pep: bool,
    /// Nodes on pubsub services.
    #[serde(default)]
    pub subscriptions: Vec<Subscription>,
    /// JIDs whose Sieve notify messages (RFC 5437) count as mail.
    #[serde(default)]
    pub notifiers: Vec<String>,
    /// Where the password comes from.
    #[serde(default)]
    pub password: PasswordSource,
    /// How its mails are opened; by their own link or by what is installed when absent.
    #[serde(default)]
    pub open: Option<OpenWith>,
}

const fn yes() -> bool {
    true
}

impl Account {
    /// An account with nothing but its JID.
    pub fn new(jid: impl Into<String>) -> Self {
        Self {
            jid: jid.into(),
            name: None,
            enabled: true,
            host: None,
            port: None,
            security: Security::Auto,
            ca_file: None,
            pins: Vec::new(),
            pep: true,
            subscriptions: Vec::new(),
            notifiers: Vec::new(),
            password: PasswordSource::Keyring,
            open: None,
        }
    }

    /// What people call it.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.jid)
    }

    /// Every node it listens to, its own PEP node included.
    pub fn nodes(&self) -> Vec<Subscription> {
        let own = self.pep.then(|| Subscription {
            service: self.jid.clone(),
            node: crate::MAIL_NODE.to_owned(),
        });
        own.into_iter().chain(self.subscriptions.iter().cloned()).collect()
    }
}
