//! Any history at all.

use std::collections::HashSet;

use jiff::Timestamp;
use mailwren_core::arrival::{Arrival, Stored};
use mailwren_core::view::Row;
use proptest::prelude::*;
use rusqlite::Connection;

use super::{all, append_one, at, count, key, mail, node, open};
use crate::store::{Store, schema};

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
