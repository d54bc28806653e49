//! Mailwren's own programs.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::embedded::Embedded;
use mailwren_tests::footprint::{Family, Memory};
use mailwren_tests::process::Process;
use mailwren_tests::{Scene, eventually, place};
use serde_json::Value;

use crate::Row;

/// How long after a window was closed is looked again.
const LATER: Duration = Duration::from_secs(10);
/// What a window may leave behind at most, in kB.
const STAYS: u64 = 10_000;
/// So long it is left alone before it is looked at.
const QUIET: Duration = Duration::from_secs(30);
/// Of a day.
const QUARTERS: usize = 24 * 4;
/// Between two looks at how many events are stored.
const LOOK: Duration = Duration::from_millis(500);
/// How often the clock looks whether it is to run otherwise, in seconds.
const CLOCK: u32 = 1;
/// When events are given up that don't become more.
const STUCK: Duration = Duration::from_secs(120);

/// A program that stays.
pub struct Resident {
    /// As it is called.
    pub name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    /// Whether it has a tray item, popups and windows.
    desktop: bool,
    /// What it may have at most while no window is open, in kB.
    most: Option<u64>,
}

/// Those that are measured.
pub static PROGRAMS: [Resident; 3] = [
    Resident {
        name: "mailwrenctl tray --hidden",
        program: "mailwrenctl",
        arguments: &["tray", "--hidden"],
        desktop: true,
        most: Some(15_000),
    },
    Resident {
        name: "mailwren --hidden",
        program: "mailwren",
        arguments: &["--hidden"],
        desktop: true,
        most: Some(15_000),
    },
    Resident {
        name: "mailwrenctl watch",
        program: "mailwrenctl",
        arguments: &["watch"],
        desktop: false,
        most: Some(10_000),
    },
];

impl Resident {
    /// Whether this build has it.
    pub fn is_known(&self) -> Result<bool> {
        let help = std::process::Command::new(place::program(self.program)?)
            .args(self.arguments)
            .arg("--help")
            .output()?;
        Ok(help.status.success())
    }

    /// Measures it on a desktop of its own.
    pub async fn measure(&'static self, scene: &Scene, events: usize, rows: &mut Vec<Row>) -> Result<()> {
        let server = Embedded::start().await?;
        let desktop = Desktop::start(scene, Parts::default()).await?;
        server.configure(&desktop.path().join("config/mailwren/config.toml"))?;
        let told = desktop.notifications().await?;
        let mut command = desktop.command(place::program(self.program)?);
        command.args(self.arguments);
        let running = Running {
            what: self,
            family: Family::of(&mut command, self.program),
            desktop: &desktop,
        };
        let _process = Process::start(self.program, desktop.path(), command).await?;
        server.listens().await?;
        desktop.status(|status| status["unread"] == 1).await?;
        server.send(0..1).await?;
        desktop.status(|status| status["unread"] == 2).await?;
        if self.desktop {
            told.one("a popup", |one| one.body.contains("mail 0")).await?;
        }
        // What it takes to start, and to take in what comes, is given back once it is quiet.
        tokio::time::sleep(QUIET).await;
        let begun = running.look(rows, "told of a mail", self.most).await?;
        if self.desktop {
            let closed = running.window(rows, "").await?;
            ensure!(
                closed.private <= begun.private + STAYS,
                "{}: {} kB stay of a window",
                self.name,
                closed.private.saturating_sub(begun.private)
            );
        }
        server.send(1..events).await?;
        running.holds(events).await?;
        tokio::time::sleep(QUIET).await;
        running.look(rows, &format!("{events} events later"), None).await?;
        if self.desktop {
            let closed = running.window(rows, &format!(", with {events} events")).await?;
            // What a window took is to be given back.
            println!(
                "{}: {} kB more than in the beginning.",
                self.name,
                closed.private.saturating_sub(begun.private)
            );
        }
        Ok(())
    }
}

/// A day of the light host, by a clock of its own that runs faster: in each of its quarter hours come as many events.
/// Heartbeats, keepalives and sweeps are as many as in a day. Then the clock goes on as any other, or it would never rest: there
/// are several keepalives a second by the fast one.
pub async fn day(scene: &Scene, events: usize, faster: u32, rows: &mut Vec<Row>) -> Result<()> {
    let [resident, ..] = &PROGRAMS;
    let quarter = Duration::from_secs(900) / faster;
    let server = Embedded::start().await?;
    let desktop = Desktop::start(scene, Parts::default()).await?;
    server.configure(&desktop.path().join("config/mailwren/config.toml"))?;
    let mut command = desktop.command(place::program(resident.program)?);
    let clock = desktop.path().join("clock");
    std::fs::write(&clock, format!("+0 x{faster}"))?;
    command
        .args(resident.arguments)
        .env("LD_PRELOAD", place::faketime()?)
        .env("FAKETIME_TIMESTAMP_FILE", &clock)
        .env("FAKETIME_CACHE_DURATION", CLOCK.to_string());
    let running = Running {
        what: resident,
        family: Family::of(&mut command, resident.program),
        desktop: &desktop,
    };
    let started = tokio::time::Instant::now();
    let _process = Process::start(resident.program, desktop.path(), command).await?;
    server.listens().await?;
    let mut quarters = tokio::time::interval(quarter);
    for number in 0..QUARTERS {
        quarters.tick().await;
        let share = |number| events * number / QUARTERS;
        server.send(share(number)..share(number + 1)).await?;
    }
    running.holds(events).await?;
    // Never back: it has gone so far ahead, until it looks again.
    let ahead = (started.elapsed() + Duration::from_secs(2 * u64::from(CLOCK))) * (faster - 1);
    std::fs::write(&clock, format!("+{} x1", ahead.as_secs()))?;
    tokio::time::sleep(QUIET).await;
    running
        .look(rows, &format!("24 hours and {events} events later"), None)
        .await?;
    Ok(())
}

/// A program at work.
struct Running<'a> {
    what: &'static Resident,
    family: Family,
    desktop: &'a Desktop,
}

impl Running<'_> {
    async fn look(&self, rows: &mut Vec<Row>, state: &str, most: Option<u64>) -> Result<Memory> {
        let memory = self.family.at_rest().await.context(self.what.name)?;
        rows.push(Row {
            program: self.what.name,
            state: state.to_owned(),
            memory,
            most,
        });
        Ok(memory)
    }

    /// Opens the feed and closes it again. Nothing of WebKit may live on.
    async fn window(&self, rows: &mut Vec<Row>, with: &str) -> Result<Memory> {
        let tray = self.desktop.tray_item().await?;
        tray.activate().await?;
        let windows = self.desktop.windows_become("Mailwren", 1).await?;
        let window = windows.first().context("no window")?;
        let picture = self.desktop.path().join("feed.png");
        self.desktop.picture(Some(window), &picture).await?;
        self.look(rows, &format!("the feed is open{with}"), None).await?;
        self.desktop.close_window(window).await?;
        self.desktop.windows_become("Mailwren", 0).await?;
        eventually("the window's processes end", async || {
            let names = self.family.names()?;
            ensure!(names.len() == 1, "there are {names:?}");
            Ok(Some(()))
        })
        .await?;
        tokio::time::sleep(LATER).await;
        self.look(
            rows,
            &format!("10 s after it was closed{with}"),
            self.what.most.filter(|_| with.is_empty()),
        )
        .await
    }

    /// Awaits that so many events are unread, for as long as they become more.
    async fn holds(&self, events: usize) -> Result<()> {
        let mut seen = (0, tokio::time::Instant::now());
        loop {
            let status = self
                .desktop
                .run(
                    &place::program("mailwrenctl")?.display().to_string(),
                    &["status", "--json"],
                )
                .await?;
            let status: Value = serde_json::from_str(&status)?;
            let unread = status["unread"].as_u64().context("no count")?;
            // With the one that stood there.
            if unread == events as u64 + 1 {
                return Ok(());
            }
            if unread != seen.0 {
                seen = (unread, tokio::time::Instant::now());
            }
            ensure!(seen.1.elapsed() < STUCK, "{unread} events are stored, and no more come");
            tokio::time::sleep(LOOK).await;
        }
    }
}
