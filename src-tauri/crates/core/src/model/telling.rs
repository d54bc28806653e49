//! Popups: what is told of rows, and what a person does with it.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Effect, Model};
use crate::policy::Reason;
use crate::popup::{Occasion, PopupAction, PopupEvent, PopupEventKind};
use crate::popups::{Gathered, Popups, Setting, Undo, settled};
use crate::quiet::Later;
use crate::view::{Command, Notice, Row};

impl Model {
    /// The popups, and what their words depend on.
    pub(super) fn popups(&mut self) -> (&mut Popups, Setting<'_>) {
        let setting = Setting {
            manners: &self.manners,
            accounts: &self.accounts,
            locked: self.locked,
        };
        (&mut self.popups, setting)
    }

    pub(super) fn announce(&mut self, now: Timestamp, row: Row, replaced: &[Row]) -> Vec<Effect> {
        let vip = row.reason.as_ref().is_some_and(Reason::is_vip);
        if self.quiet.hush.is_some_and(|hush| !(vip && hush.yields_to_vip())) {
            self.popups.hold(row);
            return Vec::new();
        }
        let (popups, setting) = self.popups();
        popups.announce(now, row, replaced, &setting)
    }

    pub(super) fn announce_together(&mut self, now: Timestamp, rows: Gathered, occasion: Occasion) -> Vec<Effect> {
        if self.quiet.hush.is_some() {
            self.popups.hold_all(rows);
            return Vec::new();
        }
        let (popups, setting) = self.popups();
        popups.announce_together(now, rows, occasion, &setting)
    }

    pub(super) fn rewrite(&mut self) -> Vec<Effect> {
        let (popups, setting) = self.popups();
        popups.rewrite(&setting)
    }

    /// Rows changed: no popup is owed any more for those that are read or gone.
    pub(super) fn changed(&mut self, now: Timestamp, rows: &[Row]) -> Vec<Effect> {
        self.note_snoozed(rows);
        self.let_go(now, rows.iter().filter(|row| settled(row)))
    }

    /// No popup is owed any more for these rows, and those that are up go.
    pub(super) fn let_go<'a>(&mut self, now: Timestamp, rows: impl Iterator<Item = &'a Row>) -> Vec<Effect> {
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

    pub(super) fn note_snoozed(&mut self, rows: &[Row]) {
        for row in rows {
            match row.snoozed_until {
                Some(until) if row.unread && row.gone_at.is_none() => drop(self.snoozed.insert(row.seq, until)),
                _ => drop(self.snoozed.remove(&row.seq)),
            }
        }
    }

    pub(super) fn woken(&mut self, now: Timestamp, rows: Vec<Row>) -> Vec<Effect> {
        let due = rows.into_iter().filter(|row| !settled(row)).collect();
        self.announce_together(now, due, Occasion::Snoozed)
    }

    pub(super) fn muted(&mut self, now: Timestamp, row: Row) -> Vec<Effect> {
        if !self.muting.remove(&row.seq) || self.quiet.hush.is_some() {
            return Vec::new();
        }
        let (popups, setting) = self.popups();
        popups.announce_muted(now, row, &setting)
    }

    pub(super) fn popup(&mut self, event: &PopupEvent) -> Vec<Effect> {
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
}

fn ask(command: Command) -> Effect {
    Effect::Ask(Box::new(command))
}
