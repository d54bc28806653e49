//! Mailwren as it stays on a desktop, with a home of its own, so that several may be on the same one.

use anyhow::{Context as _, Result};
use serde_json::Value;
use tokio::process::Command;

use crate::ctl::Home;
use crate::desktop::Desktop;
use crate::place;
use crate::process::Process;
use crate::wait::eventually;

/// The program that stays and shows notifications, with its arguments.
pub const RESIDENT: &str = "mailwrenctl tray --hidden";

/// One that runs. It ends with its handle.
#[derive(Debug)]
pub struct Resident {
    /// Its home.
    pub home: Home,
    /// Its process.
    pub process: Process,
}

impl Resident {
    /// Starts a program, such as [`RESIDENT`], with a home's configuration, and awaits that push is proven on its accounts.
    ///
    /// # Errors
    /// When it isn't built, or push doesn't come.
    pub async fn start(desktop: &Desktop, home: Home, program: &str) -> Result<Self> {
        let mut words = program.split_whitespace();
        let name = words.next().context("no program")?;
        let mut command: Command = desktop.command(place::program(name)?);
        home.lodge(&mut command);
        command.args(words).arg("--config").arg(home.config());
        let process = Process::start(name, home.path(), command).await?;
        let resident = Self { home, process };
        eventually("push is proven on all accounts", async || {
            let said = resident.home.run(&["status", "--json"]).await?.json()?;
            let proven = |status: &Value| {
                let accounts = status["accounts"].as_array().filter(|accounts| !accounts.is_empty());
                accounts.is_some_and(|accounts| {
                    let proven = |account: &Value| account["link"] == "connected" && account["proven_at"].is_string();
                    accounts.iter().all(proven)
                })
            };
            Ok(said.iter().any(proven).then_some(()))
        })
        .await?;
        Ok(resident)
    }
}
