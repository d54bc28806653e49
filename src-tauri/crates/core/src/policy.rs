//! What becomes of a mail: a pure function of the event, the rules, how things stand, and the time; with the reason, which
//! is kept with the row.

use jiff::{Timestamp, ZonedDateTime};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::event::Kind;
use crate::popup::Privacy;
use crate::rules::{Judgement, Then};
use crate::said::Said;

/// What becomes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A popup of its own.
    Notify,
    /// No popup when it came; unread, and counted.
    Silent,
    /// Neither popup nor count.
    Suppress,
    /// Told together with others.
    Group,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// Nothing said otherwise.
    Usual,
    /// A rule said so.
    Rule {
        /// The rule's name, else its place.
        rule: String,
    },
    /// A rule let it break through quiet.
    Vip {
        /// The rule's name, else its place.
        rule: String,
    },
    /// Notifications were paused.
    Paused {
        /// Until when; `null` until resumed.
        #[ts(type = "string | null")]
        until: Option<Timestamp>,
    },
    /// Quiet hours.
    QuietHours {
        /// Until when.
        #[ts(type = "string")]
        until: Timestamp,
    },
    /// The desktop wasn't to be disturbed.
    DoNotDisturb,
    /// The node was seen for the first time: what it held already is no news.
    FirstSight,
    /// No face was there that shows popups.
    Headless,
    /// The same message was told before, by another folder or source.
    ToldBefore,
    /// Many came at once.
    Burst,
    /// It was missed while not connected.
    Away,
    /// It came while it was quiet, and was told at the end of it.
    AfterQuiet,
    /// A person had put it off until then.
    Snoozed,
}

/// What became of a mail, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reason {
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    #[serde(flatten)]
    pub cause: Cause,
    /// How much a rule lets its popup tell.
    #[serde(default)]
    pub privacy: Option<Privacy>,
}

/// Why popups are withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Hush {
    /// A person paused them.
    Paused {
        /// Until when; `null` until resumed.
        #[ts(type = "string | null")]
        until: Option<Timestamp>,
    },
    /// Quiet hours.
    QuietHours {
        /// Until when.
        #[ts(type = "string")]
        until: Timestamp,
    },
    /// The desktop isn't to be disturbed.
    DoNotDisturb,
}

impl Hush {
    /// Whether a VIP's mail breaks through: through Mailwren's own quiet, never through the desktop's.
    pub const fn yields_to_vip(self) -> bool {
        !matches!(self, Self::DoNotDisturb)
    }
}

impl From<Hush> for Cause {
    fn from(hush: Hush) -> Self {
        match hush {
            Hush::Paused { until } => Self::Paused { until },
            Hush::QuietHours { until } => Self::QuietHours { until },
            Hush::DoNotDisturb => Self::DoNotDisturb,
        }
    }
}

/// How things stand when a mail comes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Standing {
    /// Whether a face is there that shows popups.
    pub desktop: bool,
    /// Whether its node is seen for the first time.
    pub first_sight: bool,
    /// Whether so many came lately that this one is told with others.
    pub crowded: bool,
    /// Why popups are withheld, if they are. The desktop's own do-not-disturb goes before the others.
    pub hush: Option<Hush>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of the mail, and why.
    pub reason: Reason,
    /// Whether a popup is owed for it, now or when it is quiet no longer.
    pub owed: bool,
    /// Whether it counts as unread.
    pub unread: bool,
}

/// Decides what becomes of a mail, from what the [rules](crate::rules::Rules::judge) say of it and how things stand.
pub fn decide(kind: Kind, rules: &Judgement, standing: &Standing) -> Verdict {
    let verdict = |outcome, cause, owed| Verdict {
        reason: Reason {
            outcome,
            cause,
            privacy: rules.privacy,
        },
        owed,
        unread: outcome != Outcome::Suppress,
    };
    let silent = |cause| verdict(Outcome::Silent, cause, false);
    if !matches!(kind, Kind::New | Kind::Changed) {
        return silent(Cause::Usual);
    }
    let rule = |rule: &String| Cause::Rule { rule: rule.clone() };
    match &rules.then {
        // A suppressed mail isn't counted even where no popup would have come.
        Some((Then::Suppress, name)) => return verdict(Outcome::Suppress, rule(name), false),
        _ if standing.first_sight => return silent(Cause::FirstSight),
        Some((Then::Silent, name)) => return silent(rule(name)),
        _ if !standing.desktop => return silent(Cause::Headless),
        _ => {}
    }
    let vip = matches!(rules.then, Some((Then::Vip, _)));
    let withheld = standing.hush.filter(|hush| !(vip && hush.yields_to_vip()));
    match (&rules.then, withheld) {
        (_, Some(hush)) => verdict(Outcome::Silent, hush.into(), true),
        (Some((Then::Vip, name)), None) => verdict(Outcome::Notify, Cause::Vip { rule: name.clone() }, true),
        (_, None) if standing.crowded => verdict(Outcome::Group, Cause::Burst, true),
        (Some((_, name)), None) => verdict(Outcome::Notify, rule(name), true),
        (None, None) => verdict(Outcome::Notify, Cause::Usual, true),
    }
}

impl Reason {
    /// For a person; times are those of the zone of `now`.
    pub fn said(&self, now: &ZonedDateTime) -> Said {
        let outcome = match self.outcome {
            Outcome::Notify => Said::word("outcome-notify"),
            Outcome::Silent => Said::word("outcome-silent"),
            Outcome::Suppress => Said::word("outcome-suppress"),
            Outcome::Group => Said::word("outcome-group"),
        };
        let cause = match &self.cause {
            Cause::Usual => Said::word("cause-usual"),
            Cause::Rule { rule } => Said::word("cause-rule").with("rule", rule),
            Cause::Vip { rule } => Said::word("cause-vip").with("rule", rule),
            Cause::Paused { until: Some(until) } => Said::word("cause-paused-until").with("time", clock(*until, now)),
            Cause::Paused { until: None } => Said::word("cause-paused"),
            Cause::QuietHours { until } => Said::word("cause-quiet").with("time", clock(*until, now)),
            Cause::DoNotDisturb => Said::word("cause-dnd"),
            Cause::FirstSight => Said::word("cause-first"),
            Cause::Headless => Said::word("cause-headless"),
            Cause::ToldBefore => Said::word("cause-before"),
            Cause::Burst => Said::word("cause-burst"),
            Cause::Away => Said::word("cause-away"),
            Cause::AfterQuiet => Said::word("cause-after"),
            Cause::Snoozed => Said::word("cause-snoozed"),
        };
        let reason = match self.privacy {
            None | Some(Privacy::Full) => Said::word("reason"),
            Some(Privacy::Sender) => Said::word("reason-sender"),
            Some(Privacy::Count) => Said::word("reason-count"),
        };
        reason.with("outcome", outcome).with("cause", cause)
    }

    /// Whether a rule let it break through quiet.
    pub const fn is_vip(&self) -> bool {
        matches!(self.cause, Cause::Vip { .. })
    }
}

/// The time of day, with the date when it isn't today's.
fn clock(at: Timestamp, now: &ZonedDateTime) -> String {
    let at = at.to_zoned_datetime(now.time_zone().clone());
    let format = if at.date() == now.date() {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    at.strftime(format).to_string()
}
