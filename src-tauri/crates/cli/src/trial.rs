//! An account test, step by step, as `account test` and `discover` show it.

use mailwren_core::account::Account;
use mailwren_core::discovery::Discovery;
use mailwren_core::view::{Command, Notice, Reply, StepState, TestStep};
use mailwren_engine::face::Face;

use crate::exit::{Failure, Said};
use crate::print;

/// How a test ended.
pub struct Outcome {
    pub passed: bool,
    pub found: Discovery,
    /// A certificate that wasn't trusted, where none is pinned: a person may know better.
    pub untrusted: Option<String>,
}

/// Tries an account out; `tell` is given each step that ended.
pub async fn run(
    face: &Face,
    account: Account,
    password: Option<String>,
    mut tell: impl FnMut(&TestStep) -> Result<(), Failure>,
) -> Result<Outcome, Failure> {
    let mut notices = face.notices();
    let run = std::process::id();
    let reply = face.call(Command::TestAccount {
        account,
        password,
        mailbox_password: None,
        run,
    });
    tokio::pin!(reply);
    let mut ended = None;
    let mut untrusted = None;
    loop {
        tokio::select! {
            biased;
            notice = notices.recv() => match notice {
                Ok(Notice::Test { run: of, step }) if of == run => {
                    if let Some(fingerprint) = step.fingerprint.as_ref().filter(|_| !step.changed) {
                        untrusted = Some(fingerprint.clone());
                    }
                    tell(&step)?;
                }
                Ok(_) => {}
                Err(_) => return Err(Failure::failed(Said::Words("cli-ended", Vec::new()))),
            },
            reply = &mut reply, if ended.is_none() => ended = Some(reply?),
            // Every step was queued before the reply came.
            () = std::future::ready(()), if ended.is_some() => break,
        }
    }
    match ended {
        Some(Reply::TestAccount { passed, found }) => Ok(Outcome {
            passed,
            found,
            untrusted,
        }),
        _ => Err(Failure::failed("unexpected reply")),
    }
}

/// Prints a step that ended.
pub fn print(step: &TestStep) -> Result<(), Failure> {
    let mark = match step.state {
        StepState::Running => return Ok(()),
        StepState::Passed => "ok",
        StepState::Warned => "!",
        StepState::Failed => "FAILED",
    };
    let name = format!("{:?}", step.name);
    print::out(&format!("{name:<9} {mark:<6} {} ({} ms)", step.detail, step.millis))?;
    if let Some(hint) = &step.hint {
        print::out(&format!("{:17}{hint}", ""))?;
    }
    if let Some(fingerprint) = &step.fingerprint {
        print::out(&format!("{:17}SHA-256 {fingerprint}", ""))?;
    }
    Ok(())
}
