//! A screen saver, as far as it tells whether the screen is locked.

use anyhow::Result;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, interface};

use super::Desktop;

const NAME: &str = "org.freedesktop.ScreenSaver";
const PATH: &str = "/org/freedesktop/ScreenSaver";

/// The screen saver of a desktop. It leaves the bus with its handle.
#[derive(Debug)]
pub struct ScreenSaver {
    bus: Connection,
}

struct State {
    active: bool,
}

#[interface(name = "org.freedesktop.ScreenSaver")]
impl State {
    fn get_active(&self) -> bool {
        self.active
    }

    /// The screen was locked, or unlocked.
    #[zbus(signal)]
    async fn active_changed(emitter: &SignalEmitter<'_>, active: bool) -> zbus::Result<()>;
}

impl ScreenSaver {
    /// It comes, and the screen isn't locked.
    ///
    /// # Errors
    /// When there is one already.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let bus = zbus::connection::Builder::address(desktop.address())?
            .serve_at(PATH, State { active: false })?
            .name(NAME)?
            .build()
            .await?;
        Ok(Self { bus })
    }

    /// Locks the screen, or unlocks it, and tells.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn lock(&self, on: bool) -> Result<()> {
        let state = self.bus.object_server().interface::<_, State>(PATH).await?;
        state.get_mut().await.active = on;
        Ok(State::active_changed(state.signal_emitter(), on).await?)
    }
}
