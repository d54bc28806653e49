//! `store`: what a large store takes, beside a small one in the same run. `make bench-store` runs it; docs/benchmarks.md shows
//! what came out.
//!
//! Both are filled by the engine's own `Store`, a thousand events to a transaction, and all of them unread, which is the
//! worst case. Each has mails of sixty days.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use mailwren_core::arrival::Arrival;
use mailwren_core::event::{Decoded, Dialect, Event, Kind, PayloadDigest, Sender};
use mailwren_core::view::Filter;
use mailwren_engine::store::Store;
use mailwren_tests::figures::{Durations, keep, machine, milliseconds};
use mailwren_tests::scene_within;
use mailwren_tests::server::{PUBSUB, SAM, jid};
use serde_json::{Value, json};

/// Events to a transaction while a store is filled.
const BATCH: u32 = 1_000;
/// So many are marked read at once, as the engine does.
const SHARE: usize = 1_000;
/// A page of the feed, as a window asks for it.
const PAGE: u32 = 100;
/// Over how many days they arrived.
const DAYS: i64 = 60;
/// A list or a search has to take at most so long, however many events there are.
const MOST: Duration = Duration::from_millis(50);
/// When the run is given up.
const LIMIT: Duration = Duration::from_secs(3_600);
/// What subjects and texts are made of, beside the words that are searched for.
const WORDS: [&str; 24] = [
    "minutes", "budget", "draft", "review", "lunch", "ticket", "release", "parcel", "photos", "holiday", "contract",
    "garden", "concert", "library", "deadline", "repair", "train", "weather", "recipe", "password", "meeting",
    "survey", "update", "plan",
];

#[derive(Debug, Parser)]
struct Arguments {
    /// How many events are in the large store.
    #[arg(long, default_value_t = 1_000_000)]
    events: u32,
    /// How many are in the small one.
    #[arg(long, default_value_t = 10_000)]
    beside: u32,
    /// How often each thing is done.
    #[arg(long, default_value_t = 21)]
    times: u32,
    /// 20,000 events beside 2,000, and no judgement: whether it runs at all.
    #[arg(long)]
    quick: bool,
}

/// What one store took.
#[derive(Debug, Default)]
struct Taken {
    events: u32,
    filling: Duration,
    /// Each with its name, in the order of the table, and whether it is judged.
    steps: Vec<(&'static str, bool, Durations)>,
    /// Of the file.
    bytes: u64,
    swept: usize,
}

impl Taken {
    fn add(&mut self, name: &'static str, judged: bool, durations: Durations) {
        self.steps.push((name, judged, durations));
    }

    fn bytes_per_event(&self) -> u64 {
        self.bytes / u64::from(self.events)
    }

    fn json(&self) -> Value {
        let steps = self
            .steps
            .iter()
            .map(|(name, _, durations)| ((*name).to_owned(), durations.json()));
        json!({
            "events": self.events,
            "filling_s": self.filling.as_secs_f64(),
            "bytes_per_event": self.bytes_per_event(),
            "swept": self.swept,
            "steps": Value::Object(steps.collect()),
        })
    }
}

fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    if arguments.quick {
        (arguments.events, arguments.beside, arguments.times) = (20_000, 2_000, 5);
    }
    let mut taken = Vec::new();
    scene_within(LIMIT, async |scene| {
        for events in [arguments.beside, arguments.events] {
            let dir = scene.folder(&format!("store-{events}"))?;
            taken.push(measure(&dir, events, arguments.times).await?);
        }
        Ok(())
    })?;
    let [small, large] = taken.as_slice() else {
        anyhow::bail!("not two stores")
    };
    print(small, large);
    let figures = json!({ "small": small.json(), "large": large.json() });
    keep("store", figures)?;
    for (name, judged, durations) in &large.steps {
        ensure!(
            arguments.quick || !judged || durations.percentile(50) <= MOST,
            "{name}: more than {} ms",
            MOST.as_millis()
        );
    }
    Ok(())
}

fn print(small: &Taken, large: &Taken) {
    println!("{}\n", machine());
    println!(
        "| median of what | {} events | {} events |\n|---|---|---|",
        small.events, large.events
    );
    for ((name, _, before), (_, _, after)) in small.steps.iter().zip(&large.steps) {
        let [before, after] = [before, after].map(|durations| milliseconds(durations.percentile(50)));
        println!("| {name} | {before:.1} ms | {after:.1} ms |");
    }
    println!(
        "\n{} and {} bytes an event in the file; {:.0} events a second while it was filled.",
        small.bytes_per_event(),
        large.bytes_per_event(),
        f64::from(large.events) / large.filling.as_secs_f64()
    );
}

async fn measure(dir: &Path, events: u32, times: u32) -> Result<Taken> {
    let mut taken = Taken {
        events,
        ..Taken::default()
    };
    let now = Timestamp::now();
    let (store, _) = Store::open(dir)?;
    let began = Instant::now();
    for first in (0..events).step_by(BATCH as usize) {
        let batch = first..events.min(first + BATCH);
        store
            .append(batch.map(|number| mail(number, events, now)).collect())
            .await?;
    }
    taken.filling = began.elapsed();
    store.close().await?;
    taken.bytes = std::fs::metadata(dir.join("events.sqlite"))?.len();

    let mut starting = Durations::default();
    for _ in 0..times {
        let began = Instant::now();
        let (store, aside) = Store::open(dir)?;
        ensure!(aside.is_none(), "the store was set aside");
        store.feed(Filter::default(), None, PAGE).await?;
        starting.add(began.elapsed());
        store.close().await?;
    }
    taken.add("start: open, first page", false, starting);

    let (store, _) = Store::open(dir)?;
    let text = |words: &str| Filter {
        text: Some(words.to_owned()),
        ..Filter::default()
    };
    let unread = Filter {
        account: Some(jid(SAM)),
        mailbox: Some("Lists/Rust".to_owned()),
        unread: true,
        ..Filter::default()
    };
    let everything = i64::from(events);
    let looks = [
        ("list: the newest 100", Filter::default(), None, PAGE as usize),
        (
            "list: 100 in the middle",
            Filter::default(),
            Some(everything / 2),
            PAGE as usize,
        ),
        ("list: unread of one mailbox", unread, None, PAGE as usize),
        (
            "search: a word of every tenth mail",
            text("invoice"),
            None,
            PAGE as usize,
        ),
        (
            "search: beginnings of two such words",
            text("invo quart"),
            None,
            PAGE as usize,
        ),
        ("search: a word of one mail", text("ornithology"), None, 1),
        ("search: a word of none", text("nowhere"), None, 0),
    ];
    for (name, filter, before, expected) in looks {
        let mut looking = Durations::default();
        for _ in 0..times {
            let began = Instant::now();
            let page = store.feed(filter.clone(), before, PAGE).await?;
            looking.add(began.elapsed());
            ensure!(page.rows.len() == expected, "{name}: {} rows", page.rows.len());
        }
        taken.add(name, true, looking);
    }

    // What the engine does for each.
    let arrive = async |first: u32| -> Result<Durations> {
        let mut arriving = Durations::default();
        for number in first..first + times {
            let arrival = mail(number, events, now);
            let began = Instant::now();
            store.append(vec![arrival]).await?;
            store.unread().await?;
            store.rev().await?;
            arriving.add(began.elapsed());
        }
        Ok(arriving)
    };
    taken.add("one more arrives, and is counted", true, arrive(events).await?);
    let mut marking = Durations::default();
    for seq in 1..=i64::from(times) {
        let began = Instant::now();
        let marked = store.mark(vec![seq], true, now).await?;
        marking.add(began.elapsed());
        ensure!(marked.len() == 1, "{} were marked", marked.len());
    }
    taken.add("one is marked read", true, marking);
    // As the engine does it: other work has its turn after each share.
    let (mut marking, mut before) = (Durations::default(), i64::MAX);
    loop {
        let began = Instant::now();
        let marked = store.mark_filtered(Filter::default(), before, SHARE, now).await?;
        let Some(oldest) = marked.last() else { break };
        marking.add(began.elapsed());
        before = oldest.seq;
    }
    taken.add("all are marked read: each thousand", false, marking);
    let unread = store.unread().await?;
    ensure!(unread.iter().all(|(_, count)| *count == 0), "still unread: {unread:?}");
    taken.add(
        "one more arrives, with none unread",
        true,
        arrive(events + times).await?,
    );

    let mut sweeping = Durations::default();
    for day in (DAYS - i64::from(times)..DAYS).rev() {
        let began = Instant::now();
        taken.swept += store.sweep(now - SignedDuration::from_hours(24 * day)).await?;
        sweeping.add(began.elapsed());
    }
    let expected = i64::from(events) * i64::from(times) / DAYS;
    ensure!(
        taken.swept.abs_diff(usize::try_from(expected)?) <= 1,
        "{} were swept",
        taken.swept
    );
    taken.add("a day's are swept", false, sweeping);
    store.close().await?;
    Ok(taken)
}

/// One of so many mails, spread evenly over the days before `now`.
fn mail(number: u32, of: u32, now: Timestamp) -> Arrival {
    let words = |many: u32, salt: u32| {
        // Any order will do that doesn't repeat soon.
        let nth = |n: u32| (number.wrapping_mul(2_654_435_761).wrapping_add(salt + n * 40_503) >> 8) as usize;
        let words: Vec<_> = (0..many).map(|n| WORDS[nth(n) % WORDS.len()]).collect();
        words.join(" ")
    };
    let invoice = if number.is_multiple_of(10) {
        "invoice of the quarter "
    } else {
        ""
    };
    let rare = if number == of / 3 { " ornithology" } else { "" };
    let age = i64::from(of.saturating_sub(number)) * DAYS * 24 * 3_600 / i64::from(of);
    Arrival {
        account: jid(SAM),
        decoded: Decoded {
            event: Event {
                service: Some(PUBSUB.to_owned()),
                node: Some("mail/sam".to_owned()),
                item: Some(format!("7fbd7edb9c8b-1795910079-{number}")),
                dialect: Dialect::Mailwren,
                mailbox: Some(
                    if number.is_multiple_of(5) {
                        "Lists/Rust"
                    } else {
                        "INBOX"
                    }
                    .to_owned(),
                ),
                from: Some(Sender {
                    name: Some("Zoe".to_owned()),
                    address: Some(format!("zoe+{}@example.org", number % 500)),
                }),
                subject: Some(format!("{invoice}{}", words(5, 1))),
                snippet: Some(format!("{}{rare}", words(16, 2))),
                message_id: Some(format!("{number}.7fbd7edb9c8b@example.org")),
                uid: Some(u64::from(number) + 1),
                uidvalidity: Some(1_795_910_079),
                ..Event::bare(Kind::New)
            },
            delayed: false,
            // As long as one is, and another for each.
            payload: PayloadDigest(format!("{number:064x}")),
        },
        received_at: now - SignedDuration::from_secs(age),
        owed: false,
        unread: true,
        reason: None,
    }
}
