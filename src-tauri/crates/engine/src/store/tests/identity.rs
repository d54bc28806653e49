//! What is one row, and what another.

use jiff::Timestamp;
use mailwren_core::arrival::Stored;
use mailwren_core::event::{Dialect, Sender};

use super::{ACCOUNT, all, append_one, at, count, is_new, key, mail, open, with};

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
