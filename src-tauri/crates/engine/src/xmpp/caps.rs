//! What this client is and does (XEP-0030), and its short form in the presence (XEP-0115), by which servers know that
//! events of the own PEP node are wanted (XEP-0163 §4.4).

use std::sync::LazyLock;

use mailwren_core::MAIL_NODE;
use mailwren_core::heartbeat::{CLIENT_NODE, PUBLISHER_NODE};
use mailwren_core::marks::MARKS_NODE;
use minidom::Element;
use xmpp_parsers::caps::{Caps, compute_disco};
use xmpp_parsers::disco::{DiscoInfoResult, Identity};
use xmpp_parsers::hashes::Algo;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// Names the program (XEP-0115 §4).
const CLIENT: &str = "urn:mailwren:client";

/// Always there.
const FEATURES: [&str; 4] = [
    "http://jabber.org/protocol/caps",
    "http://jabber.org/protocol/disco#info",
    "jabber:iq:version",
    "urn:xmpp:ping",
];

/// What this client can do, and the digest of it.
#[derive(Debug, Clone)]
pub(super) struct Capabilities {
    info: DiscoInfoResult,
    ver: Vec<u8>,
}

static WITH_PEP: LazyLock<Capabilities> = LazyLock::new(|| Capabilities::with(&[&format!("{MAIL_NODE}+notify")]));
static WITHOUT_PEP: LazyLock<Capabilities> = LazyLock::new(|| Capabilities::with(&[]));

impl Capabilities {
    /// Those of an account that listens to its own PEP node, or doesn't.
    pub(super) fn of(pep: bool) -> &'static Self {
        if pep { &WITH_PEP } else { &WITHOUT_PEP }
    }

    fn with(more: &[&str]) -> Self {
        let info = DiscoInfoResult {
            node: None,
            identities: vec![Identity {
                category: "client".to_owned(),
                type_: "pc".to_owned(),
                lang: None,
                name: Some("Mailwren".to_owned()),
            }],
            features: FEATURES
                .iter()
                .chain(more)
                .map(|&feature| feature.to_owned())
                .chain([CLIENT_NODE, PUBLISHER_NODE, MARKS_NODE].map(|node| format!("{node}+notify")))
                .collect(),
            extensions: Vec::new(),
        };
        let ver = Sha1::digest(compute_disco(&info)).to_vec();
        Self { info, ver }
    }

    /// The element for the presence.
    pub(super) fn element(&self) -> Element {
        Caps {
            ext: None,
            node: CLIENT.to_owned(),
            hash: Algo::Sha_1,
            ver: self.ver.clone(),
        }
        .into()
    }

    /// The answer to a disco#info query of a node; `None` for a node that isn't ours.
    pub(super) fn info(&self, node: Option<&str>) -> Option<DiscoInfoResult> {
        let ours = || format!("{CLIENT}#{}", STANDARD.encode(&self.ver));
        if node.is_some_and(|node| node != ours()) {
            return None;
        }
        Some(DiscoInfoResult {
            node: node.map(str::to_owned),
            ..self.info.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_digest_is_that_of_xep_0115() {
        // XEP-0115 §5.1: sorted, each part closed by '<', SHA-1, base64.
        let expected = "client/pc//Mailwren<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<\
                        jabber:iq:version<urn:mailwren:heartbeat:0+notify<urn:mailwren:mail:0+notify<\
                        urn:mailwren:marks:0+notify<urn:mailwren:publisher:0+notify<urn:xmpp:ping<";
        let ver = STANDARD.encode(Sha1::digest(expected));
        assert_eq!(Capabilities::of(true).element().attr("ver"), Some(ver.as_str()));
    }

    #[test]
    fn interest_in_the_own_node_is_told_only_where_it_is_listened_to() {
        let notify = |pep| {
            Capabilities::of(pep)
                .info(None)
                .unwrap()
                .features
                .contains("urn:mailwren:mail:0+notify")
        };
        assert!(notify(true));
        assert!(!notify(false));
    }

    #[test]
    fn the_node_of_the_digest_is_answered_and_no_other() {
        let caps = Capabilities::of(true);
        let element = caps.element();
        let node = format!("{}#{}", element.attr("node").unwrap(), element.attr("ver").unwrap());
        assert_eq!(caps.info(Some(&node)).unwrap().node, Some(node));
        assert!(caps.info(Some("urn:mailwren:client#old")).is_none());
    }
}
