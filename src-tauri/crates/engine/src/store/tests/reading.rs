//! What faces read: the feed, changes, searches, counts; and marking.

use jiff::Timestamp;
use mailwren_core::arrival::Arrival;
use mailwren_core::event::{Kind, Sender};
use mailwren_core::view::{Filter, Row};

use super::{ACCOUNT, append_one, at, changed, count, find, is_new, mail, open, usual, with};

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
