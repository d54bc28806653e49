#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use mailwren_core::event::{Decoded, Dialect, Event, Kind, PayloadDigest, Sender};
use mailwren_core::policy::{Cause, Outcome, Reason};
use mailwren_core::popup::Privacy;
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::mailbox::position_key;

/// The copy of a database of a former schema.
const FORMER: &str = "events.before-7.sqlite";
const ACCOUNT: &str = "sam@aosnotify.mac.com";
const SERVICE: &str = "pubsub.aosnotify.mac.com";
const NODE: &str = "/protected/com/apple/mobileme/sam/mail/Inbox";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_216_343_471 + second).unwrap()
}

/// A mail of a mirror node.
fn mail(item: &str, payload: &str) -> Arrival {
    let mut event = Event::bare(Kind::New);
    event.service = Some(SERVICE.to_owned());
    event.node = Some(NODE.to_owned());
    event.item = (!item.is_empty()).then(|| item.to_owned());
    event.dialect = Dialect::Mailwren;
    event.mailbox = Some("Inbox".to_owned());
    Arrival {
        account: ACCOUNT.to_owned(),
        decoded: Decoded {
            event,
            delayed: false,
            payload: PayloadDigest(payload.to_owned()),
        },
        received_at: at(0),
        owed: true,
        unread: true,
        reason: None,
    }
}

fn with(mut arrival: Arrival, edit: impl FnOnce(&mut Event)) -> Arrival {
    edit(&mut arrival.decoded.event);
    arrival
}

fn changed(item: &str) -> Arrival {
    with(mail(item, item), |event| {
        event.kind = Kind::Changed;
        event.dialect = Dialect::Mobileme;
    })
}

#[tokio::test]
async fn what_only_said_that_a_folder_changed_gives_way_to_what_was_found() {
    let (_dir, store) = open();
    let of = |item, mailbox: Option<&str>| with(changed(item), |event| event.mailbox = mailbox.map(str::to_owned));
    let late = Arrival {
        received_at: at(9),
        ..of("later", Some("INBOX"))
    };
    let all = vec![
        of("inbox", Some("Inbox")),
        of("calendar", None),
        of("other", Some("Work")),
        mail("m", "m"),
        late,
    ];
    store.append(all).await.unwrap();
    let gave_way = store
        .give_way(ACCOUNT.to_owned(), vec!["INBOX".to_owned()], at(5), at(10))
        .await
        .unwrap();
    let items: Vec<_> = gave_way.iter().map(|row| row.event.item.as_deref()).collect();
    assert_eq!(items, [Some("inbox")]);
    assert!(gave_way[0].replaced && !gave_way[0].unread);
    let feed = store.feed(Filter::default(), None, 10).await.unwrap().rows;
    let items: Vec<_> = feed.iter().filter_map(|row| row.event.item.as_deref()).collect();
    assert_eq!(
        items,
        ["later", "m", "other", "calendar"],
        "it is no row for people any more"
    );

    let fetched = append_one(&store, of("inbox", Some("Inbox"))).await;
    assert!(
        matches!(fetched, Stored::Known { .. }),
        "its node still has the item: {fetched:?}"
    );
    let newer = with(mail("inbox", "another"), |event| event.kind = Kind::Changed);
    is_new(&append_one(&store, newer).await);
    let back = append_one(&store, of("inbox", Some("Inbox"))).await;
    assert!(matches!(back, Stored::Revived { .. }), "it changed again: {back:?}");
}

#[tokio::test]
async fn a_message_that_a_node_tells_of_and_its_mailbox_holds_is_one_row() {
    let seen = |item, message_id: Option<&str>| {
        with(mail(item, ""), |event| {
            event.dialect = Dialect::Imap;
            event.service = Some("imap.example.org".to_owned());
            event.node = Some("INBOX".to_owned());
            event.mailbox = Some("INBOX".to_owned());
            event.message_id = message_id.map(str::to_owned);
            (event.uid, event.uidvalidity) = (Some(7), Some(1));
        })
    };
    let told = |item, message_id: Option<&str>| {
        with(mail(item, item), |event| {
            event.mailbox = Some("INBOX".to_owned());
            event.message_id = message_id.map(str::to_owned);
            (event.uid, event.uidvalidity) = (Some(7), Some(1));
        })
    };
    for (of_node, of_mailbox) in [(Some("m@x"), Some("m@x")), (None, Some("m@x"))] {
        let (_dir, store) = open();
        is_new(&store.append(vec![told("t", of_node)]).await.unwrap()[0]);
        let second = store.append(vec![seen("s", of_mailbox)]).await.unwrap();
        assert!(matches!(second[0], Stored::Known { .. }), "{second:?}");

        let (_dir, store) = open();
        is_new(&store.append(vec![seen("s", of_mailbox)]).await.unwrap()[0]);
        let second = store.append(vec![told("t", of_node)]).await.unwrap();
        let Stored::New { replaced, .. } = &second[0] else {
            panic!("{second:?}")
        };
        assert_eq!(replaced.len(), 1);
        assert_eq!(store.unread().await.unwrap(), [(ACCOUNT.to_owned(), 1)]);
    }
    let (_dir, store) = open();
    store.append(vec![told("t", Some("other@x"))]).await.unwrap();
    is_new(&store.append(vec![seen("s", Some("m@x"))]).await.unwrap()[0]);
}

#[tokio::test]
async fn forgetting_an_account_forgets_how_far_its_folders_are_known() {
    let (_dir, store) = open();
    for account in [ACCOUNT, "zoe@example.org"] {
        let key = position_key(account, "imap.example.org", "sam", "INBOX");
        store.set(key, Some("{}".to_owned())).await.unwrap();
    }
    store.forget(ACCOUNT.to_owned()).await.unwrap();
    let kept = async |account| {
        store
            .get(position_key(account, "imap.example.org", "sam", "INBOX"))
            .await
            .unwrap()
    };
    assert_eq!(kept(ACCOUNT).await, None);
    assert!(kept("zoe@example.org").await.is_some());
}

fn key(item: &str) -> ItemKey {
    ItemKey {
        account: ACCOUNT.to_owned(),
        service: SERVICE.to_owned(),
        node: NODE.to_owned(),
        item: item.to_owned(),
    }
}

fn node() -> (String, String, String) {
    (ACCOUNT.to_owned(), SERVICE.to_owned(), NODE.to_owned())
}

fn open() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let (store, aside) = Store::open(dir.path()).unwrap();
    assert_eq!(aside, None);
    (dir, store)
}

fn is_new(stored: &Stored) -> &Row {
    match stored {
        Stored::New { row, .. } => row,
        other => panic!("not new: {other:?}"),
    }
}

fn owed_of(stored: &Stored) -> bool {
    matches!(stored, Stored::New { owed: true, .. })
}

async fn append_one(store: &Store, arrival: Arrival) -> Stored {
    let mut outcomes = store.append(vec![arrival]).await.unwrap();
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0)
}

async fn all(store: &Store) -> Vec<Row> {
    store.feed(Filter::default(), None, 500).await.unwrap().rows
}

async fn find(store: &Store, text: &str) -> Vec<i64> {
    let filter = Filter {
        text: Some(text.to_owned()),
        ..Filter::default()
    };
    store
        .feed(filter, None, 500)
        .await
        .unwrap()
        .rows
        .iter()
        .map(|row| row.seq)
        .collect()
}

async fn count(store: &Store) -> u32 {
    store.unread().await.unwrap().iter().map(|(_, n)| n).sum()
}

#[tokio::test]
async fn a_row_keeps_everything_that_was_decoded() {
    let (_dir, store) = open();
    let arrival = with(mail("5WE7I82L5bdNGm2", "d"), |event| {
        event.dialect = Dialect::Ox;
        event.user = Some("sam".to_owned());
        event.token = Some("E1B537".to_owned());
        event.subid = Some("3DEpJ055dXgB2gLRTQYvW4qGh91E36y2n9e27G3X".to_owned());
        event.sent_at = Some("2008-07-18T01:11:11.447Z".parse().unwrap());
        event.from = Some(Sender {
            name: Some("Zoë Ångström".to_owned()),
            address: None,
        });
        event.subject = Some("Grüße aus Köln\u{1f426}".to_owned());
        event.snippet = Some("Line one of the body…".to_owned());
        event.message_id = Some("abc@example.org".to_owned());
        event.unseen = Some(3);
        event.uid = Some(42);
        event.uidvalidity = Some(1_795_555_629);
        event.link = Some("https://webmail.example.org/m/42".to_owned());
    });
    let row = is_new(&append_one(&store, arrival.clone()).await).clone();
    assert_eq!(row.event, arrival.decoded.event);
    assert_eq!(
        (row.account.as_str(), row.received_at, row.delayed),
        (ACCOUNT, at(0), false)
    );
    assert!(row.unread && row.gone_at.is_none());
    assert_eq!(store.row(row.seq).await.unwrap(), Some(row));
}

#[tokio::test]
async fn times_and_numbers_beyond_any_sense_are_kept_or_unknown_but_never_an_error() {
    let (_dir, store) = open();
    let arrival = with(mail("a", "a"), |event| {
        event.sent_at = Some(Timestamp::MAX);
        event.unseen = Some(u64::MAX);
        event.uid = Some(u64::from(u32::MAX));
    });
    let row = is_new(&append_one(&store, arrival).await).clone();
    assert_eq!(row.event.sent_at.unwrap().as_second(), Timestamp::MAX.as_second());
    assert_eq!((row.event.unseen, row.event.uid), (None, Some(u64::from(u32::MAX))));
}

#[tokio::test]
async fn the_same_item_is_one_row_live_delayed_or_fetched() {
    let (_dir, store) = open();
    let first = is_new(&append_one(&store, mail("a", "d")).await).clone();
    let mut late = mail("a", "d");
    late.decoded.delayed = true;
    late.decoded.event.sent_at = Some(at(-60));
    late.received_at = at(60);
    let twice = store.append(vec![late.clone(), late]).await.unwrap();
    assert_eq!(twice, vec![Stored::Known { seq: first.seq }; 2]);
    assert_eq!(all(&store).await, vec![first]);
}

#[tokio::test]
async fn the_same_item_twice_in_one_batch_is_one_row() {
    let (_dir, store) = open();
    let outcomes = store.append(vec![mail("a", "d"), mail("a", "d")]).await.unwrap();
    assert_eq!(
        outcomes[1],
        Stored::Known {
            seq: is_new(&outcomes[0]).seq
        }
    );
}

#[tokio::test]
async fn account_service_and_node_are_part_of_the_identity() {
    let (_dir, store) = open();
    let mut other_account = mail("a", "d");
    other_account.account = "kim@example.org".to_owned();
    let other_node = with(mail("a", "d"), |event| event.node = Some("elsewhere".to_owned()));
    let other_service = with(mail("a", "d"), |event| event.service = None);
    let outcomes = store
        .append(vec![mail("a", "d"), other_account, other_node, other_service])
        .await
        .unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Stored::New { .. })));
}

#[tokio::test]
async fn events_without_an_item_id_are_never_taken_for_each_other() {
    let (_dir, store) = open();
    let outcomes = store.append(vec![mail("", "d"), mail("", "d")]).await.unwrap();
    assert_ne!(is_new(&outcomes[0]).seq, is_new(&outcomes[1]).seq);
    assert!(store.retract(key(""), at(1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_id_used_again_with_another_payload_is_a_new_event_and_the_old_one_is_gone() {
    let (_dir, store) = open();
    let old = is_new(&append_one(&store, mail("current", "1")).await).clone();
    let Stored::New { row, replaced, owed } = append_one(&store, mail("current", "2")).await else {
        panic!("not new")
    };
    assert!(owed && row.unread);
    assert_eq!(replaced.iter().map(|r| r.seq).collect::<Vec<_>>(), vec![old.seq]);
    assert!(!replaced[0].unread && replaced[0].gone_at.is_some());
    assert_eq!(count(&store).await, 1);
    // Nor does a person's click bring back what isn't there any more.
    store.mark(vec![old.seq], true, at(1)).await.unwrap();
    assert!(store.mark(vec![old.seq], false, at(2)).await.unwrap().is_empty());
}

#[tokio::test]
async fn published_again_after_its_retraction_it_is_unread_again_without_a_second_popup() {
    let (_dir, store) = open();
    let seq = is_new(&append_one(&store, mail("a", "d")).await).seq;
    store.notified(vec![seq]).await.unwrap();
    let gone = store.retract(key("a"), at(1)).await.unwrap();
    assert_eq!(gone.len(), 1);
    assert!(!gone[0].unread && gone[0].gone_at == Some(at(1)));
    let Stored::Revived { row, .. } = append_one(&store, mail("a", "d")).await else {
        panic!("not revived")
    };
    assert!(row.seq == seq && row.unread && row.gone_at.is_none() && row.rev > gone[0].rev);
    assert!(store.owed().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_item_that_returns_to_an_earlier_payload_has_just_that_one_unread() {
    let (_dir, store) = open();
    let first = is_new(&append_one(&store, mail("current", "1")).await).seq;
    append_one(&store, mail("current", "2")).await;
    let Stored::Revived { row, replaced } = append_one(&store, mail("current", "1")).await else {
        panic!("not revived")
    };
    assert_eq!(row.seq, first);
    assert_eq!(replaced.len(), 1);
    assert_eq!(count(&store).await, 1);
}

#[tokio::test]
async fn a_retraction_reads_a_mirrors_rows_and_only_withdraws_others() {
    let (_dir, store) = open();
    let atom = with(mail("b", "b"), |event| event.dialect = Dialect::Atom);
    store.append(vec![mail("a", "a"), atom]).await.unwrap();
    let mirror = store.retract(key("a"), at(1)).await.unwrap();
    let other = store.retract(key("b"), at(1)).await.unwrap();
    assert_eq!((mirror[0].unread, mirror[0].gone_at), (false, Some(at(1))));
    assert_eq!((other[0].unread, other[0].gone_at), (true, Some(at(1))));
    assert!(store.owed().await.unwrap().is_empty());
    assert!(
        store.retract(key("a"), at(2)).await.unwrap().is_empty(),
        "twice retracted changes nothing"
    );
    assert!(store.retract(key("never seen"), at(2)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_purge_takes_every_row_of_its_node_and_no_other() {
    let (_dir, store) = open();
    let elsewhere = with(mail("c", "c"), |event| event.node = Some("elsewhere".to_owned()));
    store
        .append(vec![mail("a", "a"), mail("", "b"), elsewhere])
        .await
        .unwrap();
    let (account, service, node) = node();
    assert_eq!(store.purge(account, service, node, at(1)).await.unwrap().len(), 2);
    assert_eq!(count(&store).await, 1);
}

#[tokio::test]
async fn what_is_missing_from_a_mirrors_complete_list_went_meanwhile() {
    let (_dir, store) = open();
    let atom = with(mail("d", "d"), |event| event.dialect = Dialect::Atom);
    store
        .append(vec![mail("a", "a"), mail("b", "b"), mail("", "c"), atom])
        .await
        .unwrap();
    let (account, service, node) = node();
    let gone = store
        .reconcile(account, service, node, vec!["a".to_owned()], at(1), at(1))
        .await
        .unwrap();
    assert_eq!(
        gone.iter().map(|row| row.event.item.as_deref()).collect::<Vec<_>>(),
        vec![Some("b")]
    );
    assert!(!gone[0].unread);
}

#[tokio::test]
async fn what_came_after_a_node_was_asked_isnt_missing_from_its_answer() {
    let (_dir, store) = open();
    let came = Arrival {
        received_at: at(5),
        ..mail("a", "a")
    };
    let mut late = Arrival {
        received_at: at(5),
        ..with(mail("b", "b"), |event| event.sent_at = Some(at(3)))
    };
    late.decoded.delayed = true;
    store.append(vec![came, late]).await.unwrap();
    let (account, service, node) = node();
    let missing_as_of = |as_of, now| {
        store.reconcile(
            account.clone(),
            service.clone(),
            node.clone(),
            vec![],
            at(as_of),
            at(now),
        )
    };
    let gone = missing_as_of(4, 6).await.unwrap();
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].event.item.as_deref(), Some("b"), "it was sent before");
    // The clock was set back since it came.
    assert_eq!(missing_as_of(1, 2).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_item_read_here_and_marked_unread_elsewhere_while_away_comes_back_unread() {
    let (_dir, store) = open();
    let seq = is_new(&append_one(&store, mail("a", "d")).await).seq;
    store.mark(vec![seq], true, at(1)).await.unwrap();
    let (account, service, node) = node();
    store
        .reconcile(account, service, node, vec![], at(2), at(2))
        .await
        .unwrap();
    assert!(matches!(append_one(&store, mail("a", "d")).await, Stored::Revived { row, .. } if row.unread));
}

#[tokio::test]
async fn what_was_read_here_isnt_gone_by_its_retraction_and_comes_back_unread_if_it_is_published_again() {
    let (_dir, store) = open();
    let row = is_new(&append_one(&store, mail("1", "d")).await).clone();
    store.mark(vec![row.seq], true, at(1)).await.unwrap();
    let retracted = store.retract(key("1"), at(2)).await.unwrap().remove(0);
    assert!(!retracted.unread && retracted.gone_at.is_none());
    assert!(matches!(append_one(&store, mail("1", "d")).await, Stored::Revived { row, .. } if row.unread));
    // Somebody else read this one.
    let gone = store.retract(key("1"), at(3)).await.unwrap().remove(0);
    assert_eq!(gone.gone_at, Some(at(3)));
}

#[tokio::test]
async fn what_is_moved_is_left_out_of_the_feed_and_is_as_it_was_if_that_fails() {
    let (_dir, store) = open();
    let named = |item: &str| with(mail(item, item), |event| event.subject = Some(format!("about {item}")));
    let arrivals = ["1", "2", "3"].map(named).to_vec();
    let seqs: Vec<i64> = store
        .append(arrivals)
        .await
        .unwrap()
        .iter()
        .map(|s| is_new(s).seq)
        .collect();
    store.mark(vec![seqs[0]], true, at(1)).await.unwrap();
    store.retract(key("3"), at(1)).await.unwrap();
    let before = all(&store).await;

    let moved = store.act(seqs.clone(), Act::Archive, at(2)).await.unwrap();
    let moved: Vec<(i64, Option<Act>)> = moved.iter().map(|row| (row.seq, row.acted)).collect();
    assert_eq!(
        moved,
        [(seqs[0], Some(Act::Archive)), (seqs[1], Some(Act::Archive))],
        "what is gone can't be moved"
    );
    assert_eq!((all(&store).await.len(), count(&store).await), (1, 0));
    assert_eq!(find(&store, "about").await.len(), 3);
    assert!(store.owed().await.unwrap().is_empty());

    store.not_acted(seqs.clone()).await.unwrap();
    let unread = |rows: &[Row]| {
        rows.iter()
            .map(|row| (row.unread, row.gone_at, row.acted))
            .collect::<Vec<_>>()
    };
    assert_eq!(unread(&all(&store).await), unread(&before));
    assert!(store.not_acted(seqs).await.unwrap().is_empty(), "once");
}

#[tokio::test]
async fn what_is_moved_back_is_one_row_with_its_new_item() {
    let (_dir, store) = open();
    let named = |item: &str| {
        with(mail(item, item), |event| {
            event.message_id = Some("same@example.org".to_owned())
        })
    };
    let seq = is_new(&append_one(&store, named("1")).await).seq;
    store.notified(vec![seq]).await.unwrap();
    store.act(vec![seq], Act::Delete, at(1)).await.unwrap();
    store.retract(key("1"), at(2)).await.unwrap();
    let back = store.undone(vec![seq]).await.unwrap().remove(0);
    assert!(back.unread && back.gone_at.is_none() && back.acted.is_none());
    let stored = append_one(&store, named("2")).await;
    assert!(!owed_of(&stored), "it was told before");
    let Stored::New { row, replaced, .. } = stored else {
        unreachable!("it is another item")
    };
    assert_eq!(
        replaced.iter().map(|old| (old.seq, old.replaced)).collect::<Vec<_>>(),
        [(seq, true)]
    );
    assert!(row.unread && count(&store).await == 1);
}

#[tokio::test]
async fn purged_and_closed_nodes_are_history_that_is_never_unread() {
    let (_dir, store) = open();
    for kind in [Kind::Cleared, Kind::Closed, Kind::Gone] {
        let stored = append_one(&store, with(mail("a", ""), |event| event.kind = kind)).await;
        assert!(!is_new(&stored).unread && !owed_of(&stored));
    }
    assert!(
        matches!(append_one(&store, mail("a", "")).await, Stored::New { .. }),
        "history has no identity"
    );
    assert_eq!((all(&store).await.len(), count(&store).await), (4, 1));
}

#[tokio::test]
async fn a_popup_is_owed_until_it_was_shown_or_the_mail_seen_or_gone() {
    let (_dir, store) = open();
    let mut quiet = mail("d", "d");
    quiet.owed = false;
    store
        .append(vec![
            mail("a", "a"),
            mail("b", "b"),
            mail("c", "c"),
            quiet,
            mail("e", "e"),
        ])
        .await
        .unwrap();
    let owed = store.owed().await.unwrap();
    assert_eq!(owed.len(), 4);
    store.notified(vec![owed[0].seq]).await.unwrap();
    store.mark(vec![owed[1].seq], true, at(1)).await.unwrap();
    store.retract(key("c"), at(1)).await.unwrap();
    let left = store.owed().await.unwrap();
    assert_eq!(
        left.iter().map(|row| row.event.item.as_deref()).collect::<Vec<_>>(),
        vec![Some("e")]
    );
    store.disown().await.unwrap();
    assert!(store.owed().await.unwrap().is_empty());
    store.mark(vec![owed[1].seq], false, at(2)).await.unwrap();
    assert!(store.owed().await.unwrap().is_empty(), "unread again is no news");
}

#[tokio::test]
async fn a_popup_still_owed_for_a_replaced_payload_is_owed_for_the_new_one() {
    let (_dir, store) = open();
    append_one(&store, mail("a", "1")).await;
    let mut quiet = mail("a", "2");
    quiet.owed = false;
    assert!(owed_of(&append_one(&store, quiet).await));
    assert_eq!(store.owed().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_id_already_told_owes_no_second_popup() {
    let (_dir, store) = open();
    let message = |item: &str, node: &str| {
        with(mail(item, item), |event| {
            event.message_id = Some("abc@example.org".to_owned());
            event.node = Some(node.to_owned());
        })
    };
    let first = append_one(&store, message("1", "Inbox")).await;
    assert!(owed_of(&first));
    assert!(
        !owed_of(&append_one(&store, message("2", "Lists")).await),
        "the first is about to tell"
    );
    store.notified(vec![is_new(&first).seq]).await.unwrap();
    assert!(
        !owed_of(&append_one(&store, message("3", "Archive")).await),
        "the first has told"
    );
    let mut kim = message("1", "Inbox");
    kim.account = "kim@example.org".to_owned();
    assert!(
        owed_of(&append_one(&store, kim).await),
        "another account is another person"
    );
}

#[tokio::test]
async fn a_message_moved_before_anyone_was_told_still_owes_its_popup() {
    let (_dir, store) = open();
    let message = |item: &str| {
        with(mail(item, item), |event| {
            event.message_id = Some("abc@example.org".to_owned())
        })
    };
    append_one(&store, message("1")).await;
    store.retract(key("1"), at(1)).await.unwrap();
    assert!(owed_of(&append_one(&store, message("2")).await));
}

#[tokio::test]
async fn marking_changes_what_is_unread_and_tells_only_what_changed() {
    let (_dir, store) = open();
    let seq = is_new(&append_one(&store, mail("a", "a")).await).seq;
    let read = store.mark(vec![seq, 999], true, at(1)).await.unwrap();
    assert_eq!(read.len(), 1);
    assert!(!read[0].unread && read[0].gone_at.is_none());
    assert!(store.mark(vec![seq], true, at(2)).await.unwrap().is_empty());
    let unread = store.mark(vec![seq], false, at(3)).await.unwrap();
    assert!(unread[0].unread && unread[0].rev > read[0].rev);
}

#[tokio::test]
async fn the_changes_of_a_box_count_as_one_and_are_read_together() {
    let (_dir, store) = open();
    let elsewhere = with(changed("x"), |event| event.node = Some("elsewhere".to_owned()));
    let outcomes = store
        .append(vec![changed("a"), changed("b"), elsewhere, mail("m", "m")])
        .await
        .unwrap();
    assert_eq!(store.unread().await.unwrap(), vec![(ACCOUNT.to_owned(), 3)]);
    let read = store.mark(vec![is_new(&outcomes[1]).seq], true, at(1)).await.unwrap();
    assert_eq!(
        read.iter().map(|row| row.event.item.as_deref()).collect::<Vec<_>>(),
        vec![Some("a"), Some("b")]
    );
    assert_eq!(count(&store).await, 2);
}

#[tokio::test]
async fn an_older_change_read_leaves_the_newer_one_unread() {
    let (_dir, store) = open();
    let outcomes = store.append(vec![changed("a"), changed("b")]).await.unwrap();
    assert_eq!(
        store
            .mark(vec![is_new(&outcomes[0]).seq], true, at(1))
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(count(&store).await, 1);
}

#[tokio::test]
async fn marking_all_takes_the_filters_rows_alone() {
    let (_dir, store) = open();
    let mut kim = mail("a", "a");
    kim.account = "kim@example.org".to_owned();
    let lists = with(mail("b", "b"), |event| event.mailbox = Some("Lists".to_owned()));
    store.append(vec![mail("a", "a"), kim, lists]).await.unwrap();
    let filter = Filter {
        account: Some(ACCOUNT.to_owned()),
        mailbox: Some("Inbox".to_owned()),
        ..Filter::default()
    };
    assert_eq!(store.mark_filtered(filter, i64::MAX, 9, at(1)).await.unwrap().len(), 1);
    let seqs = |rows: Vec<Row>| rows.iter().map(|row| row.seq).collect::<Vec<_>>();
    let newest = store
        .mark_filtered(Filter::default(), i64::MAX, 1, at(1))
        .await
        .unwrap();
    assert_eq!(seqs(newest), [3], "the newest first");
    let older = store.mark_filtered(Filter::default(), 3, 9, at(1)).await.unwrap();
    assert_eq!(seqs(older), [2]);
    assert_eq!(count(&store).await, 0);
}

#[tokio::test]
async fn what_was_written_can_be_synced_while_the_store_is_open() {
    let (dir, store) = open();
    append_one(&store, mail("a", "a")).await;
    let mut log = schema::Log::of(dir.path());
    assert!(fs::metadata(dir.path().join("events.sqlite-wal")).unwrap().len() > 0);
    log.sync().unwrap();
    log.sync().unwrap();
    assert!(schema::Log::of(&dir.path().join("elsewhere")).sync().is_err());
}

#[tokio::test]
async fn what_is_told_of_a_new_row_is_what_is_kept_of_it() {
    let (_dir, store) = open();
    let odd = with(mail("", "d"), |event| {
        event.node = None;
        event.sent_at = Some(Timestamp::from_nanosecond(1_500_000_000_123_456_789).unwrap());
        event.from = Some(Sender::default());
        event.unseen = Some(u64::MAX);
        event.uid = Some(7);
        event.uidvalidity = Some(u64::MAX);
    });
    let history = with(mail("b", "d"), |event| event.kind = Kind::Gone);
    let told = Arrival {
        reason: Some(usual()),
        received_at: Timestamp::from_nanosecond(1_600_000_000_123_456_789).unwrap(),
        ..mail("a", "d")
    };
    for stored in store.append(vec![odd, history, told]).await.unwrap() {
        let row = is_new(&stored);
        assert_eq!(store.row(row.seq).await.unwrap().as_ref(), Some(row));
    }
}

#[tokio::test]
async fn each_mailbox_is_named_once_in_order() {
    let (_dir, store) = open();
    let names = ["Lists", "Archive", "Lists", "INBOX", "Lists/rust"];
    let in_mailboxes = names.iter().zip(0..).map(|(name, n)| {
        with(mail(&format!("{n}"), "d"), |event| {
            event.mailbox = Some((*name).to_owned())
        })
    });
    let nowhere = with(mail("z", "z"), |event| event.mailbox = None);
    let other = Arrival {
        account: "zoe@example.org".to_owned(),
        ..with(mail("y", "y"), |event| event.mailbox = Some("Drafts".to_owned()))
    };
    store
        .append(in_mailboxes.chain([nowhere, other]).collect())
        .await
        .unwrap();
    let named = async |account: Option<&str>, most| store.mailboxes(account.map(str::to_owned), most).await.unwrap();
    assert_eq!(
        named(None, 9).await,
        ["Archive", "Drafts", "INBOX", "Lists", "Lists/rust"]
    );
    assert_eq!(named(None, 2).await, ["Archive", "Drafts"]);
    assert_eq!(
        named(Some(ACCOUNT), 9).await,
        ["Archive", "INBOX", "Lists", "Lists/rust"]
    );
    store.forget(ACCOUNT.to_owned()).await.unwrap();
    assert_eq!(named(None, 9).await, ["Drafts"]);
    assert!(named(Some(ACCOUNT), 9).await.is_empty());
}

#[tokio::test]
async fn the_feed_comes_newest_first_in_pages() {
    let (_dir, store) = open();
    store
        .append((0..7).map(|n| mail(&n.to_string(), "d")).collect())
        .await
        .unwrap();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = store.feed(Filter::default(), before, 3).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.seq));
        before = seen.last().copied();
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, vec![7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn changes_come_oldest_first_and_following_them_sees_every_row() {
    let (_dir, store) = open();
    store
        .append((0..5).map(|n| mail(&n.to_string(), "d")).collect())
        .await
        .unwrap();
    store.mark(vec![2], true, at(1)).await.unwrap();
    let first = store.changes(0, 3).await.unwrap();
    assert_eq!(first.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), vec![1, 3, 4]);
    assert!(first.more);
    let rest = store.changes(first.rev, 3).await.unwrap();
    assert_eq!(rest.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), vec![5, 2]);
    assert!(!rest.more && rest.rev == store.rev().await.unwrap());
    assert!(store.changes(rest.rev, 3).await.unwrap().rows.is_empty());
    assert_eq!(
        store.changes(0, 0).await.unwrap().rev,
        0,
        "a page of nothing skips nothing"
    );
}

#[tokio::test]
async fn every_word_must_begin_a_word_whatever_its_accents() {
    let (_dir, store) = open();
    let arrival = with(mail("a", "a"), |event| {
        event.from = Some(Sender {
            name: Some("Zoë Ångström".to_owned()),
            address: Some("zoe@example.org".to_owned()),
        });
        event.subject = Some("Grüße aus Köln".to_owned());
        event.snippet = Some("Line one of the body".to_owned());
        event.mailbox = Some("Lists/rust-dev".to_owned());
    });
    append_one(&store, arrival).await;
    append_one(&store, mail("b", "b")).await;
    for hit in [
        "zoe",
        "ANGSTR",
        "gruß",
        "koln aus",
        "zoe@exam",
        "bod zoë",
        "lists rust",
        "rust-dev",
        "",
        "  \t",
    ] {
        assert!(find(&store, hit).await.contains(&1), "{hit:?}");
    }
    for miss in [
        "oln",
        "zoe kiel",
        "example.com",
        "subject:koln",
        "köln OR kiel",
        "NOT kiel",
        "koln*s",
    ] {
        assert!(find(&store, miss).await.is_empty(), "{miss:?}");
    }
}

#[tokio::test]
async fn searching_never_fails_whatever_is_typed() {
    let (_dir, store) = open();
    append_one(
        &store,
        with(mail("a", "a"), |event| {
            event.subject = Some("a \"quoted\" (word)".to_owned())
        }),
    )
    .await;
    let hostile = [
        "\"",
        "\"\"",
        "'",
        "*",
        "a*b",
        "^a",
        "a:",
        "NEAR(a b)",
        "AND",
        "a AND",
        "OR OR",
        "NOT",
        "(",
        ")",
        "{a}",
        "+ +",
        "-",
        "--",
        ";",
        "\0",
        "a\0b",
        "\u{202e}",
        "\u{1f426}",
        "🐦*",
        "\\",
        "%",
        "_",
        "search MATCH 'x'",
        "a\u{301}",
    ];
    for text in hostile {
        find(&store, text).await;
    }
    find(&store, &"word ".repeat(10_000)).await;
    find(&store, &"x".repeat(1_000_000)).await;
    assert_eq!(find(&store, "\"quoted\"").await, vec![1]);
    assert_eq!(find(&store, "(word)").await, vec![1]);
}

#[tokio::test]
async fn ten_thousand_characters_go_in_and_come_out() {
    let (_dir, store) = open();
    let long = "<b>x</b>&amp; ".repeat(10_000);
    let row = is_new(&append_one(&store, with(mail("a", "a"), |e| e.subject = Some(long.clone()))).await).clone();
    assert_eq!(row.event.subject, Some(long));
    assert_eq!(find(&store, "amp").await, vec![row.seq]);
}

#[tokio::test]
async fn arrivals_are_counted_by_the_hour() {
    let (_dir, store) = open();
    let now: Timestamp = "2008-07-18T01:59:59Z".parse().unwrap();
    let on = |item: &str, time: &str| Arrival {
        received_at: time.parse().unwrap(),
        ..mail(item, item)
    };
    let mut cleared = on("e", "2008-07-18T01:30:00Z");
    cleared.decoded.event.kind = Kind::Cleared;
    let arrivals = vec![
        on("a", "2008-07-18T01:00:00Z"),
        on("b", "2008-07-18T01:59:59.9Z"),
        on("c", "2008-07-18T00:59:59.999999Z"),
        on("d", "2008-07-17T22:59:59Z"),
        cleared,
    ];
    store.append(arrivals).await.unwrap();
    assert_eq!(store.arrivals(now, 3).await.unwrap(), vec![0, 1, 2]);
    assert!(store.arrivals(now, 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn old_rows_are_swept_and_their_items_are_still_known() {
    let (_dir, store) = open();
    let mut told = mail("told", "d");
    told.owed = false;
    let mut gone = mail("gone", "d");
    gone.owed = false;
    let young = Arrival {
        received_at: at(100),
        ..mail("young", "d")
    };
    store
        .append(vec![told.clone(), gone.clone(), mail("owed", "d"), young])
        .await
        .unwrap();
    store.retract(key("gone"), at(1)).await.unwrap();
    assert_eq!(store.sweep(at(50)).await.unwrap(), 2);
    let left: Vec<_> = all(&store).await.into_iter().filter_map(|row| row.event.item).collect();
    assert_eq!(left, vec!["young", "owed"]);

    let (account, service, node) = node();
    let asked = vec!["told".to_owned(), "young".to_owned(), "never".to_owned()];
    let known = store.known_items(account, service, node, asked).await.unwrap();
    assert_eq!(known, HashSet::from(["told".to_owned(), "young".to_owned()]));
    assert_eq!(append_one(&store, told.clone()).await, Stored::Known { seq: 1 });
    // Its retraction ends that: what is published then is news.
    store.retract(key("told"), at(60)).await.unwrap();
    assert!(matches!(append_one(&store, told).await, Stored::New { row, .. } if row.seq > 4));
}

#[tokio::test]
async fn an_account_is_forgotten_as_a_whole() {
    let (dir, store) = open();
    let mut kim = with(mail("a", "a"), |event| event.subject = Some("kept".to_owned()));
    kim.account = "kim@example.org".to_owned();
    store
        .append(vec![
            with(mail("a", "a"), |event| event.subject = Some("secret".to_owned())),
            kim,
        ])
        .await
        .unwrap();
    let (account, service, node) = node();
    store.set_baseline(account.clone(), service, node).await.unwrap();
    store.forget(account).await.unwrap();
    assert!(store.baselines().await.unwrap().is_empty());
    assert_eq!(find(&store, "secret").await, Vec::<i64>::new());
    assert_eq!(find(&store, "kept").await, vec![2]);
    store.close().await.unwrap();
    assert!(
        !fs::read(dir.path().join(schema::FILE))
            .unwrap()
            .windows(6)
            .any(|bytes| bytes == b"secret")
    );
}

#[tokio::test]
async fn baselines_and_settings_are_remembered() {
    let (dir, store) = open();
    let (account, service, name) = node();
    store
        .set_baseline(account.clone(), service.clone(), name.clone())
        .await
        .unwrap();
    store.set_baseline(account, service, name).await.unwrap();
    store.set("pause", Some("until".to_owned())).await.unwrap();
    store.set("pause", Some("later".to_owned())).await.unwrap();
    store.set("other", Some("x".to_owned())).await.unwrap();
    store.set("other", None).await.unwrap();
    store.close().await.unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    assert_eq!(store.baselines().await.unwrap(), vec![node()]);
    assert_eq!(store.get("pause").await.unwrap().as_deref(), Some("later"));
    assert_eq!(store.get("other").await.unwrap(), None);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let (_dir, store) = open();
    let other = store.clone();
    store.close().await.unwrap();
    assert!(matches!(other.owed().await, Err(StoreError::Closed)));
    assert!(matches!(
        other.append(vec![mail("a", "a")]).await,
        Err(StoreError::Closed)
    ));
}

#[tokio::test]
async fn nobody_else_can_read_the_files() {
    let (dir, store) = open();
    append_one(&store, mail("a", "a")).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(names.len(), 3, "the database, its log and its index: {names:?}");
    assert!(names.iter().all(|path| mode(path) == 0o600));
    assert_eq!(mode(dir.path()), 0o700);
}

#[tokio::test]
async fn files_that_others_could_read_are_closed_to_them() {
    let (dir, store) = open();
    store.close().await.unwrap();
    let path = dir.path().join(schema::FILE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let (_store, _) = Store::open(dir.path()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

async fn set_aside_and_usable(dir: &Path, before: &[u8]) {
    let (store, aside) = Store::open(dir).unwrap();
    let aside = aside.expect("set aside");
    assert!(
        aside
            .path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("events.corrupt-")
    );
    assert_eq!(fs::read(&aside.path).unwrap(), before, "nothing of it was changed");
    assert!(!aside.reason.is_empty());
    append_one(&store, mail("a", "a")).await;
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let junk = b"this was a database once".repeat(500);
    for _ in 0..2 {
        fs::write(dir.path().join(schema::FILE), &junk).unwrap();
        set_aside_and_usable(dir.path(), &junk).await;
    }
}

#[tokio::test]
async fn a_database_with_damaged_pages_is_set_aside() {
    let (dir, store) = open();
    store
        .append((0..200).map(|n| mail(&n.to_string(), "d")).collect())
        .await
        .unwrap();
    store.close().await.unwrap();
    let path = dir.path().join(schema::FILE);
    let mut bytes = fs::read(&path).unwrap();
    bytes[8192..].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    set_aside_and_usable(dir.path(), &bytes).await;
}

#[tokio::test]
async fn somebody_elses_database_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(schema::FILE);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE event (theirs)").unwrap();
    other.close().unwrap();
    set_aside_and_usable(dir.path(), &fs::read(&path).unwrap()).await;
}

#[tokio::test]
async fn a_newer_database_is_left_as_it_is() {
    let (dir, store) = open();
    append_one(&store, mail("a", "a")).await;
    store.close().await.unwrap();
    let path = dir.path().join(schema::FILE);
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    newer.close().unwrap();
    let before = fs::read(&path).unwrap();
    let Err(error) = Store::open(dir.path()) else {
        panic!("opened")
    };
    assert!(matches!(error, StoreError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("update Mailwren"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_database_of_the_first_schema_is_taken_on_with_all_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let first = Connection::open(dir.path().join(schema::FILE)).unwrap();
    first.execute_batch(include_str!("1.sql")).unwrap();
    first.pragma_update(None, "user_version", 1).unwrap();
    first
        .execute_batch(
            "INSERT INTO event (rev, account, service, node, item, digest, received_at, delayed, owed, kind, dialect)
             VALUES (1, 'sam@example.org', '', '', 'a', 'd', 0, 0, 1, 'new', 'mailwren');
             UPDATE counter SET rev = 1;",
        )
        .unwrap();
    first.close().unwrap();
    let (store, aside) = Store::open(dir.path()).unwrap();
    assert_eq!(aside, None);
    let row = store.row(1).await.unwrap().unwrap();
    assert_eq!((row.reason, row.snoozed_until, row.unread), (None, None, true));
    store.explain(vec![(1, usual())]).await.unwrap();
    assert_eq!(store.row(1).await.unwrap().unwrap().reason, Some(usual()));
    assert_eq!(store.owed().await.unwrap().len(), 1);

    // There is a way back, for as long as what it holds may be kept.
    let copy = dir.path().join(FORMER);
    let former = Connection::open(&copy).unwrap();
    let version: i64 = former
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    let account: String = former
        .query_row("SELECT account FROM event", (), |row| row.get(0))
        .unwrap();
    assert_eq!((version, account.as_str()), (1, "sam@example.org"));
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    store.close().await.unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    store
        .sweep(Timestamp::now() - SignedDuration::from_hours(24))
        .await
        .unwrap();
    assert!(copy.exists(), "a start and a sweep leave it");
    store
        .sweep(Timestamp::now() + SignedDuration::from_hours(1))
        .await
        .unwrap();
    assert!(!copy.exists(), "it goes with what it holds");
}

#[tokio::test]
async fn a_former_database_goes_with_an_account_that_is_forgotten() {
    let (dir, store) = open();
    let copy = dir.path().join(FORMER);
    fs::write(&copy, "mail").unwrap();
    store.forget(ACCOUNT.to_owned()).await.unwrap();
    assert!(!copy.exists());
}

#[test]
fn a_former_database_that_cant_be_copied_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(schema::FILE);
    let first = Connection::open(&path).unwrap();
    first.execute_batch(include_str!("1.sql")).unwrap();
    first.pragma_update(None, "user_version", 1).unwrap();
    first.close().unwrap();
    // Nothing can be written where the copy would be.
    fs::create_dir(dir.path().join("events.before-7.part")).unwrap();
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Io { .. })));
    let first = Connection::open(&path).unwrap();
    let version: i64 = first
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1);
}

fn usual() -> Reason {
    Reason {
        outcome: Outcome::Notify,
        cause: Cause::Usual,
        privacy: None,
    }
}

#[tokio::test]
async fn the_reason_is_kept_with_the_row_and_each_change_of_it_raises_the_revision() {
    let (_dir, store) = open();
    let first = Arrival {
        reason: Some(usual()),
        ..with(mail("a", "a"), |event| event.message_id = Some("m@x".to_owned()))
    };
    append_one(&store, first.clone()).await;
    let grouped = Reason {
        outcome: Outcome::Group,
        cause: Cause::AfterQuiet,
        privacy: Some(Privacy::Sender),
    };
    let before = store.row(1).await.unwrap().unwrap();
    assert_eq!(before.reason, Some(usual()));
    let changed = store.explain(vec![(1, grouped.clone()), (99, usual())]).await.unwrap();
    assert_eq!(changed.len(), 1);
    assert!(changed[0].rev > before.rev);
    assert_eq!(store.row(1).await.unwrap().unwrap().reason, Some(grouped));

    // The same message in another folder owes no popup, and says why.
    let moved = with(first, |event| event.item = Some("b".to_owned()));
    append_one(&store, moved).await;
    let told = store.row(2).await.unwrap().unwrap().reason.unwrap();
    assert_eq!((told.outcome, told.cause), (Outcome::Silent, Cause::ToldBefore));
}

#[tokio::test]
async fn a_suppressed_mail_is_stored_as_read_and_stays_so() {
    let (_dir, store) = open();
    let suppressed = Arrival {
        owed: false,
        unread: false,
        ..mail("a", "a")
    };
    append_one(&store, suppressed.clone()).await;
    assert_eq!(store.unread().await.unwrap(), vec![]);
    store.retract(key("a"), at(1)).await.unwrap();
    let Stored::Revived { row, .. } = append_one(&store, suppressed).await else {
        panic!("it is there again")
    };
    assert!(!row.unread);
}

#[tokio::test]
async fn what_is_put_off_owes_its_popup_again_when_it_is_due() {
    let (_dir, store) = open();
    for item in ["a", "b", "c", "d"] {
        append_one(&store, mail(item, item)).await;
    }
    store.retract(key("d"), at(1)).await.unwrap();
    let put_off = store.snooze(vec![1, 2, 3, 4, 99], Some(at(100)), at(9)).await.unwrap();
    assert_eq!(
        put_off.iter().map(|row| row.seq).collect::<Vec<_>>(),
        [1, 2, 3],
        "d is gone"
    );
    assert!(
        put_off
            .iter()
            .all(|row| row.snoozed_until == Some(at(100)) && row.unread)
    );
    assert_eq!(store.owed().await.unwrap(), vec![]);
    store.mark(vec![2], true, at(2)).await.unwrap();
    store.snooze(vec![3], None, at(9)).await.unwrap();
    let waiting = store.snoozed().await.unwrap();
    assert_eq!(waiting.iter().map(|row| row.seq).collect::<Vec<_>>(), [1]);
    // Put off for longer than rows are kept, it is kept.
    store.sweep(at(1_000)).await.unwrap();
    let woken = store.wake(vec![1, 2, 3]).await.unwrap();
    assert_eq!(
        woken.iter().map(|row| (row.seq, row.snoozed_until)).collect::<Vec<_>>(),
        [(1, None)]
    );
    assert_eq!(store.owed().await.unwrap(), woken);
}

/// The other half of the two tests below; does nothing unless one of them starts it.
#[tokio::test]
async fn child() {
    let Ok(dir) = std::env::var("MAILWREN_TEST_STORE") else {
        return;
    };
    let (store, _) = Store::open(Path::new(&dir)).unwrap();
    for n in 0..50 {
        append_one(&store, mail(&format!("child {n}"), "d")).await;
    }
    // Neither destructor nor exit handler: what a SIGKILL leaves.
    std::process::abort();
}

fn spawn_child(dir: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::tests::child"])
        .env("MAILWREN_TEST_STORE", dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn what_was_stored_outlives_a_killed_process_and_still_owes_its_popups() {
    let dir = tempfile::tempdir().unwrap();
    assert!(!spawn_child(dir.path()).wait().unwrap().success());
    let (store, aside) = Store::open(dir.path()).unwrap();
    assert_eq!(aside, None);
    assert_eq!(store.owed().await.unwrap().len(), 50);
    assert_eq!(append_one(&store, mail("child 7", "d")).await, Stored::Known { seq: 8 });
}

#[tokio::test]
async fn two_processes_write_side_by_side_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let mut children: Vec<_> = (0..2).map(|_| spawn_child(dir.path())).collect();
    let (store, _) = Store::open(dir.path()).unwrap();
    for n in 0..50 {
        append_one(&store, mail(&format!("parent {n}"), "d")).await;
    }
    for child in &mut children {
        child.wait().unwrap();
    }
    let rows = all(&store).await;
    assert_eq!(rows.len(), 100, "the children's items are the same and stored once");
    let revs: HashSet<i64> = rows.iter().map(|row| row.rev).collect();
    assert_eq!(revs.len(), rows.len());
}

#[derive(Debug, Clone)]
enum Step {
    Append { item: u8, payload: u8 },
    Retract(u8),
    Purge,
    Reconcile(Vec<u8>),
    Mark { seq: i64, read: bool },
    Sweep(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4_u8, 0..3_u8).prop_map(|(item, payload)| Step::Append { item, payload }),
        2 => (0..4_u8).prop_map(Step::Retract),
        1 => Just(Step::Purge),
        1 => prop::collection::vec(0..4_u8, 0..3).prop_map(Step::Reconcile),
        2 => (1..12_i64, any::<bool>()).prop_map(|(seq, read)| Step::Mark { seq, read }),
        1 => (0..30_i64).prop_map(Step::Sweep),
    ]
}

async fn take(store: &Store, step: Step, now: Timestamp) -> Vec<Row> {
    let (account, service, node) = node();
    match step {
        Step::Append { item, payload } => {
            let arrival = Arrival {
                received_at: now,
                ..mail(&item.to_string(), &payload.to_string())
            };
            match append_one(store, arrival).await {
                Stored::New { row, mut replaced, .. } => {
                    replaced.push(row);
                    replaced
                }
                Stored::Revived { row, mut replaced } => {
                    replaced.push(row);
                    replaced
                }
                Stored::Known { .. } => Vec::new(),
            }
        }
        Step::Retract(item) => store.retract(key(&item.to_string()), now).await.unwrap(),
        Step::Purge => store.purge(account, service, node, now).await.unwrap(),
        Step::Reconcile(present) => {
            let present = present.iter().map(u8::to_string).collect();
            store
                .reconcile(account, service, node, present, now, now)
                .await
                .unwrap()
        }
        Step::Mark { seq, read } => store.mark(vec![seq], read, now).await.unwrap(),
        Step::Sweep(second) => {
            store.sweep(at(second)).await.unwrap();
            Vec::new()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_history_keeps_one_row_per_identity_and_rising_revisions(steps in prop::collection::vec(step(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (_dir, store) = open();
            let mut rev = 0;
            let mut copy = std::collections::BTreeMap::new();
            for (second, step) in (0..).zip(steps) {
                for row in take(&store, step, at(second)).await {
                    assert!(row.rev > rev, "a change takes a revision above all before");
                    rev = row.rev;
                    let read = store.row(row.seq).await.unwrap();
                    assert!(read.is_some_and(|read| read == row || read.rev > row.rev), "what is told is what is kept");
                }
                // A face that follows the changes knows what the store knows.
                let known = copy.values().map(|row: &Row| row.rev).max().unwrap_or(0);
                for row in store.changes(known, 500).await.unwrap().rows {
                    copy.insert(row.seq, row);
                }
                let rows = all(&store).await;
                assert!(rows.iter().all(|row| copy.get(&row.seq) == Some(row)));
                // An item has one payload at a time.
                let current: Vec<_> = rows.iter().filter(|row| row.gone_at.is_none()).map(|row| &row.event.item).collect();
                assert_eq!(current.iter().collect::<HashSet<_>>().len(), current.len());
                let unread = rows.iter().filter(|row| row.unread).count();
                assert_eq!(usize::try_from(count(&store).await).unwrap(), unread);
            }
            let file = Connection::open(_dir.path().join(schema::FILE)).unwrap();
            let twins: i64 = file
                .query_row("SELECT count(*) - count(DISTINCT item || '/' || digest) FROM event", (), |row| row.get(0))
                .unwrap();
            assert_eq!(twins, 0);
            file.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", ()).unwrap();
        });
    }
}
