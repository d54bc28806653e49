//! One account's life: connect, bind or resume, listen, answer, and begin again.
//!
//! One task owns the `StanzaStream` whole, in one `select!`: its halves, taken apart, go deaf on a runtime of several
//! threads. What the server acknowledges is what was received, not what was stored; a crash between the two is healed by
//! the next session, which fetches what the nodes hold.
//!
//! A `StanzaStream` resumes for as long as it lives. Where that can't succeed (the server has forgotten the session, and
//! says so in a way that tokio-xmpp can't read; a stanza breaks the stream each time it is sent again) it is replaced by a
//! new one, which begins afresh.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use jid::{BareJid, Jid};
use jiff::Timestamp;
use mailwren_core::account::Account;
use mailwren_core::event::Dialect;
use mailwren_core::link::{Backoff, FailureClass, Pace, Reached, Verdict};
use mailwren_core::model::{Input, LinkChange};
use mailwren_core::sources::Sources;
use mailwren_core::stanza;
use mailwren_core::view::Problem;
use minidom::Element;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{Connection, Event, StanzaStage, StanzaStream, StanzaToken, StreamEvent};
use tokio_xmpp::xmlstream::Timeouts;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::message::{Message, MessageType};
use xmpp_parsers::ns;
use xmpp_parsers::presence::{Presence, Show};

use super::answer::answer;
use super::bring_up::BringUp;
use super::caps::Capabilities;
use super::catch_up::Care;
use super::connector::{Connector, KEEPALIVE, LoginFacts};
use super::guarded_io::Gauge;
use super::iq::{Asker, IqTable, Request};
use super::login::LoginMemory;
use super::resolve::SystemResolver;
use super::slot::Slot;
use super::trouble::ConnectError;
use crate::store::{Store, StoreError};
use crate::vault::{self, PasswordError, Vault, VaultError};

/// Stanzas that wait to be sent or to be handled, each way.
const QUEUE: usize = 256;
/// Answers to others are dropped when so many stanzas wait to be sent; the rest of the queue is for our own.
const MOST_UNSENT: usize = 128;
/// Where login memories are kept in the store, by JID.
const LOGINS_KEY: &str = "logins";
/// Interruptions in a row, soon after a resumption and without a stanza in between, that mean that one breaks the stream
/// each time it is sent again. A limit that is passed says so at once; this is for what only the parser refuses, and mustn't
/// be taken for a network that comes and goes.
const FRUITLESS: u32 = 4;

/// Time constants of a session.
#[derive(Debug, Clone)]
pub struct Timing {
    /// Silence after which the server is asked for a sign of life.
    pub keepalive: Duration,
    /// How long that sign may take.
    pub keepalive_answer: Duration,
    /// How long an answer to an IQ may take.
    pub iq: Duration,
    /// How long binding or resuming may take.
    pub negotiation: Duration,
    /// How long a sign of life may take after the network changed or the machine woke.
    pub probe: Duration,
    /// How long a clean end may take.
    pub stop: Duration,
    /// First wait before a node that isn't in order is looked after again.
    pub patience: Duration,
    /// A resumed connection that breaks earlier, and before anything came, was broken by what came.
    pub fruitless: Duration,
    /// How often items are fetched while events can't be received.
    pub poll: Duration,
    /// How long until it is tried again to receive events.
    pub mute: Duration,
    /// When to connect again.
    pub pace: Pace,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            keepalive: KEEPALIVE.read_timeout,
            keepalive_answer: KEEPALIVE.response_timeout,
            iq: Duration::from_secs(30),
            negotiation: Duration::from_secs(30),
            probe: Duration::from_secs(5),
            stop: Duration::from_secs(2),
            patience: Duration::from_secs(30),
            fruitless: Duration::from_secs(10),
            poll: Duration::from_secs(60),
            mute: Duration::from_secs(600),
            pace: Pace::default(),
        }
    }
}

impl Timing {
    /// All waits divided by `factor`, as the fault lab wants them; what only bounds a wait stays as it is.
    #[must_use]
    pub fn scaled_down(factor: u32) -> Self {
        let shipped = Self::default();
        let pace = shipped.pace;
        Self {
            keepalive: shipped.keepalive / factor,
            keepalive_answer: shipped.keepalive_answer / factor,
            patience: shipped.patience / factor,
            poll: shipped.poll / factor,
            mute: shipped.mute / factor,
            pace: Pace {
                fresh_cap: pace.fresh_cap / factor,
                fresh: pace.fresh / factor,
                cap: pace.cap / factor,
                login_base: pace.login_base / factor,
                held: pace.held / factor,
                untrusted: pace.untrusted / factor,
                span: pace.span / factor,
                ..pace
            },
            ..shipped
        }
    }
}

/// What a session is made of.
pub struct SessionContext {
    /// The account.
    pub account: Account,
    /// Where its password is.
    pub vault: Arc<dyn Vault>,
    /// What is known already.
    pub store: Store,
    /// Where what happens is told. A full queue holds the stream up, so that a flood waits at the server.
    pub inputs: mpsc::Sender<Input>,
    /// Time constants.
    pub timing: Timing,
}

/// What is asked of a running session.
#[derive(Debug, Clone, Copy)]
enum Command {
    Retry,
    Probe,
}

/// A running session. Dropped, it ends without waiting.
pub struct SessionHandle {
    commands: mpsc::Sender<Command>,
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
    patience: Duration,
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHandle").finish_non_exhaustive()
    }
}

impl SessionHandle {
    /// Connects now instead of later; with the password as it is now.
    pub fn retry(&self) {
        // If the queue is full, one such wish is in it.
        self.commands.try_send(Command::Retry).ok();
    }

    /// The network changed, or the machine woke: makes sure that the connection is alive, or connects again.
    pub fn probe(&self) {
        self.commands.try_send(Command::Probe).ok();
    }

    /// Ends the session: the stream is closed in order if that is soon done.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(mut task) = self.task.take()
            && tokio::time::timeout(self.patience, &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

impl Drop for SessionHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts an account's session.
pub fn spawn(context: SessionContext) -> SessionHandle {
    let (commands, receiver) = mpsc::channel(8);
    let stop = CancellationToken::new();
    // Longer than the session itself allows, which ends in order first.
    let patience = context.timing.stop * 2;
    let task = tokio::spawn(run(context, receiver, stop.clone()));
    SessionHandle {
        commands,
        stop,
        task: Some(task),
        patience,
    }
}

/// Forgets how strong an account's logins were, as a person who enters a password again wants it.
///
/// # Errors
/// When the store can't be written.
pub async fn forget_logins(store: &Store, account: &str) -> Result<(), StoreError> {
    remember(store, account, None).await
}

async fn remembered(store: &Store, account: &str) -> Result<LoginMemory, StoreError> {
    let memories = store.get(LOGINS_KEY).await?;
    let mut memories = memories
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_else(Memories::default);
    Ok(memories.remove(account).unwrap_or_default())
}

async fn remember(store: &Store, account: &str, memory: Option<LoginMemory>) -> Result<(), StoreError> {
    let memories = store.get(LOGINS_KEY).await?;
    let mut memories = memories
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_else(Memories::default);
    match memory {
        Some(memory) => drop(memories.insert(account.to_owned(), memory)),
        None => drop(memories.remove(account)),
    }
    store.set(LOGINS_KEY, serde_json::to_string(&memories).ok()).await
}

type Memories = std::collections::BTreeMap<String, LoginMemory>;

async fn run(context: SessionContext, commands: mpsc::Receiver<Command>, stop: CancellationToken) {
    let keepalive = Timeouts {
        read_timeout: context.timing.keepalive,
        response_timeout: context.timing.keepalive_answer,
    };
    let connector = Connector::new(&context.account, Arc::new(SystemResolver));
    match connector {
        Ok(connector) => {
            Session::new(context, connector.with_keepalive(keepalive), commands, stop)
                .run()
                .await
        }
        Err(error) => {
            let change = LinkChange::Parked(error.problem());
            context
                .inputs
                .send(Input::Link {
                    account: context.account.jid,
                    change,
                })
                .await
                .ok();
            stop.cancelled().await;
        }
    }
}

/// A `StanzaStream`, and where it asks for connections.
struct Line {
    stream: StanzaStream,
    slots: mpsc::UnboundedReceiver<Slot>,
}

impl Line {
    fn new(own: BareJid) -> Self {
        let (asking, slots) = mpsc::unbounded_channel();
        let connect = move |_, place| {
            // One that nobody receives any more is ended by its drop.
            drop(asking.send(Slot::new(place, own.clone())));
        };
        Self {
            stream: StanzaStream::new(Box::new(connect), QUEUE),
            slots,
        }
    }
}

/// Why an attempt failed.
enum AttemptError {
    Password(PasswordError),
    Connect(Box<ConnectError>),
}

impl AttemptError {
    fn class(&self) -> FailureClass {
        match self {
            // A keyring may come late, and be unlocked late; but each question may raise a prompt.
            Self::Password(PasswordError::Vault(VaultError::Locked)) => FailureClass::Untrusted,
            Self::Password(PasswordError::Missing(_) | PasswordError::Exposed(_) | PasswordError::Unusable(_)) => {
                FailureClass::NeedsPerson
            }
            Self::Password(_) => FailureClass::Transient,
            Self::Connect(error) => error.class(),
        }
    }

    fn reached(&self) -> Reached {
        match self {
            Self::Password(_) => Reached::Network,
            Self::Connect(error) => error.reached,
        }
    }

    fn problem(&self) -> Problem {
        match self {
            Self::Password(error) => Problem {
                code: "keyring".to_owned(),
                message: error.to_string(),
                hint: None,
            },
            Self::Connect(error) => error.problem(),
        }
    }
}

type Dialed = Result<(Connection, LoginFacts), AttemptError>;

/// Where the session stands on its way to a working stream.
enum Phase {
    /// The next attempt is due at this time.
    Waiting(Instant),
    /// An attempt is under way.
    Dialing(BoxFuture<'static, Dialed>),
    /// Only a person can help.
    Parked,
    /// A connection was handed over, and must be bound or resumed until this time.
    Negotiating(Instant),
    /// Stanzas flow.
    Up(Stint),
}

/// A time during which stanzas flowed without interruption.
struct Stint {
    since: Instant,
    resumed: bool,
    stanzas: u64,
}

/// A sign of life that is awaited.
struct Probe {
    until: Instant,
    received: u64,
}

struct Session {
    account: Account,
    own: BareJid,
    sources: Sources,
    vault: Arc<dyn Vault>,
    store: Store,
    inputs: mpsc::Sender<Input>,
    timing: Timing,
    connector: Connector,
    commands: mpsc::Receiver<Command>,
    stop: CancellationToken,

    line: Line,
    phase: Phase,
    backoff: Backoff,
    /// What [`Backoff`] counts time from.
    epoch: Instant,
    gauge: Arc<Gauge>,
    probe: Option<Probe>,
    /// Interruptions in a row that no stanza lay between.
    fruitless: u32,

    iqs: IqTable,
    questions: mpsc::Receiver<Request>,
    bring_up: Option<BoxFuture<'static, Option<Box<BringUp>>>>,
    hurry: Arc<Notify>,
    care: Care,
    /// Until when no presence is sent, because what the server sends upon it isn't safe to read.
    mute: Option<Instant>,
    /// What was sent and isn't on its way yet.
    unsent: Vec<StanzaToken>,
}

/// What a turn of the loop is about.
enum Wake {
    Stop,
    Command(Command),
    Stream(Option<Event>),
    Dialed(Box<Dialed>),
    Question(Request),
    BroughtUp(Option<Box<BringUp>>),
    Time,
}

impl Session {
    fn new(
        context: SessionContext,
        connector: Connector,
        commands: mpsc::Receiver<Command>,
        stop: CancellationToken,
    ) -> Self {
        let SessionContext {
            account,
            vault,
            store,
            inputs,
            timing,
        } = context;
        let own = connector.jid().clone();
        let (_, questions) = Asker::channel();
        Self {
            sources: Sources::new(&account.jid, &account.nodes(), &account.notifiers),
            line: Line::new(own.clone()),
            phase: Phase::Waiting(Instant::now()),
            backoff: Backoff::new(timing.pace),
            epoch: Instant::now(),
            gauge: Arc::default(),
            probe: None,
            fruitless: 0,
            iqs: IqTable::new(own.clone(), timing.iq, format!("{:016x}", random())),
            questions,
            bring_up: None,
            hurry: Arc::default(),
            care: Care::default(),
            mute: None,
            unsent: Vec::new(),
            own,
            account,
            vault,
            store,
            inputs,
            timing,
            connector,
            commands,
            stop,
        }
    }

    async fn run(mut self) {
        loop {
            let deadline = self.next_deadline();
            let up = matches!(self.phase, Phase::Up(_));
            let wake = tokio::select! {
                () = self.stop.cancelled() => Wake::Stop,
                Some(command) = self.commands.recv() => Wake::Command(command),
                event = self.line.stream.next() => Wake::Stream(event),
                dialed = dialed(&mut self.phase) => Wake::Dialed(Box::new(dialed)),
                Some(request) = self.questions.recv(), if up => Wake::Question(request),
                rest = brought_up(&mut self.bring_up) => Wake::BroughtUp(rest),
                () = until(deadline) => Wake::Time,
            };
            match wake {
                Wake::Stop => break,
                Wake::Command(command) => self.command(command).await,
                Wake::Stream(Some(Event::Stream(StreamEvent::Reset { bound_jid, .. }))) => self.fresh(&bound_jid).await,
                Wake::Stream(Some(Event::Stream(StreamEvent::Resumed))) => self.resumed().await,
                Wake::Stream(Some(Event::Stream(StreamEvent::Suspended))) => self.suspended().await,
                Wake::Stream(Some(Event::Stanza(stanza))) => self.stanza(stanza).await,
                // The worker has died.
                Wake::Stream(None) => {
                    tracing::warn!(account = %self.account.jid, "the stream's worker ended; beginning afresh");
                    self.begin_afresh();
                    self.lost(Reached::Login, None).await;
                }
                Wake::Dialed(dialed) => self.dialed(*dialed).await,
                Wake::Question(request) => {
                    let iq = self.iqs.begin(request, Instant::now());
                    self.send(iq.into()).await;
                }
                Wake::BroughtUp(rest) => self.brought_up(rest).await,
                Wake::Time => self.time().await,
            }
        }
        self.bring_up = None;
        if matches!(self.phase, Phase::Up(_))
            && tokio::time::timeout(self.timing.stop, self.line.stream.close())
                .await
                .is_err()
        {
            tracing::debug!(account = %self.account.jid, "the stream wasn't closed in time");
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Waiting(at) | Phase::Negotiating(at) => Some(at),
            Phase::Up(_) => self.iqs.next_deadline().into_iter().chain(self.mute).min(),
            Phase::Dialing(_) | Phase::Parked => None,
        };
        phase
            .into_iter()
            .chain(self.probe.as_ref().map(|probe| probe.until))
            .min()
    }

    async fn time(&mut self) {
        let now = Instant::now();
        match self.phase {
            Phase::Waiting(at) if at <= now => self.dial().await,
            Phase::Negotiating(until) if until <= now => {
                tracing::info!(account = %self.account.jid, "the server didn't bind or resume in time");
                self.begin_afresh();
                self.lost(Reached::Login, None).await;
            }
            Phase::Up(_) => {
                self.iqs.expire(now);
                if self.mute.take_if(|until| *until <= now).is_some() {
                    self.send(self.presence().into()).await;
                }
            }
            _ => {}
        }
        if self.probe.as_ref().is_some_and(|probe| probe.until <= now) {
            self.probed().await;
        }
    }

    /// On the clock of [`Backoff`].
    fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    async fn tell(&mut self, input: Input) {
        tokio::select! {
            // Without a receiver the engine is ending.
            _ = self.inputs.send(input) => {}
            () = self.stop.cancelled() => {}
        }
    }

    async fn tell_link(&mut self, change: LinkChange) {
        self.tell(Input::Link {
            account: self.account.jid.clone(),
            change,
        })
        .await;
    }

    // The way up.

    /// Begins an attempt.
    async fn dial(&mut self) {
        self.tell_link(LinkChange::Connecting).await;
        let (account, vault, store) = (self.account.clone(), self.vault.clone(), self.store.clone());
        let connector = self.connector.clone();
        self.phase = Phase::Dialing(Box::pin(async move {
            // Asked for each time: it may have been changed, and it isn't kept in memory longer than needed.
            let password = vault::password(&account, vault).await.map_err(AttemptError::Password)?;
            let memory = remembered(&store, &account.jid).await.unwrap_or_else(|error| {
                tracing::warn!(account = %account.jid, %error, "reading what is known of earlier logins");
                LoginMemory::default()
            });
            let connected = connector.connect(&password, memory, &|_| {}).await;
            let (connection, facts) = connected.map_err(|error| AttemptError::Connect(Box::new(error)))?;
            if facts.memory != memory
                && let Err(error) = remember(&store, &account.jid, Some(facts.memory)).await
            {
                tracing::warn!(account = %account.jid, %error, "keeping how strong the login was");
            }
            Ok((connection, facts))
        }));
    }

    async fn dialed(&mut self, dialed: Dialed) {
        let (connection, facts) = match dialed {
            Ok(connected) => connected,
            Err(error) => {
                let problem = error.problem();
                tracing::info!(account = %self.account.jid, trouble = %problem.message, "no connection");
                if error.reached() == Reached::Login {
                    // Noted later than it happened, which only makes the next one wait longer.
                    self.backoff.authenticating(self.now());
                }
                self.failed(error.reached(), error.class(), Some(problem)).await;
                return;
            }
        };
        self.backoff.authenticating(self.now());
        self.gauge = facts.gauge;
        tracing::info!(account = %self.account.jid, target = %facts.target, mechanism = %facts.mechanism, "logged in");
        // The worker asks for a connection at once when it has none.
        let handed_over = match self.line.slots.recv().await {
            Some(slot) => slot.fill(connection).is_ok(),
            None => false,
        };
        // If the worker has died, the stream ends, which is seen next.
        if handed_over {
            self.phase = Phase::Negotiating(Instant::now() + self.timing.negotiation);
        } else {
            self.phase = Phase::Parked;
        }
    }

    /// What follows from a failure.
    async fn failed(&mut self, reached: Reached, class: FailureClass, trouble: Option<Problem>) {
        let verdict = self.backoff.failed(self.now(), reached, class, jitter());
        match (verdict, trouble) {
            (Verdict::Park, Some(problem)) => {
                self.phase = Phase::Parked;
                self.tell_link(LinkChange::Parked(problem)).await;
            }
            (Verdict::Park, None) => self.phase = Phase::Parked,
            (Verdict::RetryAt(at), trouble) => {
                let at = self.epoch + at;
                self.phase = Phase::Waiting(at);
                let retry_at = Timestamp::now()
                    .checked_add(at.saturating_duration_since(Instant::now()))
                    .ok();
                self.tell_link(LinkChange::Lost { trouble, retry_at }).await;
            }
        }
    }

    async fn lost(&mut self, reached: Reached, trouble: Option<Problem>) {
        self.probe = None;
        self.failed(reached, FailureClass::Transient, trouble).await;
    }

    /// Replaces the stream, so that the next connection isn't used to resume the session.
    fn begin_afresh(&mut self) {
        self.line = Line::new(self.own.clone());
        self.unsent.clear();
        self.bring_up = None;
        self.iqs.clear();
        self.fruitless = 0;
    }

    // The stream's own events.

    /// A fresh session: nothing of the last one holds any more.
    async fn fresh(&mut self, bound: &Jid) {
        tracing::info!(account = %self.account.jid, %bound, "a fresh session");
        self.backoff.established(self.now());
        self.phase = Phase::Up(Stint {
            since: Instant::now(),
            resumed: false,
            stanzas: 0,
        });
        self.fruitless = 0;
        self.iqs.clear();
        let (asker, questions) = Asker::channel();
        self.questions = questions;
        self.tell_link(LinkChange::Fresh).await;
        // Where an item breaks the stream, all are fetched before anything can come unasked: so it is known which one does.
        if !self.care.one_by_one {
            self.send(self.presence().into()).await;
        }
        let bring_up = BringUp {
            account: self.account.clone(),
            own: self.own.clone(),
            asker,
            store: self.store.clone(),
            inputs: self.inputs.clone(),
            care: self.care.clone(),
            hurry: self.hurry.clone(),
            patience: self.timing.patience,
            poll: self.care.one_by_one.then_some(self.timing.poll),
            open: Vec::new(),
        };
        self.bring_up = Some(Box::pin(async { Some(Box::new(bring_up.first().await)) }));
    }

    /// All nodes were looked after; `rest` looks after those that aren't in order.
    async fn brought_up(&mut self, rest: Option<Box<BringUp>>) {
        self.bring_up = None;
        let Some(rest) = rest else { return };
        if self.care.one_by_one && self.mute.is_none() {
            self.send(self.presence().into()).await;
        }
        self.bring_up = Some(Box::pin(async {
            rest.keep().await;
            None
        }));
    }

    /// The session goes on where it was: nothing was lost, and nothing is fetched.
    async fn resumed(&mut self) {
        tracing::info!(account = %self.account.jid, "resumed");
        self.backoff.established(self.now());
        self.phase = Phase::Up(Stint {
            since: Instant::now(),
            resumed: true,
            stanzas: 0,
        });
        self.iqs.prolong(Instant::now());
        self.tell_link(LinkChange::Resumed).await;
    }

    async fn suspended(&mut self) {
        let stint = match std::mem::replace(&mut self.phase, Phase::Parked) {
            Phase::Up(stint) => Some(stint),
            _ => None,
        };
        let exceeded = self.gauge.exceeded();
        let trouble = exceeded.map(|limit| Problem {
            code: "stream".to_owned(),
            message: format!("The server sent something that isn't safe to read: {limit}."),
            hint: Some("It is left out; everything else is fetched item by item.".to_owned()),
        });
        match stint {
            // Neither bound nor resumed: the session can't be resumed, and tokio-xmpp would try for ever.
            None => self.begin_afresh(),
            Some(stint) => {
                let barren = stint.resumed && stint.stanzas == 0 && stint.since.elapsed() < self.timing.fruitless;
                self.fruitless = if barren { self.fruitless + 1 } else { 0 };
                // A stanza that passed a limit would be sent again after each resumption.
                if exceeded.is_some() || self.fruitless >= FRUITLESS {
                    self.poisoned();
                }
            }
        }
        self.lost(Reached::Login, trouble).await;
    }

    /// Something that came breaks the stream each time it is sent.
    fn poisoned(&mut self) {
        let guilty = self.iqs.items_awaited();
        // Nothing was asked for, so it comes upon the presence: ejabberd sends the last item of each node.
        if self.care.one_by_one && guilty.is_empty() {
            self.mute = Some(Instant::now() + self.timing.mute);
        }
        self.care.one_by_one = true;
        self.care.skip.extend(guilty);
        self.begin_afresh();
    }

    /// How this client shows itself.
    ///
    /// With PEP alone it takes no part in the person's chat: a negative priority keeps messages to the bare JID away, and
    /// PEP's events come all the same, to the full JID of each resource that asked for them. Events for a bare JID that is
    /// subscribed at a pubsub service are messages to that bare JID like any other, and need a priority that isn't negative
    /// (RFC 6121 §8.5.2).
    ///
    /// Measured with Prosody 0.12.3 and ejabberd 23.01: at −1 both delivered every PEP event, and no event of a pubsub
    /// service, neither `headline` nor `normal`; at 0 both delivered all, ejabberd PEP's twice.
    fn presence(&self) -> Presence {
        let priority = if self.account.subscriptions.is_empty() { -1 } else { 0 };
        let mut presence = Presence::available().with_show(Show::Xa).with_priority(priority);
        presence.payloads.push(Capabilities::of(self.account.pep).element());
        presence
    }

    /// Puts a stanza into the stream's queue. It is larger than what is ever put in, so this doesn't wait.
    async fn send(&mut self, stanza: Stanza) {
        self.unsent.retain(|token| token.state() == StanzaStage::Queued);
        let send = std::panic::AssertUnwindSafe(self.line.stream.send(Box::new(stanza)));
        // It panics if the worker has died, which is seen as the stream's end next.
        if let Ok(token) = futures::FutureExt::catch_unwind(send).await {
            self.unsent.push(token);
        }
    }

    // What comes.

    async fn stanza(&mut self, stanza: Stanza) {
        if let Phase::Up(stint) = &mut self.phase {
            stint.stanzas += 1;
        }
        match stanza {
            Stanza::Message(message) => self.message(message).await,
            Stanza::Iq(iq @ (Iq::Result { .. } | Iq::Error { .. })) => self.iqs.answered(iq),
            Stanza::Iq(iq) => {
                let answer = answer(&iq, Capabilities::of(self.account.pep));
                if let Some(answer) = answer.filter(|_| self.unsent.len() < MOST_UNSENT) {
                    self.send(answer.into()).await;
                }
            }
            Stanza::Presence(_) => {}
        }
    }

    async fn message(&mut self, message: Message) {
        let chat = matches!(message.type_, MessageType::Chat | MessageType::Normal) && !message.bodies.is_empty();
        let element = Element::from(message);
        let account = &self.account.jid;
        let decoded = match stanza::decode(&element) {
            Ok(decoded) => decoded,
            Err(error) => {
                tracing::warn!(%account, %error, "a message was dropped");
                return;
            }
        };
        let (admitted, others): (Vec<_>, Vec<_>) = decoded
            .into_iter()
            .partition(|decoded| self.sources.admits(&element, &decoded.event));
        if self.approves(&element) {
            self.hurry.notify_one();
        }
        if others.iter().any(|decoded| decoded.event.dialect != Dialect::Sieve) {
            tracing::info!(%account, "an event was dropped: nobody entitled sent it");
            let account = account.clone();
            self.tell(Input::Stranger { account }).await;
        } else if chat && admitted.is_empty() {
            tracing::info!(%account, "a chat message reached Mailwren, which is no chat program; read it in one");
        }
        if !admitted.is_empty() {
            self.tell(Input::Events {
                account: self.account.jid.clone(),
                events: admitted,
            })
            .await;
        }
    }

    /// Whether a service says that a subscription was approved (XEP-0060 §8.6).
    fn approves(&self, message: &Element) -> bool {
        let Some(event) = message.get_child("event", ns::PUBSUB_EVENT) else {
            return false;
        };
        let from = message.attr("from");
        event.children().any(|child| {
            child.name() == "subscription"
                && child.attr("subscription") == Some("subscribed")
                && self
                    .account
                    .subscriptions
                    .iter()
                    .any(|s| Some(s.service.as_str()) == from && Some(s.node.as_str()) == child.attr("node"))
        })
    }

    // What people and the system want.

    async fn command(&mut self, command: Command) {
        match (&self.phase, command) {
            (Phase::Waiting(_) | Phase::Parked, _) => {
                if matches!((&self.phase, command), (Phase::Parked, Command::Probe)) {
                    return;
                }
                let at = self.backoff.unpark(self.now());
                self.phase = Phase::Waiting(self.epoch + at);
            }
            (Phase::Up(_), _) => {
                let ping = Element::bare("ping", ns::PING);
                let iq = Iq::Get {
                    from: None,
                    to: Some(BareJid::from_parts(None, self.own.domain()).into()),
                    id: format!("probe-{:016x}", random()),
                    payload: ping,
                };
                self.probe = Some(Probe {
                    until: Instant::now() + self.timing.probe,
                    received: self.gauge.received(),
                });
                self.send(iq.into()).await;
            }
            // An attempt has short limits of its own.
            (Phase::Dialing(_) | Phase::Negotiating(_), _) => {}
        }
    }

    /// The time for a sign of life is over.
    async fn probed(&mut self) {
        let Some(probe) = self.probe.take() else { return };
        if self.gauge.received() == probe.received && matches!(self.phase, Phase::Up(_)) {
            tracing::info!(account = %self.account.jid, "the connection is dead");
            self.gauge.cut();
        }
    }
}

/// Awaits the attempt that is under way.
async fn dialed(phase: &mut Phase) -> Dialed {
    match phase {
        Phase::Dialing(attempt) => attempt.await,
        _ => std::future::pending().await,
    }
}

/// Awaits that the nodes are brought up.
async fn brought_up(bring_up: &mut Option<BoxFuture<'static, Option<Box<BringUp>>>>) -> Option<Box<BringUp>> {
    match bring_up {
        Some(bring_up) => bring_up.await,
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Without randomness, which every system has, clients would merely move in step.
fn random() -> u64 {
    getrandom::u64().unwrap_or_default()
}

/// In `0.0..1.0`.
fn jitter() -> f64 {
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}
