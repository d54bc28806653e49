//! Several processes, and one that is killed.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};

use mailwren_core::arrival::Stored;

use super::{all, append_one, mail};
use crate::store::Store;

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
        .args(["--exact", "store::tests::processes::child"])
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
