//! The model from outside: inputs in, effects out, over simulated time.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use mailwren_core::account::Subscription;
use mailwren_core::act::Act;
use mailwren_core::adhoc::Offer;
use mailwren_core::event::Kind;
use mailwren_core::heartbeat::Publisher;
use mailwren_core::model::{HEARTBEAT, Input, LinkChange, Manners, Pulse};
use mailwren_core::popup::{Popup, PopupAction, PopupEvent, PopupEventKind, Privacy};
use mailwren_core::said::Said;
use mailwren_core::view::{LinkState, Notice, Pause, Problem, TrayShape};
use proptest::prelude::*;

use crate::world::{SAM, World, changed, gone, late, mail, numbered, stamped};

#[test]
fn a_mail_raises_one_popup_with_sender_and_subject() {
    let mut world = World::caught_up();
    world.live(vec![mail("m1", "Miriam")]);
    let popup = world.up.values().next().unwrap();
    assert_eq!((popup.title.as_str(), popup.body.as_str()), ("Miriam", "about m1"));
    assert_eq!(
        popup.actions,
        [
            PopupAction::Open,
            PopupAction::MarkRead,
            PopupAction::Snooze,
            PopupAction::Mute
        ]
    );
    assert!(popup.sound && world.owed.is_empty());
}

#[test]
fn the_same_item_again_raises_no_second_popup() {
    let mut world = World::caught_up();
    world.live(vec![mail("m1", "Miriam")]);
    world.pass(60);
    world.live(vec![late(mail("m1", "Miriam"))]);
    world.fetched(vec![mail("m1", "Miriam")]);
    world.pass(60);
    assert_eq!(world.shows.len(), 1);
}

#[test]
fn an_item_published_again_after_its_retraction_is_unread_without_a_popup() {
    let mut world = World::caught_up();
    world.live(vec![mail("m1", "Miriam")]);
    world.live(vec![gone("m1")]);
    assert!(world.up.is_empty(), "a retraction withdraws the popup");
    world.pass(60);
    world.live(vec![mail("m1", "Miriam")]);
    world.pass(60);
    assert!(world.rows[0].2.unread);
    assert_eq!(world.shows.len(), 1);
}

#[test]
fn copies_that_were_under_way_dont_bring_a_retracted_item_back() {
    let mut world = World::caught_up();
    let asked_at = world.now;
    world.pass(1);
    world.live(vec![stamped(asked_at, mail("seen", "Miriam"))]);
    world.pass(1);
    // The other one is read before anything was seen of it.
    world.live(vec![gone("seen"), gone("unseen")]);
    let retracted_at = world.now;
    world.pass(1);
    let copies = || vec![mail("seen", "Miriam"), mail("unseen", "Jonas")];
    world.live(copies().into_iter().map(|mail| stamped(asked_at, mail)).collect());
    world.fetched_as_asked(asked_at, copies().into_iter().map(late).collect());
    world.pass(60);
    assert!(world.rows.iter().all(|(_, _, row)| !row.unread), "{:?}", world.rows);
    assert_eq!(world.shows.len(), 1);

    let again = retracted_at + SignedDuration::from_secs(30);
    world.live(copies().into_iter().map(|mail| stamped(again, mail)).collect());
    assert_eq!(world.rows.iter().filter(|(_, _, row)| row.unread).count(), 2);
}

#[test]
fn copies_that_were_under_way_dont_bring_a_purged_nodes_items_back() {
    let mut world = World::caught_up();
    let asked_at = world.now;
    world.live(vec![mail("m1", "Miriam")]);
    world.pass(1);
    let mut purge = gone("");
    purge.event.kind = Kind::Cleared;
    purge.event.item = None;
    world.live(vec![purge]);
    world.pass(1);
    world.fetched_as_asked(asked_at, vec![late(mail("m1", "Miriam"))]);
    assert!(
        world
            .rows
            .iter()
            .all(|(key, _, row)| key.item.is_empty() || row.gone_at.is_some())
    );
}

#[test]
fn what_came_after_a_node_was_asked_isnt_missing_from_its_answer() {
    let mut world = World::caught_up();
    let asked_at = world.now;
    world.pass(1);
    world.live(vec![mail("m1", "Miriam")]);
    world.fetched_as_asked(asked_at, Vec::new());
    assert!(world.rows[0].2.unread);
    assert_eq!(world.titles(), ["Miriam"]);
    world.pass(1);
    world.fetched(Vec::new());
    assert!(world.titles().is_empty());
}

#[test]
fn first_sight_of_a_node_stores_without_popups() {
    let mut world = World::new();
    world.link(LinkChange::Fresh);
    world.live(vec![late(mail("m0", "Sender 0"))]);
    world.fetched(numbered(20));
    world.input(Input::CaughtUp {
        account: SAM.to_owned(),
    });
    world.pass(60);
    assert_eq!(world.rows.len(), 20, "m0 is one of the twenty");
    assert!(world.shows.is_empty());
    world.live(vec![mail("next", "Miriam")]);
    assert_eq!(world.titles(), ["Miriam"]);
}

#[test]
fn what_was_missed_is_told_by_one_popup() {
    let mut world = World::caught_up();
    world.link(LinkChange::Fresh);
    world.live(vec![late(mail("m100", "Jonas"))]);
    world.fetched(numbered(14).into_iter().map(late).collect());
    assert!(world.shows.is_empty(), "not before all is known");
    world.input(Input::CaughtUp {
        account: SAM.to_owned(),
    });
    assert_eq!(world.titles(), ["While you were away: 14 new mails"]);
    let popup = world.up.values().next().unwrap();
    assert!(popup.body.ends_with("and 10 more"), "{}", popup.body);
}

#[test]
fn a_last_item_that_is_sent_again_without_a_stamp_is_one_of_those_that_were_missed() {
    let mut world = World::caught_up();
    world.link(LinkChange::Fresh);
    world.live(vec![mail("m2", "Jonas")]);
    assert!(world.shows.is_empty(), "it is told before the others are known");
    world.fetched(vec![late(mail("m1", "Miriam")), late(mail("m2", "Jonas"))]);
    // From here on what comes is news.
    world.live(vec![mail("m3", "Zoe")]);
    assert_eq!(world.titles(), ["Zoe"]);
    world.input(Input::CaughtUp {
        account: SAM.to_owned(),
    });
    world.pass(60);
    assert_eq!(world.shows.len(), 2, "{:?}", world.titles());
    assert!(world.titles().contains(&"While you were away: 2 new mails"));
    assert!(world.owed.is_empty());
}

#[test]
fn what_came_before_a_node_was_fetched_stands_above_what_was_missed() {
    let items = |world: &World| {
        let items = world.rows.iter().map(|(key, ..)| key.item.clone());
        items.collect::<Vec<_>>()
    };
    let mut world = World::caught_up();
    world.link(LinkChange::Fresh);
    let asked_at = world.now;
    world.live(vec![mail("m3", "Jonas"), mail("m4", "Zoe"), mail("m5", "Kim")]);
    // What goes meanwhile doesn't come at all.
    world.pass(1);
    world.live(vec![gone("m4")]);
    world.fetched_as_asked(asked_at, vec![late(mail("m1", "Miriam")), late(mail("m2", "Ada"))]);
    assert_eq!(items(&world), ["m1", "m2", "m3", "m5"]);
    world.live(vec![mail("m6", "Lin")]);
    assert_eq!(world.titles(), ["Lin"]);
    world.input(Input::CaughtUp {
        account: SAM.to_owned(),
    });
    world.pass(60);
    assert_eq!(world.titles(), ["Lin", "While you were away: 4 new mails"]);

    // Where nothing is going to be fetched, nothing waits.
    for change in [LinkChange::Resumed, LinkChange::Fresh] {
        let ends = matches!(change, LinkChange::Fresh);
        world.link(change);
        let name = if ends { "m8" } else { "m7" };
        world.live(vec![mail(name, "Sam")]);
        if ends {
            assert_eq!(world.rows.len(), 6, "it waits for the fetch");
            world.link(LinkChange::Lost {
                trouble: None,
                retry_at: None,
            });
        }
        assert_eq!(items(&world).last().unwrap(), name);
    }
}

#[test]
fn a_flood_is_not_held_while_a_node_is_fetched() {
    let mut world = World::caught_up();
    world.link(LinkChange::Fresh);
    world.live(numbered(2_000));
    assert!(world.rows.len() >= 1_000, "{} are stored", world.rows.len());
    world.fetched(Vec::new());
    assert_eq!(world.rows.len(), 2_000);
}

#[test]
fn a_single_missed_mail_is_told_as_itself() {
    let mut world = World::caught_up();
    world.link(LinkChange::Fresh);
    world.fetched(vec![late(mail("m1", "Miriam"))]);
    world.input(Input::CaughtUp {
        account: SAM.to_owned(),
    });
    assert_eq!(world.titles(), ["Miriam"]);
}

#[test]
fn a_burst_becomes_one_popup_that_counts_and_names() {
    let mut world = World::caught_up();
    for decoded in numbered(8) {
        world.live(vec![decoded]);
        world.now += SignedDuration::from_millis(100);
    }
    world.pass(20);
    assert_eq!(world.titles(), ["8 new mails"]);
    let up = world.up.values().next().unwrap();
    assert_eq!(up.body, "Sender 0, Sender 1, Sender 2, Sender 3 and 4 more");
}

#[test]
fn more_of_a_burst_replaces_its_popup_without_a_sound() {
    let mut world = World::caught_up();
    world.live(numbered(8));
    world.pass(2);
    let id = *world.up.keys().last().unwrap();
    world.live(vec![mail("late one", "Miriam")]);
    world.pass(2);
    assert_eq!(world.titles(), ["9 new mails"]);
    let (_, last) = world.shows.last().unwrap();
    assert!(last.id == id && !last.sound);
}

#[test]
fn reading_some_of_a_group_counts_it_down_and_reading_all_withdraws_it() {
    let mut world = World::caught_up();
    world.live(numbered(8));
    world.pass(2);
    world.live(vec![gone("m3")]);
    assert_eq!(world.titles(), ["7 new mails"]);
    world.live(
        numbered(8)
            .iter()
            .map(|d| gone(d.event.item.as_deref().unwrap()))
            .collect(),
    );
    assert!(world.up.is_empty());
}

#[test]
fn what_a_resumed_session_is_sent_again_is_told_together_and_proves_nothing() {
    let mut world = World::caught_up();
    world.link(LinkChange::Lost {
        trouble: None,
        retry_at: None,
    });
    world.link(LinkChange::Resumed);
    world.live(numbered(3));
    assert!(world.up.is_empty(), "{:?}", world.titles());
    assert_eq!(world.account().proven_at, None);
    world.input(Input::CaughtUp {
        account: SAM.to_owned(),
    });
    assert_eq!(world.titles(), ["While you were away: 3 new mails"]);
    world.live(vec![mail("later", "Zoe")]);
    assert_eq!(world.account().proven_at, Some(world.now));
}

#[test]
fn a_server_that_is_not_trusted_is_told_as_an_error_though_it_is_tried_again() {
    let mut world = World::caught_up();
    let retry_at = Some(world.now);
    world.link(LinkChange::Untrusted {
        trouble: Problem {
            code: "certificate".to_owned(),
            message: Said::word("trouble-pin").with("target", "mail.example.org:5222"),
            hint: None,
        },
        retry_at,
    });
    assert_eq!(world.model.status().tray_shape(), TrayShape::Error);
    assert_eq!(world.account().next_try, retry_at);
}

#[test]
fn a_popup_that_was_closed_on_another_device_goes_and_its_mail_stays_unread() {
    let mut world = World::caught_up();
    world.live(numbered(2));
    let closed = world.row("m0").clone();
    world.input(Input::TakenOver {
        changed: Vec::new(),
        dismissed: vec![closed],
    });
    world.pass(5);
    assert_eq!(world.up.len(), 1);
    assert!(world.row("m0").unread);
}

#[test]
fn mark_read_on_a_popup_marks_its_rows_and_takes_it_away() {
    let mut world = World::caught_up();
    world.live(vec![mail("m1", "Miriam")]);
    let id = *world.up.keys().next().unwrap();
    world.input(Input::Popup(PopupEvent {
        id,
        kind: PopupEventKind::Action(PopupAction::MarkRead),
    }));
    assert!(!world.rows[0].2.unread && world.up.is_empty());
}

#[test]
fn dismissing_a_popup_never_marks_mail_read() {
    let mut world = World::caught_up();
    world.live(vec![mail("m1", "Miriam")]);
    let id = *world.up.keys().next().unwrap();
    world.input(Input::Popup(PopupEvent {
        id,
        kind: PopupEventKind::Closed,
    }));
    assert!(world.rows[0].2.unread);
}

#[test]
fn open_on_a_popup_opens_its_row_and_on_a_group_the_feed() {
    let mut world = World::caught_up();
    world.live(vec![mail("m1", "Miriam")]);
    let open = |id| {
        Input::Popup(PopupEvent {
            id,
            kind: PopupEventKind::Action(PopupAction::Open),
        })
    };
    world.input(open(*world.up.keys().next().unwrap()));
    assert!(world.told.contains(&Notice::Open { seq: Some(1) }));
    world.pass(60);
    world.live(numbered(9));
    world.pass(2);
    world.input(open(*world.up.keys().last().unwrap()));
    assert!(world.told.contains(&Notice::Open { seq: None }));
}

#[test]
fn changed_is_one_popup_per_mailbox_replaced_in_place() {
    let mut world = World::caught_up();
    for n in 0..5 {
        world.live(vec![changed(&format!("c{n}"))]);
        world.pass(30);
    }
    assert_eq!(world.titles(), ["Inbox changed"]);
    assert_eq!(world.shows.iter().filter(|(_, p)| p.sound).count(), 1);
}

#[test]
fn an_id_used_again_with_another_payload_changes_its_popup_in_place() {
    let mut world = World::caught_up();
    world.live(vec![mail("m1", "Miriam")]);
    world.pass(5);
    world.live(vec![mail("m1", "Jonas")]);
    world.pass(5);
    assert_eq!(world.titles(), ["Jonas"]);
    assert_eq!(world.rows.len(), 2);
    world.live(vec![mail("m1", "Miriam")]);
    world.pass(5);
    assert!(world.titles().is_empty(), "the first is back, which was told before");
}

#[test]
fn a_pause_withholds_popups_and_its_end_tells_them_together() {
    let mut world = World::caught_up();
    let until = world.now + SignedDuration::from_hours(1);
    world.input(Input::Pause(Pause { until: Some(until) }));
    assert_eq!(world.model.status().tray_shape(), TrayShape::Paused);
    world.live(numbered(3));
    world.pass(1800);
    world.live(vec![gone("m1")]);
    assert!(world.shows.is_empty());
    world.pass(1801);
    assert_eq!(world.titles(), ["During the pause: 2 new mails"]);
    assert_eq!(world.model.status().pause, None);
}

#[test]
fn what_was_stored_but_not_told_is_told_at_the_next_start() {
    let mut world = World::caught_up();
    world.live(vec![mail("m1", "Miriam")]);
    let owed = vec![world.rows[0].2.clone()];
    let mut next = World::new();
    next.input(Input::Loaded {
        baselines: Vec::new(),
        owed,
        snoozed: Vec::new(),
        unread: vec![(SAM.to_owned(), 1)],
        pause: None,
        rev: 7,
    });
    assert_eq!(next.titles(), ["Miriam"]);
    assert_eq!(next.model.status().unread, 1);
}

#[test]
fn privacy_levels_keep_subject_and_sender_back() {
    for (privacy, title, told) in [
        (Privacy::Sender, "Miriam", "Miriam New mail"),
        (Privacy::Count, "New mail", "New mail "),
    ] {
        let mut world = World::caught_up();
        world.input(Input::Manners(Manners {
            desktop: true,
            privacy,
            ..Manners::default()
        }));
        world.live(vec![mail("m1", "Miriam")]);
        let popup = world.up.values().next().unwrap();
        assert_eq!(popup.title, title);
        assert_eq!(format!("{} {}", popup.title, popup.body), told);
    }
}

#[test]
fn a_headless_host_owes_no_popups() {
    let mut world = World::caught_up();
    world.input(Input::Manners(Manners::default()));
    world.live(vec![mail("m1", "Miriam")]);
    assert!(world.shows.is_empty() && world.owed.is_empty());
}

impl World {
    fn pulse(&mut self, pulse: Pulse) {
        self.input(Input::Pulse {
            account: SAM.to_owned(),
            pulse,
        });
    }
}

fn deaf() -> Problem {
    Problem {
        code: HEARTBEAT.to_owned(),
        message: Said::word("trouble-deaf"),
        hint: None,
    }
}

#[test]
fn push_is_proven_by_heartbeats_and_events_and_not_by_a_connection() {
    let mut world = World::caught_up();
    assert_eq!(world.account().proven_at, None);
    world.pulse(Pulse::Back);
    assert_eq!(world.account().proven_at, Some(world.now));
    world.pass(60);
    world.live(vec![mail("m1", "Miriam")]);
    assert_eq!(world.account().proven_at, Some(world.now));
}

#[test]
fn heartbeats_that_do_not_come_back_are_a_trouble_until_something_comes() {
    for proof in [true, false] {
        let mut world = World::caught_up();
        world.pulse(Pulse::Missing(deaf()));
        assert_eq!(world.account().trouble, Some(deaf()));
        assert_eq!(world.account().link, LinkState::Connected);
        world.told.clear();
        if proof {
            world.pulse(Pulse::Back);
        } else {
            world.live(vec![mail("m1", "Miriam")]);
        }
        assert_eq!(world.account().trouble, None);
        assert!(world.told.contains(&Notice::Status));
    }
}

#[test]
fn a_popup_offers_the_mailbox_where_a_bridge_reaches_it_and_says_what_it_could_not_do() {
    let mut world = World::caught_up();
    let node = world.account().nodes[0].clone();
    let offer = Offer {
        jid: "sam@example.org/4f1c".parse().unwrap(),
        nodes: vec![Subscription {
            service: node.service,
            node: node.node,
        }],
    };
    world.pulse(Pulse::Publisher(Publisher {
        contact: None,
        offer: Some(offer.clone()),
    }));
    assert!(world.account().nodes[0].acts && world.account().publisher_at.is_none());
    assert_eq!(world.model.offer(SAM), Some(&offer));
    world.live(vec![mail("m1", "Miriam")]);
    let popup = world.up.values().next().unwrap().clone();
    let acts = [Act::Archive, Act::Delete].map(PopupAction::Act);
    assert_eq!(popup.actions[2..], acts);

    let rows = vec![world.row("m1").clone()];
    world.input(Input::NotDone {
        act: Act::Archive,
        rows,
        why: Said::word("act-no-bridge"),
    });
    world.pass(2);
    let said = world.up.values().last().unwrap();
    assert_eq!(
        (said.title.as_str(), said.body.as_str()),
        ("Not archived: Miriam", "The bridge isn’t there at present.")
    );

    // Without a connection nothing reaches it, and a publisher that ends says so.
    world.input(Input::Link {
        account: SAM.to_owned(),
        change: LinkChange::Connecting,
    });
    assert_eq!(world.model.offer(SAM), None);
    world.pulse(Pulse::Publisher(Publisher::default()));
    assert!(!world.account().nodes[0].acts);
}

fn publisher(contact: Timestamp) -> Pulse {
    Pulse::Publisher(Publisher {
        contact: Some(contact),
        offer: None,
    })
}

#[test]
fn a_publisher_was_never_alive_in_the_future_and_the_latest_counts() {
    let mut world = World::caught_up();
    let at = |seconds| world.now + SignedDuration::from_secs(seconds);
    let (before, now, after) = (at(-90), at(0), at(90));
    world.pulse(publisher(before));
    assert_eq!(world.account().publisher_at, Some(before));
    world.pulse(publisher(after));
    assert_eq!(world.account().publisher_at, Some(now));
    world.pulse(publisher(before));
    assert_eq!(world.account().publisher_at, Some(now));
}

#[test]
fn the_worst_account_decides_the_tray_icon() {
    let mut world = World::caught_up();
    assert_eq!(world.model.status().tray_shape(), TrayShape::Connected);
    world.link(LinkChange::Lost {
        trouble: None,
        retry_at: Some(world.now),
    });
    assert_eq!(world.model.status().tray_shape(), TrayShape::Offline);
    world.link(LinkChange::Parked(Problem {
        code: "auth".to_owned(),
        message: Said::word("trouble-not-authorized"),
        hint: None,
    }));
    world.input(Input::Pause(Pause { until: None }));
    assert_eq!(world.model.status().tray_shape(), TrayShape::Error);
    assert_eq!(world.account().link, LinkState::Error);
}

#[derive(Debug, Clone)]
enum Step {
    Live(u8, u8),
    Gone(u8),
    Fetch(Vec<u8>),
    Fresh,
    CaughtUp,
    Resumed,
    Pause,
    Resume,
    Close,
    Pass(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..20u8, 0..2u8).prop_map(|(item, payload)| Step::Live(item, payload)),
        2 => (0..20u8).prop_map(Step::Gone),
        1 => prop::collection::vec(0..20u8, 0..8).prop_map(Step::Fetch),
        1 => Just(Step::Fresh),
        1 => Just(Step::CaughtUp),
        1 => Just(Step::Resumed),
        1 => Just(Step::Pause),
        1 => Just(Step::Resume),
        1 => Just(Step::Close),
        3 => (0..3000u16).prop_map(Step::Pass),
    ]
}

proptest! {
    /// Whatever comes, in any order: no row is told twice by a popup that may be heard, no two popups are heard within
    /// a second, no popup stands for what is read, and nothing unread that is owed is forgotten.
    #[test]
    fn never_twice_never_a_flood_never_forgotten(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World::caught_up();
        for step in steps {
            match step {
                Step::Live(item, payload) => world.live(vec![mail(&item.to_string(), &payload.to_string())]),
                Step::Gone(item) => world.live(vec![gone(&item.to_string())]),
                Step::Fetch(items) => world.fetched(items.iter().map(|i| late(mail(&i.to_string(), "0"))).collect()),
                Step::Fresh => world.link(LinkChange::Fresh),
                Step::CaughtUp => world.input(Input::CaughtUp { account: SAM.to_owned() }),
                Step::Resumed => world.link(LinkChange::Resumed),
                Step::Pause => world.input(Input::Pause(Pause { until: None })),
                Step::Resume => world.input(Input::Resume),
                Step::Close => if let Some(id) = world.up.keys().next().copied() {
                    world.up.remove(&id);
                    world.input(Input::Popup(PopupEvent { id, kind: PopupEventKind::Closed }));
                },
                Step::Pass(millis) => {
                    let whole = i64::from(millis / 1000);
                    world.pass(whole);
                    world.now += SignedDuration::from_millis(i64::from(millis % 1000));
                }
            }
            let read: Vec<i64> = world.rows.iter().filter(|(_, _, r)| !r.unread).map(|(_, _, r)| r.seq).collect();
            for popup in world.up.values() {
                // One that changes in place tells what is new; it stands for what it told before as well.
                let mut told = world.shows.iter().filter(|(_, shown)| shown.id == popup.id).flat_map(|(_, shown)| &shown.settles);
                prop_assert!(told.any(|s| !read.contains(s)), "a popup for what is read: {popup:?}");
            }
        }
        world.input(Input::CaughtUp { account: SAM.to_owned() });
        world.input(Input::Resume);
        world.pass(120);
        prop_assert!(world.owed.is_empty(), "owed and forgotten: {:?}", world.owed);

        let heard: Vec<&(Timestamp, Popup)> = world.shows.iter().filter(|(_, p)| p.sound).collect();
        for pair in heard.windows(2) {
            prop_assert!(pair[1].0.duration_since(pair[0].0) >= SignedDuration::from_secs(1));
        }
        let mut singly = BTreeSet::new();
        for (_, popup) in heard.iter().filter(|(_, p)| p.settles.len() == 1) {
            prop_assert!(singly.insert(popup.settles[0]), "told twice: {}", popup.settles[0]);
        }
    }

    /// The same inputs give the same effects.
    #[test]
    fn the_same_inputs_give_the_same_effects(count in 1..30usize) {
        let run = || {
            let mut world = World::caught_up();
            world.live(numbered(count));
            world.pass(30);
            world.shows
        };
        prop_assert_eq!(run(), run());
    }
}
