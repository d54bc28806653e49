//! Stanzas in, events out (XEP-0060 §7.1, §8; RFC 5437).
//!
//! Elements are read by hand: the typed `pubsub::Event` refuses whole stanzas for what servers and publishers really
//! send (text beside a payload, two `<items/>`, `expiry='presence'`, an empty `from`).

use jiff::Timestamp;
use minidom::Element;
use thiserror::Error;

use crate::MAIL_NODE;
use crate::event::{Decoded, Dialect, Event, Kind, PayloadDigest};
use crate::payload::{self, gmail, mobileme, sieve};
use crate::said::Said;
use crate::text;

const CLIENT: &str = "jabber:client";
const PUBSUB_EVENT: &str = "http://jabber.org/protocol/pubsub#event";
const DELAY: &str = "urn:xmpp:delay";
const LEGACY_DELAY: &str = "jabber:x:delay";
const SHIM: &str = "http://jabber.org/protocol/shim";

/// What else stands at the level of stanzas in a stream: features, TLS, SASL, compression, stream management.
const STREAM_LEVEL: [&str; 5] = [
    "http://etherx.jabber.org/streams",
    "urn:ietf:params:xml:ns:xmpp-",
    "http://jabber.org/protocol/compress",
    "http://jabber.org/features/",
    "urn:xmpp:",
];

/// Bytes that the events of one stanza may repeat of it; a stanza of a thousand items stays far below.
const REPEATED_BYTES: usize = 16 << 20;

/// Why a stanza can't be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.said())]
pub enum DecodeError {
    /// It isn't a stanza at all.
    NotAStanza {
        /// Its name.
        name: String,
        /// Its namespace.
        namespace: String,
    },
    /// So many items, under so long names, that what becomes of them is out of all proportion.
    TooManyItems {
        /// How many.
        items: usize,
    },
}

impl DecodeError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::NotAStanza { name, namespace } => Said::word("stanza-none")
                .with("name", name)
                .with("namespace", namespace),
            Self::TooManyItems { items } => Said::word("stanza-items").with("n", *items),
        }
    }
}

/// The events in a stanza, in order: none for what isn't an event, such as a chat message, presence, a forwarded stanza,
/// or an IQ but for one that answers with Gmail's `<mailbox/>`. Every sender is taken as trusted; [`crate::sources::Sources`] isn't so kind.
///
/// # Errors
/// [`DecodeError`] for what isn't a stanza, or holds absurdly much.
pub fn decode(stanza: &Element) -> Result<Vec<Decoded>, DecodeError> {
    let namespace = stanza.ns();
    let own = namespace.is_empty() || namespace == CLIENT;
    match stanza.name() {
        "message" if own => message(stanza),
        "iq" if own => mailbox(stanza),
        "presence" if own => Ok(Vec::new()),
        _ if STREAM_LEVEL.iter().any(|known| namespace.starts_with(known)) => Ok(Vec::new()),
        name => {
            let short = |text: &str| text::clean(text, 100).unwrap_or_default();
            Err(DecodeError::NotAStanza {
                name: short(name),
                namespace: short(&namespace),
            })
        }
    }
}

/// An item as a service hands it out again (`<item/>` of an `<items/>` answer, XEP-0060 §6.5): late, and otherwise the
/// same as the event that told of it, payload digest included.
pub fn item(service: &str, node: &str, item: &Element) -> Decoded {
    let mut event = Event::bare(Kind::Changed);
    event.service = bare(service).map(str::to_owned);
    event.node = Some(node.to_owned());
    changed(event, item, true)
}

/// Whether a message carries somebody else's: carbon copies (XEP-0280), archive results (XEP-0313), forwarded
/// stanzas (XEP-0297). Those are history or hearsay, never events.
pub(crate) fn is_forwarded(message: &Element) -> bool {
    message.children().any(|child| {
        let namespace = child.ns();
        match child.name() {
            "forwarded" => namespace.starts_with("urn:xmpp:forward:"),
            "sent" | "received" => namespace.starts_with("urn:xmpp:carbons:"),
            "result" => namespace.starts_with("urn:xmpp:mam:"),
            _ => false,
        }
    })
}

fn message(message: &Element) -> Result<Vec<Decoded>, DecodeError> {
    let kind = message.attr("type").unwrap_or("normal");
    if matches!(kind, "error" | "groupchat") || is_forwarded(message) {
        return Ok(Vec::new());
    }
    let stamps = Stamps::of(message);
    let mut frame = Event::bare(Kind::Changed);
    frame.service = message.attr("from").and_then(bare).map(str::to_owned);
    frame.subid = subid(message);
    frame.sent_at = stamps.sent_at;
    let mut events = message
        .children()
        .filter(|child| child.is("event", PUBSUB_EVENT))
        .peekable();
    if events.peek().is_some() {
        check_size(message, &frame)?;
        return Ok(events.flat_map(|event| pubsub(event, &frame, stamps.delayed)).collect());
    }
    if matches!(kind, "normal" | "headline") && sieve::read(message, &mut frame) {
        return Ok(vec![Decoded {
            event: frame,
            delayed: stamps.delayed,
            payload: PayloadDigest::default(),
        }]);
    }
    Ok(Vec::new())
}

/// The threads in an answer to a question for new mail.
fn mailbox(iq: &Element) -> Result<Vec<Decoded>, DecodeError> {
    let mailbox = iq.children().find(|child| child.is("mailbox", gmail::NS));
    let Some(mailbox) = mailbox.filter(|_| iq.attr("type") == Some("result")) else {
        return Ok(Vec::new());
    };
    let mut frame = Event::bare(Kind::New);
    frame.service = iq.attr("from").and_then(bare).map(str::to_owned);
    let each = size_of::<Decoded>() + frame.service.as_ref().map_or(0, String::len);
    let items = gmail::threads(mailbox).count();
    if each.saturating_mul(items) > REPEATED_BYTES {
        return Err(DecodeError::TooManyItems { items });
    }
    Ok(gmail::events(mailbox, &frame, false).collect())
}

/// Refuse a stanza whose events would repeat its names out of all proportion: each is kept with each item.
fn check_size(message: &Element, frame: &Event) -> Result<(), DecodeError> {
    let shared = frame.service.as_ref().map_or(0, String::len) + frame.subid.as_ref().map_or(0, String::len);
    let actions = || message.children().flat_map(Element::children);
    let items = actions().map(|action| action.children().count().max(1)).sum();
    let bytes = actions().fold(0_usize, |sum, action| {
        let each = size_of::<Decoded>() + shared + 3 * action.attr("node").map_or(0, str::len);
        sum.saturating_add(each.saturating_mul(action.children().count().max(1)))
    });
    if bytes > REPEATED_BYTES {
        Err(DecodeError::TooManyItems { items })
    } else {
        Ok(())
    }
}

/// The events in a `<event/>` (XEP-0060 §7.1.2, §7.2.2.1, §8.4, §8.5, §8.8.4).
fn pubsub(event: &Element, frame: &Event, delayed: bool) -> Vec<Decoded> {
    let mut decoded = Vec::new();
    for action in event.children().filter(|child| child.has_ns(PUBSUB_EVENT)) {
        let mut on_node = frame.clone();
        on_node.node = action.attr("node").map(str::to_owned);
        let told = |kind| without_payload(kind, on_node.clone(), delayed);
        match action.name() {
            // A node that keeps nothing tells of a change without an item (§7.1.2.4).
            "items" if action.children().next().is_none() => {
                on_node.kind = Kind::Changed;
                of_node(&mut on_node);
                decoded.push(Decoded {
                    event: on_node,
                    delayed,
                    payload: PayloadDigest::default(),
                });
            }
            "items" => {
                for child in action.children() {
                    match child.name() {
                        "item" => decoded.push(changed(on_node.clone(), child, delayed)),
                        "retract" => {
                            let mut gone = told(Kind::Gone);
                            gone.event.item = item_id(child);
                            decoded.push(gone);
                        }
                        _ => {}
                    }
                }
            }
            "purge" => decoded.push(told(Kind::Cleared)),
            "delete" => decoded.push(told(Kind::Closed)),
            "subscription" if action.attr("subscription") == Some("none") => decoded.push(told(Kind::Closed)),
            _ => {}
        }
    }
    decoded
}

/// An item that was published; its payload says what that means.
fn changed(mut event: Event, item: &Element, delayed: bool) -> Decoded {
    event.item = item_id(item);
    of_node(&mut event);
    payload::read(item, &mut event);
    Decoded {
        event,
        delayed,
        payload: payload::digest(item),
    }
}

/// An event without a payload: the node alone may tell the dialect.
fn without_payload(kind: Kind, mut event: Event, delayed: bool) -> Decoded {
    event.kind = kind;
    of_node(&mut event);
    event.dialect = match event.node.as_deref() {
        Some(MAIL_NODE) => Dialect::Mailwren,
        Some(node) if mobileme::mailbox_of(node).is_some() => Dialect::Mobileme,
        _ => Dialect::Unknown,
    };
    Decoded {
        event,
        delayed,
        payload: PayloadDigest::default(),
    }
}

/// What the node's name tells of the box.
fn of_node(event: &mut Event) {
    if let Some((user, mailbox)) = event.node.as_deref().and_then(mobileme::mailbox_of) {
        let cleaned = |text| text::clean(text, text::NAME_CHARS);
        (event.user, event.mailbox) = (cleaned(user), cleaned(mailbox));
    }
}

/// An item's id as sent, blanks and all; an empty one is none.
fn item_id(item: &Element) -> Option<String> {
    item.attr("id").filter(|id| !id.is_empty()).map(str::to_owned)
}

/// A JID without its resource.
fn bare(jid: &str) -> Option<&str> {
    let bare = jid.split_once('/').map_or(jid, |(bare, _)| bare);
    (!bare.is_empty()).then_some(bare)
}

/// Subscription id from the stanza's headers (XEP-0131): `pubsub#subid` as MobileMe sent it, `SubID` as XEP-0060
/// §12.20 has it.
fn subid(message: &Element) -> Option<String> {
    let headers = message
        .children()
        .filter(|child| child.is("headers", SHIM))
        .flat_map(Element::children);
    let mut named = headers.filter(|header| {
        header
            .attr("name")
            .is_some_and(|n| n.eq_ignore_ascii_case("pubsub#subid") || n.eq_ignore_ascii_case("subid"))
    });
    named.find_map(|header| text::clean(&header.text(), text::NAME_CHARS))
}

/// What a stanza's delay stamps say.
struct Stamps {
    delayed: bool,
    sent_at: Option<Timestamp>,
}

impl Stamps {
    /// XEP-0203's before XEP-0091's; one that is no date still says that the stanza is late.
    fn of(message: &Element) -> Self {
        let all = |name, ns| message.children().filter(move |child: &&Element| child.is(name, ns));
        let mut stamps = all("delay", DELAY).chain(all("x", LEGACY_DELAY)).peekable();
        let delayed = stamps.peek().is_some();
        let sent_at = stamps.find_map(|stamp| text::timestamp(stamp.attr("stamp")?));
        Self { delayed, sent_at }
    }
}
