//! The bridge: what mail servers tell of mailboxes is published, and taken back once it is read.
//!
//! Sources ([`http`], `imap`) put what they hear into the profile's outbox by way of the intake; one loop sends what is there, in
//! order, for as long as the bridge runs. So what was accepted survives the bridge, and the XMPP server's absence.
//!
//! Where it reaches a mailbox itself, devices tell it what to do there: the desk takes their commands, `orders` has them
//! carried out.

pub mod config;
mod contacts;
mod desk;
pub mod http;
mod imap;
mod intake;
mod orders;
pub mod provider;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jid::BareJid;
use mailwren_core::account::Subscription;
use mailwren_core::said::Said;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::config::{BridgeConfig, BridgeConfigError, Listen};
use self::contacts::Beat;
use self::desk::Desk;
use self::http::{Door, Listener, Secret};
use self::imap::Source;
use self::intake::Intake;
use self::orders::{Orders, Reached};
use crate::outbox::Outbox;
use crate::outbox::background::Watch;
use crate::outbox::sending::{LOOK, Sending};
use crate::ports::MailAccess;
use crate::profile::{Profile, try_lock};
use crate::sensors::Sensors;
use crate::vault::{self, PasswordError, Vault};
use crate::xmpp::resolve::SystemResolver;

/// What an attempt to send that is under way may still take when the bridge ends. What is cut off is sent once more, with
/// the same id.
const STOP: Duration = Duration::from_secs(5);

/// Why a bridge can't be started.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum BridgeError {
    /// The configuration is wrong.
    Config(#[from] BridgeConfigError),
    /// The secret can't be had.
    Secret(#[from] PasswordError),
    /// It can't listen.
    Listen {
        /// Where.
        listen: Listen,
        /// Why.
        source: io::Error,
    },
    /// Another one runs with the same configuration.
    Running,
    /// The data folder can't be written.
    Io {
        /// What of it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl BridgeError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Config(error) => error.said(),
            Self::Secret(error) => Said::word("bridge-secret-trouble").with("why", error.said()),
            Self::Listen { listen, source } => Said::word("bridge-listen")
                .with("listen", listen.to_string())
                .with("why", source.to_string()),
            Self::Running => Said::word("bridge-running"),
            Self::Io { path, source } => Said::at(path, Said::text(source)),
        }
    }
}

/// A bridge that has everything it needs.
pub struct Bridge {
    listener: Option<Listener>,
    door: Arc<Door>,
    intake: Arc<Intake>,
    sources: Vec<Source>,
    /// Told when connections may have died.
    doubt: watch::Sender<()>,
    sending: Sending,
    vault: Arc<dyn Vault>,
    config: PathBuf,
    outbox: Outbox,
    /// What reaches mailboxes, by their names.
    access: BTreeMap<String, Arc<dyn MailAccess>>,
    _lock: File,
}

impl Bridge {
    /// Reads the configuration and listens; `listen` takes the place of what stands there.
    ///
    /// # Errors
    /// When something is wrong that a person has to see to. An XMPP server that can't be reached isn't.
    pub fn open(
        profile: &Profile,
        listen: Option<Listen>,
        vault: Arc<dyn Vault>,
    ) -> BoxFuture<'_, Result<Self, BridgeError>> {
        async move {
            let config = BridgeConfig::load(profile.config_file(), listen)?;
            let secret = match &config.secret {
                Some(source) => vault::secret(source).await?.map(|secret| Secret::new(&secret)),
                None => None,
            };
            let path = profile.data_dir().join("bridge.lock");
            let lock = match try_lock(&path) {
                Ok(lock) => lock.ok_or(BridgeError::Running)?,
                Err(source) => return Err(BridgeError::Io { path, source }),
            };
            let listener = match &config.listen {
                Some(listen) => Some(Listener::bind(listen).await.map_err(|source| BridgeError::Listen {
                    listen: listen.clone(),
                    source,
                })?),
                None => None,
            };
            let intake = Arc::new(Intake::new(Outbox::of(profile)));
            let (doubt, doubted) = watch::channel(());
            let mut sources = Vec::new();
            let mut access: BTreeMap<String, Arc<dyn MailAccess>> = BTreeMap::new();
            for mailbox in &config.mailboxes {
                let Some(source) = &mailbox.imap else { continue };
                access.insert(mailbox.name.clone(), Arc::new(source.access.clone()));
                let opened = Source::open(mailbox, source, intake.clone(), profile.data_dir(), doubted.clone());
                sources.push(opened.map_err(|source| BridgeError::Io {
                    path: profile.data_dir().to_owned(),
                    source,
                })?);
            }
            Ok(Self {
                listener,
                door: Arc::new(Door {
                    config,
                    secret,
                    intake: intake.clone(),
                }),
                intake,
                sources,
                doubt,
                sending: Sending::new(profile, vault.clone(), Arc::new(SystemResolver)),
                vault,
                config: profile.config_file().to_owned(),
                outbox: Outbox::of(profile),
                access,
                _lock: lock,
            })
        }
        .boxed()
    }

    /// Lets it act upon a mailbox, by its name in the configuration, in another way than stands there.
    #[must_use]
    pub fn reaching(mut self, mailbox: &str, access: Arc<dyn MailAccess>) -> Self {
        self.access.insert(mailbox.to_owned(), access);
        self
    }

    /// What takes commands: one for each account whose mailboxes can be acted upon.
    fn desks(&self) -> Vec<Desk> {
        let mut by_account: BTreeMap<String, Vec<Reached>> = BTreeMap::new();
        for mailbox in &self.door.config.mailboxes {
            let Some(access) = self.access.get(&mailbox.name) else {
                continue;
            };
            // The configuration was checked.
            let Ok(owner) = BareJid::new(&mailbox.owner) else {
                continue;
            };
            let service = mailbox.target.service.clone();
            by_account.entry(mailbox.publisher.clone()).or_default().push(Reached {
                at: Subscription {
                    service: service.unwrap_or_else(|| mailbox.publisher.clone()),
                    node: mailbox.target.node.clone(),
                },
                mailbox: mailbox.clone(),
                owner,
                access: access.clone(),
            });
        }
        let desk = |(account, mailboxes): (String, _)| {
            let orders = Orders::new(mailboxes, account.clone(), self.outbox.clone(), self.intake.clone());
            Desk {
                orders: Arc::new(orders),
                account,
                config: self.config.clone(),
                outbox: self.outbox.clone(),
                vault: self.vault.clone(),
                resolver: Arc::new(SystemResolver),
                intake: self.intake.clone(),
            }
        };
        by_account.into_iter().map(desk).collect()
    }

    /// Where it listens, with the port that the system chose for port 0.
    pub fn listens_on(&self) -> Option<Listen> {
        self.listener.as_ref().and_then(|listener| listener.address().ok())
    }

    /// How many mailboxes it publishes by name.
    pub fn mailboxes(&self) -> usize {
        self.door.config.mailboxes.len()
    }

    /// Publishes until told to stop.
    pub fn run(self, stop: CancellationToken) -> BoxFuture<'static, ()> {
        async move {
            let mut desks = JoinSet::new();
            for desk in self.desks() {
                desks.spawn(desk.run(stop.clone()));
            }
            let endpoint = self
                .listener
                .map(|listener| tokio::spawn(http::serve(listener, self.door.clone(), stop.clone())));
            let sources = TaskTracker::new();
            if !self.sources.is_empty() {
                sources.spawn(doubt(self.doubt, stop.clone()));
            }
            for source in self.sources {
                sources.spawn(source.run(stop.clone()));
            }
            sources.close();
            send(self.sending, &self.intake, &stop).await;
            desks.join_all().await;
            if let Some(endpoint) = endpoint {
                endpoint.await.ok();
            }
            sources.wait().await;
        }
        .boxed()
    }
}

/// Passes on that connections may have died.
async fn doubt(told: watch::Sender<()>, stop: CancellationToken) {
    let mut sensors = Sensors::start();
    while stop.run_until_cancelled(sensors.next()).await.is_some() {
        told.send_replace(());
    }
}

/// Sends what is put in, as soon as it is, and tells of contacts; until told to stop.
async fn send(mut sending: Sending, intake: &Intake, stop: &CancellationToken) {
    let mut watch = Watch::default();
    while !stop.is_cancelled() {
        let work = async {
            if let Err(error) = sending.look(&mut watch).await {
                tracing::error!(%error, "the outbox can't be sent");
            }
            if let Some(beat) = intake.contacts.due(Instant::now()) {
                tell(&mut sending, intake, &beat).await;
            }
        };
        let stopped = async {
            stop.cancelled().await;
            tokio::time::sleep(STOP).await;
        };
        tokio::select! {
            () = work => {}
            () = stopped => return,
        }
        tokio::select! {
            () = intake.wake.notified() => {}
            // Other processes put something in, too.
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => {}
        }
    }
    let end = async {
        for beat in intake.contacts.last() {
            tell(&mut sending, intake, &beat).await;
        }
        sending.close().await;
    };
    tokio::time::timeout(STOP, end).await.ok();
}

async fn tell(sending: &mut Sending, intake: &Intake, beat: &Beat) {
    let told = sending.beat(&beat.account, &beat.publisher).await;
    let again_soon = match told {
        Ok(()) => false,
        Err(obstacle) => {
            tracing::info!(why = %obstacle.message, "when mail was last heard of can't be told");
            !obstacle.needs_person
        }
    };
    intake.contacts.told(beat, Instant::now(), again_soon);
}
