//! What is looked into by IMAP beside what nodes tell of it.

use mailwren_core::arrival::{Arrival, Stored};
use mailwren_core::event::{Dialect, Kind};
use mailwren_core::view::Filter;

use super::{ACCOUNT, append_one, at, changed, is_new, mail, open, with};
use crate::mailbox::position_key;

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
