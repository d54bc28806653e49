//! Nodes, items and subscriptions: publish-subscribe as plain data (XEP-0060), and PEP as its case where the service
//! is an account (XEP-0163).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jid::{BareJid, Jid};
use minidom::Element;
use xmpp_parsers::ns;

use crate::xml::{Refusal, name};

const MOST_NODES: usize = 1_000;
const MOST_ITEMS: usize = 1_000;
const MOST_SUBSCRIBERS: usize = 1_000;

/// A node's place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeKey {
    pub service: BareJid,
    pub node: String,
}

impl NodeKey {
    /// A PEP node's service is the account that owns it.
    fn is_pep(&self) -> bool {
        self.service.node().is_some()
    }
}

/// One published item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub id: String,
    pub payload: Option<Element>,
}

impl Item {
    /// As an `<item/>` in the namespace of requests or of events.
    pub(crate) fn element(&self, namespace: &str) -> Element {
        Element::builder("item", namespace)
            .attr(name!("id"), self.id.as_str())
            .append_all(self.payload.clone())
            .build()
    }
}

/// What can be configured; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// `pubsub#access_model`.
    pub access: Option<String>,
    /// `pubsub#max_items`.
    pub max_items: Option<usize>,
}

/// Which items to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of them.
    All,
    /// The newest so many.
    Newest(usize),
    /// These.
    Ids(Vec<String>),
}

/// Something to tell the subscribers of a node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notice {
    pub key: NodeKey,
    /// The child of `<event/>`.
    pub body: Element,
    /// Who subscribed; interest by `+notify` comes on top.
    pub to: BTreeSet<Jid>,
}

#[derive(Debug)]
struct Node {
    owner: BareJid,
    access: String,
    max_items: usize,
    /// Oldest first.
    items: VecDeque<Item>,
    subscribers: BTreeSet<Jid>,
}

impl Node {
    fn configure(&mut self, options: &Options) {
        if let Some(access) = &options.access {
            self.access.clone_from(access);
        }
        if let Some(max) = options.max_items {
            self.max_items = max.clamp(1, MOST_ITEMS);
        }
        self.evict();
    }

    /// Silent, as Prosody does it.
    fn evict(&mut self) {
        let surplus = self.items.len().saturating_sub(self.max_items);
        self.items.drain(..surplus);
    }
}

/// Every node of every service. The service itself may do anything on its nodes; others what the owner may, or read
/// and subscribe where access is open.
#[derive(Debug, Default)]
pub(crate) struct Pubsub {
    nodes: BTreeMap<NodeKey, Node>,
}

impl Pubsub {
    /// Creates a node for `by` (XEP-0060 §8.1).
    pub(crate) fn create(&mut self, key: NodeKey, by: &BareJid, options: &Options) -> Result<(), Refusal> {
        if key.is_pep() && *by != key.service {
            return Err(Refusal::FORBIDDEN);
        }
        if self.nodes.contains_key(&key) {
            return Err(Refusal::NODE_EXISTS);
        }
        if self.nodes.len() >= MOST_NODES {
            return Err(Refusal::TOO_MUCH);
        }
        let mut node = Node {
            owner: by.clone(),
            access: if key.is_pep() { "presence" } else { "open" }.to_owned(),
            max_items: MOST_ITEMS,
            items: VecDeque::new(),
            subscribers: BTreeSet::new(),
        };
        node.configure(options);
        self.nodes.insert(key, node);
        Ok(())
    }

    /// Publishes, creating the node when it isn't there (§7.1). For a node that is there, the access model of
    /// publish-options is a precondition (§7.1.5).
    pub(crate) fn publish(
        &mut self,
        key: &NodeKey,
        by: &BareJid,
        item: Item,
        options: &Options,
    ) -> Result<Notice, Refusal> {
        if !self.nodes.contains_key(key) {
            self.create(key.clone(), by, options)?;
        }
        let node = self.owned(key, by)?;
        if options.access.as_ref().is_some_and(|wanted| *wanted != node.access) {
            return Err(Refusal::PRECONDITION);
        }
        let body = items_element(key, item.element(ns::PUBSUB_EVENT));
        node.items.retain(|old| old.id != item.id);
        node.items.push_back(item);
        node.evict();
        Ok(notice(key, node, body))
    }

    /// Items, oldest first (§6.5). Ids that aren't there are left out.
    pub(crate) fn items(&self, key: &NodeKey, by: &BareJid, wanted: &Wanted) -> Result<Vec<Item>, Refusal> {
        let items = &self.readable(key, by)?.items;
        Ok(match wanted {
            Wanted::All => items.iter().cloned().collect(),
            Wanted::Newest(most) => items.iter().skip(items.len().saturating_sub(*most)).cloned().collect(),
            Wanted::Ids(ids) => items.iter().filter(|item| ids.contains(&item.id)).cloned().collect(),
        })
    }

    /// Takes an item back (§7.2).
    pub(crate) fn retract(&mut self, key: &NodeKey, by: &BareJid, id: &str) -> Result<Notice, Refusal> {
        let node = self.owned(key, by)?;
        let before = node.items.len();
        node.items.retain(|item| item.id != id);
        if node.items.len() == before {
            return Err(Refusal::NOT_FOUND);
        }
        let retract = Element::builder("retract", ns::PUBSUB_EVENT)
            .attr(name!("id"), id)
            .build();
        Ok(notice(key, node, items_element(key, retract)))
    }

    /// Takes all items back (§8.5).
    pub(crate) fn purge(&mut self, key: &NodeKey, by: &BareJid) -> Result<Notice, Refusal> {
        let node = self.owned(key, by)?;
        node.items.clear();
        Ok(notice(key, node, node_element("purge", key)))
    }

    /// Removes the node (§8.4).
    pub(crate) fn delete(&mut self, key: &NodeKey, by: &BareJid) -> Result<Notice, Refusal> {
        let node = self.owned(key, by)?;
        let notice = notice(key, node, node_element("delete", key));
        self.nodes.remove(key);
        Ok(notice)
    }

    /// Subscribes one's bare or full JID (§6.1).
    pub(crate) fn subscribe(&mut self, key: &NodeKey, by: &BareJid, jid: Jid) -> Result<(), Refusal> {
        self.readable(key, by)?;
        let node = self.nodes.get_mut(key).ok_or(Refusal::NOT_FOUND)?;
        if node.subscribers.len() >= MOST_SUBSCRIBERS {
            return Err(Refusal::TOO_MUCH);
        }
        node.subscribers.insert(jid);
        Ok(())
    }

    /// Ends a subscription (§6.2).
    pub(crate) fn unsubscribe(&mut self, key: &NodeKey, jid: &Jid) -> Result<(), Refusal> {
        let node = self.nodes.get_mut(key).ok_or(Refusal::NOT_FOUND)?;
        if node.subscribers.remove(jid) {
            Ok(())
        } else {
            Err(Refusal::NOT_SUBSCRIBED)
        }
    }

    /// Every subscription, of every service.
    pub(crate) fn subscriptions(&self) -> impl Iterator<Item = (&NodeKey, &Jid)> {
        self.nodes
            .iter()
            .flat_map(|(key, node)| node.subscribers.iter().map(move |jid| (key, jid)))
    }

    /// The nodes of a service that `by` may read.
    pub(crate) fn nodes<'a>(&'a self, service: &'a BareJid, by: &'a BareJid) -> impl Iterator<Item = &'a str> {
        let keys = self.nodes.keys().filter(move |key| key.service == *service);
        keys.filter(move |key| self.readable(key, by).is_ok())
            .map(|key| key.node.as_str())
    }

    /// Whether `by` may know of the node.
    pub(crate) fn knows(&self, key: &NodeKey, by: &BareJid) -> Result<(), Refusal> {
        self.readable(key, by).map(|_| ())
    }

    /// A node's configuration, for its owner (§8.2).
    pub(crate) fn configuration(&mut self, key: &NodeKey, by: &BareJid) -> Result<(String, usize), Refusal> {
        let node = self.owned(key, by)?;
        Ok((node.access.clone(), node.max_items))
    }

    /// Changes a node's configuration (§8.2).
    pub(crate) fn configure(&mut self, key: &NodeKey, by: &BareJid, options: &Options) -> Result<(), Refusal> {
        self.owned(key, by)?.configure(options);
        Ok(())
    }

    fn owned(&mut self, key: &NodeKey, by: &BareJid) -> Result<&mut Node, Refusal> {
        let node = self.nodes.get_mut(key).ok_or(Refusal::NOT_FOUND)?;
        if *by == node.owner || *by == key.service {
            Ok(node)
        } else {
            Err(Refusal::FORBIDDEN)
        }
    }

    fn readable(&self, key: &NodeKey, by: &BareJid) -> Result<&Node, Refusal> {
        let node = self.nodes.get(key).ok_or(Refusal::NOT_FOUND)?;
        // Nobody has a roster here, so that presence access lets in the owner alone.
        let open = node.access == "open" || *by == node.owner || *by == key.service;
        if open { Ok(node) } else { Err(Refusal::CLOSED_NODE) }
    }
}

fn notice(key: &NodeKey, node: &Node, body: Element) -> Notice {
    Notice {
        key: key.clone(),
        body,
        to: node.subscribers.clone(),
    }
}

fn node_element(name: &str, key: &NodeKey) -> Element {
    Element::builder(name, ns::PUBSUB_EVENT)
        .attr(name!("node"), key.node.as_str())
        .build()
}

fn items_element(key: &NodeKey, child: Element) -> Element {
    let mut items = node_element("items", key);
    items.append_child(child);
    items
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn jid(jid: &str) -> BareJid {
        BareJid::new(jid).unwrap()
    }

    fn key(service: &str) -> NodeKey {
        NodeKey {
            service: jid(service),
            node: "/mail/Inbox".to_owned(),
        }
    }

    fn item(id: &str) -> Item {
        Item {
            id: id.to_owned(),
            payload: Some(Element::bare("mail", "urn:test")),
        }
    }

    fn ids(items: &[Item]) -> Vec<&str> {
        items.iter().map(|item| item.id.as_str()).collect()
    }

    #[test]
    fn a_published_item_is_told_to_the_subscribers_and_kept() {
        let (mut pubsub, key, sam) = (Pubsub::default(), key("pubsub.example"), jid("sam@example"));
        pubsub.create(key.clone(), &key.service, &Options::default()).unwrap();
        pubsub.subscribe(&key, &sam, sam.clone().into()).unwrap();
        let notice = pubsub
            .publish(&key, &key.service, item("1"), &Options::default())
            .unwrap();
        assert_eq!(notice.to, BTreeSet::from([sam.clone().into()]));
        let told = notice.body.get_child("item", ns::PUBSUB_EVENT).unwrap();
        assert_eq!(told.attr("id"), Some("1"));
        assert!(told.has_child("mail", "urn:test"));
        assert_eq!(pubsub.items(&key, &sam, &Wanted::All).unwrap(), [item("1")]);
    }

    #[test]
    fn an_id_used_again_replaces_the_item_and_makes_it_the_newest() {
        let (mut pubsub, key) = (Pubsub::default(), key("pubsub.example"));
        for id in ["1", "2", "3", "1"] {
            pubsub
                .publish(&key, &key.service, item(id), &Options::default())
                .unwrap();
        }
        let get = |wanted| pubsub.items(&key, &key.service, &wanted).unwrap();
        assert_eq!(ids(&get(Wanted::All)), ["2", "3", "1"]);
        assert_eq!(ids(&get(Wanted::Newest(2))), ["3", "1"]);
        assert_eq!(ids(&get(Wanted::Ids(vec!["3".to_owned(), "9".to_owned()]))), ["3"]);
    }

    #[test]
    fn more_than_max_items_evicts_the_oldest() {
        let (mut pubsub, key) = (Pubsub::default(), key("pubsub.example"));
        let options = Options {
            max_items: Some(2),
            ..Options::default()
        };
        for id in ["1", "2", "3"] {
            pubsub.publish(&key, &key.service, item(id), &options).unwrap();
        }
        assert_eq!(
            ids(&pubsub.items(&key, &key.service, &Wanted::All).unwrap()),
            ["2", "3"]
        );
    }

    #[test]
    fn a_retraction_names_the_item_and_a_second_one_finds_nothing() {
        let (mut pubsub, key) = (Pubsub::default(), key("pubsub.example"));
        pubsub
            .publish(&key, &key.service, item("1"), &Options::default())
            .unwrap();
        let notice = pubsub.retract(&key, &key.service, "1").unwrap();
        assert_eq!(
            notice.body.get_child("retract", ns::PUBSUB_EVENT).unwrap().attr("id"),
            Some("1")
        );
        assert_eq!(pubsub.retract(&key, &key.service, "1"), Err(Refusal::NOT_FOUND));
    }

    #[test]
    fn a_pep_node_belongs_to_its_account_alone() {
        let (mut pubsub, key, other) = (Pubsub::default(), key("sam@example"), jid("jonas@example"));
        assert_eq!(
            pubsub.publish(&key, &other, item("1"), &Options::default()),
            Err(Refusal::FORBIDDEN)
        );
        pubsub
            .publish(&key, &key.service, item("1"), &Options::default())
            .unwrap();
        assert_eq!(pubsub.items(&key, &other, &Wanted::All), Err(Refusal::CLOSED_NODE));
        assert_eq!(
            pubsub.subscribe(&key, &other, other.clone().into()),
            Err(Refusal::CLOSED_NODE)
        );
    }

    #[test]
    fn publish_options_that_do_not_hold_are_refused() {
        let (mut pubsub, key) = (Pubsub::default(), key("pubsub.example"));
        let options = Options {
            access: Some("whitelist".to_owned()),
            ..Options::default()
        };
        pubsub.create(key.clone(), &key.service, &Options::default()).unwrap();
        assert_eq!(
            pubsub.publish(&key, &key.service, item("1"), &options),
            Err(Refusal::PRECONDITION)
        );
        pubsub.configure(&key, &key.service, &options).unwrap();
        pubsub.publish(&key, &key.service, item("1"), &options).unwrap();
        assert_eq!(
            pubsub.items(&key, &jid("sam@example"), &Wanted::All),
            Err(Refusal::CLOSED_NODE)
        );
    }

    #[test]
    fn an_ended_subscription_is_told_nothing_more() {
        let (mut pubsub, key, sam) = (Pubsub::default(), key("pubsub.example"), jid("sam@example"));
        pubsub.create(key.clone(), &key.service, &Options::default()).unwrap();
        pubsub.subscribe(&key, &sam, sam.clone().into()).unwrap();
        pubsub.unsubscribe(&key, &sam.clone().into()).unwrap();
        assert!(pubsub.purge(&key, &key.service).unwrap().to.is_empty());
        assert_eq!(pubsub.unsubscribe(&key, &sam.into()), Err(Refusal::NOT_SUBSCRIBED));
    }
}
