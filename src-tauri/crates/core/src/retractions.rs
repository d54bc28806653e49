//! Items that went a moment ago: copies that were under way then don't bring them back.
//!
//! A service hands an item out by several ways (as an event, as the node's last item, in an answer to a question), and
//! nobody promises their order: ejabberd's processes overtake each other. Each copy says for which time it speaks, and
//! one that speaks for a time before the retraction is outdated.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::arrival::ItemKey;

/// How long copies may be under way. What comes later is found by the fetch of a fresh session.
const MEMORY: SignedDuration = SignedDuration::from_mins(10);
/// More than a service's largest node holds in practice; the oldest are forgotten first.
const MOST: usize = 4096;

/// When items were retracted, and nodes purged.
#[derive(Debug, Default)]
pub(crate) struct Retractions(BTreeMap<ItemKey, Timestamp>);

impl Retractions {
    /// Takes down that an item is gone as of a time; one without an id stands for all of its node.
    pub(crate) fn note(&mut self, now: Timestamp, item: ItemKey, as_of: Timestamp) {
        // After the clock was set back, nothing is known of what it showed.
        self.0.retain(|_, at| *at <= now && now.duration_since(*at) < MEMORY);
        if self.0.len() >= MOST
            && let Some(oldest) = self.0.iter().min_by_key(|(_, at)| **at).map(|(item, _)| item.clone())
        {
            self.0.remove(&oldest);
        }
        let at = self.0.entry(item).or_insert(as_of);
        *at = as_of.max(*at);
    }

    /// Whether an item went after the time that a copy of it speaks for.
    pub(crate) fn outdate(&self, now: Timestamp, item: &ItemKey, as_of: Timestamp) -> bool {
        let node = ItemKey {
            item: String::new(),
            ..item.clone()
        };
        let gone = |key: &ItemKey| self.0.get(key).is_some_and(|at| as_of < *at && *at <= now);
        gone(item) || gone(&node)
    }
}
