//! The tray on Linux: a StatusNotifierItem.

use anyhow::Result;
use mailwren_desktop::tray::{Tray, TrayAction, TrayView};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

pub use mailwren_desktop::tray::TrayHandle as Icon;

/// Where the icon is put: the session bus, which is found anew each time.
#[derive(Clone, Copy)]
pub struct Place;

/// Runs the resident to its end.
pub fn host<F: Future<Output = Result<()>>>(runtime: &Runtime, resident: impl FnOnce(Place) -> F) -> Result<()> {
    runtime.block_on(resident(Place))
}

/// Puts the icon into the tray. What a person chooses comes through `actions`.
pub async fn show(_: &Place, view: TrayView, actions: mpsc::Sender<TrayAction>) -> Result<Icon> {
    Ok(Tray::spawn(view, actions).await?)
}
