//! The way up: one attempt, and what follows from its failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use jid::BareJid;
use jiff::Timestamp;
use mailwren_core::link::{FailureClass, Reached, Verdict};
use mailwren_core::model::LinkChange;
use mailwren_core::said::Said;
use mailwren_core::view::Problem;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_xmpp::stanzastream::{Connection, StanzaStream};

use super::logins::{remember, remembered};
use super::{Phase, Session, jitter};
use crate::store::StoreError;
use crate::vault::{self, PasswordError, VaultError};
use crate::xmpp::connector::{LoginFacts, Progress};
use crate::xmpp::slot::Slot;
use crate::xmpp::trouble::ConnectError;

/// Stanzas that wait to be sent or to be handled, each way.
const QUEUE: usize = 256;
/// An attempt that is older was begun before the network changed.
const STALE: Duration = Duration::from_secs(2);

/// A `StanzaStream`, and where it asks for connections.
pub(super) struct Line {
    pub(super) stream: StanzaStream,
    pub(super) slots: mpsc::UnboundedReceiver<Slot>,
}

impl Line {
    pub(super) fn new(own: BareJid) -> Self {
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

    /// Ends the stream in order, if that is soon done.
    pub(super) async fn close(self, limit: Duration) {
        if tokio::time::timeout(limit, self.stream.close()).await.is_err() {
            tracing::debug!("a stream wasn't closed in time");
        }
    }
}

/// Why an attempt failed.
pub(super) enum AttemptError {
    Password(PasswordError),
    /// How strong earlier logins were can't be read.
    Memory(StoreError),
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
            Self::Password(_) | Self::Memory(_) => FailureClass::Transient,
            Self::Connect(error) => error.class(),
        }
    }

    fn reached(&self) -> Reached {
        match self {
            Self::Password(_) | Self::Memory(_) => Reached::Network,
            Self::Connect(error) => error.reached,
        }
    }

    fn problem(&self) -> Problem {
        match self {
            Self::Password(error) => Problem::new("keyring", error.said()),
            Self::Memory(error) => {
                let unread = Said::word("trouble-login-memory").with("why", error.said());
                Problem::new("store", unread)
            }
            Self::Connect(error) => error.problem(),
        }
    }
}

pub(super) type Dialed = Result<(Connection, LoginFacts), AttemptError>;

/// An attempt that is under way.
pub(super) struct Attempt {
    since: Instant,
    /// Whether credentials were sent.
    authenticating: Arc<AtomicBool>,
    outcome: BoxFuture<'static, Dialed>,
}

impl Session {
    /// Begins an attempt.
    pub(super) async fn dial(&mut self) {
        self.tell_link(LinkChange::Connecting).await;
        let (account, vault, store) = (self.account.clone(), self.vault.clone(), self.store.clone());
        let connector = self.connector.clone();
        let authenticating = Arc::new(AtomicBool::new(false));
        let authenticates = authenticating.clone();
        let outcome = Box::pin(async move {
            // Asked for each time: it may have been changed, and it isn't kept in memory longer than needed.
            let password = vault::password(&account, vault).await.map_err(AttemptError::Password)?;
            // Without it a weaker login would pass, and be remembered.
            let memory = remembered(&store, &account.jid).await.map_err(AttemptError::Memory)?;
            let watch = move |progress: Progress<'_>| {
                if matches!(progress, Progress::Authenticating(_)) {
                    authenticates.store(true, Ordering::Relaxed);
                }
            };
            let connected = connector.connect(&password, memory, &watch).await;
            let (connection, facts) = connected.map_err(|error| AttemptError::Connect(Box::new(error)))?;
            if facts.memory != memory
                && let Err(error) = remember(&store, &account.jid, facts.memory).await
            {
                tracing::warn!(account = %account.jid, %error, "keeping how strong the login was");
            }
            Ok((connection, facts))
        });
        self.phase = Phase::Dialing(Attempt {
            since: Instant::now(),
            authenticating,
            outcome,
        });
    }

    /// Gives the attempt up that is under way, if it may have begun on a network that is no longer there.
    pub(super) fn dial_again(&mut self) {
        let Phase::Dialing(attempt) = &self.phase else { return };
        if attempt.since.elapsed() < STALE {
            return;
        }
        if attempt.authenticating.load(Ordering::Relaxed) {
            self.backoff.authenticating(self.now());
        }
        let at = self.backoff.unpark(self.now());
        self.phase = Phase::Waiting(self.epoch + at);
    }

    pub(super) async fn dialed(&mut self, dialed: Dialed) {
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
        self.gauges.send_replace(self.gauge.clone());
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
    pub(super) async fn failed(&mut self, reached: Reached, class: FailureClass, trouble: Option<Problem>) {
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
                let change = match trouble {
                    Some(trouble) if class.concerns_person() => LinkChange::Untrusted { trouble, retry_at },
                    trouble => LinkChange::Lost { trouble, retry_at },
                };
                self.tell_link(change).await;
            }
        }
    }

    pub(super) async fn lost(&mut self, reached: Reached, trouble: Option<Problem>) {
        self.probe = None;
        self.failed(reached, FailureClass::Transient, trouble).await;
    }

    /// Replaces the stream, so that the next connection isn't used to resume the session.
    pub(super) fn begin_afresh(&mut self) {
        drop(self.replace_line());
    }

    /// The same, with the old stream still to be closed.
    pub(super) fn replace_line(&mut self) -> Line {
        let old = std::mem::replace(&mut self.line, Line::new(self.own.clone()));
        self.lent.send_replace(None);
        self.unsent.clear();
        self.bring_up = None;
        self.beat = None;
        self.replay = None;
        self.sharing = None;
        self.heart.end();
        self.iqs.clear();
        self.fruitless = 0;
        old
    }

    /// On the clock of [`Backoff`](mailwren_core::link::Backoff).
    pub(super) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }
}

/// Awaits the attempt that is under way.
pub(super) async fn dialed(phase: &mut Phase) -> Dialed {
    match phase {
        Phase::Dialing(attempt) => attempt.outcome.as_mut().await,
        _ => std::future::pending().await,
    }
}
