//! A day with a fault every minute: backoff, catch-up and model together, against a server, a network, a clock and a
//! process that fail as these do. In virtual time, from a seed: the same seed gives the same day.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mailwren_core::MAIL_NODE;
use mailwren_core::account::Account;
use mailwren_core::arrival::{Arrival, Stored};
use mailwren_core::event::{Decoded, Dialect, Event, Kind, PayloadDigest};
use mailwren_core::link::{Backoff, FailureClass, Reached, Verdict};
use mailwren_core::model::{Effect, Input, LinkChange, Manners, Model};
use mailwren_core::view::Row;
use proptest::prelude::*;

const SAM: &str = "sam@example.org";

/// How long the server keeps a session that can be resumed.
const HIBERNATION: Duration = Duration::from_secs(300);
/// When a connection that has died without a word is given up: keepalive and its answer.
const KEEPALIVE: Duration = Duration::from_secs(75);
/// How often the engine looks round by itself, whatever deadline it was told.
const LOOK_ROUND: Duration = Duration::from_secs(2);
/// What the server keeps of a node.
const MOST_ITEMS: usize = 100;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, below: u64) -> u64 {
        self.roll() % below
    }

    fn millis(&mut self, below: u64) -> Duration {
        Duration::from_millis(self.below(below))
    }

    fn jitter(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What outlives the process: rows, and which of them owe a popup.
#[derive(Default)]
struct Disk {
    rows: Vec<Row>,
    by_item: BTreeMap<String, usize>,
    unread: BTreeSet<usize>,
    owed: BTreeSet<i64>,
    baselines: Vec<(String, String, String)>,
}

impl Disk {
    fn append(&mut self, arrival: Arrival) -> Stored {
        let item = arrival.decoded.event.item.clone().unwrap();
        // In this day no id is used again with another payload.
        if let Some(&index) = self.by_item.get(&item) {
            let row = &mut self.rows[index];
            if row.gone_at.take().is_some() {
                row.unread = true;
                self.unread.insert(index);
                return Stored::Revived {
                    row: row.clone(),
                    replaced: Vec::new(),
                };
            }
            return Stored::Known { seq: row.seq };
        }
        let seq = self.rows.len() as i64 + 1;
        let row = Row {
            seq,
            rev: seq,
            account: arrival.account,
            received_at: arrival.received_at,
            delayed: arrival.decoded.delayed,
            unread: true,
            gone_at: None,
            replaced: false,
            snoozed_until: None,
            acted: None,
            reason: arrival.reason,
            opens: None,
            event: arrival.decoded.event,
        };
        if arrival.owed {
            self.owed.insert(seq);
        }
        self.by_item.insert(item, self.rows.len());
        self.unread.insert(self.rows.len());
        self.rows.push(row.clone());
        Stored::New {
            row,
            replaced: Vec::new(),
            owed: arrival.owed,
        }
    }

    /// Lets unread rows go; gives those that changed.
    fn gone(&mut self, now: Timestamp, which: impl Fn(&str) -> bool) -> Vec<Row> {
        let rows = &mut self.rows;
        let going: Vec<usize> = self
            .unread
            .iter()
            .copied()
            .filter(|&index| which(item(&rows[index])))
            .collect();
        going
            .into_iter()
            .map(|index| {
                self.unread.remove(&index);
                let row = &mut rows[index];
                row.unread = false;
                row.gone_at = Some(now);
                self.owed.remove(&row.seq);
                row.clone()
            })
            .collect()
    }
}

fn item(row: &Row) -> &str {
    row.event.item.as_deref().unwrap_or_default()
}

/// What the server has.
#[derive(Default)]
struct Server {
    items: VecDeque<String>,
    session: Option<Session>,
    down_until: Duration,
    refuses_until: Duration,
    drops_until: Duration,
}

struct Session {
    /// Sent into a connection that is dead, or kept for the resumption.
    unacked: VecDeque<Decoded>,
    dies_at: Option<Duration>,
}

#[derive(PartialEq)]
enum Link {
    Waiting(Duration),
    Up,
    /// Dead without a word, until the keepalive finds out.
    Deaf(Duration),
    Parked,
}

struct Day {
    dice: Dice,
    /// On a clock that never goes back.
    now: Duration,
    /// How far the wall clock was set.
    set_by: SignedDuration,
    model: Model,
    disk: Disk,
    server: Server,
    link: Link,
    backoff: Backoff,
    /// Effects that the process carries out before it is killed.
    dies_after: Option<u64>,
    life: u32,
    published: u64,
    /// Whose session the server keeps.
    session_life: u32,
    logins: Vec<(u32, Duration)>,
    /// In which life a row was told last, by a popup of its own or one of many.
    told: BTreeMap<i64, u32>,
    told_singly: BTreeSet<(i64, u32)>,
    /// Shown by a process that was killed before it had written that down.
    half_told: BTreeSet<i64>,
    repeated: u32,
    kills: u32,
    faults: u32,
    longest_gap: Duration,
    gap_since: Option<Duration>,
    /// Of all effects, where days are to be compared.
    trace: Option<DefaultHasher>,
}

impl Day {
    fn new(seed: u64, trace: bool) -> Self {
        let mut day = Self {
            dice: Dice(seed),
            now: Duration::ZERO,
            set_by: SignedDuration::ZERO,
            model: Model::default(),
            disk: Disk::default(),
            server: Server::default(),
            link: Link::Waiting(Duration::ZERO),
            backoff: Backoff::default(),
            dies_after: None,
            life: 0,
            published: 0,
            session_life: 0,
            logins: Vec::new(),
            told: BTreeMap::new(),
            told_singly: BTreeSet::new(),
            half_told: BTreeSet::new(),
            repeated: 0,
            kills: 0,
            faults: 0,
            longest_gap: Duration::ZERO,
            gap_since: None,
            trace: trace.then(DefaultHasher::new),
        };
        day.start();
        day
    }

    fn wall(&self) -> Timestamp {
        let since = SignedDuration::try_from(self.now).unwrap() + self.set_by;
        "2026-11-24T00:00:00Z".parse::<Timestamp>().unwrap() + since
    }

    /// The process starts on what the disk holds.
    fn start(&mut self) {
        self.life += 1;
        self.model = Model::default();
        self.backoff = Backoff::default();
        self.dies_after = None;
        self.link = Link::Waiting(self.now);
        let owed = self.disk.rows.iter().filter(|row| self.disk.owed.contains(&row.seq));
        let loaded = Input::Loaded {
            baselines: self.disk.baselines.clone(),
            owed: owed.cloned().collect(),
            snoozed: Vec::new(),
            unread: Vec::new(),
            pause: None,
            rev: 0,
        };
        self.input(Input::Manners(Manners {
            desktop: true,
            ..Manners::default()
        }));
        self.input(Input::Accounts(vec![Account::new(SAM)]));
        self.input(loaded);
    }

    fn kill(&mut self) {
        self.kills += 1;
        if let Some(session) = &mut self.server.session {
            session.dies_at.get_or_insert(self.now + HIBERNATION);
        }
        self.start();
    }

    /// Whether the process lived through it.
    fn input(&mut self, input: Input) -> bool {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.model.update(self.wall(), input) {
                if let Some(trace) = &mut self.trace {
                    format!("{:?} {effect:?}", self.now).hash(trace);
                }
                let dies = self.dies_after == Some(0);
                self.dies_after = self.dies_after.map(|left| left.saturating_sub(1));
                let follows = self.carry_out(effect, dies);
                if dies {
                    self.kill();
                    return false;
                }
                inputs.extend(follows);
            }
        }
        true
    }

    /// One that dies in it has done the first half.
    fn carry_out(&mut self, effect: Effect, dies: bool) -> Option<Input> {
        let now = self.wall();
        match effect {
            Effect::Append(arrivals) => {
                let stored = arrivals.into_iter().map(|arrival| self.disk.append(arrival)).collect();
                Some(Input::Stored(stored))
            }
            Effect::Retract(key) => Some(Input::Changed(self.disk.gone(now, |item| item == key.item))),
            Effect::Reconcile { present, .. } => {
                let present: BTreeSet<String> = present.into_iter().collect();
                Some(Input::Changed(self.disk.gone(now, |item| !present.contains(item))))
            }
            Effect::Baseline { account, service, node } => {
                self.disk.baselines.push((account, service, node));
                None
            }
            Effect::Show(popup) => {
                let life = self.life;
                for seq in &popup.settles {
                    let before = self.told.insert(*seq, life);
                    if before.is_some_and(|told| told < life) {
                        assert!(self.half_told.remove(seq), "told again: row {seq}");
                        self.repeated += 1;
                    }
                    if dies {
                        self.half_told.insert(*seq);
                    }
                }
                if let (true, [seq]) = (popup.sound, popup.settles.as_slice()) {
                    assert!(self.told_singly.insert((*seq, life)), "told twice: row {seq}");
                }
                if !dies {
                    self.disk.owed.retain(|seq| !popup.settles.contains(seq));
                }
                None
            }
            Effect::Settle(seqs) => {
                self.disk.owed.retain(|seq| !seqs.contains(seq));
                None
            }
            _ => None,
        }
    }

    fn decoded(&self, item: &str, kind: Kind, delayed: bool) -> Decoded {
        Decoded {
            event: Event {
                service: Some(SAM.to_owned()),
                node: Some(MAIL_NODE.to_owned()),
                item: Some(item.to_owned()),
                dialect: Dialect::Mailwren,
                subject: Some(format!("about {item}")),
                ..Event::bare(kind)
            },
            delayed,
            payload: PayloadDigest(item.to_owned()),
        }
    }

    fn link_is(&mut self, change: LinkChange) -> bool {
        self.input(Input::Link {
            account: SAM.to_owned(),
            change,
        })
    }

    /// The server sends to the session that there is, if there is one.
    fn send(&mut self, decoded: Decoded) {
        if self.link != Link::Up {
            if let Some(session) = &mut self.server.session {
                session.unacked.push_back(decoded);
            }
            return;
        }
        // What ejabberd does with PEP: each event twice.
        let times = 1 + self.dice.below(5) / 4;
        for _ in 0..times {
            let events = vec![decoded.clone()];
            let account = SAM.to_owned();
            if !self.input(Input::Events { account, events }) {
                // Received, and so acknowledged; stored or not, the next session fetches it.
                return;
            }
        }
    }

    fn publish(&mut self) {
        let item = format!("m{}", self.published);
        self.published += 1;
        self.server.items.push_back(item.clone());
        if self.server.items.len() > MOST_ITEMS {
            self.server.items.pop_front();
        }
        let decoded = self.decoded(&item, Kind::New, false);
        self.send(decoded);
    }

    /// Somebody reads a mail elsewhere.
    fn retract(&mut self) {
        if self.server.items.is_empty() {
            return;
        }
        let which = self.dice.below(self.server.items.len() as u64) as usize;
        let item = self.server.items.remove(which).unwrap();
        let decoded = self.decoded(&item, Kind::Gone, false);
        self.send(decoded);
    }

    fn lost(&mut self, reached: Reached, class: FailureClass) {
        if let Some(session) = &mut self.server.session {
            session.dies_at.get_or_insert(self.now + HIBERNATION);
        }
        self.gap_since.get_or_insert(self.now);
        let jitter = self.dice.jitter();
        match self.backoff.failed(self.now, reached, class, jitter) {
            Verdict::RetryAt(at) => {
                self.link = Link::Waiting(at);
                self.link_is(LinkChange::Lost {
                    trouble: None,
                    retry_at: None,
                });
            }
            Verdict::Park => self.link = Link::Parked,
        }
    }

    fn connect(&mut self) {
        if !self.link_is(LinkChange::Connecting) {
            return;
        }
        if self.now < self.server.down_until {
            return self.lost(Reached::Network, FailureClass::Transient);
        }
        self.logins.push((self.life, self.now));
        self.backoff.authenticating(self.now);
        if self.now < self.server.refuses_until {
            return self.lost(Reached::Login, FailureClass::Transient);
        }
        self.server
            .session
            .take_if(|session| session.dies_at.is_some_and(|at| at <= self.now));
        self.backoff.established(self.now);
        self.link = Link::Up;
        if self.now < self.server.drops_until {
            return self.lost(Reached::Login, FailureClass::Transient);
        }
        if let Some(gap) = self.gap_since.take() {
            self.longest_gap = self.longest_gap.max(self.now - gap);
        }
        // A process that was killed knows nothing of its session.
        let resumes = self
            .server
            .session
            .as_ref()
            .is_some_and(|session| session.dies_at.is_some());
        let ours = resumes && self.session_life == self.life;
        if let Some(session) = self.server.session.as_mut().filter(|_| ours) {
            session.dies_at = None;
            let unacked = std::mem::take(&mut session.unacked);
            if !self.link_is(LinkChange::Resumed) {
                return;
            }
            let life = self.life;
            for decoded in unacked {
                self.send(decoded);
            }
            let account = SAM.to_owned();
            if life == self.life && self.link == Link::Up {
                self.input(Input::CaughtUp { account });
            }
        } else {
            self.server.session = Some(Session {
                unacked: VecDeque::new(),
                dies_at: None,
            });
            self.session_life = self.life;
            self.fresh();
        }
    }

    fn fresh(&mut self) {
        let items = self.server.items.clone();
        let events = items.iter().map(|item| self.decoded(item, Kind::New, true)).collect();
        let account = SAM.to_owned();
        let _ = self.link_is(LinkChange::Fresh)
            && self.input(Input::Fetched {
                account: account.clone(),
                service: account.clone(),
                node: MAIL_NODE.to_owned(),
                asked_at: self.wall(),
                events,
                complete: true,
            })
            && self.input(Input::CaughtUp { account });
    }

    fn fault(&mut self) {
        self.faults += 1;
        let up = self.link == Link::Up;
        match self.dice.below(9) {
            // TCP is reset.
            0 | 1 if up => self.lost(Reached::Login, FailureClass::Transient),
            // The network goes without a word, for as long as the keepalive needs.
            2 if up => self.link = Link::Deaf(self.now + KEEPALIVE),
            // The server is started again, sooner or later.
            3 => {
                let away = if self.dice.below(20) == 0 { 600_000 } else { 30_000 };
                self.server.down_until = self.now + self.dice.millis(away);
                self.server.session = None;
                if up {
                    self.lost(Reached::Login, FailureClass::Transient);
                }
            }
            4 => self.server.refuses_until = self.now + self.dice.millis(40_000),
            5 => self.server.drops_until = self.now + self.dice.millis(40_000),
            // SIGKILL, in the middle of whatever comes next.
            6 => self.dies_after = Some(self.dice.below(6)),
            // The clock is set, by up to an hour either way.
            7 => self.set_by = SignedDuration::from_secs(self.dice.below(7_200) as i64 - 3_600),
            // The server forgets the session while nobody is connected.
            _ => {
                if up {
                    self.lost(Reached::Login, FailureClass::Transient);
                }
                self.server.session = None;
            }
        }
    }

    /// Lives until an instant. With faults, there is one every minute.
    fn live(&mut self, until: Duration, faults: bool) {
        let (mut next_mail, mut next_read) = if faults { (self.now, self.now) } else { (until, until) };
        let mut next_fault = self.now + Duration::from_secs(60);
        let mut next_look = self.now;
        while self.now < until {
            let due = match self.link {
                Link::Waiting(at) | Link::Deaf(at) => at,
                Link::Up | Link::Parked => until,
            };
            let wall = self.wall();
            let tick = self.model.next_deadline().map_or(until, |deadline| {
                self.now + Duration::try_from(deadline.duration_since(wall)).unwrap_or_default()
            });
            let next = [until, due, tick, next_mail, next_read, next_fault, next_look];
            self.now = next.into_iter().min().unwrap().max(self.now);
            if self.now == until {
                break;
            }
            if self.now >= due {
                match self.link {
                    Link::Waiting(_) => self.connect(),
                    Link::Deaf(_) => self.lost(Reached::Login, FailureClass::Transient),
                    Link::Up | Link::Parked => {}
                }
            } else if self.now >= next_fault {
                next_fault += Duration::from_secs(60);
                if faults {
                    self.fault();
                }
            } else if self.now >= next_mail {
                next_mail = self.now + Duration::from_millis(1) + self.dice.millis(20_000);
                self.publish();
            } else if self.now >= next_read {
                next_read = self.now + Duration::from_millis(1) + self.dice.millis(30_000);
                self.retract();
            } else {
                if self.now >= next_look {
                    next_look = self.now + LOOK_ROUND;
                }
                self.input(Input::Tick);
            }
        }
    }

    /// Whether all is as it must be, once there was time to recover.
    fn check(&self) {
        assert!(self.link == Link::Up, "not connected at the end");
        assert_eq!(self.disk.rows.len(), self.disk.by_item.len());
        for item in &self.server.items {
            let row = &self.disk.rows[*self.disk.by_item.get(item).expect("lost")];
            assert!(row.unread, "{item} is on the server and not unread");
            assert!(self.told.contains_key(&row.seq), "{item} was never told");
        }
        assert!(self.disk.owed.is_empty(), "owed and forgotten: {:?}", self.disk.owed);
        // A process that starts anew knows nothing of the logins before it.
        for eleven in self.logins.windows(11) {
            let ((life, first), (last_life, last)) = (eleven[0], eleven[10]);
            assert!(
                life != last_life || last - first >= Duration::from_secs(60),
                "{eleven:?}"
            );
        }
    }
}

/// Lives for so many hours with a fault a minute, then in peace until everything had its time.
fn live(hours: u64, seed: u64, trace: bool) -> Day {
    let mut day = Day::new(seed, trace);
    let hours = Duration::from_secs(hours * 3600);
    day.live(hours, true);
    day.server.refuses_until = Duration::ZERO;
    day.dies_after = None;
    day.live(hours + Duration::from_secs(3600), false);
    day.check();
    day
}

#[test]
fn a_day_with_a_fault_a_minute_loses_nothing_and_tells_nothing_twice() {
    let began = std::time::Instant::now();
    let day = live(24, 1, false);
    assert_eq!(day.faults, 24 * 60 - 1);
    assert!(day.published > 5_000 && day.kills > 100);
    println!(
        "24 hours, {} faults, {} events, {} kills, {} mails told again, {} logins, longest gap {} s: {} ms",
        day.faults,
        day.published,
        day.kills,
        day.repeated,
        day.logins.len(),
        day.longest_gap.as_secs(),
        began.elapsed().as_millis()
    );
}

#[test]
fn the_same_seed_gives_the_same_day() {
    let trace = |seed| live(2, seed, true).trace.unwrap().finish();
    assert_eq!(trace(7), trace(7));
    assert_ne!(trace(7), trace(8));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_seed_nothing_is_lost_and_nothing_told_twice(seed in any::<u64>()) {
        live(1, seed, false);
    }
}
