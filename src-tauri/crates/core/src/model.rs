//! The model: inputs in, effects out. One plain function decides what is stored, told and withdrawn.
//!
//! The engine feeds [`Model::update`] everything that happens, with the time it happened at, and carries the returned
//! [`Effect`]s out in order. Store first, notify after: a popup is only ever the answer to [`Input::Stored`].

mod mailboxes;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::account::{Account, Subscription};
use crate::act::Act;
use crate::adhoc::Offer;
use crate::arrival::{Arrival, ItemKey, Stored};
use crate::event::{Decoded, Event, Kind};
use crate::heartbeat::Publisher;
use crate::marks::Mark;
use crate::mirror::Position;
use crate::payload::gmail;
use crate::policy::{Cause, Hush, Reason, Standing, Verdict, decide};
use crate::popup::{Occasion, Popup, PopupAction, PopupEvent, PopupEventKind, Privacy};
use crate::popups::{Gathered, Grouping, Popups, Setting, Undo, settled};
use crate::quiet::{Later, Schedule};
use crate::retractions::Retractions;
use crate::rules::{Judgement, Rules, Subject};
use crate::said::Said;
use crate::settings::NotificationSettings;
use crate::view::{AccountStatus, Command, LinkState, NodeState, NodeStatus, Notice, Pause, Problem, Row, Status};
use crate::words::Words;

use self::mailboxes::Mailboxes;
pub use self::mailboxes::{FolderSeen, Looked, says_changed};

/// When the desktop refused a popup, though nothing says that it isn't to be disturbed, it is tried again after this.
const TRY_AGAIN: SignedDuration = SignedDuration::from_secs(5);

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

/// How notifications are to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Manners {
    /// Whether a face is there that shows popups.
    pub desktop: bool,
    /// How much a popup tells.
    pub privacy: Privacy,
    /// How much it tells at most while the screen is locked.
    pub privacy_locked: Privacy,
    /// Whether popups may be heard.
    pub sound: bool,
    /// When many become one.
    pub grouping: Grouping,
    /// Whether popups wait while the desktop isn't to be disturbed.
    pub respect_do_not_disturb: bool,
    /// When it is quiet.
    pub schedule: Schedule,
    /// What a person wants of certain mails.
    pub rules: Rules,
    /// The language of popups.
    pub words: Words,
}

impl Default for Manners {
    fn default() -> Self {
        Self::new(false, &NotificationSettings::default(), Rules::default())
    }
}

impl Manners {
    /// Settings and rules made ready.
    pub fn new(desktop: bool, settings: &NotificationSettings, rules: Rules) -> Self {
        Self {
            desktop,
            privacy: settings.privacy,
            privacy_locked: settings.privacy_locked,
            sound: settings.sound,
            grouping: Grouping {
                above: usize::try_from(settings.group_above).unwrap_or(usize::MAX),
                within_seconds: settings.group_within_seconds,
            },
            respect_do_not_disturb: settings.respect_do_not_disturb,
            schedule: Schedule::new(&settings.quiet),
            rules,
            words: Words::default(),
        }
    }
}

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

/// [`Problem::code`] of heartbeats that don't come back.
pub const HEARTBEAT: &str = "heartbeat";

/// Everything that is decided upon.
#[derive(Debug, Default)]
pub struct Model {
    accounts: Vec<AccountStatus>,
    baselines: BTreeSet<(String, String, String)>,
    retractions: Retractions,
    catching_up: BTreeMap<String, Away>,
    manners: Manners,
    popups: Popups,
    pause: Option<Pause>,
    /// Until when rows are put off.
    snoozed: BTreeMap<i64, Timestamp>,
    /// Where commands are taken, by account.
    offers: BTreeMap<String, Offer>,
    mailboxes: Mailboxes,
    /// Rows whose sender a person asked to mute from their popup.
    muting: BTreeSet<i64>,
    quiet: Quiet,
    locked: bool,
    problems: BTreeMap<String, Problem>,
    rev: i64,
}

/// Whether popups are withheld, and what that depends on.
#[derive(Debug)]
struct Quiet {
    zone: TimeZone,
    do_not_disturb: bool,
    /// What is in force.
    hush: Option<Hush>,
    /// From when until when the schedule says what it said last: until when it is quiet.
    scheduled: Option<(Timestamp, Timestamp, Option<Timestamp>)>,
    /// When popups are tried again that the desktop refused, or nobody showed; and how they are told then.
    try_again: Option<(Timestamp, Occasion)>,
}

impl Default for Quiet {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            do_not_disturb: false,
            hush: None,
            scheduled: None,
            try_again: None,
        }
    }
}

impl Quiet {
    /// Until when the schedule is quiet, if it is.
    fn scheduled(&mut self, now: Timestamp, schedule: &Schedule) -> Option<Timestamp> {
        match self.scheduled {
            // A clock set back has it looked up anew.
            Some((since, until, said)) if since <= now && now < until => said,
            _ => {
                let said = schedule.quiet_until(now, &self.zone);
                let until = schedule.next_change(now, &self.zone).unwrap_or(Timestamp::MAX);
                self.scheduled = Some((now, until, said));
                said
            }
        }
    }
}

impl Model {
    /// Takes an input in, and says what is to be done about it.
    pub fn update(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        let mut effects = self.keep_quiet(now);
        effects.extend(self.take_in(now, input));
        effects.extend(self.keep_quiet(now));
        effects
    }

    fn take_in(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        match input {
            Input::Loaded {
                baselines,
                owed,
                snoozed,
                unread,
                pause,
                rev,
            } => {
                self.baselines = baselines.into_iter().collect();
                self.rev = rev;
                self.pause = pause;
                self.count(unread);
                self.note_snoozed(&snoozed);
                let mut effects = self.keep_quiet(now);
                let owed = owed.into_iter().filter_map(|row| self.mailboxes.take(now, row));
                let owed = owed.collect();
                effects.extend(self.announce_together(now, owed, Occasion::Away));
                effects
            }
            Input::Accounts(accounts) => self.configure(now, &accounts),
            Input::Manners(manners) => {
                self.quiet.scheduled = None;
                self.manners = manners;
                self.rewrite()
            }
            Input::Zone(zone) => {
                self.quiet.scheduled = None;
                self.quiet.zone = zone;
                Vec::new()
            }
            Input::DoNotDisturb(on) => {
                self.quiet.do_not_disturb = on;
                Vec::new()
            }
            Input::Locked(locked) => {
                self.locked = locked;
                self.rewrite()
            }
            Input::Withheld(id) => {
                self.popups.take_back(id);
                // What says so may be on its way, or be over already.
                self.quiet.try_again = Some((now + TRY_AGAIN, Occasion::DoNotDisturb));
                Vec::new()
            }
            Input::Unshown(id) => {
                self.popups.take_back(id);
                self.quiet.try_again = Some((now + TRY_AGAIN, Occasion::Away));
                Vec::new()
            }
            Input::Link { account, change } => self.link(now, &account, change),
            Input::Node { account, node } => {
                let acts = self.acts(&account, &node);
                let node = NodeStatus { acts, ..node };
                if let Some(status) = self.account(&account) {
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
            Input::Events { account, events } => self.events(now, &account, events),
            Input::Fetched {
                account,
                service,
                node,
                asked_at,
                events,
                complete,
            } => self.fetched(now, (account, service, node), asked_at, events, complete),
            Input::Folder { account, seen } => self.folder_seen(now, &account, seen),
            Input::Looked { account, looked } => self.looked(now, &account, looked),
            Input::Pulse { account, pulse } => self.pulse(now, &account, pulse),
            Input::CaughtUp { account } => {
                let away = self.catching_up.remove(&account).unwrap_or_default();
                self.announce_together(now, away.rows, Occasion::Away)
            }
            Input::Stranger { account } => {
                if let Some(status) = self.account(&account) {
                    status.strangers = status.strangers.saturating_add(1);
                }
                vec![Effect::Tell(Notice::Status)]
            }
            Input::Stored(outcomes) => self.stored(now, outcomes),
            Input::Changed(rows) => self.changed(now, &rows),
            Input::Woken(rows) => self.woken(now, rows),
            Input::Marks { account, marks } => match self.account(&account) {
                Some(_) if !marks.is_empty() => vec![Effect::TakeOver { account, marks }],
                _ => Vec::new(),
            },
            Input::TakenOver { changed, dismissed } => {
                let mut effects = self.changed(now, &changed);
                // Their popups were closed elsewhere.
                effects.extend(self.let_go(now, dismissed.iter()));
                effects
            }
            Input::Muted(row) => self.muted(now, *row),
            Input::Done { act, rows } => {
                if self.quiet.hush.is_some() {
                    return Vec::new();
                }
                let (popups, setting) = self.popups();
                popups.announce_done(now, act, &rows, &setting)
            }
            Input::Forgotten { account } => {
                self.baselines.retain(|(of, _, _)| *of != account);
                Vec::new()
            }
            Input::NotDone { act, rows, why } => {
                let (popups, setting) = self.popups();
                popups.announce_undone(now, act, &rows, &why, &setting)
            }
            Input::Unread { counts, rev } => {
                self.rev = rev;
                self.count(counts);
                vec![Effect::Tell(Notice::Changed { rev }), Effect::Tell(Notice::Status)]
            }
            Input::Popup(event) => self.popup(&event),
            Input::Pause(pause) => {
                self.pause = Some(pause);
                vec![Effect::KeepPause(self.pause), Effect::Tell(Notice::Status)]
            }
            Input::Resume => match self.pause.take() {
                Some(_) => vec![Effect::KeepPause(None), Effect::Tell(Notice::Status)],
                None => Vec::new(),
            },
            Input::Problem { code, problem } => {
                let news = self.problems.get(&code) != problem.as_ref();
                match problem {
                    Some(problem) => drop(self.problems.insert(code, problem)),
                    None => drop(self.problems.remove(&code)),
                }
                if news {
                    vec![Effect::Tell(Notice::Status)]
                } else {
                    Vec::new()
                }
            }
            Input::Tick => self.tick(now),
        }
    }

    /// A popup that shows how one of a new mail would be now.
    ///
    /// # Errors
    /// Why that one would be withheld.
    pub fn sample(&mut self, now: Timestamp) -> Result<Popup, Hush> {
        match self.quiet.hush {
            Some(hush) => Err(hush),
            None => {
                let (popups, setting) = self.popups();
                Ok(popups.sample(now, &setting))
            }
        }
    }

    /// When [`Input::Tick`] is wanted next.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let pause = self.pause.and_then(|p| p.until);
        let schedule = self.quiet.scheduled.map(|(_, until, _)| until);
        let snoozed = self.snoozed.values().min().copied();
        [
            pause,
            schedule.filter(|at| *at < Timestamp::MAX),
            snoozed.filter(|_| self.manners.desktop),
            self.quiet.try_again.map(|(at, _)| at),
            self.mailboxes.next_deadline(),
            self.popups.next_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// How everything stands.
    pub fn status(&self) -> Status {
        Status {
            accounts: self.accounts.clone(),
            unread: self.accounts.iter().map(|a| a.unread).fold(0, u32::saturating_add),
            pause: self.pause,
            hush: self.quiet.hush,
            problems: self.problems.values().cloned().collect(),
            rev: self.rev,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Where commands are taken that are about an account's mail; only while it is connected.
    pub fn offer(&self, account: &str) -> Option<&Offer> {
        let connected = |status: &AccountStatus| status.jid == account && status.link == LinkState::Connected;
        self.offers.get(account).filter(|_| self.accounts.iter().any(connected))
    }

    fn account(&mut self, jid: &str) -> Option<&mut AccountStatus> {
        self.accounts.iter_mut().find(|a| a.jid == jid)
    }

    fn count(&mut self, counts: Vec<(String, u32)>) {
        for status in &mut self.accounts {
            status.unread = counts.iter().find(|(jid, _)| *jid == status.jid).map_or(0, |(_, n)| *n);
        }
    }

    fn configure(&mut self, now: Timestamp, accounts: &[Account]) -> Vec<Effect> {
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

    fn link(&mut self, now: Timestamp, account: &str, change: LinkChange) -> Vec<Effect> {
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
        }
        let mut effects = vec![Effect::Tell(Notice::Status)];
        if afresh {
            effects.extend(self.look_after_absence(account));
        }
        effects
    }

    fn pulse(&mut self, now: Timestamp, account: &str, pulse: Pulse) -> Vec<Effect> {
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

    fn events(&mut self, now: Timestamp, account: &str, events: Vec<Decoded>) -> Vec<Effect> {
        // What servers send by themselves upon a presence, or send again, proves nothing of push.
        let live = !self.catching_up.contains_key(account);
        let Some(status) = self.account(account) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        let live = live && events.iter().any(|decoded| !decoded.delayed);
        if live && proven(now, status) {
            effects.push(Effect::Tell(Notice::Status));
        }
        effects.extend(self.take_events(now, account, events));
        effects
    }

    fn take_event(
        &mut self,
        now: Timestamp,
        account: &str,
        decoded: Decoded,
        arrivals: &mut Vec<Arrival>,
        effects: &mut Vec<Effect>,
    ) {
        let event = &decoded.event;
        let (service, node) = (
            event.service.clone().unwrap_or_default(),
            event.node.clone().unwrap_or_default(),
        );
        let key = item_key(account, event);
        let as_of = spoken_for(now, &decoded);
        match event.kind {
            Kind::Gone => {
                flush(arrivals, effects);
                self.retractions.note(now, key.clone(), as_of);
                effects.push(Effect::Retract(key));
            }
            Kind::Cleared => {
                self.retractions.note(now, key, as_of);
                arrivals.push(history(account, decoded, now));
                flush(arrivals, effects);
                effects.push(Effect::Purge {
                    account: account.to_owned(),
                    service,
                    node,
                });
            }
            Kind::Closed => {
                effects.extend(self.close_node(account, &service, &node));
                arrivals.push(history(account, decoded, now));
            }
            Kind::New | Kind::Changed if self.retractions.outdate(now, &key, as_of) => {}
            Kind::New | Kind::Changed => {
                let seen_before = event.node.is_none() || self.baselines.contains(&(account.to_owned(), service, node));
                arrivals.push(self.arrival(now, account, decoded, !seen_before));
            }
        }
    }

    fn close_node(&mut self, account: &str, service: &str, node: &str) -> Vec<Effect> {
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

    fn fetched(
        &mut self,
        now: Timestamp,
        key: (String, String, String),
        asked_at: Timestamp,
        events: Vec<Decoded>,
        complete: bool,
    ) -> Vec<Effect> {
        let (account, service, node) = key.clone();
        if self.account(&account).is_none() {
            return Vec::new();
        }
        if let Some(away) = self.catching_up.get_mut(&account) {
            away.fetched.insert((service.clone(), node.clone()));
        }
        let first_sight = !self.baselines.contains(&key);
        let present: Vec<String> = events.iter().filter_map(|d| d.event.item.clone()).collect();
        let arrivals: Vec<Arrival> = events
            .into_iter()
            .filter(|d| !self.retractions.outdate(now, &item_key(&account, &d.event), asked_at))
            .map(|decoded| self.arrival(now, &account, decoded, first_sight))
            .collect();

        let mut effects = Vec::new();
        if !arrivals.is_empty() {
            effects.push(Effect::Append(arrivals));
        }
        if complete {
            effects.push(Effect::Reconcile {
                account: account.clone(),
                service: service.clone(),
                node: node.clone(),
                present,
                as_of: asked_at,
            });
        }
        if first_sight {
            self.baselines.insert(key);
            effects.push(Effect::Baseline { account, service, node });
        }
        effects
    }

    /// An event on its way into the store, with the decision on it.
    fn arrival(&self, now: Timestamp, account: &str, decoded: Decoded, first_sight: bool) -> Arrival {
        let standing = Standing {
            desktop: self.manners.desktop,
            first_sight,
            crowded: self.popups.crowded(now, self.manners.grouping),
            hush: self.quiet.hush,
        };
        let rules = self.judge(now, account, &decoded.event);
        let Verdict { reason, owed, unread } = decide(decoded.event.kind, &rules, &standing);
        Arrival {
            account: account.to_owned(),
            decoded,
            received_at: now,
            owed,
            unread,
            reason: Some(reason),
        }
    }

    /// What the rules say of an event.
    fn judge(&self, now: Timestamp, account: &str, event: &Event) -> Judgement {
        let status = self.accounts.iter().find(|status| status.jid == account);
        let subject = Subject {
            account: Some(account),
            label: status.map(|status| status.label.as_str()),
            event,
        };
        self.manners.rules.judge(&subject, now)
    }

    fn stored(&mut self, now: Timestamp, outcomes: Vec<Stored>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for outcome in outcomes {
            let (row, owed, replaced) = match outcome {
                Stored::New { row, owed, replaced } => (row, owed, replaced),
                Stored::Revived { replaced, .. } => {
                    effects.extend(self.changed(now, &replaced));
                    continue;
                }
                Stored::Known { .. } => continue,
            };
            effects.extend(self.hooks(now, &row));
            effects.extend(self.look_for(&row));
            if row.unread && !owed {
                // What a rule keeps silent takes no popup over either.
                let by_rule = |reason: &Reason| matches!(reason.cause, Cause::Rule { .. });
                if self.quiet.hush.is_none() && !row.reason.as_ref().is_some_and(by_rule) {
                    let (popups, setting) = self.popups();
                    effects.extend(popups.take_over(now, &row, &replaced, &setting));
                }
            } else if row.unread
                && let Some(row) = self.mailboxes.take(now, row)
            {
                match self.catching_up.get_mut(&row.account) {
                    Some(away) if away.takes(&row) => away.rows.push(row),
                    _ => effects.extend(self.announce(now, row, &replaced)),
                }
            }
            effects.extend(self.changed(now, &replaced));
        }
        effects
    }

    /// The hooks of a new mail. What was on a node already when it was first seen is no news.
    fn hooks(&self, now: Timestamp, row: &Row) -> Vec<Effect> {
        if row
            .reason
            .as_ref()
            .is_some_and(|reason| reason.cause == Cause::FirstSight)
        {
            return Vec::new();
        }
        let call = |(rule, command)| {
            Effect::Hook(Box::new(HookCall {
                rule,
                command,
                row: row.clone(),
            }))
        };
        let judgement = self.judge(now, &row.account, &row.event);
        judgement.hooks.into_iter().map(call).collect()
    }

    /// The popups, and what their words depend on.
    fn popups(&mut self) -> (&mut Popups, Setting<'_>) {
        let setting = Setting {
            manners: &self.manners,
            accounts: &self.accounts,
            locked: self.locked,
        };
        (&mut self.popups, setting)
    }

    fn announce(&mut self, now: Timestamp, row: Row, replaced: &[Row]) -> Vec<Effect> {
        let vip = row.reason.as_ref().is_some_and(Reason::is_vip);
        if self.quiet.hush.is_some_and(|hush| !(vip && hush.yields_to_vip())) {
            self.popups.hold(row);
            return Vec::new();
        }
        let (popups, setting) = self.popups();
        popups.announce(now, row, replaced, &setting)
    }

    fn announce_together(&mut self, now: Timestamp, rows: Gathered, occasion: Occasion) -> Vec<Effect> {
        if self.quiet.hush.is_some() {
            self.popups.hold_all(rows);
            return Vec::new();
        }
        let (popups, setting) = self.popups();
        popups.announce_together(now, rows, occasion, &setting)
    }

    fn rewrite(&mut self) -> Vec<Effect> {
        let (popups, setting) = self.popups();
        popups.rewrite(&setting)
    }

    /// Rows changed: no popup is owed any more for those that are read or gone.
    fn changed(&mut self, now: Timestamp, rows: &[Row]) -> Vec<Effect> {
        self.note_snoozed(rows);
        self.let_go(now, rows.iter().filter(|row| settled(row)))
    }

    /// No popup is owed any more for these rows, and those that are up go.
    fn let_go<'a>(&mut self, now: Timestamp, rows: impl Iterator<Item = &'a Row>) -> Vec<Effect> {
        let leaving: HashSet<i64> = rows.map(|row| row.seq).collect();
        if leaving.is_empty() {
            return Vec::new();
        }
        for away in self.catching_up.values_mut() {
            away.rows.retain(|seq| !leaving.contains(&seq));
        }
        self.mailboxes.let_go(&leaving);
        let (popups, setting) = self.popups();
        popups.let_go(now, &leaving, &setting)
    }

    fn note_snoozed(&mut self, rows: &[Row]) {
        for row in rows {
            match row.snoozed_until {
                Some(until) if row.unread && row.gone_at.is_none() => drop(self.snoozed.insert(row.seq, until)),
                _ => drop(self.snoozed.remove(&row.seq)),
            }
        }
    }

    fn woken(&mut self, now: Timestamp, rows: Vec<Row>) -> Vec<Effect> {
        let due = rows.into_iter().filter(|row| !settled(row)).collect();
        self.announce_together(now, due, Occasion::Snoozed)
    }

    fn muted(&mut self, now: Timestamp, row: Row) -> Vec<Effect> {
        if !self.muting.remove(&row.seq) || self.quiet.hush.is_some() {
            return Vec::new();
        }
        let (popups, setting) = self.popups();
        popups.announce_muted(now, row, &setting)
    }

    fn popup(&mut self, event: &PopupEvent) -> Vec<Effect> {
        let seqs = self.popups.rows(event.id);
        match event.kind {
            PopupEventKind::Action(PopupAction::MarkRead) if !seqs.is_empty() => vec![Effect::MarkRead(seqs)],
            PopupEventKind::Action(PopupAction::Snooze) if !seqs.is_empty() => vec![ask(Command::Snooze {
                seqs,
                later: Some(Later::Hour),
            })],
            PopupEventKind::Action(PopupAction::Mute) => match seqs.last() {
                Some(seq) => {
                    self.muting.insert(*seq);
                    vec![ask(Command::Mute { seq: *seq, until: None })]
                }
                None => Vec::new(),
            },
            PopupEventKind::Action(PopupAction::Undo) => {
                let undone = self.popups.undo(event.id).map(|undo| match undo {
                    Undo::Mute(seq) => Command::Unmute { seq },
                    Undo::Act(seqs) => Command::UndoAct { seqs },
                });
                undone.map(ask).into_iter().collect()
            }
            PopupEventKind::Action(PopupAction::Act(act)) if !seqs.is_empty() => {
                vec![ask(Command::Act { seqs, act })]
            }
            PopupEventKind::Action(PopupAction::MarkRead | PopupAction::Snooze | PopupAction::Act(_)) => Vec::new(),
            PopupEventKind::Action(PopupAction::Open) => {
                let seq = match seqs.as_slice() {
                    [one] => Some(*one),
                    _ => None,
                };
                vec![Effect::Tell(Notice::Open { seq })]
            }
            PopupEventKind::Dismissed => {
                self.popups.closed(event.id);
                match seqs.is_empty() {
                    true => Vec::new(),
                    false => vec![Effect::Dismiss(seqs)],
                }
            }
            PopupEventKind::Closed => {
                self.popups.closed(event.id);
                Vec::new()
            }
        }
    }

    /// Brings up to date whether popups are withheld; at the end of a quiet, all that waited is told together.
    fn keep_quiet(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.pause.and_then(|p| p.until).is_some_and(|until| until <= now) {
            self.pause = None;
            effects.extend([Effect::KeepPause(None), Effect::Tell(Notice::Status)]);
        }
        let scheduled = self.quiet.scheduled(now, &self.manners.schedule);
        let disturbing = self.quiet.do_not_disturb && self.manners.respect_do_not_disturb;
        let hush = match (disturbing, self.pause, scheduled) {
            (true, ..) => Some(Hush::DoNotDisturb),
            (false, Some(Pause { until }), _) => Some(Hush::Paused { until }),
            (false, None, Some(until)) => Some(Hush::QuietHours { until }),
            (false, None, None) => None,
        };
        let before = std::mem::replace(&mut self.quiet.hush, hush);
        if before != hush {
            effects.push(Effect::Tell(Notice::Status));
        }
        match (before, hush) {
            (_, Some(hush)) => {
                self.quiet.try_again = None;
                self.popups.hold_pending(hush.yields_to_vip());
            }
            (Some(over), None) => {
                self.quiet.try_again = None;
                let held = self.popups.take_held();
                effects.extend(self.announce_together(now, held, Occasion::after(over)));
            }
            (None, None) => {
                if let Some((_, occasion)) = self.quiet.try_again.take_if(|(at, _)| *at <= now) {
                    let held = self.popups.take_held();
                    effects.extend(self.announce_together(now, held, occasion));
                }
            }
        }
        effects
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.manners.desktop {
            let due = self.snoozed.extract_if(.., |_, until| *until <= now);
            let seqs: Vec<i64> = due.map(|(seq, _)| seq).collect();
            if !seqs.is_empty() {
                effects.push(Effect::Wake(seqs));
            }
        }
        let overdue = self.mailboxes.overdue(now);
        effects.extend(self.announce_waiting(now, overdue));
        let (popups, setting) = self.popups();
        effects.extend(popups.next(now, &setting));
        effects
    }
}

fn ask(command: Command) -> Effect {
    Effect::Ask(Box::new(command))
}

/// Push works; whether that ends a trouble.
fn proven(now: Timestamp, status: &mut AccountStatus) -> bool {
    status.proven_at = Some(now);
    status.trouble.take_if(|trouble| trouble.code == HEARTBEAT).is_some()
}

/// What came since an account's fresh session, until all its nodes were fetched: it is told together.
#[derive(Debug, Default)]
struct Away {
    rows: Gathered,
    /// The nodes that were fetched.
    fetched: BTreeSet<(String, String)>,
}

impl Away {
    /// Whether a row belongs to what was missed. What comes of a node before its items were fetched does, late or not:
    /// ejabberd sends the last item of each node anew at each presence, and without a stamp.
    fn takes(&self, row: &Row) -> bool {
        let of_node = row.event.service.clone().zip(row.event.node.clone());
        row.delayed || of_node.is_some_and(|node| !self.fetched.contains(&node))
    }
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

fn item_key(account: &str, event: &Event) -> ItemKey {
    let known = |value: &Option<String>| value.clone().unwrap_or_default();
    ItemKey {
        account: account.to_owned(),
        service: known(&event.service),
        node: known(&event.node),
        item: known(&event.item),
    }
}

/// For which time an event speaks: a late one for when it was sent, however long ago that may be if it isn't told.
fn spoken_for(now: Timestamp, decoded: &Decoded) -> Timestamp {
    if decoded.delayed {
        decoded.event.sent_at.unwrap_or(Timestamp::MIN).min(now)
    } else {
        now
    }
}

/// An event that is kept and never becomes a popup.
fn history(account: &str, decoded: Decoded, received_at: Timestamp) -> Arrival {
    Arrival {
        account: account.to_owned(),
        decoded,
        received_at,
        owed: false,
        unread: false,
        reason: None,
    }
}

fn flush(arrivals: &mut Vec<Arrival>, effects: &mut Vec<Effect>) {
    if !arrivals.is_empty() {
        effects.push(Effect::Append(std::mem::take(arrivals)));
    }
}
