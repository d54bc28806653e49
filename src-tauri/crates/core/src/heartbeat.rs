//! Whether push is alive: when a heartbeat is due, what proves that it came the whole way round, and what follows when
//! none comes back.
//!
//! A heartbeat is an item that the client publishes to a PEP node of its own account and that comes back to it as an
//! event, as a mail's does (`docs/protocol.md`). Time comes in as in [`crate::link`].

use std::time::Duration;

use jid::Jid;
use jiff::Timestamp;
use minidom::Element;
use minidom::rxml::xml_ncname;

use crate::adhoc::Offer;
use crate::stanza;

/// The PEP node, and the payload namespace, of clients' heartbeats.
pub const CLIENT_NODE: &str = "urn:mailwren:heartbeat:0";
/// The PEP node, and the payload namespace, of the heartbeats of whoever publishes the account's mail.
pub const PUBLISHER_NODE: &str = "urn:mailwren:publisher:0";
/// The id of both nodes' only item.
pub const ITEM: &str = "current";

const PUBSUB_EVENT: &str = "http://jabber.org/protocol/pubsub#event";

/// The time constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// For how long a proof is good: then the next heartbeat is due.
    pub every: Duration,
    /// How long one is awaited before it is sent once more.
    pub again: Duration,
    /// How long the second may be on its way.
    pub way: Duration,
    /// Least time from one heartbeat to the next, however often the network changes.
    pub least: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(15 * 60),
            again: Duration::from_secs(5),
            way: Duration::from_secs(20),
            least: Duration::from_secs(30),
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Publish a heartbeat with this id.
    Publish(String),
    /// Heartbeats came back in this session and do no longer: begin a new one.
    Renew,
    /// No heartbeat came back in this session, and a further one would hardly do better: tell it, and fetch what the nodes
    /// hold. The next heartbeat comes in its time.
    Deaf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No session, or one in which no heartbeat is possible.
    Off,
    /// The session's connection is interrupted.
    Suspended,
    /// The next is due at this time.
    Due(Duration),
    /// Sent, and not back.
    Away { until: Duration, again: bool },
}

/// The heartbeats of one account.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    rhythm: Rhythm,
    /// What no other client's ids begin with.
    prefix: String,
    state: State,
    /// The number of the last one sent.
    count: u64,
    /// When it was sent.
    sent: Option<Duration>,
    /// Whether one came back in this session.
    proven: bool,
}

impl Heartbeat {
    /// Off. `prefix` is random.
    pub const fn new(rhythm: Rhythm, prefix: String) -> Self {
        Self {
            rhythm,
            prefix,
            state: State::Off,
            count: 0,
            sent: None,
            proven: false,
        }
    }

    /// A fresh session has told the server that it wants heartbeats.
    pub const fn begin(&mut self, now: Duration) {
        self.proven = false;
        self.state = State::Due(now);
    }

    /// The session is over, or no heartbeat is possible in it.
    pub const fn end(&mut self) {
        self.state = State::Off;
    }

    /// The connection is interrupted.
    pub fn suspend(&mut self) {
        if self.state != State::Off {
            self.state = State::Suspended;
        }
    }

    /// The session goes on over a new connection.
    pub fn resume(&mut self, now: Duration) {
        if self.state == State::Suspended {
            self.state = State::Due(now);
        }
    }

    /// The network changed, or the machine woke: what was proven before says nothing any more.
    pub fn doubt(&mut self, now: Duration) {
        if let State::Due(_) = self.state {
            let earliest = self.sent.map_or(now, |sent| sent + self.rhythm.least);
            self.state = State::Due(now.max(earliest));
        }
    }

    /// An event came, which proves as well as a heartbeat.
    pub fn event(&mut self, now: Duration) {
        if matches!(self.state, State::Due(_) | State::Away { .. }) {
            self.state = State::Due(now + self.rhythm.every);
        }
    }

    /// A heartbeat came. Gives how long it was on its way if it is the one that was awaited; others' prove nothing, since
    /// servers send a node's last item to whoever comes online.
    pub fn came(&mut self, now: Duration, id: &str) -> Option<Duration> {
        let awaited = matches!(self.state, State::Away { .. }) && id == self.id();
        if !awaited {
            return None;
        }
        self.proven = true;
        self.state = State::Due(now + self.rhythm.every);
        self.sent.map(|sent| now.saturating_sub(sent))
    }

    /// When [`step`](Self::step) has something to say.
    pub const fn next_deadline(&self) -> Option<Duration> {
        match self.state {
            State::Off | State::Suspended => None,
            State::Due(at) => Some(at),
            State::Away { until, .. } => Some(until),
        }
    }

    /// What is to be done now, if anything.
    pub fn step(&mut self, now: Duration) -> Option<Step> {
        match self.state {
            State::Due(at) if at <= now => {
                self.count += 1;
                self.sent = Some(now);
                self.state = State::Away {
                    until: now + self.rhythm.again,
                    again: false,
                };
                Some(Step::Publish(self.id()))
            }
            // The server may not have known yet that they are wanted.
            State::Away { until, again: false } if until <= now => {
                self.state = State::Away {
                    until: now + self.rhythm.way,
                    again: true,
                };
                Some(Step::Publish(self.id()))
            }
            State::Away { until, again: true } if until <= now => {
                if self.proven {
                    self.state = State::Off;
                    Some(Step::Renew)
                } else {
                    self.state = State::Due(now + self.rhythm.every);
                    Some(Step::Deaf)
                }
            }
            _ => None,
        }
    }

    fn id(&self) -> String {
        format!("{}-{}", self.prefix, self.count)
    }
}

/// What a message of the own account brought on the nodes of heartbeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// A client's heartbeat, with its id.
    Client(String),
    /// A publisher's.
    Publisher(Publisher),
}

/// What a publisher tells of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publisher {
    /// When it last had good contact with the mail server.
    pub contact: Option<Timestamp>,
    /// Where it takes commands.
    pub offer: Option<Offer>,
}

impl Publisher {
    /// The item's payload.
    pub fn payload(&self) -> Element {
        Element::builder("heartbeat", PUBLISHER_NODE)
            .attr(xml_ncname!("contact").to_owned(), self.contact.map(|at| at.to_string()))
            .append_all(self.offer.as_ref().map(Offer::element))
            .build()
    }

    /// The newest in items of the node, oldest first.
    pub fn newest<'a>(items: impl DoubleEndedIterator<Item = &'a Element>) -> Option<Self> {
        let payloads = items
            .rev()
            .filter_map(|item| item.get_child("heartbeat", PUBLISHER_NODE));
        payloads.filter_map(Self::read).next()
    }

    /// A time that is none makes it no heartbeat.
    fn read(payload: &Element) -> Option<Self> {
        let contact = payload.attr("contact").map(str::parse).transpose().ok()?;
        Some(Self {
            contact,
            offer: Offer::read(payload),
        })
    }
}

/// Reads a message that is about the nodes of heartbeats and nothing else; `None` for any other, and for one that the own
/// account (a bare JID) didn't send.
pub fn signs(message: &Element, own: &Jid) -> Option<Vec<Sign>> {
    if message.name() != "message" || message.attr("type") == Some("error") || stanza::is_forwarded(message) {
        return None;
    }
    // Only the own server can leave it out (RFC 6120 §8.1.2.1).
    if let Some(from) = message.attr("from")
        && Jid::new(from).ok().as_ref() != Some(own)
    {
        return None;
    }
    let event = message.get_child("event", PUBSUB_EVENT)?;
    let ours = |child: &Element| matches!(child.attr("node"), Some(CLIENT_NODE | PUBLISHER_NODE));
    if event.children().next().is_none() || !event.children().all(ours) {
        return None;
    }
    let items = event.children().filter(|child| child.name() == "items");
    let beats = items.flat_map(|items| {
        let of = items.attr("node").unwrap_or_default();
        let payloads = items.children().flat_map(Element::children);
        payloads.filter(move |payload| payload.is("heartbeat", of))
    });
    Some(beats.filter_map(sign).collect())
}

fn sign(payload: &Element) -> Option<Sign> {
    if payload.ns() == CLIENT_NODE {
        let id = payload.attr("id").filter(|id| id.len() <= 64)?;
        return Some(Sign::Client(id.to_owned()));
    }
    Publisher::read(payload).map(Sign::Publisher)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const fn s(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn heart() -> Heartbeat {
        Heartbeat::new(Rhythm::default(), "own".to_owned())
    }

    fn published(heart: &mut Heartbeat, now: Duration) -> String {
        match heart.step(now) {
            Some(Step::Publish(id)) => id,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn one_is_due_upon_connecting_and_every_fifteen_minutes() {
        let mut heart = heart();
        assert_eq!((heart.next_deadline(), heart.step(s(0))), (None, None));
        heart.begin(s(10));
        let id = published(&mut heart, s(10));
        assert_eq!(heart.came(s(11), &id), Some(s(1)));
        assert_eq!(heart.next_deadline(), Some(s(911)));
        assert_eq!(heart.step(s(910)), None);
        assert_ne!(published(&mut heart, s(911)), id);
    }

    #[test]
    fn only_the_one_that_is_awaited_proves_and_only_once() {
        let mut heart = heart();
        heart.begin(s(0));
        let first = published(&mut heart, s(0));
        assert_eq!(heart.came(s(1), "other-1"), None);
        assert_eq!(heart.came(s(1), "own-0"), None);
        assert_eq!(heart.came(s(1), &first), Some(s(1)));
        assert_eq!(heart.came(s(1), &first), None, "ejabberd sends each event twice");
        let second = published(&mut heart, s(901));
        assert_eq!(heart.came(s(902), &first), None);
        assert_eq!(heart.came(s(902), &second), Some(s(1)));
    }

    #[test]
    fn a_real_event_proves_as_well_and_puts_the_next_one_off() {
        let mut heart = heart();
        heart.begin(s(0));
        published(&mut heart, s(0));
        heart.event(s(5));
        assert_eq!(heart.next_deadline(), Some(s(905)));
        heart.event(s(600));
        assert_eq!(heart.next_deadline(), Some(s(1500)));
    }

    #[test]
    fn a_changed_network_makes_one_due_but_not_many() {
        let mut heart = heart();
        heart.begin(s(0));
        let id = published(&mut heart, s(0));
        heart.came(s(1), &id);
        heart.doubt(s(100));
        assert_eq!(heart.next_deadline(), Some(s(100)));
        let id = published(&mut heart, s(100));
        heart.came(s(101), &id);
        heart.doubt(s(102));
        assert_eq!(heart.next_deadline(), Some(s(130)));
    }

    #[test]
    fn one_that_does_not_come_back_is_sent_again_and_then_the_session_is_made_anew() {
        let mut heart = heart();
        heart.begin(s(0));
        let id = published(&mut heart, s(0));
        heart.came(s(1), &id);
        let lost = published(&mut heart, s(901));
        assert_eq!(heart.step(s(905)), None);
        assert_eq!(published(&mut heart, s(906)), lost, "either of the two proves");
        assert_eq!(heart.step(s(925)), None);
        assert_eq!(heart.step(s(926)), Some(Step::Renew));
        assert_eq!(heart.next_deadline(), None);
    }

    #[test]
    fn a_session_that_never_had_one_back_is_not_made_anew_over_and_over() {
        let mut heart = heart();
        heart.begin(s(0));
        published(&mut heart, s(0));
        published(&mut heart, s(5));
        assert_eq!(heart.step(s(25)), Some(Step::Deaf));
        assert_eq!(heart.next_deadline(), Some(s(925)));
    }

    #[test]
    fn an_interruption_is_no_silence_and_a_resumption_wants_a_new_proof() {
        let mut heart = heart();
        heart.begin(s(0));
        published(&mut heart, s(0));
        heart.suspend();
        assert_eq!((heart.next_deadline(), heart.step(s(500))), (None, None));
        heart.doubt(s(501));
        heart.event(s(501));
        heart.resume(s(502));
        assert_eq!(heart.next_deadline(), Some(s(502)));
        heart.end();
        heart.resume(s(503));
        assert_eq!(heart.next_deadline(), None, "none is possible here");
    }

    fn own() -> Jid {
        Jid::new("sam@example.org").unwrap()
    }

    fn event(from: &str, body: &str) -> Element {
        format!("<message xmlns='jabber:client'{from}><event xmlns='{PUBSUB_EVENT}'>{body}</event></message>")
            .parse()
            .unwrap()
    }

    const BEAT: &str = "<items node='urn:mailwren:heartbeat:0'><item id='current'>\
                        <heartbeat xmlns='urn:mailwren:heartbeat:0' id='own-1'/></item></items>";

    #[test]
    fn heartbeats_are_read_from_the_own_account_and_from_nobody_else() {
        let read = |from: &str| signs(&event(from, BEAT), &own());
        let expected = Some(vec![Sign::Client("own-1".to_owned())]);
        assert_eq!(read(" from='sam@example.org'"), expected);
        assert_eq!(read(""), expected);
        for stranger in ["sam@example.org/phone", "eve@example.org", "example.org", ""] {
            assert_eq!(read(&format!(" from='{stranger}'")), None, "{stranger:?}");
        }
    }

    #[test]
    fn a_publishers_heartbeat_tells_when_it_last_reached_the_mail_server() {
        let publisher = "<items node='urn:mailwren:publisher:0'><item id='current'>\
            <heartbeat xmlns='urn:mailwren:publisher:0' contact='2026-11-24T21:00:00Z'/></item></items>";
        let signs = signs(&event("", publisher), &own());
        assert_eq!(
            signs,
            Some(vec![Sign::Publisher(Publisher {
                contact: Some("2026-11-24T21:00:00Z".parse().unwrap()),
                offer: None,
            })])
        );
    }

    #[test]
    fn what_else_happens_to_the_nodes_is_no_sign_and_nothing_for_the_feed() {
        let quiet = |body: &str| assert_eq!(signs(&event("", body), &own()), Some(Vec::new()), "{body}");
        quiet("<delete node='urn:mailwren:heartbeat:0'/>");
        quiet("<purge node='urn:mailwren:publisher:0'/>");
        quiet("<items node='urn:mailwren:heartbeat:0'><retract id='current'/></items>");
        quiet("<items node='urn:mailwren:heartbeat:0'><item id='current'/></items>");
        quiet(
            "<items node='urn:mailwren:heartbeat:0'><item id='current'>\
             <heartbeat xmlns='urn:mailwren:publisher:0' contact='2026-11-24T21:00:00Z'/></item></items>",
        );
        quiet(
            "<items node='urn:mailwren:publisher:0'><item id='current'>\
             <heartbeat xmlns='urn:mailwren:publisher:0' contact='yesterday'/></item></items>",
        );
    }

    #[test]
    fn other_nodes_are_left_to_others() {
        let mail = "<items node='urn:mailwren:mail:0'><item id='1'/></items>";
        for body in ["", mail, &format!("{BEAT}{mail}")] {
            assert_eq!(signs(&event("", body), &own()), None, "{body}");
        }
    }
}
