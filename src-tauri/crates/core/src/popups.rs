//! When a row becomes a popup, alone or with others, and when the popup goes again.
//!
//! At most one popup a second, whatever comes; more than [`Grouping::above`] within [`Grouping::within_seconds`]
//! become one popup that counts and names, replaced in place as more come.

mod gathered;

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::act::Act;
use crate::event::Kind;
use crate::model::{Effect, Manners};
use crate::policy::{Cause, Outcome, Reason};
use crate::popup::{
    Occasion, Popup, PopupAction, Privacy, words_for_done, words_for_many, words_for_muted, words_for_row,
    words_for_sample, words_for_undone,
};
use crate::said::Said;
use crate::view::{AccountStatus, LinkState, Row};

pub use self::gathered::{Gathered, OneOfMany};

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

impl Grouping {
    /// Whether an instant lies within the time before now.
    fn covers(self, at: Timestamp, now: Timestamp) -> bool {
        at <= now && now.duration_since(at) < SignedDuration::from_secs(i64::from(self.within_seconds))
    }
}

/// What a decision needs to know beside the rows.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// How notifications are to be made.
    pub manners: &'a Manners,
    /// The accounts, for their labels.
    pub accounts: &'a [AccountStatus],
    /// Whether the screen is locked.
    pub locked: bool,
}

impl Setting<'_> {
    /// The account's label, where there are several to tell apart.
    fn account<'b>(&'b self, row: &'b Row) -> Option<&'b str> {
        let several = self.accounts.len() > 1;
        let status = self.accounts.iter().find(|a| a.jid == row.account);
        several.then(|| status.map_or(row.account.as_str(), |s| s.label.as_str()))
    }

    /// Whether something can be done with a row's message where it lies.
    fn reaches_mailbox(&self, row: &Row) -> bool {
        let (service, node) = (row.event.service.as_deref(), row.event.node.as_deref());
        let account = self.accounts.iter().find(|status| status.jid == row.account);
        account.is_some_and(|status| {
            let mut nodes = status.nodes.iter().filter(|n| n.acts);
            status.link == LinkState::Connected
                && nodes.any(|n| Some(n.service.as_str()) == service && Some(n.node.as_str()) == node)
        })
    }

    /// How much may be told of a row.
    fn privacy(&self, row: &Row) -> Privacy {
        self.privacy_of(&OneOfMany::of(row))
    }

    fn privacy_of(&self, one: &OneOfMany<'_>) -> Privacy {
        self.at_most(one.privacy.unwrap_or(self.manners.privacy))
    }

    fn at_most(&self, unlocked: Privacy) -> Privacy {
        if self.locked {
            unlocked.max(self.manners.privacy_locked)
        } else {
            unlocked
        }
    }
}

/// So many more than are told one by one may wait before what comes is told with others in any case.
const BEFORE_A_CROWD: usize = 8;

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
    /// A person wanted to see how popups look; stands for no row.
    Sample,
    /// Tells what was done, or couldn't be; stands for no row.
    Told(Told),
}

/// What came of an action at a popup.
#[derive(Debug, Clone)]
struct Told {
    words: (String, String),
    /// What can be taken back.
    undo: Option<Undo>,
}

/// What can be taken back at a popup that says it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// This row's sender was muted.
    Mute(i64),
    /// The messages of these rows were moved.
    Act(Vec<i64>),
}

#[derive(Debug)]
struct Shown {
    shape: Shape,
    rows: Gathered,
    /// Title and body as they were shown last.
    words: (String, String),
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
    /// Popups that stand for fewer than they say, and when such were last put right.
    outdated: BTreeSet<u64>,
    last_update: Option<Timestamp>,
    /// When single popups were shown, within the grouping time.
    recent: VecDeque<(Timestamp, u64)>,
    burst: Option<Burst>,
    pending: VecDeque<Row>,
    /// What came behind those, once they were too many to be told one by one.
    crowd: Gathered,
    summaries: VecDeque<(Occasion, Gathered)>,
    /// What came of actions at popups, still to be said.
    said: VecDeque<Told>,
    held: Gathered,
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
        let crowded = self.pending.len() > setting.manners.grouping.above.saturating_add(BEFORE_A_CROWD);
        // Whatever else waits, a VIP's mail may be told by itself.
        if crowded && !is_vip(&row) {
            self.crowd.push(row);
        } else {
            self.pending.push_back(row);
        }
        self.next(now, setting)
    }

    /// All that waits for its turn.
    fn take_pending(&mut self) -> Gathered {
        let mut rows: Gathered = self.pending.drain(..).collect();
        rows.append(std::mem::take(&mut self.crowd));
        rows
    }

    /// How many wait for their turn.
    fn waiting(&self) -> usize {
        self.crowd.len().saturating_add(self.pending.len())
    }

    /// A replacement isn't a new popup: the one that is up changes in place, without a sound.
    pub fn take_over(&mut self, now: Timestamp, row: &Row, replaced: &[Row], setting: &Setting<'_>) -> Option<Effect> {
        let within = SignedDuration::from_secs(i64::from(setting.manners.grouping.within_seconds));
        let (id, shown) = self.shown.iter_mut().find(|(_, shown)| match shown.shape {
            Shape::Mailbox { .. } => {
                row.event.kind == Kind::Changed && shown.rows.newest().is_some_and(|r| same_node(r, row))
            }
            Shape::Single => shown.rows.seqs().any(|seq| replaced.iter().any(|old| old.seq == seq)),
            Shape::Many(_) | Shape::Told(_) | Shape::Sample => false,
        })?;
        shown.rows.push(row.clone());
        let settles = vec![row.seq];
        match &mut shown.shape {
            // "Inbox changed" says nothing that saying it again would add to, but for its being new.
            Shape::Mailbox { shown_at } if now.duration_since(*shown_at) < within => {
                return Some(Effect::Settle(settles));
            }
            Shape::Mailbox { shown_at } => *shown_at = now,
            Shape::Single | Shape::Many(_) | Shape::Told(_) | Shape::Sample => {}
        }
        Some(Effect::Show(Popup {
            settles,
            ..shown.popup(*id, false, setting)
        }))
    }

    /// Several rows owe a popup together.
    pub fn announce_together(
        &mut self,
        now: Timestamp,
        rows: Gathered,
        occasion: Occasion,
        setting: &Setting<'_>,
    ) -> Vec<Effect> {
        if rows.is_empty() {
            return Vec::new();
        }
        let explained = match rows.into_only() {
            Ok(mut row) => {
                let explained = explain_alone(&mut row, &occasion.cause());
                self.pending.push_back(row);
                explained
            }
            Err(rows) => {
                self.summaries.push_back((occasion, rows));
                None
            }
        };
        explained.into_iter().chain(self.next(now, setting)).collect()
    }

    /// A row's sender was muted from its popup: say so, with a way back.
    pub fn announce_muted(&mut self, now: Timestamp, row: Row, setting: &Setting<'_>) -> Vec<Effect> {
        self.said.push_back(Told {
            words: words_for_muted(&row, &setting.manners.words),
            undo: Some(Undo::Mute(row.seq)),
        });
        self.next(now, setting)
    }

    /// What was chosen at a popup was done: say so, with a way back.
    pub fn announce_done(&mut self, now: Timestamp, act: Act, rows: &[Row], setting: &Setting<'_>) -> Vec<Effect> {
        let least = rows.iter().map(|row| setting.privacy(row)).max();
        let told = if least == Some(Privacy::Count) { &[] } else { rows };
        self.said.push_back(Told {
            words: words_for_done(act, told, &setting.manners.words),
            undo: Some(Undo::Act(rows.iter().map(|row| row.seq).collect())),
        });
        self.next(now, setting)
    }

    /// What was chosen at a popup couldn't be done: say so, since nothing else does.
    pub fn announce_undone(
        &mut self,
        now: Timestamp,
        act: Act,
        rows: &[Row],
        why: &Said,
        setting: &Setting<'_>,
    ) -> Vec<Effect> {
        let least = rows.iter().map(|row| setting.privacy(row)).max();
        // A sender's name is told where the popup told it.
        let rows = if least == Some(Privacy::Count) { &[] } else { rows };
        self.said.push_back(Told {
            words: words_for_undone(act, rows, why, &setting.manners.words),
            undo: None,
        });
        self.next(now, setting)
    }

    /// A popup such as one of a new mail would be. A person waits for it, so it keeps no distance to the last.
    pub fn sample(&mut self, now: Timestamp, setting: &Setting<'_>) -> Popup {
        self.show(now, Shape::Sample, Gathered::default(), true, setting)
    }

    /// Whether so many came lately that the next one is told with others.
    pub fn crowded(&self, now: Timestamp, grouping: Grouping) -> bool {
        let recent = self.recent.iter().filter(|(at, _)| grouping.covers(*at, now)).count();
        let in_burst = self
            .burst
            .as_ref()
            .is_some_and(|b| grouping.covers(b.last_arrival, now));
        in_burst || recent.saturating_add(self.waiting()) >= grouping.above
    }

    /// A row owes a popup that must wait until it is quiet no longer.
    pub fn hold(&mut self, row: Row) {
        self.held.push(row);
    }

    /// Several rows owe a popup, and must wait likewise.
    pub fn hold_all(&mut self, rows: Gathered) {
        self.held.append(rows);
    }

    /// Holds back everything that waits for its turn, but for VIPs' mail if that may go on: it becomes quiet.
    pub fn hold_pending(&mut self, vips_go_on: bool) {
        let (going_on, waiting): (VecDeque<Row>, VecDeque<Row>) =
            self.pending.drain(..).partition(|row| vips_go_on && is_vip(row));
        self.pending = going_on;
        self.held.append(std::mem::take(&mut self.crowd));
        self.held.extend(waiting);
        for (_, rows) in self.summaries.drain(..) {
            self.held.append(rows);
        }
        self.said.clear();
    }

    /// The desktop didn't take a popup since it isn't to be disturbed: its rows wait.
    pub fn take_back(&mut self, id: u64) {
        if let Some(shown) = self.shown.remove(&id) {
            self.held.append(shown.rows);
        }
        self.burst.take_if(|b| b.id == id);
        self.recent.retain(|(_, recent)| *recent != id);
    }

    /// The rows that waited until it was quiet no longer.
    pub fn take_held(&mut self) -> Gathered {
        std::mem::take(&mut self.held)
    }

    /// Popups that are up say what may be said now: the screen was locked or unlocked, or the settings changed.
    pub fn rewrite(&mut self, setting: &Setting<'_>) -> Vec<Effect> {
        let changed = |(id, shown): (&u64, &mut Shown)| {
            let before = shown.words.clone();
            let popup = shown.popup(*id, false, setting);
            (before != shown.words).then_some(Effect::Show(Popup {
                settles: Vec::new(),
                ..popup
            }))
        };
        self.shown.iter_mut().filter_map(changed).collect()
    }

    /// What is taken back at a popup.
    pub fn undo(&self, id: u64) -> Option<Undo> {
        match &self.shown.get(&id)?.shape {
            Shape::Told(said) => said.undo.clone(),
            _ => None,
        }
    }

    /// The rows that a popup stands for.
    pub fn rows(&self, id: u64) -> Vec<i64> {
        self.shown
            .get(&id)
            .map(|shown| shown.rows.seqs().collect())
            .unwrap_or_default()
    }

    /// A popup was dismissed, or ran out.
    pub fn closed(&mut self, id: u64) {
        self.shown.remove(&id);
        self.burst.take_if(|b| b.id == id);
    }

    /// Rows leave the popups that stand for them, or were to.
    pub fn let_go(&mut self, now: Timestamp, leaving: &HashSet<i64>, setting: &Setting<'_>) -> Vec<Effect> {
        let keep = |seq: i64| !leaving.contains(&seq);
        self.pending.retain(|row| keep(row.seq));
        self.crowd.retain(keep);
        self.held.retain(keep);
        for (_, rows) in &mut self.summaries {
            rows.retain(keep);
        }
        self.summaries.retain(|(_, rows)| !rows.is_empty());

        let mut effects = Vec::new();
        let touched: Vec<u64> = self
            .shown
            .iter()
            .filter(|(_, shown)| shown.rows.seqs().any(|seq| !keep(seq)))
            .map(|(id, _)| *id)
            .collect();
        for id in touched {
            let Some(shown) = self.shown.get_mut(&id) else { continue };
            shown.rows.retain(keep);
            if shown.rows.is_empty() {
                self.closed(id);
                effects.push(Effect::Withdraw(id));
            } else if let Shape::Many(_) = shown.shape {
                self.outdated.insert(id);
            }
        }
        effects.extend(self.update(now, setting));
        effects
    }

    /// Puts popups right that say too many, all of them at most once a second: many mails may be read one by one.
    fn update(&mut self, now: Timestamp, setting: &Setting<'_>) -> Vec<Effect> {
        if self.outdated.is_empty() || paced(self.last_update, now) {
            return Vec::new();
        }
        self.last_update = Some(now);
        let outdated = std::mem::take(&mut self.outdated);
        let put_right = |id: u64| Some(Effect::Show(self.shown.get_mut(&id)?.popup(id, false, setting)));
        outdated.into_iter().filter_map(put_right).collect()
    }

    /// When [`Popups::next`] is wanted again.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let waiting = self.waiting() > 0 || !self.summaries.is_empty() || !self.said.is_empty();
        let due = |last: Option<Timestamp>| last.map_or(Timestamp::MIN, |at| at + PACE);
        let show = waiting.then(|| due(self.last_show));
        let update = (!self.outdated.is_empty()).then(|| due(self.last_update));
        show.into_iter().chain(update).min()
    }

    /// Shows what waits, if its turn has come.
    pub fn next(&mut self, now: Timestamp, setting: &Setting<'_>) -> Vec<Effect> {
        let updated = self.update(now, setting);
        updated.into_iter().chain(self.next_new(now, setting)).collect()
    }

    fn next_new(&mut self, now: Timestamp, setting: &Setting<'_>) -> Vec<Effect> {
        if paced(self.last_show, now) {
            return Vec::new();
        }
        if let Some(said) = self.said.pop_front() {
            return vec![Effect::Show(self.show(
                now,
                Shape::Told(said),
                Gathered::default(),
                false,
                setting,
            ))];
        }
        if let Some((occasion, rows)) = self.summaries.pop_front() {
            return self.show_many(now, rows, occasion, setting);
        }
        let grouping = setting.manners.grouping;
        self.recent.retain(|(at, _)| grouping.covers(*at, now));
        self.burst.take_if(|b| !grouping.covers(b.last_arrival, now));

        let vips = self.pending.iter().filter(|row| is_vip(row)).count();
        let together = self.burst.is_some()
            || !self.crowd.is_empty()
            || self.recent.len().saturating_add(self.pending.len()) > grouping.above;
        if self.waiting() == 0 {
            Vec::new()
        } else if together && (1..=grouping.above).contains(&vips) {
            // A VIP's mail doesn't drown in a crowd.
            let at = self.pending.iter().position(is_vip);
            let row = at.and_then(|at| self.pending.remove(at));
            row.map(|row| self.show_one(now, row, setting)).unwrap_or_default()
        } else if let Some(Burst { id, .. }) = self.burst {
            let rows = self.take_pending();
            self.add_to_burst(now, id, rows, setting)
        } else if together {
            self.start_burst(now, setting)
        } else {
            let row = self.pending.pop_front();
            row.map(|row| self.show_one(now, row, setting)).unwrap_or_default()
        }
    }

    fn show_one(&mut self, now: Timestamp, row: Row, setting: &Setting<'_>) -> Vec<Effect> {
        if row.event.kind == Kind::Changed {
            // All that this mailbox has to say is said by this one.
            let (same, other): (VecDeque<Row>, VecDeque<Row>) = self
                .pending
                .drain(..)
                .partition(|r| r.event.kind == Kind::Changed && same_node(r, &row));
            self.pending = other;
            let rows = std::iter::once(row).chain(same).collect();
            return vec![Effect::Show(self.show(
                now,
                Shape::Mailbox { shown_at: now },
                rows,
                true,
                setting,
            ))];
        }
        let mut row = row;
        // It was to be told with others, which were read meanwhile.
        let alone = row.reason.as_ref().is_some_and(|r| r.outcome == Outcome::Group);
        let explained = alone.then(|| explain_alone(&mut row, &Cause::Usual)).flatten();
        let popup = self.show(now, Shape::Single, Gathered::from_iter([row]), true, setting);
        self.recent.push_back((now, popup.id));
        [Effect::Show(popup)].into_iter().chain(explained).collect()
    }

    /// The single popups of the last seconds and all that waits become one.
    fn start_burst(&mut self, now: Timestamp, setting: &Setting<'_>) -> Vec<Effect> {
        let mut rows = Gathered::default();
        let mut effects = Vec::new();
        for (_, id) in std::mem::take(&mut self.recent) {
            if let Some(shown) = self.shown.remove(&id) {
                rows.append(shown.rows);
                effects.push(Effect::Withdraw(id));
            }
        }
        rows.append(self.take_pending());
        effects.extend(self.show_many(now, rows, Occasion::Burst, setting));
        self.burst = Some(Burst {
            id: self.last_id,
            last_arrival: now,
        });
        effects
    }

    fn add_to_burst(&mut self, now: Timestamp, id: u64, mut rows: Gathered, setting: &Setting<'_>) -> Vec<Effect> {
        let Some(shown) = self.shown.get_mut(&id) else {
            return Vec::new();
        };
        self.last_show = Some(now);
        let settles = rows.seqs().collect();
        let explained = explain(rows.told(Occasion::Burst));
        shown.rows.append(rows);
        let popup = Popup {
            settles,
            ..shown.popup(id, false, setting)
        };
        self.outdated.remove(&id);
        [Effect::Show(popup)].into_iter().chain(explained).collect()
    }

    fn show_many(
        &mut self,
        now: Timestamp,
        mut rows: Gathered,
        occasion: Occasion,
        setting: &Setting<'_>,
    ) -> Vec<Effect> {
        let explained = explain(rows.told(occasion));
        let popup = self.show(now, Shape::Many(occasion), rows, true, setting);
        [Effect::Show(popup)].into_iter().chain(explained).collect()
    }

    fn show(&mut self, now: Timestamp, shape: Shape, rows: Gathered, sound: bool, setting: &Setting<'_>) -> Popup {
        self.last_show = Some(now);
        self.last_id += 1;
        let mut shown = Shown {
            shape,
            rows,
            words: (String::new(), String::new()),
        };
        let popup = shown.popup(self.last_id, sound, setting);
        self.shown.insert(self.last_id, shown);
        popup
    }
}

impl Shown {
    /// The popup that it is now; it settles all its rows.
    fn popup(&mut self, id: u64, sound: bool, setting: &Setting<'_>) -> Popup {
        let words = &setting.manners.words;
        let (told, actions) = match (&self.shape, self.rows.newest()) {
            (Shape::Sample, _) => (
                words_for_sample(setting.at_most(setting.manners.privacy), words),
                vec![PopupAction::Open],
            ),
            (Shape::Told(said), _) => {
                let actions = match said.undo {
                    Some(_) => vec![PopupAction::Undo],
                    None => vec![PopupAction::Open],
                };
                (said.words.clone(), actions)
            }
            (Shape::Many(occasion), _) => {
                let rows = self.rows.each().map(|one| (one, setting.privacy_of(&one)));
                let actions = vec![PopupAction::Open, PopupAction::MarkRead, PopupAction::Snooze];
                (words_for_many(rows, *occasion, words), actions)
            }
            (Shape::Mailbox { .. } | Shape::Single, Some(row)) => {
                let mut actions = vec![PopupAction::Open, PopupAction::MarkRead];
                // Desktops show three buttons; what reaches the mailbox comes before what the feed offers as well.
                if row.event.kind == Kind::New && setting.reaches_mailbox(row) {
                    actions.extend([Act::Archive, Act::Delete].map(PopupAction::Act));
                } else if row.event.kind == Kind::New {
                    actions.push(PopupAction::Snooze);
                    actions.extend(row.event.from.is_some().then_some(PopupAction::Mute));
                }
                let told = words_for_row(row, setting.account(row), setting.privacy(row), words);
                (told, actions)
            }
            // The newest are read, and nothing more is known of the others.
            (Shape::Mailbox { .. } | Shape::Single, None) => {
                (self.words.clone(), vec![PopupAction::Open, PopupAction::MarkRead])
            }
        };
        self.words.clone_from(&told);
        Popup {
            id,
            title: told.0,
            body: told.1,
            actions,
            words: words.clone(),
            sound: sound && setting.manners.sound,
            heeds_do_not_disturb: setting.manners.respect_do_not_disturb,
            settles: self.rows.seqs().collect(),
        }
    }
}

/// Whether the last was less than [`PACE`] ago. A clock set back must not silence anything: only what lies in the past holds
/// the next one up.
fn paced(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_some_and(|at| at <= now && now < at + PACE)
}

/// Whether a row needs no popup at present.
pub fn settled(row: &Row) -> bool {
    !row.unread || row.gone_at.is_some() || row.snoozed_until.is_some()
}

fn is_vip(row: &Row) -> bool {
    row.reason.as_ref().is_some_and(Reason::is_vip)
}

/// The effect that keeps how rows are told, if that changed for any.
fn explain(changed: Vec<(i64, Reason)>) -> Option<Effect> {
    (!changed.is_empty()).then_some(Effect::Explain(changed))
}

/// Notes on a row that it is told alone.
fn explain_alone(row: &mut Row, cause: &Cause) -> Option<Effect> {
    let reason = Reason {
        outcome: Outcome::Notify,
        cause: cause.clone(),
        privacy: row.reason.as_ref().and_then(|reason| reason.privacy),
    };
    let before = row.reason.replace(reason.clone());
    explain(Vec::from_iter(
        (before.as_ref() != Some(&reason)).then_some((row.seq, reason)),
    ))
}

fn same_node(a: &Row, b: &Row) -> bool {
    a.account == b.account && a.event.service == b.event.service && a.event.node == b.event.node
}
