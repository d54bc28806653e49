//! Makes windows on demand, and ends with the last.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mailwren_desktop::autostart::Resident;
use mailwren_desktop::windows::{Wanted, WindowName};
use mailwren_engine::profile::Profile;
use mailwren_engine::socket::Attached;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_window_state::StateFlags;
use tokio::runtime::Runtime;

use crate::bridge::{self, Bridge};
use crate::commands::{self, AtLogin, Host};

/// Shows windows until the last is closed, the engine ends, or the resident that hosts it does.
pub fn run(runtime: &Runtime, socket: &Path, first: Wanted, resident: Resident) -> Result<()> {
    display()?;
    let called = match resident {
        Resident::App(_) => "mailwren",
        Resident::Light(_) => "mailwrenctl tray",
    };
    let usual = Profile::open(None).is_ok_and(|usual| usual.socket() == socket);
    // To standard error alone: the log file is the resident's.
    if let Err(error) = mailwren_engine::log::init(0, None) {
        tracing::warn!(%error, "nothing is logged");
    }
    let attached = runtime
        .block_on(Attached::connect(socket))
        .context("the engine doesn't answer")?;
    let bridge = Arc::new(Bridge::new(attached));
    tauri::async_runtime::set(runtime.handle().clone());
    let places = tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build();
    let app = tauri::Builder::default()
        .plugin(places)
        .manage(bridge.clone())
        .manage(AtLogin(usual.then_some(resident)))
        .manage(Host(called))
        .invoke_handler(tauri::generate_handler![
            commands::feed_call,
            commands::settings_call,
            commands::open_link,
            commands::show_window,
            commands::start_demo,
            commands::start_at_login,
            commands::set_start_at_login,
            commands::export_settings,
            commands::examine,
            commands::close_window,
        ])
        .build(tauri::generate_context!())
        .context("can't start the user interface")?;

    let handle = app.handle().clone();
    show_now(&handle, first).context("can't open a window")?;
    runtime.spawn(bridge::forward(bridge, handle.clone()));
    // A thread of its own: a read of standard input can't be called off, and would keep the runtime from ending.
    std::thread::spawn(move || listen_to_resident(&handle));
    match app.run_return(|_, _| {}) {
        0 => Ok(()),
        code => bail!("the windows ended with code {code}"),
    }
}

/// Checks that there is a display, and says who we are on it: better here than as a panic inside GTK.
fn display() -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        // Wayland's app id and X11's WM_CLASS: by it, panels find the desktop file and its icon.
        gtk::glib::set_prgname(Some(mailwren_desktop::APP_ID));
        if gtk::init().is_err() {
            bail!("there is no display to show windows on");
        }
    }
    Ok(())
}

/// Shows what the resident asks for; ends with it. Blocks.
fn listen_to_resident(app: &AppHandle) {
    for line in std::io::stdin().lines().map_while(Result::ok) {
        if let Ok(wanted) = line.parse()
            && let Err(error) = show(app, wanted)
        {
            tracing::error!(%error, "a window couldn't be shown");
        }
    }
    app.exit(0);
}

/// Opens a window, or brings it to the front, on the main thread; then says so to the resident.
pub fn show(app: &AppHandle, wanted: Wanted) -> tauri::Result<()> {
    let handle = app.clone();
    let label = wanted.name.label();
    app.run_on_main_thread(move || match show_now(&handle, wanted) {
        // Without a resident nobody reads it.
        Ok(()) => drop(writeln!(std::io::stdout(), "{label}")),
        Err(error) => tracing::error!(%error, window = label, "a window couldn't be shown"),
    })
}

fn show_now(app: &AppHandle, wanted: Wanted) -> tauri::Result<()> {
    let name = wanted.name;
    if let Some(window) = app.get_webview_window(name.label()) {
        window.unminimize()?;
        window.show()?;
        return window.set_focus();
    }
    let page = WebviewUrl::App(wanted.page().into());
    let builder = WebviewWindowBuilder::new(app, name.label(), page)
        .on_navigation(is_ours)
        // Nothing in a page may open a window; the app does that itself.
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .disable_drag_drop_handler()
        .zoom_hotkeys_enabled(true)
        // In the language that the page speaks.
        .on_document_title_changed(|window, title| {
            if let Err(error) = window.set_title(&title) {
                tracing::warn!(%error, "a window keeps its old title");
            }
        });
    let builder = match name {
        // Its header bar is title bar and drag region.
        WindowName::Feed => builder
            .title("Mailwren")
            .inner_size(400.0, 640.0)
            .min_inner_size(340.0, 400.0)
            .decorations(false),
        WindowName::Settings => builder
            .title("Mailwren settings")
            .inner_size(820.0, 620.0)
            .min_inner_size(560.0, 420.0),
    };
    builder.build()?.set_focus()
}

/// Pages come from the app alone: `tauri://localhost`, or `http://tauri.localhost` on Windows.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_nowhere_but_to_our_own_pages() {
        let ours = |url: &str| Url::parse(url).is_ok_and(|u| is_ours(&u));
        assert!(ours("tauri://localhost/feed.html"));
        for foreign in [
            "https://example.org/",
            "file:///etc/passwd",
            "data:text/html,x",
            "tauri://elsewhere/",
            "about:blank",
        ] {
            assert!(!ours(foreign), "{foreign}");
        }
    }
}
