//! When a row becomes a popup, alone or with others, and when the popup goes again.
//!
//! At most one popup a second, whatever comes; more than [`Grouping::above`] within [`Grouping::within_seconds`]
//! become one popup that counts and names, replaced in place as more come.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::event::Kind;
use crate::model::{Effect, Manners};
use crate::popup::{Occasion, Popup, PopupAction, words_for_many, words_for_row};
use crate::view::{AccountStatus, Row};

/// When many become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouping {
    /// More popups than this within the time are told as one.
    pub above: usize,
    /// The time, in seconds.
    pub within_seconds: u32,
}

impl Default for Grouping {
    fn default() -> Self {
        Self {
            above: 5,
            within_seconds: 10,
        }
    }
}

/// What a decision needs to know beside the rows.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// How notifications are to be made.
    pub manners: &'a Manners,
    /// The accounts, for their labels.
    pub accounts: &'a [AccountStatus],
}

impl Setting<'_> {
    /// The account's label, where there are several to tell apart.
    fn account<'b>(&'b self, row: &'b Row) -> Option<&'b str> {
        let several = self.accounts.len() > 1;
        let status = self.accounts.iter().find(|a| a.jid == row.account);
        several.then(|| status.map_or(row.account.as_str(), |s| s.label.as_str()))
    }
}

/// Between two popups at least so long.
const PACE: SignedDuration = SignedDuration::from_secs(1);

#[derive(Debug)]
enum Shape {
    /// One mail.
    Single,
    /// "Inbox changed": one per mailbox, replaced in place.
    Mailbox { shown_at: Timestamp },
    /// Many mails.
    Many(Occasion),
}

#[derive(Debug)]
struct Shown {
    shape: Shape,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Burst {
    id: u64,
    last_arrival: Timestamp,
}

/// The popups that are up, and those that wait for their turn.
#[derive(Debug, Default)]
pub struct Popups {
    shown: BTreeMap<u64, Shown>,
    last_id: u64,
    last_show: Option<Timestamp>,
    /// When single popups were shown, within the grouping time.
    recent: VecDeque<(Timestamp, u64)>,
    burst: Option<Burst>,
    pending: VecDeque<Row>,
    summaries: VecDeque<(Occasion, Vec<Row>)>,
    held: Vec<Row>,
}

impl Popups {
    /// A new row owes a popup; `replaced` are older rows of the same item, whose popup it takes over.
    pub fn announce(&mut self, now: Timestamp, row: Row, replaced: &[Row], setting: &Setting<'_>) -> Vec<Effect> {
        if let Some(burst) = &mut self.burst {
            burst.last_arrival = now;
        }
        if let Some(taken_over) = self.take_over(now, &row, replaced, setting) {
            return vec![taken_over];
        }
        self.pending.push_back(row);
        self.next(now, setting)
    }

    /// A replacement isn't a new popup: the one that is up changes in place, without a sound.
    pub fn take_over(&mut self, now: Timestamp, row: &Row, replaced: &[Row], setting: &Setting<'_>) -> Option<Effect> {
        let within = SignedDuration::from_secs(i64::from(setting.manners.grouping.within_seconds));
        let (id, shown) = self.shown.iter_mut().find(|(_, shown)| match shown.shape {
            Shape::Mailbox { .. } => row.event.kind == Kind::Changed && shown.rows.iter().any(|r| same_node(r, row)),
            Shape::Single => shown.rows.iter().any(|r| replaced.iter().any(|old| old.seq == r.seq)),
            Shape::Many(_) => false,
        })?;
        shown.rows.push(row.clone());
        match &mut shown.shape {
            // "Inbox changed" says nothing that saying it again would add to, but for its being new.
            Shape::Mailbox { shown_at } if now.duration_since(*shown_at) < within => {
                Some(Effect::Settle(vec![row.seq]))
            }
            Shape::Mailbox { shown_at } => {
                *shown_at = now;
                Some(Effect::Show(one(*id, row, false, setting)))
            }
            Shape::Single | Shape::Many(_) => Some(Effect::Show(one(*id, row, false, setting))),
        }
    }

    /// Several rows owe a popup together.
    pub fn announce_together(
        &mut self,
        now: Timestamp,
        rows: Vec<Row>,
        occasion: Occasion,
        setting: &Setting<'_>,
    ) -> Vec<Effect> {
        match rows.len() {
            0 => return Vec::new(),
            1 => self.pending.extend(rows),
            _ => self.summaries.push_back((occasion, rows)),
        }
        self.next(now, setting)
    }

    /// A row owes a popup that must wait for the end of a pause.
    pub fn hold(&mut self, row: Row) {
        self.held.push(row);
    }

    /// Holds back everything that waits for its turn: a pause begins.
    pub fn hold_pending(&mut self) {
        self.held.extend(self.pending.drain(..));
        self.held.extend(self.summaries.drain(..).flat_map(|(_, rows)| rows));
    }

    /// The rows that waited for the end of a pause.
    pub fn take_held(&mut self) -> Vec<Row> {
        std::mem::take(&mut self.held)
    }

    /// The rows that a popup stands for.
    pub fn rows(&self, id: u64) -> Vec<i64> {
        self.shown
            .get(&id)
            .map(|s| s.rows.iter().map(|r| r.seq).collect())
            .unwrap_or_default()
    }

    /// A popup was dismissed, or ran out.
    pub fn closed(&mut self, id: u64) {
        self.shown.remove(&id);
        self.burst.take_if(|b| b.id == id);
    }

    /// Rows changed: those that are read or gone leave their popups.
    pub fn changed(&mut self, rows: &[Row], setting: &Setting<'_>) -> Vec<Effect> {
        let settled: Vec<i64> = rows.iter().filter(|r| settled(r)).map(|r| r.seq).collect();
        if settled.is_empty() {
            return Vec::new();
        }
        let keep = |row: &Row| !settled.contains(&row.seq);
        self.pending.retain(keep);
        self.held.retain(keep);
        for (_, rows) in &mut self.summaries {
            rows.retain(keep);
        }
        self.summaries.retain(|(_, rows)| !rows.is_empty());

        let mut effects = Vec::new();
        let touched: Vec<u64> = self
            .shown
            .iter()
            .filter(|(_, shown)| shown.rows.iter().any(|r| !keep(r)))
            .map(|(id, _)| *id)
            .collect();
        for id in touched {
            let Some(shown) = self.shown.get_mut(&id) else { continue };
            shown.rows.retain(keep);
            if shown.rows.is_empty() {
                self.closed(id);
                effects.push(Effect::Withdraw(id));
            } else if let Shape::Many(occasion) = shown.shape {
                effects.push(Effect::Show(many(id, &shown.rows, occasion, false, setting)));
            }
        }
        effects
    }

    /// When [`Popups::next`] is wanted again.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let waiting = !self.pending.is_empty() || !self.summaries.is_empty();
        waiting.then(|| self.last_show.map_or(Timestamp::MIN, |at| at + PACE))
    }

    /// Shows what waits, if its turn has come.
    pub fn next(&mut self, now: Timestamp, setting: &Setting<'_>) -> Vec<Effect> {
        // A clock set back must not silence anything: only a last popup that lies in the past holds the next one up.
        if self.last_show.is_some_and(|at| at <= now && now < at + PACE) {
            return Vec::new();
        }
        if let Some((occasion, rows)) = self.summaries.pop_front() {
            self.last_show = Some(now);
            return vec![self.show_many(rows, occasion, setting)];
        }
        let grouping = setting.manners.grouping;
        let within = SignedDuration::from_secs(i64::from(grouping.within_seconds));
        let is_recent = |at: Timestamp| at <= now && now.duration_since(at) < within;
        self.recent.retain(|(at, _)| is_recent(*at));
        self.burst.take_if(|b| !is_recent(b.last_arrival));

        if self.pending.is_empty() {
            return Vec::new();
        }
        self.last_show = Some(now);
        if let Some(Burst { id, .. }) = self.burst {
            let rows: Vec<Row> = self.pending.drain(..).collect();
            self.add_to_burst(id, rows, setting).into_iter().collect()
        } else if self.recent.len() + self.pending.len() > grouping.above {
            self.start_burst(now, setting)
        } else {
            self.show_one(now, setting).into_iter().collect()
        }
    }

    fn show_one(&mut self, now: Timestamp, setting: &Setting<'_>) -> Option<Effect> {
        let row = self.pending.pop_front()?;
        let id = self.fresh_id();
        let popup = one(id, &row, true, setting);
        let (shape, rows) = if row.event.kind == Kind::Changed {
            // All that this mailbox has to say is said by this one.
            let (same, other) = self
                .pending
                .drain(..)
                .partition(|r| r.event.kind == Kind::Changed && same_node(r, &row));
            self.pending = other;
            let same: VecDeque<Row> = same;
            let mut rows = vec![row];
            rows.extend(same);
            (Shape::Mailbox { shown_at: now }, rows)
        } else {
            self.recent.push_back((now, id));
            (Shape::Single, vec![row])
        };
        let settles = rows.iter().map(|r| r.seq).collect();
        self.shown.insert(id, Shown { shape, rows });
        Some(Effect::Show(Popup { settles, ..popup }))
    }

    /// The single popups of the last seconds and all that waits become one.
    fn start_burst(&mut self, now: Timestamp, setting: &Setting<'_>) -> Vec<Effect> {
        let mut rows = Vec::new();
        let mut effects = Vec::new();
        for (_, id) in std::mem::take(&mut self.recent) {
            if let Some(shown) = self.shown.remove(&id) {
                rows.extend(shown.rows);
                effects.push(Effect::Withdraw(id));
            }
        }
        rows.extend(self.pending.drain(..));
        effects.push(self.show_many(rows, Occasion::Burst, setting));
        self.burst = Some(Burst {
            id: self.last_id,
            last_arrival: now,
        });
        effects
    }

    fn add_to_burst(&mut self, id: u64, rows: Vec<Row>, setting: &Setting<'_>) -> Option<Effect> {
        let settles = rows.iter().map(|r| r.seq).collect();
        let shown = self.shown.get_mut(&id)?;
        shown.rows.extend(rows);
        let popup = many(id, &shown.rows, Occasion::Burst, false, setting);
        Some(Effect::Show(Popup { settles, ..popup }))
    }

    fn show_many(&mut self, rows: Vec<Row>, occasion: Occasion, setting: &Setting<'_>) -> Effect {
        let id = self.fresh_id();
        let popup = many(id, &rows, occasion, true, setting);
        self.shown.insert(
            id,
            Shown {
                shape: Shape::Many(occasion),
                rows,
            },
        );
        Effect::Show(popup)
    }

    fn fresh_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

/// Whether a row needs no popup any longer.
pub fn settled(row: &Row) -> bool {
    !row.unread || row.gone_at.is_some()
}

fn same_node(a: &Row, b: &Row) -> bool {
    a.account == b.account && a.event.service == b.event.service && a.event.node == b.event.node
}

fn one(id: u64, row: &Row, sound: bool, setting: &Setting<'_>) -> Popup {
    let (title, body) = words_for_row(row, setting.account(row), setting.manners.privacy);
    popup(id, title, body, sound, vec![row.seq])
}

fn many(id: u64, rows: &[Row], occasion: Occasion, sound: bool, setting: &Setting<'_>) -> Popup {
    let (title, body) = words_for_many(rows.iter(), occasion, setting.manners.privacy);
    popup(id, title, body, sound, rows.iter().map(|r| r.seq).collect())
}

fn popup(id: u64, title: String, body: String, sound: bool, settles: Vec<i64>) -> Popup {
    Popup {
        id,
        title,
        body,
        actions: vec![PopupAction::Open, PopupAction::MarkRead],
        sound,
        settles,
    }
}
