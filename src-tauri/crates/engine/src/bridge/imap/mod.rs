//! The IMAP source: looks into a mailbox's folders over one connection, hears of changes as fast as the server tells them,
//! and publishes what is unread.
//!
//! [`crate::imap::look`] finds out what there is to publish and to take back; here is when to look, and when to connect.

mod positions;

use std::io;
use std::path::Path;
use std::sync::Arc;

use mailwren_core::link::{Backoff, FailureClass, Verdict};
use mailwren_core::mirror::Position;
use mailwren_core::publish::{Envelope, Uid};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::positions::Positions;
use super::config::{ImapSource, Mailbox};
use super::intake::Intake;
use crate::imap::ImapError;
use crate::imap::look::{ASK, Eye, LookError, PARKED, RENEW, Sight, SightError};
use crate::xmpp::jitter;

/// A mailbox, and where it is.
pub(super) struct Source {
    source: ImapSource,
    publishing: Publishing,
    /// Told when connections may have died.
    doubt: watch::Receiver<()>,
}

/// Puts what is seen into the outbox.
struct Publishing {
    mailbox: Mailbox,
    intake: Arc<Intake>,
    positions: Positions,
}

impl Sight for Publishing {
    fn name(&self) -> &str {
        &self.mailbox.name
    }

    fn position(&self, folder: &str) -> Option<&Position> {
        self.positions.get(folder)
    }

    fn folders(&self) -> Vec<String> {
        self.positions.folders()
    }

    async fn arrived(&mut self, folder: &str, id: Uid, envelope: Envelope) -> Result<(), SightError> {
        let told = self.intake.arrived(&self.mailbox, folder, id, envelope, None).await;
        told.map_err(|error| SightError(error.into()))
    }

    async fn gone(&mut self, folder: &str, id: Uid) -> Result<(), SightError> {
        let told = self.intake.gone(&self.mailbox, folder, id, None).await;
        told.map_err(|error| SightError(error.into()))
    }

    async fn keep(&mut self, folder: &str, position: Option<Position>) -> Result<(), SightError> {
        let kept = self.positions.set(folder, position).await;
        kept.map_err(|error| SightError(format!("how far it is published can't be kept: {error}").into()))
    }
}

impl Source {
    /// Reads how far the mailbox is published.
    pub(super) fn open(
        mailbox: &Mailbox,
        source: &ImapSource,
        intake: Arc<Intake>,
        data: &Path,
        doubt: watch::Receiver<()>,
    ) -> io::Result<Self> {
        Ok(Self {
            source: source.clone(),
            publishing: Publishing {
                positions: Positions::load(data, &mailbox.name)?,
                mailbox: mailbox.clone(),
                intake,
            },
            doubt,
        })
    }

    /// Publishes until told to stop. What is cut off is looked at again the next time.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        stop.run_until_cancelled(self.run_on()).await;
    }

    async fn run_on(&mut self) {
        let (clock, mut backoff) = (Instant::now(), Backoff::default());
        loop {
            let mut authenticating = false;
            let Err(error) = self.session(&clock, &mut backoff, &mut authenticating).await;
            if authenticating {
                backoff.authenticating(clock.elapsed());
            }
            let class = error.class();
            let verdict = backoff.failed(clock.elapsed(), ImapError::reached(authenticating), class, jitter());
            let mailbox = &self.publishing.mailbox.name;
            match class {
                FailureClass::Transient => tracing::info!(mailbox, %error, "the mailbox isn't reached for now"),
                _ => tracing::error!(mailbox, %error, "the mailbox isn't published"),
            }
            let wait = match verdict {
                Verdict::RetryAt(at) => at.saturating_sub(clock.elapsed()),
                Verdict::Park => PARKED,
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                Ok(()) = self.doubt.changed(), if class == FailureClass::Transient => {
                    let at = backoff.unpark(clock.elapsed());
                    tokio::time::sleep(at.saturating_sub(clock.elapsed())).await;
                }
            }
        }
    }

    /// From the connection to its end.
    async fn session(
        &mut self,
        clock: &Instant,
        backoff: &mut Backoff,
        authenticating: &mut bool,
    ) -> Result<std::convert::Infallible, LookError> {
        let client = self.source.access.connect(authenticating).await?;
        backoff.established(clock.elapsed());
        let (mailbox, intake) = (self.publishing.mailbox.clone(), self.publishing.intake.clone());
        intake.heard(&mailbox);
        self.doubt.mark_unchanged();
        tracing::info!(mailbox = mailbox.name, "connected");
        let mut eye = Eye::new(client, &self.source.folders, &mut self.publishing).await?;
        eye.forget_others().await?;
        let told_of_all = eye.be_told().await?;
        eye.look_everywhere().await?;
        loop {
            let limit = if told_of_all { RENEW } else { ASK };
            let doubted = async {
                if self.doubt.changed().await.is_err() {
                    std::future::pending().await
                }
            };
            eye.listen(limit, doubted).await?;
            intake.heard(&mailbox);
            if !told_of_all {
                eye.ask_elsewhere().await?;
            }
            eye.look_where_told().await?;
        }
    }
}
