//! The engine: one task owns the model and carries its effects out.
//!
//! Sessions, popups, faces and the clock all end in one `select!`; what a face only wants to read goes past it, straight
//! to the store's reading side and to the last published status.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt as _, StreamExt as _};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mailwren_core::account::Account;
use mailwren_core::arrival::Stored;
use mailwren_core::model::{Effect, Input, Manners, Model};
use mailwren_core::policy::Hush;
use mailwren_core::popup::PopupEvent;
use mailwren_core::rules::RuleEntry;
use mailwren_core::said::Said;
use mailwren_core::settings::{GeneralSettings, NotificationSettings};
use mailwren_core::view::{ApiError, Command, Filter, Notice, Pause, Problem, Reply, Status};
use mailwren_core::words::Words;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::acts::Acts;
use crate::config::watch::Watch;
use crate::config::{ConfigError, ConfigFile, ConfigProblem, Loaded};
use crate::hooks::Hooks;
use crate::language;
use crate::mailbox::{Mailbox, position_key, trouble_code};
use crate::marking::Marking;
use crate::outbox::background;
use crate::parts::{Part, Parts};
use crate::popups;
use crate::ports::{Notifier, Surroundings};
use crate::profile::Profile;
use crate::sensors::{Doubt, Sensors};
use crate::store::{Store, StoreError, TakenOver};
use crate::thrift::{self, Rest};
use crate::vault::Vault;
use crate::xmpp::iq::Asker;
use crate::xmpp::session::{self, SessionContext, SessionHandle, Timing};

/// Once so many events are together, no more are stored with them: they are all in memory at once.
const TOGETHER: usize = 500;
/// Where the pause is kept in the store.
const PAUSE_KEY: &str = "pause";
/// How often the engine looks round: whether the clock was set, whether it is quiet, and, where nobody tells, whether the
/// configuration changed.
const LOOK_ROUND: Duration = Duration::from_secs(2);
/// The same once nothing is left to do.
const LOOK_AT_REST: Duration = Duration::from_secs(10);
/// A popup of what arrived goes first, and what else arrives meanwhile is counted with it.
const COUNTED_AFTER: Duration = Duration::from_millis(10);
/// How often rows that are too old are swept out.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// After a failed write, until it is tried again.
const STORE_RETRY: Duration = Duration::from_secs(1);

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

pub(crate) struct Run {
    /// Held for as long as the engine runs: a temporary one goes with its last holder.
    pub(crate) profile: Arc<Profile>,
    pub(crate) model: Model,
    pub(crate) store: Store,
    pub(crate) config: ConfigFile,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) sessions: HashMap<String, SessionHandle>,
    pub(crate) mailboxes: HashMap<String, Mailbox>,
    pub(crate) accounts: Vec<Account>,
    accounts_told: watch::Sender<Vec<Account>>,
    connect: bool,
    timing: Timing,
    inputs_in: mpsc::Sender<Input>,
    notices: broadcast::Sender<Notice>,
    status: watch::Sender<Status>,
    popups: Option<popups::Queue>,
    hooks: Hooks,
    pub(crate) acts: Acts,
    /// What the model wants done as if a face had asked.
    asked: VecDeque<Command>,
    /// What is to be marked read, in order.
    pub(crate) marking: VecDeque<Marking>,
    pub(crate) parts: Parts,
    stop: CancellationToken,
    /// When unread rows are to be counted, if some arrived since they were.
    uncounted: Option<Instant>,
    /// Whether something couldn't be stored before the engine ended.
    lost: bool,
    pub(crate) general: GeneralSettings,
    pub(crate) words: Words,
    pub(crate) notifications: NotificationSettings,
    pub(crate) rules: Vec<RuleEntry>,
    zone: TimeZone,
    config_seen: Option<crate::config::Fingerprint>,
    rest: Rest,
}

impl Run {
    async fn begin(&mut self, loaded: Loaded) -> Result<(), StartError> {
        self.feed(Input::Zone(self.zone.clone())).await;
        self.adopt(loaded).await;
        // A headless host owes nobody a popup, but what an earlier desktop face still owed stays owed.
        let owed = if self.popups.is_some() {
            self.store.owed().await?
        } else {
            Vec::new()
        };
        let pause = self.store.get(PAUSE_KEY).await?;
        let pause = pause.and_then(|json| serde_json::from_str::<Pause>(&json).ok());
        self.parts = Parts::load(&self.store).await?;
        let loaded = Input::Loaded {
            baselines: self.store.baselines().await?,
            owed,
            snoozed: self.store.snoozed().await?,
            unread: self.store.unread().await?,
            pause,
            rev: self.store.rev().await?,
        };
        self.feed(loaded).await;
        Ok(())
    }

    async fn run(
        mut self,
        mut inputs: mpsc::Receiver<Input>,
        mut requests: mpsc::Receiver<Request>,
        mut popup_events: Option<mpsc::Receiver<PopupEvent>>,
        mut surroundings: BoxStream<'static, Surroundings>,
    ) {
        let mut batch = Vec::new();
        let mut looked: Option<Instant> = None;
        let mut swept: Option<Instant> = None;
        let mut edits = Watch::of(self.config.path());
        let mut sensors = self.connect.then(Sensors::start);
        loop {
            let (deadline, uncounted) = (self.model.next_deadline(), self.uncounted);
            let pause = if self.rest.is_taken() { LOOK_AT_REST } else { LOOK_ROUND };
            let next_look = looked.map_or_else(Instant::now, |at| at + pause);
            tokio::select! {
                () = self.stop.cancelled() => break,
                Some(request) = requests.recv() => {
                    self.rest.stir();
                    self.answer(request).await;
                }
                Some(Ok(finished)) = self.acts.under_way.join_next() => self.finished(finished).await,
                () = std::future::ready(()), if !self.marking.is_empty() => self.mark_on().await,
                Some(event) = next_popup_event(&mut popup_events) => self.feed(Input::Popup(event)).await,
                Some(said) = surroundings.next() => match said {
                    Surroundings::DoNotDisturb(on) => self.feed(Input::DoNotDisturb(on)).await,
                    Surroundings::Locked(on) => self.feed(Input::Locked(on)).await,
                    Surroundings::Tray(there) => self.part(Part::Tray, there).await,
                    Surroundings::Logind(there) => self.part(Part::Logind, there).await,
                },
                count = inputs.recv_many(&mut batch, 256) => {
                    if count == 0 {
                        break;
                    }
                    self.rest.stir();
                    for input in merge(batch.drain(..)) {
                        if self.take_in(input).await {
                            self.uncounted.get_or_insert_with(|| Instant::now() + COUNTED_AFTER);
                        }
                    }
                }
                () = until(deadline) => self.feed(Input::Tick).await,
                () = sleep_until(uncounted) => self.recount().await,
                doubt = next_doubt(&mut sensors) => {
                    tracing::info!(?doubt, "looking after the connections");
                    self.sessions.values().for_each(SessionHandle::probe);
                    self.mailboxes.values().for_each(Mailbox::probe);
                    // What was due in sleep is due now.
                    self.feed(Input::Tick).await;
                }
                () = edits.made() => self.reload_if_changed().await,
                () = tokio::time::sleep_until(next_look) => {
                    // A clock that was set back has moved deadlines away, and popups must not wait for them.
                    self.feed(Input::Tick).await;
                    edits.renew();
                    self.reload_if_changed().await;
                    self.look_at_clock(deadline).await;
                    if swept.is_none_or(|at| at.elapsed() >= SWEEP_EVERY) {
                        self.sweep().await;
                        swept = Some(Instant::now());
                    }
                    looked = Some(Instant::now());
                    if self.rest.is_due() {
                        self.store.shrink().await.ok();
                        thrift::give_back();
                    }
                }
            }
            while let Some(command) = self.asked.pop_front() {
                if let Command::Act { seqs, act } = command {
                    self.act(seqs, act, None).await;
                } else if let Command::UndoAct { seqs } = command {
                    self.undo_act(&seqs, None).await;
                } else if let Err(error) = self.command(command).await {
                    tracing::warn!(%error, "what was chosen at a popup couldn't be done");
                }
            }
        }
        self.end(inputs).await;
    }

    /// The face may have left before it is answered.
    async fn answer(&mut self, request: Request) {
        match request {
            // These are answered once a bridge has answered, and nothing else waits for it.
            Request::Command {
                command: Command::Act { seqs, act },
                answer,
            } => self.act(seqs, act, Some(answer)).await,
            Request::Command {
                command: Command::UndoAct { seqs },
                answer,
            } => self.undo_act(&seqs, Some(answer)).await,
            Request::Command {
                command: Command::MarkAllRead { filter },
                answer,
            } => self.marking.push_back(Marking::new(filter, Timestamp::now(), answer)),
            Request::Command { command, answer } => drop(answer.send(self.command(command).await)),
            Request::Asker { jid, answer } => {
                let asker = self.sessions.get(&jid).and_then(SessionHandle::asker);
                drop(answer.send(asker));
            }
            Request::Sample { answer } => drop(answer.send(self.sample().await)),
        }
    }

    /// Sessions may be waiting for room in the queue: it is drained while they end.
    async fn end(mut self, mut inputs: mpsc::Receiver<Input>) {
        self.mailboxes.clear();
        let stopping: Vec<_> = self.sessions.drain().map(|(_, session)| session.stop()).collect();
        let stopped = futures::future::join_all(stopping);
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                _ = &mut stopped => break,
                Some(input) = inputs.recv() => self.feed(input).await,
            }
        }
        inputs.close();
        while let Some(input) = inputs.recv().await {
            self.feed(input).await;
        }
        if let Some(popups) = self.popups.take() {
            popups.close().await;
        }
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "closing the store");
        }
        self.notices.send(Notice::Closing).ok();
    }

    /// Whether no face here shows popups.
    pub(crate) const fn headless(&self) -> bool {
        self.popups.is_none()
    }

    /// Ends the engine after the present command.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Tells the model how many rows are unread now.
    pub(crate) async fn recount(&mut self) {
        self.uncounted = None;
        match self.counts().await {
            Ok(counts) => drop(self.take_in(counts).await),
            Err(error) => tracing::error!(%error, "counting unread rows"),
        }
    }

    /// Counts anew, and tells faces, after rows were deleted.
    pub(crate) async fn removed(&mut self) {
        self.recount().await;
        // Nobody need listen.
        self.notices.send(Notice::Removed).ok();
    }

    /// Takes an input in, carries out all that follows from it, and counts anew if that wrote rows.
    pub(crate) async fn feed(&mut self, input: Input) {
        if self.take_in(input).await {
            self.recount().await;
        }
    }

    /// Takes an input in and carries out all that follows from it. Returns whether rows were written.
    async fn take_in(&mut self, input: Input) -> bool {
        let mut inputs = VecDeque::from([input]);
        let mut touched = false;
        while let Some(input) = inputs.pop_front() {
            for effect in self.model.update(Timestamp::now(), input) {
                self.rest.stir();
                let (follows, wrote) = self.carry_out(effect).await;
                touched |= wrote;
                inputs.extend(follows);
            }
        }
        touched
    }

    async fn counts(&self) -> Result<Input, StoreError> {
        Ok(Input::Unread {
            counts: self.store.unread().await?,
            rev: self.store.rev().await?,
        })
    }

    /// Timers stand still while the machine sleeps, so a deadline may be over already; and the person may have
    /// travelled.
    async fn look_at_clock(&mut self, deadline: Option<Timestamp>) {
        let zone = TimeZone::system();
        if zone != self.zone {
            self.zone = zone.clone();
            self.feed(Input::Zone(zone)).await;
        }
        if deadline.is_some_and(|at| at <= Timestamp::now()) {
            self.feed(Input::Tick).await;
        }
    }

    /// Returns what follows from an effect, and whether rows were written.
    async fn carry_out(&mut self, effect: Effect) -> (Option<Input>, bool) {
        let now = Timestamp::now();
        let changed = match effect {
            Effect::Append(arrivals) => {
                if let Some(popups) = self.popups.as_ref().filter(|_| arrivals.iter().any(|a| a.owed)) {
                    popups.expect();
                }
                let stored = self
                    .kept(|store| {
                        let arrivals = arrivals.clone();
                        async move { store.append(arrivals).await }
                    })
                    .await;
                let stored = stored.unwrap_or_default();
                let wrote = stored.iter().any(|s| !matches!(s, Stored::Known { .. }));
                return (Some(Input::Stored(stored)), wrote);
            }
            Effect::Retract(key) => {
                self.kept(|store| {
                    let key = key.clone();
                    async move { store.retract(key, now).await }
                })
                .await
            }
            Effect::Purge { account, service, node } => {
                self.kept(|store| {
                    let (account, service, node) = (account.clone(), service.clone(), node.clone());
                    async move { store.purge(account, service, node, now).await }
                })
                .await
            }
            Effect::Reconcile {
                account,
                service,
                node,
                present,
                as_of,
            } => {
                self.kept(|store| {
                    let (account, service, node) = (account.clone(), service.clone(), node.clone());
                    let present = present.clone();
                    async move { store.reconcile(account, service, node, present, as_of, now).await }
                })
                .await
            }
            Effect::Look(account) => {
                self.mailboxes.get(&account).inspect(|mailbox| mailbox.look());
                None
            }
            Effect::KeepPosition {
                account,
                service,
                user,
                folder,
                position,
            } => {
                let key = position_key(&account, &service, &user, &folder);
                let json = position.and_then(|position| serde_json::to_string(&position).ok());
                self.kept(|store| {
                    let (key, json) = (key.clone(), json.clone());
                    async move { store.set(key, json).await }
                })
                .await;
                None
            }
            Effect::GiveWay {
                account,
                folders,
                before,
            } => {
                self.kept(|store| {
                    let (account, folders) = (account.clone(), folders.clone());
                    async move { store.give_way(account, folders, before, now).await }
                })
                .await
            }
            Effect::MarkRead(seqs) => {
                let marked = self
                    .kept(|store| {
                        let seqs = seqs.clone();
                        async move { store.mark(seqs, true, now).await }
                    })
                    .await;
                self.share();
                self.mark_in_mailbox(marked.as_deref().unwrap_or_default(), true);
                marked
            }
            Effect::Dismiss(seqs) => {
                self.kept(|store| {
                    let seqs = seqs.clone();
                    async move { store.dismiss(seqs, now).await }
                })
                .await;
                self.share();
                None
            }
            Effect::TakeOver { account, marks } => {
                let taken = self
                    .kept(|store| {
                        let account = account.clone();
                        let marks = marks.clone();
                        async move { store.take_over(account, marks, now).await }
                    })
                    .await;
                let Some(TakenOver { changed, dismissed }) = taken else {
                    return (None, false);
                };
                let wrote = !changed.is_empty();
                return (Some(Input::TakenOver { changed, dismissed }), wrote);
            }
            Effect::Explain(reasons) => {
                self.kept(|store| {
                    let reasons = reasons.clone();
                    async move { store.explain(reasons).await }
                })
                .await
            }
            Effect::Wake(seqs) => {
                let woken = self
                    .kept(|store| {
                        let seqs = seqs.clone();
                        async move { store.wake(seqs).await }
                    })
                    .await;
                return (woken.map(Input::Woken), true);
            }
            Effect::Hook(call) => {
                self.hooks.run(*call);
                None
            }
            Effect::Ask(command) => {
                self.asked.push_back(*command);
                None
            }
            Effect::Baseline { account, service, node } => {
                self.kept(|store| {
                    let (account, service, node) = (account.clone(), service.clone(), node.clone());
                    async move { store.set_baseline(account, service, node).await }
                })
                .await;
                None
            }
            Effect::KeepPause(pause) => {
                let json = pause.and_then(|p| serde_json::to_string(&p).ok());
                self.kept(|store| {
                    let json = json.clone();
                    async move { store.set(PAUSE_KEY, json).await }
                })
                .await;
                None
            }
            Effect::Settle(seqs) => {
                self.kept(|store| {
                    let seqs = seqs.clone();
                    async move { store.notified(seqs).await }
                })
                .await;
                None
            }
            Effect::Show(popup) => {
                if let Some(popups) = &self.popups {
                    popups.show(popup);
                }
                None
            }
            Effect::Withdraw(id) => {
                if let Some(popups) = &self.popups {
                    popups.withdraw(id);
                }
                None
            }
            Effect::Tell(notice) => {
                if notice == Notice::Status {
                    self.status.send_replace(self.model.status());
                }
                // Nobody need listen.
                self.notices.send(notice).ok();
                None
            }
        };
        match changed.filter(|rows| !rows.is_empty()) {
            Some(rows) => (Some(Input::Changed(rows)), true),
            None => (None, false),
        }
    }

    async fn sample(&mut self) -> Sample {
        // Whether it is quiet may have changed with the time.
        self.feed(Input::Tick).await;
        let Some(popups) = &self.popups else {
            return Sample::Headless;
        };
        match self.model.sample(Timestamp::now()) {
            Ok(popup) => Sample::Underway(popups.try_out(popup)),
            Err(hush) => Sample::Withheld(hush),
        }
    }

    /// What a person did is told to their other devices.
    pub(crate) fn share(&self) {
        self.sessions.values().for_each(SessionHandle::share);
    }

    /// What happened is kept before anything else happens: while the disk is full or the database locked, sessions wait,
    /// and nothing is lost. `None` when the engine is to end instead.
    async fn kept<T, F: Future<Output = Result<T, StoreError>>>(&mut self, write: impl Fn(Store) -> F) -> Option<T> {
        // What comes after something that was lost would say that it wasn't.
        if self.lost {
            return None;
        }
        let mut told = false;
        loop {
            match write(self.store.clone()).await {
                Ok(done) => {
                    if told {
                        self.tell_problem("store", None);
                    }
                    return Some(done);
                }
                Err(error) => {
                    tracing::error!(%error, "writing to the store; trying again");
                    if !std::mem::replace(&mut told, true) {
                        let unstored = Said::word("store-unwritable").with("why", error.said());
                        let problem = Problem::new("store", unstored).hint(Said::word("store-unwritable-do"));
                        self.tell_problem("store", Some(problem));
                    }
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => {
                    self.lost = true;
                    return None;
                }
                () = tokio::time::sleep(STORE_RETRY) => {}
            }
        }
    }

    /// Like feeding [`Input::Problem`], from inside an effect.
    fn tell_problem(&mut self, code: &str, problem: Option<Problem>) {
        let input = Input::Problem {
            code: code.to_owned(),
            problem,
        };
        for effect in self.model.update(Timestamp::now(), input) {
            if let Effect::Tell(notice) = effect {
                self.status.send_replace(self.model.status());
                self.notices.send(notice).ok();
            }
        }
    }

    async fn reload_if_changed(&mut self) {
        let seen = self.config.fingerprint();
        if Some(&seen) == self.config_seen.as_ref() {
            return;
        }
        // Editors may delete or empty a file before they write it anew, and no accounts at all is hardly what was meant.
        let loaded = if seen.is_void() && !self.accounts.is_empty() {
            Err(ConfigError::Void(self.config.path().to_owned()))
        } else {
            self.config.load()
        };
        match loaded {
            Ok(loaded) => {
                self.adopt(loaded).await;
                // It may have changed again since it was read.
                self.config_seen = Some(seen);
            }
            Err(error) => {
                self.config_seen = Some(seen);
                let problem = Problem::new("config", error.said()).hint(Said::word("config-unread-do"));
                self.feed(Input::Problem {
                    code: "config".to_owned(),
                    problem: Some(problem),
                })
                .await;
            }
        }
    }

    /// Makes a configuration the one in force: sessions start, end and are replaced as it says.
    pub(crate) async fn adopt(&mut self, loaded: Loaded) {
        self.config_seen = Some(self.config.fingerprint());
        let problem = (!loaded.problems.is_empty()).then(|| {
            let faults = loaded.problems.iter().map(ConfigProblem::said).collect();
            let edit = Said::word("config-edit-do").with("path", self.config.path().display());
            Problem::new("config", Said::Lines(faults)).hint(edit)
        });
        language::speak(&mut self.words, loaded.config.general.language);
        let manners = Manners {
            words: self.words.clone(),
            ..loaded.config.manners(self.popups.is_some())
        };
        let (general, notifications, rules) = (loaded.config.general, loaded.config.notifications, loaded.config.rules);
        let edited = self.general != general || self.notifications != notifications || self.rules != rules;
        let kept_shorter = general.keep_days < self.general.keep_days;
        (self.general, self.notifications, self.rules) = (general, notifications, rules);
        let accounts = loaded.config.accounts;
        self.feed(Input::Problem {
            code: "config".to_owned(),
            problem,
        })
        .await;
        self.feed(Input::Manners(manners)).await;
        if edited {
            // Nobody need listen.
            self.notices.send(Notice::Settings).ok();
        }
        // Before the notice: who then asks for rows is told how they are opened now.
        self.accounts_told.send_replace(accounts.clone());
        self.feed(Input::Accounts(accounts.clone())).await;
        if kept_shorter {
            self.sweep().await;
        }
        if !self.connect {
            self.accounts = accounts;
            return;
        }
        let before = std::mem::replace(&mut self.accounts, accounts.clone());
        for old in before {
            if accounts.contains(&old) {
                continue;
            }
            if self.mailboxes.remove(&old.jid).is_some() {
                let (code, problem) = (trouble_code(&old.jid), None);
                self.feed(Input::Problem { code, problem }).await;
            }
            if let Some(session) = self.sessions.remove(&old.jid) {
                tokio::spawn(session.stop());
            }
        }
        for account in accounts.into_iter().filter(|a| a.enabled) {
            if !self.mailboxes.contains_key(&account.jid) {
                let (vault, store, inputs) = (self.vault.clone(), self.store.clone(), self.inputs_in.clone());
                let mailbox = Mailbox::open(&account, vault, store, inputs);
                self.mailboxes
                    .extend(mailbox.map(|mailbox| (account.jid.clone(), mailbox)));
            }
            if !account.xmpp {
                continue;
            }
            let (vault, store, inputs) = (self.vault.clone(), self.store.clone(), self.inputs_in.clone());
            let timing = self.timing.clone();
            self.sessions.entry(account.jid.clone()).or_insert_with(|| {
                session::spawn(SessionContext {
                    account,
                    vault,
                    store,
                    inputs,
                    timing,
                })
            });
        }
    }

    async fn sweep(&mut self) {
        let kept = SignedDuration::from_hours(24 * i64::from(self.general.keep_days));
        let Ok(before) = Timestamp::now().checked_sub(kept) else {
            return;
        };
        match self.store.sweep(before).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, "rows older than they are kept for were removed");
                self.removed().await;
            }
            Err(error) => tracing::warn!(%error, "sweeping the store"),
        }
    }
}

async fn next_popup_event(events: &mut Option<mpsc::Receiver<PopupEvent>>) -> Option<PopupEvent> {
    match events {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}

async fn next_doubt(sensors: &mut Option<Sensors>) -> Doubt {
    match sensors {
        Some(sensors) => sensors.next().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Timestamp>) {
    match deadline {
        Some(at) => {
            let left = at.duration_since(Timestamp::now());
            tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
        }
        None => std::future::pending().await,
    }
}

/// Events that arrived one after another for the same account are stored together.
fn merge(inputs: impl Iterator<Item = Input>) -> Vec<Input> {
    let mut merged: Vec<Input> = Vec::new();
    for input in inputs {
        match (merged.last_mut(), input) {
            (
                Some(Input::Events {
                    account: last,
                    events: before,
                }),
                Input::Events { account, events },
            ) if *last == account && before.len() < TOGETHER => before.extend(events),
            (_, input) => merged.push(input),
        }
    }
    merged
}
