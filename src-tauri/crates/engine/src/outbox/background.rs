//! Seeing to it that all is sent: until nothing waits any more, or for as long as an engine or a bridge runs.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::time::Instant;

use super::sending::{LOOK, Sending, Sent};
use super::{Outbox, OutboxError};
use crate::profile::Profile;
use crate::vault::Vault;
use crate::xmpp::resolve::SystemResolver;

/// How often an engine looks whether there is an outbox to send. Who puts something in starts a sender as well.
const ACCOMPANY: Duration = Duration::from_secs(30);
/// After the last mail, the session is kept for this long: a login for every mail of a busy morning is rude.
const LINGER: Duration = Duration::from_secs(30);
/// After so long without anything sent, the next mail has to begin anew.
const GIVE_UP: Duration = Duration::from_secs(24 * 3_600);

/// What one who sends for good knows from one look to the next.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// While this is held, no other process need see to the outbox.
    background: Option<File>,
    last: Sent,
}

impl Sending {
    /// Sees to it that all is sent, and comes back once nothing has waited for half a minute, or nothing could be sent
    /// for a day. Does nothing while another process does so.
    ///
    /// # Errors
    /// When the outbox can't be read.
    pub fn run(mut self) -> BoxFuture<'static, Result<(), OutboxError>> {
        async move {
            let mut progress = Instant::now();
            // What is put in after the last look here, by one who saw the lock taken, is seen by the look after it is given
            // back.
            while !self.outbox.ids()?.is_empty() && progress.elapsed() < GIVE_UP {
                let Some(lock) = self.outbox.lock("background")? else {
                    break;
                };
                progress = self.attend(progress).await?;
                drop(lock);
            }
            self.close().await;
            Ok(())
        }
        .boxed()
    }

    /// Sends until nothing came for a while; gives when something was sent last.
    async fn attend(&mut self, mut progress: Instant) -> Result<Instant, OutboxError> {
        let mut empty_since = Instant::now();
        let mut last = Sent::default();
        loop {
            let ids = self.outbox.ids()?;
            if ids.is_empty() {
                if empty_since.elapsed() >= LINGER {
                    return Ok(progress);
                }
            } else if progress.elapsed() >= GIVE_UP {
                return Ok(progress);
            } else {
                empty_since = Instant::now();
                let due = last.next_try.is_some_and(|next| next <= Timestamp::now());
                if due || last.is_less_than(&ids) {
                    last = self.attempt(false).await?;
                    if last.sent > 0 {
                        progress = Instant::now();
                    }
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Looks once, and sends what is new or due; for one who does so for good, beside others, and keeps the sessions.
    ///
    /// # Errors
    /// When the outbox can't be read.
    pub(crate) async fn look(&mut self, watch: &mut Watch) -> Result<(), OutboxError> {
        if watch.background.is_none() {
            watch.background = self.outbox.lock("background")?;
        }
        let ids = self.outbox.ids()?;
        let due = watch.last.next_try.is_some_and(|next| next <= Timestamp::now());
        if !ids.is_empty() && (due || watch.last.is_less_than(&ids)) {
            watch.last = self.attempt(false).await?;
        }
        Ok(())
    }
}

/// Sends a profile's outbox for as long as its engine runs: what waited when the machine was switched off goes without
/// waiting for the next mail.
pub(crate) async fn accompany(profile: Arc<Profile>, vault: Arc<dyn Vault>) {
    let outbox = Outbox::of(&profile);
    loop {
        let sent = match outbox.ids() {
            Ok(ids) if ids.is_empty() => Ok(()),
            Ok(_) => {
                Sending::new(&profile, vault.clone(), Arc::new(SystemResolver))
                    .run()
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "the outbox can't be sent");
        }
        tokio::time::sleep(ACCOMPANY).await;
    }
}
