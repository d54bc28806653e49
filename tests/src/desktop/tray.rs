//! The item in the tray, over the bus: StatusNotifierItem and its menu (com.canonical.dbusmenu).

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use zbus::zvariant::{OwnedValue, Structure, Value};
use zbus::{Connection, Proxy};

use crate::wait::eventually;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// An item that a tray host knows.
#[derive(Debug, Clone)]
pub struct TrayItem {
    item: Proxy<'static>,
}

/// One entry of a menu.
#[derive(Debug, Clone)]
pub struct MenuEntry {
    /// Its id.
    pub id: i32,
    /// Its label; empty for a separator.
    pub label: String,
    /// Whether it can be chosen.
    pub enabled: bool,
}

impl TrayItem {
    /// The one item registered at the bus's StatusNotifierWatcher, once it is there.
    pub(super) async fn registered(bus: &Connection) -> Result<Self> {
        let watcher = Proxy::new(bus, WATCHER, "/StatusNotifierWatcher", WATCHER).await?;
        let address = eventually("an item in the tray", async || {
            let items: Vec<String> = property(&watcher, "RegisteredStatusNotifierItems").await?;
            ensure!(items.len() <= 1, "several items: {items:?}");
            Ok(items.into_iter().next())
        })
        .await?;
        // Some hosts write "name/path", some "name@/path".
        let (name, path) = address.split_at(address.find('/').context("item without a path")?);
        let name = name.trim_end_matches('@').to_owned();
        let item = Proxy::new(bus, name, path.to_owned(), ITEM).await?;
        Ok(Self { item })
    }

    /// The tooltip: its title and its text.
    ///
    /// # Errors
    /// When the item is gone.
    pub async fn tooltip(&self) -> Result<(String, String)> {
        type ToolTip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let value: OwnedValue = property(&self.item, "ToolTip").await?;
        let (_, _, title, text) = ToolTip::try_from(Value::from(value).downcast::<Structure>()?)?;
        Ok((title, text))
    }

    /// Awaits that the tooltip's title fulfils a condition; gives it.
    ///
    /// # Errors
    /// When it doesn't; with what it says.
    pub async fn title(&self, what: &str, is: impl Fn(&str) -> bool) -> Result<String> {
        eventually(what, async || {
            let (title, text) = self.tooltip().await?;
            ensure!(is(&title), "the tooltip says {title:?}, {text:?}");
            Ok(Some(title))
        })
        .await
    }

    /// The icon's pixels in its largest size: width, height, ARGB.
    ///
    /// # Errors
    /// When the item is gone or has none.
    pub async fn icon(&self) -> Result<(i32, i32, Vec<u8>)> {
        let icons: Vec<(i32, i32, Vec<u8>)> = property(&self.item, "IconPixmap").await?;
        icons.into_iter().max_by_key(|(width, ..)| *width).context("no pixels")
    }

    /// A left click.
    ///
    /// # Errors
    /// When the item is gone.
    pub async fn activate(&self) -> Result<()> {
        self.item.call_method("Activate", &(0, 0)).await?;
        Ok(())
    }

    async fn menu(&self) -> Result<Proxy<'static>> {
        let path: zbus::zvariant::OwnedObjectPath = property(&self.item, "Menu").await?;
        let bus = self.item.connection().clone();
        Ok(Proxy::new_owned(bus, self.item.destination().to_owned(), path, MENU).await?)
    }

    /// The entries of its menu, submenus' included, in order.
    ///
    /// # Errors
    /// When the item is gone.
    pub async fn entries(&self) -> Result<Vec<MenuEntry>> {
        let menu = self.menu().await?;
        let names: &[&str] = &[];
        let reply = menu.call_method("GetLayout", &(0, -1, names)).await?;
        let (_revision, root): (u32, Layout) = reply.body().deserialize()?;
        let mut entries = Vec::new();
        flatten(root, &mut entries)?;
        Ok(entries)
    }

    /// Chooses the entry with this label.
    ///
    /// # Errors
    /// When there is none.
    pub async fn choose(&self, label: &str) -> Result<()> {
        let entries = self.entries().await?;
        let entry = entries.iter().find(|entry| entry.label == label);
        let id = entry.with_context(|| format!("no {label:?} in {entries:#?}"))?.id;
        let menu = self.menu().await?;
        // Without awaiting an answer: after Quit none comes.
        menu.call_noreply("Event", &(id, "clicked", Value::from(""), 0_u32))
            .await?;
        Ok(())
    }
}

/// `(ia{sv}av)`: id, properties, children of the same form.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

fn flatten((id, properties, children): Layout, entries: &mut Vec<MenuEntry>) -> Result<()> {
    let text = |name: &str| properties.get(name).and_then(|value| <&str>::try_from(value).ok());
    // Access keys are marked by an underscore, a real one is doubled.
    let label = text("label")
        .unwrap_or_default()
        .replace("__", "\u{0}")
        .replace('_', "")
        .replace('\u{0}', "_");
    let enabled = properties
        .get("enabled")
        .and_then(|value| bool::try_from(value).ok())
        .unwrap_or(true);
    if id != 0 {
        entries.push(MenuEntry { id, label, enabled });
    }
    for child in children {
        flatten(Layout::try_from(Value::from(child).downcast::<Structure>()?)?, entries)?;
    }
    Ok(())
}

/// A property as it is now, past any cache.
async fn property<T>(proxy: &Proxy<'_>, name: &str) -> Result<T>
where
    T: TryFrom<OwnedValue>,
    T::Error: Into<zbus::Error>,
{
    let interface = proxy.interface().to_owned();
    let properties = zbus::fdo::PropertiesProxy::builder(proxy.connection())
        .destination(proxy.destination().to_owned())?
        .path(proxy.path().to_owned())?
        .build()
        .await?;
    let value = properties.get(interface, name).await?;
    T::try_from(value).map_err(|error| anyhow::Error::from(error.into()))
}
