//! `[[component]]`: a component of an XMPP server (XEP-0114), which publishes for many.
//!
//! ```toml
//! [[component]]
//! domain = "mail.example.org"
//! address = "127.0.0.1:5347"      # where the server takes components; this is the default
//! secret = { file = "/etc/mailwren/component-secret" }   # or { command = ["pass", "component"] }
//! cleartext = false               # true: the address is beyond this machine, on a network that is yours alone
//! ```

use std::net::{Ipv4Addr, SocketAddr};

use jid::BareJid;
use mailwren_core::account::PasswordSource;
use mailwren_core::said::Said;
use serde::Deserialize;

use super::bare_jid;

/// The port that servers take components at, by custom.
const PORT: u16 = 5347;

/// A component as configured. No secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its domain, which is the address that it publishes as.
    pub domain: BareJid,
    /// Where the server takes it.
    pub address: SocketAddr,
    /// Where the secret comes from that it shares with the server.
    pub secret: PasswordSource,
}

/// As written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    domain: String,
    address: Option<SocketAddr>,
    secret: PasswordSource,
    #[serde(default)]
    cleartext: bool,
}

/// What is wrong with a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum ComponentFlaw {
    /// The domain isn't one.
    Domain(String),
    /// Two components with one domain.
    Twice(String),
    /// Everybody in between could read and write.
    Open(SocketAddr),
    /// A component has no keyring.
    Secret,
}

impl ComponentFlaw {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Domain(text) => Said::word("component-domain").with("text", text),
            Self::Twice(domain) => Said::word("component-twice").with("domain", domain),
            Self::Open(address) => Said::word("component-open").with("address", address.to_string()),
            Self::Secret => Said::word("component-secret"),
        }
    }
}

impl Written {
    pub(super) fn checked(self, above: &[Component]) -> Result<Component, ComponentFlaw> {
        let domain = bare_jid(&self.domain).filter(|jid| jid.node().is_none());
        let domain = domain.ok_or(ComponentFlaw::Domain(self.domain))?;
        if above.iter().any(|other| other.domain == domain) {
            return Err(ComponentFlaw::Twice(domain.to_string()));
        }
        let address = self.address.unwrap_or((Ipv4Addr::LOCALHOST, PORT).into());
        if !address.ip().is_loopback() && !self.cleartext {
            return Err(ComponentFlaw::Open(address));
        }
        match &self.secret {
            PasswordSource::Keyring => Err(ComponentFlaw::Secret),
            PasswordSource::Command(command) if command.first().is_none_or(String::is_empty) => {
                Err(ComponentFlaw::Secret)
            }
            _ => Ok(Component {
                domain,
                address,
                secret: self.secret,
            }),
        }
    }
}
