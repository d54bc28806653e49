//! Atom entries (RFC 4287): what Movim, Libervia, feed publishers and GitHub-to-XMPP gateways send.
//!
//! Elements that the RFC demands may be missing. Text constructs (§3.1) of any type become plain text.

use minidom::Element;

use super::{child_text, deep_text};
use crate::event::{Dialect, Event, Kind};
use crate::text;

/// Namespace of the payload.
pub const NS: &str = "http://www.w3.org/2005/Atom";

/// Read an `<entry/>`.
pub(crate) fn read(payload: &Element, event: &mut Event) -> bool {
    if !payload.is("entry", NS) {
        return false;
    }
    event.kind = Kind::New;
    event.dialect = Dialect::Atom;
    let construct = |name| payload.get_child(name, NS).map(plain);
    event.subject = construct("title").and_then(|t| text::name(&t));
    let snippet = |name| construct(name).and_then(|t| text::clean(&t, text::SNIPPET_CHARS));
    event.snippet = snippet("summary").or_else(|| snippet("content"));
    event.from = payload.get_child("author", NS).and_then(|author| {
        let name = child_text(author, "name").and_then(|n| text::name(&n));
        text::sender(name, child_text(author, "email").and_then(|a| text::mail_address(&a)))
    });
    event.message_id = child_text(payload, "id").and_then(|id| text::message_id(&id));
    // Without `rel` a link is an alternate one (§4.2.7.2).
    event.link = payload
        .children()
        .filter(|child| child.is("link", NS) && child.attr("rel").is_none_or(|rel| rel == "alternate"))
        .find_map(|child| child.attr("href").and_then(text::link));
    let date = |name| child_text(payload, name).and_then(|d| text::timestamp(&d));
    event.sent_at = event.sent_at.or_else(|| date("published")).or_else(|| date("updated"));
    true
}

/// The plain text of a text construct: text, HTML as text, or XHTML as elements.
fn plain(construct: &Element) -> String {
    let kind = construct.attr("type").unwrap_or("text");
    if kind == "html" || kind == "text/html" {
        text::html_to_text(&deep_text(construct, |_| false))
    } else {
        deep_text(construct, |element| text::is_block(element.name()))
    }
}
