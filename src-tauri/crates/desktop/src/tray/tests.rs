#![allow(clippy::unwrap_used)]

use mailwren_core::event::Sender;
use mailwren_core::said::Said;
use mailwren_core::view::{Pause, Problem};
use mailwren_core::words::Tongue;

use super::*;

fn now() -> ZonedDateTime {
    "2008-07-18T01:12:00-07:00[America/Los_Angeles]".parse().unwrap()
}

fn before(seconds: i64) -> Option<Timestamp> {
    Some(now().timestamp() - Span::new().seconds(seconds))
}

fn account(label: &str, link: LinkState) -> AccountStatus {
    AccountStatus {
        jid: "sam@aosnotify.mac.com".to_owned(),
        label: label.to_owned(),
        xmpp: true,
        link,
        since: None,
        trouble: None,
        next_try: None,
        proven_at: None,
        publisher_at: None,
        unread: 0,
        nodes: Vec::new(),
        strangers: 0,
    }
}

fn status(accounts: Vec<AccountStatus>) -> Status {
    Status {
        unread: accounts.iter().map(|a| a.unread).sum(),
        accounts,
        ..Status::default()
    }
}

fn mail(seq: i64, sender: Option<&str>, subject: Option<&str>) -> Row {
    Row {
        seq,
        rev: seq,
        account: "sam@aosnotify.mac.com".to_owned(),
        received_at: now().timestamp(),
        delayed: false,
        unread: true,
        gone_at: None,
        snoozed_until: None,
        acted: None,
        reason: None,
        opens: None,
        replaced: false,
        event: Event {
            from: sender.map(|s| Sender {
                name: Some(s.to_owned()),
                address: None,
            }),
            subject: subject.map(str::to_owned),
            ..Event::bare(Kind::New)
        },
    }
}

fn labels(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .flat_map(|e| match e {
            Entry::Item { label, .. } => vec![label.clone()],
            Entry::Submenu { label, entries } => {
                labels(entries).into_iter().map(|l| format!("{label} > {l}")).collect()
            }
            Entry::Separator => vec!["--".to_owned()],
        })
        .collect()
}

fn mail_labels(rows: &[Row]) -> Vec<String> {
    labels(&tray_view(&Status::default(), rows, &now(), &Words::default()).menu)
        .into_iter()
        .take_while(|l| l != "--")
        .collect()
}

#[test]
fn the_tooltip_tells_each_account_and_its_last_proof() {
    let status = status(vec![
        AccountStatus {
            unread: 2,
            proven_at: before(40),
            ..account("Home", LinkState::Connected)
        },
        AccountStatus {
            proven_at: before(7_300),
            publisher_at: before(200),
            ..account("Work", LinkState::Connected)
        },
        AccountStatus {
            xmpp: false,
            proven_at: before(3),
            ..account("Post", LinkState::Connected)
        },
        AccountStatus {
            next_try: before(-12),
            ..account("Club", LinkState::Offline)
        },
        AccountStatus {
            trouble: Some(Problem {
                code: "auth".into(),
                message: Said::text("The password was refused"),
                hint: None,
            }),
            ..account("Old", LinkState::Error)
        },
        account("Off", LinkState::Disabled),
    ]);
    let view = tray_view(&status, &[], &now(), &Words::default());
    assert_eq!(view.title, "Mailwren: 2 unread");
    assert_eq!(
        view.lines,
        [
            "Home: 2 unread, push proven at 01:11",
            "Work: push proven at 23:10, mail server reached at 01:08",
            "Post: mailbox reached at 01:11",
            "Club: offline, next try at 01:12",
            "Old: The password was refused",
        ]
    );
    assert_eq!((view.shape, view.unread), (TrayShape::Error, 2));
}

#[test]
fn a_connection_that_brings_no_events_says_so() {
    let home = AccountStatus {
        trouble: Some(Problem {
            code: "heartbeat".into(),
            message: Said::text("The server sends no events"),
            hint: None,
        }),
        proven_at: before(7_300),
        ..account("Home", LinkState::Connected)
    };
    assert_eq!(
        tray_view(&status(vec![home]), &[], &now(), &Words::default()).lines,
        ["Home: The server sends no events"]
    );
}

#[test]
fn the_day_of_a_proof_is_told_where_the_time_could_be_that_of_another() {
    for (seconds, told) in [
        (11 * 3600, "push proven at 14:12"),
        (13 * 3600, "push proven at Thursday, 12:12"),
        (72 * 3600, "push proven at Tuesday, 01:12"),
    ] {
        let home = AccountStatus {
            proven_at: before(seconds),
            ..account("Home", LinkState::Connected)
        };
        let view = tray_view(&status(vec![home]), &[], &now(), &Words::default());
        assert_eq!(view.lines, [format!("Home: {told}")]);
    }
}

#[test]
fn while_nothing_happens_there_is_nothing_new_to_show() {
    let status = status(vec![AccountStatus {
        proven_at: before(40),
        publisher_at: before(200),
        ..account("Home", LinkState::Connected)
    }]);
    let words = Words::default();
    let later = now().saturating_add(Span::new().minutes(14));
    assert_eq!(
        tray_view(&status, &[], &later, &words),
        tray_view(&status, &[], &now(), &words)
    );
}

#[test]
fn without_accounts_it_says_so() {
    assert_eq!(
        tray_view(&Status::default(), &[], &now(), &Words::default()).lines,
        ["No account is set up"]
    );
}

#[test]
fn many_accounts_are_bounded() {
    let many = (0..20)
        .map(|n| account(&format!("a{n}"), LinkState::Connected))
        .collect();
    let lines = tray_view(&status(many), &[], &now(), &Words::default()).lines;
    assert_eq!(
        (lines.len(), lines.last().map(String::as_str)),
        (9, Some("and 12 more"))
    );
}

#[test]
fn the_menu_lists_the_newest_mails_then_what_can_be_done() {
    let rows: Vec<Row> = (1..=7)
        .rev()
        .map(|n| mail(n, Some("Miriam"), Some(&format!("Boat, part {n}"))))
        .collect();
    let status = Status {
        unread: 7,
        ..Status::default()
    };
    assert_eq!(
        labels(&tray_view(&status, &rows, &now(), &Words::default()).menu),
        [
            "Miriam: Boat, part 7",
            "Miriam: Boat, part 6",
            "Miriam: Boat, part 5",
            "Miriam: Boat, part 4",
            "Miriam: Boat, part 3",
            "--",
            "Open Mailwren",
            "Mark all read",
            "Pause > For an hour",
            "Pause > Until 7 in the morning",
            "Pause > Until I resume",
            "--",
            "Settings",
            "Quit",
        ]
    );
}

#[test]
fn choosing_a_mail_opens_that_mail() {
    let view = tray_view(
        &Status::default(),
        &[mail(41, None, Some("x"))],
        &now(),
        &Words::default(),
    );
    assert!(matches!(
        view.menu.first(),
        Some(Entry::Item {
            action: TrayAction::OpenMail { seq: 41 },
            ..
        })
    ));
}

#[test]
fn nothing_unread_offers_no_mark_all_read() {
    assert!(
        !labels(&tray_view(&Status::default(), &[], &now(), &Words::default()).menu)
            .contains(&"Mark all read".to_owned())
    );
}

#[test]
fn mails_that_went_and_notices_that_are_none_are_left_out() {
    let mut gone = mail(1, None, Some("gone"));
    gone.gone_at = before(1);
    let mut cleared = mail(2, None, None);
    cleared.event.kind = Kind::Cleared;
    assert_eq!(mail_labels(&[gone, cleared, mail(3, None, Some("here"))]), ["here"]);
}

#[test]
fn a_hostile_subject_stays_one_short_line() {
    let long = mail(1, Some(&"S".repeat(10_000)), Some(&"x".repeat(10_000)));
    let steering = mail(2, Some("a\u{202e}b"), Some("one\ntwo\u{0}\u{2067}three"));
    let labels = mail_labels(&[long, steering]);
    assert_eq!(labels.first().map(|l| l.chars().count()), Some(64));
    assert_eq!(labels.get(1).map(String::as_str), Some("ab: one two three"));
}

#[test]
fn a_changed_mailbox_never_claims_new_mail() {
    let mut row = mail(1, None, None);
    row.event = Event {
        mailbox: Some("Inbox".into()),
        ..Event::bare(Kind::Changed)
    };
    assert_eq!(mail_labels(&[row]), ["Inbox changed (sam@aosnotify.mac.com)"]);
}

#[test]
fn a_mail_without_a_subject_says_so() {
    assert_eq!(
        mail_labels(&[mail(1, Some("Miriam"), Some(" \n"))]),
        ["Miriam: (No subject)"]
    );
}

#[test]
fn the_tooltip_tells_why_it_is_quiet() {
    let lines = |hush| {
        let status = Status {
            hush: Some(hush),
            ..Status::default()
        };
        let view = tray_view(&status, &[], &now(), &Words::default());
        assert_eq!(view.shape, TrayShape::Paused);
        view.lines.last().cloned().unwrap_or_default()
    };
    let until = "2008-07-18T09:12:00Z".parse().unwrap();
    assert_eq!(lines(Hush::QuietHours { until }), "Quiet hours until 02:12");
    assert_eq!(lines(Hush::DoNotDisturb), "The desktop isn’t to be disturbed");
}

#[test]
fn a_pause_can_be_resumed_and_tells_its_end() {
    let until = |text: &str| {
        Some(Pause {
            until: Some(text.parse().unwrap()),
        })
    };
    let mut status = Status {
        pause: until("2008-07-18T09:12:00Z"),
        ..Status::default()
    };
    let view = tray_view(&status, &[], &now(), &Words::default());
    assert!(labels(&view.menu).contains(&"Resume (paused until 02:12)".to_owned()));
    assert_eq!(
        view.lines.last().map(String::as_str),
        Some("Notifications are paused until 02:12")
    );
    assert_eq!(view.shape, TrayShape::Paused);
    status.pause = until("2008-07-19T14:00:00Z");
    assert!(
        labels(&tray_view(&status, &[], &now(), &Words::default()).menu)
            .contains(&"Resume (paused until Saturday, 07:00)".to_owned())
    );
    status.pause = Some(Pause { until: None });
    assert!(labels(&tray_view(&status, &[], &now(), &Words::default()).menu).contains(&"Resume".to_owned()));
}

#[test]
fn a_pause_until_tomorrow_ends_at_seven_local_time_also_across_a_clock_change() {
    let eve: ZonedDateTime = "2008-11-01T23:30:00-07:00[America/Los_Angeles]".parse().unwrap();
    assert_eq!(
        PauseFor::UntilTomorrow.until(&eve),
        Some("2008-11-02T15:00:00Z".parse().unwrap())
    );
    assert_eq!(
        PauseFor::Hour.until(&eve),
        Some("2008-11-02T07:30:00Z".parse().unwrap())
    );
    assert_eq!(PauseFor::UntilResumed.until(&eve), None);
}

#[test]
fn it_speaks_other_languages() {
    let status = status(vec![AccountStatus {
        unread: 2,
        proven_at: before(7_300),
        ..account("Home", LinkState::Connected)
    }]);
    let view = tray_view(&status, &[], &now(), &Words::of(Tongue::De));
    assert_eq!(view.title, "Mailwren: 2 ungelesen");
    assert_eq!(view.lines, ["Home: 2 ungelesen, Push belegt um 23:10"]);
    assert!(labels(&view.menu).contains(&"Alle als gelesen markieren".to_owned()));
    let arabic = tray_view(&status, &[], &now(), &Words::of(Tongue::Ar));
    assert!(
        arabic.lines.iter().all(|line| line.contains("\u{2068}Home\u{2069}")),
        "{:?}",
        arabic.lines
    );
}
