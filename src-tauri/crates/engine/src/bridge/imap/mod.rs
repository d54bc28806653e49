//! The IMAP source: looks into a mailbox's folders over one connection, hears of changes as fast as the server tells them,
//! and publishes what is unread.
//!
//! `look` finds out what there is to publish and to take back; here is when to look, and when to connect.

mod look;
mod positions;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mailwren_core::link::{Backoff, FailureClass, Verdict};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::look::{Eye, LookError};
use self::positions::Positions;
use super::config::{ImapSource, Mailbox};
use super::intake::Intake;
use crate::imap::ImapError;
use crate::xmpp::jitter;

/// How long it listens before it makes sure that the server is still there. A NAT router forgets a silent connection in
/// five minutes.
const RENEW: Duration = Duration::from_secs(240);
/// How often folders are asked for of which the server tells nothing by itself.
const ASK: Duration = Duration::from_secs(60);
/// What only a person can mend is tried again after so long all the same, in case that a server refused in error.
const PARKED: Duration = Duration::from_secs(3_600);

/// A mailbox, and where it is.
pub(super) struct Source {
    mailbox: Mailbox,
    source: ImapSource,
    intake: Arc<Intake>,
    positions: Positions,
    /// Told when connections may have died.
    doubt: watch::Receiver<()>,
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
            positions: Positions::load(data, &mailbox.name)?,
            mailbox: mailbox.clone(),
            source: source.clone(),
            intake,
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
            let mailbox = &self.mailbox.name;
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
        self.intake.heard(&self.mailbox);
        self.doubt.mark_unchanged();
        tracing::info!(mailbox = self.mailbox.name, "connected");
        let mut eye = Eye::new(
            client,
            &self.source.folders,
            &self.mailbox,
            &self.intake,
            &mut self.positions,
        )
        .await?;
        eye.forget_others().await?;
        let told_of_all = eye.be_told().await?;
        eye.look_everywhere().await?;
        loop {
            let limit = if told_of_all { RENEW } else { ASK };
            eye.listen(limit, &mut self.doubt).await?;
            self.intake.heard(&self.mailbox);
            if !told_of_all {
                eye.ask_elsewhere().await?;
            }
            eye.look_where_told().await?;
        }
    }
}
