//! `mailwren-window`: shows Mailwren's windows, for the resident that starts it ([`mailwren_desktop::windows`]). Nobody calls it
//! by hand.

#![forbid(unsafe_code)]

mod bridge;
mod commands;
mod windows;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use mailwren_desktop::autostart::Resident;
use mailwren_desktop::windows::{Wanted, WindowName};

/// Shows Mailwren's windows. Mailwren starts it when one is wanted.
#[derive(Debug, Parser)]
#[command(name = "mailwren-window", version)]
struct Args {
    /// The control socket of the engine.
    socket: PathBuf,
    /// The app's program, where it hosts the engine.
    #[arg(long, value_name = "PROGRAM", required_unless_present = "light")]
    app: Option<PathBuf>,
    /// The program whose `tray` hosts the engine.
    #[arg(long, value_name = "PROGRAM", conflicts_with = "app")]
    light: Option<PathBuf>,
    /// The first window.
    #[arg(long, default_value_t = Wanted { name: WindowName::Feed, row: None })]
    window: Wanted,
}

/// What a running task may still take once the windows are closed.
const LAST_WORDS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let Err(error) = run(Args::parse()) else {
        return ExitCode::SUCCESS;
    };
    // For the resident's log. A closed stderr is no reason to fail in another way.
    writeln!(std::io::stderr(), "mailwren-window: {error:#}").ok();
    ExitCode::FAILURE
}

fn run(args: Args) -> Result<()> {
    let light = args.light.map(Resident::Light);
    let resident = light.or(args.app.map(Resident::App)).context("no resident is named")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("can't start worker threads")?;
    let ended = windows::run(&runtime, &args.socket, args.window, resident);
    runtime.shutdown_timeout(LAST_WORDS);
    ended
}
