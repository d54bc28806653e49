//! The desktop app, in two processes of one program.
//!
//! The *resident* hosts the engine and has the tray and the notifications; it never loads a page. When a window is
//! wanted it starts the *window process*, which attaches to the engine by the control socket as every face does, and
//! ends with its last window: WebKit's processes and memory are gone with it, and a crash in there loses nothing.

mod bridge;
mod commands;
mod link;
mod opening;
mod resident;
mod tray;
#[cfg_attr(all(target_os = "linux", not(feature = "tauri-tray")), path = "tray_icon/ksni.rs")]
#[cfg_attr(
    not(all(target_os = "linux", not(feature = "tauri-tray"))),
    path = "tray_icon/native.rs"
)]
mod tray_icon;
mod window_process;
mod windows;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::windows::{Wanted, WindowName};

/// Tells of new mail at once: in the tray, in a feed, and by notifications.
#[derive(Debug, Clone, clap::Parser)]
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
    /// Be the window process of the engine at this control socket.
    #[arg(long, value_name = "SOCKET", hide = true, conflicts_with_all = ["config", "demo", "hidden", "settings"])]
    attach: Option<PathBuf>,
    /// The window process's first window.
    #[arg(long, hide = true, requires = "attach", default_value_t = Wanted { name: WindowName::Feed, row: None })]
    window: Wanted,
}

/// What a running task may still take once the app ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs until the person quits. If Mailwren runs already, it is asked to show its feed instead.
///
/// # Errors
/// When there is no display, or the profile can't be used.
pub fn run(args: Args) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("can't start worker threads")?;
    let ended = match &args.attach {
        Some(socket) => windows::run(&runtime, socket, args.window),
        None => tray_icon::host(&runtime, |place| resident::run(args.clone(), place)),
    };
    runtime.shutdown_timeout(LAST_WORDS);
    ended
}
