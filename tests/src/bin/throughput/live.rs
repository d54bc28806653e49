//! With a server: items are published as fast as ejabberd takes them, and two are subscribed: a client that does nothing but
//! count them, and Mailwren on a desktop, which stores them.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::stream::{FuturesUnordered, StreamExt as _};
use mailwren_core::account::{Account, Subscription};
use mailwren_tests::Scene;
use mailwren_tests::bare::Bare;
use mailwren_tests::ctl::Home;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::resident::Resident;
use mailwren_tests::server::{Kind, PUBLISHER, SAM, STRANGER, Server, jid, node, password};
use rusqlite::{Connection, OpenFlags};
use tokio::time::MissedTickBehavior;

use crate::{NODE, mail};

/// So many items are published whose publisher hasn't been answered yet.
const UNANSWERED: usize = 64;
/// How often it is looked how many are stored.
const BEAT: Duration = Duration::from_millis(10);
/// When it is given up, since nothing more is stored.
const PATIENCE: Duration = Duration::from_secs(60);

/// One round, from its first publication on.
#[derive(Debug, Clone, Copy)]
pub struct Lived {
    /// Until the service had taken all.
    pub published: Duration,
    /// Until the bare client had all.
    pub received: Duration,
    /// Until Mailwren had stored all.
    pub stored: Duration,
}

impl Lived {
    /// How long Mailwren took, in terms of what the bare client did.
    pub fn share(&self) -> f64 {
        self.stored.as_secs_f64() / self.received.as_secs_f64()
    }
}

/// Publishes so many items, so many times.
pub async fn live(scene: &Scene, program: &str, items: usize, times: usize) -> Result<Vec<Lived>> {
    let server = Server::start(Kind::Ejabberd, scene).await?;
    let inbox = node(NODE);
    let mut owner = Publisher::for_sam(scene, &server, &inbox).await?;
    owner.admit(&inbox, &jid(STRANGER)).await?;
    let parts = Parts {
        tray: "none",
        ..Parts::default()
    };
    let desktop = Desktop::start(scene, parts).await?;
    let home = Home::new(scene, "home")?;
    let account = Account {
        subscriptions: vec![inbox.clone()],
        ..server.account(SAM)
    };
    home.configure(account, &password(SAM))?;
    let resident = Resident::start(&desktop, home, program).await?;
    let receiver = Bare::online(&server, STRANGER).await?;
    receiver.subscribe(&inbox).await?;
    let publisher = Bare::online(&server, PUBLISHER).await?;
    let store = find_store(resident.home.path())?;
    let mut rounds = Vec::new();
    for (first, number) in (0..times).map(|time| time * items).zip(1..) {
        eprintln!("by way of ejabberd: {number} of {times}");
        rounds.push(round(&publisher, &receiver, &store, &inbox, first..first + items).await?);
    }
    Ok(rounds)
}

async fn round(
    publisher: &Bare,
    receiver: &Bare,
    store: &Path,
    inbox: &Subscription,
    numbers: Range<usize>,
) -> Result<Lived> {
    let all = numbers.end;
    let began = Instant::now();
    let publish = async {
        let mut unanswered = FuturesUnordered::new();
        for number in numbers {
            if unanswered.len() >= UNANSWERED {
                unanswered.next().await.transpose()?;
            }
            unanswered.push(
                publisher
                    .publish(inbox, &format!("item-{number}"), &mail(number))
                    .await?,
            );
        }
        while let Some(answer) = unanswered.next().await {
            answer?;
        }
        Ok(Instant::now())
    };
    let (published, stored) = tokio::try_join!(publish, stored(store, all))?;
    // The last may come just after it was stored there.
    let mut beat = tokio::time::interval(BEAT);
    let received = loop {
        if let Some(received) = receiver.had(all) {
            break received;
        }
        ensure!(
            began.elapsed() < PATIENCE * 10,
            "a bare client has {} items",
            receiver.count()
        );
        beat.tick().await;
    };
    Ok(Lived {
        published: published - began,
        received: received - began,
        stored: stored - began,
    })
}

/// When so many are stored, each once.
async fn stored(store: &Path, items: usize) -> Result<Instant> {
    let store = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut before, mut since) = (0, Instant::now());
    loop {
        beat.tick().await;
        // Rows are numbered from 1, and none is deleted.
        let sql = "SELECT ifnull(max(seq), 0) FROM event";
        let count = usize::try_from(store.query_row(sql, (), |row| row.get::<_, i64>(0))?)?;
        if count > before {
            (before, since) = (count, Instant::now());
        }
        if count >= items {
            break;
        }
        ensure!(since.elapsed() < PATIENCE, "Mailwren stored {count} items and no more");
    }
    let sql = "SELECT count(DISTINCT item) FROM event WHERE kind = 'new'";
    let distinct = usize::try_from(store.query_row(sql, (), |row| row.get::<_, i64>(0))?)?;
    ensure!(distinct == items, "{distinct} items are stored");
    Ok(since)
}

fn find_store(home: &Path) -> Result<PathBuf> {
    let mut folders = vec![home.join("data")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("events.sqlite") {
                return Ok(path);
            }
        }
    }
    None.context("there is no store")
}
