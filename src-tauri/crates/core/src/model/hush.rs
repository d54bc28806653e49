//! When popups are withheld, and what is told once they no longer are.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Effect, Model};
use crate::policy::Hush;
use crate::popup::Occasion;
use crate::quiet::Schedule;
use crate::view::{Notice, Pause};

/// When the desktop refused a popup, though nothing says that it isn't to be disturbed, it is tried again after this.
pub(super) const TRY_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// Whether popups are withheld, and what that depends on.
#[derive(Debug)]
pub(super) struct Quiet {
    pub(super) zone: TimeZone,
    pub(super) do_not_disturb: bool,
    /// What is in force.
    pub(super) hush: Option<Hush>,
    /// From when until when the schedule says what it said last: until when it is quiet.
    pub(super) scheduled: Option<(Timestamp, Timestamp, Option<Timestamp>)>,
    /// When popups are tried again that the desktop refused, or nobody showed; and how they are told then.
    pub(super) try_again: Option<(Timestamp, Occasion)>,
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
    /// Brings up to date whether popups are withheld; at the end of a quiet, all that waited is told together.
    pub(super) fn keep_quiet(&mut self, now: Timestamp) -> Vec<Effect> {
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

    pub(super) fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
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
