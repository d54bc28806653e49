//! `windows-bench`: what the feed window takes in the app as it is released, with few and with many mails stored: from a click on
//! the tray icon to mail on the screen, a search, and a burst. `make bench-windows` runs it; docs/benchmarks.md shows what came out.
//!
//! Two desktops side by side, one for each store, take turns. The app waits in the tray, no window process is there. The page
//! marks when it has drawn mail for the first time (`performance.mark`), and WebDriver only asks for that afterwards.

use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use mailwren_core::arrival::Arrival;
use mailwren_core::event::{Decoded, Dialect, Event, Kind, PayloadDigest, Sender};
use mailwren_engine::store::Store;
use mailwren_tests::desktop::window::Driven;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::figures::{self, Durations, machine, milliseconds};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{self, PUBSUB, SAM, Server, jid};
use mailwren_tests::{eventually, scene_within};
use serde_json::{Value, json};

const NODE: &str = "mail/sam/INBOX";
/// Events to a transaction while a store is filled.
const BATCH: u32 = 1_000;
/// Over how many days they arrived; they are kept for longer.
const DAYS: i64 = 20;
/// From the click to mail on the screen.
const OPEN: Duration = Duration::from_secs(1);
/// Many mails may take so much of what few take, in percent.
const MORE: u32 = 120;
/// From asking to hits, through everything between page and store.
const SEARCH: Duration = Duration::from_millis(50);
/// When the run is given up.
const LIMIT: Duration = Duration::from_secs(3_600);
#[derive(Debug, Parser)]
struct Arguments {
    /// How often a window is opened on each store.
    #[arg(long, default_value_t = 21)]
    times: usize,
    /// How many mails are in the large store.
    #[arg(long, default_value_t = 100_000)]
    events: u32,
    /// How many are in the small one.
    #[arg(long, default_value_t = 100)]
    beside: u32,
    /// How many mails a burst has.
    #[arg(long, default_value_t = 1_000)]
    burst: usize,
    /// Three windows each, 5,000 mails, and no judgement: whether it runs at all.
    #[arg(long)]
    quick: bool,
}

/// What was measured.
#[derive(Debug, Default)]
struct Taken {
    few: Durations,
    many: Durations,
    search: Durations,
    frames: Durations,
}

fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    if arguments.quick {
        (arguments.times, arguments.events) = (3, 5_000);
    }
    let mut taken = Taken::default();
    scene_within(LIMIT, async |scene| {
        let server = Server::start(server::Kind::Prosody, &scene).await?;
        let mut publisher = Publisher::for_sam(&scene, &server, &server::node(NODE)).await?;
        let few = stage(&scene, &server, "xfce", arguments.beside).await?;
        let many = stage(&scene, &server, "dunst", arguments.events).await?;
        for _ in 0..arguments.times {
            for (desktop, durations) in [(&few, &mut taken.few), (&many, &mut taken.many)] {
                let (app, took) = open(desktop).await?;
                durations.add(took);
                app.quit_by_tray(desktop).await?;
            }
        }
        let (app, _) = open(&many).await?;
        search(&app, arguments.events, &mut taken.search).await?;
        burst(&many, &app, &mut publisher, arguments.burst, &mut taken.frames).await?;
        app.quit().await
    })?;
    report(&arguments, &taken)
}

fn report(arguments: &Arguments, taken: &Taken) -> Result<()> {
    let Arguments {
        beside, events, burst, ..
    } = arguments;
    let rows = [
        (
            "few",
            format!("click on the tray icon → mail on the screen, {beside} stored"),
            &taken.few,
        ),
        ("many", format!("the same, {events} stored"), &taken.many),
        (
            "search",
            format!("search among {events}: asked by the page → answered"),
            &taken.search,
        ),
        ("frames", format!("frames while {burst} mails arrive"), &taken.frames),
    ];
    println!(
        "{}\n\n| what | n | p50 | p95 | longest |\n|---|---|---|---|---|",
        machine()
    );
    for (_, name, durations) in &rows {
        let [p50, p95, longest] = [50, 95, 100].map(|percent| milliseconds(durations.percentile(percent)));
        println!(
            "| {name} | {} | {p50:.1} ms | {p95:.1} ms | {longest:.1} ms |",
            durations.count()
        );
    }
    let figures = rows.map(|(key, _, durations)| (key.to_owned(), durations.json()));
    figures::keep("windows", figures.into_iter().collect())?;
    if arguments.quick {
        return Ok(());
    }
    let [few, many, search] = [&taken.few, &taken.many, &taken.search].map(|durations| durations.percentile(50));
    ensure!(many <= OPEN, "a window takes more than {} ms to open", OPEN.as_millis());
    ensure!(
        many * 100 <= few * MORE,
        "many mails take more than {MORE} % of what few take"
    );
    ensure!(search <= SEARCH, "a search takes more than {} ms", SEARCH.as_millis());
    // Frames are shown and not judged: without a graphics card the processor draws them, beside the servers. What the page does
    // for each is judged on the twin.
    Ok(())
}

/// A desktop on which Sam has an account, and so many mails stored.
async fn stage(scene: &mailwren_tests::Scene, server: &Server, notify: &'static str, mails: u32) -> Result<Desktop> {
    let parts = Parts {
        notify,
        ..Parts::default()
    };
    let desktop = Desktop::start(scene, parts).await?;
    desktop.add_account(server, NODE).await?;
    let (store, _) = Store::open(&desktop.path().join("data/mailwren"))?;
    let now = Timestamp::now();
    for first in (0..mails).step_by(BATCH as usize) {
        let batch = first..mails.min(first + BATCH);
        store
            .append(batch.map(|number| mail(number, mails, now)).collect())
            .await?;
    }
    store.close().await?;
    Ok(desktop)
}

/// One of so many mails, spread evenly over the days before `now`, and read.
fn mail(number: u32, of: u32, now: Timestamp) -> Arrival {
    let rare = if number.is_multiple_of(100) { "quarterly " } else { "" };
    let age = i64::from(of - number) * DAYS * 24 * 3_600 / i64::from(of);
    Arrival {
        account: jid(SAM),
        decoded: Decoded {
            event: Event {
                service: Some(PUBSUB.to_owned()),
                node: Some(NODE.to_owned()),
                item: Some(format!("stored-{number}")),
                dialect: Dialect::Mailwren,
                mailbox: Some("INBOX".to_owned()),
                from: Some(Sender {
                    name: Some("Zoe".to_owned()),
                    address: Some(format!("zoe+{}@example.org", number % 500)),
                }),
                subject: Some(format!("{rare}report {number} of the garden committee")),
                snippet: Some("What was said about the budget, the holiday and the train to the concert".to_owned()),
                ..Event::bare(Kind::New)
            },
            delayed: false,
            payload: PayloadDigest(format!("{number:064x}")),
        },
        received_at: now - SignedDuration::from_secs(age),
        owed: false,
        unread: false,
        reason: None,
    }
}

/// Starts the app in the tray, clicks on its icon, and tells how long it takes until mail is drawn.
async fn open(desktop: &Desktop) -> Result<(Driven, Duration)> {
    let mut clicked = SystemTime::UNIX_EPOCH;
    let app = Driven::start_hidden(desktop, async {
        let tray = desktop.tray_item().await?;
        desktop
            .status(|status| status["accounts"][0]["link"] == "connected")
            .await?;
        clicked = SystemTime::now();
        tray.activate().await
    })
    .await?;
    let shown = "return performance.getEntriesByName('mail').map((mark) => performance.timeOrigin + mark.startTime)[0]";
    let shown = eventually("mail on the screen", async || Ok(app.script(shown).await?.as_f64())).await?;
    let clicked = clicked.duration_since(SystemTime::UNIX_EPOCH)?;
    let took = Duration::try_from_secs_f64(shown / 1000.0 - clicked.as_secs_f64()).context("shown before the click")?;
    Ok((app, took))
}

/// Searches as the page does, from the page: through its IPC, the control socket and the engine, into the store and back.
async fn search(app: &Driven, events: u32, durations: &mut Durations) -> Result<()> {
    const ASK: &str = "const [text, done] = arguments; const began = performance.now(); \
        const filter = { account: null, mailbox: null, unread: false, text }; \
        const command = { do: 'feed', filter, before: null, limit: 100 }; \
        window.__TAURI_INTERNALS__.invoke('feed_call', { command }) \
          .then((reply) => done([performance.now() - began, reply.rows.length]), (error) => done(String(error)));";
    let one = (events / 2).to_string();
    // In every mail, in one of a hundred, in one, in none; several words.
    let sought = ["report", "quarterly", &one, "osprey", "rep quart zoe"];
    for _ in 0..5 {
        for text in sought {
            let answer = app.client.execute_async(ASK, vec![json!(text)]).await?;
            let took = answer[0].as_f64().with_context(|| format!("{text}: {answer}"))?;
            ensure!((answer[1] == 0) == (text == "osprey"), "{text}: {answer}");
            durations.add(Duration::from_secs_f64(took / 1000.0));
        }
    }
    Ok(())
}

/// Lets mails arrive all at once, and takes down how long each frame of the window is.
async fn burst(
    desktop: &Desktop,
    app: &Driven,
    publisher: &mut Publisher,
    mails: usize,
    durations: &mut Durations,
) -> Result<()> {
    app.script(
        "window.frames_of_burst = []; let last = performance.now(); \
         const frame = (now) => { window.frames_of_burst.push(now - last); last = now; requestAnimationFrame(frame); }; \
         requestAnimationFrame(frame);",
    )
    .await?;
    let item = |number| {
        let subject = format!("burst {number}");
        let payload = format!(
            "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>Zoe</from>\
             <subject>{subject}</subject></mail>"
        );
        (format!("burst-{number}"), payload)
    };
    let items: Vec<_> = (1..=mails).map(item).collect();
    // Keeping them would take Prosody longer than all the rest.
    let unkept = json!({ "persist_items": "0" });
    publisher.configure(&server::node(NODE), unkept).await?;
    let began = Instant::now();
    for some in items.chunks(100) {
        publisher.publish_all(&server::node(NODE), some).await?;
    }
    desktop.status(|status| status["unread"] == mails).await?;
    println!(
        "{mails} mails were published, stored and counted within {:.1} s.",
        began.elapsed().as_secs_f64()
    );
    app.text("[role=row].unread .sub", |text| text == format!("burst {mails}"))
        .await?;
    let frames = app.script("return window.frames_of_burst.slice(1)").await?;
    for frame in frames.as_array().context("no frames")?.iter().filter_map(Value::as_f64) {
        durations.add(Duration::from_secs_f64(frame.max(0.0) / 1000.0));
    }
    Ok(())
}
