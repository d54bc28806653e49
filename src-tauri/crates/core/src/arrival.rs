//! What the model hands to the store, and what the store answers.

use jiff::Timestamp;

use crate::event::Decoded;
use crate::policy::Reason;
use crate::view::Row;

/// An event on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The account's bare JID.
    pub account: String,
    /// The event.
    pub decoded: Decoded,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Whether a desktop face owes a popup for it. Kept until the popup was shown, across a crash too.
    pub owed: bool,
    /// Whether it counts as unread.
    pub unread: bool,
    /// What becomes of its popup, and why; `None` for what never is a popup.
    pub reason: Option<Reason>,
}

/// What became of an [`Arrival`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Inserted.
    New {
        /// The new row.
        row: Row,
        /// Older unread rows of the same item, now gone: the id was used again with another payload.
        replaced: Vec<Row>,
        /// Whether a popup is owed for it: because of [`Arrival::owed`], or since one was still owed for what it
        /// replaces; but never for a message whose Message-ID was told before.
        owed: bool,
    },
    /// It was gone and is published again: unread again, without a second popup.
    Revived {
        /// The row.
        row: Row,
        /// Unread rows of the same item with other payloads, now gone.
        replaced: Vec<Row>,
    },
    /// It was there already; nothing changed.
    Known {
        /// The row it is.
        seq: i64,
    },
}

/// An item's place: what a retraction names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// The account's bare JID.
    pub account: String,
    /// Bare JID or host of the pubsub service; empty when unknown.
    pub service: String,
    /// The node; empty when unknown.
    pub node: String,
    /// The item id; empty when none was sent.
    pub item: String,
}
