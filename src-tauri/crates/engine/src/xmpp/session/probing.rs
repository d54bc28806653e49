//! What people and the system want: another attempt, or a sign of life.

use jid::BareJid;
use minidom::Element;
use tokio::time::Instant;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::ns;

use super::{Command, Phase, Session, random};

/// A sign of life that is awaited.
pub(super) struct Probe {
    /// The ping's id.
    id: String,
    /// When nothing can be under way any more that was sent before.
    settled: Option<Instant>,
    until: Instant,
    /// Bytes received since the connection began, until it was settled.
    received: u64,
}

impl Probe {
    /// When [`Session::probed`] is wanted next.
    pub(super) fn next_deadline(&self) -> Instant {
        self.settled.unwrap_or(self.until)
    }
}

impl Session {
    pub(super) async fn command(&mut self, command: Command) {
        match (&mut self.phase, command) {
            (Phase::Waiting(_) | Phase::Parked, _) => {
                if matches!((&self.phase, command), (Phase::Parked, Command::Probe)) {
                    return;
                }
                let at = self.backoff.unpark(self.now());
                self.phase = Phase::Waiting(self.epoch + at);
            }
            (Phase::Up(_), _) => {
                self.heart.doubt(self.now());
                // Signals come in bursts: what is awaited already isn't put off.
                if self.probe.is_some() {
                    return;
                }
                let id = format!("probe-{:016x}", random());
                let iq = Iq::Get {
                    from: None,
                    to: Some(BareJid::from_parts(None, self.own.domain()).into()),
                    id: id.clone(),
                    payload: Element::bare("ping", ns::PING),
                };
                let now = Instant::now();
                self.probe = Some(Probe {
                    id,
                    settled: Some(now + self.timing.probe / 5),
                    until: now + self.timing.probe,
                    received: self.gauge.received(),
                });
                self.send(iq.into()).await;
            }
            (Phase::Dialing(_), _) => self.dial_again(),
            (Phase::Negotiating(until), _) => *until = (*until).min(Instant::now() + self.timing.probe),
        }
    }

    /// The server answered something; if it is the ping, the connection lives.
    pub(super) fn answered_probe(&mut self, id: &str) -> bool {
        self.probe.take_if(|probe| probe.id == id).is_some()
    }

    /// A time of the probe is over. Where much is under way the answer may be late, so what comes after the connection was
    /// settled is a sign of life as well; what comes before may have been sent long ago.
    pub(super) fn probed(&mut self) {
        let received = self.gauge.received();
        let Some(probe) = &mut self.probe else { return };
        if probe.settled.take().is_some() {
            probe.received = received;
            return;
        }
        let alive = received != probe.received;
        self.probe = None;
        if !alive && matches!(self.phase, Phase::Up(_)) {
            tracing::info!(account = %self.account.jid, "the connection is dead");
            self.gauge.cut();
        }
    }
}
