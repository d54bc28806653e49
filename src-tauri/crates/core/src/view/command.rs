//! What is asked of the engine.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Filter;
#[cfg(doc)]
use super::{NodeStatus, Notice, PASSABLE, Problem};
use crate::account::Account;
use crate::act::Act;
use crate::quiet::Later;
use crate::rules::Rule;
use crate::settings::{GeneralSettings, NotificationSettings};

/// What a face may ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Rows, newest first, older than `before`.
    Feed {
        /// Which rows.
        #[serde(default)]
        filter: Filter,
        /// Only rows with a lower `seq`.
        #[serde(default)]
        #[ts(type = "number | null")]
        before: Option<i64>,
        /// At most so many; 500 is the most.
        limit: u32,
    },
    /// Rows changed after a revision, oldest change first, at most 500.
    Changes {
        /// The last revision known.
        #[ts(type = "number")]
        since: i64,
    },
    /// One row.
    Row {
        /// Which.
        #[ts(type = "number")]
        seq: i64,
    },
    /// How everything stands.
    Status,
    /// Arrivals per hour of the last day.
    Arrivals,
    /// The mailboxes of all rows.
    Mailboxes {
        /// Only of this account's.
        account: Option<String>,
    },
    /// Mark rows read or unread.
    Mark {
        /// Which rows.
        #[ts(type = "number[]")]
        seqs: Vec<i64>,
        /// Read, or unread again.
        read: bool,
    },
    /// Mark every row of a filter read.
    MarkAllRead {
        /// Which rows.
        #[serde(default)]
        filter: Filter,
    },
    /// Have something done with the messages of rows in their mailbox, by the bridge that reaches it or by IMAP: see
    /// [`NodeStatus::acts`]. The rows change at once; those of which it turns out that it couldn't be done change back.
    Act {
        /// Which rows.
        #[ts(type = "number[]")]
        seqs: Vec<i64>,
        /// What.
        act: Act,
    },
    /// Take [`Command::Act`] back, within ten minutes; with all that was done together with it.
    UndoAct {
        /// Which rows.
        #[ts(type = "number[]")]
        seqs: Vec<i64>,
    },
    /// Keep quiet until an instant, or until resumed.
    Pause {
        /// Until when; `null` until resumed.
        #[ts(type = "string | null")]
        until: Option<Timestamp>,
    },
    /// End a pause.
    Resume,
    /// Put rows off: their popups go, and come back when the time is over, also after a restart. `null` takes it back.
    Snooze {
        /// Which rows.
        #[ts(type = "number[]")]
        seqs: Vec<i64>,
        /// Until when.
        later: Option<Later>,
    },
    /// Show no more popups of a row's sender: adds a rule.
    Mute {
        /// The row.
        #[ts(type = "number")]
        seq: i64,
        /// Until when; `null` for good.
        #[ts(type = "string | null")]
        until: Option<Timestamp>,
    },
    /// Take [`Command::Mute`] back: removes the rules that do nothing but mute that sender.
    Unmute {
        /// The row.
        #[ts(type = "number")]
        seq: i64,
    },
    /// A person has read that a part of the desktop is missing ([`PASSABLE`]), and doesn't want to be told again until it was there
    /// in between.
    DismissProblem {
        /// [`Problem::code`].
        code: String,
    },
    /// Language, looks, and how long events are kept.
    GeneralSettings,
    /// Change language, looks, or how long events are kept.
    SaveGeneralSettings {
        /// All of the settings.
        settings: GeneralSettings,
    },
    /// The whole configuration but for what could hold a secret.
    ExportSettings,
    /// Put what was exported, or another configuration, in the place of the present one, which is kept beside it.
    ImportSettings {
        /// What errors call it: a file's name.
        name: String,
        /// The configuration.
        text: String,
    },
    /// Put a configuration back that [`Command::ImportSettings`] kept.
    RestoreSettings {
        /// The name of its file.
        backup: String,
    },
    /// Look after what the engine needs of this machine.
    Examine,
    /// The end of the log, without what tells whose it is: see [`redact`](crate::redact).
    Log,
    /// How notifications are made.
    NotificationSettings,
    /// Show a popup as one of a new mail would be now.
    SendSample,
    /// Change how notifications are made.
    SaveNotificationSettings {
        /// All of the settings.
        settings: NotificationSettings,
    },
    /// The rules, in order.
    Rules,
    /// Try a rule on the newest rows without saving it; says what is wrong with it, too.
    TryRule {
        /// The rule.
        rule: Rule,
    },
    /// Add a rule, or replace one.
    SaveRule {
        /// The place of the one to replace; at the end when absent.
        at: Option<u32>,
        /// The rule.
        rule: Rule,
        /// The edition that places are of; the rules must not have changed since.
        edition: String,
    },
    /// Remove a rule.
    RemoveRule {
        /// Its place.
        at: u32,
        /// The edition that the place is of.
        edition: String,
    },
    /// Move a rule to another place, between the others.
    MoveRule {
        /// Its place.
        from: u32,
        /// Its place afterwards.
        to: u32,
        /// The edition that the places are of.
        edition: String,
    },
    /// The accounts as configured, without secrets.
    Accounts,
    /// Try an account out, step by step; each step is told by [`Notice::Test`].
    TestAccount {
        /// The account to try; need not be configured.
        account: Account,
        /// Its password; the stored one when absent.
        password: Option<String>,
        /// Its mailbox's password; the stored one when absent.
        #[serde(default)]
        mailbox_password: Option<String>,
        /// A number of the face's choice that comes back in the notices.
        run: u32,
    },
    /// The subscriptions of an account: those configured, and those that its services know of.
    Subscriptions {
        /// Its JID.
        jid: String,
    },
    /// Subscribe an account's bare JID to a node, at the service and in the configuration. One that is there is left as
    /// it is.
    Subscribe {
        /// The account's JID.
        jid: String,
        /// The service.
        service: String,
        /// The node.
        node: String,
    },
    /// End a subscription of an account's bare JID, in the configuration and at the service.
    Unsubscribe {
        /// The account's JID.
        jid: String,
        /// The service.
        service: String,
        /// The node.
        node: String,
    },
    /// Configure a new account, or replace the one with the same JID.
    SaveAccount {
        /// The account.
        account: Account,
        /// A new password for the keyring; the stored one stays when absent.
        password: Option<String>,
        /// The same for its mailbox, where that is reached by IMAP.
        #[serde(default)]
        mailbox_password: Option<String>,
    },
    /// Remove an account and its password.
    RemoveAccount {
        /// Its JID.
        jid: String,
        /// Remove its stored events as well.
        forget: bool,
    },
    /// Move an account to another place among the others: the order is that of filters, menus and the status.
    MoveAccount {
        /// Its JID.
        jid: String,
        /// The JID of the one that it is to stand before; behind all others when absent.
        before: Option<String>,
    },
    /// Connect now instead of waiting for the next try; unparks an account.
    Retry {
        /// Its JID.
        jid: String,
    },
    /// Open the feed window of the desktop face that runs. Only over the control socket.
    ShowFeed,
    /// Ask a host without a screen to give the profile up to a desktop face. Only over the control socket; refused
    /// by a host that is a desktop face itself.
    HandOver,
}

/// Which window may send a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Feed and settings windows.
    Feed,
    /// The settings window alone.
    Settings,
    /// No window: the control socket only.
    Socket,
}

impl Command {
    /// Which window may send it.
    pub const fn audience(&self) -> Audience {
        match self {
            Self::Feed { .. }
            | Self::Changes { .. }
            | Self::Row { .. }
            | Self::Status
            | Self::Arrivals
            | Self::Mailboxes { .. }
            | Self::Mark { .. }
            | Self::MarkAllRead { .. }
            | Self::Act { .. }
            | Self::UndoAct { .. }
            | Self::Pause { .. }
            | Self::Resume
            | Self::Snooze { .. }
            | Self::Mute { .. }
            | Self::Unmute { .. }
            | Self::DismissProblem { .. }
            | Self::GeneralSettings
            | Self::Retry { .. } => Audience::Feed,
            Self::Accounts
            | Self::TestAccount { .. }
            | Self::Subscriptions { .. }
            | Self::Subscribe { .. }
            | Self::Unsubscribe { .. }
            | Self::SaveAccount { .. }
            | Self::RemoveAccount { .. }
            | Self::MoveAccount { .. }
            | Self::SaveGeneralSettings { .. }
            | Self::ExportSettings
            | Self::ImportSettings { .. }
            | Self::RestoreSettings { .. }
            | Self::Examine
            | Self::Log
            | Self::NotificationSettings
            | Self::SendSample
            | Self::SaveNotificationSettings { .. }
            | Self::Rules
            | Self::TryRule { .. }
            | Self::SaveRule { .. }
            | Self::RemoveRule { .. }
            | Self::MoveRule { .. } => Audience::Settings,
            Self::ShowFeed | Self::HandOver => Audience::Socket,
        }
    }
}
