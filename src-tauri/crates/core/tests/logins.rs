//! With the shipped time constants there are never more than ten logins in a minute, whatever a server does for a day, however
//! the dice fall, and however impatient the person is.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic)]

use std::time::Duration;

use mailwren_core::link::{Backoff, FailureClass, Reached, Verdict};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What a server does with each attempt.
#[derive(Debug, Clone, Copy)]
enum Server {
    RefusesTcp,
    HangsUpBeforeLogin,
    HasABadCertificate,
    /// With these conditions of SASL, or the same of the stream.
    RefusesLogin(FailureClass),
    /// Binds or resumes, and ends the stream after so long.
    DropsAfter(Duration),
}

const SERVERS: [Server; 9] = [
    Server::RefusesTcp,
    Server::HangsUpBeforeLogin,
    Server::HasABadCertificate,
    Server::RefusesLogin(FailureClass::Transient),
    Server::RefusesLogin(FailureClass::NeedsPerson),
    Server::DropsAfter(Duration::ZERO),
    Server::DropsAfter(Duration::from_secs(5)),
    Server::DropsAfter(Duration::from_secs(59)),
    Server::DropsAfter(Duration::from_secs(60)),
];

/// The times of all logins of a day.
fn logins(server: Server, jitter: f64, impatient: bool) -> Vec<Duration> {
    let mut backoff = Backoff::default();
    let (mut now, mut logins) = (Duration::ZERO, Vec::new());
    while now < DAY {
        // An attempt takes a moment, so that a loop that never waits ends too.
        now += Duration::from_millis(50);
        let mut log_in = |backoff: &mut Backoff, now| {
            logins.push(now);
            backoff.authenticating(now);
        };
        let (reached, class) = match server {
            Server::RefusesTcp | Server::HangsUpBeforeLogin => (Reached::Network, FailureClass::Transient),
            Server::HasABadCertificate => (Reached::Network, FailureClass::Untrusted),
            Server::RefusesLogin(class) => {
                log_in(&mut backoff, now);
                (Reached::Login, class)
            }
            Server::DropsAfter(held) => {
                log_in(&mut backoff, now);
                backoff.established(now);
                now += held;
                (Reached::Login, FailureClass::Transient)
            }
        };
        now = match backoff.failed(now, reached, class, jitter) {
            Verdict::RetryAt(at) if !impatient => at,
            Verdict::Park if !impatient => break,
            Verdict::RetryAt(_) | Verdict::Park => backoff.unpark(now),
        };
    }
    logins
}

#[test]
fn no_server_is_logged_in_to_more_than_ten_times_in_any_minute() {
    for server in SERVERS {
        for (jitter, impatient) in [(0.0, false), (0.5, false), (0.999, false), (0.0, true)] {
            let logins = logins(server, jitter, impatient);
            for eleven in logins.windows(11) {
                let span = eleven[10] - eleven[0];
                assert!(
                    span >= Duration::from_secs(60),
                    "{server:?}, {jitter}, {impatient}: {span:?}"
                );
            }
        }
    }
}

#[test]
fn a_server_that_is_there_again_is_logged_in_to_although_it_refused_for_long() {
    let logins = logins(Server::RefusesLogin(FailureClass::Transient), 0.999, false);
    let longest = logins.windows(2).map(|two| two[1] - two[0]).max();
    assert!(
        longest.is_some_and(|longest| longest <= Duration::from_secs(61)),
        "{longest:?}"
    );
}

#[test]
fn a_server_that_was_away_for_ten_minutes_is_reached_within_a_minute_of_its_return() {
    let away = Duration::from_secs(600);
    for jitter in [0.0, 0.5, 0.999] {
        let mut backoff = Backoff::default();
        backoff.authenticating(Duration::ZERO);
        backoff.established(Duration::ZERO);
        let mut now = Duration::from_secs(3600);
        let gone = now;
        let mut reached = Reached::Login;
        while now < gone + away {
            match backoff.failed(now, reached, FailureClass::Transient, jitter) {
                Verdict::RetryAt(at) => now = at.max(now + Duration::from_millis(1)),
                Verdict::Park => panic!("nothing that needs a person happened"),
            }
            reached = Reached::Network;
        }
        let back = now - gone - away;
        assert!(back <= Duration::from_secs(60), "{back:?} after its return");
    }
}
