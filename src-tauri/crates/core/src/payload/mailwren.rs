//! Mailwren's own dialect: `<mail xmlns="urn:mailwren:mail:0">`, as the bridge publishes it.
//!
//! Source: `docs/protocol.md`. Every child is optional: a publisher that is set to tell nothing sends the attributes
//! alone. The `account` attribute is the bridge's name for the mailbox and means nothing here.

use minidom::Element;

use super::child_text;
use crate::MAIL_NODE;
use crate::event::{Dialect, Event, Kind};
use crate::text;

/// Read a `<mail/>`.
pub(crate) fn read(payload: &Element, event: &mut Event) -> bool {
    if !payload.is("mail", MAIL_NODE) {
        return false;
    }
    event.kind = Kind::New;
    event.dialect = Dialect::Mailwren;
    if let Some(mailbox) = payload.attr("mailbox").and_then(|m| text::clean(m, text::NAME_CHARS)) {
        event.mailbox = Some(mailbox);
    }
    event.uid = payload.attr("uid").and_then(text::number);
    event.uidvalidity = payload.attr("uidvalidity").and_then(text::number);
    event.from = payload.get_child("from", MAIL_NODE).and_then(|from| {
        let name = text::name(&super::deep_text(from, |_| false));
        text::sender(name, from.attr("address").and_then(text::mail_address))
    });
    let child = |name| child_text(payload, name);
    event.subject = child("subject").and_then(|s| text::name(&s));
    event.snippet = child("snippet").and_then(|s| text::clean(&s, text::SNIPPET_CHARS));
    event.message_id = child("message-id").and_then(|id| text::message_id(&id));
    event.unseen = child("unseen").and_then(|n| text::number(&n));
    event.link = child("link").and_then(|l| text::link(&l));
    event.sent_at = event
        .sent_at
        .or_else(|| child("date").and_then(|d| text::timestamp(&d)));
    true
}
