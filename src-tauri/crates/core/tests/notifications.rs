//! The model with rules, quiet and snoozing, over simulated days.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mailwren_core::event::Kind;
use mailwren_core::model::{Input, LinkChange, Manners};
use mailwren_core::policy::{Cause, Hush, Outcome};
use mailwren_core::popup::{Popup, PopupAction, PopupEvent, PopupEventKind, Privacy};
use mailwren_core::quiet::{QuietHours, Schedule};
use mailwren_core::rules::{Rule, Rules, Then};
use mailwren_core::settings::NotificationSettings;
use mailwren_core::view::{Command, Pause, TrayShape};
use proptest::prelude::*;

use crate::world::{SAM, World, changed, gone, late, mail, numbered};

const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
const NEW_YORK: &str = "EST5EDT,M3.2.0,M11.1.0";

fn zone(posix: &str) -> Input {
    Input::Zone(TimeZone::posix(posix).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn nights() -> Vec<QuietHours> {
    vec![QuietHours {
        days: Vec::new(),
        from: "22:00".to_owned(),
        to: "07:00".to_owned(),
    }]
}

fn rule(sender: &str, then: Then) -> Rule {
    Rule {
        name: Some(sender.to_lowercase()),
        sender: vec![sender.to_owned()],
        then: Some(then),
        ..Rule::default()
    }
}

fn manners(settings: &NotificationSettings, rules: &[Rule]) -> Manners {
    let (rules, faults) = Rules::compile(rules);
    assert_eq!(faults, []);
    Manners::new(true, settings, rules)
}

/// In Berlin, on Tuesday at noon, with quiet nights; `Boss` is a VIP, `List` is silent, `Spam` is suppressed.
fn world() -> World {
    let mut world = World::caught_up();
    world.input(zone(BERLIN));
    world.now = at("2026-11-24T11:00:00Z");
    let settings = NotificationSettings {
        quiet: nights(),
        ..NotificationSettings::default()
    };
    let rules = [
        rule("Boss", Then::Vip),
        rule("List", Then::Silent),
        rule("Spam", Then::Suppress),
    ];
    world.input(Input::Manners(manners(&settings, &rules)));
    world
}

fn reason(world: &World, item: &str) -> (Outcome, Cause) {
    let reason = world.row(item).reason.clone().unwrap();
    (reason.outcome, reason.cause)
}

#[test]
fn a_night_is_quiet_but_for_vips_and_the_morning_tells_the_rest_at_once() {
    let mut world = world();
    world.pass(10 * 3600); // 22:00
    let until = at("2026-11-25T06:00:00Z");
    assert_eq!(world.model.status().hush, Some(Hush::QuietHours { until }));
    assert_eq!(world.model.status().tray_shape(), TrayShape::Paused);
    world.live(vec![
        mail("m1", "Miriam"),
        mail("m2", "Jonas"),
        mail("m3", "List"),
        mail("m4", "Spam"),
    ]);
    world.pass(3600);
    world.live(vec![mail("m5", "Boss"), mail("m6", "Kim")]);
    world.pass(3600);
    assert_eq!(world.titles(), ["Boss"]);
    assert_eq!(reason(&world, "m1"), (Outcome::Silent, Cause::QuietHours { until }));
    assert_eq!(
        reason(&world, "m5"),
        (
            Outcome::Notify,
            Cause::Vip {
                rule: "boss".to_owned()
            }
        )
    );
    world.live(vec![gone("m2")]);
    world.pass(8 * 3600);
    assert_eq!(world.titles(), ["Boss", "During quiet hours: 2 new mails"]);
    assert_eq!(world.up.values().last().unwrap().body, "Miriam, Kim");
    assert_eq!(reason(&world, "m1"), (Outcome::Group, Cause::AfterQuiet));
    assert_eq!(world.model.status().hush, None);
    assert!(world.owed.is_empty());
}

#[test]
fn a_silent_mail_counts_and_a_suppressed_one_doesnt() {
    let mut world = world();
    world.live(vec![mail("m1", "List"), mail("m2", "Spam")]);
    world.pass(60);
    assert!(world.shows.is_empty() && world.owed.is_empty());
    assert!(world.row("m1").unread && !world.row("m2").unread);
    let by = |name: &str| Cause::Rule { rule: name.to_owned() };
    assert_eq!(reason(&world, "m1"), (Outcome::Silent, by("list")));
    assert_eq!(reason(&world, "m2"), (Outcome::Suppress, by("spam")));
}

#[test]
fn nights_on_which_clocks_are_set_end_at_seven() {
    for (evening, morning) in [
        ("2026-03-28T20:30:00Z", "2026-03-29T05:00:00Z"),
        ("2026-10-24T19:30:00Z", "2026-10-25T06:00:00Z"),
    ] {
        let mut world = world();
        world.now = at(evening);
        world.input(Input::Tick);
        world.pass(3600);
        world.live(vec![mail("m1", "Miriam")]);
        let left = at(morning).duration_since(world.now).as_secs();
        world.pass(left - 1);
        assert!(world.shows.is_empty(), "{evening}");
        world.pass(1);
        assert_eq!(world.titles(), ["Miriam"], "{evening}");
        assert_eq!(reason(&world, "m1"), (Outcome::Notify, Cause::AfterQuiet));
    }
}

#[test]
fn a_traveller_leaves_the_night_behind() {
    let mut world = world();
    world.pass(11 * 3600); // 23:00 in Berlin, 17:00 in New York
    world.live(vec![mail("m1", "Miriam")]);
    assert!(world.shows.is_empty());
    world.input(zone(NEW_YORK));
    assert_eq!(world.titles(), ["Miriam"]);
    world.pass(4 * 3600);
    world.live(vec![mail("m2", "Jonas")]);
    assert_eq!(world.titles(), ["Miriam", "Jonas"]);
    world.pass(3600 + 1); // 22:00 in New York
    world.live(vec![mail("m3", "Kim")]);
    assert_eq!(world.shows.len(), 2);
}

#[test]
fn a_pause_that_ends_at_night_goes_over_into_the_night() {
    let mut world = world();
    world.pass(9 * 3600 + 1800); // 21:30
    let until = world.now + SignedDuration::from_hours(1);
    world.input(Input::Pause(Pause { until: Some(until) }));
    world.live(vec![mail("m1", "Miriam")]);
    world.pass(3600);
    assert_eq!(world.model.status().pause, None);
    assert!(world.shows.is_empty());
    world.pass(9 * 3600);
    assert_eq!(world.titles(), ["Miriam"]);
}

#[test]
fn the_desktops_do_not_disturb_withholds_vips_too_and_its_end_tells_all() {
    let mut world = world();
    world.input(Input::DoNotDisturb(true));
    world.live(vec![mail("m1", "Boss"), mail("m2", "Miriam")]);
    world.pass(600);
    assert!(world.shows.is_empty());
    assert_eq!(reason(&world, "m1"), (Outcome::Silent, Cause::DoNotDisturb));
    world.input(Input::DoNotDisturb(false));
    assert_eq!(world.titles(), ["While you weren’t disturbed: 2 new mails"]);
}

#[test]
fn do_not_disturb_may_be_disregarded() {
    let mut world = world();
    let settings = NotificationSettings {
        respect_do_not_disturb: false,
        ..NotificationSettings::default()
    };
    world.input(Input::Manners(manners(&settings, &[])));
    world.input(Input::DoNotDisturb(true));
    world.live(vec![mail("m1", "Miriam")]);
    assert_eq!(world.titles(), ["Miriam"]);
}

/// A world in which the desktop refused the popup of `m1`.
fn refused() -> World {
    let mut world = world();
    world.live(vec![mail("m1", "Miriam")]);
    let (_, popup) = world.shows.pop().unwrap();
    world.up.clear();
    world.owed.extend(&popup.settles);
    world.input(Input::Withheld(popup.id));
    world
}

#[test]
fn a_popup_that_the_desktop_refused_waits_until_it_may_be_disturbed() {
    let mut world = refused();
    world.input(Input::DoNotDisturb(true));
    world.pass(3600);
    assert!(world.shows.is_empty());
    world.input(Input::DoNotDisturb(false));
    assert_eq!(world.titles(), ["Miriam"]);
    assert!(world.owed.is_empty());
}

#[test]
fn a_popup_that_the_desktop_refused_at_the_last_moment_is_tried_again() {
    let mut world = refused();
    world.pass(6);
    assert_eq!(world.titles(), ["Miriam"]);
    assert!(world.owed.is_empty());
}

#[test]
fn a_popup_that_the_desktop_refused_goes_if_its_mail_is_read() {
    let mut world = refused();
    world.live(vec![gone("m1")]);
    world.pass(6);
    assert!(world.shows.is_empty());
}

#[test]
fn a_locked_screen_tells_the_count_alone_even_of_what_is_up() {
    let mut world = world();
    world.live(vec![mail("m1", "Miriam")]);
    world.pass(2);
    world.input(Input::Locked(true));
    assert_eq!(world.titles(), ["New mail"]);
    world.live(vec![mail("m2", "Jonas")]);
    world.pass(2);
    assert_eq!(world.titles(), ["New mail", "New mail"]);
    let heard = world.shows.iter().filter(|(_, popup)| popup.sound).count();
    assert_eq!(heard, 2, "hiding makes no noise");
    world.input(Input::Locked(false));
    assert_eq!(world.titles(), ["Miriam", "Jonas"]);
}

#[test]
fn a_rule_says_how_much_is_told_alone_and_among_others() {
    let mut world = world();
    let bank = Rule {
        privacy: Some(Privacy::Count),
        then: None,
        ..rule("Bank", Then::Notify)
    };
    world.input(Input::Manners(manners(&NotificationSettings::default(), &[bank])));
    world.live(vec![mail("m0", "Bank")]);
    assert_eq!(world.titles(), ["New mail"]);
    world.pass(60);
    world.input(Input::Pause(Pause { until: None }));
    world.live(vec![mail("m1", "Bank"), mail("m2", "Miriam"), mail("m3", "Bank")]);
    world.input(Input::Resume);
    let summary = world.up.values().last().unwrap();
    assert_eq!(
        (summary.title.as_str(), summary.body.as_str()),
        ("During the pause: 3 new mails", "Miriam")
    );
}

#[test]
fn sound_can_be_switched_off() {
    let mut world = world();
    let settings = NotificationSettings {
        sound: false,
        ..NotificationSettings::default()
    };
    world.input(Input::Manners(manners(&settings, &[])));
    world.live(vec![mail("m1", "Miriam")]);
    assert!(!world.up.values().next().unwrap().sound);
}

#[test]
fn grouping_can_be_set() {
    let mut world = world();
    let settings = NotificationSettings {
        group_above: 2,
        group_within_seconds: 60,
        ..NotificationSettings::default()
    };
    world.input(Input::Manners(manners(&settings, &[])));
    for decoded in numbered(3) {
        world.live(vec![decoded]);
        world.pass(15);
    }
    assert_eq!(world.titles(), ["3 new mails"]);
    assert_eq!(reason(&world, "m0"), (Outcome::Group, Cause::Burst));
}

#[test]
fn a_vip_doesnt_drown_in_a_burst() {
    let mut world = world();
    world.live(numbered(20));
    world.pass(2);
    world.live(vec![mail("m100", "Boss")]);
    world.live(vec![mail("m101", "Miriam")]);
    world.pass(3);
    assert_eq!(world.titles(), ["21 new mails", "Boss"]);
}

#[test]
fn many_that_go_one_by_one_put_their_popup_right_once_a_second() {
    let mut world = world();
    world.live(numbered(100));
    world.pass(2);
    assert_eq!(world.titles(), ["100 new mails"]);
    let shows = world.shows.len();
    for item in numbered(98) {
        world.live(vec![gone(item.event.item.as_deref().unwrap())]);
    }
    assert_eq!(world.shows.len(), shows + 1, "the first at once, the others later");
    world.pass(1);
    assert_eq!(world.shows.len(), shows + 2);
    assert_eq!(world.titles(), ["2 new mails"]);
}

#[test]
fn the_oldest_of_very_many_is_still_known_by_name() {
    let mut world = world();
    world.input(Input::Pause(Pause { until: None }));
    world.live(vec![mail("oldest", "Zoe")]);
    world.live(numbered(1_000));
    for item in numbered(1_000) {
        world.live(vec![gone(item.event.item.as_deref().unwrap())]);
    }
    world.input(Input::Resume);
    let popup = world.up.values().next().unwrap();
    assert_eq!(popup.title, "During the pause: 1 new mail");
    assert_eq!(popup.body, "Zoe");
    assert_eq!(popup.settles, [1]);
    assert_eq!(reason(&world, "oldest"), (Outcome::Group, Cause::AfterQuiet));
    world.choose(PopupAction::MarkRead);
    assert!(world.up.is_empty() && world.owed.is_empty());
}

#[test]
fn what_is_put_off_goes_and_comes_back() {
    let mut world = world();
    world.live(vec![mail("m1", "Miriam")]);
    world.choose(PopupAction::Snooze);
    let asked = world.asked.pop().unwrap();
    assert!(matches!(asked, Command::Snooze { seqs, later: Some(_) } if seqs == [1]));
    let due = world.now + SignedDuration::from_hours(1);
    world.snooze(&[1], Some(due));
    assert!(world.up.is_empty(), "put off, its popup goes");
    world.pass(3599);
    assert!(world.up.is_empty());
    world.pass(1);
    assert_eq!(world.titles(), ["Miriam"]);
    assert_eq!(reason(&world, "m1"), (Outcome::Notify, Cause::Snoozed));
    assert!(world.up.values().next().unwrap().sound && world.owed.is_empty());
}

#[test]
fn what_is_put_off_and_read_meanwhile_stays_away() {
    let mut world = world();
    world.live(vec![mail("m1", "Miriam"), mail("m2", "Jonas")]);
    world.pass(5);
    let due = world.now + SignedDuration::from_hours(1);
    world.snooze(&[1, 2], Some(due));
    world.live(vec![gone("m1")]);
    world.snooze(&[2], None);
    world.pass(7200);
    assert!(world.up.is_empty());
}

#[test]
fn what_was_put_off_comes_back_after_a_restart_even_if_due_meanwhile() {
    let mut before = world();
    before.live(vec![mail("m1", "Miriam"), mail("m2", "Jonas")]);
    before.pass(5);
    let due = before.now + SignedDuration::from_hours(1);
    before.snooze(&[1, 2], Some(due));
    let mut after = World::new();
    after.now = due + SignedDuration::from_hours(1);
    after.rows.clone_from(&before.rows);
    after.input(Input::Loaded {
        baselines: Vec::new(),
        owed: Vec::new(),
        snoozed: before.rows.iter().map(|(_, _, row)| row.clone()).collect(),
        unread: Vec::new(),
        pause: None,
        rev: 2,
    });
    after.pass(1);
    assert_eq!(after.titles(), ["Put off until now: 2 new mails"]);
}

#[test]
fn what_is_due_at_night_waits_for_the_morning() {
    let mut world = world();
    world.live(vec![mail("m1", "Miriam")]);
    world.snooze(&[1], Some(at("2026-11-24T22:00:00Z")));
    world.pass(18 * 3600);
    assert!(world.up.is_empty());
    world.pass(2 * 3600);
    assert_eq!(world.titles(), ["Miriam"]);
}

#[test]
fn muting_from_a_popup_takes_it_away_and_offers_the_way_back() {
    let mut world = world();
    world.live(vec![mail("m1", "Miriam")]);
    world.choose(PopupAction::Mute);
    assert_eq!(world.asked, [Command::Mute { seq: 1, until: None }]);
    let row = world.row("m1").clone();
    world.input(Input::Muted(Box::new(row.clone())));
    world.pass(2);
    let popup = world.up.values().last().unwrap();
    assert_eq!((popup.title.as_str(), popup.sound), ("Muted: Miriam", false));
    assert_eq!(popup.actions, [PopupAction::Undo]);
    assert!(world.rows[0].2.unread, "muting marks nothing read");
    world.choose(PopupAction::Undo);
    assert_eq!(world.asked.last(), Some(&Command::Unmute { seq: 1 }));
    // From a window there is no popup about it.
    let shown = world.shows.len();
    world.input(Input::Muted(Box::new(row)));
    world.pass(2);
    assert_eq!(world.shows.len(), shown);
}

#[test]
fn hooks_run_once_for_news_alone() {
    let mut world = World::new();
    let hook = Rule {
        hook: vec!["ring".to_owned()],
        then: None,
        ..rule("Miriam", Then::Notify)
    };
    world.input(Input::Manners(manners(&NotificationSettings::default(), &[hook])));
    world.link(LinkChange::Fresh);
    world.fetched(vec![mail("m0", "Miriam")]);
    world.input(Input::CaughtUp {
        account: SAM.to_owned(),
    });
    assert!(world.hooks.is_empty(), "what was there at first sight is no news");
    world.live(vec![mail("m1", "Miriam"), mail("m2", "Jonas")]);
    world.live(vec![mail("m1", "Miriam")]);
    world.fetched(vec![mail("m1", "Miriam"), late(mail("m3", "Miriam"))]);
    let items: Vec<_> = world
        .hooks
        .iter()
        .map(|call| call.row.event.item.clone().unwrap())
        .collect();
    assert_eq!(items, ["m1", "m3"]);
    assert_eq!(
        (world.hooks[0].rule.as_str(), world.hooks[0].command.as_slice()),
        ("miriam", &["ring".to_owned()][..])
    );
}

#[test]
fn a_changed_mailbox_is_quiet_at_night_too() {
    let mut world = world();
    world.live(vec![changed("c0")]);
    world.pass(11 * 3600);
    let before = world.shows.len();
    world.live(vec![changed("c1")]);
    world.pass(60);
    assert_eq!(world.shows.len(), before);
}

#[derive(Debug, Clone)]
enum Step {
    Live(u8, u8),
    Gone(u8),
    Burst(u8),
    Fresh,
    CaughtUp,
    Pause(Option<u16>),
    Resume,
    DoNotDisturb(bool),
    Locked(bool),
    Zone(bool),
    Withheld,
    Close,
    Snooze(u8, u16),
    Pass(u16),
    Jump(i16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..30u8, 0..8u8).prop_map(|(item, sender)| Step::Live(item, sender)),
        2 => (0..30u8).prop_map(Step::Gone),
        1 => (2..40u8).prop_map(Step::Burst),
        1 => Just(Step::Fresh),
        1 => Just(Step::CaughtUp),
        1 => prop::option::of(1..20_000u16).prop_map(Step::Pause),
        1 => Just(Step::Resume),
        1 => any::<bool>().prop_map(Step::DoNotDisturb),
        1 => any::<bool>().prop_map(Step::Locked),
        1 => any::<bool>().prop_map(Step::Zone),
        1 => Just(Step::Withheld),
        1 => Just(Step::Close),
        1 => (0..30u8, 1..20_000u16).prop_map(|(item, seconds)| Step::Snooze(item, seconds)),
        3 => (0..20_000u16).prop_map(Step::Pass),
        2 => (0..30u16).prop_map(Step::Pass),
        1 => (-2_000..2_000i16).prop_map(Step::Jump),
    ]
}

/// Why a popup may not come now.
fn hushed(world: &World) -> Option<Hush> {
    world.model.status().hush
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Over days of quiet nights, pauses, do-not-disturb, travel and clocks set to and fro: no popup comes while it is
    /// quiet but a VIP's, and none at all while the desktop isn't to be disturbed; no two come within a second; a
    /// suppressed mail is never told; and whatever is unread and owed is told in the end.
    #[test]
    fn quiet_is_kept_and_nothing_is_forgotten(steps in prop::collection::vec(step(), 1..120)) {
        let senders = ["Miriam", "Jonas", "Kim", "Boss", "List", "Spam", "Zoë", "Lena"];
        let mut world = world();
        let mut quiet_breaks: Vec<(Hush, Popup)> = Vec::new();
        let mut seen = world.shows.len();
        for step in steps {
            let before: BTreeSet<u64> = world.up.keys().copied().collect();
            match step {
                Step::Live(item, sender) => {
                    let sender = senders[usize::from(sender)];
                    world.live(vec![mail(&item.to_string(), sender)]);
                }
                Step::Gone(item) => world.live(vec![gone(&item.to_string())]),
                Step::Burst(count) => {
                    let many = (0..count).map(|n| mail(&format!("{}-{n}", world.rows.len()), senders[usize::from(n % 3)]));
                    let many = many.collect();
                    world.live(many);
                }
                Step::Fresh => world.link(LinkChange::Fresh),
                Step::CaughtUp => world.input(Input::CaughtUp { account: SAM.to_owned() }),
                Step::Pause(seconds) => {
                    let until = seconds.map(|s| world.now + SignedDuration::from_secs(i64::from(s)));
                    world.input(Input::Pause(Pause { until }));
                }
                Step::Resume => world.input(Input::Resume),
                Step::DoNotDisturb(on) => world.input(Input::DoNotDisturb(on)),
                Step::Locked(on) => world.input(Input::Locked(on)),
                Step::Zone(there) => world.input(zone(if there { NEW_YORK } else { BERLIN })),
                Step::Withheld => if let Some((id, popup)) = world.up.pop_last() {
                    // As far as its rows are still unread, it owes them again.
                    let unread = world.rows.iter().filter(|(_, _, r)| r.unread && r.gone_at.is_none());
                    let owed: Vec<i64> = unread.map(|(_, _, r)| r.seq).filter(|s| popup.settles.contains(s)).collect();
                    world.owed.extend(owed);
                    world.input(Input::Withheld(id));
                },
                Step::Close => if let Some((id, _)) = world.up.pop_first() {
                    world.input(Input::Popup(PopupEvent { id, kind: PopupEventKind::Closed }));
                },
                Step::Snooze(item, seconds) => {
                    // Who puts off a mail that a rule keeps silent wants its popup after all.
                    let item = item.to_string();
                    let kept = |sender: Option<&str>| matches!(sender, Some("Spam" | "List"));
                    let seqs: Vec<i64> = world
                        .rows
                        .iter()
                        .filter(|(key, _, row)| key.item == item && !kept(row.event.from.as_ref().and_then(|f| f.name.as_deref())))
                        .map(|(_, _, row)| row.seq)
                        .collect();
                    let until = world.now + SignedDuration::from_secs(i64::from(seconds));
                    world.snooze(&seqs, Some(until));
                }
                Step::Pass(seconds) => {
                    let end = world.now + SignedDuration::from_secs(i64::from(seconds));
                    while let Some(deadline) = world.model.next_deadline().filter(|d| *d <= end) {
                        world.now = deadline.max(world.now);
                        let shown = world.shows.len();
                        world.input(Input::Tick);
                        note(&world, shown, &before, &mut quiet_breaks);
                    }
                    world.now = end;
                    seen = world.shows.len();
                    // The engine looks at the clock every few seconds anyway.
                    world.input(Input::Tick);
                }
                Step::Jump(seconds) => {
                    world.now += SignedDuration::from_secs(i64::from(seconds));
                    world.input(Input::Tick);
                }
            }
            note(&world, seen, &before, &mut quiet_breaks);
            seen = world.shows.len();
        }
        for (hush, popup) in &quiet_breaks {
            prop_assert!(hush.yields_to_vip(), "{popup:?} came in spite of do-not-disturb");
            let vip = |seq: &i64| world.rows.iter().any(|(_, _, r)| r.seq == *seq && r.event.from.as_ref().unwrap().name.as_deref() == Some("Boss"));
            prop_assert!(popup.settles.iter().all(vip), "{popup:?} came during {hush:?}");
        }
        world.input(Input::CaughtUp { account: SAM.to_owned() });
        world.input(Input::DoNotDisturb(false));
        world.input(Input::Resume);
        world.pass(40 * 3600);
        let forgotten: Vec<_> = world.rows.iter().map(|(_, _, r)| r).filter(|r| world.owed.contains(&r.seq) && r.unread).collect();
        prop_assert!(forgotten.is_empty(), "owed and forgotten: {forgotten:?}");
        let told: BTreeSet<i64> = world.shows.iter().flat_map(|(_, p)| p.settles.iter().copied()).collect();
        for (_, _, row) in &world.rows {
            let sender = row.event.from.as_ref().and_then(|f| f.name.as_deref());
            if matches!(sender, Some("Spam" | "List")) {
                prop_assert!(!told.contains(&row.seq), "told in spite of a rule: {row:?}");
            }
            prop_assert!(row.event.kind != Kind::New || row.reason.is_some());
        }
    }

    /// However mails come, popups that may be heard are a second apart, by a clock that runs.
    #[test]
    fn never_more_than_one_popup_a_second(
        gaps in prop::collection::vec((0..1500u32, 0..8usize, 1..4usize), 1..60),
        above in 0..8u32,
        within in 0..20u32,
    ) {
        let senders = ["Miriam", "Jonas", "Kim", "Boss", "List", "Spam", "Boss", "Lena"];
        let mut world = world();
        let rules = [rule("Boss", Then::Vip), rule("List", Then::Silent), rule("Spam", Then::Suppress)];
        let settings = NotificationSettings { group_above: above, group_within_seconds: within, ..NotificationSettings::default() };
        world.input(Input::Manners(manners(&settings, &rules)));
        for (n, (millis, sender, many)) in gaps.into_iter().enumerate() {
            world.live((0..many).map(|m| mail(&format!("{n}-{m}"), senders[sender])).collect());
            let until = world.now + SignedDuration::from_millis(i64::from(millis));
            while let Some(deadline) = world.model.next_deadline().filter(|d| *d <= until) {
                world.now = deadline.max(world.now);
                world.input(Input::Tick);
            }
            world.now = until;
        }
        world.pass(60);
        for pair in world.shows.windows(2) {
            let apart = pair[1].0.duration_since(pair[0].0);
            prop_assert!(apart >= SignedDuration::from_secs(1), "{:?}", pair);
        }
        prop_assert!(world.owed.is_empty());
    }
}

/// Notes the popups that came up anew since, though it is quiet.
fn note(world: &World, since: usize, up_before: &BTreeSet<u64>, breaks: &mut Vec<(Hush, Popup)>) {
    if let Some(hush) = hushed(world) {
        let news = world.shows[since..].iter().map(|(_, popup)| popup);
        breaks.extend(
            news.filter(|popup| !up_before.contains(&popup.id))
                .map(|popup| (hush, popup.clone())),
        );
    }
}

#[test]
fn the_schedule_made_ready_is_that_of_the_settings() {
    let settings = NotificationSettings {
        quiet: nights(),
        ..NotificationSettings::default()
    };
    assert_eq!(manners(&settings, &[]).schedule, Schedule::new(&nights()));
    assert_eq!(
        Manners::default(),
        Manners::new(false, &NotificationSettings::default(), Rules::default())
    );
}
