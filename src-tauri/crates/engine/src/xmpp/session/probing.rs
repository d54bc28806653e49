//! What people and the system want: another attempt, or a sign of life.

use jid::BareJid;
use minidom::Element;
use tokio::time::Instant;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::ns;

use super::{Command, Phase, Session, random};

/// A sign of life that is awaited.
pub(super) struct Probe {
    pub(super) until: Instant,
    pub(super) received: u64,
}

impl Session {
    pub(super) async fn command(&mut self, command: Command) {
        match (&self.phase, command) {
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
                let ping = Element::bare("ping", ns::PING);
                let iq = Iq::Get {
                    from: None,
                    to: Some(BareJid::from_parts(None, self.own.domain()).into()),
                    id: format!("probe-{:016x}", random()),
                    payload: ping,
                };
                self.probe = Some(Probe {
                    until: Instant::now() + self.timing.probe,
                    received: self.gauge.received(),
                });
                self.send(iq.into()).await;
            }
            (Phase::Dialing(_), _) => self.dial_again(),
            // Has a short limit of its own.
            (Phase::Negotiating(_), _) => {}
        }
    }

    /// The time for a sign of life is over.
    pub(super) async fn probed(&mut self) {
        let Some(probe) = self.probe.take() else { return };
        if self.gauge.received() == probe.received && matches!(self.phase, Phase::Up(_)) {
            tracing::info!(account = %self.account.jid, "the connection is dead");
            self.gauge.cut();
        }
    }
}
