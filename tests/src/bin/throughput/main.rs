//! `throughput`: how many events Mailwren takes in, beside a client that does nothing but count them, and how many a second when
//! no server holds it up. `make bench-throughput` runs it; docs/benchmarks.md shows what came out.

mod live;
mod replay;

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Parser;
use mailwren_tests::figures::{keep, machine};
use mailwren_tests::resident::RESIDENT;
use mailwren_tests::scene_within;
use serde_json::json;

use crate::live::Lived;
use crate::replay::Replayed;

/// The node that mails are published on.
const NODE: &str = "mail/sam/INBOX";
/// How much longer than the bare client Mailwren may take, in percent.
const LONGER: u32 = 10;
/// So many events have to be stored in a second.
const A_SECOND: f64 = 20_000.0;
/// When a part of the run is given up.
const LIMIT: Duration = Duration::from_secs(1_800);

#[derive(Debug, Parser)]
struct Arguments {
    /// How many items are published by way of ejabberd.
    #[arg(long, default_value_t = 10_000)]
    items: usize,
    /// How many events are replayed from memory.
    #[arg(long, default_value_t = 50_000)]
    replayed: usize,
    /// How often they are, each time into a new store.
    #[arg(long, default_value_t = 5)]
    times: usize,
    /// A tenth of all, and no judgement: whether it runs at all.
    #[arg(long)]
    quick: bool,
    /// The program of Mailwren's that stays on the desktop, with its arguments.
    #[arg(long, default_value = RESIDENT)]
    program: String,
}

fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    ensure!(arguments.items > 0 && arguments.times > 0, "nothing to do");
    if arguments.quick {
        arguments.items = arguments.items.div_ceil(10);
        arguments.replayed = arguments.replayed.div_ceil(10);
        arguments.times = 1;
    }
    let mut lived = None;
    scene_within(LIMIT, async |scene| {
        lived = Some(live::live(&scene, &arguments.program, arguments.items).await?);
        Ok(())
    })?;
    let mut replayed = Vec::new();
    scene_within(LIMIT, async |scene| {
        for time in 0..arguments.times {
            let folder = scene.folder(&format!("store-{time}"))?;
            replayed.push(replay::replay(&folder, arguments.replayed).await?);
        }
        Ok(())
    })?;
    replayed.sort_by_key(|replayed| replayed.storing);
    match (lived, replayed.get(replayed.len() / 2)) {
        (Some(lived), Some(replayed)) => judge(&arguments, &lived, replayed),
        _ => bail!("nothing was measured"),
    }
}

fn judge(arguments: &Arguments, lived: &Lived, replayed: &Replayed) -> Result<()> {
    let rate = |count: usize, took: Duration| count as f64 / took.as_secs_f64();
    println!("{}\n", machine());
    println!("| | events | took | events/s |\n|---|---|---|---|");
    let rows = [
        ("ejabberd took them", arguments.items, lived.published),
        ("… a bare client had them", arguments.items, lived.received),
        ("… Mailwren had stored them", arguments.items, lived.stored),
        ("from memory: split and decoded", replayed.events, replayed.decoding),
        ("from memory: stored", replayed.events, replayed.storing),
    ];
    for (what, count, took) in rows {
        println!(
            "| {what} | {count} | {:.2} s | {:.0} |",
            took.as_secs_f64(),
            rate(count, took)
        );
    }
    let figures = rows.map(|(what, count, took)| {
        json!({ "what": what, "events": count, "seconds": took.as_secs_f64(), "per_second": rate(count, took) })
    });
    keep("throughput", json!({ "program": arguments.program, "rows": figures }))?;
    if arguments.quick {
        return Ok(());
    }
    if lived.stored > lived.received + lived.received * LONGER / 100 {
        bail!("Mailwren takes more than {LONGER} % longer than a bare client");
    }
    if rate(replayed.events, replayed.storing) < A_SECOND {
        bail!("it should be {A_SECOND} events a second");
    }
    Ok(())
}

/// A mail as our own dialect has it.
fn mail(number: usize) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>Zoe</from>\
         <subject>mail {number}</subject><message-id>&lt;{number}@example.org&gt;</message-id>\
         <snippet>The first words of it, about as many as a popup shows.</snippet></mail>"
    )
}
