//! Mailboxes that are looked into by IMAP: what only said that one changed waits until it was looked into, and gives way
//! to what was found.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::arriving::{Away, flush};
use super::{Effect, Model};
use crate::account::{Account, same_folder};
use crate::event::{Decoded, Dialect, Event, Kind};
use crate::mirror::Position;
use crate::popup::Occasion;
use crate::popups::Gathered;
use crate::view::Row;

/// So long a popup that knows nothing but that a mailbox changed waits for what a look into it finds.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);

/// What was seen of a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct FolderSeen {
    /// The mail server.
    pub service: String,
    /// Who logs in there.
    pub user: String,
    /// The folder.
    pub folder: String,
    /// What came and went, in order; each of that server and folder.
    pub events: Vec<Decoded>,
    /// How far it is known now; `None` if that is to be forgotten.
    pub position: Option<Position>,
}

/// A look that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// All that changed before is known.
    pub asked_at: Timestamp,
    /// The folders that were looked into.
    pub folders: Vec<String>,
}

/// The mailboxes that are looked into.
#[derive(Debug, Default)]
pub(super) struct Mailboxes {
    by_account: BTreeMap<String, Reached>,
    /// What waits for a look, by account.
    awaiting: BTreeMap<String, Awaiting>,
    /// What a first look after an absence brings, by account: it is told together.
    away: BTreeMap<String, Gathered>,
}

/// A mailbox that is reached.
#[derive(Debug)]
struct Reached {
    account: Account,
    service: String,
    folders: Vec<String>,
}

impl Reached {
    /// Whether an event says no more than that one of these folders changed.
    fn waits(&self, event: &Event) -> bool {
        let own = event.user.as_deref().is_none_or(|user| self.account.is_own(user));
        own && says_changed(event, &self.folders)
    }
}

/// Rows that say no more than that a mailbox changed.
#[derive(Debug)]
struct Awaiting {
    rows: Vec<Row>,
    until: Timestamp,
}

/// Whether an event says no more than that one of these folders changed. Calendars tell of themselves in the same way as
/// MobileMe's mailboxes, and name none.
pub fn says_changed(event: &Event, folders: &[String]) -> bool {
    let named = |mailbox: &String| folders.iter().any(|folder| same_folder(folder, mailbox));
    event.kind == Kind::Changed && event.mailbox.as_ref().is_some_and(named)
}

impl Mailboxes {
    pub(super) fn configure(&mut self, accounts: &[Account]) {
        let reached = accounts.iter().filter(|account| account.enabled).filter_map(|account| {
            let server = account.imap.as_ref()?;
            let reached = Reached {
                service: server.host.clone(),
                folders: account.folders(),
                account: account.clone(),
            };
            Some((account.jid.clone(), reached))
        });
        self.by_account = reached.collect();
        let by_account = &self.by_account;
        self.away.retain(|jid, _| by_account.contains_key(jid));
    }

    /// Whether messages of a node are in an account's mailbox that is reached: its folders', or its own node's.
    pub(super) fn reach(&self, account: &str, service: &str) -> bool {
        let reached = self.by_account.get(account);
        reached.is_some_and(|reached| service == reached.service || service == account)
    }

    /// Whether an account has nothing but its mailbox.
    pub(super) fn alone(&self, account: &str) -> bool {
        let reached = self.by_account.get(account);
        reached.is_some_and(|reached| !reached.account.xmpp)
    }

    fn waits(&self, row: &Row) -> bool {
        let reached = self.by_account.get(&row.account);
        reached.is_some_and(|reached| reached.waits(&row.event))
    }

    /// Takes a row that owes a popup, if that is for later.
    pub(super) fn take(&mut self, now: Timestamp, row: Row) -> Option<Row> {
        if self.waits(&row) {
            let until = now + PATIENCE;
            let awaiting = self.awaiting.entry(row.account.clone()).or_insert_with(|| Awaiting {
                rows: Vec::new(),
                until,
            });
            // A clock that was set back doesn't make anybody wait longer.
            awaiting.until = awaiting.until.min(until);
            awaiting.rows.push(row);
            return None;
        }
        match self.away.get_mut(&row.account) {
            Some(away) if row.event.dialect == Dialect::Imap => {
                away.push(row);
                None
            }
            _ => Some(row),
        }
    }

    /// No popup is owed any more for these rows.
    pub(super) fn let_go(&mut self, leaving: &HashSet<i64>) {
        for away in self.away.values_mut() {
            away.retain(|seq| !leaving.contains(&seq));
        }
        for awaiting in self.awaiting.values_mut() {
            awaiting.rows.retain(|row| !leaving.contains(&row.seq));
        }
        self.awaiting.retain(|_, awaiting| !awaiting.rows.is_empty());
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.awaiting.values().map(|awaiting| awaiting.until).min()
    }

    /// Those that have waited long enough.
    pub(super) fn overdue(&mut self, now: Timestamp) -> Vec<Row> {
        let due = self.awaiting.extract_if(.., |_, awaiting| awaiting.until <= now);
        due.flat_map(|(_, awaiting)| awaiting.rows).collect()
    }
}

impl Model {
    /// The account is connected anew: whatever its mailbox holds by now was missed.
    pub(super) fn look_after_absence(&mut self, account: &str) -> Vec<Effect> {
        if !self.mailboxes.by_account.contains_key(account) {
            return Vec::new();
        }
        self.mailboxes.away.entry(account.to_owned()).or_default();
        vec![Effect::Look(account.to_owned())]
    }

    /// A row was stored: whether its mailbox is to be looked into. A bare item may be about any.
    pub(super) fn look_for(&self, row: &Row) -> Option<Effect> {
        let bare =
            row.event.kind == Kind::Changed && row.event.mailbox.is_none() && row.event.dialect == Dialect::Unknown;
        let reached = self.mailboxes.by_account.contains_key(&row.account);
        (self.mailboxes.waits(row) || bare && reached).then(|| Effect::Look(row.account.clone()))
    }

    pub(super) fn folder_seen(&mut self, now: Timestamp, account: &str, seen: FolderSeen) -> Vec<Effect> {
        if !self.mailboxes.by_account.contains_key(account) {
            return Vec::new();
        }
        let key = (account.to_owned(), seen.service, seen.folder);
        let mut effects = self.take_events(now, account, seen.events);
        let (account, service, folder) = key.clone();
        if seen.position.is_some() && self.baselines.insert(key) {
            effects.push(Effect::Baseline {
                account: account.clone(),
                service: service.clone(),
                node: folder.clone(),
            });
        }
        // After all that it is about.
        effects.push(Effect::KeepPosition {
            account,
            service,
            user: seen.user,
            folder,
            position: seen.position.map(Box::new),
        });
        effects
    }

    /// A mailbox was looked into, or couldn't be.
    pub(super) fn looked(&mut self, now: Timestamp, account: &str, looked: Option<Looked>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let away = self.mailboxes.away.remove(account).unwrap_or_default();
        if !away.is_empty() {
            effects.extend(self.announce_together(now, away, Occasion::Away));
        }
        match (looked, self.mailboxes.by_account.get(account)) {
            // What came after it was asked waits for the next look, which is under way.
            (Some(Looked { asked_at, folders }), Some(_)) => effects.push(Effect::GiveWay {
                account: account.to_owned(),
                folders,
                before: asked_at,
            }),
            _ => effects.extend(self.announce_held(now, account)),
        }
        effects
    }

    fn announce_held(&mut self, now: Timestamp, account: &str) -> Vec<Effect> {
        let held = self.mailboxes.awaiting.remove(account);
        let rows = held.map(|awaiting| awaiting.rows).unwrap_or_default();
        self.announce_waiting(now, rows)
    }

    /// Tells what waited for a look in vain.
    pub(super) fn announce_waiting(&mut self, now: Timestamp, rows: Vec<Row>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for row in rows {
            match self.catching_up.get_mut(&row.account) {
                Some(away) if Away::takes(away, &row) => away.rows.push(row),
                _ => effects.extend(self.announce(now, row, &[])),
            }
        }
        effects
    }

    /// Events, in order, of somebody who may tell them.
    pub(super) fn take_events(&mut self, now: Timestamp, account: &str, events: Vec<Decoded>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut arrivals = Vec::new();
        for decoded in events {
            self.take_event(now, account, decoded, &mut arrivals, &mut effects);
        }
        flush(&mut arrivals, &mut effects);
        effects
    }
}
