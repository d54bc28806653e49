//! The tray on Linux: a StatusNotifierItem.

use anyhow::Result;
use tokio::runtime::Runtime;

pub use mailwren_desktop::tray::SessionBus as Place;

/// Runs the resident to its end.
pub fn host<F: Future<Output = Result<()>>>(runtime: &Runtime, resident: impl FnOnce(Place) -> F) -> Result<()> {
    runtime.block_on(resident(Place))
}
