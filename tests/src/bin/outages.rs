//! `outages`: how soon mail is told after a server was away, and how soon what was read is gone everywhere. `make
//! bench-outages` runs it; docs/benchmarks.md shows what came out.
//!
//! One Dovecot, one Prosody, one bridge that looks into the mailbox by IMAP, and two devices of the account. Each server is
//! stopped in turn, for half a minute, with mail arriving meanwhile. Time begins when the server listens again.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use mailwren_tests::ctl::{Home, Watch};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::figures::{self, Durations, machine, milliseconds};
use mailwren_tests::machine::Machine;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, own_node, password};
use mailwren_tests::{Scene, eventually, scene_within};
use serde_json::Value;

/// All mail has to be told so soon after the server's return.
const TOLD: Duration = Duration::from_secs(5);
/// What was read has to be gone so soon after it was read: Dovecot tells half a second after that.
const GONE: Duration = Duration::from_millis(2_500);
/// Mails that arrive while a server is away.
const MAILS: usize = 3;
/// Mails that are read elsewhere.
const READ: usize = 10;
/// When the run is given up.
const LIMIT: Duration = Duration::from_secs(900);

#[derive(Debug, Parser)]
struct Arguments {
    /// For how many seconds a server is away.
    #[arg(long, default_value_t = 30)]
    away: u64,
    /// How often.
    #[arg(long, default_value_t = 3)]
    times: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut rows: Vec<(String, Durations, Duration)> = Vec::new();
    scene_within(LIMIT, async |scene| measure(&scene, &arguments, &mut rows).await)?;
    println!("{}\n", machine());
    println!("| what | n | p50 | longest | at most |\n|---|---|---|---|---|");
    for (what, durations, most) in &rows {
        let [p50, longest] = [50, 100].map(|percent| milliseconds(durations.percentile(percent)));
        println!(
            "| {what} | {} | {p50:.0} ms | {longest:.0} ms | {:.1} s |",
            durations.count(),
            most.as_secs_f64()
        );
    }
    let figures = rows.iter().map(|(what, durations, _)| (what.clone(), durations.json()));
    figures::keep("outages", figures.collect())?;
    for (what, durations, most) in &rows {
        ensure!(durations.percentile(100) <= *most, "{what}: too late");
    }
    Ok(())
}

async fn measure(scene: &Scene, arguments: &Arguments, rows: &mut Vec<(String, Durations, Duration)>) -> Result<()> {
    let mut server = Server::start(Kind::Prosody, scene).await?;
    let mut dovecot = Dovecot::start(scene, "").await?;
    dovecot.deliver(SAM, message("before")).await?;
    let bridge = Machine::lay_out(scene, &server, &dovecot, "[\"INBOX\"]")?;
    let devices = [
        device(scene, &server, "desk").await?,
        device(scene, &server, "lap").await?,
    ];
    let mut sam = Publisher::connect(scene, &server, SAM).await?;
    eventually("the node is there", async || Ok(Some(sam.items(&own_node(SAM)).await?))).await?;
    drop(sam);
    let _bridge = bridge.bridge().await?;
    let mut all = vec!["before".to_owned()];
    told(&devices, "before").await?;

    let mut gone = Durations::default();
    for nth in 0..READ {
        let subject = format!("read {nth}");
        dovecot.deliver(SAM, message(&subject)).await?;
        let events = told(&devices, &subject).await?;
        let uid = events
            .first()
            .and_then(|event| event["uid"].as_u64())
            .context("no UID")?;
        let begin = Instant::now();
        dovecot
            .imap(SAM, &[&format!("UID STORE {uid} +FLAGS (\\Seen)")])
            .await?;
        for (device, event) in devices.iter().zip(&events) {
            is_gone(device, event).await?;
        }
        gone.add(begin.elapsed());
        all.push(subject);
    }
    rows.push(("read in a mail client → gone on two devices".to_owned(), gone, GONE));

    let away = Duration::from_secs(arguments.away);
    let (mut xmpp, mut mail) = (Durations::default(), Durations::default());
    for time in 0..arguments.times {
        server.down().await?;
        let mut subjects = Vec::new();
        for nth in 0..MAILS {
            subjects.push(format!("without xmpp {time} {nth}"));
            dovecot
                .deliver(SAM, message(&format!("without xmpp {time} {nth}")))
                .await?;
        }
        tokio::time::sleep(away).await;
        server.up().await?;
        xmpp.add(all_told(&devices, &subjects).await?);
        all.extend(subjects);

        dovecot.down().await?;
        let mut subjects = Vec::new();
        for nth in 0..MAILS {
            let subject = format!("without mail server {time} {nth}");
            dovecot.put(SAM, &format!("{time}.{nth}.test"), &message(&subject))?;
            subjects.push(subject);
        }
        tokio::time::sleep(away).await;
        dovecot.up().await?;
        mail.add(all_told(&devices, &subjects).await?);
        all.extend(subjects);
    }
    let seconds = arguments.away;
    rows.push((
        format!("Prosody's return after {seconds} s → all told on two devices"),
        xmpp,
        TOLD,
    ));
    rows.push((
        format!("Dovecot's return after {seconds} s → all told on two devices"),
        mail,
        TOLD,
    ));
    for device in &devices {
        let mut subjects = device.subjects()?;
        subjects.sort();
        all.sort();
        ensure!(subjects == all, "not each once: {subjects:?}");
    }
    Ok(())
}

/// How long it takes until all of them are told everywhere.
async fn all_told(devices: &[Watch], subjects: &[String]) -> Result<Duration> {
    let begin = Instant::now();
    for subject in subjects {
        told(devices, subject).await?;
    }
    Ok(begin.elapsed())
}

async fn told(devices: &[Watch], subject: &str) -> Result<Vec<Value>> {
    let mut events = Vec::new();
    for device in devices {
        events.push(device.event(subject).await?);
    }
    Ok(events)
}

async fn device(scene: &Scene, server: &Server, name: &str) -> Result<Watch> {
    let home = Home::new(scene, name)?;
    let mut account = server.account(SAM);
    account.pep = true;
    home.configure(account, &password(SAM))?;
    home.watch().await
}

async fn is_gone(watch: &Watch, event: &Value) -> Result<()> {
    let item = event["item"].as_str().context("no item")?;
    watch
        .process
        .stdout(&format!("{item} is gone"), 0, |line| {
            let event: Value = serde_json::from_str(line).ok()?;
            (event["kind"] == "gone" && event["item"] == item).then_some(())
        })
        .await
}

fn message(subject: &str) -> String {
    format!(
        "From: Zoe <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: {subject}\r\nMessage-ID: <{}@example.org>\r\n\r\nWords.\r\n",
        subject.replace(' ', "-")
    )
}
