//! What is kept for how long.

use std::collections::HashSet;
use std::fs;

use mailwren_core::arrival::{Arrival, Stored};

use super::{all, append_one, at, find, key, mail, node, open, with};
use crate::store::{Store, schema};

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
