//! The StatusNotifierItem (by ksni): left click opens the feed, which libayatana-appindicator can't tell apart.

use futures::FutureExt as _;
use ksni::TrayMethods;
use ksni::menu::{StandardItem, SubMenu};
use mailwren_core::view::TrayShape;
use tokio::sync::mpsc;

use super::{Entry, Icon, Place, TrayAction, TrayView};
use crate::glyph::{self, Pixmap};
use crate::text;

/// Why there is no tray item.
#[derive(Debug, thiserror::Error)]
pub enum TrayError {
    /// There is no session bus to offer it on.
    #[error("no session bus for the tray icon: {0}")]
    Bus(String),
}

/// The tray item.
struct Tray {
    view: TrayView,
    icons: Vec<ksni::Icon>,
    actions: mpsc::Sender<TrayAction>,
}

/// Keeps the item on the bus; dropping it takes the item away.
pub struct TrayHandle(ksni::Handle<Tray>);

/// The session bus, which is found anew each time.
#[derive(Debug, Clone, Copy)]
pub struct SessionBus;

impl Place for SessionBus {
    type Icon = TrayHandle;
    type Error = TrayError;

    /// Offers the item on the bus. It runs on without a panel that shows it, and registers when one appears.
    fn show(
        &self,
        view: TrayView,
        actions: mpsc::Sender<TrayAction>,
    ) -> impl Future<Output = Result<TrayHandle, TrayError>> + Send {
        async move {
            let icons = icons(&view);
            let tray = Tray { view, icons, actions };
            match tray.assume_sni_available(true).spawn().await {
                Ok(handle) => Ok(TrayHandle(handle)),
                Err(error) => Err(TrayError::Bus(error.to_string())),
            }
        }
        .boxed()
    }
}

impl Icon for TrayHandle {
    fn update(&self, view: TrayView) -> impl Future<Output = ()> + Send {
        let shown = self.0.update(|tray| {
            if (tray.view.shape, tray.view.unread.min(10)) != (view.shape, view.unread.min(10)) {
                tray.icons = icons(&view);
            }
            tray.view = view;
        });
        shown.map(drop).boxed()
    }
}

impl Tray {
    fn tell(&self, action: TrayAction) {
        if let Err(error) = self.actions.try_send(action) {
            tracing::warn!(%error, "a choice at the tray was lost");
        }
    }
}

impl Drop for TrayHandle {
    fn drop(&mut self) {
        drop(self.0.shutdown());
    }
}

impl ksni::Tray for Tray {
    fn id(&self) -> String {
        "mailwren".to_owned()
    }

    fn title(&self) -> String {
        "Mailwren".to_owned()
    }

    fn category(&self) -> ksni::Category {
        ksni::Category::Communications
    }

    /// What needs a person isn't to be tucked away.
    fn status(&self) -> ksni::Status {
        match self.view.shape {
            TrayShape::Error => ksni::Status::NeedsAttention,
            _ => ksni::Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.icons.clone()
    }

    /// Only where it is shown: a tray reads all there is, pictures too, whenever anything has changed.
    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        match ksni::Tray::status(self) {
            ksni::Status::NeedsAttention => self.icons.clone(),
            _ => Vec::new(),
        }
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        ksni::ToolTip {
            title: self.view.title.clone(),
            // "It can contain also a subset of the HTML markup language": so what we have is escaped.
            description: self
                .view
                .lines
                .iter()
                .map(|l| text::markup(l))
                .collect::<Vec<_>>()
                .join("\n"),
            ..ksni::ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.tell(TrayAction::OpenFeed);
    }

    fn secondary_activate(&mut self, _x: i32, _y: i32) {
        self.tell(TrayAction::OpenFeed);
    }

    fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
        self.view.menu.iter().map(menu_item).collect()
    }

    fn watcher_online(&self) {
        tracing::info!("a tray is there");
    }

    fn watcher_offline(&self, reason: ksni::OfflineReason) -> bool {
        tracing::info!(?reason, "no tray; the icon shows up when one appears");
        true
    }
}

fn icons(view: &TrayView) -> Vec<ksni::Icon> {
    glyph::tray_icon(view.shape, view.unread)
        .iter()
        .filter_map(icon)
        .collect()
}

fn icon(pixmap: &Pixmap) -> Option<ksni::Icon> {
    let side = i32::try_from(pixmap.size).ok()?;
    Some(ksni::Icon {
        width: side,
        height: side,
        data: pixmap.argb(),
    })
}

fn menu_item(entry: &Entry) -> ksni::MenuItem<Tray> {
    match entry {
        Entry::Separator => ksni::MenuItem::Separator,
        Entry::Item { label, action } => {
            let action = *action;
            StandardItem {
                label: text::label(label),
                activate: Box::new(move |tray: &mut Tray| tray.tell(action)),
                ..StandardItem::default()
            }
            .into()
        }
        Entry::Submenu { label, entries } => SubMenu {
            label: text::label(label),
            submenu: entries.iter().map(menu_item).collect(),
            ..SubMenu::default()
        }
        .into(),
    }
}
