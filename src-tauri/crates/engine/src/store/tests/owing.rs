//! What owes a popup, and why.

use mailwren_core::arrival::{Arrival, Stored};
use mailwren_core::policy::{Cause, Outcome, Reason};
use mailwren_core::popup::Privacy;

use super::{append_one, at, is_new, key, mail, open, owed_of, usual, with};

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
