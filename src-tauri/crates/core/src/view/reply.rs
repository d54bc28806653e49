//! What the engine answers, and what it tells by itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[cfg(doc)]
use super::Command;
use super::{Row, Status, TestStep};
use crate::account::Account;
use crate::discovery::{Discovery, ListedSubscription, Standing};
use crate::doctor::EngineFound;
use crate::policy::Hush;
use crate::rules::RuleEntry;
use crate::said::Said;
use crate::settings::{GeneralSettings, NotificationSettings};

/// What the engine answers; the tag equals the command's, `done` where there is nothing to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "re", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "made, sent and dropped one at a time")]
pub enum Reply {
    /// To [`Command::Feed`].
    Feed {
        /// The rows, newest first.
        rows: Vec<Row>,
        /// Whether older ones exist.
        more: bool,
        /// The store's revision when they were read.
        #[ts(type = "number")]
        rev: i64,
    },
    /// To [`Command::Changes`].
    Changes {
        /// The rows, oldest change first.
        rows: Vec<Row>,
        /// Whether further changes exist.
        more: bool,
        /// The revision to ask from next.
        #[ts(type = "number")]
        rev: i64,
    },
    /// To [`Command::Row`].
    Row {
        /// The row, if it is there.
        row: Option<Row>,
    },
    /// To [`Command::Status`].
    Status {
        /// How everything stands.
        status: Status,
    },
    /// To [`Command::Arrivals`].
    Arrivals {
        /// Counts per hour, oldest first; the last is the running hour.
        hours: Vec<u32>,
    },
    /// To [`Command::Mailboxes`].
    Mailboxes {
        /// Their names, in order; the first few hundred, if there are more.
        mailboxes: Vec<String>,
    },
    /// To [`Command::Accounts`].
    Accounts {
        /// The accounts, in order.
        accounts: Vec<Account>,
    },
    /// To [`Command::TestAccount`].
    TestAccount {
        /// Whether all steps went well.
        passed: bool,
        /// What was found on the way.
        found: Discovery,
    },
    /// To [`Command::Subscriptions`].
    Subscriptions {
        /// The configured ones first.
        subscriptions: Vec<ListedSubscription>,
    },
    /// To [`Command::Subscribe`] and [`Command::Unsubscribe`].
    Subscription {
        /// How it stands at the service now.
        standing: Standing,
        /// What a person should know of it.
        note: Option<Said>,
    },
    /// To [`Command::GeneralSettings`].
    GeneralSettings {
        /// All of the settings.
        settings: GeneralSettings,
    },
    /// To [`Command::ExportSettings`].
    ExportSettings {
        /// The configuration, as TOML.
        text: String,
    },
    /// To [`Command::ImportSettings`].
    ImportSettings {
        /// The path of the file that keeps what was in force before; none if nothing was.
        backup: Option<String>,
    },
    /// To [`Command::Examine`].
    Examine {
        /// What was found.
        found: EngineFound,
    },
    /// To [`Command::Log`].
    Log {
        /// Its last lines; none if nothing has been logged.
        text: String,
    },
    /// To [`Command::Act`] and [`Command::UndoAct`].
    Acted {
        /// How many messages it was done with.
        count: u32,
        /// What couldn't be done.
        trouble: Option<Said>,
    },
    /// To [`Command::NotificationSettings`].
    NotificationSettings {
        /// All of the settings.
        settings: NotificationSettings,
    },
    /// To [`Command::SendSample`].
    SendSample {
        /// Why no popup was shown: one of a new mail would be withheld as well.
        withheld: Option<Hush>,
    },
    /// To [`Command::Rules`].
    Rules {
        /// The rules, in order, broken ones included.
        rules: Vec<RuleEntry>,
        /// Names this state of the list; handed back with each change of it.
        edition: String,
    },
    /// To [`Command::TryRule`].
    TryRule {
        /// What is wrong with the rule.
        fault: Option<Said>,
        /// The rows it matches, newest first.
        #[ts(type = "number[]")]
        seqs: Vec<i64>,
        /// Of how many of the newest rows.
        of: u32,
    },
    /// Done.
    Done {
        /// How many rows or things it touched.
        count: u32,
    },
}

/// What the engine tells unasked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Notice {
    /// Rows changed, up to this revision.
    Changed {
        /// The newest revision.
        #[ts(type = "number")]
        rev: i64,
    },
    /// The status changed.
    Status,
    /// The accounts were edited.
    Accounts,
    /// Settings or rules were edited.
    Settings,
    /// Rows were deleted for good, of which no revision tells: whoever shows rows looks which are still there.
    Removed,
    /// A step of a running account test.
    Test {
        /// The number given in [`Command::TestAccount`].
        run: u32,
        /// The step.
        step: TestStep,
    },
    /// A person asked to see a row, or the feed: opens the row's link if it has one, else the feed.
    Open {
        /// The row; the feed when absent.
        #[ts(type = "number | null")]
        seq: Option<i64>,
    },
    /// The engine ends, or hands over; attach again.
    Closing,
}

impl Notice {
    /// In place of notices that were lost: one of each kind by which a face asks for what it lacks.
    pub const fn of_all(rev: i64) -> [Self; 5] {
        [
            Self::Changed { rev },
            Self::Status,
            Self::Accounts,
            Self::Settings,
            Self::Removed,
        ]
    }
}
