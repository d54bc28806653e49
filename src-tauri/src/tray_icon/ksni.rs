//! The tray on Linux: a StatusNotifierItem.

use anyhow::Result;
use tokio::runtime::{Builder, Runtime};

pub use mailwren_desktop::tray::SessionBus as Place;

/// What the resident runs on: with one thread for all but what blocks, memory is taken from one arena.
pub fn runtime() -> Builder {
    Builder::new_current_thread()
}

/// Runs the resident to its end.
pub fn host<F: Future<Output = Result<()>>>(runtime: &Runtime, resident: impl FnOnce(Place) -> F) -> Result<()> {
    runtime.block_on(resident(Place))
}
