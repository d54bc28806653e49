//! A real desktop without a screen: X server, session bus, window manager, notification daemon, keyring and tray host,
//! as `desktop/desktop-session` brings them up.

pub mod notifications;
mod plasma;
mod popups;
mod screen_saver;
pub mod tray;
pub mod window;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use mailwren_engine::socket::Attached;
use serde_json::Value;
use tokio::process::Command;
use zbus::Connection;

use crate::place;
use crate::process::Process;
use crate::scene::Scene;
use crate::server::{PUBSUB, SAM, Server, jid, password};
use crate::system_bus::{SESSION_ID, SystemBus};
use crate::wait::eventually;

pub use plasma::Plasma;
pub use screen_saver::ScreenSaver;

use notifications::Notifications;
use tray::TrayItem;

/// A window that shows fewer colours is still blank.
const PAINTED: usize = 16;

/// What a desktop is made of.
#[derive(Debug, Clone, Copy)]
pub struct Parts {
    /// The notification daemon: `dunst`, `xfce` or `none`.
    pub notify: &'static str,
    /// The tray host: `xfce` or `none`.
    pub tray: &'static str,
    /// The Secret Service: `unlocked`, `locked` or `none`.
    pub keyring: &'static str,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            notify: "dunst",
            tray: "xfce",
            keyring: "unlocked",
        }
    }
}

/// A desktop that is up. It ends with its handle, and also when the test is killed: its command reads our stdin.
#[derive(Debug)]
pub struct Desktop {
    /// Environment of programs on it.
    environment: HashMap<String, String>,
    parts: Parts,
    dir: PathBuf,
    bus: Connection,
    /// Last, so that the bus is left before it goes.
    _session: Process,
}

impl Desktop {
    /// Brings one up; in one scene at most one of each notification daemon.
    ///
    /// # Errors
    /// When a part of it doesn't start.
    pub async fn start(scene: &Scene, parts: Parts) -> Result<Self> {
        let dir = scene.folder(&format!("desktop-{}", parts.notify))?;
        let mut command = Command::new(place::scripts().join("desktop/desktop-session"));
        command
            .args([
                "--notify",
                parts.notify,
                "--tray",
                parts.tray,
                "--keyring",
                parts.keyring,
            ])
            .arg("--keep")
            .arg(&dir)
            .args(["--", "sh", "-c", "env; echo the desktop is up; exec cat"]);
        // Nothing of the machine's own session is seen, and the scene may bring up a system bus there.
        command
            .env("DBUS_SYSTEM_BUS_ADDRESS", SystemBus::address(scene)?)
            .env("XDG_SESSION_ID", SESSION_ID);
        let session = Process::start("desktop", scene.path(), command).await?;
        session
            .stdout("the desktop is up", 0, |line| {
                (line == "the desktop is up").then_some(())
            })
            .await?;
        let environment: HashMap<_, _> = session
            .printed()
            .iter()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let address = environment.get("DBUS_SESSION_BUS_ADDRESS").context("no session bus")?;
        let bus = zbus::connection::Builder::address(address.as_str())?.build().await?;
        Ok(Self {
            environment,
            parts,
            dir,
            bus,
            _session: session,
        })
    }

    /// The session bus.
    pub fn bus(&self) -> &Connection {
        &self.bus
    }

    /// The desktop's folder: home, configuration, logs.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    fn address(&self) -> &str {
        &self.environment["DBUS_SESSION_BUS_ADDRESS"]
    }

    /// A command on this desktop.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment);
        command
    }

    /// Runs a tool of the desktop to its end; gives what it printed.
    ///
    /// # Errors
    /// When it fails.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = self
            .command(program)
            .args(arguments)
            .output()
            .await
            .with_context(|| program.to_owned())?;
        ensure!(
            output.status.success(),
            "{program} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Starts a program of ours on it.
    ///
    /// # Errors
    /// When it isn't built.
    pub async fn start_program(&self, program: &str, arguments: &[&str]) -> Result<Process> {
        let mut command = self.command(place::program(program)?);
        command.args(arguments);
        Process::start(program, &self.dir, command).await
    }

    /// Configures Sam's account on a server as a person would, with a node of its pubsub service: by `mailwrenctl account add`,
    /// the password into the keyring.
    ///
    /// # Errors
    /// When it can't be added.
    pub async fn add_account(&self, server: &Server, node: &str) -> Result<()> {
        self.add_account_with(server, &["--no-pep", "--subscribe", PUBSUB, node])
            .await
    }

    /// The same, with what further arguments say of its nodes.
    ///
    /// # Errors
    /// When it can't be added.
    pub async fn add_account_with(&self, server: &Server, more: &[&str]) -> Result<()> {
        let (sam, host, port) = (jid(SAM), server.host.to_string(), server.direct.to_string());
        let ca = server.certificate.ca.display().to_string();
        let mut arguments = vec![
            "account",
            "add",
            &sam,
            "--host",
            &host,
            "--port",
            &port,
            "--security",
            "direct",
        ];
        arguments.extend(["--ca-file", &ca]);
        arguments.extend(more);
        let mut add = self.start_program("mailwrenctl", &arguments).await?;
        add.write_line(&password(SAM)).await?;
        let status = add.exit().await?;
        ensure!(status.success(), "account add: {status}: {:?}", add.complained());
        Ok(())
    }

    /// Runs `mailwrenctl` on it to its end; gives what it printed.
    ///
    /// # Errors
    /// When it fails.
    pub async fn control(&self, arguments: &[&str]) -> Result<String> {
        let program = place::program("mailwrenctl")?;
        self.run(&program.display().to_string(), arguments).await
    }

    /// A face of the engine that runs on it, as a window is one.
    ///
    /// # Errors
    /// When none listens.
    pub async fn attach(&self) -> Result<Attached> {
        let socket = std::fs::read_dir(self.dir.join("run/mailwren"))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|ending| ending == "sock"))
            .context("no engine listens")?;
        Ok(Attached::connect(&socket).await?)
    }

    /// Awaits that `mailwrenctl status` says something of the program that runs on it.
    ///
    /// # Errors
    /// When it doesn't; with what it says.
    pub async fn status(&self, says: impl Fn(&Value) -> bool) -> Result<()> {
        eventually("a status", async || {
            let status: Value = serde_json::from_str(&self.control(&["status", "--json"]).await?)?;
            ensure!(status["running"] == true && says(&status), "it says {status}");
            Ok(Some(()))
        })
        .await
    }

    /// Starts to record what is asked of the notification daemon.
    ///
    /// # Errors
    /// When the bus refuses.
    pub async fn notifications(&self) -> Result<Notifications> {
        Notifications::record(self.address()).await
    }

    /// The tray item that is registered.
    ///
    /// # Errors
    /// When none appears.
    pub async fn tray_item(&self) -> Result<TrayItem> {
        TrayItem::registered(&self.bus).await
    }

    /// How many processes of this desktop have this name, of which Linux keeps 15 characters.
    ///
    /// # Errors
    /// When `/proc` can't be read.
    pub fn processes(&self, name: &str) -> Result<usize> {
        let mark = format!("DS_ID={}", self.environment["DS_ID"]);
        let ours = |process: &Path| {
            let read = |file: &str| std::fs::read(process.join(file)).unwrap_or_default();
            read("comm").trim_ascii() == name.as_bytes()
                && read("environ")
                    .split(|byte| *byte == 0)
                    .any(|one| one == mark.as_bytes())
        };
        let processes = std::fs::read_dir("/proc")?.flatten();
        Ok(processes.filter(|process| ours(&process.path())).count())
    }

    /// X window ids of the visible windows with this title.
    ///
    /// # Errors
    /// When the X server is gone.
    pub async fn windows(&self, title: &str) -> Result<Vec<String>> {
        let pattern = format!("^{title}$");
        let found = self
            .command("xdotool")
            .args(["search", "--onlyvisible", "--name", &pattern])
            .output()
            .await?;
        // It exits with 1 where there is none.
        Ok(String::from_utf8(found.stdout)?.lines().map(str::to_owned).collect())
    }

    /// Awaits that so many windows with this title are visible.
    ///
    /// # Errors
    /// When it comes otherwise.
    pub async fn windows_become(&self, title: &str, count: usize) -> Result<Vec<String>> {
        eventually(format_args!("{count} windows {title:?}"), async || {
            let windows = self.windows(title).await?;
            ensure!(windows.len() == count, "there are {}", windows.len());
            Ok(Some(windows))
        })
        .await
    }

    /// Closes a window as a person does with Alt+F4.
    ///
    /// # Errors
    /// When it isn't there.
    pub async fn close_window(&self, window: &str) -> Result<()> {
        self.run("xdotool", &["windowactivate", "--sync", window, "key", "alt+F4"])
            .await?;
        Ok(())
    }

    /// A picture of a window, or of the whole screen, as PNG, once something is painted there.
    ///
    /// # Errors
    /// When it can't be taken, or stays blank.
    pub async fn picture(&self, window: Option<&str>, path: &Path) -> Result<()> {
        let path = path.to_str().context("path isn't UTF-8")?;
        eventually("something painted", async || {
            self.run("import", &["-window", window.unwrap_or("root"), path]).await?;
            let colours: usize = self.run("identify", &["-format", "%k", path]).await?.trim().parse()?;
            Ok((colours >= PAINTED).then_some(()))
        })
        .await
    }

    /// A picture of a part of the screen, `WIDTHxHEIGHT+X+Y`.
    ///
    /// # Errors
    /// When it can't be taken.
    pub async fn crop(&self, part: &str, path: &Path) -> Result<()> {
        let path = path.to_str().context("path isn't UTF-8")?;
        self.run("import", &["-window", "root", "-crop", part, "+repage", path])
            .await?;
        Ok(())
    }

    /// Stops or starts the tray host: `stop`, `start` or `restart`.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn tray_host(&self, what: &str) -> Result<()> {
        self.run_own("tray", &[what]).await
    }

    /// Stops or starts the Secret Service: `stop`, `start` or `start-locked`.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn keyring(&self, what: &str) -> Result<()> {
        self.run_own("keyring", &[what]).await
    }

    /// Starts dunst where there is no notification daemon.
    ///
    /// # Errors
    /// When it doesn't come up.
    pub async fn start_dunst(&self) -> Result<()> {
        self.run_own("notify", &["start", "dunst"]).await
    }

    /// Runs a script that the desktop has in its folder.
    async fn run_own(&self, script: &str, arguments: &[&str]) -> Result<()> {
        self.run(&self.dir.join(script).display().to_string(), arguments)
            .await?;
        Ok(())
    }
}
