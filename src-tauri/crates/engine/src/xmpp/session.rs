//! One account's life: connect, bind or resume, listen, answer, and begin again.
//!
//! One task owns the `StanzaStream` whole, in one `select!`: its halves, taken apart, go deaf on a runtime of several
//! threads. What the server acknowledges is what was received, not what was stored; a crash between the two is healed by
//! the next session, which fetches what the nodes hold.
//!
//! A `StanzaStream` resumes for as long as it lives. Where that can't succeed (the server has forgotten the session, and
//! says so in a way that tokio-xmpp can't read; a stanza breaks the stream each time it is sent again) it is replaced by a
//! new one, which begins afresh.

mod beating;
mod dialing;
mod incoming;
mod logins;
mod poison;
mod probing;
mod sharing;
mod stint;
mod timing;

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use jid::{BareJid, Jid};
use mailwren_core::account::Account;
use mailwren_core::heartbeat::Heartbeat;
use mailwren_core::link::{Backoff, Reached};
use mailwren_core::model::{Input, LinkChange};
use mailwren_core::sources::Sources;
use minidom::Element;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_xmpp::stanzastream::{Event, StanzaStream, StanzaToken, StreamEvent};
use tokio_xmpp::xmlstream::Timeouts;

use self::beating::Sent;
use self::dialing::{Attempt, Dialed, Line, dialed};
pub use self::logins::forget_logins;
pub(crate) use self::logins::remembered;
use self::probing::Probe;
use self::sharing::Shared;
use self::stint::Stint;
pub use self::timing::Timing;
use super::bring_up::{Again, BringUp};
use super::catch_up::Care;
use super::connector::Connector;
use super::guarded_io::Gauge;
use super::iq::{Asker, IqError, IqTable, Request};
use super::resolve::SystemResolver;
use super::until;
use crate::store::Store;
use crate::vault::Vault;

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
    Share,
}

/// A running session. Dropped, it ends without waiting.
pub struct SessionHandle {
    commands: mpsc::Sender<Command>,
    gauge: watch::Receiver<Arc<Gauge>>,
    asker: watch::Receiver<Option<Asker>>,
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

    /// A person did something that their other devices have to hear of.
    pub(crate) fn share(&self) {
        self.commands.try_send(Command::Share).ok();
    }

    /// What goes through the present connection; through the last one while there is none.
    pub fn gauge(&self) -> Arc<Gauge> {
        self.gauge.borrow().clone()
    }

    /// Asks questions through the session, while there is one at the server.
    pub(crate) fn asker(&self) -> Option<Asker> {
        self.asker.borrow().clone()
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
    let (gauges, gauge) = watch::channel(Arc::default());
    let stop = CancellationToken::new();
    // Longer than the session itself allows, which ends in order first.
    let patience = context.timing.stop * 2;
    let (lent, asker) = watch::channel(None);
    let tellers = Tellers { gauges, lent };
    let task = tokio::spawn(run(context, receiver, tellers, stop.clone()));
    SessionHandle {
        commands,
        gauge,
        asker,
        stop,
        task: Some(task),
        patience,
    }
}

/// Where a session lends out what others need of it.
struct Tellers {
    gauges: watch::Sender<Arc<Gauge>>,
    lent: watch::Sender<Option<Asker>>,
}

async fn run(context: SessionContext, commands: mpsc::Receiver<Command>, tellers: Tellers, stop: CancellationToken) {
    let keepalive = Timeouts {
        read_timeout: context.timing.keepalive,
        response_timeout: context.timing.keepalive_answer,
    };
    let connector = Connector::new(&context.account, Arc::new(SystemResolver));
    match connector {
        Ok(connector) => {
            Session::new(context, connector.with_keepalive(keepalive), commands, tellers, stop)
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

/// Where the session stands on its way to a working stream.
enum Phase {
    /// The next attempt is due at this time.
    Waiting(Instant),
    /// An attempt is under way.
    Dialing(Attempt),
    /// Only a person can help.
    Parked,
    /// A connection was handed over, and must be bound or resumed until this time.
    Negotiating(Instant),
    /// Stanzas flow.
    Up(Stint),
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
    gauges: watch::Sender<Arc<Gauge>>,
    probe: Option<Probe>,
    /// Interruptions in a row that no stanza lay between.
    fruitless: u32,

    iqs: IqTable,
    asker: Asker,
    questions: mpsc::Receiver<Request>,
    heart: Heartbeat,
    /// A heartbeat that is being published.
    beat: Option<BoxFuture<'static, Sent>>,
    /// Answered once all that was missed has been sent again.
    replay: Option<BoxFuture<'static, Result<Option<Element>, IqError>>>,
    /// Whether the node of heartbeats is known to be private.
    private: bool,
    /// Other devices that are being told something.
    sharing: Option<BoxFuture<'static, Shared>>,
    /// Whether there is more to tell once that is done.
    share_again: bool,
    /// Whether the node of marks is known to be private.
    marks_private: bool,
    /// Whether the server has this session's presence.
    shown: bool,
    /// Whether all nodes are looked after for the first time.
    bringing_up: bool,
    /// Lends what asks questions to others.
    lent: watch::Sender<Option<Asker>>,
    bring_up: Option<BoxFuture<'static, Option<Box<BringUp>>>>,
    /// The full JID of the present session at the server, or of the last one.
    bound: Jid,
    /// Nodes that are to be looked after again.
    again: mpsc::Sender<Again>,
    /// Told when there is mail to be asked for.
    new_mail: Arc<Notify>,
    care: Care,
    /// Until when no presence is sent, because what the server sends upon it isn't safe to read.
    mute: Option<Instant>,
    /// Until when everything is fetched item by item.
    careful: Option<Instant>,
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
    BeatSent(Sent),
    Replayed(Result<Option<Element>, IqError>),
    Shared(Shared),
    Time,
}

impl Session {
    fn new(
        context: SessionContext,
        connector: Connector,
        commands: mpsc::Receiver<Command>,
        tellers: Tellers,
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
        let (asker, questions) = Asker::channel();
        Self {
            sources: Sources::new(&account.jid, &account.nodes(), &account.notifiers),
            line: Line::new(own.clone()),
            phase: Phase::Waiting(Instant::now()),
            backoff: Backoff::new(timing.pace),
            epoch: Instant::now(),
            gauge: Arc::default(),
            gauges: tellers.gauges,
            probe: None,
            fruitless: 0,
            iqs: IqTable::new(own.clone(), timing.iq, format!("{:016x}", random())),
            asker,
            questions,
            heart: Heartbeat::new(timing.rhythm, format!("{:016x}", random())),
            beat: None,
            replay: None,
            private: false,
            sharing: None,
            share_again: false,
            marks_private: false,
            shown: false,
            bringing_up: false,
            lent: tellers.lent,
            bring_up: None,
            again: mpsc::channel(1).0,
            new_mail: Arc::default(),
            care: Care::default(),
            mute: None,
            careful: None,
            unsent: Vec::new(),
            bound: own.clone().into(),
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
                event = next(&mut self.line.stream, &self.gauge) => Wake::Stream(event),
                dialed = dialed(&mut self.phase) => Wake::Dialed(Box::new(dialed)),
                Some(request) = self.questions.recv(), if up => Wake::Question(request),
                rest = finished(&mut self.bring_up) => Wake::BroughtUp(rest),
                sent = finished(&mut self.beat) => Wake::BeatSent(sent),
                answer = finished(&mut self.replay) => Wake::Replayed(answer),
                shared = finished(&mut self.sharing) => Wake::Shared(shared),
                () = until(deadline) => Wake::Time,
            };
            match wake {
                Wake::Stop => break,
                Wake::Command(Command::Share) => self.share(),
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
                Wake::BeatSent(sent) => self.beat_sent(sent),
                Wake::Replayed(answer) => self.replayed(answer).await,
                Wake::Shared(shared) => self.shared(shared),
                Wake::Time => self.time().await,
            }
        }
        self.bring_up = None;
        if matches!(self.phase, Phase::Up(_)) {
            self.line.close(self.timing.stop).await;
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Waiting(at) | Phase::Negotiating(at) => Some(at),
            Phase::Up(_) => {
                let heart = self.heart.next_deadline().map(|at| self.epoch + at);
                [self.iqs.next_deadline(), self.mute, self.careful, heart]
                    .into_iter()
                    .flatten()
                    .min()
            }
            Phase::Dialing(_) | Phase::Parked => None,
        };
        phase
            .into_iter()
            .chain(self.probe.as_ref().map(Probe::next_deadline))
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
                    self.show().await;
                }
                if self.careful.take_if(|until| *until <= now).is_some() {
                    self.trust_again();
                }
                self.beat().await;
            }
            _ => {}
        }
        if self.probe.as_ref().is_some_and(|probe| probe.next_deadline() <= now) {
            self.probed();
        }
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
}

/// What came next; tells the connection whether that leaves something to be handled.
async fn next(stream: &mut StanzaStream, gauge: &Gauge) -> Option<Event> {
    let next = poll_fn(|cx| {
        let next = stream.poll_next_unpin(cx);
        if next.is_pending() {
            gauge.idle();
        }
        next
    });
    let event = next.await;
    gauge.busy();
    event
}

/// Awaits something that may be under way.
async fn finished<T>(under_way: &mut Option<BoxFuture<'static, T>>) -> T {
    match under_way {
        Some(under_way) => under_way.await,
        None => std::future::pending().await,
    }
}

/// Without randomness, which every system has, clients would merely move in step.
fn random() -> u64 {
    getrandom::u64().unwrap_or_default()
}

/// In `0.0..1.0`.
pub(crate) fn jitter() -> f64 {
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}
