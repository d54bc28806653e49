//! `mailwrenctl`, run in a home of its own.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use anyhow::{Context, Result};
use mailwren_core::account::{Account, PasswordSource};
use serde_json::{Map, Value};
use tokio::process::Command;

use crate::place;
use crate::process::Process;
use crate::scene::Scene;

/// A person's home: configuration, store and runtime folder, all in the scene.
#[derive(Debug, Clone)]
pub struct Home {
    dir: PathBuf,
    /// The address of the system bus; by default nothing is there.
    pub system_bus: String,
    /// What `MAILWREN_LOG` asks for.
    pub log: Option<&'static str>,
}

impl Home {
    /// An empty one.
    ///
    /// # Errors
    /// When a folder can't be made.
    pub fn new(scene: &Scene, name: &str) -> Result<Self> {
        let dir = scene.folder(name)?;
        let home = Self {
            system_bus: format!("unix:path={}", dir.join("run/no-system-bus").display()),
            dir,
            log: None,
        };
        for folder in ["config", "data", "cache", "state", "run"] {
            std::fs::create_dir_all(home.dir.join(folder))?;
        }
        std::fs::set_permissions(home.dir.join("run"), PermissionsExt::from_mode(0o700))?;
        Ok(home)
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.dir.join("config/mailwren.toml")
    }

    /// Where logs go.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Configures one account, whose password lies in a file.
    ///
    /// # Errors
    /// When a file can't be written.
    pub fn configure(&self, mut account: Account, password: &str) -> Result<()> {
        let secret = self.dir.join("password");
        std::fs::write(&secret, format!("{password}\n"))?;
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600))?;
        account.password = PasswordSource::File(secret.display().to_string());
        self.configure_as(&account)
    }

    /// Changes the password in the file of [`Home::configure`].
    ///
    /// # Errors
    /// When it can't be written.
    pub fn configure_password(&self, password: &str) -> Result<()> {
        Ok(std::fs::write(self.dir.join("password"), format!("{password}\n"))?)
    }

    /// Configures one account as it is, wherever its password comes from.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn configure_as(&self, account: &Account) -> Result<()> {
        Ok(std::fs::write(self.config(), configuration(account)?)?)
    }

    /// Gives a command this home for its person's.
    pub fn lodge(&self, command: &mut Command) {
        command.env("HOME", &self.dir);
        for (name, folder) in [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            command.env(name, self.dir.join(folder));
        }
    }

    /// A program of ours, with nothing of the person's own environment.
    ///
    /// # Errors
    /// When it isn't built.
    pub fn command(&self, program: &str) -> Result<Command> {
        let mut command = Command::new(place::program(program)?);
        self.lodge(&mut command);
        for name in ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"] {
            command.env_remove(name);
        }
        command.env("DBUS_SYSTEM_BUS_ADDRESS", &self.system_bus);
        // What it says is compared, whatever the person speaks.
        command.env("LC_ALL", "C.UTF-8");
        if let Some(log) = self.log {
            command.env("MAILWREN_LOG", log);
        }
        Ok(command)
    }

    /// Starts `mailwrenctl` with this home's configuration and these arguments.
    ///
    /// # Errors
    /// When it isn't built.
    pub async fn ctl(&self, arguments: &[&str]) -> Result<Process> {
        let mut command = self.command("mailwrenctl")?;
        command.arg("--config").arg(self.config()).args(arguments);
        let name = format!("mailwrenctl-{}", arguments.first().unwrap_or(&"help"));
        Process::start(&name, &self.dir, command).await
    }

    /// Runs `mailwrenctl` to its end; gives its status and what it printed.
    ///
    /// # Errors
    /// When it isn't built or doesn't end.
    pub async fn run(&self, arguments: &[&str]) -> Result<Finished> {
        let mut process = self.ctl(arguments).await?;
        process.close_stdin();
        let status = process.exit().await?;
        Ok(Finished {
            status,
            stdout: process.printed(),
            stderr: process.complained(),
        })
    }

    /// Pipes a message into `mailwrenctl publish`, as a mail server does; gives its status and what it printed.
    ///
    /// # Errors
    /// When it isn't built, stops reading, or doesn't end.
    pub async fn publish(&self, message: impl AsRef<[u8]>, arguments: &[&str]) -> Result<Finished> {
        let arguments: Vec<&str> = std::iter::once("publish").chain(arguments.iter().copied()).collect();
        let mut process = self.ctl(&arguments).await?;
        let written = process.write(message.as_ref()).await;
        process.close_stdin();
        let status = process.exit().await?;
        // Who refuses the arguments needn't read.
        if status.code() != Some(2) {
            written?;
        }
        Ok(Finished {
            status,
            stdout: process.printed(),
            stderr: process.complained(),
        })
    }

    /// Starts `mailwrenctl watch --json`.
    ///
    /// # Errors
    /// When it isn't built.
    pub async fn watch(&self) -> Result<Watch> {
        Ok(Watch {
            process: self.ctl(&["watch", "--json"]).await?,
        })
    }
}

/// A configuration with one account.
///
/// # Errors
/// When it can't be written as TOML.
pub fn configuration(account: &Account) -> Result<String> {
    let accounts = Map::from_iter([("account".to_owned(), serde_json::to_value([account])?)]);
    // TOML has no null: a key that isn't there says the same.
    Ok(toml::to_string(&without_nulls(Value::Object(accounts)))?)
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit status.
    pub status: ExitStatus,
    /// Its lines on stdout.
    pub stdout: Vec<String>,
    /// Its lines on stderr.
    pub stderr: Vec<String>,
}

impl Finished {
    /// Stdout, each line a JSON value.
    ///
    /// # Errors
    /// When a line is none.
    pub fn json(&self) -> Result<Vec<Value>> {
        let parse = |line: &String| serde_json::from_str(line).with_context(|| format!("no JSON: {line}"));
        self.stdout.iter().map(parse).collect()
    }
}

/// A running `mailwrenctl watch --json`.
#[derive(Debug)]
pub struct Watch {
    /// The process itself.
    pub process: Process,
}

impl Watch {
    /// Awaits the event with this subject.
    ///
    /// # Errors
    /// When it doesn't come.
    pub async fn event(&self, subject: &str) -> Result<Value> {
        self.process
            .stdout(&format!("an event with subject {subject:?}"), 0, |line| {
                let event: Value = serde_json::from_str(line).ok()?;
                (event["subject"] == subject).then_some(event)
            })
            .await
    }

    /// The subjects of all `new` events so far, in order.
    ///
    /// # Errors
    /// When a line is no JSON.
    pub fn subjects(&self) -> Result<Vec<String>> {
        let events = self.process.printed().into_iter().map(|line| {
            let event: Value = serde_json::from_str(&line).with_context(|| format!("no JSON: {line}"))?;
            Ok(event)
        });
        let events = events.collect::<Result<Vec<_>>>()?;
        let new = events.iter().filter(|event| event["kind"] == "new");
        Ok(new
            .map(|event| event["subject"].as_str().unwrap_or_default().to_owned())
            .collect())
    }

    /// Ends it as a person would, by Ctrl-C.
    ///
    /// # Errors
    /// When it doesn't end.
    pub async fn interrupt(mut self) -> Result<ExitStatus> {
        self.process.signal(rustix::process::Signal::INT)?;
        self.process.exit().await
    }
}
