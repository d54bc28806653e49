//! What windows may ask. Which window may ask what is said twice: by `capabilities/`, and by [`Command::audience`].

use std::process::Stdio;
use std::sync::Arc;

use mailwren_core::view::{ApiCode, ApiError, Audience, Command, Reply};
use tauri::{AppHandle, State, WebviewWindow};

use crate::bridge::Bridge;
use crate::window_process::own_program;
use crate::windows::{self, Wanted, WindowName};
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

/// Opens a stored row's mail where it is; else its link, which the page shows. The page names the row, never the link.
#[tauri::command]
pub async fn open_link(bridge: State<'_, Arc<Bridge>>, seq: i64) -> Result<(), ApiError> {
    let none = || ApiError {
        code: ApiCode::NotFound,
        message: "There is no way to this mail.".to_owned(),
        hint: Some("`open` in the account's configuration says how its mails are opened.".to_owned()),
    };
    let row = resident::row(bridge.call(Command::Row { seq }).await)?.ok_or_else(none)?;
    if link::open_mail(&row, bridge.call(Command::Accounts).await).await? {
        return Ok(());
    }
    link::open(&row.event.link.ok_or_else(none)?).await
}

/// Opens a window, or brings it to the front.
#[tauri::command]
pub async fn show_window(app: AppHandle, name: WindowName) -> Result<(), ApiError> {
    windows::show(&app, Wanted { name, row: None }).map_err(|e| internal(&e))
}

/// Starts another Mailwren on the demo: its profile is its own, and thrown away afterwards.
#[tauri::command]
pub async fn start_demo() -> Result<(), ApiError> {
    let mut demo = own_program()
        .and_then(|program| {
            tokio::process::Command::new(program)
                .arg("--demo")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
        })
        .map_err(|e| internal(&e))?;
    // It outlives this process; as long as that runs, it is to be waited for.
    tokio::spawn(async move { demo.wait().await });
    Ok(())
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

fn internal(error: &impl ToString) -> ApiError {
    ApiError {
        code: ApiCode::Internal,
        message: error.to_string(),
        hint: None,
    }
}
