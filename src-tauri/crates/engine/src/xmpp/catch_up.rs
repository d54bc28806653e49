//! Fetching what a node holds (XEP-0060 §6.5), so that nothing published while nobody listened is missed.
//!
//! How much is asked for is [planned](mailwren_core::catch_up) in the core. Answers are read as elements: the types of
//! xmpp-parsers refuse the RSM `<set/>` that ejabberd adds.

use std::collections::{HashMap, HashSet};
use std::io;

use jid::Jid;
use jiff::Timestamp;
use mailwren_core::account::Subscription;
use mailwren_core::catch_up::{self, Answer, FIRST_ASK, IDS_AT_ONCE, MOST_IDS, Next, RUN_BUDGET};
use mailwren_core::event::Decoded;
use mailwren_core::heartbeat::{PUBLISHER_NODE, Publisher};
use mailwren_core::marks::{self, MARKS_NODE, Mark};
use mailwren_core::stanza;
use minidom::rxml::xml_ncname;
use minidom::{Element, Node};
use xmpp_parsers::ns;

use super::iq::{Asker, IqError, ItemRef};
use super::subscribe;
use crate::store::{Store, StoreError};

/// Why a node's items couldn't be fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// The service didn't answer, or refused.
    #[error(transparent)]
    Iq(#[from] IqError),
    /// The store couldn't say what is known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was fetched.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// When they were asked for.
    pub(super) asked_at: Timestamp,
    /// Oldest first.
    pub(super) events: Vec<Decoded>,
    /// Whether these are all items of the node.
    pub(super) complete: bool,
    /// Items that are there and were left out, because reading them isn't safe.
    pub(super) left_out: usize,
    /// Whether there are more than are fetched in one go: once these are stored, the next are to be had.
    pub(super) more: bool,
}

/// What other devices told on the node of marks (§6.5.7), as far back as is safe to ask for in one answer.
pub(super) async fn fetch_marks(asker: &Asker, own: &Jid) -> Result<Vec<Mark>, IqError> {
    let mut ask = FIRST_ASK;
    loop {
        let page = Page::read(asker.get(own, newest(MARKS_NODE, ask)).await?);
        let answer = Answer {
            items: page.items.len(),
            bytes: page.bytes,
            count: page.count,
        };
        match catch_up::next(ask, answer) {
            Next::Ask(more) => ask = more,
            Next::Complete | Next::ByIds => return Ok(marks::marks(&page.items)),
        }
    }
}

/// What the account's publisher told last, if it ever did.
pub(super) async fn fetch_publisher(asker: &Asker, own: &Jid) -> Result<Option<Publisher>, IqError> {
    let page = Page::read(asker.get(own, newest(PUBLISHER_NODE, 1)).await?);
    Ok(Publisher::newest(page.items.iter()))
}

/// How carefully to fetch.
#[derive(Debug, Clone, Default)]
pub(super) struct Care {
    /// Each item on its own: one of them breaks the stream.
    pub(super) one_by_one: bool,
    /// The items that did.
    pub(super) skip: HashSet<ItemRef>,
    /// How often an answer with mail threads did, and when last.
    pub(super) mailbox_breaks: u32,
    pub(super) mailbox_broke_at: Option<Timestamp>,
}

/// Fetches the items of one node.
pub(super) struct Fetch<'a> {
    pub(super) asker: &'a Asker,
    pub(super) store: &'a Store,
    pub(super) account: &'a str,
    pub(super) service: &'a Jid,
    pub(super) node: &'a Subscription,
    pub(super) care: &'a Care,
}

impl Fetch<'_> {
    /// All items, or as many of the newest as can be had.
    pub(super) async fn run(&self) -> Result<Fetched, FetchError> {
        let mut asked_at = Timestamp::now();
        if self.care.one_by_one {
            return self.by_ids(asked_at, Vec::new()).await;
        }
        let mut ask = FIRST_ASK;
        loop {
            let answer = match self.asker.get(self.service, newest(&self.node.node, ask)).await {
                // A node that isn't there holds nothing; the own PEP node is made by the first to publish.
                Err(error) if subscribe::is_missing(&error) => {
                    return Ok(Fetched {
                        asked_at,
                        complete: true,
                        ..Fetched::default()
                    });
                }
                answer => answer?,
            };
            let page = Page::read(answer);
            let answer = Answer {
                items: page.items.len(),
                bytes: page.bytes,
                count: page.count,
            };
            match catch_up::next(ask, answer) {
                Next::Ask(more) => {
                    ask = more;
                    asked_at = Timestamp::now();
                }
                Next::Complete => {
                    return Ok(Fetched {
                        asked_at,
                        events: self.decode(&page.items),
                        complete: true,
                        ..Fetched::default()
                    });
                }
                Next::ByIds => return self.by_ids(asked_at, page.items).await,
            }
        }
    }

    /// What isn't stored yet, by item ids. `newest` are items that came already. Items are kept decoded: as trees they could
    /// take many times the memory.
    async fn by_ids(&self, asked_at: Timestamp, newest: Vec<Element>) -> Result<Fetched, FetchError> {
        let listed = match self.asker.get(self.service, ids_query(&self.node.node)).await {
            Err(error) if subscribe::is_missing(&error) => {
                return Ok(Fetched {
                    asked_at,
                    complete: true,
                    ..Fetched::default()
                });
            }
            Err(IqError::Refused(error)) => {
                tracing::info!(service = %self.service, ?error, "item ids aren't told: older items are left out");
                return Ok(Fetched {
                    asked_at,
                    events: self.decode(&newest),
                    ..Fetched::default()
                });
            }
            listed => ids(listed?.as_ref()),
        };
        let came: Vec<&str> = newest.iter().filter_map(|item| item.attr("id")).collect();
        let listed = catch_up::oldest_first(listed, &came);
        let listed: Vec<String> = listed
            .iter()
            .skip(listed.len().saturating_sub(MOST_IDS))
            .cloned()
            .collect();
        let (account, service, node) = (
            self.account.to_owned(),
            self.node.service.clone(),
            self.node.node.clone(),
        );
        let known = self.store.known_items(account, service, node, listed.clone()).await?;
        let here: HashSet<&str> = came.into_iter().collect();
        let unsafe_one = |id: &String| self.care.skip.contains(&self.reference(id));
        let left_out = listed.iter().filter(|id| unsafe_one(id)).count();
        let wanted: Vec<String> = listed
            .iter()
            .filter(|id| !known.contains(*id) && !here.contains(id.as_str()) && !unsafe_one(id))
            .cloned()
            .collect();

        let mut got: HashMap<String, Decoded> = HashMap::new();
        let at_once = if self.care.one_by_one { 1 } else { IDS_AT_ONCE };
        let mut bytes: usize = 0;
        let mut more = false;
        // The newest first, in case that it gets too much at once.
        for chunk in wanted.rchunks(at_once) {
            more = bytes > RUN_BUDGET;
            if more {
                break;
            }
            bytes = bytes.saturating_add(self.some(chunk, &mut got).await?);
            // Some services answer only the first id.
            for id in chunk.iter().filter(|_| chunk.len() > 1) {
                if !got.contains_key(id) {
                    bytes = bytes.saturating_add(self.some(std::slice::from_ref(id), &mut got).await?);
                }
            }
        }
        let mut events: Vec<Decoded> = wanted.iter().filter_map(|id| got.remove(id)).collect();
        events.extend(self.decode(&newest));
        Ok(Fetched {
            asked_at,
            events,
            left_out,
            more,
            ..Fetched::default()
        })
    }

    /// Fetches items by their ids; one that is gone meanwhile is no error. Gives the answer's size.
    async fn some(&self, ids: &[String], got: &mut HashMap<String, Decoded>) -> Result<usize, FetchError> {
        let query = by_id(&self.node.node, ids);
        let answer = match ids {
            [alone] => self.asker.get_item(self.service, query, self.reference(alone)).await,
            _ => self.asker.get(self.service, query).await,
        };
        let answer = match answer {
            Err(error) if subscribe::is_missing(&error) => None,
            answer => answer?,
        };
        let page = Page::read(answer);
        for item in &page.items {
            if let Some(id) = item.attr("id") {
                got.insert(id.to_owned(), self.decoded(item));
            }
        }
        Ok(page.bytes)
    }

    fn reference(&self, item: &str) -> ItemRef {
        ItemRef {
            node: self.node.clone(),
            item: item.to_owned(),
        }
    }

    fn decode(&self, items: &[Element]) -> Vec<Decoded> {
        items.iter().map(|item| self.decoded(item)).collect()
    }

    fn decoded(&self, item: &Element) -> Decoded {
        stanza::item(&self.node.service, &self.node.node, item)
    }
}

/// An answer to a question for items.
#[derive(Debug, Default)]
struct Page {
    items: Vec<Element>,
    bytes: usize,
    count: Option<u64>,
}

impl Page {
    fn read(answer: Option<Element>) -> Self {
        let Some(mut pubsub) = answer else {
            return Self::default();
        };
        let bytes = size(&pubsub);
        let count = pubsub
            .get_child("set", ns::RSM)
            .and_then(|set| set.get_child("count", ns::RSM))
            .and_then(|count| count.text().trim().parse().ok());
        let lists = pubsub.children_mut().filter(|child| child.is("items", ns::PUBSUB));
        let items = lists
            .flat_map(Element::take_nodes)
            .filter_map(Node::into_element)
            .filter(|item| item.name() == "item")
            .collect();
        Self { items, bytes, count }
    }
}

/// Bytes of an element as text.
fn size(element: &Element) -> usize {
    struct Counter(usize);
    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.saturating_add(bytes.len());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // What can't be written has no size that is safe to double.
    match element.write_to(&mut counter) {
        Ok(()) => counter.0,
        Err(_) => usize::MAX,
    }
}

fn pubsub(items: Element) -> Element {
    Element::builder("pubsub", ns::PUBSUB).append(items).build()
}

/// The newest so many items (§6.5.7).
fn newest(node: &str, most: u32) -> Element {
    let items = Element::builder("items", ns::PUBSUB)
        .attr(xml_ncname!("node").to_owned(), node)
        .attr(xml_ncname!("max_items").to_owned(), most.to_string());
    pubsub(items.build())
}

/// Particular items (§6.5.8).
fn by_id(node: &str, ids: &[String]) -> Element {
    let item = |id: &String| {
        Element::builder("item", ns::PUBSUB)
            .attr(xml_ncname!("id").to_owned(), id.as_str())
            .build()
    };
    let items = Element::builder("items", ns::PUBSUB).attr(xml_ncname!("node").to_owned(), node);
    pubsub(items.append_all(ids.iter().map(item)).build())
}

/// The ids of a node's items (§5.5).
fn ids_query(node: &str) -> Element {
    Element::builder("query", ns::DISCO_ITEMS)
        .attr(xml_ncname!("node").to_owned(), node)
        .build()
}

fn ids(answer: Option<&Element>) -> Vec<String> {
    let items = answer
        .into_iter()
        .flat_map(Element::children)
        .filter(|item| item.is("item", ns::DISCO_ITEMS));
    items.filter_map(|item| item.attr("name")).map(str::to_owned).collect()
}
