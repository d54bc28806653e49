//! The decision on a mail, as a table.

#![allow(missing_docs, clippy::unwrap_used)]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailwren_core::event::Kind;
use mailwren_core::policy::{Cause, Hush, Outcome, Reason, Standing, decide};
use mailwren_core::popup::Privacy;
use mailwren_core::rules::{Judgement, Then};

fn said(then: Option<Then>) -> Judgement {
    Judgement {
        then: then.map(|then| (then, "r".to_owned())),
        ..Judgement::default()
    }
}

fn rule() -> Cause {
    Cause::Rule { rule: "r".to_owned() }
}

fn vip() -> Cause {
    Cause::Vip { rule: "r".to_owned() }
}

const QUIET: Hush = Hush::QuietHours {
    until: Timestamp::UNIX_EPOCH,
};
const PAUSED: Hush = Hush::Paused { until: None };
const QUIET_CAUSE: Cause = Cause::QuietHours {
    until: Timestamp::UNIX_EPOCH,
};

/// Outcome, cause, whether a popup is owed, whether it counts as unread.
type Expected = (Outcome, Cause, bool, bool);

#[test]
fn every_case_has_its_outcome_and_reason() {
    use Outcome::{Group, Notify, Silent, Suppress};
    let plain = Standing {
        desktop: true,
        ..Standing::default()
    };
    let hushed = |hush| Standing {
        hush: Some(hush),
        ..plain
    };
    let crowded = Standing { crowded: true, ..plain };
    let first = Standing {
        first_sight: true,
        ..plain
    };
    let headless = Standing::default();
    let table: Vec<(Option<Then>, Standing, Expected)> = vec![
        (None, plain, (Notify, Cause::Usual, true, true)),
        (None, crowded, (Group, Cause::Burst, true, true)),
        (None, hushed(QUIET), (Silent, QUIET_CAUSE, true, true)),
        (
            None,
            hushed(PAUSED),
            (Silent, Cause::Paused { until: None }, true, true),
        ),
        (
            None,
            hushed(Hush::DoNotDisturb),
            (Silent, Cause::DoNotDisturb, true, true),
        ),
        (None, first, (Silent, Cause::FirstSight, false, true)),
        (None, headless, (Silent, Cause::Headless, false, true)),
        (Some(Then::Notify), plain, (Notify, rule(), true, true)),
        (Some(Then::Notify), hushed(QUIET), (Silent, QUIET_CAUSE, true, true)),
        (Some(Then::Notify), crowded, (Group, Cause::Burst, true, true)),
        (Some(Then::Silent), plain, (Silent, rule(), false, true)),
        (Some(Then::Silent), hushed(QUIET), (Silent, rule(), false, true)),
        (Some(Then::Suppress), plain, (Suppress, rule(), false, false)),
        (Some(Then::Suppress), first, (Suppress, rule(), false, false)),
        (Some(Then::Suppress), headless, (Suppress, rule(), false, false)),
        (Some(Then::Vip), plain, (Notify, vip(), true, true)),
        (Some(Then::Vip), crowded, (Notify, vip(), true, true)),
        (Some(Then::Vip), hushed(QUIET), (Notify, vip(), true, true)),
        (Some(Then::Vip), hushed(PAUSED), (Notify, vip(), true, true)),
        // The desktop's own do-not-disturb is nobody's to break.
        (
            Some(Then::Vip),
            hushed(Hush::DoNotDisturb),
            (Silent, Cause::DoNotDisturb, true, true),
        ),
        (Some(Then::Vip), first, (Silent, Cause::FirstSight, false, true)),
        (Some(Then::Vip), headless, (Silent, Cause::Headless, false, true)),
    ];
    for (then, standing, expected) in table {
        let verdict = decide(Kind::New, &said(then), &standing);
        let got = (
            verdict.reason.outcome,
            verdict.reason.cause,
            verdict.owed,
            verdict.unread,
        );
        assert_eq!(got, expected, "{then:?} {standing:?}");
    }
}

#[test]
fn the_reason_is_told_in_words() {
    let now = "2026-11-24T21:00:00Z".parse::<Timestamp>().unwrap();
    let now = now.to_zoned_datetime(TimeZone::posix("CET-1").unwrap());
    let words = |outcome, cause, privacy| {
        Reason {
            outcome,
            cause,
            privacy,
        }
        .said(&now)
        .to_string()
    };
    let until = |text: &str| Cause::QuietHours {
        until: text.parse().unwrap(),
    };
    assert_eq!(
        words(Outcome::Silent, until("2026-11-24T22:30:00Z"), None),
        "No notification: quiet hours until 23:30"
    );
    assert_eq!(
        words(Outcome::Silent, until("2026-11-25T06:00:00Z"), None),
        "No notification: quiet hours until 2026-11-25 07:00"
    );
    assert_eq!(
        words(Outcome::Notify, Cause::Usual, None),
        "Told by a notification: as usual"
    );
    assert_eq!(
        words(Outcome::Notify, vip(), Some(Privacy::Sender)),
        "Told by a notification: VIP by rule r; by a rule, with the sender only"
    );
}

#[test]
fn a_reason_outlives_its_json() {
    for cause in [
        Cause::Usual,
        vip(),
        Cause::Paused { until: None },
        QUIET_CAUSE,
        Cause::AfterQuiet,
    ] {
        let reason = Reason {
            outcome: Outcome::Group,
            cause,
            privacy: Some(Privacy::Count),
        };
        let json = serde_json::to_string(&reason).unwrap();
        assert_eq!(serde_json::from_str::<Reason>(&json).unwrap(), reason, "{json}");
    }
}
