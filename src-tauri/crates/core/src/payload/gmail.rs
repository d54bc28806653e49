//! Gmail's `google:mail:notify`: threads of unread mail in a `<mailbox/>`, which a client asks its server for by IQ.
//!
//! Source: Google's "Gmail Notifications" (`developers.google.com/talk/jep_extensions/gmail`). Google has ended it; a
//! server of one's own can speak it. Times are milliseconds since 1970, labels are separated by `|`, and those that begin
//! with `^` are Gmail's own.

use jiff::Timestamp;
use minidom::Element;
use minidom::rxml::xml_ncname;
use serde::{Deserialize, Serialize};

use super::child_text;
use crate::event::{Decoded, Dialect, Event, Kind, PayloadDigest, Sender};
use crate::text;

/// Namespace of all of it, the feature that the server's domain has, and the node of its events.
pub const NS: &str = "google:mail:notify";

/// Up to where the threads are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When the server answered last, by its own clock: milliseconds since 1970.
    pub time: Option<u64>,
    /// The highest thread id of the last answer that had any.
    pub tid: Option<u64>,
}

/// The question for the unread threads that are newer than a position; all of them where none is known.
pub fn query(known: Position) -> Element {
    let attribute = |number: Option<u64>| number.map(|number| number.to_string());
    Element::builder("query", NS)
        .attr(xml_ncname!("newer-than-time").to_owned(), attribute(known.time))
        .attr(xml_ncname!("newer-than-tid").to_owned(), attribute(known.tid))
        .build()
}

/// Whether a request of the server says that there is new mail.
pub fn is_new_mail(payload: &Element) -> bool {
    payload.is("new-mail", NS)
}

/// What the server answered to [`query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its threads, oldest first. One without an id couldn't be told from itself when it comes again, and is left out.
    pub events: Vec<Decoded>,
    /// From where to ask on.
    pub position: Position,
}

impl Answer {
    /// The answer of `service` to a question for what is newer than `known`; `late` is whether it tells of what was missed.
    /// `None` for what is no `<mailbox/>`.
    pub fn read(service: &str, mailbox: &Element, known: Position, late: bool) -> Option<Self> {
        if !mailbox.is("mailbox", NS) {
            return None;
        }
        let mut frame = Event::bare(Kind::New);
        frame.service = Some(service.to_owned());
        let mut events: Vec<Decoded> = events(mailbox, &frame, late)
            .filter(|decoded| decoded.event.item.is_some())
            .collect();
        // They come newest first.
        events.reverse();
        events.sort_by_key(|decoded| decoded.event.sent_at);
        let newest = threads(mailbox).filter_map(|thread| tid(thread)?.parse().ok()).max();
        Some(Self {
            events,
            position: Position {
                time: mailbox.attr("result-time").and_then(text::number).or(known.time),
                tid: newest.or(known.tid),
            },
        })
    }
}

/// The events that a `<mailbox/>` tells of, in its order; `frame` has what is the same for all.
pub(crate) fn events<'a>(mailbox: &'a Element, frame: &'a Event, late: bool) -> impl Iterator<Item = Decoded> + 'a {
    let estimated = mailbox.attr("total-estimate").and_then(text::number) == Some(1);
    let unseen = mailbox.attr("total-matched").and_then(text::number);
    let unseen = unseen.filter(|_| !estimated);
    threads(mailbox).map(move |thread| {
        let mut event = frame.clone();
        event.node = Some(NS.to_owned());
        event.unseen = unseen;
        read(thread, &mut event);
        Decoded {
            event,
            delayed: late,
            // The item's id says which mail it is. What else changes in a thread, its labels or who has read it, is no news.
            payload: PayloadDigest::default(),
        }
    })
}

pub(crate) fn threads(mailbox: &Element) -> impl Iterator<Item = &Element> {
    mailbox.children().filter(|child| child.is("mail-thread-info", NS))
}

fn read(thread: &Element, event: &mut Event) {
    let number = |name| thread.attr(name).and_then(text::number);
    let date = number("date");
    event.kind = Kind::New;
    event.dialect = Dialect::Gmail;
    // A thread keeps its id; a new mail in it is told by a later date.
    event.item = tid(thread).map(|tid| match date.or_else(|| number("messages")) {
        Some(state) => format!("{tid}-{state}"),
        None => tid.to_owned(),
    });
    event.sent_at = date
        .and_then(|date| i64::try_from(date).ok())
        .and_then(|date| Timestamp::from_millisecond(date).ok());
    event.from = writer(thread);
    let child = |name| child_text(thread, name);
    event.mailbox = child("labels").and_then(|labels| {
        let mut labels = labels
            .split('|')
            .filter_map(|label| text::clean(label, text::NAME_CHARS));
        labels.find(|label| !label.starts_with('^'))
    });
    event.subject = child("subject").and_then(|s| text::name(&s));
    event.snippet = child("snippet").and_then(|s| text::clean(&s, text::SNIPPET_CHARS));
    event.link = thread.attr("url").and_then(text::link);
}

fn tid(thread: &Element) -> Option<&str> {
    thread.attr("tid").map(str::trim).filter(|tid| !tid.is_empty())
}

/// Who wrote the newest mail: the last of those whose mail is unread, else the last of all.
fn writer(thread: &Element) -> Option<Sender> {
    let senders: Vec<&Element> = thread
        .get_child("senders", NS)
        .into_iter()
        .flat_map(Element::children)
        .filter(|child| child.is("sender", NS))
        .collect();
    let person = |sender: &&Element| {
        let name = sender.attr("name").and_then(text::name);
        text::sender(name, sender.attr("address").and_then(text::mail_address))
    };
    let is_unread = |sender: &&&Element| sender.attr("unread").and_then(text::number) == Some(1);
    let unread = senders.iter().rev().filter(is_unread).find_map(person);
    unread.or_else(|| senders.iter().rev().find_map(person))
}
