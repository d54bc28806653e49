//! What tells that connections may have died without a word: the network changed, or the machine slept.
//!
//! NetworkManager and logind tell it over the system bus. The kernel is watched as well, so that neither is needed, and a
//! clock that runs on in sleep beside one that doesn't. Nothing of it is missed by anybody if it isn't there: then the
//! keepalive finds out, more slowly.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
mod kernel;

/// Why connections should be looked after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The network changed.
    Network,
    /// The machine woke.
    Wake,
}

/// Sensors at work. Dropped, they end.
pub(crate) struct Sensors {
    doubts: mpsc::Receiver<Doubt>,
    _tasks: JoinSet<()>,
}

impl Sensors {
    /// Starts them.
    pub(crate) fn start() -> Self {
        let (told, doubts) = mpsc::channel(16);
        let mut tasks = JoinSet::new();
        #[cfg(target_os = "linux")]
        {
            tasks.spawn(bus::listen(told.clone()));
            tasks.spawn(kernel::watch(told.clone()));
        }
        tasks.spawn(watch_clock(told));
        Self { doubts, _tasks: tasks }
    }

    /// The next doubt; those that came meanwhile go with it.
    pub(crate) async fn next(&mut self) -> Doubt {
        let Some(doubt) = self.doubts.recv().await else {
            return std::future::pending().await;
        };
        while self.doubts.try_recv().is_ok() {}
        doubt
    }
}

/// How often the clocks are compared. A timer that was due during sleep fires upon waking.
const LOOK: Duration = Duration::from_secs(10);
/// A shorter sleep, or a clock that is set by less, is nothing to a connection.
const NOTABLE: Duration = Duration::from_secs(2);

async fn watch_clock(doubts: mpsc::Sender<Doubt>) {
    let (mut awake, mut always) = (Instant::now(), ever_running());
    loop {
        tokio::time::sleep(LOOK).await;
        let (now, then) = (Instant::now(), ever_running());
        let slept = then
            .saturating_sub(always)
            .saturating_sub(now.saturating_duration_since(awake));
        (awake, always) = (now, then);
        if slept >= NOTABLE {
            tracing::info!(?slept, "the machine slept");
            doubts.send(Doubt::Wake).await.ok();
        }
    }
}

/// A time that passes in sleep as well.
#[cfg(target_os = "linux")]
fn ever_running() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}

/// A time that passes in sleep as well.
#[cfg(not(target_os = "linux"))]
fn ever_running() -> Duration {
    std::time::UNIX_EPOCH.elapsed().unwrap_or_default()
}
