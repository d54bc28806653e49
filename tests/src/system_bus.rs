//! A system bus of the test's own, with python-dbusmock's logind and NetworkManager on it.

use std::path::PathBuf;

use anyhow::Result;
use tokio::process::Command;
use zbus::{Connection, Proxy};

use crate::process::Process;
use crate::scene::Scene;
use crate::wait::eventually;

const NETWORK_MANAGER: &str = "org.freedesktop.NetworkManager";
const LOGIND: &str = "org.freedesktop.login1";
const MOCK: &str = "org.freedesktop.DBus.Mock";
/// logind's id of the person's session, `XDG_SESSION_ID`.
pub const SESSION_ID: &str = "1";

/// The bus, and what is on it.
#[derive(Debug)]
pub struct SystemBus {
    bus: Connection,
    logs: PathBuf,
    address: String,
    // In this order: the mocks end before their bus.
    mocks: Vec<Process>,
    _daemon: Process,
}

impl SystemBus {
    /// Where the bus of a scene will be.
    ///
    /// # Errors
    /// When its folder can't be made.
    pub fn address(scene: &Scene) -> Result<String> {
        Ok(format!(
            "unix:path={}",
            scene.folder("system-bus")?.join("socket").display()
        ))
    }

    /// Starts an empty bus at [`SystemBus::address`].
    ///
    /// # Errors
    /// When `dbus-daemon` isn't installed or doesn't come up.
    pub async fn start(scene: &Scene) -> Result<Self> {
        let (address, logs) = (Self::address(scene)?, scene.folder("system-bus")?);
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--nopidfile", "--print-address"]);
        command.arg(format!("--address={address}"));
        let daemon = Process::start("dbus-daemon", &logs, command).await?;
        daemon.stdout("its address", 0, |_| Some(())).await?;
        Ok(Self {
            bus: zbus::connection::Builder::address(address.as_str())?.build().await?,
            logs,
            address,
            mocks: Vec::new(),
            _daemon: daemon,
        })
    }

    /// NetworkManager appears.
    ///
    /// # Errors
    /// When python-dbusmock isn't installed or doesn't come up.
    pub async fn start_network_manager(&mut self) -> Result<()> {
        self.mock("networkmanager", NETWORK_MANAGER).await
    }

    /// logind appears, with the person's session.
    ///
    /// # Errors
    /// As [`SystemBus::start_network_manager`].
    pub async fn start_logind(&mut self) -> Result<()> {
        self.mock("logind", LOGIND).await?;
        let logind = Proxy::new(&self.bus, LOGIND, "/org/freedesktop/login1", MOCK).await?;
        let session = (SESSION_ID, "seat0", 1000_u32, "sam", true);
        logind.call_method("AddSession", &session).await?;
        Ok(())
    }

    /// logind tells that the screen is locked, or unlocked.
    ///
    /// # Errors
    /// When it isn't there.
    pub async fn lock_screen(&self, locked: bool) -> Result<()> {
        let path = format!("/org/freedesktop/login1/session/{SESSION_ID}");
        let session = Proxy::new(&self.bus, LOGIND, path, "org.freedesktop.login1.Session").await?;
        session.call_method("SetLockedHint", &(locked)).await?;
        Ok(())
    }

    /// Debian's own Python has the mocks.
    async fn mock(&mut self, template: &str, name: &str) -> Result<()> {
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-m", "dbusmock", "--system", "--template", template]);
        command.env("DBUS_SYSTEM_BUS_ADDRESS", &self.address);
        self.mocks.push(Process::start(template, &self.logs, command).await?);
        let bus = zbus::fdo::DBusProxy::new(&self.bus).await?;
        eventually(format_args!("{name} is on the bus"), async || {
            Ok(bus.name_has_owner(name.try_into()?).await?.then_some(()))
        })
        .await
    }

    /// NetworkManager tells that the machine is connected to another network.
    ///
    /// # Errors
    /// When it isn't there.
    pub async fn change_network(&self) -> Result<()> {
        let manager = Proxy::new(&self.bus, NETWORK_MANAGER, "/org/freedesktop/NetworkManager", MOCK).await?;
        // NM_STATE_DISCONNECTED, NM_STATE_CONNECTED_GLOBAL.
        for state in [20_u32, 70] {
            manager.call_method("SetGlobalConnectionState", &(state)).await?;
        }
        Ok(())
    }

    /// logind tells that the machine has woken.
    ///
    /// # Errors
    /// When it isn't there.
    pub async fn wake(&self) -> Result<()> {
        let logind = Proxy::new(&self.bus, LOGIND, "/org/freedesktop/login1", MOCK).await?;
        let arguments = vec![zbus::zvariant::Value::from(false)];
        let signal = ("org.freedesktop.login1.Manager", "PrepareForSleep", "b", arguments);
        logind.call_method("EmitSignal", &signal).await?;
        Ok(())
    }
}
