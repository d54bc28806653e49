//! Publish-subscribe requests as they come over the wire (XEP-0060), understood and answered.

use jid::{BareJid, Jid};
use minidom::Element;
use xmpp_parsers::ns;

use crate::pubsub::{Item, NodeKey, Notice, Options, Pubsub, Wanted};
use crate::xml::{Refusal, name};

/// An answer's payload, if it has one, and what to tell subscribers.
pub(crate) type Answer = (Option<Element>, Option<Notice>);

/// A request to one service by one account.
pub(crate) struct Request<'a> {
    pub pubsub: &'a mut Pubsub,
    pub service: &'a BareJid,
    pub by: &'a BareJid,
    /// An item id for a publisher that sends none.
    pub fresh_id: String,
}

impl Request<'_> {
    /// `<pubsub/>` in an IQ of type get.
    pub(crate) fn get(self, pubsub: &Element) -> Result<Answer, Refusal> {
        let verb = pubsub.children().next().ok_or(Refusal::BAD_REQUEST)?;
        match (verb.name(), verb.ns().as_str()) {
            ("items", ns::PUBSUB) => {
                let key = self.key(verb)?;
                let items = self.pubsub.items(&key, self.by, &wanted(verb))?;
                let items = items.iter().map(|item| item.element(ns::PUBSUB));
                let items = Element::builder("items", ns::PUBSUB)
                    .attr(name!("node"), key.node.as_str())
                    .append_all(items);
                Ok((Some(in_pubsub(ns::PUBSUB, items.build())), None))
            }
            ("subscriptions", ns::PUBSUB) => {
                let own = self.pubsub.subscriptions().filter(|(key, jid)| {
                    let node = verb.attr("node").is_none_or(|node| node == key.node);
                    node && key.service == *self.service && jid.to_bare() == *self.by
                });
                let own = own.map(|(key, jid)| subscription(&key.node, jid));
                let list = Element::builder("subscriptions", ns::PUBSUB).append_all(own).build();
                Ok((Some(in_pubsub(ns::PUBSUB, list)), None))
            }
            ("configure", ns::PUBSUB_OWNER) => {
                let key = self.key(verb)?;
                let (access, max_items) = self.pubsub.configuration(&key, self.by)?;
                let form = form(&[
                    ("pubsub#access_model", access),
                    ("pubsub#max_items", max_items.to_string()),
                    ("pubsub#persist_items", "1".to_owned()),
                    ("pubsub#notification_type", "headline".to_owned()),
                ]);
                let configure = Element::builder("configure", ns::PUBSUB_OWNER)
                    .attr(name!("node"), key.node.as_str())
                    .append(form);
                Ok((Some(in_pubsub(ns::PUBSUB_OWNER, configure.build())), None))
            }
            _ => Err(Refusal::NOT_IMPLEMENTED),
        }
    }

    /// `<pubsub/>` in an IQ of type set.
    pub(crate) fn set(self, pubsub: &Element) -> Result<Answer, Refusal> {
        let verb = pubsub.children().next().ok_or(Refusal::BAD_REQUEST)?;
        let key = self.key(verb)?;
        let beside = |name| pubsub.get_child(name, ns::PUBSUB).map(options).unwrap_or_default();
        match (verb.name(), verb.ns().as_str()) {
            ("publish", ns::PUBSUB) => {
                let item = verb.get_child("item", ns::PUBSUB).ok_or(Refusal::NO_ITEM)?;
                let item = Item {
                    id: item.attr("id").map_or(self.fresh_id, str::to_owned),
                    payload: item.children().next().cloned(),
                };
                let told = Element::builder("item", ns::PUBSUB)
                    .attr(name!("id"), item.id.as_str())
                    .build();
                let publish = Element::builder("publish", ns::PUBSUB).attr(name!("node"), key.node.as_str());
                let notice = self.pubsub.publish(&key, self.by, item, &beside("publish-options"))?;
                Ok((Some(in_pubsub(ns::PUBSUB, publish.append(told).build())), Some(notice)))
            }
            ("retract", ns::PUBSUB) => {
                let item = verb.get_child("item", ns::PUBSUB).and_then(|item| item.attr("id"));
                let notice = self.pubsub.retract(&key, self.by, item.ok_or(Refusal::NO_ITEM)?)?;
                // Without `notify` nobody is told: so do Prosody and ejabberd.
                let notify = matches!(verb.attr("notify"), Some("1" | "true"));
                Ok((None, notify.then_some(notice)))
            }
            ("subscribe", ns::PUBSUB) => {
                let jid = self.own_jid(verb)?;
                self.pubsub.subscribe(&key, self.by, jid.clone())?;
                Ok((Some(in_pubsub(ns::PUBSUB, subscription(&key.node, &jid))), None))
            }
            ("unsubscribe", ns::PUBSUB) => {
                let jid = self.own_jid(verb)?;
                self.pubsub.unsubscribe(&key, &jid)?;
                Ok((None, None))
            }
            ("create", ns::PUBSUB) => {
                self.pubsub.create(key, self.by, &beside("configure"))?;
                Ok((None, None))
            }
            ("configure", ns::PUBSUB_OWNER) => {
                self.pubsub.configure(&key, self.by, &options(verb))?;
                Ok((None, None))
            }
            ("purge", ns::PUBSUB_OWNER) => Ok((None, Some(self.pubsub.purge(&key, self.by)?))),
            ("delete", ns::PUBSUB_OWNER) => Ok((None, Some(self.pubsub.delete(&key, self.by)?))),
            _ => Err(Refusal::NOT_IMPLEMENTED),
        }
    }

    fn key(&self, verb: &Element) -> Result<NodeKey, Refusal> {
        let node = verb.attr("node").ok_or(Refusal::NO_NODE)?.to_owned();
        Ok(NodeKey {
            service: self.service.clone(),
            node,
        })
    }

    /// The JID to subscribe: nobody but oneself.
    fn own_jid(&self, verb: &Element) -> Result<Jid, Refusal> {
        let jid = verb
            .attr("jid")
            .and_then(|jid| Jid::new(jid).ok())
            .ok_or(Refusal::INVALID_JID)?;
        if jid.to_bare() == *self.by {
            Ok(jid)
        } else {
            Err(Refusal::INVALID_JID)
        }
    }
}

fn in_pubsub(namespace: &str, child: Element) -> Element {
    Element::builder("pubsub", namespace).append(child).build()
}

fn subscription(node: &str, jid: &Jid) -> Element {
    Element::builder("subscription", ns::PUBSUB)
        .attr(name!("node"), node)
        .attr(name!("jid"), jid.as_str())
        .attr(name!("subscription"), "subscribed")
        .build()
}

fn wanted(items: &Element) -> Wanted {
    let ids: Vec<String> = items
        .children()
        .filter_map(|item| item.attr("id"))
        .map(str::to_owned)
        .collect();
    match items.attr("max_items").and_then(|most| most.parse().ok()) {
        _ if !ids.is_empty() => Wanted::Ids(ids),
        Some(most) => Wanted::Newest(most),
        None => Wanted::All,
    }
}

/// Reads the data form (XEP-0004) inside `<publish-options/>` or `<configure/>`; fields unknown here are accepted.
fn options(around: &Element) -> Options {
    let value = |var: &str| {
        let form = around.get_child("x", ns::DATA_FORMS)?;
        let field = form.children().find(|field| field.attr("var") == Some(var))?;
        Some(field.get_child("value", ns::DATA_FORMS)?.text())
    };
    Options {
        access: value("pubsub#access_model"),
        // `max` is the most that the service keeps (XEP-0060 §16.4.2).
        max_items: value("pubsub#max_items").map(|most| most.parse().unwrap_or(usize::MAX)),
    }
}

fn form(fields: &[(&str, String)]) -> Element {
    let field = |var: &str, value: &str| {
        let value = Element::builder("value", ns::DATA_FORMS).append(value).build();
        Element::builder("field", ns::DATA_FORMS)
            .attr(name!("var"), var)
            .append(value)
    };
    Element::builder("x", ns::DATA_FORMS)
        .attr(name!("type"), "form")
        .append(
            field("FORM_TYPE", ns::PUBSUB_CONFIGURE)
                .attr(name!("type"), "hidden")
                .build(),
        )
        .append_all(fields.iter().map(|(var, value)| field(var, value).build()))
        .build()
}
