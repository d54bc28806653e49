//! What the server has seen of its clients: what a script or a test waits for instead of sleeping.

use std::collections::{BTreeMap, BTreeSet};

/// The server's view of its clients. Counters begin with the server and never go back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Logins that went well.
    pub logins: u64,
    /// Logins that were refused.
    pub refused_logins: u64,
    /// Sessions bound anew.
    pub binds: u64,
    /// Sessions resumed (XEP-0198).
    pub resumptions: u64,
    /// Resumptions refused.
    pub refused_resumptions: u64,
    /// Connections that are logged in now.
    pub connections: usize,
    /// The sessions there are now, by full JID.
    pub sessions: BTreeMap<String, SeenSession>,
    /// The subscriptions there are now.
    pub subscriptions: BTreeSet<SeenNode>,
    /// Whose items were asked for, ever.
    pub fetched: BTreeSet<SeenNode>,
    /// Questions for Gmail's threads, in order.
    pub mail_questions: Vec<SeenQuestion>,
    /// How often a session was told of new mail by Gmail's `<new-mail/>`.
    pub mail_told: u64,
    /// How often that was answered with a result.
    pub mail_answered: u64,
}

/// A question for Gmail's threads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenQuestion {
    /// Who asked, a full JID.
    pub jid: String,
    /// Newer than which time.
    pub newer_than_time: Option<String>,
    /// Newer than which thread.
    pub newer_than_tid: Option<String>,
}

/// A session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenSession {
    /// Whether a connection carries it now; else it waits to be resumed.
    pub connected: bool,
    /// The priority of its presence; `None` while it hasn't sent any.
    pub priority: Option<i8>,
    /// The nodes it wants by `+notify` (XEP-0163 §4.3).
    pub interests: BTreeSet<String>,
    /// Stanzas that wait for their acknowledgement.
    pub unacked: usize,
}

/// What somebody did with a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenNode {
    /// Who: the JID that is subscribed, or the bare JID that asked for items.
    pub jid: String,
    /// The service.
    pub service: String,
    /// The node.
    pub node: String,
}

impl Seen {
    /// Whether an account is subscribed to a node by its bare JID.
    pub fn subscribed(&self, jid: &str, service: &str, node: &str) -> bool {
        self.subscriptions.contains(&SeenNode::new(jid, service, node))
    }

    /// Whether an account has asked for a node's items.
    pub fn fetched(&self, jid: &str, service: &str, node: &str) -> bool {
        self.fetched.contains(&SeenNode::new(jid, service, node))
    }

    /// Whether some session of an account wants a PEP node by `+notify`.
    pub fn interested(&self, jid: &str, node: &str) -> bool {
        self.of(jid).any(|session| session.interests.contains(node))
    }

    /// Whether an account has a connected session.
    pub fn online(&self, jid: &str) -> bool {
        self.of(jid).any(|session| session.connected)
    }

    /// Whether something sent to an account's bare JID reaches a session: it has sent presence, and its priority isn't
    /// negative.
    pub fn reached(&self, jid: &str) -> bool {
        self.of(jid)
            .any(|session| session.priority.is_some_and(|priority| priority >= 0))
    }

    /// Stanzas that wait for their acknowledgement, over all sessions.
    pub fn unacked(&self) -> usize {
        self.sessions.values().map(|session| session.unacked).sum()
    }

    fn of(&self, jid: &str) -> impl Iterator<Item = &SeenSession> {
        let own = self.sessions.iter();
        own.filter(move |(full, _)| full.split('/').next() == Some(jid))
            .map(|(_, session)| session)
    }
}

impl SeenNode {
    pub(crate) fn new(jid: &str, service: &str, node: &str) -> Self {
        Self {
            jid: jid.to_owned(),
            service: service.to_owned(),
            node: node.to_owned(),
        }
    }
}
