//! When to try again: what a failure means for the next attempt, and how long to wait.
//!
//! Time comes in as the time passed since any fixed instant on a clock that never goes back, so that a wall clock that is
//! set changes nothing. Randomness comes in as a number.

use std::collections::VecDeque;
use std::time::Duration;

/// What a failure means for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureClass {
    /// Nobody's fault that lasts: try again soon.
    Transient,
    /// The server can't be trusted as it shows itself now: a person should look. Nothing secret was sent, so it is tried
    /// again from time to time, in case that the server or the network is mended.
    Untrusted,
    /// Only a person can mend it: no further attempt until somebody did.
    NeedsPerson,
}

impl FailureClass {
    /// Whether a person should be told.
    pub const fn concerns_person(self) -> bool {
        !matches!(self, Self::Transient)
    }
}

/// How far an attempt or a session came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reached {
    /// No credentials were sent: DNS, TCP, TLS.
    Network,
    /// Credentials were sent, and the session, if there was one at all, didn't hold.
    Login,
}

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again at this time.
    RetryAt(Duration),
    /// Wait for a person.
    Park,
}

/// The time constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest wait between attempts that reach no server, while the trouble is [`fresh`](Self::fresh).
    pub fresh_cap: Duration,
    /// For how long trouble is fresh.
    pub fresh: Duration,
    /// Longest wait ever between attempts.
    pub cap: Duration,
    /// The first wait after a login that didn't hold; doubles up to [`cap`](Self::cap).
    pub login_base: Duration,
    /// A session that held for so long ends the trouble.
    pub held: Duration,
    /// Longest wait while the server isn't trusted.
    pub untrusted: Duration,
    /// At most this many authentications…
    pub logins: usize,
    /// …in any span of this length.
    pub span: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            // So that a server that listens again is found, and logged in to, within three seconds.
            fresh_cap: Duration::from_millis(1500),
            fresh: Duration::from_secs(120),
            cap: Duration::from_secs(60),
            login_base: Duration::from_secs(1),
            held: Duration::from_secs(60),
            untrusted: Duration::from_secs(300),
            logins: 10,
            span: Duration::from_secs(60),
        }
    }
}

/// The waits of one account.
///
/// The caller tells what happens ([`authenticating`](Self::authenticating), [`established`](Self::established),
/// [`failed`](Self::failed)) and keeps to the verdicts, one attempt at a time.
#[derive(Debug, Clone, Default)]
pub struct Backoff {
    pace: Pace,
    /// Times of the last authentications, oldest first, at most `pace.logins`.
    logins: VecDeque<Duration>,
    /// Since when no session was reached.
    failing_since: Option<Duration>,
    /// Failures in a row that reached no login.
    misses: u32,
    /// Logins in a row that didn't hold.
    drops: u32,
    /// When the present session began.
    session: Option<Duration>,
}

/// Least wait ever, so that a zero from the dice isn't a busy loop.
const FLOOR: Duration = Duration::from_millis(100);

impl Backoff {
    /// With other time constants than the shipped ones, as the fault lab needs them.
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            ..Self::default()
        }
    }

    /// Credentials are about to be sent, or were just sent. Too late is safe, never is not.
    pub fn authenticating(&mut self, now: Duration) {
        self.logins.push_back(now);
        while self.logins.len() > self.pace.logins {
            self.logins.pop_front();
        }
    }

    /// A session stands: bound, or resumed.
    pub fn established(&mut self, now: Duration) {
        self.failing_since = None;
        self.misses = 0;
        self.session = Some(now);
    }

    /// An attempt or a session failed. `jitter` is random in `0.0..1.0`.
    pub fn failed(&mut self, now: Duration, reached: Reached, class: FailureClass, jitter: f64) -> Verdict {
        let held = self
            .session
            .take()
            .is_some_and(|since| now.saturating_sub(since) >= self.pace.held);
        if held {
            self.drops = 0;
        }
        let failing_since = *self.failing_since.get_or_insert(now);
        if class == FailureClass::NeedsPerson {
            return Verdict::Park;
        }
        let most = match (class, reached) {
            (FailureClass::Untrusted, _) => self.pace.untrusted,
            (_, Reached::Network) => {
                let most = double(self.pace.login_base, self.misses);
                self.misses = self.misses.saturating_add(1);
                let fresh = now.saturating_sub(failing_since) < self.pace.fresh;
                most.min(if fresh { self.pace.fresh_cap } else { self.pace.cap })
            }
            (_, Reached::Login) => {
                let most = double(self.pace.login_base, self.drops);
                self.drops = self.drops.saturating_add(1);
                most.min(self.pace.cap)
            }
        };
        let wait = most.mul_f64(jitter.clamp(0.0, 1.0)).max(FLOOR.min(most));
        Verdict::RetryAt((now + wait).max(self.login_allowed_at()))
    }

    /// A person, or the network, changed something: the next attempt may come at once, save for the bound on
    /// authentications, which nothing lifts. Returns when.
    pub fn unpark(&mut self, now: Duration) -> Duration {
        self.failing_since = None;
        self.misses = 0;
        self.drops = 0;
        now.max(self.login_allowed_at())
    }

    /// The earliest time at which one more authentication keeps the bound.
    fn login_allowed_at(&self) -> Duration {
        match self.logins.front() {
            Some(oldest) if self.logins.len() >= self.pace.logins => *oldest + self.pace.span,
            _ => Duration::ZERO,
        }
    }
}

/// `base` doubled `times` times, without overflow.
fn double(base: Duration, times: u32) -> Duration {
    base.saturating_mul(1u32.checked_shl(times).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    const fn s(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn at(verdict: Verdict) -> Duration {
        match verdict {
            Verdict::RetryAt(t) => t,
            Verdict::Park => unreachable!("parked"),
        }
    }

    #[test]
    fn a_server_that_refuses_tcp_is_tried_every_two_seconds_at_first_and_every_minute_later() {
        let mut backoff = Backoff::default();
        let (mut now, mut longest_fresh, mut longest) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        while now < s(3600) {
            let next = at(backoff.failed(now, Reached::Network, FailureClass::Transient, 0.999));
            if now < s(120) {
                longest_fresh = longest_fresh.max(next - now);
            }
            longest = longest.max(next - now);
            now = next;
        }
        assert!(longest_fresh > s(1) && longest_fresh <= s(2), "{longest_fresh:?}");
        assert!(longest > s(59) && longest <= s(60), "{longest:?}");
    }

    #[test]
    fn a_session_that_held_starts_the_waits_over_and_one_that_did_not_does_not() {
        let waits = |held: u64| {
            let mut backoff = Backoff::default();
            let mut now = Duration::ZERO;
            let mut waits = Vec::new();
            for _ in 0..5 {
                backoff.authenticating(now);
                backoff.established(now);
                now += s(held);
                let next = at(backoff.failed(now, Reached::Login, FailureClass::Transient, 0.999));
                waits.push((next - now).as_secs_f64().round() as u64);
                now = next;
            }
            waits
        };
        assert_eq!(waits(60), [1, 1, 1, 1, 1]);
        assert_eq!(waits(59), [1, 2, 4, 8, 16]);
    }

    #[test]
    fn what_only_a_person_can_mend_is_never_tried_again() {
        let mut backoff = Backoff::default();
        let park = backoff.failed(s(1), Reached::Login, FailureClass::NeedsPerson, 0.5);
        assert_eq!(park, Verdict::Park);
        assert_eq!(backoff.unpark(s(2)), s(2));
    }

    #[test]
    fn an_untrusted_server_is_looked_at_again_within_minutes() {
        let mut backoff = Backoff::default();
        let next = at(backoff.failed(s(1), Reached::Network, FailureClass::Untrusted, 0.9));
        assert_eq!(next, s(271));
    }

    #[test]
    fn impatience_does_not_lift_the_bound_on_authentications() {
        let mut backoff = Backoff::default();
        for n in 0..10 {
            backoff.authenticating(s(n));
        }
        assert_eq!(backoff.unpark(s(10)), s(60));
    }

    #[derive(Debug, Clone)]
    enum Server {
        Gone,
        DropsAfterBind { held_ms: u64 },
        TemporaryAuthFailure,
        BadCertificate,
        WrongPassword,
    }

    fn server() -> impl Strategy<Value = Server> {
        prop_oneof![
            Just(Server::Gone),
            (0u64..200_000).prop_map(|held_ms| Server::DropsAfterBind { held_ms }),
            (0u64..50).prop_map(|held_ms| Server::DropsAfterBind { held_ms }),
            Just(Server::TemporaryAuthFailure),
            Just(Server::BadCertificate),
            Just(Server::WrongPassword),
        ]
    }

    proptest! {
        #[test]
        fn never_more_than_ten_authentications_in_any_minute(
            life in proptest::collection::vec((server(), 0.0f64..1.0, 0u64..3000, any::<bool>()), 1..600)
        ) {
            let mut backoff = Backoff::default();
            let mut now = Duration::ZERO;
            let mut logins = Vec::new();
            for (server, jitter, takes_ms, impatient) in life {
                let takes = Duration::from_millis(takes_ms);
                let (reached, class) = match server {
                    Server::Gone => (Reached::Network, FailureClass::Transient),
                    Server::BadCertificate => (Reached::Network, FailureClass::Untrusted),
                    Server::WrongPassword | Server::TemporaryAuthFailure | Server::DropsAfterBind { .. } => {
                        now += takes;
                        logins.push(now);
                        backoff.authenticating(now);
                        if let Server::DropsAfterBind { held_ms } = server {
                            backoff.established(now);
                            now += Duration::from_millis(held_ms);
                        }
                        let wrong = matches!(server, Server::WrongPassword);
                        let class = if wrong { FailureClass::NeedsPerson } else { FailureClass::Transient };
                        (Reached::Login, class)
                    }
                };
                let verdict = backoff.failed(now, reached, class, jitter);
                now = match verdict {
                    Verdict::RetryAt(t) if !impatient => t,
                    // Somebody presses "retry" at once, every time.
                    Verdict::RetryAt(_) | Verdict::Park => backoff.unpark(now),
                };
            }
            for eleven in logins.windows(11) {
                prop_assert!(eleven[10] - eleven[0] >= s(60), "{eleven:?}");
            }
        }

        #[test]
        fn waits_are_bounded_and_never_nothing(
            fails in proptest::collection::vec((any::<bool>(), 0.0f64..1.0), 1..500)
        ) {
            let mut backoff = Backoff::default();
            let mut now = Duration::ZERO;
            for (network, jitter) in fails {
                let reached = if network { Reached::Network } else { Reached::Login };
                let next = at(backoff.failed(now, reached, FailureClass::Transient, jitter));
                prop_assert!(next - now >= FLOOR && next - now <= s(60));
                now = next;
            }
        }
    }
}
