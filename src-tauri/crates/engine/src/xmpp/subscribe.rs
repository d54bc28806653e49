//! Subscriptions to nodes of pubsub services (XEP-0060 §5.6, §6.1–§6.3), as elements: the types of xmpp-parsers hide
//! their fields.

use jid::{BareJid, Jid};
use mailwren_core::discovery::{Standing, SubscriptionOption};
use mailwren_core::said::{Arg, Said};
use minidom::Element;
use minidom::rxml::xml_ncname;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition, StanzaError};

use super::iq::IqError;

/// A service that tells of more subscriptions isn't believed.
const MOST_LISTED: usize = 2_000;
/// More options of a subscription than this aren't read.
const MOST_OPTIONS: usize = 16;

/// A subscription that a service knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) node: String,
    /// Bare, or full: then it is one client's alone.
    pub(super) jid: Jid,
    pub(super) standing: Standing,
    pub(super) subid: Option<String>,
}

impl Held {
    fn read(subscription: &Element) -> Option<Self> {
        Some(Self {
            node: subscription.attr("node")?.to_owned(),
            jid: Jid::new(subscription.attr("jid")?).ok()?,
            standing: Standing::from_attribute(subscription.attr("subscription")),
            subid: subscription
                .attr("subid")
                .filter(|id| !id.is_empty())
                .map(str::to_owned),
        })
    }

    /// Whether it is the account's own, which all its clients share.
    pub(super) fn is_shared(&self, own: &BareJid) -> bool {
        self.jid == *own
    }
}

/// Asks a service for all subscriptions of the account.
pub(super) fn list() -> Element {
    pubsub(Element::bare("subscriptions", ns::PUBSUB))
}

/// The subscriptions in an answer to [`list`], full JIDs included; those that stand for nothing are left out.
pub(super) fn listed(answer: Option<&Element>) -> Vec<Held> {
    let lists = answer
        .into_iter()
        .flat_map(Element::children)
        .filter(|child| child.name() == "subscriptions");
    lists
        .flat_map(Element::children)
        .take(MOST_LISTED)
        .filter_map(Held::read)
        .filter(|held| held.standing != Standing::None)
        .collect()
}

/// Subscribes a JID to a node: the bare one, so that every client of the account shares one subscription and it outlives
/// them, or a full one for the life of a session.
pub(super) fn subscribe(node: &str, jid: &Jid) -> Element {
    pubsub(named("subscribe", node, jid, None))
}

/// How the subscription stands by the answer to [`subscribe`]; an empty answer is a plain yes.
pub(super) fn subscribed(answer: Option<&Element>) -> Standing {
    let subscription = answer.and_then(|pubsub| pubsub.children().find(|child| child.name() == "subscription"));
    subscription.map_or(Standing::Subscribed, |s| {
        Standing::from_attribute(s.attr("subscription"))
    })
}

/// Ends a subscription (§6.2). Services that give ids want them back.
pub(super) fn unsubscribe(held: &Held) -> Element {
    pubsub(named("unsubscribe", &held.node, &held.jid, held.subid.as_deref()))
}

/// Asks for a subscription's options (§6.3.2).
pub(super) fn options(held: &Held) -> Element {
    pubsub(named("options", &held.node, &held.jid, held.subid.as_deref()))
}

/// The options in an answer to [`options`] that have a value.
pub(super) fn told_options(answer: Option<&Element>) -> Vec<SubscriptionOption> {
    let form = answer
        .and_then(|pubsub| pubsub.get_child("options", ns::PUBSUB))
        .and_then(|options| options.get_child("x", ns::DATA_FORMS));
    let fields = form.into_iter().flat_map(Element::children);
    let mut options: Vec<_> = fields
        .filter_map(|field| {
            let name = field.attr("var")?.strip_prefix("pubsub#")?;
            let value = field.get_child("value", ns::DATA_FORMS)?.text();
            let clean = |text: &str| mailwren_core::text::clean(text, 200);
            Some(SubscriptionOption {
                name: clean(name)?,
                value: clean(&value)?,
            })
        })
        .take(MOST_OPTIONS)
        .collect();
    options.sort();
    options
}

fn pubsub(child: Element) -> Element {
    Element::builder("pubsub", ns::PUBSUB).append(child).build()
}

fn named(verb: &str, node: &str, jid: &Jid, subid: Option<&str>) -> Element {
    Element::builder(verb, ns::PUBSUB)
        .attr(xml_ncname!("node").to_owned(), node)
        .attr(xml_ncname!("jid").to_owned(), jid.as_str())
        .attr(xml_ncname!("subid").to_owned(), subid)
        .build()
}

/// Why a service doesn't let a node be read, for a person.
pub(super) fn refusal(error: &IqError, service: impl Into<Arg>) -> Said {
    let IqError::Refused(refused) = error else {
        return Said::word("node-no-answer").with("service", service);
    };
    match refused.defined_condition {
        DefinedCondition::ItemNotFound => Said::word("node-missing"),
        DefinedCondition::Forbidden | DefinedCondition::NotAllowed => Said::word("node-forbidden"),
        DefinedCondition::NotAuthorized => Said::word("node-contacts-only"),
        DefinedCondition::RemoteServerNotFound
        | DefinedCondition::RemoteServerTimeout
        | DefinedCondition::ServiceUnavailable => Said::word("node-unreached").with("service", service),
        _ => Said::word("node-refused-why")
            .with("service", service)
            .with("why", error.said()),
    }
}

/// Whether a service says that a node isn't there.
pub(super) fn is_missing(error: &IqError) -> bool {
    matches!(error, IqError::Refused(refused) if is(refused, &DefinedCondition::ItemNotFound))
}

/// Whether a service says that there is no such subscription to end (§6.2.3).
pub(super) fn is_not_subscribed(error: &IqError) -> bool {
    matches!(error, IqError::Refused(refused)
        if is(refused, &DefinedCondition::ItemNotFound) || is(refused, &DefinedCondition::UnexpectedRequest))
}

fn is(error: &StanzaError, condition: &DefinedCondition) -> bool {
    error.defined_condition == *condition
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn own() -> BareJid {
        BareJid::new("sam@example.org").unwrap()
    }

    fn listing() -> Vec<Held> {
        let answer = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscriptions>\
            <subscription node='a' jid='sam@example.org' subscription='subscribed' subid='1'/>\
            <subscription node='b' jid='sam@example.org/phone' subscription='subscribed'/>\
            <subscription node='c' jid='sam@example.org' subscription='pending' subid=''/>\
            <subscription node='d' jid='sam@example.org' subscription='none'/>\
            <subscription node='e' jid='@' subscription='subscribed'/><odd xmlns='urn:odd'/>\
            </subscriptions><set xmlns='http://jabber.org/protocol/rsm'><count>4</count></set></pubsub>";
        listed(Some(&answer.parse().unwrap()))
    }

    #[test]
    fn only_subscriptions_of_the_bare_jid_are_shared_and_none_is_no_subscription() {
        let listed = listing();
        let told = |held: &Held| (held.node.clone(), held.is_shared(&own()), held.standing);
        assert_eq!(
            listed.iter().map(told).collect::<Vec<_>>(),
            [
                ("a".to_owned(), true, Standing::Subscribed),
                ("b".to_owned(), false, Standing::Subscribed),
                ("c".to_owned(), true, Standing::Pending),
            ]
        );
        assert!(super::listed(None).is_empty());
    }

    #[test]
    fn a_subscription_ends_by_the_id_that_the_service_gave() {
        let listed = listing();
        let ended = unsubscribe(&listed[0]);
        let ended = ended.children().next().unwrap();
        assert_eq!(
            (ended.attr("node"), ended.attr("jid"), ended.attr("subid")),
            (Some("a"), Some("sam@example.org"), Some("1"))
        );
        let without = unsubscribe(&listed[2]);
        assert_eq!(without.children().next().unwrap().attr("subid"), None);
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
    fn options_that_are_set_are_read_and_labels_are_not() {
        let answer = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><options node='a' jid='sam@example.org'>\
            <x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>x</value></field>\
            <field var='pubsub#include_body' label='Receive body?' type='boolean'/>\
            <field var='pubsub#expire'><value>2027-01-01T00:00:00Z</value></field>\
            <field var='pubsub#deliver' type='list-single'><option><value>1</value></option><value>0</value></field></x>\
            </options></pubsub>";
        let told = told_options(Some(&answer.parse().unwrap()));
        let told: Vec<_> = told.iter().map(|o| (o.name.as_str(), o.value.as_str())).collect();
        assert_eq!(told, [("deliver", "0"), ("expire", "2027-01-01T00:00:00Z")]);
    }
}
