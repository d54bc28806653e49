//! What windows may ask. Which window may ask what is said twice: by `capabilities/`, and by [`Command::audience`].

use std::sync::Arc;

use mailwren_core::view::{ApiCode, ApiError, Audience, Command, Reply};
use tauri::{AppHandle, State, WebviewWindow};

use crate::bridge::Bridge;
use crate::windows::{self, WindowName};
use crate::{link, resident};

/// A command from the feed window.
#[tauri::command]
pub async fn feed_call(bridge: State<'_, Arc<Bridge>>, command: Command) -> Result<Reply, ApiError> {
    match command.audience() {
        Audience::Feed => bridge.call(command).await,
        Audience::Settings | Audience::Socket => Err(forbidden()),
    }
}

/// A command from the settings window.
#[tauri::command]
pub async fn settings_call(bridge: State<'_, Arc<Bridge>>, command: Command) -> Result<Reply, ApiError> {
    match command.audience() {
        Audience::Feed | Audience::Settings => bridge.call(command).await,
        Audience::Socket => Err(forbidden()),
    }
}

/// Opens the link of a stored row. The page names the row, never the link.
#[tauri::command]
pub async fn open_link(bridge: State<'_, Arc<Bridge>>, seq: i64) -> Result<(), ApiError> {
    match resident::row(bridge.call(Command::Row { seq }).await)?.and_then(|row| row.event.link) {
        Some(url) => link::open(&url).await,
        None => Err(ApiError {
            code: ApiCode::NotFound,
            message: "This mail has no link.".to_owned(),
            hint: None,
        }),
    }
}

/// Opens a window, or brings it to the front.
#[tauri::command]
pub async fn show_window(app: AppHandle, name: WindowName) -> Result<(), ApiError> {
    windows::show(&app, name).map_err(|e| internal(&e))
}

/// Closes the window that asks.
#[tauri::command]
pub async fn close_window(window: WebviewWindow) -> Result<(), ApiError> {
    window.close().map_err(|e| internal(&e))
}

fn forbidden() -> ApiError {
    ApiError {
        code: ApiCode::Forbidden,
        message: "This window may not do that.".to_owned(),
        hint: None,
    }
}

fn internal(error: &tauri::Error) -> ApiError {
    ApiError {
        code: ApiCode::Internal,
        message: error.to_string(),
        hint: None,
    }
}
