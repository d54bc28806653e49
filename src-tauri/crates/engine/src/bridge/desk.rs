//! The session at which devices' commands are taken: there as long as the bridge runs, and seen by nobody.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jid::FullJid;
use mailwren_core::adhoc::Offer;
use mailwren_core::link::{Backoff, FailureClass, Reached, Verdict};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType};

use super::STOP;
use super::intake::Intake;
use super::orders::Orders;
use crate::outbox::Outbox;
use crate::outbox::origin::account;
use crate::vault::{self, Vault};
use crate::xmpp::answer::refusal;
use crate::xmpp::resolve::Resolve;
use crate::xmpp::talk::{LogInError, Talk};

/// So many commands are carried out at a time.
const AT_ONCE: usize = 4;
/// After what a person has to see to, it is tried again so much later: they may have.
const PERSON: Duration = Duration::from_secs(600);

/// What takes the commands that are about the mailboxes of one account.
pub(super) struct Desk {
    pub(super) orders: Arc<Orders>,
    /// The account.
    pub(super) account: String,
    pub(super) config: PathBuf,
    pub(super) outbox: Outbox,
    pub(super) vault: Arc<dyn Vault>,
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) intake: Arc<Intake>,
}

/// A login that failed.
struct Away {
    reached: Reached,
    class: FailureClass,
    why: String,
}

impl Away {
    fn person(why: String) -> Self {
        Self {
            reached: Reached::Network,
            class: FailureClass::NeedsPerson,
            why,
        }
    }
}

impl From<LogInError> for Away {
    fn from(error: LogInError) -> Self {
        let (reached, class) = match &error {
            LogInError::Connect(error) => (error.reached, error.class()),
            LogInError::Bind(_) => (Reached::Login, FailureClass::Transient),
        };
        Self {
            reached,
            class,
            why: error.to_string(),
        }
    }
}

impl Desk {
    /// Takes commands until told to stop.
    pub(super) async fn run(self, stop: CancellationToken) {
        let (epoch, mut backoff) = (Instant::now(), Backoff::default());
        while !stop.is_cancelled() {
            let login = tokio::select! {
                login = self.log_in() => login,
                () = stop.cancelled() => return,
            };
            let (reached, class) = match login {
                Ok((talk, bound, requests)) => {
                    backoff.authenticating(epoch.elapsed());
                    backoff.established(epoch.elapsed());
                    self.attend(talk, &bound, requests, &stop).await;
                    (Reached::Login, FailureClass::Transient)
                }
                Err(Away { reached, class, why }) => {
                    if reached == Reached::Login {
                        backoff.authenticating(epoch.elapsed());
                    }
                    tracing::info!(why, "no commands can be taken");
                    (reached, class)
                }
            };
            let again = match backoff.failed(epoch.elapsed(), reached, class, jitter()) {
                Verdict::RetryAt(at) => epoch + at,
                Verdict::Park => Instant::now() + PERSON,
            };
            tokio::select! {
                () = tokio::time::sleep_until(again) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn log_in(&self) -> Result<(Talk, FullJid, mpsc::Receiver<Iq>), Away> {
        let account =
            account(&self.config, &self.account).map_err(|obstacle| Away::person(obstacle.message.to_string()))?;
        let password = vault::password(&account, self.vault.clone())
            .await
            .map_err(|error| Away::person(error.to_string()))?;
        // What publishes keeps it, and tells in the same breath where commands are taken.
        let memory = self.outbox.logins_of(&account.jid);
        Ok(Talk::log_in_to_answer(&account, &password, self.resolver.clone(), memory).await?)
    }

    /// Takes commands as long as the session lasts.
    async fn attend(&self, talk: Talk, bound: &FullJid, mut requests: mpsc::Receiver<Iq>, stop: &CancellationToken) {
        self.intake.contacts.offered(
            &self.account,
            Some(Offer {
                jid: bound.clone(),
                nodes: self.orders.nodes(),
            }),
        );
        self.intake.wake.notify_one();
        tracing::info!(at = %bound, "taking commands");
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut carried_out = JoinSet::new();
        loop {
            let request = tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = carried_out.join_next() => continue,
                request = requests.recv() => request,
            };
            let Some(request) = request else { break };
            let Ok(place) = places.clone().try_acquire_owned() else {
                let condition = DefinedCondition::ResourceConstraint;
                // Without room for it, whoever asked waits in vain, as they would for a server that is down.
                talk.answers()
                    .try_send(refusal(&request, ErrorType::Wait, condition, None))
                    .ok();
                continue;
            };
            let (orders, answers) = (self.orders.clone(), talk.answers());
            carried_out.spawn(async move {
                // The session may be over by now; what was done stays done.
                answers.send(orders.answer(&request).await).await.ok();
                drop(place);
            });
        }
        if stop.is_cancelled() {
            let rest = async { while carried_out.join_next().await.is_some() {} };
            tokio::time::timeout(STOP, rest).await.ok();
            tokio::time::timeout(STOP, talk.close()).await.ok();
        } else {
            carried_out.detach_all();
        }
    }
}

/// In `0.0..1.0`.
fn jitter() -> f64 {
    (getrandom::u64().unwrap_or_default() >> 11) as f64 / (1_u64 << 53) as f64
}
