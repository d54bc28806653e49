//! The process that stays: engine, tray and notifications. It never loads a page.

mod tray;

use std::sync::Arc;

use mailwren_core::said::Said;
use mailwren_core::view::{ApiError, Command, Notice, Reply, Row};
use mailwren_engine::face::{Face, OpenError, Opening};
use mailwren_engine::ports::Notifier;
use tokio::sync::{broadcast, mpsc};

use crate::autostart::Resident;
use crate::link;
use crate::notifier::DesktopNotifier;
use crate::tray::Place;
use crate::windows::{WindowName, Windows};

/// Popups' answers wait here for the engine.
const POPUP_EVENTS: usize = 64;

/// Why the resident ended other than a person wanted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum ResidentError {
    /// There is no way to an engine.
    Open(#[from] OpenError),
    /// Another resident runs for this profile, and doesn't do what it is asked.
    Other(#[source] ApiError),
    /// The engine is gone.
    Ended,
    /// Signals can't be listened to.
    Signals(#[from] std::io::Error),
}

impl ResidentError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Open(error) => error.said(),
            Self::Other(error) => Said::word("resident-unshown").with("why", error.message.clone()),
            Self::Ended => Said::word("resident-ended"),
            Self::Signals(error) => Said::word("cli-signals").with("why", error.to_string()),
        }
    }
}

/// Runs until the person quits, with the window `first` at once. If a resident runs already for this profile, it is asked to
/// show its feed instead. `own` is what runs, `place` has the tray.
///
/// # Errors
/// [`ResidentError`].
pub async fn run(
    opening: &Opening,
    first: Option<WindowName>,
    own: Resident,
    place: &impl Place,
) -> Result<(), ResidentError> {
    let (events_in, events) = mpsc::channel(POPUP_EVENTS);
    let notifier: Arc<dyn Notifier> = Arc::new(DesktopNotifier::new(events_in));
    let face = Face::open_desktop(opening, (notifier, events)).await?;
    if !face.hosts() {
        let shown = face.call(Command::ShowFeed).await;
        return shown.map(drop).map_err(ResidentError::Other);
    }
    let windows = Windows::new(own, opening.profile.socket().to_owned());
    if let Some(name) = first {
        windows.show(name);
    }
    let ended = tokio::select! {
        () = tray::run(&face, &windows, place) => Ok(()),
        () = obey(&face, &windows) => Err(ResidentError::Ended),
        asked = asked_to_end() => Ok(asked?),
    };
    windows.close().await;
    face.close().await;
    ended
}

/// Does what notices ask of the desktop; returns when the engine ends by itself.
async fn obey(face: &Face, windows: &Windows) {
    let mut notices = face.notices();
    loop {
        match notices.recv().await {
            Ok(Notice::Open { seq }) => open(face, windows, seq).await,
            Ok(Notice::Closing) | Err(broadcast::error::RecvError::Closed) => return,
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
        }
    }
}

/// Shows what a person asked to see: the mail itself if there is a way to it, else the row in the feed.
async fn open(face: &Face, windows: &Windows, seq: Option<i64>) {
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
///
/// # Errors
/// What the engine answered instead.
pub fn row(reply: Result<Reply, ApiError>) -> Result<Option<Row>, ApiError> {
    match reply? {
        Reply::Row { row } => Ok(row),
        _ => Ok(None),
    }
}

/// Returns when the session or the system asks us to end.
async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}
