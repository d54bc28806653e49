//! Quiet hours: a weekly schedule in local time, and what a pause or a snooze "until tomorrow" means.
//!
//! A span begins at the instant at which the wall clock first shows its beginning, and ends when it last shows its end.
//! So a span is one piece even when the clock goes back inside it, and a beginning or an end that a clock set forward
//! leaves out is the moment at which it is set.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::said::Said;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// In the order of the week.
const WEEK: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

impl Day {
    fn named(name: &str) -> Option<Self> {
        let day = match name.trim().to_ascii_lowercase().as_str() {
            "mon" | "monday" => Self::Mon,
            "tue" | "tuesday" => Self::Tue,
            "wed" | "wednesday" => Self::Wed,
            "thu" | "thursday" => Self::Thu,
            "fri" | "friday" => Self::Fri,
            "sat" | "saturday" => Self::Sat,
            "sun" | "sunday" => Self::Sun,
            _ => return None,
        };
        Some(day)
    }

    const fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// Days from words such as `mon`, `mon-fri` or `fri-mon`; none means every day.
///
/// # Errors
/// The word that is no day.
pub fn days(words: &[String]) -> Result<Vec<Day>, QuietFault> {
    let mut found = Vec::new();
    for word in words {
        let fault = || QuietFault::Day(word.clone());
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (first, last) = (
            Day::named(first).ok_or_else(fault)?,
            Day::named(last).ok_or_else(fault)?,
        );
        let from_first = WEEK.iter().cycle().skip_while(|day| **day != first);
        for day in from_first {
            found.push(*day);
            if *day == last {
                break;
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// A span of quiet on certain days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The days it begins on; every day if none is given.
    #[serde(default)]
    pub days: Vec<Day>,
    /// When it begins, in local time: `22:00`.
    pub from: String,
    /// When it ends: on the next day unless it is later than the beginning.
    pub to: String,
}

/// What is wrong with quiet hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum QuietFault {
    /// Not a time of day.
    Time(String),
    /// Not a day.
    Day(String),
}

impl QuietFault {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Time(text) => Said::word("config-quiet-time").with("text", text),
            Self::Day(text) => Said::word("config-quiet-day").with("text", text),
        }
    }
}

impl QuietHours {
    /// Makes sure that it can be kept.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), QuietFault> {
        Span::of(self).map(|_| ())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    days: Vec<Day>,
    from: Time,
    to: Time,
}

impl Span {
    fn of(hours: &QuietHours) -> Result<Self, QuietFault> {
        Ok(Self {
            days: hours.days.clone(),
            from: time(&hours.from)?,
            to: time(&hours.to)?,
        })
    }

    /// The span that begins on a date, in a zone: beginning and end.
    fn on(&self, date: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        if !self.days.is_empty() && !self.days.contains(&Day::of(date.weekday())) {
            return None;
        }
        let last = if self.to > self.from {
            date
        } else {
            date.tomorrow().ok()?
        };
        Some((
            first_instant(zone, date.to_datetime(self.from))?,
            last_instant(zone, last.to_datetime(self.to))?,
        ))
    }
}

/// `22:00`, `7:30`, or `24:00` for midnight.
fn time(text: &str) -> Result<Time, QuietFault> {
    let fault = || QuietFault::Time(text.to_owned());
    let (hour, minute) = text.trim().split_once(':').ok_or_else(fault)?;
    let digits = |part: &str, length: std::ops::RangeInclusive<usize>| {
        let fits = length.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse::<i8>().ok()).flatten()
    };
    match (digits(hour, 1..=2), digits(minute, 2..=2)) {
        (Some(24), Some(0)) => Ok(Time::midnight()),
        (Some(hour), Some(minute)) => Time::new(hour, minute, 0, 0).map_err(|_| fault()),
        _ => Err(fault()),
    }
}

/// When the wall clock first shows a time.
fn first_instant(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(at);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => set_forward(zone, at),
        _ => ambiguous.earlier().ok(),
    }
}

/// When the wall clock last shows a time.
fn last_instant(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(at);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => set_forward(zone, at),
        _ => ambiguous.later().ok(),
    }
}

/// When the clock is set forward over a time that it never shows.
fn set_forward(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    let before = zone.to_ambiguous_timestamp(at).earlier().ok()?;
    zone.following(before).next().map(|transition| transition.timestamp())
}

/// A weekly schedule made ready.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule(Vec<Span>);

impl Schedule {
    /// Makes quiet hours ready; those that are broken are left out.
    pub fn new(hours: &[QuietHours]) -> Self {
        Self(hours.iter().filter_map(|hours| Span::of(hours).ok()).collect())
    }

    /// If it is quiet at an instant: until when. Spans that touch or overlap are one.
    pub fn quiet_until(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut until = None;
        // Two spans a day for a week and more; then it is quiet for ever, and looking again in a week is soon enough.
        for _ in 0..32 {
            let at = until.unwrap_or(now);
            match self.end_of_span_at(at, zone) {
                Some(end) if end > at => until = Some(end),
                _ => break,
            }
        }
        until
    }

    /// When quiet hours begin or end next. `None` if they never do.
    pub fn next_change(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.quiet_until(now, zone).or_else(|| {
            self.around(now, zone, 8)
                .filter(|(begin, end)| *begin > now && end > begin)
                .map(|(begin, _)| begin)
                .min()
        })
    }

    fn end_of_span_at(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.around(at, zone, 0)
            .filter(|(begin, end)| *begin <= at && at < *end)
            .map(|(_, end)| end)
            .max()
    }

    /// The spans that begin from two days before an instant until so many days after it. Two, since a zone may leave a
    /// day out.
    fn around<'a>(
        &'a self,
        at: Timestamp,
        zone: &'a TimeZone,
        days_after: i32,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + 'a {
        let today = zone.to_datetime(at).date();
        (-2..=days_after)
            .filter_map(move |days| today.checked_add(days.days()).ok())
            .flat_map(move |date| self.0.iter().filter_map(move |span| span.on(date, zone)))
    }
}

/// When the morning begins, in hours.
const MORNING: i8 = 7;
/// When the evening begins.
const EVENING: i8 = 18;
/// Before this hour, who says "tomorrow" hasn't slept yet.
const NIGHT_ENDS: i8 = 4;

/// Until when something is put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Later {
    /// For an hour.
    Hour,
    /// Until 18:00, tomorrow's if that is less than an hour off.
    Evening,
    /// Until 07:00 of the next day; before 04:00, of this one.
    Tomorrow,
    /// Until Monday, 07:00.
    Monday,
    /// Until an instant.
    At(#[ts(type = "string")] Timestamp),
}

impl Later {
    /// When that is.
    pub fn from(self, now: &ZonedDateTime) -> Timestamp {
        let clock = |date: Date, hour: i8| {
            let at = date.to_datetime(Time::constant(hour, 0, 0, 0));
            now.time_zone().to_timestamp(at).ok()
        };
        let in_an_hour = now.timestamp().saturating_add(1.hour()).unwrap_or(Timestamp::MAX);
        let today = now.date();
        let found = match self {
            Self::Hour => None,
            Self::At(at) => Some(at),
            Self::Evening => clock(today, EVENING)
                .filter(|at| *at >= in_an_hour)
                .or_else(|| clock(today.tomorrow().ok()?, EVENING)),
            Self::Tomorrow if now.hour() < NIGHT_ENDS => clock(today, MORNING),
            Self::Tomorrow => today.tomorrow().ok().and_then(|date| clock(date, MORNING)),
            Self::Monday => today
                .nth_weekday(1, Weekday::Monday)
                .ok()
                .and_then(|date| clock(date, MORNING)),
        };
        found.unwrap_or(in_an_hour)
    }
}
