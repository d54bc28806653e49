//! What was retracted, purged, moved, or is missing.

use mailwren_core::act::Act;
use mailwren_core::arrival::{Arrival, Stored};
use mailwren_core::event::{Dialect, Kind};
use mailwren_core::view::Row;

use super::{all, append_one, at, count, find, is_new, key, mail, node, open, owed_of, with};

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
