//! Sieve's `notify` over XMPP (RFC 5437): a plain message of type headline or normal, with subject or body.
//!
//! Anybody can send such a message: [`crate::sources::Sources`] lets it count only from JIDs named as notifiers.

use minidom::Element;

use super::deep_text;
use crate::event::{Dialect, Event, Kind};
use crate::text;

/// Namespace of the link beside the text (XEP-0066).
const OOB: &str = "jabber:x:oob";

/// Read a message's own subject, body and link; `false` if it has neither subject nor body.
pub(crate) fn read(message: &Element, event: &mut Event) -> bool {
    let own = message.ns();
    let plain = |name: &str| {
        let alike = || message.children().filter(|child| child.is(name, own.as_str()));
        // A message may say the same in several languages; the one without a language is the sender's own.
        let in_own = alike().find(|child| child.attr_ns(rxml::Namespace::xml(), "lang").is_none());
        in_own
            .or_else(|| alike().next())
            .map(|child| deep_text(child, |_| false))
    };
    let subject = plain("subject").and_then(|s| text::name(&s));
    let snippet = plain("body").and_then(|s| text::clean(&s, text::SNIPPET_CHARS));
    if subject.is_none() && snippet.is_none() {
        return false;
    }
    event.kind = Kind::New;
    event.dialect = Dialect::Sieve;
    event.subject = subject;
    event.snippet = snippet;
    let url = message.get_child("x", OOB).and_then(|x| x.get_child("url", OOB));
    event.link = url.and_then(|url| text::link(&url.text()));
    true
}
