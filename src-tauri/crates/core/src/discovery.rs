//! What is found out about an account from its address alone: the way in, what the server offers, and which nodes there
//! are to listen to. Told by [`crate::view::Reply::TestAccount`] and [`crate::view::Reply::Subscriptions`].

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::said::Said;

/// What a look around found, as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Discovery {
    /// Where to connect, in the order of trial.
    pub endpoints: Vec<Endpoint>,
    /// The one that answered.
    pub connected: Option<Endpoint>,
    /// What TLS negotiated.
    pub tls: Option<TlsFound>,
    /// SASL mechanisms on offer, in the server's order.
    pub mechanisms: Vec<String>,
    /// Channel binding types that the server lists (XEP-0440).
    pub channel_bindings: Vec<String>,
    /// The mechanism that logged in.
    pub mechanism: Option<String>,
    /// Whether the account has personal eventing (XEP-0163); `null` if it wasn't asked.
    pub pep: Option<bool>,
    /// Pubsub services, those that the account names first.
    pub services: Vec<String>,
    /// Nodes on them, and the own mail node where it is there.
    pub nodes: Vec<FoundNode>,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Endpoint {
    /// Host name or address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// TLS from the first byte (XEP-0368), else STARTTLS.
    pub direct: bool,
    /// Its SRV record's priority; `null` where none led here.
    pub priority: Option<u16>,
    /// Its SRV record's weight.
    pub weight: Option<u16>,
}

/// What TLS negotiated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TlsFound {
    /// `1.2` or `1.3`.
    pub version: String,
    /// SHA-256 fingerprint of the certificate, in lower-case hex.
    pub fingerprint: String,
    /// Whether it is trusted because it is pinned.
    pub pinned: bool,
}

/// A node that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundNode {
    /// The service.
    pub service: String,
    /// The node.
    pub node: String,
    /// How the account's subscription stands; that of the bare JID, and for the own node always `subscribed`.
    pub standing: Standing,
    /// Whether the account may read its items now; `null` if it wasn't asked.
    pub readable: Option<bool>,
    /// Who may read it (XEP-0060 §4.5): `open`, `presence`, `roster`, `authorize` or `whitelist`, where it is told.
    pub access: Option<String>,
    /// Which type of message its events are (`pubsub#notification_type`), where it is told.
    pub notification: Option<String>,
    /// What a person should know before mail is published on it.
    pub warning: Option<Said>,
}

/// How a subscription stands (XEP-0060 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Events come.
    Subscribed,
    /// The owner has still to approve.
    Pending,
    /// The node wants options to be chosen first.
    Unconfigured,
    /// There is none.
    None,
}

impl Standing {
    /// From the attribute `subscription`.
    pub fn from_attribute(text: Option<&str>) -> Self {
        match text {
            Some("subscribed") => Self::Subscribed,
            Some("pending") => Self::Pending,
            Some("unconfigured") => Self::Unconfigured,
            _ => Self::None,
        }
    }
}

/// A subscription, as the configuration and the service have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ListedSubscription {
    /// The service.
    pub service: String,
    /// The node.
    pub node: String,
    /// Whether Mailwren is to listen to it.
    pub configured: bool,
    /// How it stands at the service; `null` if that couldn't be found out.
    pub standing: Option<Standing>,
    /// The JID that is subscribed: the account's bare JID, or a full one, which is another client's.
    pub jid: Option<String>,
    /// The subscription's id, where the service gives one.
    pub subid: Option<String>,
    /// Its options (XEP-0060 §6.3) by name without `pubsub#`, where the service tells any that are set.
    pub options: Vec<SubscriptionOption>,
    /// What is wrong, and what to do.
    pub trouble: Option<Said>,
}

/// An option of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct SubscriptionOption {
    /// Its name without `pubsub#`, such as `deliver` or `expire`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Who may read a node with this access model, if that is more than its owner may want.
pub fn access_warning(access: &str) -> Option<Said> {
    match access {
        "open" => Some(Said::word("node-open")),
        "presence" => Some(Said::word("node-presence")),
        _ => None,
    }
}

impl Discovery {
    /// The same for programs: what it says is English, once and for all.
    #[must_use]
    pub fn plain(&self) -> Self {
        let nodes = self.nodes.iter().map(|node| FoundNode {
            warning: node.warning.as_ref().map(Said::plain),
            ..node.clone()
        });
        Self {
            nodes: nodes.collect(),
            ..self.clone()
        }
    }
}

impl ListedSubscription {
    /// The same for programs.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self {
            trouble: self.trouble.as_ref().map(Said::plain),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_known_standing_is_none() {
        assert_eq!(Standing::from_attribute(Some("pending")), Standing::Pending);
        assert_eq!(Standing::from_attribute(Some("Subscribed")), Standing::None);
        assert_eq!(Standing::from_attribute(None), Standing::None);
    }

    #[test]
    fn only_nodes_that_others_read_are_warned_of() {
        assert!(access_warning("open").is_some_and(|w| w.to_string().contains("Anybody")));
        assert!(access_warning("presence").is_some_and(|w| w.to_string().contains("contacts")));
        assert_eq!(access_warning("whitelist"), None);
        assert_eq!(access_warning("authorize"), None);
    }
}
