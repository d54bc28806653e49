//! Waiting for something to become true.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// When a wait gives up: far beyond what a busy machine needs, so that only a fault runs into it.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// How often [`eventually`] asks.
const BEAT: Duration = Duration::from_millis(50);

/// Awaits an event, for [`PATIENCE`] at most.
///
/// # Errors
/// When it didn't come.
pub async fn within<T>(what: impl Display, event: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout(PATIENCE, event)
        .await
        .with_context(|| format!("{what}: not within {} s", PATIENCE.as_secs()))
}

/// Asks for a fact that announces itself to nobody, until it is there. Errors count as "not yet".
///
/// # Errors
/// When it isn't there after [`PATIENCE`]; the last error tells why.
pub async fn eventually<T>(what: impl Display, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut beat = tokio::time::interval(BEAT);
    loop {
        beat.tick().await;
        let answer = ask().await;
        if let Ok(Some(fact)) = answer {
            return Ok(fact);
        }
        if tokio::time::Instant::now() >= deadline {
            match answer {
                Err(error) => return Err(error.context(format!("{what}: not within {} s", PATIENCE.as_secs()))),
                Ok(_) => bail!("{what}: not within {} s", PATIENCE.as_secs()),
            }
        }
    }
}
