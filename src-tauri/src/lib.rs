//! The desktop app's resident: hosts the engine and has the tray and the notifications ([`mailwren_desktop::resident`]).
//!
//! Windows are another program's, `mailwren-window`: it attaches to the engine by the control socket as every face does, and
//! ends with its last window, so that WebKit's processes and memory are gone with it, and a crash in there loses nothing. It
//! alone links GTK and WebKit on Linux, which take longer to load than all that the resident does until its icon is there.
//! `mailwrenctl tray` is a resident, too, and starts the same windows.

#![forbid(unsafe_code)]

mod opening;
mod refusal;
#[cfg_attr(all(target_os = "linux", not(feature = "tauri-tray")), path = "tray_icon/ksni.rs")]
#[cfg_attr(
    not(all(target_os = "linux", not(feature = "tauri-tray"))),
    path = "tray_icon/native.rs"
)]
mod tray_icon;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use mailwren_core::said::Said;
use mailwren_desktop::autostart::Resident;
use mailwren_desktop::resident;
use mailwren_desktop::windows::{self, WindowName};
use mailwren_engine::{language, log};

use crate::refusal::Refusal;
use crate::tray_icon::Place;

/// Tells of new mail at once: in the tray, in a feed, and by notifications.
#[derive(Debug, Clone, Parser)]
#[command(name = "mailwren", version)]
pub struct Args {
    /// Use this configuration file instead of the usual one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Play the demo: a server inside Mailwren and a profile that is thrown away afterwards.
    #[arg(long, conflicts_with = "config")]
    demo: bool,
    /// Start in the tray, without a window.
    #[arg(long, conflicts_with = "settings")]
    hidden: bool,
    /// Start with the settings window.
    #[arg(long)]
    settings: bool,
}

/// What a running task may still take once the app ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The program.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let config = args.config.clone();
    let Err(error) = run(&args) else {
        return ExitCode::SUCCESS;
    };
    tell(&refusal::said(&error), config);
    ExitCode::FAILURE
}

/// Says it to whoever started the app by hand.
fn tell(said: &Said, config: Option<PathBuf>) {
    let said = said.told(&language::of_profile(config));
    // A closed stderr is no reason to fail in another way.
    writeln!(std::io::stderr(), "mailwren: {said}").ok();
}

/// Runs until the person quits. If Mailwren runs already, it is asked to show its feed instead.
fn run(args: &Args) -> Result<()> {
    let runtime = tray_icon::runtime().enable_all().build().context("can't start")?;
    let ended = tray_icon::host(&runtime, |place| stay(args.clone(), place));
    runtime.shutdown_timeout(LAST_WORDS);
    ended
}

/// Is the resident.
async fn stay(args: Args, place: Place) -> Result<()> {
    display_is_named()?;
    let ground = opening::ground(&args).await?;
    if let Err(error) = log::init(0, Some(ground.opening.profile.log_dir().as_path())) {
        tracing::warn!(%error, "nothing is logged to a file");
    }
    let first = match (args.settings, args.hidden) {
        (true, _) => Some(WindowName::Settings),
        (false, false) => Some(WindowName::Feed),
        (false, true) => None,
    };
    if windows::program().is_none() {
        tell(&Said::word("resident-no-windows"), args.config);
    }
    let own = Resident::App(std::env::current_exe().context("this program isn't found")?);
    Ok(resident::run(&ground.opening, first, own, &place).await?)
}

/// Windows are another process's, but without a display there is no sense in staying.
fn display_is_named() -> Result<()> {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !named("WAYLAND_DISPLAY") && !named("DISPLAY") {
        return Err(Refusal(Said::word("app-no-display")).into());
    }
    Ok(())
}
