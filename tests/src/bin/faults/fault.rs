//! The faults.

use std::time::Duration;

use anyhow::{Context, Result};
use mailwren_tests::place;
use mailwren_tests::proxy::{Cut, Way};
use mailwren_tests::system_bus::SystemBus;
use rusqlite::Connection;
use tokio::time::Instant;

use crate::campaign::{BATCH, Campaign, Sample};
use crate::interceptor::{Act, Speaker, Trick};
use crate::running::until;

/// How many times as fast as shipped most faults are gone through.
const FAST: u32 = 100;
/// How long a server is gone.
const GONE: Duration = Duration::from_secs(5);
/// How long a trick or a fuse may take to work, before the fault is made in another way.
const SOON: Duration = Duration::from_millis(400);

/// Every condition that may end a stream (RFC 6120 §4.9.3).
const STREAM_ERRORS: [&str; 25] = [
    "bad-format",
    "bad-namespace-prefix",
    "conflict",
    "connection-timeout",
    "host-gone",
    "host-unknown",
    "improper-addressing",
    "internal-server-error",
    "invalid-from",
    "invalid-namespace",
    "invalid-xml",
    "not-authorized",
    "not-well-formed",
    "policy-violation",
    "remote-connection-failed",
    "reset",
    "resource-constraint",
    "restricted-xml",
    "see-other-host",
    "system-shutdown",
    "undefined-condition",
    "unsupported-encoding",
    "unsupported-feature",
    "unsupported-stanza-type",
    "unsupported-version",
];

/// Every reason to refuse a login (RFC 6120 §6.5).
const SASL_FAILURES: [&str; 11] = [
    "aborted",
    "account-disabled",
    "credentials-expired",
    "encryption-required",
    "incorrect-encoding",
    "invalid-authzid",
    "invalid-mechanism",
    "malformed-request",
    "mechanism-too-weak",
    "not-authorized",
    "temporary-auth-failure",
];

/// What happens to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    TcpKill,
    TcpKillPep,
    TcpKillAsShipped,
    TlsCut,
    BlackHole,
    BlackHoleAsShipped,
    NetworkChange,
    HalfOpen,
    Delay,
    ServerRestart,
    ServerGone,
    ResumeRefused,
    StreamError,
    SaslFailure,
    DropAfterBind,
    AckTooHigh,
    TwoClients,
    Sigkill,
    DiskFull,
    DatabaseLocked,
    KeyringLate,
    ClockSetBack,
}

impl Fault {
    pub const ALL: [Self; 22] = [
        Self::TcpKill,
        Self::TcpKillPep,
        Self::TcpKillAsShipped,
        Self::TlsCut,
        Self::BlackHole,
        Self::BlackHoleAsShipped,
        Self::NetworkChange,
        Self::HalfOpen,
        Self::Delay,
        Self::ServerRestart,
        Self::ServerGone,
        Self::ResumeRefused,
        Self::StreamError,
        Self::SaslFailure,
        Self::DropAfterBind,
        Self::AckTooHigh,
        Self::TwoClients,
        Self::Sigkill,
        Self::DiskFull,
        Self::DatabaseLocked,
        Self::KeyringLate,
        Self::ClockSetBack,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::TcpKill => "TCP kill at random bytes",
            Self::TcpKillPep => "TCP kill, own PEP node",
            Self::TcpKillAsShipped => "TCP kill, as shipped",
            Self::TlsCut => "TLS cut at any byte",
            Self::BlackHole => "black hole",
            Self::BlackHoleAsShipped => "black hole, as shipped",
            Self::NetworkChange => "black hole, network changes",
            Self::HalfOpen => "half-open",
            Self::Delay => "delay and stall",
            Self::ServerRestart => "server restart",
            Self::ServerGone => "server gone 5 s",
            Self::ResumeRefused => "resume refused",
            Self::StreamError => "stream error",
            Self::SaslFailure => "SASL failure",
            Self::DropAfterBind => "drop after bind",
            Self::AckTooHigh => "ack too high",
            Self::TwoClients => "two clients",
            Self::Sigkill => "SIGKILL",
            Self::DiskFull => "disk full",
            Self::DatabaseLocked => "database locked",
            Self::KeyringLate => "keyring late",
            Self::ClockSetBack => "clock set back",
        }
    }

    /// What the row means, and what it can't show.
    pub const fn note(self) -> &'static str {
        match self {
            Self::TcpKill => {
                "RST after a random number of bytes, either way, also while logging in; recovery from the RST"
            }
            Self::TcpKillPep => "the same on the account's own PEP node",
            Self::TcpKillAsShipped => "a fresh client each time, killed once: the first wait of the shipped constants",
            Self::TlsCut => {
                "FIN inside TLS after a random number of bytes, in the handshake as well; recovery from the FIN"
            }
            Self::BlackHole => "nothing flows and nothing is closed; noticed by keepalive; recovery from the end of it",
            Self::BlackHoleAsShipped => "the same, with the shipped 60 s + 15 s",
            Self::NetworkChange => {
                "a fresh client each time; NetworkManager (a mock on a bus of its own) tells of a change; noticed after that"
            }
            Self::HalfOpen => {
                "the server's end is reset, the client's stays open; recovery from the reset, so with the keepalive"
            }
            Self::Delay => "up to 300 ms each way, and a stall of 300 ms: the connection may live on",
            Self::ServerRestart => {
                "a fresh client each time; recovery from when it listens again; the embedded server forgets its sessions"
            }
            Self::ServerGone => "the same with 5 s between; the 10 minutes are run in virtual time by the core's tests",
            Self::ResumeRefused => "the stream id is altered on its way, so that the server itself refuses",
            Self::StreamError => "each of the 25 kinds of RFC 6120 in place of a message, put in by the interceptor",
            Self::SaslFailure => {
                "each of the 11 kinds in place of a challenge; where only a person helps, one retries at once"
            }
            Self::DropAfterBind => "the connection ends with the answer to bind, or to resume",
            Self::AckTooHigh => {
                "an <a/> that acknowledges what was never sent, before a message; recovery until all is told"
            }
            Self::TwoClients => "two profiles on one account, both connections killed; each must tell all",
            Self::Sigkill => {
                "at a random moment of a batch: between receipt, store and notify; recovery with the new start"
            }
            Self::DiskFull => "writes fail by RLIMIT_FSIZE (EFBIG, not ENOSPC); recovery until all is told",
            Self::DatabaseLocked => "another process holds the write lock for longer than the busy timeout",
            Self::KeyringLate => {
                "a vault that says that no keyring runs; the real one's way there is the desktop tests'"
            }
            Self::ClockSetBack => {
                "by libfaketime, in the client alone; the wall clock jumps by up to an hour, both ways"
            }
        }
    }

    /// How many times in the short and in the long form.
    pub const fn times(self, long: bool) -> usize {
        let (short, all) = match self {
            Self::TcpKill => (12, 420),
            Self::TcpKillPep => (4, 60),
            Self::TcpKillAsShipped => (2, 20),
            Self::TlsCut => (6, 150),
            Self::BlackHole | Self::HalfOpen => (2, 20),
            Self::BlackHoleAsShipped => (0, 2),
            Self::NetworkChange => (1, 10),
            Self::Delay => (2, 20),
            Self::ServerRestart => (1, 12),
            Self::ServerGone => (0, 5),
            Self::ResumeRefused => (3, 50),
            Self::StreamError => (STREAM_ERRORS.len(), 2 * STREAM_ERRORS.len()),
            Self::SaslFailure => (SASL_FAILURES.len(), 3 * SASL_FAILURES.len()),
            Self::DropAfterBind => (4, 40),
            Self::AckTooHigh => (2, 30),
            Self::TwoClients => (2, 20),
            Self::Sigkill => (6, 100),
            Self::DiskFull => (1, 10),
            Self::DatabaseLocked => (1, 5),
            Self::KeyringLate => (1, 10),
            Self::ClockSetBack => (2, 20),
        };
        if long { all } else { short }
    }

    /// What the shipped waits are divided by.
    pub const fn scale(self) -> u32 {
        match self {
            Self::TcpKillAsShipped
            | Self::BlackHoleAsShipped
            | Self::NetworkChange
            | Self::ServerRestart
            | Self::ServerGone => 1,
            _ => FAST,
        }
    }

    /// Whether it needs somebody in the middle of the encrypted stream.
    pub const fn intercepts(self) -> bool {
        matches!(
            self,
            Self::ResumeRefused | Self::StreamError | Self::SaslFailure | Self::DropAfterBind | Self::AckTooHigh
        )
    }

    /// Whether it is about the own PEP node.
    pub const fn pep(self) -> bool {
        matches!(self, Self::TcpKillPep)
    }

    /// Whether a popup may be repeated, one each time.
    pub const fn kills_the_client(self) -> bool {
        matches!(self, Self::Sigkill)
    }

    /// How soon the client has to notice it, where nothing tells it.
    pub const fn noticed_within(self) -> Option<Duration> {
        match self {
            Self::BlackHoleAsShipped => Some(Duration::from_secs(80)),
            Self::NetworkChange => Some(Duration::from_secs(6)),
            _ => None,
        }
    }

    /// How soon it has to be over as a rule: the median, as a machine with other work to do stretches the longest.
    pub const fn recovered_within(self) -> Option<Duration> {
        match self {
            // One second and a login.
            Self::TcpKillAsShipped | Self::NetworkChange => Some(Duration::from_millis(1_500)),
            Self::ServerRestart | Self::ServerGone => Some(Duration::from_secs(3)),
            _ => None,
        }
    }

    /// What comes before the first time.
    pub async fn prepare(self, on: &mut Campaign<'_>) -> Result<()> {
        match self {
            Self::NetworkChange => {
                on.reader.home.system_bus = SystemBus::address(on.scene)?;
                on.reader.home.log = Some("mailwren_engine::sensors=debug");
                let mut bus = SystemBus::start(on.scene).await?;
                bus.start_network_manager().await?;
                on.bus = Some(bus);
                return Ok(());
            }
            Self::ClockSetBack => {
                let file = on.reader.home.path().join("clock");
                std::fs::write(&file, "+0")?;
                on.reader.launch.clock = Some((place::faketime()?, file.display().to_string()));
                on.clock = Some(file);
            }
            Self::TcpKillAsShipped | Self::ServerRestart | Self::ServerGone | Self::KeyringLate => return Ok(()),
            _ => {}
        }
        on.reader.start().await?;
        if let Some(second) = &mut on.second {
            second.start().await?;
        }
        // Seen in whole once, so that popups are owed for what follows.
        on.publish(1).await?;
        on.all_told().await
    }

    /// Once.
    pub async fn strike(self, on: &mut Campaign<'_>, time: usize) -> Result<Sample> {
        match self {
            Self::TcpKill | Self::TcpKillPep => tcp_kill(on, Cut::Reset, false).await,
            Self::TlsCut => tcp_kill(on, Cut::End, true).await,
            Self::TcpKillAsShipped => {
                on.reader.start().await?;
                on.publish(BATCH / 2).await?;
                on.all_told().await?;
                let before = on.reader.connects();
                let at = Instant::now();
                on.ground.proxy.kill();
                on.publish(BATCH / 2).await?;
                let sample = back(on, before, at).await?;
                on.all_told().await?;
                on.reader.stop().await?;
                Ok(sample)
            }
            Self::BlackHole | Self::BlackHoleAsShipped => black_hole(on).await,
            Self::NetworkChange => {
                on.reader.start().await?;
                on.reader.listens_to_the_bus(time + 1).await?;
                let sample = black_hole(on).await?;
                on.all_told().await?;
                on.reader.stop().await?;
                Ok(sample)
            }
            Self::HalfOpen => {
                let before = on.reader.connects();
                let at = Instant::now();
                on.ground.proxy.forget_clients();
                on.publish(BATCH).await?;
                let noticed = on.reader.offline_after(at).await?.duration_since(at);
                Ok(Sample {
                    noticed: Some(noticed),
                    ..back(on, before, at).await?
                })
            }
            Self::Delay => {
                let by = Duration::from_millis(on.dice.below(300));
                on.ground.proxy.delay(by);
                on.publish(BATCH / 2).await?;
                on.ground.proxy.stall();
                on.publish(BATCH / 2).await?;
                tokio::time::sleep(Duration::from_millis(300)).await;
                let at = Instant::now();
                on.ground.proxy.resume();
                on.ground.proxy.delay(Duration::ZERO);
                told(on, at).await
            }
            Self::ServerRestart => gone(on, Duration::ZERO).await,
            Self::ServerGone => gone(on, GONE).await,
            Self::ResumeRefused => {
                let before = on.reader.connects();
                on.ground.interceptor.lay(Trick {
                    speaker: Speaker::Client,
                    words: "previd=",
                    act: Act::InsertAfter(1, "x".to_owned()),
                });
                on.publish(BATCH / 2).await?;
                let at = Instant::now();
                on.ground.proxy.kill();
                on.publish(BATCH / 2).await?;
                let sample = back(on, before, at).await?;
                on.ground
                    .interceptor
                    .done(SOON)
                    .await
                    .context("no resumption was tried")?;
                Ok(sample)
            }
            Self::StreamError => {
                let condition = STREAM_ERRORS.get(time % STREAM_ERRORS.len()).context("a condition")?;
                let xml = format!(
                    "<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
                );
                tricked(on, "<message", Act::SayAndEnd(xml)).await
            }
            Self::SaslFailure => sasl_failure(on, time).await,
            Self::DropAfterBind => {
                let fresh = time.is_multiple_of(2);
                let (words, act) = if fresh {
                    ("<jid>", Act::EndAfter(1000))
                } else {
                    ("<resumed", Act::EndAfter(1000))
                };
                on.ground.interceptor.lay(Trick {
                    speaker: Speaker::Server,
                    words,
                    act,
                });
                on.publish(BATCH / 2).await?;
                if fresh {
                    on.reader.stop().await?;
                    on.publish(BATCH / 2).await?;
                    on.reader.start().await?;
                } else {
                    on.ground.proxy.kill();
                    on.publish(BATCH / 2).await?;
                }
                let at = on
                    .ground
                    .interceptor
                    .done(Duration::from_secs(20))
                    .await
                    .context("nothing was bound")?;
                // It may say that it is connected, and is dropped then: only what comes after counts.
                back_after(on, at).await
            }
            Self::AckTooHigh => {
                on.ground.interceptor.lay(Trick {
                    speaker: Speaker::Server,
                    words: "<message",
                    act: Act::Insert("<a xmlns='urn:xmpp:sm:3' h='4000000000'/>".to_owned()),
                });
                on.publish(BATCH).await?;
                let at = on
                    .ground
                    .interceptor
                    .done(Duration::from_secs(20))
                    .await
                    .context("no message came")?;
                told(on, at).await
            }
            Self::TwoClients => {
                let before = on.reader.connects();
                on.publish(BATCH / 2).await?;
                let at = Instant::now();
                on.ground.proxy.kill();
                on.publish(BATCH / 2).await?;
                back(on, before, at).await
            }
            Self::Sigkill => sigkill(on).await,
            Self::DiskFull => {
                on.reader.client()?.limit_files(Some(4096))?;
                on.publish(BATCH).await?;
                until(&on.reader.ledger, "that nothing can be stored is told", |told| {
                    told.problems.iter().any(|problem| problem == "store")
                })
                .await?;
                let at = Instant::now();
                on.reader.client()?.limit_files(None)?;
                told(on, at).await
            }
            Self::DatabaseLocked => {
                let store = store(on.reader.home.path()).context("no store")?;
                let other = Connection::open(store)?;
                other.execute_batch("BEGIN IMMEDIATE")?;
                on.publish(BATCH).await?;
                until(&on.reader.ledger, "that nothing can be stored is told", |told| {
                    told.problems.iter().any(|problem| problem == "store")
                })
                .await?;
                let at = Instant::now();
                other.execute_batch("ROLLBACK")?;
                told(on, at).await
            }
            Self::KeyringLate => {
                let before = on.reader.connects();
                on.publish(BATCH).await?;
                let launch = on.reader.launch.clone();
                on.reader.client =
                    Some(crate::running::Client::start(&on.reader.home, &on.reader.ledger, &launch).await?);
                until(&on.reader.ledger, "that there is no keyring is told", |told| {
                    told.trouble.as_ref().is_some_and(|trouble| trouble.contains("keyring"))
                })
                .await?;
                let at = Instant::now();
                on.reader.client()?.tell("keyring").await?;
                let sample = back(on, before, at).await?;
                on.all_told().await?;
                on.reader.stop().await?;
                Ok(sample)
            }
            Self::ClockSetBack => {
                let file = on.clock.clone().context("no clock")?;
                let by = on.dice.below(3600);
                let sign = if time.is_multiple_of(2) { '-' } else { '+' };
                on.publish(BATCH / 2).await?;
                let at = Instant::now();
                std::fs::write(file, format!("{sign}{by}"))?;
                on.publish(BATCH / 2).await?;
                told(on, at).await
            }
        }
    }
}

/// Awaits the link to be up again; gives how long that took.
async fn back(on: &Campaign<'_>, before: u32, at: Instant) -> Result<Sample> {
    let up = on.reader.connected(before).await?;
    Ok(Sample {
        noticed: None,
        recovered: Some(up.saturating_duration_since(at)),
    })
}

/// Awaits the link to come up after an instant; gives how long that took.
async fn back_after(on: &Campaign<'_>, at: Instant) -> Result<Sample> {
    until(&on.reader.ledger, "the link comes up again", |told| {
        told.link == "connected" && told.connected_at.is_some_and(|up| up > at)
    })
    .await?;
    let up = on.reader.ledger.borrow().connected_at;
    Ok(Sample {
        noticed: None,
        recovered: up.map(|up| up.saturating_duration_since(at)),
    })
}

/// Awaits everything to be told; gives how long that took.
async fn told(on: &Campaign<'_>, at: Instant) -> Result<Sample> {
    on.all_told().await?;
    let last = on.reader.ledger.borrow().told_at;
    Ok(Sample {
        noticed: None,
        recovered: last.map(|last| last.saturating_duration_since(at)),
    })
}

/// A kill by a fuse; where too little passed for it to burn down, at once. Half of those in TLS are lit for the handshake.
async fn tcp_kill(on: &mut Campaign<'_>, cut: Cut, handshakes: bool) -> Result<Sample> {
    let way = if on.dice.below(3) == 0 { Way::Up } else { Way::Down };
    let in_handshake = handshakes && on.dice.below(2) == 0;
    let most = match (way, in_handshake) {
        (Way::Up, true) => 1500,
        (Way::Down, true) => 4000,
        (Way::Up, false) => 400,
        (Way::Down, false) => 6000,
    };
    let bytes = 1 + on.dice.below(most) as usize;
    if in_handshake {
        on.ground.proxy.kill();
    }
    on.ground.proxy.light_fuse(way, bytes, cut);
    on.publish(BATCH).await?;
    let at = match on.ground.proxy.burnt(SOON).await {
        Some(at) => at,
        None => {
            let at = Instant::now();
            on.ground.proxy.kill();
            at
        }
    };
    back_after(on, at).await
}

async fn black_hole(on: &mut Campaign<'_>) -> Result<Sample> {
    let before = on.reader.connects();
    on.publish(BATCH / 2).await?;
    on.all_told().await?;
    let mut at = Instant::now();
    on.ground.proxy.black_hole();
    on.publish(BATCH / 2).await?;
    if let Some(bus) = &on.bus {
        at = Instant::now();
        bus.change_network().await?;
    }
    let noticed = on.reader.offline_after(at).await?.duration_since(at);
    let over = Instant::now();
    on.ground.proxy.clear();
    Ok(Sample {
        noticed: Some(noticed),
        ..back(on, before, over).await?
    })
}

async fn gone(on: &mut Campaign<'_>, away: Duration) -> Result<Sample> {
    on.reader.start().await?;
    on.publish(BATCH / 2).await?;
    on.all_told().await?;
    let before = on.reader.connects();
    on.ground.down().await?;
    tokio::time::sleep(away).await;
    let listened = on.ground.up(on.scene).await?;
    on.publish(BATCH / 2).await?;
    let sample = back(on, before, listened).await?;
    on.all_told().await?;
    on.reader.stop().await?;
    Ok(sample)
}

/// A trick with something that the server says next, and the way back.
async fn tricked(on: &mut Campaign<'_>, words: &'static str, act: Act) -> Result<Sample> {
    let before = on.reader.connects();
    on.ground.interceptor.lay(Trick {
        speaker: Speaker::Server,
        words,
        act,
    });
    on.publish(BATCH).await?;
    let at = on
        .ground
        .interceptor
        .done(Duration::from_secs(20))
        .await
        .context("the server didn't say it")?;
    back(on, before, at).await
}

async fn sasl_failure(on: &mut Campaign<'_>, time: usize) -> Result<Sample> {
    let condition = SASL_FAILURES.get(time % SASL_FAILURES.len()).context("a condition")?;
    let xml = format!("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{condition}/></failure>");
    let before = on.reader.connects();
    on.ground.interceptor.lay(Trick {
        speaker: Speaker::Server,
        words: "<challenge",
        act: Act::SayAndEnd(xml),
    });
    on.publish(BATCH / 2).await?;
    on.ground.proxy.kill();
    on.publish(BATCH / 2).await?;
    let mut at = on
        .ground
        .interceptor
        .done(Duration::from_secs(20))
        .await
        .context("nobody logged in")?;
    until(&on.reader.ledger, "what became of the login", |told| {
        told.link == "error" || told.connects > before
    })
    .await?;
    if on.reader.ledger.borrow().link == "error" {
        at = Instant::now();
        on.reader.client()?.tell("retry").await?;
    }
    back(on, before, at).await
}

async fn sigkill(on: &mut Campaign<'_>) -> Result<Sample> {
    // The embedded server has told all within milliseconds, the real ones in a tenth of a second.
    let most = 8_000 << on.dice.below(5);
    let after = Duration::from_micros(on.dice.below(most));
    let client = on.reader.client.take().context("no client runs")?;
    let (published, killed) = tokio::join!(on.publish(BATCH), async {
        tokio::time::sleep(after).await;
        let at = Instant::now();
        client.kill().await.map(|()| at)
    });
    published?;
    let at = killed?;
    let before = on.reader.connects();
    on.reader.start().await?;
    back(on, before, at).await
}

/// The store's file under a home.
fn store(home: &std::path::Path) -> Option<std::path::PathBuf> {
    let mut folders = vec![home.join("data")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            if entry.file_name() == "events.sqlite" {
                return Some(entry.path());
            }
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
        }
    }
    None
}
