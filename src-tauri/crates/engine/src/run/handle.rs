//! How an engine is started, and the handle to it: what is asked of its task, and what it tells.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};
use jiff::tz::TimeZone;
use mailwren_core::account::Account;
use mailwren_core::model::{Input, Model};
use mailwren_core::policy::Hush;
use mailwren_core::popup::PopupEvent;
use mailwren_core::said::Said;
use mailwren_core::settings::NotificationSettings;
use mailwren_core::view::{ApiError, Command, Filter, Notice, Problem, Reply, Status};
use mailwren_core::words::Words;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::Run;
use crate::acts::Acts;
use crate::config::{ConfigError, ConfigFile};
use crate::hooks::Hooks;
use crate::outbox::background;
use crate::parts::Parts;
use crate::popups;
use crate::ports::Notifier;
use crate::profile::Profile;
use crate::store::{Store, StoreError};
use crate::thrift::Rest;
use crate::vault::Vault;
use crate::xmpp::iq::Asker;
use crate::xmpp::session::Timing;

/// What an engine is made of.
pub struct Setup {
    /// Its folders and files.
    pub profile: Arc<Profile>,
    /// Where passwords are.
    pub vault: Arc<dyn Vault>,
    /// Who shows popups, and what comes back from them. Without one, the engine is headless and owes no popups.
    pub desktop: Option<(Arc<dyn Notifier>, mpsc::Receiver<PopupEvent>)>,
    /// Whether accounts connect; a one-shot look into the store doesn't want that.
    pub connect: bool,
    /// Time constants of the sessions.
    pub timing: Timing,
}

/// Why the engine couldn't start.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum StartError {
    /// The store can't be opened.
    Store(#[from] StoreError),
    /// The configuration can't be read.
    Config(#[from] ConfigError),
    /// The control socket can't be made.
    Socket {
        /// The socket's path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The profile can't be used.
    Profile(#[from] crate::profile::ProfileError),
}

impl StartError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Store(error) => error.said(),
            Self::Config(error) => error.said(),
            Self::Socket { path, source } => Said::word("start-socket")
                .with("path", path.display())
                .with("why", source.to_string()),
            Self::Profile(error) => error.said(),
        }
    }
}

/// Where the store ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Horizon {
    /// Its revision.
    pub rev: i64,
    /// Its newest row.
    pub seq: i64,
}

/// What is asked of the engine's own task.
#[expect(clippy::large_enum_variant, reason = "made, sent and dropped one at a time")]
pub(crate) enum Request {
    /// To carry a command out.
    Command {
        command: Command,
        answer: oneshot::Sender<Result<Reply, ApiError>>,
    },
    /// What asks through an account's session, if one is up.
    Asker {
        jid: String,
        answer: oneshot::Sender<Option<Asker>>,
    },
    /// To show a popup as one of a new mail would be.
    Sample { answer: oneshot::Sender<Sample> },
}

/// What became of a popup that shows how popups look.
pub(crate) enum Sample {
    /// It was handed to the notification daemon.
    Underway(oneshot::Receiver<popups::Shown>),
    /// One of a new mail would be withheld, too.
    Withheld(Hush),
    /// No face here shows popups.
    Headless,
}

/// A handle to the running engine; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) notices: broadcast::Sender<Notice>,
    pub(crate) status: watch::Receiver<Status>,
    /// Those in force.
    pub(crate) accounts: watch::Receiver<Vec<Account>>,
    pub(crate) store: Store,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) config: ConfigFile,
    /// Where logs are.
    pub(crate) log_dir: PathBuf,
    pub(crate) ended: CancellationToken,
    pub(crate) began_at: Horizon,
    stop: CancellationToken,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts the engine.
    ///
    /// # Errors
    /// When the store or the configuration can't be read. A corrupt store is set aside and told as a problem instead.
    pub fn start(setup: Setup) -> BoxFuture<'static, Result<Self, StartError>> {
        async move {
            let (store, set_aside) = Store::open(setup.profile.data_dir())?;
            let config = ConfigFile::new(setup.profile.config_file().to_owned());
            let loaded = config.load()?;

            let began_at = Horizon {
                rev: store.rev().await?,
                seq: store
                    .feed(Filter::default(), None, 1)
                    .await?
                    .rows
                    .first()
                    .map_or(0, |r| r.seq),
            };
            let (requests, request_queue) = mpsc::channel(64);
            let (notices, _) = broadcast::channel(256);
            let (status_in, status) = watch::channel(Status::default());
            let (accounts_in, accounts) = watch::channel(Vec::new());
            let (inputs_in, inputs) = mpsc::channel(256);
            let engine = Self {
                requests,
                notices: notices.clone(),
                status,
                accounts,
                store: store.clone(),
                vault: setup.vault.clone(),
                config: config.clone(),
                log_dir: setup.profile.log_dir(),
                ended: CancellationToken::new(),
                began_at,
                stop: CancellationToken::new(),
            };
            let (popups, popup_events, surroundings) = match setup.desktop {
                Some((notifier, events)) => {
                    let surroundings = notifier.surroundings();
                    let popups = popups::spawn(notifier, store.clone(), inputs_in.clone());
                    (Some(popups), Some(events), surroundings)
                }
                None => (None, None, stream::pending().boxed()),
            };
            let mut run = Run {
                profile: setup.profile.clone(),
                model: Model::default(),
                store,
                config,
                vault: setup.vault.clone(),
                sessions: HashMap::new(),
                mailboxes: HashMap::new(),
                accounts: Vec::new(),
                accounts_told: accounts_in,
                connect: setup.connect,
                timing: setup.timing,
                inputs_in,
                notices,
                status: status_in,
                popups,
                hooks: Hooks::new(),
                acts: Acts::default(),
                asked: VecDeque::new(),
                marking: VecDeque::new(),
                parts: Parts::default(),
                stop: engine.stop.clone(),
                uncounted: None,
                lost: false,
                general: loaded.config.general.clone(),
                words: Words::default(),
                notifications: NotificationSettings::default(),
                rules: Vec::new(),
                zone: TimeZone::system(),
                config_seen: None,
                rest: Rest::default(),
            };
            run.begin(loaded).await?;
            if let Some(aside) = set_aside {
                let set_aside = Said::word("store-set-aside").with("path", aside.path.display());
                let problem = Problem::new("store", set_aside).hint(Said::word("store-set-aside-do"));
                run.feed(Input::Problem {
                    code: "store".to_owned(),
                    problem: Some(problem),
                })
                .await;
            }
            let ended = engine.ended.clone();
            if setup.connect {
                let outbox = background::accompany(setup.profile, setup.vault);
                tokio::spawn(engine.stop.clone().run_until_cancelled_owned(outbox));
            }
            tokio::spawn(async move {
                run.run(inputs, request_queue, popup_events, surroundings).await;
                ended.cancel();
            });
            Ok(engine)
        }
        .boxed()
    }

    /// What the engine tells from now on.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Ends the engine: sessions close cleanly, the store is closed.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.ended.cancelled().await;
    }

    /// Returns once the engine has ended.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}
