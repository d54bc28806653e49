//! What windows may ask. Which window may ask what is said twice: by `capabilities/`, and by [`Command::audience`].

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use jiff::Timestamp;
use mailwren_core::doctor::{Check, of_account, of_system};
use mailwren_core::said::Said;
use mailwren_core::settings::StartAtLogin;
use mailwren_core::view::{ApiCode, ApiError, Audience, Command, LinkState, Reply};
use mailwren_desktop::autostart::{Autostart, Resident};
use mailwren_desktop::windows::{self as programs, Wanted, WindowName};
use mailwren_desktop::{doctor, link, resident};
use tauri::{AppHandle, Manager, State, WebviewWindow};

use crate::bridge::Bridge;
use crate::windows;

/// So many exports lie side by side.
const MOST_EXPORTS: u32 = 99;

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
    let none = || ApiError::new(ApiCode::NotFound, Said::word("open-no-way")).hint(Said::word("open-do"));
    let row = resident::row(bridge.call(Command::Row { seq }).await)?.ok_or_else(none)?;
    if link::open_mail(&row, bridge.call(Command::Accounts).await).await? {
        return Ok(());
    }
    link::open(&row.event.link.ok_or_else(none)?).await
}

/// Opens a window, or brings it to the front.
#[tauri::command]
pub async fn show_window(app: AppHandle, name: WindowName) -> Result<(), ApiError> {
    windows::show(&app, Wanted { name, row: None }).map_err(|e| internal(Said::text(e)))
}

/// Starts another Mailwren on the demo: its profile is its own, and thrown away afterwards.
#[tauri::command]
pub async fn start_demo() -> Result<(), ApiError> {
    let mut demo = tokio::process::Command::new(programs::app())
        .arg("--demo")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|e| {
            let unstarted = Said::word("open-unstarted").with("program", "mailwren --demo");
            internal(unstarted.with("why", e.to_string()))
        })?;
    // It outlives this process; as long as that runs, it is to be waited for.
    tokio::spawn(async move { demo.wait().await });
    Ok(())
}

/// What is started at login; `None` for a profile other than the usual one, which alone is.
pub struct AtLogin(pub Option<Resident>);

/// What the desktop does at login; nothing for a profile that it doesn't start.
#[tauri::command]
pub async fn start_at_login(at_login: State<'_, AtLogin>) -> Result<Option<StartAtLogin>, ApiError> {
    if at_login.0.is_none() {
        return Ok(None);
    }
    Ok(Some(Autostart::of_session().map_err(|e| internal(e.said()))?.read()))
}

/// Has the desktop start Mailwren at login, or no longer. Tells what it does then.
#[tauri::command]
pub async fn set_start_at_login(at_login: State<'_, AtLogin>, wanted: StartAtLogin) -> Result<StartAtLogin, ApiError> {
    let resident = at_login.0.as_ref().ok_or_else(forbidden)?;
    let autostart = Autostart::of_session().map_err(|e| internal(e.said()))?;
    autostart.write(wanted, resident).map_err(|e| internal(e.said()))?;
    Ok(autostart.read())
}

/// Writes the settings, without secrets, among the person's downloads. Tells the file's path.
#[tauri::command]
pub async fn export_settings(app: AppHandle, bridge: State<'_, Arc<Bridge>>) -> Result<String, ApiError> {
    let Reply::ExportSettings { text } = bridge.call(Command::ExportSettings).await? else {
        return Err(ApiError::new(ApiCode::Internal, Said::word("cli-reply")));
    };
    let folder = app.path().download_dir().or_else(|_| app.path().home_dir());
    let path = folder
        .map_err(|e| internal(Said::text(e)))
        .and_then(|folder| save_anew(&folder, &text).map_err(|e| internal(Said::at(&folder, Said::text(e)))))?;
    Ok(path.display().to_string())
}

/// What shows the pages.
const WEBVIEW: &str = if cfg!(target_os = "linux") {
    "WebKitGTK"
} else {
    "WebView"
};

/// The program that hosts the engine, as it is called.
pub struct Host(pub &'static str);

/// Looks after what Mailwren needs on this computer, and how its accounts stand.
#[tauri::command]
pub async fn examine(bridge: State<'_, Arc<Bridge>>, host: State<'_, Host>) -> Result<Vec<Check>, ApiError> {
    let bridge: &Bridge = &bridge;
    let mut names = doctor::system();
    names.extend(tauri::webview_version().map(|version| format!("{WEBVIEW} {version}")));
    names.push(host.0.to_owned());
    let mut checks = vec![of_system(&names)];
    checks.extend(doctor::examine(bridge.call(Command::Examine), true).await?);
    if let Reply::Status { status } = bridge.call(Command::Status).await? {
        let now = Timestamp::now();
        let accounts = status.accounts.iter().filter(|a| a.link != LinkState::Disabled);
        checks.extend(accounts.flat_map(|account| of_account(account, now)));
    }
    Ok(checks)
}

/// Writes a file under a name that no file has yet. Only its owner can read it.
fn save_anew(folder: &Path, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    for number in 1..=MOST_EXPORTS {
        let path = match number {
            1 => folder.join("mailwren-settings.toml"),
            n => folder.join(format!("mailwren-settings-{n}.toml")),
        };
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Closes the window that asks.
#[tauri::command]
pub async fn close_window(window: WebviewWindow) -> Result<(), ApiError> {
    window.close().map_err(|e| internal(Said::text(e)))
}

fn forbidden() -> ApiError {
    ApiError::new(ApiCode::Forbidden, Said::word("api-forbidden"))
}

const fn internal(what: Said) -> ApiError {
    ApiError::new(ApiCode::Internal, what)
}
