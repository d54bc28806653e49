//! Service discovery (XEP-0030): what the domain, the pubsub service and an account say about themselves.

use std::collections::BTreeSet;

use minidom::Element;
use xmpp_parsers::ns;

use crate::pubsub::NodeKey;
use crate::xml::name;

/// What supports publish-subscribe names these (XEP-0060 §10).
const PUBSUB_PARTS: &[&str] = &[
    "access-open",
    "access-whitelist",
    "auto-create",
    "config-node",
    "create-nodes",
    "delete-nodes",
    "item-ids",
    "persistent-items",
    "publish",
    "publish-options",
    "purge-nodes",
    "retract-items",
    "retrieve-items",
    "retrieve-subscriptions",
    "subscribe",
];

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    /// The server.
    Domain,
    /// The pubsub service.
    Pubsub,
    /// An account, with PEP.
    Account,
    /// One node.
    Node,
}

/// The answer to a disco#info query.
pub(crate) fn info(entity: Entity, node: Option<&str>) -> Element {
    let identities: &[(&str, &str)] = match entity {
        Entity::Domain => &[("server", "im")],
        Entity::Pubsub => &[("pubsub", "service")],
        Entity::Account => &[("account", "registered"), ("pubsub", "pep")],
        Entity::Node => &[("pubsub", "leaf")],
    };
    let mut features = vec![ns::DISCO_INFO.to_owned(), ns::DISCO_ITEMS.to_owned()];
    match entity {
        Entity::Domain => features.push(ns::PING.to_owned()),
        Entity::Node => features.push(ns::PUBSUB.to_owned()),
        Entity::Pubsub | Entity::Account => {
            features.push(ns::PUBSUB.to_owned());
            features.extend(PUBSUB_PARTS.iter().map(|part| format!("{}#{part}", ns::PUBSUB)));
        }
    }
    let identities = identities.iter().map(|(category, kind)| {
        let identity = Element::builder("identity", ns::DISCO_INFO);
        identity
            .attr(name!("category"), *category)
            .attr(name!("type"), *kind)
            .build()
    });
    let features = features.iter().map(|name| feature(name));
    Element::builder("query", ns::DISCO_INFO)
        .attr(name!("node"), node)
        .append_all(identities)
        .append_all(features)
        .build()
}

/// The same with one more feature, maybe.
pub(crate) fn with(mut info: Element, more: Option<&str>) -> Element {
    if let Some(more) = more {
        info.append_child(feature(more));
    }
    info
}

fn feature(name: &str) -> Element {
    Element::builder("feature", ns::DISCO_INFO)
        .attr(name!("var"), name)
        .build()
}

/// The answer to a disco#items query: JIDs, each maybe with a node.
pub(crate) fn items<'a>(items: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Element {
    let items = items.into_iter().map(|(jid, node)| {
        Element::builder("item", ns::DISCO_ITEMS)
            .attr(name!("jid"), jid)
            .attr(name!("node"), node)
            .build()
    });
    Element::builder("query", ns::DISCO_ITEMS).append_all(items).build()
}

/// The answer to a disco#items query of a node: the ids of its items (XEP-0060 §5.5).
pub(crate) fn item_ids<'a>(key: &NodeKey, ids: impl IntoIterator<Item = &'a str>) -> Element {
    let items = ids.into_iter().map(|id| {
        Element::builder("item", ns::DISCO_ITEMS)
            .attr(name!("jid"), key.service.as_str())
            .attr(name!("name"), id)
            .build()
    });
    Element::builder("query", ns::DISCO_ITEMS)
        .attr(name!("node"), key.node.as_str())
        .append_all(items)
        .build()
}

/// The question about a client's features that its `<c/>` raises (XEP-0115 §6.2); `None` without `<c/>`.
pub(crate) fn caps_query(presence: &Element, id: &str, from: &str, to: &str) -> Option<Element> {
    let caps = presence.get_child("c", ns::CAPS)?;
    let node = format!(
        "{}#{}",
        caps.attr("node").unwrap_or_default(),
        caps.attr("ver").unwrap_or_default()
    );
    let query = Element::builder("query", ns::DISCO_INFO)
        .attr(name!("node"), node)
        .build();
    let iq = Element::builder("iq", ns::JABBER_CLIENT)
        .attr(name!("type"), "get")
        .attr(name!("id"), id)
        .attr(name!("from"), from)
        .attr(name!("to"), to);
    Some(iq.append(query).build())
}

/// The nodes a client wants to be told of: its features that end in `+notify` (XEP-0163 §4.3.1).
pub(crate) fn interests(answer: &Element) -> BTreeSet<String> {
    let features = answer
        .get_child("query", ns::DISCO_INFO)
        .into_iter()
        .flat_map(Element::children);
    features
        .filter_map(|feature| feature.attr("var")?.strip_suffix("+notify"))
        .map(str::to_owned)
        .collect()
}
