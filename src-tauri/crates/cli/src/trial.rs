//! An account test, step by step, as `account test` and `discover` show it.

use mailwren_core::account::Account;
use mailwren_core::discovery::Discovery;
use mailwren_core::doctor::About;
use mailwren_core::said::Said;
use mailwren_core::view::{Command, Notice, Reply, StepState, TestStep};
use mailwren_core::words::Words;
use mailwren_engine::face::Face;

use crate::exit::Failure;
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
                Err(_) => return Err(Failure::failed(Said::word("cli-ended"))),
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
        _ => Err(Failure::unexpected()),
    }
}

/// Prints a step that ended.
pub fn print(step: &TestStep, words: &Words) -> Result<(), Failure> {
    if step.state == StepState::Running {
        return Ok(());
    }
    let (name, mark) = (About::from(step.name).name(words), mark(step.state, words));
    let took = words.say("millis", [("n", step.millis.into())]);
    let detail = step.detail.told(words);
    let mut lines = detail.lines();
    let first = lines.next().unwrap_or_default();
    print::out(&format!("{name:<11} {mark:<8} {first} ({took})"))?;
    lines.try_for_each(|line| print::out(&format!("{:21}{line}", "")))?;
    if let Some(hint) = &step.hint {
        print::out(&format!("{:21}{}", "", hint.told(words)))?;
    }
    if let Some(fingerprint) = &step.fingerprint {
        print::out(&format!("{:21}SHA-256 {fingerprint}", ""))?;
    }
    Ok(())
}

/// How a step or a check stands, in a word.
pub fn mark(state: StepState, words: &Words) -> String {
    match state {
        StepState::Running => "…".to_owned(),
        StepState::Passed => words.word("cli-passed"),
        StepState::Warned => "!".to_owned(),
        StepState::Failed => words.word("cli-failed"),
    }
}
