//! The model: inputs in, effects out. One plain function decides what is stored, told and withdrawn.
//!
//! The engine feeds [`Model::update`] everything that happens, with the time it happened at, and carries the returned
//! [`Effect`]s out in order. Store first, notify after: a popup is only ever the answer to [`Input::Stored`].

mod accounts;
mod arriving;
mod effect;
mod hush;
mod input;
mod mailboxes;
mod manners;
mod telling;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use self::accounts::HEARTBEAT;
use self::arriving::Away;
pub use self::effect::{Effect, HookCall};
use self::hush::{Quiet, TRY_AGAIN};
pub use self::input::{Input, LinkChange, Pulse};
use self::mailboxes::Mailboxes;
pub use self::mailboxes::{FolderSeen, Looked, says_changed};
pub use self::manners::Manners;
use crate::adhoc::Offer;
use crate::policy::Hush;
use crate::popup::{Occasion, Popup};
use crate::popups::Popups;
use crate::retractions::Retractions;
use crate::view::{AccountStatus, LinkState, Notice, Pause, Problem, Status};

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
            Input::Node { account, node } => self.node(&account, node),
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
                let mut effects = self.let_in(&account, None);
                let away = self.catching_up.remove(&account).unwrap_or_default();
                effects.extend(self.announce_together(now, away.rows, Occasion::Away));
                effects
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
}
