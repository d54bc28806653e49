//! `memory`: what Mailwren has of the memory, beside Mailnag and Thunderbird in the same run. `make bench-memory` runs it;
//! docs/benchmarks.md shows what came out.
//!
//! Each program has a virtual desktop of its own, with dunst, a tray host and a keyring, and nothing else on it; all of its
//! processes are counted. Mailwren's events come from the embedded server, a hundred thousand of them as fast as they are
//! taken; and once more over a day, by a clock that runs faster.

mod ours;
mod thunderbird;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Parser;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::figures::{keep, machine};
use mailwren_tests::footprint::{Family, Memory};
use mailwren_tests::process::Process;
use mailwren_tests::server::SAM;
use mailwren_tests::{Scene, mailnag, place, scene_within};
use serde_json::{Value, json};

/// When the run is given up.
const LIMIT: Duration = Duration::from_secs(3_600);

#[derive(Debug, Parser)]
struct Arguments {
    /// How many events arrive.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// How much faster the clock runs in the run that takes a day.
    #[arg(long, default_value_t = 240)]
    faster: u32,
    /// 2,000 events, a day in less than a minute, and no judgement: whether it runs at all.
    #[arg(long)]
    quick: bool,
    /// Only the programs whose names contain this.
    #[arg(long, default_value = "")]
    only: String,
}

/// One line of the table.
struct Row {
    program: &'static str,
    state: String,
    memory: Memory,
    /// What it may have at most, privately, in kB.
    most: Option<u64>,
}

fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    if arguments.quick {
        (arguments.events, arguments.faster) = (2_000, 2_400);
    }
    let mut rows = Vec::new();
    for program in &ours::PROGRAMS {
        if !program.name.contains(&arguments.only) {
            continue;
        }
        if !program.is_known()? {
            println!("`{}` isn't in this build: left out.", program.name);
            continue;
        }
        scene_within(LIMIT, async |scene| {
            program.measure(&scene, arguments.events, &mut rows).await
        })?;
    }
    if "a day".contains(&arguments.only) {
        scene_within(LIMIT, async |scene| {
            ours::day(&scene, arguments.events, arguments.faster, &mut rows).await
        })?;
    }
    if "Mailnag".contains(&arguments.only) {
        scene_within(LIMIT, async |scene| beside_mailnag(&scene, &mut rows).await)?;
    }
    if "Thunderbird".contains(&arguments.only) {
        match thunderbird::is_there() {
            true => scene_within(LIMIT, async |scene| thunderbird::measure(&scene, &mut rows).await)?,
            false => println!("Thunderbird isn't installed: left out."),
        }
    }
    print(&rows);
    let figures: Vec<Value> = rows.iter().map(Row::json).collect();
    let figures = json!({ "events": arguments.events, "rows": figures });
    keep("memory", figures)?;
    for row in &rows {
        let most = row.most.filter(|_| !arguments.quick).unwrap_or(u64::MAX);
        ensure!(
            row.memory.private <= most,
            "{}, {}: more than {:.1} MB",
            row.program,
            row.state,
            megabytes(most)
        );
    }
    Ok(())
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "program": self.program,
            "state": self.state,
            "processes": self.memory.processes,
            "private_kb": self.memory.private,
            "pss_kb": self.memory.pss,
        })
    }
}

fn print(rows: &[Row]) {
    println!("{}\n", machine());
    println!("| program | | processes | private | PSS |\n|---|---|---|---|---|");
    for row in rows {
        println!(
            "| {} | {} | {} | {:.1} MB | {:.1} MB |",
            row.program,
            row.state,
            row.memory.processes,
            megabytes(row.memory.private),
            megabytes(row.memory.pss)
        );
    }
}

fn megabytes(kilobytes: u64) -> f64 {
    kilobytes as f64 / 1_000.0 * 1.024
}

/// A mailbox that holds one mail, which Mailnag has told of.
async fn beside_mailnag(scene: &Scene, rows: &mut Vec<Row>) -> Result<()> {
    let dovecot = Dovecot::start(scene, "").await?;
    dovecot.deliver(SAM, message("before")).await?;
    let desktop = Desktop::start(scene, Parts::default()).await?;
    let told = desktop.notifications().await?;
    let mut command = match mailnag::command(&desktop, SocketAddr::new(place::address(), dovecot.imaps), SAM).await {
        Ok(command) => command,
        Err(error) => {
            println!("Mailnag is left out: {error:#}");
            return Ok(());
        }
    };
    let family = Family::of(&mut command, "mailnag");
    let _mailnag = Process::start("mailnag", desktop.path(), command).await?;
    told.one("Mailnag's popup", |one| one.body.contains("before")).await?;
    rows.push(Row {
        program: "Mailnag",
        state: "told of a mail".to_owned(),
        memory: family.at_rest().await?,
        most: None,
    });
    Ok(())
}

fn message(subject: &str) -> String {
    format!(
        "From: Zoe <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n\
         Date: Tue, 24 Nov 2026 22:00:00 +0100\r\n\r\nWords of it.\r\n"
    )
}
