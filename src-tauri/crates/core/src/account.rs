//! An account as configured: who logs in where, and which nodes it listens to. No secrets.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::opening::OpenWith;
use crate::payload::mobileme;

/// The one folder that every mailbox has; its name is the same in any case (RFC 3501 §5.1).
pub const INBOX: &str = "INBOX";

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

/// How the connection to a mail server is secured. There is no unencrypted way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ImapTls {
    /// From the first byte (RFC 8314).
    #[default]
    Implicit,
    /// After STARTTLS (RFC 3501 §6.2.1).
    Starttls,
}

impl ImapTls {
    /// The usual port.
    pub const fn port(self) -> u16 {
        match self {
            Self::Implicit => 993,
            Self::Starttls => 143,
        }
    }
}

/// How an account's mailbox is reached by IMAP. What is as usual isn't written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    /// The mail server.
    pub host: String,
    /// Its port; the usual one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub port: Option<u16>,
    /// How the connection is secured; from the first byte when absent.
    #[serde(default, skip_serializing_if = "usual")]
    #[ts(optional, as = "Option<ImapTls>")]
    pub tls: ImapTls,
    /// Who logs in; the account's address when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub user: Option<String>,
    /// Where the password comes from; the OS keyring when absent.
    #[serde(default, skip_serializing_if = "usual")]
    #[ts(optional, as = "Option<PasswordSource>")]
    pub password: PasswordSource,
    /// In place of a password, for OAuth 2: a command that prints a fresh access token. Program and arguments, never a
    /// shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub token: Option<Vec<String>>,
    /// The folders that are looked into, hierarchy by `/`; `INBOX` when absent. The first is heard of soonest.
    #[serde(default = "inbox", skip_serializing_if = "is_inbox")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub folders: Vec<String>,
    /// PEM file of further certificate authorities to trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ca_file: Option<String>,
    /// SHA-256 fingerprints (hex) of certificates to accept instead of asking the authorities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub pins: Vec<String>,
}

impl MailServer {
    /// One of which nothing but its name is known.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: None,
            tls: ImapTls::Implicit,
            user: None,
            password: PasswordSource::Keyring,
            token: None,
            folders: inbox(),
            ca_file: None,
            pins: Vec::new(),
        }
    }

    /// Whether its password lies in the keyring.
    pub fn by_keyring(&self) -> bool {
        self.token.is_none() && self.password == PasswordSource::Keyring
    }
}

fn inbox() -> Vec<String> {
    vec![INBOX.to_owned()]
}

fn is_inbox(folders: &[String]) -> bool {
    folders == [INBOX]
}

fn usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
    /// Whether it logs in to an XMPP server. Without, what is known of its mail comes from `imap` alone.
    #[serde(default = "yes")]
    pub xmpp: bool,
    /// Its mailbox, where it is reached by IMAP: then what only says that it changed becomes who wrote, and about what.
    #[serde(default)]
    pub imap: Option<MailServer>,
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
            xmpp: true,
            imap: None,
            open: None,
        }
    }

    /// Whether it names no command and no password file but those that another names in the same place.
    pub fn starts_no_more_than(&self, known: Option<&Self>) -> bool {
        const KEYRING: &PasswordSource = &PasswordSource::Keyring;
        let (imap, known_imap) = (self.imap.as_ref(), known.and_then(|known| known.imap.as_ref()));
        let token = |server: Option<&'_ MailServer>| server.and_then(|server| server.token.clone());
        let open = |account: &Self| account.open.clone().filter(|way| matches!(way, OpenWith::Command(_)));
        let passwords = [
            (&self.password, known.map(|known| &known.password)),
            (
                imap.map_or(KEYRING, |server| &server.password),
                known_imap.map(|server| &server.password),
            ),
        ];
        passwords
            .iter()
            .all(|(wanted, known)| *wanted == KEYRING || Some(*wanted) == *known)
            && (token(imap).is_none() || token(imap) == token(known_imap))
            && (open(self).is_none() || open(self) == known.and_then(open))
    }

    /// What people call it.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.jid)
    }

    /// Every node it listens to, its own PEP node included.
    pub fn nodes(&self) -> Vec<Subscription> {
        if !self.xmpp {
            return Vec::new();
        }
        let own = self.pep.then(|| Subscription {
            service: self.jid.clone(),
            node: crate::MAIL_NODE.to_owned(),
        });
        own.into_iter().chain(self.subscriptions.iter().cloned()).collect()
    }

    /// The folders of its mailbox that are looked into: those of the configuration, and those that nodes tell of.
    pub fn folders(&self) -> Vec<String> {
        let Some(server) = &self.imap else {
            return Vec::new();
        };
        let told_of = self.nodes();
        let told_of = told_of.iter().filter_map(|at| mobileme::mailbox_of(&at.node));
        let told_of = told_of.filter(|(user, _)| self.is_own(user));
        let mut folders: Vec<String> = Vec::new();
        for folder in server
            .folders
            .iter()
            .map(String::as_str)
            .chain(told_of.map(|(_, mailbox)| mailbox))
        {
            if !folders.iter().any(|known| same_folder(known, folder)) {
                folders.push(folder.to_owned());
            }
        }
        folders
    }
}

impl Account {
    /// Whether a mailbox's user, as a node names them, is whose account this is.
    pub fn is_own(&self, user: &str) -> bool {
        let local = |address: &str| address.split('@').next().unwrap_or_default().to_lowercase();
        let mail_user = self.imap.as_ref().and_then(|server| server.user.as_deref());
        let user = local(user);
        [Some(self.jid.as_str()), mail_user]
            .into_iter()
            .flatten()
            .any(|own| local(own) == user)
    }
}

/// Whether two names are of the same folder.
pub fn same_folder(one: &str, other: &str) -> bool {
    one == other || one.eq_ignore_ascii_case(INBOX) && other.eq_ignore_ascii_case(INBOX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_starts_no_more_than_another_where_commands_and_files_are_kept_or_dropped() {
        let command = || vec!["pass".to_owned(), "show".to_owned()];
        let plain = Account::new("sam@example.org");
        let with = |change: fn(&mut Account, Vec<String>)| {
            let mut account = Account::new("sam@example.org");
            account.imap = Some(MailServer::new("imap.example.org"));
            change(&mut account, command());
            account
        };
        for stored in [
            with(|account, words| account.password = PasswordSource::Command(words)),
            with(|account, _| account.password = PasswordSource::File("secret".to_owned())),
            with(|account, words| account.open = Some(OpenWith::Command(words))),
            with(|account, words| {
                let server = MailServer {
                    password: PasswordSource::Command(words),
                    ..MailServer::new("imap.example.org")
                };
                account.imap = Some(server);
            }),
            with(|account, words| {
                let server = MailServer {
                    token: Some(words),
                    ..MailServer::new("imap.example.org")
                };
                account.imap = Some(server);
            }),
        ] {
            assert!(stored.starts_no_more_than(Some(&stored)), "{stored:?} is kept");
            assert!(plain.starts_no_more_than(Some(&stored)), "{stored:?} is dropped");
            assert!(!stored.starts_no_more_than(Some(&plain)), "{stored:?} is set");
            assert!(!stored.starts_no_more_than(None), "{stored:?} is new");
        }
        let other = with(|account, _| account.open = Some(OpenWith::Command(vec!["sh".to_owned()])));
        let known = with(|account, words| account.open = Some(OpenWith::Command(words)));
        assert!(!other.starts_no_more_than(Some(&known)), "another command");
        let webmail = with(|account, _| account.open = Some(OpenWith::Webmail("https://example.org".to_owned())));
        assert!(webmail.starts_no_more_than(None), "nothing is started");
    }

    #[test]
    fn folders_are_those_configured_and_those_that_nodes_tell_of() {
        let node = |mailbox: &str| Subscription {
            service: "pubsub.example.org".to_owned(),
            node: format!("/protected/com/apple/mobileme/{mailbox}"),
        };
        let mut account = Account {
            subscriptions: vec![
                node("sam/mail/Inbox"),
                node("sam/mail/Work/Rust"),
                node("zoe/mail/Hers"),
            ],
            ..Account::new("sam@example.org")
        };
        assert!(account.folders().is_empty());
        account.imap = Some(MailServer::new("imap.example.org"));
        assert_eq!(account.folders(), ["INBOX", "Work/Rust"]);
        account.xmpp = false;
        assert_eq!(account.folders(), ["INBOX"]);
        assert!(account.nodes().is_empty());
    }
}
