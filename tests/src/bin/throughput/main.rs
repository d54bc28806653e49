//! `throughput`: how many events Mailwren takes in, beside a client that does nothing but count them, and how many a second when
//! no server holds it up. `make bench-throughput` runs it; docs/benchmarks.md shows what came out.

mod live;
mod replay;

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Parser;
use mailwren_tests::figures::{Durations, keep, machine};
use mailwren_tests::resident::RESIDENT;
use mailwren_tests::scene_within;
use serde_json::json;

use crate::live::Lived;
use crate::replay::Replayed;

/// The node that mails are published on.
const NODE: &str = "mail/sam/INBOX";
/// How much longer than the bare client Mailwren may take.
const LONGER: f64 = 1.1;
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
    /// How often both are done; the median counts. What is replayed goes into a new store each time.
    #[arg(long, default_value_t = 21)]
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
    let mut lived = Vec::new();
    scene_within(LIMIT, async |scene| {
        lived = live::live(&scene, &arguments.program, arguments.items, arguments.times).await?;
        Ok(())
    })?;
    let mut replayed = Vec::new();
    scene_within(LIMIT, async |scene| {
        for time in 1..=arguments.times {
            eprintln!("from memory: {time} of {}", arguments.times);
            let folder = scene.folder(&format!("store-{time}"))?;
            replayed.push(replay::replay(&folder, arguments.replayed).await?);
        }
        Ok(())
    })?;
    judge(&arguments, &lived, &replayed)
}

fn judge(arguments: &Arguments, lived: &[Lived], replayed: &[Replayed]) -> Result<()> {
    let rate = |count: usize, took: Duration| count as f64 / took.as_secs_f64();
    let storing = median(replayed, |time| time.storing);
    // Of each round by itself: what slows ejabberd down slows both.
    let mut shares: Vec<f64> = lived.iter().map(Lived::share).collect();
    shares.sort_unstable_by(f64::total_cmp);
    let share = shares.get(shares.len() / 2).copied().unwrap_or(f64::INFINITY);
    println!("{}\n", machine());
    println!(
        "| median of {} | events | took | events/s |\n|---|---|---|---|",
        arguments.times
    );
    let rows = [
        (
            "ejabberd took them",
            arguments.items,
            median(lived, |round| round.published),
        ),
        (
            "… a bare client had them",
            arguments.items,
            median(lived, |round| round.received),
        ),
        (
            "… Mailwren had stored them",
            arguments.items,
            median(lived, |round| round.stored),
        ),
        (
            "from memory: bytes made elements",
            arguments.replayed,
            median(replayed, |time| time.splitting),
        ),
        ("from memory: elements decoded and stored", arguments.replayed, storing),
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
    keep(
        "throughput",
        json!({ "program": arguments.program, "n": arguments.times, "share": share, "rows": figures }),
    )?;
    if arguments.quick {
        return Ok(());
    }
    println!("Mailwren takes {:.2} times as long as the bare client.", share);
    if share > LONGER {
        bail!("it should be {LONGER} at most");
    }
    if rate(arguments.replayed, storing) < A_SECOND {
        bail!("it should be {A_SECOND} events a second");
    }
    Ok(())
}

/// The median of what was measured several times.
fn median<T>(times: &[T], took: impl Fn(&T) -> Duration) -> Duration {
    let mut durations = Durations::default();
    times.iter().for_each(|time| durations.add(took(time)));
    durations.percentile(50)
}

/// A mail as our own dialect has it.
fn mail(number: usize) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>Zoe</from>\
         <subject>mail {number}</subject><message-id>&lt;{number}@example.org&gt;</message-id>\
         <snippet>The first words of it, about as many as a popup shows.</snippet></mail>"
    )
}
