//! The files: who can read them, what is damaged, what is of another schema.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{ACCOUNT, append_one, mail, open, usual};
use crate::store::{Store, StoreError, schema};

/// The copy of a database of a former schema.
const FORMER: &str = "events.before-7.sqlite";

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
    first.execute_batch(include_str!("../1.sql")).unwrap();
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
    first.execute_batch(include_str!("../1.sql")).unwrap();
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
