//! The process that stays: engine, tray and notifications.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mailwren_core::view::{ApiError, Command, Notice, Reply, Row};
use mailwren_desktop::notifier::DesktopNotifier;
use mailwren_engine::face::Face;
use mailwren_engine::log;
use mailwren_engine::ports::Notifier;
use tokio::sync::{broadcast, mpsc};

use crate::tray_icon::Place;
use crate::window_process::Windows;
use crate::windows::WindowName;
use crate::{Args, link, opening, tray};

/// Popups' answers wait here for the engine.
const POPUP_EVENTS: usize = 64;

/// Runs until the person quits.
pub async fn run(args: Args, place: Place) -> Result<()> {
    display_is_named()?;
    let ground = opening::ground(&args).await?;
    let opening = &ground.opening;
    if let Err(error) = log::init(0, Some(opening.profile.log_dir().as_path())) {
        tracing::warn!(%error, "nothing is logged to a file");
    }
    let (events_in, events) = mpsc::channel(POPUP_EVENTS);
    let notifier: Arc<dyn Notifier> = Arc::new(DesktopNotifier::new(events_in));
    let face = Face::open_desktop(opening, (notifier, events)).await?;
    if !face.hosts() {
        face.call(Command::ShowFeed)
            .await
            .context("Mailwren runs already, but can't show its feed")?;
        return Ok(());
    }
    let windows = Windows::new(opening.profile.socket().to_owned());
    match (args.settings, args.hidden) {
        (true, _) => windows.show(WindowName::Settings),
        (false, false) => windows.show(WindowName::Feed),
        (false, true) => {}
    }
    let ended = tokio::select! {
        () = tray::run(&face, &windows, &place) => Ok(()),
        ended = obey(&face, &windows) => ended,
        asked = asked_to_end() => asked,
    };
    windows.close().await;
    face.close().await;
    ended
}

/// Does what notices ask of the desktop; returns when the engine ends by itself.
async fn obey(face: &Face, windows: &Windows) -> Result<()> {
    let mut notices = face.notices();
    loop {
        match notices.recv().await {
            Ok(Notice::Open { seq }) => open(face, windows, seq).await,
            Ok(Notice::Closing) | Err(broadcast::error::RecvError::Closed) => {
                bail!("the engine ended by itself; its log tells more")
            }
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
        }
    }
}

/// Shows what a person asked to see: the mail itself if there is a way to it, else the row in the feed.
pub async fn open(face: &Face, windows: &Windows, seq: Option<i64>) {
    let row = match seq {
        Some(seq) => row(face.call(Command::Row { seq }).await).ok().flatten(),
        None => None,
    };
    if let Some(row) = row {
        match link::open_mail(&row, face.call(Command::Accounts).await).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a mail couldn't be opened"),
        }
    }
    windows.show_row(seq);
}

/// The row of a reply to [`Command::Row`].
pub fn row(reply: Result<Reply, ApiError>) -> Result<Option<Row>, ApiError> {
    match reply? {
        Reply::Row { row } => Ok(row),
        _ => Ok(None),
    }
}

/// Windows are another process's, but without a display there is no sense in staying.
fn display_is_named() -> Result<()> {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !named("WAYLAND_DISPLAY") && !named("DISPLAY") {
        bail!(
            "there is no display (neither WAYLAND_DISPLAY nor DISPLAY is set); `mailwrenctl watch` works without one"
        );
    }
    Ok(())
}

/// Returns when the session or the system asks us to end.
async fn asked_to_end() -> Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            interrupted = tokio::signal::ctrl_c() => interrupted?,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
