//! The resident's end of the window process: starts it when a window is wanted, and tells it which.
//!
//! Which window is a line on its standard input, see [`Wanted`]; it answers with the window's label once it is up. It
//! ends with its last window, and when its input ends.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;
use std::{fmt, io};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

use crate::autostart::Resident;

/// The program that shows the windows.
const PROGRAM: &str = "mailwren-window";
/// The app's own.
const APP: &str = "mailwren";
/// A window process that shows nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// What it may take to remember where its windows were.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Which window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WindowName {
    /// The feed.
    Feed,
    /// The settings.
    Settings,
}

impl WindowName {
    /// Its label in capabilities, the name of its page, and how the resident calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Settings => "settings",
        }
    }

    fn from_label(label: &str) -> Option<Self> {
        [Self::Feed, Self::Settings]
            .into_iter()
            .find(|name| name.label() == label)
    }
}

/// A window, and the row it is to begin at. Written as the window's label, and the row's number after a blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Which window.
    pub name: WindowName,
    /// Where the feed begins if it wasn't open.
    pub row: Option<i64>,
}

impl Wanted {
    /// The page that shows it.
    pub fn page(self) -> String {
        let page = self.name.label();
        self.row
            .map_or_else(|| format!("{page}.html"), |row| format!("{page}.html#row-{row}"))
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.label())?;
        self.row.map_or(Ok(()), |row| write!(f, " {row}"))
    }
}

/// A line that names no window.
#[derive(Debug, thiserror::Error)]
#[error("there is no such window: `feed`, `settings`, or `feed` and a row's number")]
pub struct NoSuchWindow;

impl FromStr for Wanted {
    type Err = NoSuchWindow;

    fn from_str(line: &str) -> Result<Self, NoSuchWindow> {
        let (label, row) = line
            .split_once(' ')
            .map_or((line, None), |(label, row)| (label, Some(row)));
        Ok(Self {
            name: WindowName::from_label(label).ok_or(NoSuchWindow)?,
            row: row.map(str::parse).transpose().map_err(|_| NoSuchWindow)?,
        })
    }
}

/// The program that shows the windows: beside this one, or where packages put programs that nobody calls by hand; else so
/// beside one of the path's. Looks on the disk.
pub fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    installed(
        PROGRAM,
        own_folder().into_iter().chain(std::env::split_paths(&path)),
        "../libexec",
    )
}

/// The app, for the program that shows the windows: it was installed with it.
pub fn app() -> PathBuf {
    installed(APP, own_folder(), "../bin").unwrap_or_else(|| APP.into())
}

fn installed(program: &str, folders: impl IntoIterator<Item = PathBuf>, beside: &str) -> Option<PathBuf> {
    folders
        .into_iter()
        .flat_map(|folder| [folder.join(program), folder.join(beside).join(program)])
        .find(|program| program.is_file())
}

fn own_folder() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    own.parent().map(Path::to_owned)
}

/// The windows, wherever they are.
pub struct Windows {
    wanted: mpsc::Sender<Wanted>,
    task: AbortOnDropHandle<()>,
}

impl Windows {
    /// Windows onto the engine that a resident hosts at a control socket. No process is started yet.
    pub fn new(resident: Resident, socket: PathBuf) -> Self {
        let (wanted, queue) = mpsc::channel(8);
        let task: JoinHandle<()> = tokio::spawn(run(resident, socket, queue));
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

async fn run(resident: Resident, socket: PathBuf, mut queue: mpsc::Receiver<Wanted>) {
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
        match WindowProcess::start(&resident, &socket, wanted) {
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
    fn start(resident: &Resident, socket: &Path, wanted: Wanted) -> io::Result<Self> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("{PROGRAM} isn't installed"));
        let mut child = Command::new(program().ok_or_else(missing)?)
            .arg(socket)
            .args(match resident {
                Resident::App(_) => ["--app"],
                Resident::Light(_) => ["--light"],
            })
            .arg(resident.program())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wanted_window_is_read_as_it_is_written() {
        for (line, page) in [
            ("feed", "feed.html"),
            ("settings", "settings.html"),
            ("feed 42", "feed.html#row-42"),
        ] {
            let wanted = line.parse::<Wanted>().map(|w| (w.to_string(), w.page())).ok();
            assert_eq!(wanted, Some((line.to_owned(), page.to_owned())));
        }
        for line in ["", "other", "feed x", "feed 1 2", "feed\n"] {
            assert!(line.parse::<Wanted>().is_err(), "{line:?}");
        }
    }
}
