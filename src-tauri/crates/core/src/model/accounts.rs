//! The accounts: how their connections and nodes stand, and what can be done with their mail.

use jiff::Timestamp;

use super::{Effect, LinkChange, Model, Pulse};
use crate::account::{Account, Subscription};
use crate::adhoc::Offer;
use crate::heartbeat::Publisher;
use crate::payload::gmail;
use crate::said::Said;
#[cfg(doc)]
use crate::view::Problem;
use crate::view::{AccountStatus, LinkState, NodeState, NodeStatus, Notice};

/// [`Problem::code`] of heartbeats that don't come back.
pub const HEARTBEAT: &str = "heartbeat";

impl Model {
    pub(super) fn configure(&mut self, now: Timestamp, accounts: &[Account]) -> Vec<Effect> {
        self.mailboxes.configure(accounts);
        let mut before = std::mem::take(&mut self.accounts);
        self.accounts = accounts
            .iter()
            .map(|account| {
                let old = before
                    .iter()
                    .position(|s| s.jid == account.jid)
                    .map(|i| before.swap_remove(i));
                standing(now, account, old)
            })
            .collect();
        let accounts = &self.accounts;
        self.catching_up.retain(|jid, _| accounts.iter().any(|a| a.jid == *jid));
        self.offers.retain(|jid, _| accounts.iter().any(|a| a.jid == *jid));
        self.tell_acts();
        vec![Effect::Tell(Notice::Accounts), Effect::Tell(Notice::Status)]
    }

    /// Whether something can be done with the messages of a node.
    fn acts(&self, account: &str, node: &NodeStatus) -> bool {
        let offer = self.offers.get(account);
        self.mailboxes.reach(account, &node.service) || offer.is_some_and(|offer| offers(offer, node))
    }

    fn tell_acts(&mut self) {
        let mut accounts = std::mem::take(&mut self.accounts);
        for status in &mut accounts {
            for node in &mut status.nodes {
                node.acts = self.acts(&status.jid, node);
            }
        }
        self.accounts = accounts;
    }

    pub(super) fn link(&mut self, now: Timestamp, account: &str, change: LinkChange) -> Vec<Effect> {
        let begins = matches!(change, LinkChange::Fresh | LinkChange::Resumed);
        let afresh = matches!(change, LinkChange::Fresh);
        let Some(status) = self.account(account) else {
            return Vec::new();
        };
        let (link, trouble, next_try) = match change {
            LinkChange::Connecting => (LinkState::Connecting, status.trouble.take(), None),
            LinkChange::Fresh | LinkChange::Resumed => (LinkState::Connected, None, None),
            LinkChange::Lost { trouble, retry_at } => (LinkState::Offline, trouble, retry_at),
            LinkChange::Untrusted { trouble, retry_at } => (LinkState::Error, Some(trouble), retry_at),
            LinkChange::Parked(problem) => (LinkState::Error, Some(problem), None),
        };
        if status.link != link {
            status.since = Some(now);
        }
        status.link = link;
        status.trouble = trouble;
        status.next_try = next_try;
        // What came meanwhile is told together: fetched in a fresh session, sent again in a resumed one.
        if begins && !self.mailboxes.alone(account) {
            let away = self.catching_up.entry(account.to_owned()).or_default();
            away.fetched.clear();
            away.fetches |= afresh;
        }
        let mut effects = vec![Effect::Tell(Notice::Status)];
        if link != LinkState::Connected {
            // The next fetch may be long in coming.
            effects.extend(self.let_in(account, None));
        }
        if afresh {
            effects.extend(self.look_after_absence(account));
        }
        effects
    }

    pub(super) fn node(&mut self, account: &str, node: NodeStatus) -> Vec<Effect> {
        let acts = self.acts(account, &node);
        let node = NodeStatus { acts, ..node };
        if let Some(status) = self.account(account) {
            match status
                .nodes
                .iter_mut()
                .find(|n| n.service == node.service && n.node == node.node)
            {
                Some(known) if *known == node => return Vec::new(),
                Some(known) => *known = node,
                None => status.nodes.push(node),
            }
        }
        vec![Effect::Tell(Notice::Status)]
    }

    pub(super) fn pulse(&mut self, now: Timestamp, account: &str, pulse: Pulse) -> Vec<Effect> {
        let Some(status) = self.account(account) else {
            return Vec::new();
        };
        match pulse {
            Pulse::Back => {
                proven(now, status);
            }
            // What keeps the connection away is the greater trouble.
            Pulse::Missing(_) if status.link != LinkState::Connected => return Vec::new(),
            Pulse::Missing(problem) => status.trouble = Some(problem),
            Pulse::Publisher(Publisher { contact, offer }) => {
                // Whoever's clock is ahead hasn't seen the future.
                status.publisher_at = status.publisher_at.max(contact.map(|at| at.min(now)));
                match offer {
                    Some(offer) => drop(self.offers.insert(account.to_owned(), offer)),
                    None => drop(self.offers.remove(account)),
                }
                self.tell_acts();
            }
        }
        vec![Effect::Tell(Notice::Status)]
    }

    pub(super) fn close_node(&mut self, account: &str, service: &str, node: &str) -> Vec<Effect> {
        let Some(status) = self.account(account) else {
            return Vec::new();
        };
        for known in status
            .nodes
            .iter_mut()
            .filter(|n| n.service == service && n.node == node)
        {
            known.state = NodeState::Closed;
            known.trouble = Some(Said::word("node-ended"));
        }
        vec![Effect::Tell(Notice::Status)]
    }
}

/// Push works; whether that ends a trouble.
pub(super) fn proven(now: Timestamp, status: &mut AccountStatus) -> bool {
    status.proven_at = Some(now);
    status.trouble.take_if(|trouble| trouble.code == HEARTBEAT).is_some()
}

/// An account's status after it was configured, keeping what is known of it.
fn standing(now: Timestamp, account: &Account, old: Option<AccountStatus>) -> AccountStatus {
    let mut status = old.unwrap_or_else(|| AccountStatus {
        jid: account.jid.clone(),
        label: String::new(),
        xmpp: account.xmpp,
        link: LinkState::Connecting,
        since: Some(now),
        trouble: None,
        next_try: None,
        proven_at: None,
        publisher_at: None,
        unread: 0,
        nodes: Vec::new(),
        strangers: 0,
    });
    account.label().clone_into(&mut status.label);
    status.xmpp = account.xmpp;
    status.link = match (account.enabled, status.link) {
        (false, _) => LinkState::Disabled,
        (true, LinkState::Disabled) => LinkState::Connecting,
        (true, link) => link,
    };
    let mut wanted = account.nodes();
    if let Some(server) = &account.imap {
        wanted.extend(account.folders().into_iter().map(|folder| Subscription {
            service: server.host.clone(),
            node: folder,
        }));
    }
    // Where its server speaks Gmail's notifications it listens to those without being told.
    let gmail = |n: &NodeStatus| n.service == account.jid && n.node == gmail::NS;
    status
        .nodes
        .retain(|n| gmail(n) || wanted.iter().any(|w| w.service == n.service && w.node == n.node));
    for node in wanted {
        if !status
            .nodes
            .iter()
            .any(|n| n.service == node.service && n.node == node.node)
        {
            status.nodes.push(NodeStatus {
                service: node.service,
                node: node.node,
                state: NodeState::Unknown,
                trouble: None,
                acts: false,
            });
        }
    }
    status
}

fn offers(offer: &Offer, node: &NodeStatus) -> bool {
    let same = |at: &Subscription| at.service == node.service && at.node == node.node;
    offer.nodes.iter().any(same)
}
