//! Read state across devices: what a person did to mails on one of them, for the others to do as well.
//!
//! Marks travel through a private PEP node of the account (`docs/protocol.md`). The newest mark of an item stands, so it
//! doesn't matter in which order, how often, or by which way they come.

use jid::Jid;
use jiff::Timestamp;
use minidom::Element;
use minidom::rxml::xml_ncname;

use crate::stanza;

/// The PEP node, and the payload's namespace.
pub const MARKS_NODE: &str = "urn:mailwren:marks:0";
/// An item carries at most so many marks, when written.
pub const MARKS_AT_ONCE: usize = 64;
/// Of an item no more are read.
const MOST: usize = 1_024;

const PUBSUB_EVENT: &str = "http://jabber.org/protocol/pubsub#event";

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Saw the mail.
    Read,
    /// Wants to see it again; also takes [`Deed::Snoozed`] back.
    Unread,
    /// Closed its popup: no other device need show one. The mail stays unread.
    Dismissed,
    /// Put it off until then.
    Snoozed(Timestamp),
}

/// What a person did to an item as it stands on its node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The pubsub service.
    pub service: String,
    /// The node.
    pub node: String,
    /// The item's id.
    pub item: String,
    /// The [digest](crate::event::PayloadDigest) of its payload: an id may be used again for another mail.
    pub digest: String,
    /// What was done.
    pub deed: Deed,
    /// When.
    pub at: Timestamp,
}

impl Mark {
    fn element(&self) -> Element {
        let (deed, until) = match self.deed {
            Deed::Read => ("read", None),
            Deed::Unread => ("unread", None),
            Deed::Dismissed => ("dismissed", None),
            Deed::Snoozed(until) => ("snoozed", Some(until.to_string())),
        };
        Element::builder("mark", MARKS_NODE)
            .attr(xml_ncname!("service").to_owned(), self.service.as_str())
            .attr(xml_ncname!("node").to_owned(), self.node.as_str())
            .attr(xml_ncname!("item").to_owned(), self.item.as_str())
            .attr(xml_ncname!("payload").to_owned(), self.digest.as_str())
            .attr(xml_ncname!("deed").to_owned(), deed)
            .attr(xml_ncname!("until").to_owned(), until)
            .attr(xml_ncname!("at").to_owned(), self.at.to_string())
            .build()
    }

    /// `None` for what is incomplete, or of a later version.
    fn read(element: &Element) -> Option<Self> {
        let attr = |name| element.attr(name).map(str::to_owned);
        let deed = match element.attr("deed")? {
            "read" => Deed::Read,
            "unread" => Deed::Unread,
            "dismissed" => Deed::Dismissed,
            "snoozed" => Deed::Snoozed(element.attr("until")?.parse().ok()?),
            _ => return None,
        };
        Some(Self {
            service: attr("service")?,
            node: attr("node")?,
            item: attr("item").filter(|item| !item.is_empty())?,
            digest: attr("payload")?,
            deed,
            at: element.attr("at")?.parse().ok()?,
        })
    }
}

/// An item's payload. Of more than [`MARKS_AT_ONCE`] only the first are taken.
pub fn payload(marks: &[Mark]) -> Element {
    Element::builder("marks", MARKS_NODE)
        .append_all(marks.iter().take(MARKS_AT_ONCE).map(Mark::element))
        .build()
}

/// The marks in a message; `None` if it isn't an event of the account's own node. Whoever else sends one is no device of
/// the account.
pub fn told(message: &Element, own: &Jid) -> Option<Vec<Mark>> {
    let from_own = match message.attr("from") {
        Some(from) => Jid::new(from).is_ok_and(|from| from == *own),
        None => true,
    };
    if message.name() != "message" || !from_own || stanza::is_forwarded(message) {
        return None;
    }
    let items = message
        .get_child("event", PUBSUB_EVENT)?
        .get_child("items", PUBSUB_EVENT)?;
    (items.attr("node") == Some(MARKS_NODE)).then(|| marks(items.children()))
}

/// The marks in items of the node.
pub fn marks<'a>(items: impl IntoIterator<Item = &'a Element>) -> Vec<Mark> {
    let payloads = items.into_iter().filter_map(|item| item.get_child("marks", MARKS_NODE));
    payloads
        .flat_map(|payload| payload.children().take(MOST).filter_map(Mark::read))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mark(deed: Deed) -> Mark {
        Mark {
            service: "pubsub.example.org".to_owned(),
            node: "/mail/<Inbox>".to_owned(),
            item: "1f2e-7-42".to_owned(),
            digest: "ab".repeat(32),
            deed,
            at: "2026-11-25T10:00:00.123456Z".parse().unwrap(),
        }
    }

    fn all() -> Vec<Mark> {
        let until = "2026-11-26T08:00:00Z".parse().unwrap();
        [Deed::Read, Deed::Unread, Deed::Dismissed, Deed::Snoozed(until)]
            .map(mark)
            .into()
    }

    fn event(from: &str, node: &str, payload: &Element) -> Element {
        let items = Element::builder("items", PUBSUB_EVENT)
            .attr(xml_ncname!("node").to_owned(), node)
            .append(Element::builder("item", PUBSUB_EVENT).append(payload.clone()).build());
        Element::builder("message", "jabber:client")
            .attr(xml_ncname!("from").to_owned(), from)
            .append(Element::builder("event", PUBSUB_EVENT).append(items.build()).build())
            .build()
    }

    fn own() -> Jid {
        Jid::new("sam@example.org").unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let message = event("sam@example.org", MARKS_NODE, &payload(&all()));
        assert_eq!(told(&message, &own()), Some(all()));
    }

    #[test]
    fn only_the_own_account_marks() {
        for from in [
            "eve@example.org",
            "sam@example.org/phone",
            "example.org",
            "pubsub.example.org",
        ] {
            assert_eq!(told(&event(from, MARKS_NODE, &payload(&all())), &own()), None, "{from}");
        }
        let elsewhere = event("sam@example.org", "urn:mailwren:mail:0", &payload(&all()));
        assert_eq!(told(&elsewhere, &own()), None);
    }

    #[test]
    fn what_is_incomplete_or_unheard_of_is_left_out() {
        let marks = "<marks xmlns='urn:mailwren:marks:0'>\
            <mark service='s' node='n' item='' payload='d' deed='read' at='2026-11-25T10:00:00Z'/>\
            <mark service='s' node='n' item='1' payload='d' deed='read' at='yesterday'/>\
            <mark service='s' node='n' item='2' payload='d' deed='burnt' at='2026-11-25T10:00:00Z'/>\
            <mark service='s' node='n' item='3' payload='d' deed='snoozed' at='2026-11-25T10:00:00Z'/>\
            <mark node='n' item='4' payload='d' deed='read' at='2026-11-25T10:00:00Z'/>\
            <note/><mark service='s' node='n' item='5' payload='d' deed='read' at='2026-11-25T10:00:00Z' more='1'/>\
            </marks>";
        let told = told(&event("sam@example.org", MARKS_NODE, &marks.parse().unwrap()), &own()).unwrap();
        let items: Vec<&str> = told.iter().map(|mark| mark.item.as_str()).collect();
        assert_eq!(items, ["5"]);
    }
}
