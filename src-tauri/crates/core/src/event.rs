//! One event, whatever the dialect it came in: what `mailwrenctl decode` prints, one JSON object a line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The box changed; nothing more is said.
    Changed,
    /// A message arrived.
    New,
    /// An item was retracted: read, moved or deleted elsewhere.
    Gone,
    /// The node was purged.
    Cleared,
    /// The node was deleted, or the subscription ended.
    Closed,
}

/// The payload format an event came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Apple's MobileMe of 2008: `<plistfrag xmlns="plist-apple">`.
    Mobileme,
    /// Our own: `<mail xmlns="urn:mailwren:mail:0">`.
    Mailwren,
    /// An Atom entry (RFC 4287).
    Atom,
    /// Dovecot's push notification in a JSON container (XEP-0335).
    Ox,
    /// A Sieve `notify` message (RFC 5437).
    Sieve,
    /// Gmail's `google:mail:notify`.
    Gmail,
    /// None on XMPP's wire: the mailbox itself was looked into, by IMAP.
    Imap,
    /// None that is known, or no payload.
    Unknown,
}

impl Dialect {
    /// Whether nodes of this dialect mirror what is unread, so that a retraction means "read, moved or deleted"
    /// and not merely "no longer kept".
    pub const fn mirrors_unread(self) -> bool {
        matches!(self, Self::Mailwren | Self::Ox | Self::Imap)
    }
}

/// Who wrote. At least one of the two is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sender {
    /// Display name, decoded and cleaned.
    pub name: Option<String>,
    /// Mail address, cleaned.
    pub address: Option<String>,
}

/// One decoded event. Every key is always serialised; what isn't known is `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Event {
    /// Bare JID or host that published it; the mail server's, where the mailbox was looked into.
    pub service: Option<String>,
    /// Node name as sent; the folder's name, where the mailbox was looked into.
    pub node: Option<String>,
    /// Item id as sent.
    pub item: Option<String>,
    /// What happened.
    pub kind: Kind,
    /// The payload's format.
    pub dialect: Dialect,
    /// Whose box.
    pub user: Option<String>,
    /// Which box; hierarchy by `/`.
    pub mailbox: Option<String>,
    /// MobileMe's opaque change token.
    pub token: Option<String>,
    /// Subscription id, from the SHIM header `pubsub#subid` (XEP-0060 §12.20).
    pub subid: Option<String>,
    /// When it was sent: XEP-0203 delay, else XEP-0091 delay, else the payload's own date.
    #[ts(type = "string | null")]
    pub sent_at: Option<Timestamp>,
    /// Who wrote.
    pub from: Option<Sender>,
    /// Subject, decoded, cleaned, at most 1,000 characters.
    pub subject: Option<String>,
    /// First words of the text, at most 500 characters.
    pub snippet: Option<String>,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// Unseen messages in the box, as told.
    #[ts(type = "number | null")]
    pub unseen: Option<u64>,
    /// IMAP UID.
    #[ts(type = "number | null")]
    pub uid: Option<u64>,
    /// IMAP UIDVALIDITY.
    #[ts(type = "number | null")]
    pub uidvalidity: Option<u64>,
    /// A link to the message; https, http, mailto, xmpp, mid or imap.
    pub link: Option<String>,
}

impl Event {
    /// An event of which only the kind is known.
    pub const fn bare(kind: Kind) -> Self {
        Self {
            service: None,
            node: None,
            item: None,
            kind,
            dialect: Dialect::Unknown,
            user: None,
            mailbox: None,
            token: None,
            subid: None,
            sent_at: None,
            from: None,
            subject: None,
            snippet: None,
            message_id: None,
            unseen: None,
            uid: None,
            uidvalidity: None,
            link: None,
        }
    }
}

/// An event as decoded, with what identifies its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The event.
    pub event: Event,
    /// Whether the server sent it late (it bore a delay stamp).
    pub delayed: bool,
    /// Digest of the item's payload: the same payload has the same digest however it was serialised or stamped.
    pub payload: PayloadDigest,
}

/// SHA-256 over a payload's canonical form, in hex. Empty for an item without payload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PayloadDigest(pub String);
