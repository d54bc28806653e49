//! A child process whose lines and end are awaited, and which never outlives its handle.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;

use crate::wait::within;

/// How long a process may take over its own end before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// All lines that came on a stream so far; closed at its end.
type Lines = watch::Receiver<Vec<String>>;

/// A running child process. It stays in the test's process group, so that a runner that kills the test kills it too.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines,
    stderr: Lines,
}

impl Process {
    /// Starts a command. What it prints goes into `<name>.out` and `<name>.err` in `logs`, too.
    ///
    /// # Errors
    /// When it can't be started.
    pub async fn start(name: &str, logs: &Path, mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {name}"))?;
        let stdout = child.stdout.take().context("no stdout")?;
        let stderr = child.stderr.take().context("no stderr")?;
        Ok(Self {
            name: name.to_owned(),
            stdin: child.stdin.take(),
            stdout: record(stdout, &logs.join(format!("{name}.out"))).await?,
            stderr: record(stderr, &logs.join(format!("{name}.err"))).await?,
            child,
        })
    }

    /// Its process id; `None` once its end has been seen.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Awaits the first line on stdout, from line number `from` on, of which `take` makes something.
    ///
    /// # Errors
    /// When it ends before, or none comes in time; with what it printed instead.
    pub async fn stdout<T>(&self, what: &str, from: usize, take: impl Fn(&str) -> Option<T>) -> Result<T> {
        self.line(what, self.stdout.clone(), from, take).await
    }

    /// The same for stderr.
    ///
    /// # Errors
    /// As [`Process::stdout`].
    pub async fn stderr<T>(&self, what: &str, from: usize, take: impl Fn(&str) -> Option<T>) -> Result<T> {
        self.line(what, self.stderr.clone(), from, take).await
    }

    /// All of stdout so far.
    pub fn printed(&self) -> Vec<String> {
        self.stdout.borrow().clone()
    }

    /// How many lines stdout has had so far.
    pub fn printed_lines(&self) -> usize {
        self.stdout.borrow().len()
    }

    /// All of stderr so far.
    pub fn complained(&self) -> Vec<String> {
        self.stderr.borrow().clone()
    }

    async fn line<T>(&self, what: &str, mut lines: Lines, from: usize, take: impl Fn(&str) -> Option<T>) -> Result<T> {
        let found = |lines: &Vec<String>| lines.iter().skip(from).find_map(|line| take(line));
        let seen = within(
            format_args!("{}: {what}", self.name),
            lines.wait_for(|lines| found(lines).is_some()),
        )
        .await;
        match seen {
            Ok(Ok(lines)) => found(&lines).ok_or_else(|| anyhow!("a line vanished")),
            Ok(Err(_)) => bail!("{} ended before: {what}\n{}", self.name, self.tail()),
            Err(late) => Err(late.context(self.tail())),
        }
    }

    fn tail(&self) -> String {
        let tail = |lines: Vec<String>| lines[lines.len().saturating_sub(15)..].join("\n");
        format!(
            "stdout:\n{}\nstderr:\n{}",
            tail(self.printed()),
            tail(self.complained())
        )
    }

    /// Writes a line to its stdin.
    ///
    /// # Errors
    /// When it no longer reads.
    pub async fn write_line(&mut self, line: &str) -> Result<()> {
        self.write(format!("{line}\n").as_bytes()).await
    }

    /// Writes bytes to its stdin.
    ///
    /// # Errors
    /// When it no longer reads.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let stdin = self.stdin.as_mut().context("stdin is closed")?;
        stdin.write_all(bytes).await?;
        stdin
            .flush()
            .await
            .with_context(|| format!("{}: write to stdin", self.name))
    }

    /// Closes its stdin.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// When it has ended.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.pid().with_context(|| format!("{} has ended", self.name))?;
        Ok(kill_process(pid, signal)?)
    }

    fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|id| Pid::from_raw(id as i32))
    }

    /// Awaits its end.
    ///
    /// # Errors
    /// When it goes on.
    pub async fn exit(&mut self) -> Result<ExitStatus> {
        let status = within(format_args!("{}: its end", self.name), self.child.wait()).await;
        let status = status.map_err(|late| late.context(self.tail()))??;
        // What it printed last is still in the pipes.
        for lines in [&mut self.stdout, &mut self.stderr] {
            within("the end of its output", lines.wait_for(|_| false)).await?.err();
        }
        Ok(status)
    }

    /// Asks it to end (SIGTERM), and awaits that.
    ///
    /// # Errors
    /// When it goes on.
    pub async fn terminate(&mut self) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        self.exit().await
    }
}

/// Ends it, first by SIGTERM; a destructor can't await, so it blocks, for `GRACE` at most.
impl Drop for Process {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let Some(pid) = self.pid() else { return };
        self.stdin = None;
        let _ = kill_process(pid, Signal::TERM);
        if let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) {
            let limit = Timespec {
                tv_sec: GRACE.as_secs() as i64,
                tv_nsec: 0,
            };
            let _ = poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&limit));
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Reads a stream's lines to its end, into a file and for those who wait for one.
async fn record(stream: impl AsyncRead + Unpin + Send + 'static, path: &Path) -> Result<Lines> {
    let (sender, lines) = watch::channel(Vec::new());
    let mut file = File::options().create(true).append(true).open(path).await?;
    tokio::spawn(async move {
        let mut stream = BufReader::new(stream).lines();
        while let Ok(Some(line)) = stream.next_line().await {
            let _ = file.write_all(format!("{line}\n").as_bytes()).await;
            let _ = file.flush().await;
            sender.send_modify(|lines: &mut Vec<String>| lines.push(line));
        }
    });
    Ok(lines)
}
