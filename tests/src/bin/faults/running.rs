//! A running client: started, told, killed; what it says goes into the ledger.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mailwren_tests::ctl::Home;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ledger::Ledger;

/// How long the lab waits for what must come.
const PATIENCE: Duration = Duration::from_secs(90);

/// How a client is started.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// What its waits are divided by.
    pub scale: u32,
    /// The password in a keyring that comes late.
    pub late_keyring: Option<String>,
    /// The library and the file that set its clock.
    pub clock: Option<(String, String)>,
}

/// A client process. Killed with its handle.
#[derive(Debug)]
pub struct Client {
    child: Child,
    stdin: ChildStdin,
    reader: JoinHandle<()>,
}

impl Client {
    /// Starts one on a home; it tells from where the ledger ends.
    pub async fn start(home: &Home, ledger: &watch::Sender<Ledger>, launch: &Launch) -> Result<Self> {
        let since = ledger.borrow().rev;
        let mut command = home.command("faults")?;
        command.arg("client").arg("--config").arg(home.config());
        command.args(["--scale", &launch.scale.to_string(), "--since", &since.to_string()]);
        if let Some(password) = &launch.late_keyring {
            command.args(["--late-keyring", password]);
        }
        if let Some((library, file)) = &launch.clock {
            command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", file);
            command.env("FAKETIME_NO_CACHE", "1").env("DONT_FAKE_MONOTONIC", "1");
        }
        Self::spawn(home, command, ledger).await
    }

    /// What the store holds, told anew to an empty ledger by a process that doesn't connect.
    pub async fn look(home: &Home) -> Result<Ledger> {
        let ledger = watch::Sender::new(Ledger::default());
        let mut command = home.command("faults")?;
        command.arg("client").arg("--config").arg(home.config());
        command.args(["--scale", "1", "--since", "0", "--offline"]);
        let mut client = Self::spawn(home, command, &ledger).await?;
        let status = client.child.wait().await?;
        client.reader.await?;
        anyhow::ensure!(status.success(), "looking into the store failed");
        Ok(ledger.send_replace(Ledger::default()))
    }

    async fn spawn(home: &Home, mut command: tokio::process::Command, ledger: &watch::Sender<Ledger>) -> Result<Self> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(home.path().join("client.err"))?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("start the client")?;
        let stdin = child.stdin.take().context("no stdin")?;
        let mut lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        ledger.send_modify(|ledger| {
            ledger.process += 1;
            ledger.ended = false;
            ledger.link.clear();
        });
        let mut log = File::options()
            .create(true)
            .append(true)
            .open(home.path().join("client.out"))
            .await?;
        let ledger = ledger.clone();
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                ledger.send_modify(|ledger| ledger.line(&line));
                log.write_all(format!("{line}\n").as_bytes()).await.ok();
            }
            ledger.send_modify(|ledger| ledger.ended = true);
        });
        Ok(Self { child, stdin, reader })
    }

    /// A word of command.
    pub async fn tell(&mut self, word: &str) -> Result<()> {
        self.stdin.write_all(format!("{word}\n").as_bytes()).await?;
        Ok(self.stdin.flush().await?)
    }

    fn pid(&self) -> Result<Pid> {
        let id = self.child.id().context("the client has ended")?;
        Pid::from_raw(id as i32).context("no process id")
    }

    /// Kills it, and awaits that all it said is read.
    pub async fn kill(mut self) -> Result<()> {
        kill_process(self.pid()?, Signal::KILL)?;
        self.child.wait().await?;
        Ok(self.reader.await?)
    }

    /// Ends it in order.
    pub async fn stop(mut self) -> Result<()> {
        kill_process(self.pid()?, Signal::TERM)?;
        let status = tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .context("the client doesn't end")??;
        self.reader.await?;
        anyhow::ensure!(status.success(), "the client ended with {status}");
        Ok(())
    }

    /// Bounds how far into a file it may write: beyond, writes fail. `None` lifts the bound.
    pub fn limit_files(&self, bytes: Option<u64>) -> Result<()> {
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(Some(self.pid()?), Resource::Fsize, limit)?;
        Ok(())
    }
}

/// Awaits that something holds of the ledger.
pub async fn until(ledger: &watch::Sender<Ledger>, what: &str, mut holds: impl FnMut(&Ledger) -> bool) -> Result<()> {
    let mut seen = ledger.subscribe();
    let waited = tokio::time::timeout(PATIENCE, seen.wait_for(|ledger| holds(ledger) || ledger.ended)).await;
    let why = match waited {
        Ok(Ok(ledger)) if holds(&ledger) => return Ok(()),
        Ok(_) => "the client ended",
        Err(_) => "not in time",
    };
    let ledger = ledger.borrow();
    let last: Vec<&str> = ledger.last.iter().map(String::as_str).collect();
    bail!("{what}: {why}; it told last:\n{}", last.join("\n"))
}
