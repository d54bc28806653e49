//! A model with a store in memory and a screen, over simulated time.

#![allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing
)]

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use mailwren_core::MAIL_NODE;
use mailwren_core::account::Account;
use mailwren_core::arrival::{Arrival, ItemKey, Stored};
use mailwren_core::event::{Decoded, Dialect, Event, Kind, PayloadDigest, Sender};
use mailwren_core::model::{Effect, HookCall, Input, LinkChange, Manners, Model, says_changed};
use mailwren_core::popup::{Popup, PopupAction, PopupEvent, PopupEventKind};
use mailwren_core::view::{AccountStatus, Command, Notice, Row};

pub const SAM: &str = "sam@example.org";

/// A model with a store in memory, a screen that shows popups, and a clock that stands still until told.
pub struct World {
    pub model: Model,
    pub now: Timestamp,
    pub rows: Vec<(ItemKey, PayloadDigest, Row)>,
    pub owed: BTreeSet<i64>,
    pub up: BTreeMap<u64, Popup>,
    pub shows: Vec<(Timestamp, Popup)>,
    pub told: Vec<Notice>,
    pub hooks: Vec<HookCall>,
    pub asked: Vec<Command>,
    pub looks: Vec<String>,
    /// Folders whose positions were kept, or forgotten.
    pub positions: Vec<(String, bool)>,
    pub rev: i64,
}

impl World {
    pub fn new() -> Self {
        let mut world = Self {
            model: Model::default(),
            now: "2026-11-24T12:00:00Z".parse().unwrap(),
            rows: Vec::new(),
            owed: BTreeSet::new(),
            up: BTreeMap::new(),
            shows: Vec::new(),
            told: Vec::new(),
            hooks: Vec::new(),
            asked: Vec::new(),
            looks: Vec::new(),
            positions: Vec::new(),
            rev: 0,
        };
        world.input(Input::Manners(Manners {
            desktop: true,
            ..Manners::default()
        }));
        world.input(Input::Accounts(vec![Account::new(SAM)]));
        world
    }

    /// A world whose account is connected and has seen its node in whole.
    pub fn caught_up() -> Self {
        let mut world = Self::new();
        world.link(LinkChange::Fresh);
        world.fetched(Vec::new());
        world.input(Input::CaughtUp {
            account: SAM.to_owned(),
        });
        world
    }

    pub fn input(&mut self, input: Input) {
        let mut inputs = vec![input];
        while !inputs.is_empty() {
            for effect in self.model.update(self.now, inputs.remove(0)) {
                if let Some(follows) = self.carry_out(effect) {
                    inputs.push(follows);
                }
            }
        }
    }

    pub fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Append(arrivals) => {
                let stored = arrivals.into_iter().map(|a| self.store(a)).collect();
                Some(Input::Stored(stored))
            }
            Effect::Retract(key) => Some(self.change(|k, _| *k == key, |row, now| row.gone_at = Some(now))),
            Effect::Purge { node, .. } => Some(self.change(|k, _| k.node == node, |row, now| row.gone_at = Some(now))),
            Effect::Reconcile {
                node, present, as_of, ..
            } => Some(self.change(
                |k, row| k.node == node && row.unread && !present.contains(&k.item) && sent_before(row, as_of),
                |row, now| row.gone_at = Some(now),
            )),
            Effect::MarkRead(seqs) => Some(self.change(|_, row| seqs.contains(&row.seq), |_, _| {})),
            Effect::Show(popup) => {
                self.owed.retain(|seq| !popup.settles.contains(seq));
                self.shows.push((self.now, popup.clone()));
                self.up.insert(popup.id, popup);
                None
            }
            Effect::Settle(seqs) => {
                self.owed.retain(|seq| !seqs.contains(seq));
                None
            }
            Effect::Withdraw(id) => {
                self.up.remove(&id);
                None
            }
            Effect::Tell(notice) => {
                self.told.push(notice);
                None
            }
            Effect::Wake(seqs) => {
                let mut woken = Vec::new();
                for (_, _, row) in &mut self.rows {
                    if seqs.contains(&row.seq) && row.unread && row.gone_at.is_none() {
                        row.snoozed_until = None;
                        self.owed.insert(row.seq);
                        woken.push(row.clone());
                    }
                }
                Some(Input::Woken(woken))
            }
            Effect::Explain(reasons) => {
                let mut changed = Vec::new();
                for (seq, reason) in reasons {
                    let row = self.rows.iter_mut().map(|(_, _, row)| row).find(|row| row.seq == seq)?;
                    row.reason = Some(reason);
                    changed.push(row.clone());
                }
                Some(Input::Changed(changed))
            }
            Effect::Hook(call) => {
                self.hooks.push(*call);
                None
            }
            Effect::Ask(command) => {
                self.asked.push(*command);
                None
            }
            Effect::Look(account) => {
                self.looks.push(account);
                None
            }
            Effect::KeepPosition { folder, position, .. } => {
                self.positions.push((folder, position.is_some()));
                None
            }
            Effect::GiveWay { folders, before, .. } => Some(self.change(
                |_, row| row.unread && row.received_at <= before && says_changed(&row.event, &folders),
                |row, now| {
                    row.gone_at = Some(now);
                    row.replaced = true;
                },
            )),
            Effect::Baseline { .. } | Effect::KeepPause(_) | Effect::Dismiss(_) | Effect::TakeOver { .. } => None,
        }
    }

    pub fn store(&mut self, arrival: Arrival) -> Stored {
        let event = arrival.decoded.event;
        let key = ItemKey {
            account: arrival.account.clone(),
            service: event.service.clone().unwrap_or_default(),
            node: event.node.clone().unwrap_or_default(),
            item: event.item.clone().unwrap_or_default(),
        };
        self.rev += 1;
        let rev = self.rev;
        let same = |(k, d, _): &(ItemKey, PayloadDigest, Row)| *k == key && *d == arrival.decoded.payload;
        let twin = self.rows.iter().position(same);
        if let Some((_, _, row)) = twin.map(|twin| &self.rows[twin])
            && row.gone_at.is_none()
        {
            return Stored::Known { seq: row.seq };
        }
        let (now, owed) = (self.now, &mut self.owed);
        let replaced = self
            .rows
            .iter_mut()
            .filter(|(k, _, row)| *k == key && row.unread)
            .map(|(_, _, row)| {
                owed.remove(&row.seq);
                row.unread = false;
                row.gone_at = Some(now);
                row.replaced = true;
                row.clone()
            })
            .collect();
        if let Some(twin) = twin {
            let (_, _, row) = &mut self.rows[twin];
            (row.gone_at, row.replaced, row.unread) = (None, false, true);
            let row = row.clone();
            return Stored::Revived { row, replaced };
        }
        let row = Row {
            seq: i64::try_from(self.rows.len()).unwrap() + 1,
            rev,
            account: arrival.account,
            received_at: arrival.received_at,
            delayed: arrival.decoded.delayed,
            unread: arrival.unread && matches!(event.kind, Kind::New | Kind::Changed),
            gone_at: None,
            replaced: false,
            snoozed_until: None,
            acted: None,
            reason: arrival.reason,
            opens: None,
            event,
        };
        if arrival.owed {
            self.owed.insert(row.seq);
        }
        self.rows.push((key, arrival.decoded.payload, row.clone()));
        Stored::New {
            row,
            replaced,
            owed: arrival.owed,
        }
    }

    pub fn change(&mut self, which: impl Fn(&ItemKey, &Row) -> bool, how: impl Fn(&mut Row, Timestamp)) -> Input {
        let now = self.now;
        let mut changed = Vec::new();
        for (key, _, row) in &mut self.rows {
            if which(key, row) {
                how(row, now);
                row.unread = false;
                row.snoozed_until = None;
                self.owed.remove(&row.seq);
                changed.push(row.clone());
            }
        }
        Input::Changed(changed)
    }

    pub fn link(&mut self, change: LinkChange) {
        self.input(Input::Link {
            account: SAM.to_owned(),
            change,
        });
    }

    pub fn live(&mut self, events: Vec<Decoded>) {
        self.input(Input::Events {
            account: SAM.to_owned(),
            events,
        });
    }

    pub fn fetched(&mut self, events: Vec<Decoded>) {
        self.fetched_as_asked(self.now, events);
    }

    pub fn fetched_as_asked(&mut self, asked_at: Timestamp, events: Vec<Decoded>) {
        self.input(Input::Fetched {
            account: SAM.to_owned(),
            service: SAM.to_owned(),
            node: MAIL_NODE.to_owned(),
            asked_at,
            events,
            complete: true,
        });
    }

    /// A person does something to the newest popup.
    pub fn choose(&mut self, action: PopupAction) {
        let id = *self.up.keys().last().expect("a popup is up");
        self.input(Input::Popup(PopupEvent {
            id,
            kind: PopupEventKind::Action(action),
        }));
    }

    /// What the engine does with a command to put rows off.
    pub fn snooze(&mut self, which: &[i64], until: Option<Timestamp>) {
        let mut changed = Vec::new();
        for (_, _, row) in &mut self.rows {
            if which.contains(&row.seq) && row.unread && row.gone_at.is_none() {
                row.snoozed_until = until;
                if until.is_some() {
                    self.owed.remove(&row.seq);
                }
                changed.push(row.clone());
            }
        }
        self.input(Input::Changed(changed));
    }

    pub fn row(&self, item: &str) -> &Row {
        let found = self.rows.iter().rev().find(|(key, _, _)| key.item == item);
        &found.expect("it was stored").2
    }

    /// Lets time pass, with every deadline kept.
    pub fn pass(&mut self, seconds: i64) {
        let end = self.now + SignedDuration::from_secs(seconds);
        while let Some(deadline) = self.model.next_deadline().filter(|d| *d <= end) {
            self.now = deadline.max(self.now);
            self.input(Input::Tick);
        }
        self.now = end;
    }

    pub fn titles(&self) -> Vec<&str> {
        self.up.values().map(|p| p.title.as_str()).collect()
    }

    pub fn account(&self) -> AccountStatus {
        self.model.status().accounts[0].clone()
    }
}

pub fn mail(item: &str, sender: &str) -> Decoded {
    Decoded {
        event: Event {
            service: Some(SAM.to_owned()),
            node: Some(MAIL_NODE.to_owned()),
            item: Some(item.to_owned()),
            dialect: Dialect::Mailwren,
            mailbox: Some("INBOX".to_owned()),
            from: Some(Sender {
                name: Some(sender.to_owned()),
                address: None,
            }),
            subject: Some(format!("about {item}")),
            ..Event::bare(Kind::New)
        },
        delayed: false,
        payload: PayloadDigest(format!("{item} from {sender}")),
    }
}

pub fn late(decoded: Decoded) -> Decoded {
    Decoded {
        delayed: true,
        ..decoded
    }
}

fn sent_before(row: &Row, time: Timestamp) -> bool {
    if row.delayed {
        row.event.sent_at.is_none_or(|sent_at| sent_at < time)
    } else {
        row.received_at < time
    }
}

/// Late, and sent at that time.
pub fn stamped(sent_at: Timestamp, decoded: Decoded) -> Decoded {
    let mut decoded = late(decoded);
    decoded.event.sent_at = Some(sent_at);
    decoded
}

pub fn changed(item: &str) -> Decoded {
    let mut decoded = mail(item, "");
    decoded.event.kind = Kind::Changed;
    decoded.event.from = None;
    decoded.event.subject = None;
    decoded.event.mailbox = Some("Inbox".to_owned());
    decoded
}

pub fn gone(item: &str) -> Decoded {
    let mut decoded = mail(item, "");
    decoded.event.kind = Kind::Gone;
    decoded
}

pub fn numbered(count: usize) -> Vec<Decoded> {
    (0..count)
        .map(|n| mail(&format!("m{n}"), &format!("Sender {n}")))
        .collect()
}
