//! The wire between the engine and its faces (windows, tray, `mailwrenctl`): commands in, replies and notices out.
//!
//! The same types travel in process, through Tauri's `invoke`, and as JSON lines on the control socket; the UI's
//! TypeScript is generated from them (`ui/src/generated/wire.ts`). Notices say only *that* something changed; a face
//! asks for what it lacks.

mod command;
mod reply;
mod status;
mod trouble;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::act::Act;
use crate::event::Event;
use crate::opening::Opens;
use crate::policy::Reason;

pub use self::command::{Audience, Command};
pub use self::reply::{Notice, Reply};
pub use self::status::{AccountStatus, LinkState, NodeState, NodeStatus, Pause, Status, TrayShape};
pub use self::trouble::{ApiCode, ApiError, PASSABLE, Problem, StepName, StepState, TestStep};

/// One stored event, as faces see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Row {
    /// Position in the store; never changes, never reused.
    #[ts(type = "number")]
    pub seq: i64,
    /// Raised each time the row changes; unique over the store.
    #[ts(type = "number")]
    pub rev: i64,
    /// The account's bare JID.
    pub account: String,
    /// When it was stored.
    #[ts(type = "string")]
    pub received_at: Timestamp,
    /// Whether the server sent it late.
    pub delayed: bool,
    /// Whether a person has still to see it.
    pub unread: bool,
    /// When its item was retracted, purged or replaced.
    #[ts(type = "string | null")]
    pub gone_at: Option<Timestamp>,
    /// Whether a newer payload took its item's id: then that one's row stands for the item. A row that only said that a mailbox
    /// changed is replaced once it is known what did; such rows are left out of the feed, but for searches.
    pub replaced: bool,
    /// Until when a person put it off: it comes back as a popup then.
    #[ts(type = "string | null")]
    pub snoozed_until: Option<Timestamp>,
    /// What a person had done with its message in the mailbox, if that took it out of its folder. Such rows are left out of
    /// the feed, but for searches.
    pub acted: Option<Act>,
    /// What became of its popup, and why; unknown for rows of earlier versions.
    pub reason: Option<Reason>,
    /// What opening it opens, if there is a way to it. The engine looks as it sends the row: the store doesn't know.
    #[serde(default)]
    pub opens: Option<Opens>,
    /// The event itself.
    #[serde(flatten)]
    pub event: Event,
}

/// Which rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Filter {
    /// Only this account.
    pub account: Option<String>,
    /// Only this mailbox.
    pub mailbox: Option<String>,
    /// Only unread ones.
    pub unread: bool,
    /// Only rows in which every word begins a word of sender, address, subject, snippet or mailbox.
    pub text: Option<String>,
}
