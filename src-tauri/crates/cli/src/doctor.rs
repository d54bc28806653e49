//! `mailwrenctl doctor`: looks after all that Mailwren needs, and says what to do.

use std::path::PathBuf;

use jiff::Timestamp;
use mailwren_core::doctor::{self, Check};
use mailwren_core::said::Said;
use mailwren_core::view::{Command, Reply, StepState};
use mailwren_core::words::Words;
use mailwren_desktop::doctor::examine;
use mailwren_engine::face::Face;

use crate::exit::Failure;
use crate::{open, print, trial};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One JSON object a line for each check.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Option<PathBuf>, arguments: &Arguments, words: &Words) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let mut told = Told {
        json: arguments.json,
        words,
        failed: 0,
    };
    let looked = look(&face, &mut told).await;
    face.close().await;
    looked?;
    match told.failed {
        0 => Ok(()),
        failed => Err(Failure::failed(Said::word("doctor-failed").with("n", failed))),
    }
}

/// The machine first, then each account: the way in, and what the engine that runs knows.
async fn look(face: &Face, told: &mut Told<'_>) -> Result<(), Failure> {
    let running = !face.hosts();
    for check in examine(face.call(Command::Examine), running).await? {
        told.tell(&check)?;
    }
    let Reply::Accounts { accounts } = face.call(Command::Accounts).await? else {
        return Err(Failure::unexpected());
    };
    for account in accounts.into_iter().filter(|account| account.enabled) {
        let jid = account.jid.clone();
        told.head(&jid)?;
        let tested = trial::run(face, account, None, |step| {
            if step.state == StepState::Running {
                return Ok(());
            }
            told.tell(&doctor::of_step(&jid, step))
        })
        .await;
        if let Err(failure) = tested {
            // Not even tried: the password isn't to be had.
            told.tell(&Check {
                about: doctor::About::Login,
                account: Some(jid.clone()),
                state: StepState::Failed,
                detail: failure.message().clone(),
                hint: Some(
                    failure
                        .remedy()
                        .cloned()
                        .unwrap_or_else(|| Said::word("doctor-login-do")),
                ),
            })?;
        }
        if !running {
            continue;
        }
        let Reply::Status { status } = face.call(Command::Status).await? else {
            return Err(Failure::unexpected());
        };
        for status in status.accounts.iter().filter(|status| status.jid == jid) {
            for check in doctor::of_account(status, Timestamp::now()) {
                told.tell(&check)?;
            }
        }
    }
    Ok(())
}

/// Prints checks, and counts those that failed.
struct Told<'a> {
    json: bool,
    words: &'a Words,
    failed: usize,
}

impl Told<'_> {
    fn head(&self, jid: &str) -> Result<(), Failure> {
        match self.json {
            true => Ok(()),
            false => print::out(&format!("\n{jid}")),
        }
    }

    fn tell(&mut self, check: &Check) -> Result<(), Failure> {
        if check.state == StepState::Failed {
            self.failed = self.failed.saturating_add(1);
        }
        if self.json {
            return print::json(&check.plain());
        }
        let mark = trial::mark(check.state, self.words);
        let name = check.about.name(self.words);
        let detail = check.detail.told(self.words);
        let mut lines = detail.lines();
        let first = lines.next().unwrap_or_default();
        print::out(&format!("{name:<20} {mark:<8} {first}"))?;
        lines.try_for_each(|line| print::out(&format!("{:30}{line}", "")))?;
        match &check.hint {
            Some(hint) => print::out(&format!("{:30}{}", "", hint.told(self.words))),
            None => Ok(()),
        }
    }
}
