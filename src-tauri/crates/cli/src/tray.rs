//! `mailwrenctl tray`: the resident without WebKit. Its windows are the app's.

use std::path::PathBuf;

use mailwren_core::said::Said;
use mailwren_core::words::Words;
use mailwren_desktop::autostart::Resident;
use mailwren_desktop::resident;
use mailwren_desktop::tray::SessionBus;
use mailwren_desktop::windows::{self, WindowName};
use mailwren_engine::log;

use crate::exit::Failure;
use crate::open;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Start without a window.
    #[arg(long)]
    hidden: bool,
}

pub async fn run(config: Option<PathBuf>, verbose: u8, arguments: &Arguments, words: &Words) -> Result<(), Failure> {
    let opening = open::opening(config, true)?;
    if let Err(error) = log::init(verbose, Some(opening.profile.log_dir().as_path())) {
        tracing::warn!(%error, "nothing is logged to a file");
    }
    if windows::program().is_none() {
        Failure::failed(Said::word("resident-no-windows")).tell(words);
    }
    let first = (!arguments.hidden).then_some(WindowName::Feed);
    let own = std::env::current_exe().map_err(|e| Failure::failed(Said::text(e)))?;
    resident::run(&opening, first, Resident::Light(own), &SessionBus)
        .await
        .map_err(|e| Failure::failed(e.said()))
}
