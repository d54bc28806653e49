//! A look around at what an account can listen to (XEP-0030, XEP-0060 §5): personal eventing, pubsub services, their
//! nodes, and how the account stands with each. Asks, and changes nothing.

use std::collections::BTreeSet;

use futures::future::join_all;
use futures::{FutureExt, StreamExt, stream};
use jid::{BareJid, Jid};
use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, Subscription};
use mailwren_core::discovery::{FoundNode, Standing, access_warning};
use mailwren_core::text;
use minidom::Element;
use minidom::rxml::xml_ncname;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::DefinedCondition;

use super::iq::{Asker, IqError};
use super::subscribe::{self, Held};

/// More items of a server than this aren't asked what they are.
const MAX_ITEMS: usize = 24;
/// More nodes of a service than this aren't looked at one by one.
const MAX_LOOKED_AT: usize = 60;
/// More nodes than this aren't listed.
const MAX_NODES: usize = 200;
/// Questions about nodes that are open at a time.
const AT_ONCE: usize = 4;

/// Who looks around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) asker: &'a Asker,
    pub(super) own: &'a BareJid,
}

/// An answer, or none because the one asked refuses or is silent; that the session is over is an error.
fn unless_over(answer: Result<Option<Element>, IqError>) -> Result<Option<Element>, IqError> {
    match answer {
        Err(IqError::Ended) => Err(IqError::Ended),
        answer => Ok(answer.unwrap_or_default()),
    }
}

impl Look<'_> {
    fn account(&self) -> Jid {
        self.own.clone().into()
    }

    /// Whether the account has personal eventing (XEP-0163 §6.1). Its own server's silence is an error.
    pub(super) async fn has_pep(&self) -> Result<bool, IqError> {
        let info = self.asker.get(&self.account(), query(ns::DISCO_INFO, None)).await;
        match info {
            Err(IqError::Refused(_)) => Ok(false),
            info => Ok(is_pubsub(info?.as_ref(), "pep")),
        }
    }

    async fn is_service(&self, jid: &Jid) -> Result<bool, IqError> {
        let info = unless_over(self.asker.get(jid, query(ns::DISCO_INFO, None)).await)?;
        Ok(is_pubsub(info.as_ref(), "service"))
    }

    /// The pubsub services that the account names, and those that its server has.
    pub(super) async fn services(&self, account: &Account) -> Result<Vec<Jid>, IqError> {
        let named = account
            .subscriptions
            .iter()
            .filter_map(|s| Jid::new(&s.service).ok())
            .filter(|service| *service != self.account());
        let mut services: Vec<Jid> = Vec::new();
        for service in named.take(MAX_ITEMS) {
            if !services.contains(&service) {
                services.push(service);
            }
        }
        let server = Jid::from(BareJid::from_parts(None, self.own.domain()));
        let items = unless_over(self.asker.get(&server, query(ns::DISCO_ITEMS, None)).await)?;
        let items: BTreeSet<Jid> = items
            .iter()
            .flat_map(Element::children)
            .filter_map(|item| Jid::new(item.attr("jid")?).ok())
            .take(MAX_ITEMS)
            .filter(|item| !services.contains(item))
            .collect();
        let asked: Vec<_> = items.iter().map(|item| self.is_service(item).boxed()).collect();
        for (item, is_one) in items.iter().zip(join_all(asked).await) {
            if is_one? {
                services.push(item.clone());
            }
        }
        Ok(services)
    }

    /// The subscriptions that the account has at a service, full JIDs included.
    pub(super) async fn held(&self, service: &Jid) -> Result<Vec<Held>, IqError> {
        let answer = self.asker.get(service, subscribe::list()).await?;
        Ok(subscribe::listed(answer.as_ref()))
    }

    /// The nodes of a service: those configured, those subscribed to, and those that it shows.
    pub(super) async fn nodes(&self, service: &Jid, configured: &[Subscription]) -> Result<Vec<FoundNode>, IqError> {
        let held = match self.held(service).await {
            Err(IqError::Ended) => return Err(IqError::Ended),
            held => held.unwrap_or_default(),
        };
        let shown = unless_over(self.asker.get(service, query(ns::DISCO_ITEMS, None)).await)?;
        let here = configured.iter().filter(|s| s.service == service.as_str());
        let wanted = here.map(|s| s.node.as_str());
        let shared = held.iter().filter(|h| h.is_shared(self.own)).map(|h| h.node.as_str());
        let shown = shown.iter().flat_map(Element::children).filter_map(|c| c.attr("node"));
        let mut nodes: Vec<&str> = Vec::new();
        let mut known = BTreeSet::new();
        for node in wanted.chain(shared).chain(shown).filter(|node| !node.is_empty()) {
            if nodes.len() < MAX_NODES && known.insert(node) {
                nodes.push(node);
            }
        }
        let (near, far) = nodes.split_at(nodes.len().min(MAX_LOOKED_AT));
        let looks: Vec<_> = near
            .iter()
            .map(|node| self.node(service, node, &held).boxed())
            .collect();
        let looked_at: Vec<_> = stream::iter(looks).buffered(AT_ONCE).collect().await;
        let mut found = looked_at.into_iter().collect::<Result<Vec<_>, _>>()?;
        found.extend(far.iter().map(|node| self.listed(service, node, &held)));
        Ok(found)
    }

    /// The own mail node, if it is there. It is looked for in the list: ejabberd describes own nodes that aren't there
    /// as well.
    pub(super) async fn own_node(&self) -> Result<Option<FoundNode>, IqError> {
        let own = self.account();
        let shown = unless_over(self.asker.get(&own, query(ns::DISCO_ITEMS, None)).await)?;
        let there = shown
            .iter()
            .flat_map(Element::children)
            .any(|item| item.attr("node") == Some(MAIL_NODE));
        if !there {
            return Ok(None);
        }
        let found = self.node(&own, MAIL_NODE, &[]).await?;
        Ok(Some(FoundNode {
            standing: Standing::Subscribed,
            ..found
        }))
    }

    /// What is known of a node without asking for it.
    fn listed(&self, service: &Jid, node: &str, held: &[Held]) -> FoundNode {
        let shared = held.iter().find(|h| h.node == node && h.is_shared(self.own));
        FoundNode {
            service: service.to_string(),
            node: node.to_owned(),
            standing: shared.map_or(Standing::None, |held| held.standing),
            readable: None,
            access: None,
            notification: None,
            warning: None,
        }
    }

    /// Looks at one node: what it is, and whether the account may read it.
    async fn node(&self, service: &Jid, node: &str, held: &[Held]) -> Result<FoundNode, IqError> {
        let items = self.asker.get(service, newest_item(node));
        let (form, items) = futures::join!(self.form(service, node), items);
        let form = form?;
        let field = |name: &str| field(form.as_ref()?, name);
        let access = field("pubsub#access_model");
        let (readable, why) = match items {
            Ok(_) => (Some(true), None),
            Err(IqError::Ended) => return Err(IqError::Ended),
            // A node that keeps nothing has nothing to read, and may be listened to all the same.
            Err(IqError::Refused(e)) if e.defined_condition == DefinedCondition::FeatureNotImplemented => (None, None),
            Err(error @ IqError::Refused(_)) => (Some(false), Some(subscribe::refusal(&error, service.as_str()))),
            Err(error @ IqError::Timeout) => (None, Some(subscribe::refusal(&error, service.as_str()))),
        };
        let open = access.as_deref().and_then(access_warning);
        Ok(FoundNode {
            readable,
            notification: field("pubsub#notification_type"),
            warning: open.or(why),
            access,
            ..self.listed(service, node, held)
        })
    }

    /// A node's data form: of an own one its configuration (§8.2), else its metadata (§5.4), where there is one.
    async fn form(&self, service: &Jid, node: &str) -> Result<Option<Element>, IqError> {
        if *service == self.account() {
            let configure = Element::builder("configure", ns::PUBSUB_OWNER)
                .attr(xml_ncname!("node").to_owned(), node)
                .build();
            let asked = Element::builder("pubsub", ns::PUBSUB_OWNER).append(configure).build();
            let answer = unless_over(self.asker.get(service, asked).await)?;
            let configure = answer.as_ref().and_then(|a| a.get_child("configure", ns::PUBSUB_OWNER));
            return Ok(configure.and_then(|c| c.get_child("x", ns::DATA_FORMS)).cloned());
        }
        let info = unless_over(self.asker.get(service, query(ns::DISCO_INFO, Some(node))).await)?;
        Ok(info.as_ref().and_then(|i| i.get_child("x", ns::DATA_FORMS)).cloned())
    }
}

/// Whether an answer to disco#info names a pubsub identity of a kind.
fn is_pubsub(info: Option<&Element>, kind: &str) -> bool {
    info.into_iter()
        .flat_map(Element::children)
        .any(|c| c.name() == "identity" && c.attr("category") == Some("pubsub") && c.attr("type") == Some(kind))
}

/// A field's value in a data form (XEP-0004); what it might be, its options, are children of their own.
fn field(form: &Element, name: &str) -> Option<String> {
    let field = form.children().find(|field| field.attr("var") == Some(name))?;
    text::clean(&field.get_child("value", ns::DATA_FORMS)?.text(), 100)
}

fn query(namespace: &str, node: Option<&str>) -> Element {
    Element::builder("query", namespace)
        .attr(xml_ncname!("node").to_owned(), node)
        .build()
}

/// Whether items may be read is learned by asking for one.
fn newest_item(node: &str) -> Element {
    let items = Element::builder("items", ns::PUBSUB)
        .attr(xml_ncname!("node").to_owned(), node)
        .attr(xml_ncname!("max_items").to_owned(), "1")
        .build();
    Element::builder("pubsub", ns::PUBSUB).append(items).build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fields_value_is_read_and_not_its_options() {
        let form: Element = "<x xmlns='jabber:x:data' type='form'><field var='pubsub#access_model' type='list-single'>\
            <option label='a'><value>authorize</value></option><option><value>open</value></option>\
            <value>whitelist</value></field><field var='pubsub#title'/></x>"
            .parse()
            .unwrap();
        assert_eq!(field(&form, "pubsub#access_model").as_deref(), Some("whitelist"));
        assert_eq!(field(&form, "pubsub#title"), None);
        assert_eq!(field(&form, "pubsub#expire"), None);
    }
}
