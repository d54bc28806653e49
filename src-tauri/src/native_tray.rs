//! Tauri's own tray, for systems without StatusNotifierItem: macOS and Windows. Not used on Linux, where it swallows the
//! left click; the feature `tauri-tray` has it compiled there, so that it doesn't rot.

use mailwren_desktop::glyph;
use mailwren_desktop::tray::{Entry, TrayAction, TrayView};
use tauri::image::Image;
use tauri::menu::{Menu, MenuBuilder, MenuItemBuilder, Submenu, SubmenuBuilder};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};
use tokio::sync::mpsc;

/// Pixels of the icon that is handed over; the system scales it down.
const SIDE: u32 = 32;

/// The tray icon.
pub struct NativeTray {
    app: AppHandle,
    icon: TrayIcon<Wry>,
    shown: TrayView,
    choices: std::sync::Arc<std::sync::Mutex<Vec<TrayAction>>>,
}

impl NativeTray {
    /// Puts the icon into the tray. What a person chooses comes through `actions`.
    pub fn show(app: &AppHandle, view: TrayView, actions: mpsc::Sender<TrayAction>) -> tauri::Result<Self> {
        let choices = std::sync::Arc::<std::sync::Mutex<Vec<TrayAction>>>::default();
        let (chosen, clicked) = (choices.clone(), actions.clone());
        let icon = TrayIconBuilder::with_id("mailwren")
            .show_menu_on_left_click(false)
            .on_menu_event(move |_, event| {
                let place = event.id().as_ref().parse::<usize>().ok();
                let choices = chosen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if let Some(action) = place.and_then(|place| choices.get(place)) {
                    tell(&actions, *action);
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
            .build(app)?;
        let tray = Self {
            app: app.clone(),
            icon,
            shown: view,
            choices,
        };
        tray.draw()?;
        Ok(tray)
    }

    /// Shows a new view; does nothing when it equals the present one.
    pub fn update(&mut self, view: TrayView) -> tauri::Result<()> {
        if self.shown == view {
            return Ok(());
        }
        self.shown = view;
        self.draw()
    }

    fn draw(&self) -> tauri::Result<()> {
        let view = &self.shown;
        let sizes = glyph::tray_icon(view.shape, view.unread);
        if let Some(pixmap) = sizes.iter().find(|p| p.size >= SIDE).or(sizes.last()) {
            self.icon
                .set_icon(Some(Image::new_owned(pixmap.rgba.clone(), pixmap.size, pixmap.size)))?;
        }
        let mut tooltip = vec![view.title.as_str()];
        tooltip.extend(view.lines.iter().map(String::as_str));
        self.icon.set_tooltip(Some(tooltip.join("\n")))?;
        let mut choices = Vec::new();
        self.icon.set_menu(Some(menu(&self.app, &view.menu, &mut choices)?))?;
        *self.choices.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = choices;
        Ok(())
    }
}

fn tell(actions: &mpsc::Sender<TrayAction>, action: TrayAction) {
    if let Err(error) = actions.try_send(action) {
        tracing::warn!(%error, "a choice at the tray was lost");
    }
}

/// The menu; an entry's id is its place among the choices.
fn menu(app: &AppHandle, entries: &[Entry], choices: &mut Vec<TrayAction>) -> tauri::Result<Menu<Wry>> {
    let mut menu = MenuBuilder::new(app);
    for entry in entries {
        menu = match entry {
            Entry::Separator => menu.separator(),
            Entry::Item { label, action } => menu.item(&item(app, label, *action, choices)?),
            Entry::Submenu { label, entries } => menu.item(&submenu(app, label, entries, choices)?),
        };
    }
    menu.build()
}

fn submenu(
    app: &AppHandle,
    label: &str,
    entries: &[Entry],
    choices: &mut Vec<TrayAction>,
) -> tauri::Result<Submenu<Wry>> {
    let mut menu = SubmenuBuilder::new(app, shown(label));
    for entry in entries {
        menu = match entry {
            Entry::Separator => menu.separator(),
            Entry::Item { label, action } => menu.item(&item(app, label, *action, choices)?),
            Entry::Submenu { label, entries } => menu.item(&submenu(app, label, entries, choices)?),
        };
    }
    menu.build()
}

fn item(
    app: &AppHandle,
    label: &str,
    action: TrayAction,
    choices: &mut Vec<TrayAction>,
) -> tauri::Result<tauri::menu::MenuItem<Wry>> {
    choices.push(action);
    MenuItemBuilder::with_id((choices.len() - 1).to_string(), shown(label)).build(app)
}

/// An ampersand would name a key to press.
fn shown(label: &str) -> String {
    label.replace('&', "&&")
}
