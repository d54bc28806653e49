//! What happens, as the model is told of it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

#[cfg(doc)]
use super::Effect;
use super::{FolderSeen, Looked, Manners};
use crate::account::Account;
use crate::act::Act;
use crate::arrival::Stored;
use crate::event::Decoded;
use crate::heartbeat::Publisher;
use crate::marks::Mark;
use crate::popup::PopupEvent;
use crate::said::Said;
use crate::view::{NodeStatus, Pause, Problem, Row};

/// What the connection of an account did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkChange {
    /// A try is under way.
    Connecting,
    /// Logged in with a new session: what was missed is fetched next.
    Fresh,
    /// The old session goes on (XEP-0198 resumption): nothing was missed.
    Resumed,
    /// Not connected; a next try is planned.
    Lost {
        /// Why, if a person should know.
        trouble: Option<Problem>,
        /// When the next try comes.
        retry_at: Option<Timestamp>,
    },
    /// A person should look; a next try is planned all the same, since the trouble may pass.
    Untrusted {
        /// What is wrong.
        trouble: Problem,
        /// When the next try comes.
        retry_at: Option<Timestamp>,
    },
    /// A person is needed; no try is planned.
    Parked(Problem),
}

/// What heartbeats tell of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pulse {
    /// One came back the whole way.
    Back,
    /// They don't come back.
    Missing(Problem),
    /// The publisher's came.
    Publisher(Publisher),
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// What the store held at start.
    Loaded {
        /// Nodes seen in whole before: (account, service, node).
        baselines: Vec<(String, String, String)>,
        /// Rows that still owe a popup.
        owed: Vec<Row>,
        /// Rows that a person put off.
        snoozed: Vec<Row>,
        /// Unread rows per account.
        unread: Vec<(String, u32)>,
        /// The pause that was on.
        pause: Option<Pause>,
        /// The store's revision.
        rev: i64,
    },
    /// The accounts as configured, at start and after each edit.
    Accounts(Vec<Account>),
    /// How notifications are to be made.
    Manners(Manners),
    /// A connection changed.
    Link {
        /// The account.
        account: String,
        /// How.
        change: LinkChange,
    },
    /// What is known of a node changed.
    Node {
        /// The account.
        account: String,
        /// The node and its state.
        node: NodeStatus,
    },
    /// A stanza brought events that the sender guard let pass.
    Events {
        /// The account.
        account: String,
        /// The events, in order.
        events: Vec<Decoded>,
    },
    /// A node's items were fetched. Also sent, empty and incomplete, where fetching isn't possible.
    Fetched {
        /// The account.
        account: String,
        /// The service asked.
        service: String,
        /// The node.
        node: String,
        /// When they were asked for: what came or went since is better known.
        asked_at: Timestamp,
        /// Its items, oldest first.
        events: Vec<Decoded>,
        /// Whether these are all items that the node holds.
        complete: bool,
    },
    /// A folder of an account's mailbox was looked into.
    Folder {
        /// The account.
        account: String,
        /// What was seen.
        seen: FolderSeen,
    },
    /// A look into an account's mailbox ended, as [`Effect::Look`] asks for, or since the mail server told something.
    Looked {
        /// The account.
        account: String,
        /// What is known by it; `None` if the mailbox couldn't be looked into.
        looked: Option<Looked>,
    },
    /// What heartbeats tell.
    Pulse {
        /// The account.
        account: String,
        /// What they tell.
        pulse: Pulse,
    },
    /// All that was missed has come: fetched in a fresh session, sent again in a resumed one.
    CaughtUp {
        /// The account.
        account: String,
    },
    /// An event was dropped since nobody entitled had sent it.
    Stranger {
        /// The account.
        account: String,
    },
    /// The store carried an [`Effect::Append`] out.
    Stored(Vec<Stored>),
    /// Rows were changed by a retraction, a purge, a reconciliation or a mark.
    Changed(Vec<Row>),
    /// Unread rows per account, told after each change.
    Unread {
        /// The counts.
        counts: Vec<(String, u32)>,
        /// The store's revision.
        rev: i64,
    },
    /// Rows that were put off are due: popups are owed for them again.
    Woken(Vec<Row>),
    /// Other devices of the account told what a person did there.
    Marks {
        /// The account.
        account: String,
        /// What was done.
        marks: Vec<Mark>,
    },
    /// The store carried an [`Effect::TakeOver`] out.
    TakenOver {
        /// Rows that are read, unread or put off now.
        changed: Vec<Row>,
        /// Rows whose popup was closed elsewhere.
        dismissed: Vec<Row>,
    },
    /// A row's sender was muted.
    Muted(Box<Row>),
    /// What was chosen at a popup was done with these rows, and can be taken back.
    Done {
        /// What was chosen.
        act: Act,
        /// The rows, as they are now.
        rows: Vec<Row>,
    },
    /// An account's rows were deleted: its nodes are seen for the first time again.
    Forgotten {
        /// The account.
        account: String,
    },
    /// What was chosen at a popup couldn't be done with these rows, and why.
    NotDone {
        /// What was chosen.
        act: Act,
        /// The rows, as they are now.
        rows: Vec<Row>,
        /// Why, for people.
        why: Said,
    },
    /// A person did something to a popup, or it ended.
    Popup(PopupEvent),
    /// A popup wasn't shown, by its id: the desktop isn't to be disturbed.
    Withheld(u64),
    /// A popup wasn't shown, by its id: nobody shows popups now.
    Unshown(u64),
    /// The desktop isn't to be disturbed, or may be again.
    DoNotDisturb(bool),
    /// The screen is locked, or unlocked.
    Locked(bool),
    /// The time zone of the person: at start, and when they travel.
    Zone(TimeZone),
    /// Pause notifications.
    Pause(Pause),
    /// End the pause.
    Resume,
    /// Something beside the accounts broke (`Some`) or works again (`None`).
    Problem {
        /// What it is about.
        code: String,
        /// What is wrong.
        problem: Option<Problem>,
    },
    /// A deadline passed.
    Tick,
}
