//! `mailwrenctl pause` and `mailwrenctl resume`: popups are withheld, and come as one summary at the end.

use std::path::PathBuf;

use jiff::ZonedDateTime;
use mailwren_core::view::Command;
use mailwren_core::words::Words;

use crate::exit::Failure;
use crate::later::Until;
use crate::{open, print};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Until when: hour, evening, tomorrow, monday, or a time such as 2030-01-31T08:00:00Z. Until resumed if left out.
    until: Option<Until>,
}

pub async fn run(config: Option<PathBuf>, arguments: &Arguments, words: &Words) -> Result<(), Failure> {
    let now = ZonedDateTime::now();
    let until = arguments.until.map(|Until(later)| later.from(&now));
    ask(config, Command::Pause { until }).await?;
    match until {
        Some(until) => {
            let until = until.to_zoned_datetime(now.time_zone().clone());
            let time = until.strftime("%Y-%m-%d %H:%M").to_string();
            print::out(&words.say("paused-until", [("time", time.into())]))
        }
        None => print::out(&words.word("cli-paused")),
    }
}

pub async fn resume(config: Option<PathBuf>) -> Result<(), Failure> {
    ask(config, Command::Resume).await
}

async fn ask(config: Option<PathBuf>, command: Command) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let reply = face.call(command).await;
    face.close().await;
    reply.map(|_| ()).map_err(Failure::from)
}
