//! The wire between the engine and its faces (windows, tray, `mailwrenctl`): commands in, replies and notices out.
//!
//! The same types travel in process, through Tauri's `invoke`, and as JSON lines on the control socket; the UI's
//! TypeScript is generated from them (`ui/src/generated/wire.ts`). Notices say only *that* something changed; a face
//! asks for what it lacks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::Account;
use crate::act::Act;
use crate::discovery::{Discovery, ListedSubscription, Standing};
use crate::doctor::EngineFound;
use crate::event::Event;
use crate::opening::Opens;
use crate::policy::{Hush, Reason};
use crate::quiet::Later;
use crate::rules::{Rule, RuleEntry};
use crate::said::Said;
use crate::settings::{GeneralSettings, NotificationSettings};

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

/// [`Problem::code`]s of what may be missing for good: nothing shows tray icons, nothing tells of the session.
pub const PASSABLE: [&str; 2] = ["tray", "logind"];

/// Something a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// What it is about, for code: `auth`, `tls`, `dns`, `tcp`, `keyring`, `notifier`, `config`, `store`, …
    pub code: String,
    /// What is wrong.
    pub message: Said,
    /// What to do.
    pub hint: Option<Said>,
}

/// A step of an account test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TestStep {
    /// Which step.
    pub name: StepName,
    /// How it stands.
    pub state: StepState,
    /// What was found, or what is wrong.
    pub detail: Said,
    /// What to do if it failed.
    pub hint: Option<Said>,
    /// How long it took, in milliseconds.
    pub millis: u32,
    /// SHA-256 fingerprint of a certificate that wasn't trusted, to be pinned on an explicit yes.
    pub fingerprint: Option<String>,
    /// Whether another certificate is pinned: then this one may be an attacker's.
    pub changed: bool,
    /// Nodes found, in the last step.
    pub nodes: Vec<crate::account::Subscription>,
}

/// The steps of an account test, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum StepName {
    /// Where to connect.
    Dns,
    /// TCP and TLS.
    Tls,
    /// SASL and binding.
    Login,
    /// PEP and pubsub services.
    Services,
    /// Nodes that can be read; for an account without XMPP the folders of its mailbox.
    Nodes,
    /// Its mailbox, beside XMPP: from the connection to its folders.
    Mailbox,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// Under way.
    Running,
    /// Went well.
    Passed,
    /// Went well, but there is something to know.
    Warned,
    /// Failed; no further step follows.
    Failed,
}

/// An error at the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// For code that acts on it.
    pub code: ApiCode,
    /// What went wrong.
    pub message: Said,
    /// What to do.
    pub hint: Option<Said>,
}

impl Problem {
    /// Without anything to do about it.
    pub fn new(code: impl Into<String>, message: Said) -> Self {
        Self {
            code: code.into(),
            message,
            hint: None,
        }
    }

    /// The same with what to do.
    #[must_use]
    pub fn hint(self, hint: impl Into<Option<Said>>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }
}

impl ApiError {
    /// Without anything to do about it.
    pub const fn new(code: ApiCode, message: Said) -> Self {
        Self {
            code,
            message,
            hint: None,
        }
    }

    /// The same with what to do.
    #[must_use]
    pub fn hint(self, hint: impl Into<Option<Said>>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }
}

/// Errors that a face acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ApiCode {
    /// The request itself is wrong; the message says how.
    Invalid,
    /// No such row or account.
    NotFound,
    /// This window may not do that.
    Forbidden,
    /// The keyring can't be used now.
    Keyring,
    /// The server, or a service, can't be reached or refuses.
    Refused,
    /// The engine has ended; attach again.
    Closed,
    /// Something inside failed.
    Internal,
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

/// What is told to programs says everything in English, once and for all.
impl Problem {
    /// The same for programs.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self {
            code: self.code.clone(),
            message: self.message.plain(),
            hint: self.hint.as_ref().map(Said::plain),
        }
    }
}

impl TestStep {
    /// The same for programs.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self {
            detail: self.detail.plain(),
            hint: self.hint.as_ref().map(Said::plain),
            ..self.clone()
        }
    }
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
