//! Short ways to write and read elements.

use minidom::Element;
use xmpp_parsers::ns;

/// An attribute's name, checked at compile time.
macro_rules! name {
    ($name:literal) => {
        rxml::xml_ncname!($name).to_owned()
    };
}
pub(crate) use name;

/// The payload of an IQ: its first child that isn't an `<error/>`.
pub(crate) fn payload(iq: &Element) -> Option<&Element> {
    iq.children().find(|child| child.name() != "error")
}

/// An IQ's answer, addressed back; `from` is absent where the request named nobody (RFC 6120 §8.1.2.1).
pub(crate) fn result_for(iq: &Element, requester: &str) -> Element {
    reply(iq, requester, "result").build()
}

/// [`result_for`] with a payload.
pub(crate) fn result_with(iq: &Element, requester: &str, payload: Element) -> Element {
    reply(iq, requester, "result").append(payload).build()
}

/// An IQ's refusal (RFC 6120 §8.3).
pub(crate) fn error_for(iq: &Element, requester: &str, refusal: &Refusal) -> Element {
    let mut error = Element::builder("error", ns::JABBER_CLIENT)
        .attr(name!("type"), refusal.kind)
        .append(Element::bare(refusal.condition, ns::XMPP_STANZAS));
    if let Some(detail) = refusal.detail {
        error = error.append(Element::bare(detail, ns::PUBSUB_ERRORS));
    }
    reply(iq, requester, "error").append(error.build()).build()
}

fn reply(iq: &Element, requester: &str, kind: &str) -> minidom::ElementBuilder {
    Element::builder("iq", ns::JABBER_CLIENT)
        .attr(name!("type"), kind)
        .attr(name!("id"), iq.attr("id").unwrap_or_default())
        .attr(name!("to"), requester)
        .attr(name!("from"), iq.attr("to"))
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The error type of RFC 6120 §8.3.2.
    pub kind: &'static str,
    /// The condition of RFC 6120 §8.3.3.
    pub condition: &'static str,
    /// What pubsub adds to it (XEP-0060), in its own namespace.
    pub detail: Option<&'static str>,
}

impl Refusal {
    const fn new(kind: &'static str, condition: &'static str, detail: Option<&'static str>) -> Self {
        Self {
            kind,
            condition,
            detail,
        }
    }

    pub(crate) const NOT_FOUND: Self = Self::new("cancel", "item-not-found", None);
    pub(crate) const FORBIDDEN: Self = Self::new("auth", "forbidden", None);
    pub(crate) const UNAVAILABLE: Self = Self::new("cancel", "service-unavailable", None);
    pub(crate) const NOT_IMPLEMENTED: Self = Self::new("cancel", "feature-not-implemented", None);
    pub(crate) const NODE_EXISTS: Self = Self::new("cancel", "conflict", None);
    pub(crate) const TOO_MUCH: Self = Self::new("wait", "resource-constraint", None);
    pub(crate) const NO_NODE: Self = Self::new("modify", "bad-request", Some("nodeid-required"));
    pub(crate) const NO_ITEM: Self = Self::new("modify", "bad-request", Some("item-required"));
    pub(crate) const BAD_REQUEST: Self = Self::new("modify", "bad-request", None);
    pub(crate) const INVALID_JID: Self = Self::new("modify", "bad-request", Some("invalid-jid"));
    pub(crate) const NOT_SUBSCRIBED: Self = Self::new("cancel", "unexpected-request", Some("not-subscribed"));
    pub(crate) const CLOSED_NODE: Self = Self::new("cancel", "not-allowed", Some("closed-node"));
    pub(crate) const PRECONDITION: Self = Self::new("cancel", "conflict", Some("precondition-not-met"));
}
