//! A session's time constants.

use std::time::Duration;

use mailwren_core::heartbeat::Rhythm;
use mailwren_core::link::Pace;

use crate::xmpp::connector::KEEPALIVE;

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
    /// For how long everything is fetched item by item after something broke the stream that isn't an item.
    pub careful: Duration,
    /// When to connect again.
    pub pace: Pace,
    /// When to send heartbeats.
    pub rhythm: Rhythm,
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
            careful: Duration::from_secs(3_600),
            pace: Pace::default(),
            rhythm: Rhythm::default(),
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
            careful: shipped.careful / factor,
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
            rhythm: Rhythm {
                every: shipped.rhythm.every / factor,
                least: shipped.rhythm.least / factor,
                ..shipped.rhythm
            },
            ..shipped
        }
    }
}
