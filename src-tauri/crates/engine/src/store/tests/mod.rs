#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod files;
mod going;
mod histories;
mod identity;
mod keeping;
mod mailboxes;
mod owing;
mod processes;
mod reading;

use jiff::Timestamp;
use mailwren_core::arrival::{Arrival, ItemKey, Stored};
use mailwren_core::event::{Decoded, Dialect, Event, Kind, PayloadDigest};
use mailwren_core::policy::{Cause, Outcome, Reason};
use mailwren_core::view::{Filter, Row};
use tempfile::TempDir;

use crate::store::Store;

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

fn usual() -> Reason {
    Reason {
        outcome: Outcome::Notify,
        cause: Cause::Usual,
        privacy: None,
    }
}
