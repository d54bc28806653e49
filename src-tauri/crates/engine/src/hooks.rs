//! Rules' hooks: commands that are run for new mails.
//!
//! A command gets the event as one line of JSON on standard input and in `MAILWREN_*` environment variables. What comes
//! from the network is never an argument, and there is no shell. Few run at once, each for a bounded time.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use mailwren_core::event::Event;
use mailwren_core::model::HookCall;
use mailwren_core::policy::Outcome;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

/// A hook that takes longer is killed, with all it started.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many run at once.
const AT_ONCE: usize = 4;
/// So many wait; further ones are left out, and told in the log.
const WAITING: usize = 1_000;
/// So much of each output is logged, in bytes.
const OUTPUT: u64 = 4 << 10;

/// Runs hooks. When it goes, so do those that run.
pub(crate) struct Hooks {
    calls: mpsc::Sender<HookCall>,
    _task: AbortOnDropHandle<()>,
}

impl Hooks {
    pub(crate) fn new() -> Self {
        Self::with_patience(PATIENCE)
    }

    fn with_patience(patience: Duration) -> Self {
        let (calls, queue) = mpsc::channel(WAITING);
        Self {
            calls,
            _task: AbortOnDropHandle::new(tokio::spawn(work(queue, patience))),
        }
    }

    /// Has a hook run in its turn.
    pub(crate) fn run(&self, call: HookCall) {
        if let Err(mpsc::error::TrySendError::Full(call)) = self.calls.try_send(call) {
            tracing::warn!(rule = call.rule, "a hook wasn't run: too many are waiting");
        }
    }
}

async fn work(mut queue: mpsc::Receiver<HookCall>, patience: Duration) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    while let Some(call) = queue.recv().await {
        let Ok(permit) = permits.clone().acquire_owned().await else {
            return;
        };
        running.spawn(async move {
            run(call, patience).await;
            drop(permit);
        });
        while running.try_join_next().is_some() {}
    }
    while running.join_next().await.is_some() {}
}

/// Runs one hook to its end; what comes of it is logged. Its output may hold words of the mail, so it is told only to
/// those who ask for more than the usual log.
async fn run(call: HookCall, patience: Duration) {
    let rule = call.rule.clone();
    match tokio::time::timeout(patience, attend(&call)).await {
        Ok(Ok(Ended {
            success: true, output, ..
        })) => tracing::debug!(rule, output, "a hook ended"),
        Ok(Ok(Ended { status, output, .. })) => {
            tracing::warn!(rule, status, "a hook failed; `-vv` logs its output");
            tracing::debug!(rule, output, "what it said");
        }
        Ok(Err(error)) => tracing::warn!(rule, %error, "a hook can't be run"),
        Err(_) => tracing::warn!(
            rule,
            seconds = patience.as_secs(),
            "a hook took too long and was killed"
        ),
    }
}

struct Ended {
    success: bool,
    status: String,
    output: String,
}

async fn attend(call: &HookCall) -> std::io::Result<Ended> {
    let mut hook = command(call)?.spawn()?;
    let mut group = Group::of(&hook);
    let (input, output, errors) = (hook.stdin.take(), hook.stdout.take(), hook.stderr.take());
    let told = told(call);
    let write = async {
        if let Some(mut input) = input {
            // A hook needn't read it.
            input.write_all(told.as_bytes()).await.ok();
        }
    };
    let ((), output, errors, status) = tokio::join!(write, beginning(output), beginning(errors), hook.wait());
    let status = status?;
    // All that had its outputs has closed them.
    group.0 = None;
    Ok(Ended {
        success: status.success(),
        status: status.to_string(),
        output: [output, errors].concat(),
    })
}

/// A hook's process group: itself and what it starts. They are killed if it is left before their end, which for a hook
/// that leaves others behind is when the last of its outputs is closed.
struct Group(Option<Pid>);

impl Group {
    fn of(hook: &Child) -> Self {
        Self(hook.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.0 {
            kill_process_group(id, Signal::KILL).ok();
        }
    }
}

fn command(call: &HookCall) -> std::io::Result<Command> {
    let (program, arguments) = call
        .command
        .split_first()
        .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::InvalidInput))?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    for (name, value) in environment(call) {
        // An environment can't hold NUL.
        command.env(name, value.unwrap_or_default().replace('\0', ""));
    }
    Ok(command)
}

/// The variables of a hook; unknown ones are empty, so that none of an outer Mailwren shows through.
fn environment(call: &HookCall) -> [(&'static str, Option<&str>); 12] {
    let event = &call.row.event;
    let from = event.from.as_ref();
    [
        ("MAILWREN_RULE", Some(call.rule.as_str())),
        ("MAILWREN_OUTCOME", outcome(call).map(outcome_name)),
        ("MAILWREN_ACCOUNT", Some(call.row.account.as_str())),
        ("MAILWREN_FOLDER", event.mailbox.as_deref()),
        ("MAILWREN_NODE", event.node.as_deref()),
        ("MAILWREN_ITEM", event.item.as_deref()),
        ("MAILWREN_SENDER_NAME", from.and_then(|f| f.name.as_deref())),
        ("MAILWREN_SENDER_ADDRESS", from.and_then(|f| f.address.as_deref())),
        ("MAILWREN_SUBJECT", event.subject.as_deref()),
        ("MAILWREN_SNIPPET", event.snippet.as_deref()),
        ("MAILWREN_MESSAGE_ID", event.message_id.as_deref()),
        ("MAILWREN_LINK", event.link.as_deref()),
    ]
}

fn outcome(call: &HookCall) -> Option<Outcome> {
    call.row.reason.as_ref().map(|reason| reason.outcome)
}

const fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Notify => "notify",
        Outcome::Silent => "silent",
        Outcome::Suppress => "suppress",
        Outcome::Group => "group",
    }
}

/// One line of JSON: the event as `mailwrenctl decode` prints it, with account, row, rule and outcome.
fn told(call: &HookCall) -> String {
    #[derive(Serialize)]
    struct Told<'a> {
        account: &'a str,
        seq: i64,
        rule: &'a str,
        outcome: Option<Outcome>,
        #[serde(flatten)]
        event: &'a Event,
    }
    let told = Told {
        account: &call.row.account,
        seq: call.row.seq,
        rule: &call.rule,
        outcome: outcome(call),
        event: &call.row.event,
    };
    serde_json::to_string(&told).map_or_else(|_| String::new(), |json| json + "\n")
}

/// The beginning of an output; the rest is read and dropped, so that the hook doesn't wait for us.
async fn beginning(output: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut output) = output else {
        return String::new();
    };
    let mut kept = Vec::new();
    let read = (&mut output).take(OUTPUT).read_to_end(&mut kept).await;
    if read.is_ok() {
        tokio::io::copy(&mut output, &mut tokio::io::sink()).await.ok();
    }
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

    use std::path::Path;

    use jiff::Timestamp;
    use mailwren_core::event::{Kind, Sender};
    use mailwren_core::view::Row;

    use super::*;

    fn call(command: &[&str]) -> HookCall {
        let mut event = Event::bare(Kind::New);
        event.subject = Some("-rf / $(touch x)\0; 'quoted'".to_owned());
        event.from = Some(Sender {
            name: None,
            address: Some("m@example.org".to_owned()),
        });
        HookCall {
            rule: "a rule".to_owned(),
            command: command.iter().map(ToString::to_string).collect(),
            row: Row {
                seq: 7,
                rev: 7,
                account: "sam@example.org".to_owned(),
                received_at: Timestamp::UNIX_EPOCH,
                delayed: false,
                unread: true,
                gone_at: None,
                replaced: false,
                snoozed_until: None,
                acted: None,
                reason: None,
                opens: None,
                event,
            },
        }
    }

    async fn said(script: &str) -> String {
        let ended = attend(&call(&["sh", "-c", script])).await.unwrap();
        assert!(ended.success, "{}: {}", ended.status, ended.output);
        ended.output
    }

    #[tokio::test]
    async fn a_hook_gets_the_event_as_a_line_of_json() {
        let told: serde_json::Value = serde_json::from_str(&said("head -n1").await).unwrap();
        assert_eq!(told["account"], "sam@example.org");
        assert_eq!((&told["seq"], &told["rule"]), (&7.into(), &"a rule".into()));
        assert_eq!(told["from"]["address"], "m@example.org");
        assert_eq!(told["kind"], "new");
    }

    #[tokio::test]
    async fn a_hook_gets_variables_without_nul_and_nobody_interprets_them() {
        let script = r#"printf '%s|%s|%s' "$MAILWREN_SUBJECT" "$MAILWREN_SENDER_ADDRESS" "$MAILWREN_SNIPPET""#;
        assert_eq!(said(script).await, "-rf / $(touch x); 'quoted'|m@example.org|");
    }

    #[tokio::test]
    async fn a_hook_gets_its_own_arguments_alone_and_no_shell() {
        let ended = attend(&call(&["printf", "%s,", "$HOME", "*"])).await.unwrap();
        assert_eq!(ended.output, "$HOME,*,");
    }

    #[tokio::test]
    async fn only_the_beginning_of_an_output_is_kept_and_the_hook_still_ends() {
        let output = said("head -c 1000000 /dev/zero | tr '\\0' x").await;
        assert_eq!(output.len(), 4096);
    }

    #[tokio::test]
    async fn what_cant_be_run_is_no_more_than_an_error() {
        assert!(attend(&call(&["/nonexistent/program"])).await.is_err());
        assert!(attend(&call(&[])).await.is_err());
        let failed = attend(&call(&["false"])).await.unwrap();
        assert!(!failed.success);
    }

    /// Reads as end of file once every process that has the pipe open is gone.
    async fn writers_are_gone(fifo: &Path) {
        let mut reader = tokio::fs::File::open(fifo).await.unwrap();
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).await.unwrap();
    }

    #[tokio::test]
    async fn a_hook_that_takes_too_long_is_killed_with_all_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("alive");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(made.success());
        // One that stays itself, and one that leaves a child behind.
        for last in ["exec sleep 1000", "exit"] {
            let hold = format!("exec 3>'{}'; sleep 1000 & {last}", fifo.display());
            let fifo = fifo.clone();
            let gone = tokio::spawn(async move { writers_are_gone(&fifo).await });
            run(call(&["sh", "-c", &hold]), Duration::from_millis(300)).await;
            tokio::time::timeout(Duration::from_secs(60), gone)
                .await
                .expect("a child of the hook lives on")
                .unwrap();
        }
    }

    #[tokio::test]
    async fn only_a_few_run_at_once_and_none_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let hooks = Hooks::with_patience(Duration::from_secs(60));
        // Each notes how many are there with it, then leaves.
        let script = format!(
            "cd '{}' && touch run.$$ && ls run.* | wc -l >> seen && sleep 0.05; rm -f run.$$; echo >> done",
            dir.path().display()
        );
        for _ in 0..12 {
            hooks.run(call(&["sh", "-c", &script]));
        }
        let lines = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap_or_default();
        tokio::time::timeout(Duration::from_secs(60), async {
            while lines("done").lines().count() < 12 {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("all of them run");
        let most = lines("seen")
            .lines()
            .filter_map(|n| n.trim().parse::<usize>().ok())
            .max();
        assert!(most.is_some_and(|most| most <= AT_ONCE), "{most:?} at once");
    }
}
