//! Quiet hours over simulated days: midnight, clocks set forward and back, travel.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use mailwren_core::quiet::{Day, Later, QuietFault, QuietHours, Schedule, days};
use proptest::prelude::*;

/// Set forward on 29 March 2026 at 01:00Z, back on 25 October at 01:00Z.
const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
const NEW_YORK: &str = "EST5EDT,M3.2.0,M11.1.0";
const UTC: &str = "UTC0";

fn zone(posix: &str) -> TimeZone {
    TimeZone::posix(posix).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(words: &str, from: &str, to: &str) -> QuietHours {
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    QuietHours {
        days: days(&words).unwrap(),
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

#[test]
fn a_span_is_quiet_from_its_beginning_until_its_end_on_its_days() {
    let schedule = Schedule::new(&[hours("mon-fri", "22:00", "07:00")]);
    for (now, until) in [
        // A Monday in winter, in Berlin: an hour ahead of UTC.
        ("2026-11-23T20:59:59Z", None),
        ("2026-11-23T21:00:00Z", Some("2026-11-24T06:00:00Z")),
        ("2026-11-24T00:00:00Z", Some("2026-11-24T06:00:00Z")),
        ("2026-11-24T05:59:59Z", Some("2026-11-24T06:00:00Z")),
        ("2026-11-24T06:00:00Z", None),
        // The night from Friday belongs to Friday, that to Monday to Sunday.
        ("2026-11-27T22:00:00Z", Some("2026-11-28T06:00:00Z")),
        ("2026-11-28T22:00:00Z", None),
        ("2026-11-29T22:00:00Z", None),
        ("2026-11-30T02:00:00Z", None),
    ] {
        assert_eq!(schedule.quiet_until(at(now), &zone(BERLIN)), until.map(at), "at {now}");
    }
}

#[test]
fn clocks_set_forward_or_back_leave_a_span_in_one_piece() {
    for (hours, quiet) in [
        // Seven hours and nine hours long instead of eight.
        (
            hours("sat", "23:00", "07:00"),
            ["2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"],
        ),
        (
            hours("sat", "23:00", "07:00"),
            ["2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z"],
        ),
        // 02:30 isn't shown on the day the clock is set forward.
        (
            hours("sun", "02:30", "05:00"),
            ["2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z"],
        ),
        (
            hours("sun", "01:00", "02:30"),
            ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"],
        ),
        // 02:30 is shown twice on the day it is set back.
        (
            hours("sun", "02:30", "05:00"),
            ["2026-10-25T00:30:00Z", "2026-10-25T04:00:00Z"],
        ),
        (
            hours("sat", "22:00", "02:30"),
            ["2026-10-24T20:00:00Z", "2026-10-25T01:30:00Z"],
        ),
    ] {
        let (schedule, berlin) = (Schedule::new(std::slice::from_ref(&hours)), zone(BERLIN));
        let [begin, end] = quiet.map(at);
        let minute = SignedDuration::from_mins(1);
        assert_eq!(schedule.quiet_until(begin - minute, &berlin), None, "{hours:?}");
        assert_eq!(schedule.next_change(begin - minute, &berlin), Some(begin), "{hours:?}");
        let mut now = begin;
        while now < end {
            assert_eq!(schedule.quiet_until(now, &berlin), Some(end), "{hours:?} at {now}");
            now += minute;
        }
        assert_eq!(schedule.quiet_until(end, &berlin), None, "{hours:?}");
    }
}

#[test]
fn spans_that_touch_or_overlap_are_one() {
    let schedule = Schedule::new(&[
        hours("", "20:00", "22:00"),
        hours("", "21:30", "07:00"),
        hours("sat sun", "00:00", "24:00"),
    ]);
    let until = |now| schedule.quiet_until(at(now), &zone(UTC));
    assert_eq!(until("2026-11-24T20:00:00Z"), Some(at("2026-11-25T07:00:00Z")));
    // From Friday evening over the whole weekend until Monday morning.
    assert_eq!(until("2026-11-27T20:00:00Z"), Some(at("2026-11-30T07:00:00Z")));
}

#[test]
fn quiet_round_the_clock_never_ends_and_never_hangs() {
    let schedule = Schedule::new(&[hours("", "08:00", "08:00")]);
    let now = at("2026-11-24T12:00:00Z");
    let until = schedule.quiet_until(now, &zone(UTC)).unwrap();
    assert!(until > now + SignedDuration::from_hours(24 * 7));
}

#[test]
fn a_traveller_keeps_the_hours_of_the_place() {
    let schedule = Schedule::new(&[hours("", "22:00", "07:00")]);
    let now = at("2026-11-24T23:00:00Z");
    assert_eq!(
        schedule.quiet_until(now, &zone(BERLIN)),
        Some(at("2026-11-25T06:00:00Z"))
    );
    assert_eq!(schedule.quiet_until(now, &zone(NEW_YORK)), None);
    assert_eq!(
        schedule.next_change(now, &zone(NEW_YORK)),
        Some(at("2026-11-25T03:00:00Z"))
    );
}

#[test]
fn without_hours_it_is_never_quiet() {
    let now = at("2026-11-24T23:00:00Z");
    assert_eq!(Schedule::default().quiet_until(now, &zone(UTC)), None);
    assert_eq!(Schedule::default().next_change(now, &zone(UTC)), None);
}

#[test]
fn days_are_read_singly_and_in_ranges_over_the_weekend_too() {
    let read = |words: &[&str]| days(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(read(&["Fri-Mon"]).unwrap(), [Day::Mon, Day::Fri, Day::Sat, Day::Sun]);
    assert_eq!(read(&["wednesday", "wed", "tue"]).unwrap(), [Day::Tue, Day::Wed]);
    assert_eq!(read(&[]).unwrap(), []);
    for wrong in ["", "someday", "mon-", "-fri", "mon-fri-sat"] {
        assert_eq!(read(&[wrong]), Err(QuietFault::Day(wrong.to_owned())));
    }
}

#[test]
fn times_are_checked() {
    for right in ["0:00", "7:30", "07:30", "23:59", "24:00"] {
        assert_eq!(hours("", right, "08:00").check(), Ok(()), "{right}");
    }
    for wrong in [
        "", "7", "7:5", "25:00", "24:01", "12:60", "-1:00", "+1:00", "007:00", "7:30pm",
    ] {
        assert_eq!(
            hours("", "08:00", wrong).check(),
            Err(QuietFault::Time(wrong.to_owned()))
        );
    }
}

#[test]
fn later_means_what_people_mean_by_it() {
    for (later, now, then) in [
        (Later::Hour, "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z"),
        // Berlin is an hour ahead in winter, two in summer.
        (Later::Evening, "2026-11-24T12:00:00Z", "2026-11-24T17:00:00Z"),
        (Later::Evening, "2026-11-24T16:30:00Z", "2026-11-25T17:00:00Z"),
        (Later::Tomorrow, "2026-11-24T12:00:00Z", "2026-11-25T06:00:00Z"),
        // After midnight, "tomorrow morning" is the one that comes.
        (Later::Tomorrow, "2026-11-24T01:00:00Z", "2026-11-24T06:00:00Z"),
        (Later::Tomorrow, "2026-03-28T12:00:00Z", "2026-03-29T05:00:00Z"),
        (Later::Monday, "2026-11-24T12:00:00Z", "2026-11-30T06:00:00Z"),
        (Later::Monday, "2026-11-30T12:00:00Z", "2026-12-07T06:00:00Z"),
        (
            Later::At(at("2026-12-24T00:00:00Z")),
            "2026-11-30T12:00:00Z",
            "2026-12-24T00:00:00Z",
        ),
    ] {
        let now: ZonedDateTime = at(now).to_zoned_datetime(zone(BERLIN));
        assert_eq!(later.from(&now), at(then), "{later:?} at {now}");
    }
}

prop_compose! {
    fn some_hours()(picked in prop::collection::vec(0..7usize, 0..4), from in 0..1440u32, to in 0..1440u32) -> QuietHours {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let words: Vec<&str> = picked.iter().map(|n| names[*n]).collect();
        let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        hours(&words.join(" "), &clock(from), &clock(to))
    }
}

/// What it means, spelled out in minutes of the week; for zones whose clock is never set.
fn quiet_by_minutes(hours: &[QuietHours], now: &ZonedDateTime) -> bool {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<i32>().unwrap() * 60 + minute.parse::<i32>().unwrap()
    };
    let weekday = i32::from(now.weekday().to_monday_zero_offset());
    let now = weekday * 1440 + i32::from(now.hour()) * 60 + i32::from(now.minute());
    hours.iter().any(|hours| {
        let (from, to) = (minute(&hours.from), minute(&hours.to));
        let length = if to > from { to - from } else { to - from + 1440 };
        (0..7).any(|day| {
            let on = hours.days.is_empty() || hours.days.iter().any(|d| *d as i32 == day);
            on && (now - day * 1440 - from).rem_euclid(7 * 1440) < length
        })
    })
}

proptest! {
    #[test]
    fn quiet_is_what_the_wall_clock_says(
        hours in prop::collection::vec(some_hours(), 0..4),
        minute in 0..20_000i64,
    ) {
        let now = at("2026-11-20T00:00:00Z") + SignedDuration::from_mins(minute);
        let kolkata = zone("IST-5:30");
        let schedule = Schedule::new(&hours);
        prop_assert_eq!(
            schedule.quiet_until(now, &kolkata).is_some(),
            quiet_by_minutes(&hours, &now.to_zoned_datetime(kolkata.clone()))
        );
    }

    /// Also around the days on which clocks are set: nothing changes before the time that is told as the next change,
    /// and quiet ends when it is told to.
    #[test]
    fn nothing_changes_before_the_next_change(
        hours in prop::collection::vec(some_hours(), 1..4),
        minute in 0..6_000i64,
        later in 0..10_000i64,
        autumn: bool,
    ) {
        let begin = if autumn { "2026-10-23T00:00:00Z" } else { "2026-03-27T00:00:00Z" };
        let now = at(begin) + SignedDuration::from_mins(minute);
        let (berlin, schedule) = (zone(BERLIN), Schedule::new(&hours));
        let until = schedule.quiet_until(now, &berlin);
        let change = schedule.next_change(now, &berlin).unwrap();
        prop_assert!(change > now);
        let then = now + SignedDuration::from_mins(later);
        if then < change {
            prop_assert_eq!(schedule.quiet_until(then, &berlin).is_some(), until.is_some());
        }
        // Three spans a day are followed for ten days, and one of the days may have 23 hours.
        if let Some(until) = until && until < now + SignedDuration::from_hours(24 * 10 - 1) {
            prop_assert_eq!(schedule.quiet_until(until, &berlin), None);
        }
    }
}
