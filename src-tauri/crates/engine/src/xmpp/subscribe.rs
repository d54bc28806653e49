//! Subscriptions to nodes of pubsub services (XEP-0060 §5.6, §6.1), as elements: the types of xmpp-parsers hide their
//! fields.

use std::collections::HashMap;

use jid::{BareJid, Jid};
use minidom::Element;
use minidom::rxml::xml_ncname;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition, StanzaError};

use super::iq::IqError;

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Events come.
    Subscribed,
    /// The owner has still to approve.
    Pending,
    /// The owner wants options that Mailwren doesn't set.
    Unconfigured,
    /// There is none.
    None,
}

impl Standing {
    fn read(subscription: &Element) -> Self {
        match subscription.attr("subscription") {
            Some("subscribed") => Self::Subscribed,
            Some("pending") => Self::Pending,
            Some("unconfigured") => Self::Unconfigured,
            _ => Self::None,
        }
    }
}

/// Asks a service for all subscriptions of the account.
pub(super) fn list() -> Element {
    let subscriptions = Element::bare("subscriptions", ns::PUBSUB);
    Element::builder("pubsub", ns::PUBSUB).append(subscriptions).build()
}

/// The subscriptions of the bare JID in an answer to [`list`], by node. Those of full JIDs belong to other clients.
pub(super) fn listed(answer: &Element, own: &BareJid) -> HashMap<String, Standing> {
    let lists = answer.children().filter(|child| child.name() == "subscriptions");
    let own = Jid::from(own.clone());
    lists
        .flat_map(Element::children)
        .filter(|one| one.attr("jid").and_then(|jid| Jid::new(jid).ok()).as_ref() == Some(&own))
        .filter_map(|one| Some((one.attr("node")?.to_owned(), Standing::read(one))))
        .collect()
}

/// Subscribes the bare JID to a node, so that every client of the account shares one subscription, and it outlives them.
pub(super) fn subscribe(node: &str, own: &BareJid) -> Element {
    let subscribe = Element::builder("subscribe", ns::PUBSUB)
        .attr(xml_ncname!("node").to_owned(), node)
        .attr(xml_ncname!("jid").to_owned(), own.as_str())
        .build();
    Element::builder("pubsub", ns::PUBSUB).append(subscribe).build()
}

/// How the subscription stands by the answer to [`subscribe`]; an empty answer is a plain yes.
pub(super) fn subscribed(answer: Option<&Element>) -> Standing {
    let subscription = answer.and_then(|pubsub| pubsub.children().find(|child| child.name() == "subscription"));
    subscription.map_or(Standing::Subscribed, Standing::read)
}

/// Why a service doesn't let a node be read, for a person.
pub(super) fn refusal(error: &IqError, service: &str) -> String {
    let IqError::Refused(refused) = error else {
        return format!("{service} doesn't answer.");
    };
    match refused.defined_condition {
        DefinedCondition::ItemNotFound => "There is no such node.".to_owned(),
        DefinedCondition::Forbidden | DefinedCondition::NotAllowed => {
            "This account isn't allowed to read it. Ask its owner.".to_owned()
        }
        DefinedCondition::NotAuthorized => "Its owner admits only chosen contacts. Ask its owner.".to_owned(),
        DefinedCondition::RemoteServerNotFound
        | DefinedCondition::RemoteServerTimeout
        | DefinedCondition::ServiceUnavailable => format!("{service} can't be reached, or is no pubsub service."),
        _ => format!("{service} refused: {error}"),
    }
}

/// Whether a service says that a node isn't there.
pub(super) fn is_missing(error: &IqError) -> bool {
    matches!(error, IqError::Refused(refused) if is(refused, &DefinedCondition::ItemNotFound))
}

fn is(error: &StanzaError, condition: &DefinedCondition) -> bool {
    error.defined_condition == *condition
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn own() -> BareJid {
        BareJid::new("sam@example.org").unwrap()
    }

    #[test]
    fn only_subscriptions_of_the_bare_jid_are_the_accounts_own() {
        let answer = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscriptions>\
            <subscription node='a' jid='sam@example.org' subscription='subscribed' subid='1'/>\
            <subscription node='b' jid='sam@example.org/phone' subscription='subscribed'/>\
            <subscription node='c' jid='sam@example.org' subscription='pending'/>\
            <subscription node='d' jid='sam@example.org' subscription='none'/>\
            </subscriptions><set xmlns='http://jabber.org/protocol/rsm'><count>4</count></set></pubsub>";
        let listed = listed(&answer.parse().unwrap(), &own());
        assert_eq!(listed.len(), 3);
        assert_eq!(listed.get("a"), Some(&Standing::Subscribed));
        assert_eq!(listed.get("c"), Some(&Standing::Pending));
        assert_eq!(listed.get("d"), Some(&Standing::None));
    }

    #[test]
    fn an_answer_tells_whether_the_owner_has_still_to_approve() {
        let answer = |standing: &str| -> Element {
            format!(
                "<pubsub xmlns='http://jabber.org/protocol/pubsub'>\
                 <subscription node='a' jid='sam@example.org' subscription='{standing}'/></pubsub>"
            )
            .parse()
            .unwrap()
        };
        assert_eq!(subscribed(Some(&answer("subscribed"))), Standing::Subscribed);
        assert_eq!(subscribed(Some(&answer("pending"))), Standing::Pending);
        assert_eq!(subscribed(Some(&answer("unconfigured"))), Standing::Unconfigured);
        assert_eq!(subscribed(None), Standing::Subscribed);
    }

    #[test]
    fn a_subscription_is_asked_for_with_the_bare_jid() {
        let asked = subscribe("/a/b", &own());
        let subscribe = asked.children().next().unwrap();
        assert_eq!(
            (subscribe.attr("node"), subscribe.attr("jid")),
            (Some("/a/b"), Some("sam@example.org"))
        );
    }
}
