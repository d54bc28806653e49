//! `share`: Mailwren's own share of the time between an item's publication and its notification: decoding, storing, deciding and
//! D-Bus. `make bench-share` runs it; docs/benchmarks.md shows what came out.
//!
//! A client of stock parts publishes items on a node to which two are subscribed: another such client, which notes when an
//! item is there and does nothing else, and Mailwren on a desktop. What Mailwren takes is how much later `Notify` is on
//! the session bus.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Parser;
use mailwren_core::account::Account;
use mailwren_tests::bare::Bare;
use mailwren_tests::ctl::Home;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::figures::{Durations, keep, machine};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::resident::{RESIDENT, Resident};
use mailwren_tests::server::{Kind, PUBLISHER, SAM, STRANGER, Server, jid, node, password};
use mailwren_tests::{Scene, scene_within};
use serde_json::{Value, json};

/// Popups are a second apart, and more than five in ten seconds become one.
const APART: Duration = Duration::from_millis(2_100);
/// The first items make sessions and caches.
const UNCOUNTED: usize = 2;
/// What Mailwren may take, at p50 and at p99.
const AT_MOST: [(usize, Duration); 2] = [(50, Duration::from_millis(3)), (99, Duration::from_millis(10))];
/// When a server's run is given up.
const LIMIT: Duration = Duration::from_secs(3_600);

#[derive(Debug, Parser)]
struct Arguments {
    /// How many items on each server.
    #[arg(long, default_value_t = 100)]
    items: usize,
    /// Three items, and no judgement: whether it runs at all.
    #[arg(long)]
    quick: bool,
    /// The program of Mailwren's that shows the notifications, with its arguments.
    #[arg(long, default_value = RESIDENT)]
    program: String,
}

/// What a server's items took.
#[derive(Debug, Default)]
struct Shares {
    bare: Durations,
    notified: Durations,
    own: Durations,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let items = if arguments.quick { 3 } else { arguments.items };
    let mut servers = [
        ("Prosody", Kind::Prosody, Shares::default()),
        ("ejabberd", Kind::Ejabberd, Shares::default()),
    ];
    for (_, kind, shares) in &mut servers {
        scene_within(LIMIT, async |scene| {
            measure(&scene, *kind, &arguments.program, items, shares).await
        })?;
    }
    println!("{}\n", machine());
    println!("| | n | p50 | p99 | longest |\n|---|---|---|---|---|");
    let mut found = serde_json::Map::new();
    let mut missed = Vec::new();
    for (name, _, shares) in &servers {
        let rows = [
            ("bare", "publish → event at a bare client", &shares.bare),
            ("notified", "publish → `Notify` by Mailwren", &shares.notified),
            ("own", "Mailwren's own share", &shares.own),
        ];
        for (_, what, durations) in rows {
            println!("| {name}: {what} | {} |", durations.cells(&[50, 99, 100]));
        }
        let rows = rows.map(|(key, _, durations)| (key.to_owned(), durations.json()));
        found.insert((*name).to_owned(), Value::Object(rows.into_iter().collect()));
        for (percent, limit) in AT_MOST {
            if shares.own.percentile(percent) >= limit {
                missed.push(format!("{name}: p{percent} isn't below {} ms", limit.as_millis()));
            }
        }
    }
    keep(
        "share",
        json!({ "program": arguments.program, "servers": Value::Object(found) }),
    )?;
    if !arguments.quick && !missed.is_empty() {
        bail!(missed.join("; "));
    }
    Ok(())
}

async fn measure(scene: &Scene, kind: Kind, program: &str, items: usize, shares: &mut Shares) -> Result<()> {
    let server = Server::start(kind, scene).await?;
    let inbox = node("mail/sam/INBOX");
    let mut owner = Publisher::for_sam(scene, &server, &inbox).await?;
    owner.admit(&inbox, &jid(STRANGER)).await?;
    let parts = Parts {
        tray: "none",
        ..Parts::default()
    };
    let desktop = Desktop::start(scene, parts).await?;
    let told = desktop.notifications().await?;
    let home = Home::new(scene, "home")?;
    let account = Account {
        subscriptions: vec![inbox.clone()],
        ..server.account(SAM)
    };
    home.configure(account, &password(SAM))?;
    let _resident = Resident::start(&desktop, home, program).await?;
    let receiver = Bare::online(&server, STRANGER).await?;
    receiver.subscribe(&inbox).await?;
    let publisher = Bare::online(&server, PUBLISHER).await?;
    for number in 0..items + UNCOUNTED {
        let item = format!("item {number:04}");
        let payload = format!(
            "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>Zoe</from>\
             <subject>{item}</subject></mail>"
        );
        let began = Instant::now();
        let published = publisher.publish(&inbox, &item, &payload).await?;
        let bare = receiver.item(&item).await?;
        let notified = told.one(&item, |one| one.body.contains(&item)).await?.at;
        published.await?;
        if number >= UNCOUNTED {
            shares.bare.add(bare.saturating_duration_since(began));
            shares.notified.add(notified.saturating_duration_since(began));
            shares.own.add(notified.saturating_duration_since(bare));
        }
        desktop.run("dunstctl", &["close-all"]).await?;
        tokio::time::sleep(APART.saturating_sub(began.elapsed())).await;
    }
    Ok(())
}
