//! The resident's end of the window process: starts it when a window is wanted, and tells it which.
//!
//! Which window is a line on its standard input, see [`Wanted`]; it answers with the window's label once it is up. It
//! ends with its last window, and when its input ends.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

use crate::windows::{Wanted, WindowName};

/// A window process that shows nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// What it may take to remember where its windows were.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The windows, wherever they are.
pub struct Windows {
    wanted: mpsc::Sender<Wanted>,
    task: AbortOnDropHandle<()>,
}

impl Windows {
    /// Windows onto the engine at a control socket. No process is started yet.
    pub fn new(socket: PathBuf) -> Self {
        let (wanted, queue) = mpsc::channel(8);
        let task: JoinHandle<()> = tokio::spawn(run(socket, queue));
        Self {
            wanted,
            task: AbortOnDropHandle::new(task),
        }
    }

    /// Shows a window, or brings it to the front.
    pub fn show(&self, name: WindowName) {
        self.want(Wanted { name, row: None });
    }

    /// Shows the feed, at a row if it wasn't open; if it was, it hears of the row by the engine's notice.
    pub fn show_row(&self, row: Option<i64>) {
        self.want(Wanted {
            name: WindowName::Feed,
            row,
        });
    }

    fn want(&self, wanted: Wanted) {
        // A full queue means that windows are on their way already.
        self.wanted.try_send(wanted).ok();
    }

    /// Closes all windows.
    pub async fn close(self) {
        drop(self.wanted);
        self.task.await.ok();
    }
}

async fn run(socket: PathBuf, mut queue: mpsc::Receiver<Wanted>) {
    let mut running: Option<WindowProcess> = None;
    loop {
        let wanted = tokio::select! {
            wanted = queue.recv() => wanted,
            () = ended(&mut running) => {
                running = None;
                continue;
            }
        };
        let Some(wanted) = wanted else { break };
        let shown = match &mut running {
            Some(process) => process.show(wanted).await,
            None => false,
        };
        if shown {
            continue;
        }
        // None is there, or it was ending with its last window.
        match WindowProcess::start(&socket, wanted) {
            Ok(process) => running = Some(process),
            Err(error) => tracing::error!(%error, "windows can't be shown"),
        }
    }
    if let Some(process) = running {
        process.end().await;
    }
}

async fn ended(running: &mut Option<WindowProcess>) {
    let Some(process) = running else {
        return std::future::pending().await;
    };
    match process.child.wait().await {
        Ok(status) if status.success() => {}
        Ok(status) => tracing::error!(%status, "the window process failed"),
        Err(error) => tracing::error!(%error, "the window process is lost"),
    }
}

struct WindowProcess {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl WindowProcess {
    fn start(socket: &Path, wanted: Wanted) -> io::Result<Self> {
        let mut child = Command::new(own_program()?)
            .arg("--attach")
            .arg(socket)
            .arg("--window")
            .arg(wanted.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self {
                child,
                input,
                output: BufReader::new(output).lines(),
            }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Whether the window came up.
    async fn show(&mut self, wanted: Wanted) -> bool {
        let line = format!("{wanted}\n");
        let asked = async {
            self.input.write_all(line.as_bytes()).await?;
            while let Some(shown) = self.output.next_line().await? {
                if shown == wanted.name.label() {
                    return io::Result::Ok(true);
                }
            }
            Ok(false)
        };
        matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(true)))
    }

    async fn end(mut self) {
        drop(self.input);
        if tokio::time::timeout(LAST_WORDS, self.child.wait()).await.is_err() {
            tracing::warn!("the window process had to be killed");
        }
    }
}

/// This very program, also after an update has put another in its place or taken it away.
pub fn own_program() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    // Linux then calls it "… (deleted)", which isn't there; what still runs is.
    if cfg!(target_os = "linux") && !path.exists() {
        return Ok("/proc/self/exe".into());
    }
    Ok(path)
}
