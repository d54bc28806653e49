//! How accounts and nodes stand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[cfg(doc)]
use super::Command;
use super::Problem;
use crate::policy::Hush;
use crate::said::Said;

/// How everything stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Status {
    /// Each account, in configured order.
    pub accounts: Vec<AccountStatus>,
    /// Unread rows in all accounts.
    pub unread: u32,
    /// The pause that is on.
    pub pause: Option<Pause>,
    /// Why popups are withheld at present: the pause, quiet hours, or the desktop's do-not-disturb.
    pub hush: Option<Hush>,
    /// What is missing or broken beside the accounts, each told once.
    pub problems: Vec<Problem>,
    /// The store's revision.
    #[ts(type = "number")]
    pub rev: i64,
    /// Mailwren's version.
    pub version: String,
}

impl Status {
    /// The same for programs.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self {
            accounts: self.accounts.iter().map(AccountStatus::plain).collect(),
            problems: self.problems.iter().map(Problem::plain).collect(),
            ..self.clone()
        }
    }

    /// The tray icon's shape: the worst account decides; a pause, and whatever else withholds popups, covers all but an
    /// error.
    pub fn tray_shape(&self) -> TrayShape {
        let worst = self
            .accounts
            .iter()
            .map(|a| a.link)
            .filter(|l| *l != LinkState::Disabled)
            .max();
        match (worst, self.pause.is_some() || self.hush.is_some()) {
            (Some(LinkState::Error), _) => TrayShape::Error,
            (_, true) => TrayShape::Paused,
            (Some(LinkState::Offline), false) => TrayShape::Offline,
            (Some(LinkState::Connecting), false) => TrayShape::Connecting,
            _ => TrayShape::Connected,
        }
    }
}

/// A pause of notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pause {
    /// Until when; `null` until resumed.
    #[ts(type = "string | null")]
    pub until: Option<Timestamp>,
}

/// One account's connection in five states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// Logged in and listening.
    Connected,
    /// On the way.
    Connecting,
    /// Not reachable; a next try is planned.
    Offline,
    /// Needs a person: wrong password, bad certificate, no keyring.
    Error,
    /// Switched off in the configuration.
    Disabled,
}

impl LinkState {
    /// For people.
    pub const fn said(self) -> Said {
        match self {
            Self::Connected => Said::word("link-connected"),
            Self::Connecting => Said::word("link-connecting"),
            Self::Offline => Said::word("link-offline"),
            Self::Error => Said::word("link-error"),
            Self::Disabled => Said::word("link-disabled"),
        }
    }
}

/// How one account stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountStatus {
    /// Its bare JID.
    pub jid: String,
    /// What people call it.
    pub label: String,
    /// Whether it has XMPP; else its mailbox alone is watched.
    pub xmpp: bool,
    /// Its connection.
    pub link: LinkState,
    /// Since when.
    #[ts(type = "string | null")]
    pub since: Option<Timestamp>,
    /// What is wrong, and what to do.
    pub trouble: Option<Problem>,
    /// When the next try comes.
    #[ts(type = "string | null")]
    pub next_try: Option<Timestamp>,
    /// When push was last proven alive: a heartbeat of our own came back through the server, or an event came. Of a mailbox
    /// alone: when its server last answered.
    #[ts(type = "string | null")]
    pub proven_at: Option<Timestamp>,
    /// When whoever publishes the account's mail last reached the mail server, as its own heartbeats tell.
    #[ts(type = "string | null")]
    pub publisher_at: Option<Timestamp>,
    /// Unread rows.
    pub unread: u32,
    /// Its nodes.
    pub nodes: Vec<NodeStatus>,
    /// Events dropped because nobody entitled sent them.
    pub strangers: u32,
}

impl AccountStatus {
    /// The same for programs.
    #[must_use]
    pub fn plain(&self) -> Self {
        let nodes = self.nodes.iter().map(|node| NodeStatus {
            trouble: node.trouble.as_ref().map(Said::plain),
            ..node.clone()
        });
        Self {
            trouble: self.trouble.as_ref().map(Problem::plain),
            nodes: nodes.collect(),
            ..self.clone()
        }
    }
}

/// How one node stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NodeStatus {
    /// The service.
    pub service: String,
    /// The node.
    pub node: String,
    /// Whether events arrive from it.
    pub state: NodeState,
    /// Why not.
    pub trouble: Option<Said>,
    /// Whether the mailbox behind it is reached, by a bridge that says so or by IMAP, so that [`Command::Act`] can be tried.
    pub acts: bool,
}

/// Whether events arrive from a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// Not asked yet.
    Unknown,
    /// Subscribed.
    Subscribed,
    /// The owner has still to approve.
    Pending,
    /// Refused, or the node isn't there.
    Refused,
    /// The node was deleted, or the subscription ended.
    Closed,
}

/// The tray icon's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum TrayShape {
    /// Every enabled account is connected.
    Connected,
    /// At least one is on the way, none needs a person.
    Connecting,
    /// At least one can't be reached.
    Offline,
    /// A person is needed.
    Error,
    /// Notifications are paused.
    Paused,
}
