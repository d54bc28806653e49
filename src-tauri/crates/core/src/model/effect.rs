//! What the model wants done.

use jiff::Timestamp;

#[cfg(doc)]
use super::{Input, says_changed};
use crate::arrival::{Arrival, ItemKey};
use crate::marks::Mark;
use crate::mirror::Position;
use crate::policy::Reason;
use crate::popup::Popup;
use crate::view::{Command, Notice, Pause, Row};

/// A command that a rule wants to be run for a new mail.
#[derive(Debug, Clone, PartialEq)]
pub struct HookCall {
    /// The rule's name, else its place.
    pub rule: String,
    /// Program and arguments.
    pub command: Vec<String>,
    /// The mail.
    pub row: Row,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Store these; answer with [`Input::Stored`].
    Append(Vec<Arrival>),
    /// An item was retracted: its rows are gone, and read if their dialect [mirrors what is
    /// unread](crate::event::Dialect::mirrors_unread); answer with [`Input::Changed`].
    Retract(ItemKey),
    /// A node was purged, with the same consequence for all its rows; answer with [`Input::Changed`].
    Purge {
        /// The account.
        account: String,
        /// The service.
        service: String,
        /// The node.
        node: String,
    },
    /// A node holds just these items: unread rows of others are gone, where their dialect mirrors what is unread;
    /// answer with [`Input::Changed`].
    Reconcile {
        /// The account.
        account: String,
        /// The service.
        service: String,
        /// The node.
        node: String,
        /// The ids of the items that are there.
        present: Vec<String>,
        /// For which time that holds: rows that speak for a later one aren't concerned.
        as_of: Timestamp,
    },
    /// A node was seen in whole for the first time: remember that.
    Baseline {
        /// The account.
        account: String,
        /// The service.
        service: String,
        /// The node.
        node: String,
    },
    /// Look into an account's mailbox, as soon as that can be; answer with [`Input::Folder`]s and [`Input::Looked`].
    Look(String),
    /// Keep how far a folder of a mailbox is known, or forget it.
    KeepPosition {
        /// The account.
        account: String,
        /// The mail server.
        service: String,
        /// Who logs in there.
        user: String,
        /// The folder.
        folder: String,
        /// How far.
        position: Option<Box<Position>>,
    },
    /// A mailbox was looked into: unread rows that [say no more than that it changed](says_changed) give way to what was found;
    /// answer with [`Input::Changed`].
    GiveWay {
        /// The account.
        account: String,
        /// The folders that were looked into.
        folders: Vec<String>,
        /// Only rows that were stored before this.
        before: Timestamp,
    },
    /// Mark rows read; answer with [`Input::Changed`].
    MarkRead(Vec<i64>),
    /// A person closed the popup of these rows: that is told to their other devices.
    Dismiss(Vec<i64>),
    /// Do what a person did on other devices; answer with [`Input::TakenOver`].
    TakeOver {
        /// The account.
        account: String,
        /// What was done.
        marks: Vec<Mark>,
    },
    /// Rows that were put off are due: a popup is owed for those still unread; answer with [`Input::Woken`].
    Wake(Vec<i64>),
    /// Keep with rows what became of their popups; answer with [`Input::Changed`].
    Explain(Vec<(i64, Reason)>),
    /// Run a rule's hook; whatever comes of it.
    Hook(Box<HookCall>),
    /// Carry a command out as if a face had asked, after all else.
    Ask(Box<Command>),
    /// Show a popup, or replace the one of the same id; then settle what it owed.
    Show(Popup),
    /// No popup is owed for these rows any longer.
    Settle(Vec<i64>),
    /// Take a popup away.
    Withdraw(u64),
    /// Remember the pause, or that there is none.
    KeepPause(Option<Pause>),
    /// Tell the faces.
    Tell(Notice),
}
