//! Whom to believe: any stranger can send a message with an event in it.

use std::collections::HashSet;

use jid::{BareJid, Jid};
use minidom::Element;

use crate::account::Subscription;
use crate::event::{Dialect, Event};
use crate::stanza;

/// The services, nodes and notifiers that an account listens to.
#[derive(Debug, Clone)]
pub struct Sources {
    own: Option<Jid>,
    nodes: HashSet<(Jid, String)>,
    notifiers: HashSet<BareJid>,
}

impl Sources {
    /// For an account with this bare JID. `nodes` are those of [`crate::account::Account::nodes`]: its own PEP nodes
    /// count when they are among them, under its own JID. What isn't a JID is believed nothing.
    pub fn new(own: &str, nodes: &[Subscription], notifiers: &[String]) -> Self {
        Self {
            own: Jid::new(own).ok(),
            nodes: nodes
                .iter()
                .filter_map(|n| Some((Jid::new(&n.service).ok()?, n.node.clone())))
                .collect(),
            notifiers: notifiers
                .iter()
                .filter_map(|n| Some(Jid::new(n).ok()?.into_bare()))
                .collect(),
        }
    }

    /// Whether an event that was decoded from this stanza counts.
    ///
    /// The stanza's `from` is compared as it came: the service must be the very one subscribed to, and a resource of it,
    /// or of the account's own JID, is somebody else. Only the own server can leave `from` out (RFC 6120 §8.1.2.1), and
    /// then it speaks for the own bare JID. Sieve's messages are compared by bare JID, because the resource of whoever
    /// delivers mail means nothing. What is forwarded never counts.
    pub fn admits(&self, stanza: &Element, event: &Event) -> bool {
        if stanza.name() != "message" || stanza::is_forwarded(stanza) {
            return false;
        }
        let from = match stanza.attr("from") {
            Some(from) => Jid::new(from).ok(),
            None => self.own.clone(),
        };
        let Some(from) = from else { return false };
        if event.dialect == Dialect::Sieve {
            return stanza.attr("from").is_some() && self.notifiers.contains(&from.into_bare());
        }
        event
            .node
            .as_ref()
            .is_some_and(|node| self.nodes.contains(&(from, node.clone())))
    }

    /// Whether a request comes from the account's own server: in the name of the account or of the domain, or without a
    /// name, which nobody else can do (RFC 6120 §8.1.2.1).
    pub fn is_server(&self, from: Option<&Jid>) -> bool {
        let Some(from) = from else { return true };
        let is_domain = from.node().is_none() && from.resource().is_none();
        self.own
            .as_ref()
            .is_some_and(|own| from == own || (is_domain && from.domain() == own.domain()))
    }
}
