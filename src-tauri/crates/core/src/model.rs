//! The model: inputs in, effects out. One plain function decides what is stored, told and withdrawn.
//!
//! The engine feeds [`Model::update`] everything that happens, with the time it happened at, and carries the returned
//! [`Effect`]s out in order. Store first, notify after: a popup is only ever the answer to [`Input::Stored`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::account::Account;
use crate::arrival::{Arrival, ItemKey, Stored};
use crate::event::{Decoded, Event, Kind};
use crate::policy::{Grouping, Popups, Setting, settled};
use crate::popup::{Occasion, Popup, PopupAction, PopupEvent, PopupEventKind, Privacy};
use crate::retractions::Retractions;
use crate::view::{AccountStatus, LinkState, NodeState, NodeStatus, Notice, Pause, Problem, Row, Status};

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
    /// A person is needed; no try is planned.
    Parked(Problem),
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
    /// All nodes of the account were fetched after a fresh session.
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
    /// A person did something to a popup, or it ended.
    Popup(PopupEvent),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// Whether a face is there that shows popups.
    pub desktop: bool,
    /// How much a popup tells.
    pub privacy: Privacy,
    /// When many become one.
    pub grouping: Grouping,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            desktop: false,
            privacy: Privacy::Full,
            grouping: Grouping::default(),
        }
    }
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
    /// Mark rows read; answer with [`Input::Changed`].
    MarkRead(Vec<i64>),
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

/// Everything that is decided upon.
#[derive(Debug, Default)]
pub struct Model {
    accounts: Vec<AccountStatus>,
    baselines: BTreeSet<(String, String, String)>,
    retractions: Retractions,
    catching_up: BTreeMap<String, Vec<Row>>,
    manners: Manners,
    popups: Popups,
    pause: Option<Pause>,
    problems: BTreeMap<String, Problem>,
    rev: i64,
}

impl Model {
    /// Takes an input in, and says what is to be done about it.
    pub fn update(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        match input {
            Input::Loaded {
                baselines,
                owed,
                unread,
                pause,
                rev,
            } => {
                self.baselines = baselines.into_iter().collect();
                self.rev = rev;
                self.pause = pause;
                self.count(unread);
                self.announce_together(now, owed, Occasion::Away)
            }
            Input::Accounts(accounts) => self.configure(now, &accounts),
            Input::Manners(manners) => {
                self.manners = manners;
                Vec::new()
            }
            Input::Link { account, change } => self.link(now, &account, change),
            Input::Node { account, node } => {
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
            Input::CaughtUp { account } => {
                let rows = self.catching_up.remove(&account).unwrap_or_default();
                self.announce_together(now, rows, Occasion::Away)
            }
            Input::Stranger { account } => {
                if let Some(status) = self.account(&account) {
                    status.strangers = status.strangers.saturating_add(1);
                }
                vec![Effect::Tell(Notice::Status)]
            }
            Input::Stored(outcomes) => self.stored(now, outcomes),
            Input::Changed(rows) => self.changed(&rows),
            Input::Unread { counts, rev } => {
                self.rev = rev;
                self.count(counts);
                vec![Effect::Tell(Notice::Changed { rev }), Effect::Tell(Notice::Status)]
            }
            Input::Popup(event) => self.popup(&event),
            Input::Pause(pause) => {
                self.pause = Some(pause);
                self.popups.hold_pending();
                vec![Effect::KeepPause(self.pause), Effect::Tell(Notice::Status)]
            }
            Input::Resume => self.resume(now),
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

    /// When [`Input::Tick`] is wanted next.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let pause = self.pause.and_then(|p| p.until);
        [pause, self.popups.next_deadline()].into_iter().flatten().min()
    }

    /// How everything stands.
    pub fn status(&self) -> Status {
        Status {
            accounts: self.accounts.clone(),
            unread: self.accounts.iter().map(|a| a.unread).fold(0, u32::saturating_add),
            pause: self.pause,
            problems: self.problems.values().cloned().collect(),
            rev: self.rev,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
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
        vec![Effect::Tell(Notice::Accounts), Effect::Tell(Notice::Status)]
    }

    fn link(&mut self, now: Timestamp, account: &str, change: LinkChange) -> Vec<Effect> {
        let fresh = change == LinkChange::Fresh;
        let Some(status) = self.account(account) else {
            return Vec::new();
        };
        let (link, trouble, next_try) = match change {
            LinkChange::Connecting => (LinkState::Connecting, status.trouble.take(), None),
            LinkChange::Fresh | LinkChange::Resumed => (LinkState::Connected, None, None),
            LinkChange::Lost { trouble, retry_at } => (LinkState::Offline, trouble, retry_at),
            LinkChange::Parked(problem) => (LinkState::Error, Some(problem), None),
        };
        if status.link != link {
            status.since = Some(now);
        }
        status.link = link;
        status.trouble = trouble;
        status.next_try = next_try;
        if link == LinkState::Connected {
            status.proven_at = Some(now);
        }
        if fresh {
            self.catching_up.entry(account.to_owned()).or_default();
        }
        vec![Effect::Tell(Notice::Status)]
    }

    fn events(&mut self, now: Timestamp, account: &str, events: Vec<Decoded>) -> Vec<Effect> {
        let Some(status) = self.account(account) else {
            return Vec::new();
        };
        status.proven_at = Some(now);
        let mut effects = Vec::new();
        let mut arrivals = Vec::new();
        for decoded in events {
            let event = &decoded.event;
            let (service, node) = (
                event.service.clone().unwrap_or_default(),
                event.node.clone().unwrap_or_default(),
            );
            let key = item_key(account, event);
            let as_of = spoken_for(now, &decoded);
            match event.kind {
                Kind::Gone => {
                    flush(&mut arrivals, &mut effects);
                    self.retractions.note(now, key.clone(), as_of);
                    effects.push(Effect::Retract(key));
                }
                Kind::Cleared => {
                    self.retractions.note(now, key, as_of);
                    arrivals.push(arrival(account, decoded, now, false));
                    flush(&mut arrivals, &mut effects);
                    effects.push(Effect::Purge {
                        account: account.to_owned(),
                        service,
                        node,
                    });
                }
                Kind::Closed => {
                    effects.extend(self.close_node(account, &service, &node));
                    arrivals.push(arrival(account, decoded, now, false));
                }
                Kind::New | Kind::Changed if self.retractions.outdate(now, &key, as_of) => {}
                Kind::New | Kind::Changed => {
                    let seen_before = event.node.is_none()
                        || self
                            .baselines
                            .contains(&(account.to_owned(), service.clone(), node.clone()));
                    let owed = self.manners.desktop && seen_before;
                    arrivals.push(arrival(account, decoded, now, owed));
                }
            }
        }
        flush(&mut arrivals, &mut effects);
        effects
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
            known.trouble = Some("The node was deleted, or the subscription was ended by its owner.".to_owned());
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
        let first_sight = !self.baselines.contains(&key);
        let owed = self.manners.desktop && !first_sight;
        let present: Vec<String> = events.iter().filter_map(|d| d.event.item.clone()).collect();
        let arrivals: Vec<Arrival> = events
            .into_iter()
            .filter(|d| !self.retractions.outdate(now, &item_key(&account, &d.event), asked_at))
            .map(|d| arrival(&account, d, now, owed))
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

    fn stored(&mut self, now: Timestamp, outcomes: Vec<Stored>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for outcome in outcomes {
            let Stored::New { row, owed, replaced } = outcome else {
                continue;
            };
            if row.unread && !owed {
                let setting = Setting {
                    manners: &self.manners,
                    accounts: &self.accounts,
                };
                effects.extend(self.popups.take_over(now, &row, &replaced, &setting));
            } else if row.unread {
                match self.catching_up.get_mut(&row.account) {
                    Some(away) if row.delayed => away.push(row),
                    _ => effects.extend(self.announce(now, row, &replaced)),
                }
            }
            effects.extend(self.changed(&replaced));
        }
        effects
    }

    fn announce(&mut self, now: Timestamp, row: Row, replaced: &[Row]) -> Vec<Effect> {
        if self.pause.is_some() {
            self.popups.hold(row);
            return Vec::new();
        }
        let setting = Setting {
            manners: &self.manners,
            accounts: &self.accounts,
        };
        self.popups.announce(now, row, replaced, &setting)
    }

    fn announce_together(&mut self, now: Timestamp, rows: Vec<Row>, occasion: Occasion) -> Vec<Effect> {
        if self.pause.is_some() {
            rows.into_iter().for_each(|row| self.popups.hold(row));
            return Vec::new();
        }
        let setting = Setting {
            manners: &self.manners,
            accounts: &self.accounts,
        };
        self.popups.announce_together(now, rows, occasion, &setting)
    }

    fn changed(&mut self, rows: &[Row]) -> Vec<Effect> {
        for away in self.catching_up.values_mut() {
            away.retain(|held| !rows.iter().any(|row| row.seq == held.seq && settled(row)));
        }
        let setting = Setting {
            manners: &self.manners,
            accounts: &self.accounts,
        };
        self.popups.changed(rows, &setting)
    }

    fn popup(&mut self, event: &PopupEvent) -> Vec<Effect> {
        let seqs = self.popups.rows(event.id);
        match event.kind {
            PopupEventKind::Action(PopupAction::MarkRead) if !seqs.is_empty() => vec![Effect::MarkRead(seqs)],
            PopupEventKind::Action(PopupAction::MarkRead) => Vec::new(),
            PopupEventKind::Action(PopupAction::Open) => {
                let seq = match seqs.as_slice() {
                    [one] => Some(*one),
                    _ => None,
                };
                vec![Effect::Tell(Notice::Open { seq })]
            }
            PopupEventKind::Closed => {
                self.popups.closed(event.id);
                Vec::new()
            }
        }
    }

    fn resume(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.pause.take().is_none() {
            return Vec::new();
        }
        let held = self.popups.take_held();
        let mut effects = vec![Effect::KeepPause(None), Effect::Tell(Notice::Status)];
        effects.extend(self.announce_together(now, held, Occasion::Quiet));
        effects
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let over = self.pause.and_then(|p| p.until).is_some_and(|until| until <= now);
        let mut effects = if over { self.resume(now) } else { Vec::new() };
        let setting = Setting {
            manners: &self.manners,
            accounts: &self.accounts,
        };
        effects.extend(self.popups.next(now, &setting));
        effects
    }
}

/// An account's status after it was configured, keeping what is known of it.
fn standing(now: Timestamp, account: &Account, old: Option<AccountStatus>) -> AccountStatus {
    let mut status = old.unwrap_or_else(|| AccountStatus {
        jid: account.jid.clone(),
        label: String::new(),
        link: LinkState::Connecting,
        since: Some(now),
        trouble: None,
        next_try: None,
        proven_at: None,
        unread: 0,
        nodes: Vec::new(),
        strangers: 0,
    });
    account.label().clone_into(&mut status.label);
    status.link = match (account.enabled, status.link) {
        (false, _) => LinkState::Disabled,
        (true, LinkState::Disabled) => LinkState::Connecting,
        (true, link) => link,
    };
    let wanted = account.nodes();
    status
        .nodes
        .retain(|n| wanted.iter().any(|w| w.service == n.service && w.node == n.node));
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
            });
        }
    }
    status
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

fn arrival(account: &str, decoded: Decoded, received_at: Timestamp, owed: bool) -> Arrival {
    Arrival {
        account: account.to_owned(),
        decoded,
        received_at,
        owed,
    }
}

fn flush(arrivals: &mut Vec<Arrival>, effects: &mut Vec<Effect>) {
    if !arrivals.is_empty() {
        effects.push(Effect::Append(std::mem::take(arrivals)));
    }
}
