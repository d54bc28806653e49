//! Tauri's own tray, for systems without StatusNotifierItem: macOS and Windows. Not used on Linux, where it swallows the
//! left click; the feature `tauri-tray` has it compiled there, so that it doesn't rot.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use mailwren_desktop::glyph;
use mailwren_desktop::tray::{self, Entry, TrayAction, TrayView};
use tauri::image::Image;
use tauri::menu::{IsMenuItem, Menu, MenuItem, MenuItemKind, PredefinedMenuItem, Submenu};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, RunEvent, Wry};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

/// Pixels of the icon that is handed over; the system scales it down.
const SIDE: u32 = 32;

/// Where the icon is put: an app without a window, whose event loop drives it.
pub struct Place(AppHandle);

/// What the resident runs on, beside the main thread.
pub fn runtime() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2);
    builder
}

/// Runs the resident to its end beside the event loop, which these systems want on the main thread.
pub fn host<F>(runtime: &Runtime, resident: impl FnOnce(Place) -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    tauri::async_runtime::set(runtime.handle().clone());
    let app = tauri::Builder::default()
        .build(tauri::generate_context!())
        .context("can't start the user interface")?;
    let handle = app.handle().clone();
    let resident = resident(Place(handle.clone()));
    let ended = runtime.spawn(async move {
        let ended = resident.await;
        handle.exit(0);
        ended
    });
    app.run_return(|_, event| {
        // Without windows it would end at once.
        if let RunEvent::ExitRequested { api, code: None, .. } = event {
            api.prevent_exit();
        }
    });
    runtime.block_on(ended)?
}

/// The icon in the tray.
pub struct Icon {
    app: AppHandle,
    icon: TrayIcon<Wry>,
    shown: Arc<Mutex<Shown>>,
}

/// What the tray shows now.
#[derive(Default)]
struct Shown {
    view: Option<TrayView>,
    /// What the menu's entries do; an entry's id is its place here.
    choices: Vec<TrayAction>,
}

impl tray::Place for Place {
    type Icon = Icon;
    type Error = tauri::Error;

    async fn show(&self, view: TrayView, actions: mpsc::Sender<TrayAction>) -> Result<Icon, tauri::Error> {
        let shown = Arc::<Mutex<Shown>>::default();
        let (asked, clicked) = (shown.clone(), actions.clone());
        let icon = TrayIconBuilder::with_id("mailwren")
            .show_menu_on_left_click(false)
            .on_menu_event(move |_, event| {
                let place = event.id().as_ref().parse::<usize>().ok();
                if let Some(action) = place.and_then(|place| lock(&asked).choices.get(place).copied()) {
                    tell(&actions, action);
                }
            })
            .on_tray_icon_event(move |_, event| {
                if let TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } = event
                {
                    tell(&clicked, TrayAction::OpenFeed);
                }
            })
            .build(&self.0)?;
        let icon = Icon {
            app: self.0.clone(),
            icon,
            shown,
        };
        tray::Icon::update(&icon, view).await;
        Ok(icon)
    }
}

impl tray::Icon for Icon {
    /// Shows a new view; does nothing when it equals the present one.
    async fn update(&self, view: TrayView) {
        if lock(&self.shown).view.as_ref() == Some(&view) {
            return;
        }
        match self.draw(&view) {
            Ok(choices) => {
                *lock(&self.shown) = Shown {
                    view: Some(view),
                    choices,
                }
            }
            Err(error) => tracing::warn!(%error, "the tray shows old news"),
        }
    }
}

impl Icon {
    /// Returns what the menu's entries do.
    fn draw(&self, view: &TrayView) -> tauri::Result<Vec<TrayAction>> {
        let sizes = glyph::tray_icon(view.shape, view.unread);
        if let Some(pixmap) = sizes.iter().find(|p| p.size >= SIDE).or(sizes.last()) {
            self.icon
                .set_icon(Some(Image::new_owned(pixmap.rgba.clone(), pixmap.size, pixmap.size)))?;
        }
        let mut tooltip = vec![view.title.as_str()];
        tooltip.extend(view.lines.iter().map(String::as_str));
        self.icon.set_tooltip(Some(tooltip.join("\n")))?;
        let mut choices = Vec::new();
        let entries = entries(&self.app, &view.menu, &mut choices)?;
        self.icon
            .set_menu(Some(Menu::with_items(&self.app, &borrowed(&entries))?))?;
        Ok(choices)
    }
}

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tell(actions: &mpsc::Sender<TrayAction>, action: TrayAction) {
    if let Err(error) = actions.try_send(action) {
        tracing::warn!(%error, "a choice at the tray was lost");
    }
}

fn entries(app: &AppHandle, wanted: &[Entry], choices: &mut Vec<TrayAction>) -> tauri::Result<Vec<MenuItemKind<Wry>>> {
    wanted
        .iter()
        .map(|entry| {
            Ok(match entry {
                Entry::Separator => MenuItemKind::Predefined(PredefinedMenuItem::separator(app)?),
                Entry::Item { label, action } => {
                    let id = choices.len().to_string();
                    choices.push(*action);
                    MenuItemKind::MenuItem(MenuItem::with_id(app, id, shown(label), true, None::<&str>)?)
                }
                Entry::Submenu { label, entries: inner } => {
                    let inner = entries(app, inner, choices)?;
                    MenuItemKind::Submenu(Submenu::with_items(app, shown(label), true, &borrowed(&inner))?)
                }
            })
        })
        .collect()
}

fn borrowed(entries: &[MenuItemKind<Wry>]) -> Vec<&dyn IsMenuItem<Wry>> {
    entries.iter().map(|entry| entry as &dyn IsMenuItem<Wry>).collect()
}

/// An ampersand would name a key to press.
fn shown(label: &str) -> String {
    label.replace('&', "&&")
}
