//! Keeps the tray item up to date, and does what is chosen there.

use std::time::Duration;

use jiff::ZonedDateTime;
use mailwren_core::view::{ApiError, Command, Filter, Notice, Reply, Status};
use mailwren_core::words::Words;
use mailwren_engine::face::Face;
use mailwren_engine::language;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior};

use crate::tray::{Icon, Place, TrayAction, TrayView, tray_view};
use crate::windows::{WindowName, Windows};

/// The tray is redrawn at most this often, whatever comes.
const REDRAW: Duration = Duration::from_millis(250);
/// What is new is told by a popup first, and drawn once it is: pictures take longer than words.
const POPUPS_FIRST: Duration = Duration::from_millis(40);
/// Without any news, so often: times are told as those of today.
const REFRESH: Duration = Duration::from_secs(15 * 60);
/// Rows asked for; some of them aren't mails to list.
const ROWS: u32 = 20;

/// Runs until the person chooses Quit. Without a session bus there is no tray, and it runs for ever.
pub async fn run(face: &Face, windows: &Windows, place: &impl Place) {
    let mut notices = face.notices();
    let (actions_in, mut actions) = mpsc::channel(16);
    let mut words = Words::default();
    let first = view(face, &mut words)
        .await
        .unwrap_or_else(|_| tray_view(&Status::default(), &[], &ZonedDateTime::now(), &words));
    let mut shown = first.clone();
    let tray = match place.show(first, actions_in).await {
        Ok(tray) => tray,
        Err(error) => {
            tracing::warn!(%error, "Mailwren runs without a tray icon; start it again to open its feed");
            return std::future::pending().await;
        }
    };
    let mut refresh = tokio::time::interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut due, mut drawn) = (None, Instant::now());
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Ok(Notice::Test { .. } | Notice::Open { .. } | Notice::Closing) => {}
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                    due.get_or_insert((Instant::now() + POPUPS_FIRST).max(drawn + REDRAW));
                }
                // Whoever runs this beside us ends it.
                Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
            },
            Some(action) = actions.recv() => {
                if action == TrayAction::Quit {
                    return;
                }
                chosen(action, face, windows).await;
            }
            _ = refresh.tick() => drop(due.get_or_insert(drawn + REDRAW)),
            () = until(due) => {
                match view(face, &mut words).await {
                    Ok(view) if view == shown => {}
                    Ok(view) => {
                        shown.clone_from(&view);
                        tray.update(view).await;
                    }
                    Err(error) => tracing::warn!(%error, "the tray shows old news"),
                }
                (due, drawn) = (None, Instant::now());
            }
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

async fn view(face: &Face, words: &mut Words) -> Result<TrayView, ApiError> {
    let (general, status, rows) = tokio::join!(
        face.call(Command::GeneralSettings),
        face.call(Command::Status),
        face.call(Command::Feed {
            filter: Filter::default(),
            before: None,
            limit: ROWS
        }),
    );
    if let Reply::GeneralSettings { settings } = general? {
        language::speak(words, settings.language);
    }
    let status = match status? {
        Reply::Status { status } => status,
        _ => Status::default(),
    };
    let rows = match rows? {
        Reply::Feed { rows, .. } => rows,
        _ => Vec::new(),
    };
    Ok(tray_view(&status, &rows, &ZonedDateTime::now(), words))
}

async fn chosen(action: TrayAction, face: &Face, windows: &Windows) {
    let command = match action {
        TrayAction::OpenFeed => return windows.show(WindowName::Feed),
        TrayAction::OpenSettings => return windows.show(WindowName::Settings),
        TrayAction::OpenMail { seq } => return super::open(face, windows, Some(seq)).await,
        TrayAction::Quit => return,
        TrayAction::MarkAllRead => Command::MarkAllRead {
            filter: Filter::default(),
        },
        TrayAction::Pause(how_long) => Command::Pause {
            until: how_long.until(&ZonedDateTime::now()),
        },
        TrayAction::Resume => Command::Resume,
    };
    if let Err(error) = face.call(command).await {
        tracing::warn!(%error, "what was chosen at the tray couldn't be done");
    }
}
