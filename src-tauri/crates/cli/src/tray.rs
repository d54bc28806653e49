//! `mailwrenctl tray`: the resident without WebKit. Its windows are the app's.

use std::path::PathBuf;

use mailwren_core::said::Said;
use mailwren_core::words::Words;
use mailwren_desktop::resident;
use mailwren_desktop::tray::SessionBus;
use mailwren_desktop::windows::{Program, WindowName};
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
    if !Program::App.is_there() {
        Failure::failed(Said::word("cli-no-app")).tell(words);
    }
    let first = (!arguments.hidden).then_some(WindowName::Feed);
    resident::run(&opening, first, Program::App, &SessionBus)
        .await
        .map_err(|e| Failure::failed(e.said()))
}
