//! The engine: one task owns the model and carries its effects out.
//!
//! Sessions, popups, faces and the clock all end in one `select!`; what a face only wants to read goes past it, straight
//! to the store's reading side and to the last published status.

mod carry_out;
mod configuration;
mod handle;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailwren_core::account::Account;
use mailwren_core::model::{Input, Model};
use mailwren_core::popup::PopupEvent;
use mailwren_core::rules::RuleEntry;
use mailwren_core::settings::{GeneralSettings, NotificationSettings};
use mailwren_core::view::{Command, Notice, Pause, Status};
use mailwren_core::words::Words;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::acts::Acts;
use crate::config::watch::Watch;
use crate::config::{ConfigFile, Loaded};
use crate::hooks::Hooks;
use crate::mailbox::Mailbox;
use crate::marking::Marking;
use crate::parts::{Part, Parts};
use crate::popups;
use crate::ports::Surroundings;
use crate::profile::Profile;
use crate::sensors::{Doubt, Sensors};
use crate::store::{Store, StoreError};
use crate::thrift::{self, Rest};
use crate::vault::Vault;
use crate::xmpp::session::{SessionHandle, Timing};

pub use self::handle::{Engine, Horizon, Setup, StartError};
pub(crate) use self::handle::{Request, Sample};

/// Once so many events are together, no more are stored with them: they are all in memory at once.
const TOGETHER: usize = 500;
/// How often the engine looks round: whether the clock was set, whether it is quiet, and, where nobody tells, whether the
/// configuration changed.
const LOOK_ROUND: Duration = Duration::from_secs(2);
/// The same once nothing is left to do.
const LOOK_AT_REST: Duration = Duration::from_secs(10);
/// A popup of what arrived goes first, and what else arrives meanwhile is counted with it.
const COUNTED_AFTER: Duration = Duration::from_millis(10);
/// How often rows that are too old are swept out.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// Where the pause is kept in the store.
const PAUSE_KEY: &str = "pause";

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
