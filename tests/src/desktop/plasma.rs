//! Plasma's notification daemon, as far as applications see it: it tells by a property of its own that the desktop isn't to be
//! disturbed.

use std::collections::HashMap;

use anyhow::Result;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, interface};

use super::Desktop;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// The daemon on a desktop. It leaves the bus with its handle.
#[derive(Debug)]
pub struct Plasma {
    bus: Connection,
}

#[derive(Default)]
struct Daemon {
    inhibited: bool,
    last_id: u32,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["actions", "body", "body-markup", "inhibitions"]
    }

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        ("Plasma", "KDE", "5.27.5", "1.2")
    }

    #[allow(clippy::too_many_arguments, reason = "the specification has as many")]
    fn notify(
        &mut self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        _summary: &str,
        _body: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        if replaces != 0 {
            return replaces;
        }
        self.last_id += 1;
        self.last_id
    }

    async fn close_notification(
        &self,
        id: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        // Closed by a call.
        Ok(Self::notification_closed(&emitter, id, 3).await?)
    }

    /// A popup is closed; why, by the specification's number.
    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;

    /// A button was pressed.
    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, key: &str) -> zbus::Result<()>;

    #[zbus(property)]
    fn inhibited(&self) -> bool {
        self.inhibited
    }
}

impl Plasma {
    /// It comes, and takes popups.
    ///
    /// # Errors
    /// When there is a notification daemon already.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let bus = zbus::connection::Builder::address(desktop.address())?
            .serve_at(PATH, Daemon::default())?
            .name(NAME)?
            .build()
            .await?;
        Ok(Self { bus })
    }

    /// Sets whether the desktop isn't to be disturbed, and tells.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn inhibit(&self, on: bool) -> Result<()> {
        let daemon = self.bus.object_server().interface::<_, Daemon>(PATH).await?;
        let mut state = daemon.get_mut().await;
        state.inhibited = on;
        Ok(state.inhibited_changed(daemon.signal_emitter()).await?)
    }
}
