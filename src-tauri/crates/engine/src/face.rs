//! A face's way to the engine: the one that runs already for this profile, or one of its own.
//!
//! A lock makes the engine single. Whoever gets it hosts the engine and listens on the control socket; everybody else
//! attaches there. A desktop face takes a headless host's place ([`Command::HandOver`]), since only one host can owe
//! popups.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use mailwren_core::popup::PopupEvent;
use mailwren_core::said::Said;
use mailwren_core::view::{ApiError, Command, Filter, Notice, Reply};
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

use crate::ports::Notifier;
use crate::profile::{Profile, ProfileLock};
use crate::run::{Engine, Horizon, Setup, StartError};
use crate::socket::{Attached, Listener};
use crate::vault::Vault;
use crate::xmpp::session::Timing;

/// How long a face waits for a host that is just starting or just ending.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at the lock and the socket.
const LOOK: Duration = Duration::from_millis(20);

/// What a face brings along, should it have to host the engine.
#[derive(Clone)]
pub struct Opening {
    /// The profile.
    pub profile: Arc<Profile>,
    /// Where passwords are.
    pub vault: Arc<dyn Vault>,
    /// Time constants of the sessions.
    pub timing: Timing,
    /// Whether a hosted engine connects its accounts.
    pub connect: bool,
}

/// Who shows popups, and what comes back from them.
pub type Desktop = (Arc<dyn Notifier>, mpsc::Receiver<PopupEvent>);

/// The way to the engine.
pub enum Face {
    /// The engine runs here.
    Host(Host),
    /// The engine runs elsewhere.
    Attached(Attached),
}

/// The engine, hosted here.
pub struct Host {
    engine: Engine,
    listener: Listener,
    lock: ProfileLock,
}

impl Face {
    /// Hosts the engine if nobody does, else attaches to the one that runs.
    ///
    /// # Errors
    /// When the engine can't start, or the one that holds the lock doesn't answer.
    pub fn open(opening: &Opening) -> BoxFuture<'_, Result<Self, OpenError>> {
        async move {
            let deadline = Instant::now() + PATIENCE;
            loop {
                if let Some(lock) = opening.profile.lock().map_err(StartError::from)? {
                    return Self::host(opening, lock, None).await;
                }
                match Attached::connect(opening.profile.socket()).await {
                    Ok(attached) => return Ok(Self::Attached(attached)),
                    Err(source) if Instant::now() >= deadline => return Err(OpenError::Silent { source }),
                    Err(_) => tokio::time::sleep(LOOK).await,
                }
            }
        }
        .boxed()
    }

    /// Attaches to a host that is expected to come up; hosts the engine if none does within the time.
    ///
    /// # Errors
    /// As [`Face::open`].
    pub fn follow(opening: &Opening, within: Duration) -> BoxFuture<'_, Result<Self, OpenError>> {
        async move {
            let deadline = Instant::now() + within;
            while Instant::now() < deadline {
                if let Ok(attached) = Attached::connect(opening.profile.socket()).await {
                    return Ok(Self::Attached(attached));
                }
                tokio::time::sleep(LOOK).await;
            }
            Self::open(opening).await
        }
        .boxed()
    }

    /// Hosts the engine for a desktop; a headless host is asked to hand over. Attaches only where a desktop face hosts
    /// it already.
    ///
    /// # Errors
    /// As [`Face::open`].
    pub fn open_desktop(opening: &Opening, desktop: Desktop) -> BoxFuture<'_, Result<Self, OpenError>> {
        async move {
            let deadline = Instant::now() + PATIENCE;
            loop {
                if let Some(lock) = opening.profile.lock().map_err(StartError::from)? {
                    return Self::host(opening, lock, Some(desktop)).await;
                }
                match Attached::connect(opening.profile.socket()).await {
                    Ok(attached) => match attached.call(Command::HandOver).await {
                        Err(error) if error.code == mailwren_core::view::ApiCode::Forbidden => {
                            return Ok(Self::Attached(attached));
                        }
                        // It is ending; the lock is next.
                        _ => {}
                    },
                    Err(source) if Instant::now() >= deadline => return Err(OpenError::Silent { source }),
                    Err(_) => {}
                }
                tokio::time::sleep(LOOK).await;
            }
        }
        .boxed()
    }

    async fn host(opening: &Opening, lock: ProfileLock, desktop: Option<Desktop>) -> Result<Self, OpenError> {
        let engine = Engine::start(Setup {
            profile: opening.profile.clone(),
            vault: opening.vault.clone(),
            desktop,
            connect: opening.connect,
            timing: opening.timing.clone(),
        })
        .await?;
        let path = opening.profile.socket().to_owned();
        let listener = Listener::bind(&path, engine.clone()).map_err(|source| StartError::Socket { path, source })?;
        Ok(Self::Host(Host { engine, listener, lock }))
    }

    /// Carries a command out.
    ///
    /// # Errors
    /// What the engine answers.
    pub async fn call(&self, command: Command) -> Result<Reply, ApiError> {
        match self {
            Self::Host(host) => host.engine.call(command).await,
            Self::Attached(attached) => attached.call(command).await,
        }
    }

    /// What the engine tells from now on; [`Notice::Closing`] is the last.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        match self {
            Self::Host(host) => host.engine.notices(),
            Self::Attached(attached) => attached.notices(),
        }
    }

    /// Where the store ended when this face came: before an engine hosted here stored anything, or now.
    ///
    /// # Errors
    /// What the engine answers.
    pub async fn horizon(&self) -> Result<Horizon, ApiError> {
        if let Self::Host(host) = self {
            return Ok(host.engine.began_at);
        }
        let newest = self
            .call(Command::Feed {
                filter: Filter::default(),
                before: None,
                limit: 1,
            })
            .await?;
        match newest {
            Reply::Feed { rows, rev, .. } => Ok(Horizon {
                rev,
                seq: rows.first().map_or(0, |r| r.seq),
            }),
            _ => Ok(Horizon::default()),
        }
    }

    /// Whether the engine runs in this process.
    pub const fn hosts(&self) -> bool {
        matches!(self, Self::Host(_))
    }

    /// Leaves: a hosted engine ends cleanly, an attached one goes on.
    pub async fn close(self) {
        if let Self::Host(Host { engine, listener, lock }) = self {
            engine.stop().await;
            // The socket's file goes before the lock does, so that the next host finds neither.
            listener.close().await;
            drop(lock);
        }
    }
}

/// Why a face found no way to an engine.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum OpenError {
    /// It can't be hosted.
    Start(#[from] StartError),
    /// Another process holds the lock, but nobody answers on the control socket.
    Silent {
        /// What the socket says.
        source: std::io::Error,
    },
}

impl OpenError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Start(error) => error.said(),
            Self::Silent { source } => Said::word("start-silent").with("why", source.to_string()),
        }
    }
}
