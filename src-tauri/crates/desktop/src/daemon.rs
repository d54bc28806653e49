//! The notification daemon: who it is, what it can do, and whether the desktop may be disturbed.

use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mailwren_engine::ports::NotifierError;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use zbus::Connection;
use zbus::names::OwnedUniqueName;

use crate::surroundings::{self, DAEMON, DAEMON_PATH};

/// For so long, what was asked ahead holds.
const FRESH: Duration = Duration::from_millis(200);

/// Asks over a connection that stays, ahead of a popup where one is expected.
#[derive(Default)]
pub(crate) struct Daemon {
    bus: tokio::sync::Mutex<Option<Connection>>,
    /// Who was met last.
    met: Mutex<Option<Met>>,
    ahead: Mutex<Option<Ahead>>,
}

/// A daemon that is known.
#[derive(Clone)]
struct Met {
    owner: OwnedUniqueName,
    /// What it calls itself.
    name: String,
    able: Able,
}

/// What was asked ahead.
struct Ahead {
    at: Instant,
    answer: AbortOnDropHandle<Result<Found, NotifierError>>,
}

/// What is to be known before a popup.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub able: Able,
    /// Whether the desktop isn't to be disturbed.
    pub disturbing: bool,
}

impl Daemon {
    /// Asks now for what [`Self::ask`] is to answer in a moment.
    pub fn ask_ahead(self: &Arc<Self>) {
        let mut ahead = lock(&self.ahead);
        if ahead.as_ref().is_none_or(|ahead| ahead.at.elapsed() > FRESH) {
            let daemon = Arc::clone(self);
            *ahead = Some(Ahead {
                at: Instant::now(),
                answer: AbortOnDropHandle::new(tokio::spawn(async move { daemon.look().await })),
            });
        }
    }

    /// What is to be known before a popup. What [`surroundings`] tells may still be on its way, and some daemons keep what
    /// they get meanwhile and show all of it afterwards.
    pub async fn ask(&self) -> Result<Found, NotifierError> {
        let ahead = lock(&self.ahead).take().filter(|ahead| ahead.at.elapsed() <= FRESH);
        match ahead {
            Some(ahead) => ahead.answer.await.map_err(|e| NotifierError::Failed(Box::new(e)))?,
            None => self.look().await,
        }
    }

    async fn look(&self) -> Result<Found, NotifierError> {
        let bus = self.bus().await.map_err(failure)?;
        let met = lock(&self.met).clone();
        let (owner, disturbing) = tokio::join!(
            surroundings::owner(&bus, DAEMON),
            surroundings::disturbing(&bus, met.as_ref().map(|met| met.name.as_str()))
        );
        if let Some(met) = met.filter(|met| owner.as_ref() == Some(&met.owner)) {
            let able = met.able;
            return Ok(Found { able, disturbing });
        }
        // Another than for the last popup, or one that is started by this call.
        let called = async |method| {
            bus.call_method(Some(DAEMON), DAEMON_PATH, Some(DAEMON), method, &())
                .await
        };
        let told = called("GetCapabilities").await.map_err(failure)?;
        let told: Vec<String> = told.body().deserialize().map_err(failure)?;
        let able = Able::from_capabilities(&told);
        let is = called("GetServerInformation").await.map_err(failure)?;
        let owner = is.header().sender().map(|owner| owner.to_owned().into());
        let (name, ..): (String, String, String, String) = is.body().deserialize().map_err(failure)?;
        let disturbing = surroundings::disturbing(&bus, Some(&name)).await;
        *lock(&self.met) = owner.map(|owner| Met { owner, name, able });
        Ok(Found { able, disturbing })
    }

    /// The session bus, which may have been started anew since it was asked last.
    async fn bus(&self) -> zbus::Result<Connection> {
        let mut bus = self.bus.lock().await;
        if let Some(up) = bus.as_ref().filter(|bus| !bus.is_closed()) {
            return Ok(up.clone());
        }
        Ok(bus.insert(Connection::session().await?).clone())
    }
}

/// Sorts what went wrong in a call: nobody there, or a refusal.
pub(crate) fn failure(error: impl Error + Send + Sync + 'static) -> NotifierError {
    const ABSENT: [&str; 2] = [
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
    ];
    let said = error.to_string();
    if ABSENT.iter().any(|name| said.contains(name)) {
        return NotifierError::NoDaemon;
    }
    NotifierError::Failed(Box::new(error))
}

/// What matters of what a daemon can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Able {
    /// Whether it takes the body as markup.
    pub markup: bool,
    /// Whether it has buttons.
    pub actions: bool,
}

impl Able {
    pub fn from_capabilities(told: &[String]) -> Self {
        let has = |capability| told.iter().any(|c| c == capability);
        Self {
            // Links are markup too. dunst 1.9 without `markup` in its configuration tells only of these, and obeys all.
            markup: has("body-markup") || has("body-hyperlinks"),
            actions: has("actions"),
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
