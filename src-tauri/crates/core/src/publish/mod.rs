//! From a mail message (RFC 5322), or what a mail server tells of one ([`Notification`]), to an item of Mailwren's own
//! dialect: the other side of [`crate::payload::mailwren`].
//!
//! What is made here decodes to the same envelope again. A message is hostile: of any size, cut off anywhere, with any
//! bytes in it. It gives an item all the same, if need be one that says no more than that mail arrived.

mod message;
mod notification;
mod snippet;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use minidom::Element;
use minidom::rxml::xml_ncname;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::MAIL_NODE;
use crate::event::{Dialect, Event, Kind, Sender};
use crate::popup::Privacy;
use crate::text;
use message::Message;

pub use notification::{NOTIFICATION_BYTES, News, Notification, NotificationError};

/// Of a message no more is looked at, in bytes; senders, subjects and first words stand before that.
pub const MESSAGE_BYTES: usize = 1 << 20;

/// Text that was decoded may hold encoded words again, and so on; it is decoded so often at most.
const DECODINGS: usize = 8;

/// Hex digits that an item's id has for account and mailbox.
const MAILBOX_DIGITS: usize = 12;
/// Hex digits that it has for a message without a UID.
const KEY_DIGITS: usize = 32;

/// What is told of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Who wrote.
    pub from: Option<Sender>,
    /// Subject, decoded, cleaned, at most 1,000 characters.
    pub subject: Option<String>,
    /// First words of the text, at most 500 characters.
    pub snippet: Option<String>,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// When it was written, as its writer says.
    pub date: Option<Timestamp>,
}

impl Envelope {
    /// Reads a message, of which the first [`MESSAGE_BYTES`] count; it may be cut off anywhere.
    pub fn of_message(raw: &[u8]) -> Self {
        Self::read(&Message::read(raw.get(..MESSAGE_BYTES).unwrap_or(raw)))
    }

    fn read(message: &Message<'_>) -> Self {
        Self {
            from: message.from(),
            subject: message.subject(),
            snippet: message.text(),
            message_id: message.message_id(),
            date: message.date(),
        }
        .settled()
    }

    /// The same, each field as the reader of the payload makes it: what a mail server or a mail tells may be raw, and of
    /// any length.
    fn settled(self) -> Self {
        let field = |text: Option<String>, read: fn(&str) -> Option<String>| text.and_then(|text| settled(&text, read));
        Self {
            from: self
                .from
                .and_then(|from| text::sender(field(from.name, text::name), field(from.address, text::mail_address))),
            subject: field(self.subject, text::name),
            snippet: field(self.snippet, |text| text::clean(text, text::SNIPPET_CHARS)),
            message_id: field(self.message_id, text::message_id),
            date: self.date,
        }
    }

    /// What a publisher with this setting tells. A Message-ID shows a host at most, and lets a client tell a mail once
    /// that reached it in two ways.
    fn within(self, detail: Privacy) -> Self {
        match detail {
            Privacy::Full => self,
            Privacy::Sender => Self {
                subject: None,
                snippet: None,
                ..self
            },
            Privacy::Count => Self::default(),
        }
    }
}

/// What names a message in a mailbox for good (RFC 3501 §2.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Uid {
    /// UIDVALIDITY of the mailbox.
    pub uidvalidity: u32,
    /// UID of the message.
    pub uid: u32,
}

impl std::fmt::Display for Uid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.uidvalidity, self.uid)
    }
}

/// A message in a mailbox, ready to be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The mailbox, hierarchy by `/`.
    pub mailbox: String,
    /// What tells it apart from other messages: its UID where that is known, else a hash of its Message-ID, or of itself
    /// where it has none.
    pub key: String,
    /// What is told of it.
    #[serde(flatten)]
    pub envelope: Envelope,
    /// Its UID, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<Uid>,
    /// The key under which it was published if that was done before its UID was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_key: Option<String>,
    /// Unseen messages in the mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<u32>,
}

/// A message that is unread in its mailbox no longer: read, moved or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// The mailbox, hierarchy by `/`.
    pub mailbox: String,
    /// Its UID.
    pub uid: Uid,
    /// As [`Mail::early_key`]; `None` where its Message-ID isn't known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_key: Option<String>,
}

impl Gone {
    /// A message of which the mail server tells that it was read, moved or deleted.
    pub fn stored(mailbox: &str, uid: Uid, message_id: Option<&str>) -> Self {
        Self {
            mailbox: mailbox_name(mailbox),
            uid,
            early_key: early_key(message_id.and_then(|id| settled(id, text::message_id)).as_deref()),
        }
    }

    /// The same as an event, as [`Mail::event`].
    pub fn event(&self, account: &str, service: &str) -> Event {
        Event {
            service: Some(service.to_owned()),
            node: Some(self.mailbox.clone()),
            item: Some(self.item(account)),
            dialect: Dialect::Imap,
            mailbox: Some(self.mailbox.clone()),
            ..Event::bare(Kind::Gone)
        }
    }

    /// The id of its item, as [`Mail::item`].
    pub fn item(&self, account: &str) -> String {
        item(account, &self.mailbox, &self.uid.to_string())
    }
}

impl Mail {
    /// Reads a message, of which the first [`MESSAGE_BYTES`] count.
    pub fn read(raw: &[u8], mailbox: &str, detail: Privacy) -> Self {
        let raw = raw.get(..MESSAGE_BYTES).unwrap_or(raw);
        let envelope = Envelope::read(&Message::read(raw));
        let key = early_key(envelope.message_id.as_deref()).unwrap_or_else(|| short(digest(&[raw]), KEY_DIGITS));
        Self {
            envelope: envelope.within(detail),
            ..Self::unread(mailbox, key)
        }
    }

    /// A message that is in its mailbox already, of which the mail server tells the envelope.
    pub fn stored(mailbox: &str, uid: Uid, envelope: Envelope, unseen: Option<u32>, detail: Privacy) -> Self {
        let envelope = envelope.settled();
        Self {
            early_key: early_key(envelope.message_id.as_deref()),
            envelope: envelope.within(detail),
            uid: Some(uid),
            unseen,
            ..Self::unread(mailbox, uid.to_string())
        }
    }

    /// A message that can't be read: mail arrived, and that is all.
    pub fn unreadable(raw: &[u8], mailbox: &str) -> Self {
        let raw = raw.get(..MESSAGE_BYTES).unwrap_or(raw);
        Self::unread(mailbox, short(digest(&[raw]), KEY_DIGITS))
    }

    fn unread(mailbox: &str, key: String) -> Self {
        Self {
            mailbox: mailbox_name(mailbox),
            key,
            envelope: Envelope::default(),
            uid: None,
            early_key: None,
            unseen: None,
        }
    }

    /// The item's id: the same for the same message in the same mailbox, so that publishing it twice makes one item.
    pub fn item(&self, account: &str) -> String {
        item(account, &self.mailbox, &self.key)
    }

    /// The same as an event of a folder that was itself looked into; `account` as for [`Mail::item`], `service` the mail
    /// server.
    pub fn event(&self, account: &str, service: &str) -> Event {
        let Envelope {
            from,
            subject,
            snippet,
            message_id,
            date,
        } = self.envelope.clone();
        Event {
            service: Some(service.to_owned()),
            node: Some(self.mailbox.clone()),
            item: Some(self.item(account)),
            dialect: Dialect::Imap,
            mailbox: Some(self.mailbox.clone()),
            sent_at: date,
            from,
            subject,
            snippet,
            message_id,
            unseen: self.unseen.map(u64::from),
            uid: self.uid.map(|uid| uid.uid.into()),
            uidvalidity: self.uid.map(|uid| uid.uidvalidity.into()),
            ..Event::bare(Kind::New)
        }
    }

    /// The item's payload; `account` is the publisher's own name for whose mailbox it is.
    pub fn payload(&self, account: &str) -> Element {
        let element = |name: &str| Element::builder(name, MAIL_NODE);
        let text = |name: &str, text: &Option<String>| text.as_deref().map(|text| element(name).append(text).build());
        let Envelope {
            from,
            subject,
            snippet,
            message_id,
            date,
        } = &self.envelope;
        let from = from.as_ref().map(|from| {
            element("from")
                .attr(xml_ncname!("address").to_owned(), from.address.as_deref())
                .append_all(from.name.as_deref())
                .build()
        });
        let date = date.map(|date| date.to_string());
        let children = [
            from,
            text("subject", subject),
            text("snippet", snippet),
            text("message-id", message_id),
            text("date", &date),
            text("unseen", &self.unseen.map(|unseen| unseen.to_string())),
        ];
        let uid = |part: fn(Uid) -> u32| self.uid.map(|uid| part(uid).to_string());
        element("mail")
            .attr(xml_ncname!("account").to_owned(), account)
            .attr(xml_ncname!("mailbox").to_owned(), self.mailbox.as_str())
            .attr(xml_ncname!("uidvalidity").to_owned(), uid(|uid| uid.uidvalidity))
            .attr(xml_ncname!("uid").to_owned(), uid(|uid| uid.uid))
            .append_all(children.into_iter().flatten())
            .build()
    }
}

/// An item's id taken apart: the digits of its mailbox, and the message's UID; `None` for one of before that was known, and for
/// what isn't an id that is made here.
pub fn uid_of(item: &str) -> Option<(&str, Uid)> {
    let (mailbox, uid) = item.split_once('-')?;
    let (uidvalidity, uid) = uid.split_once('-')?;
    let uid = Uid {
        uidvalidity: uidvalidity.parse().ok()?,
        uid: uid.parse().ok()?,
    };
    (mailbox.len() == MAILBOX_DIGITS).then_some((mailbox, uid))
}

fn mailbox_name(raw: &str) -> String {
    settled(raw, |name| text::clean(name, text::NAME_CHARS)).unwrap_or_else(|| "INBOX".to_owned())
}

fn item(account: &str, mailbox: &str, key: &str) -> String {
    let mailbox = digest(&[account.as_bytes(), b"\0", mailbox.as_bytes()]);
    format!("{}-{key}", short(mailbox, MAILBOX_DIGITS))
}

fn early_key(message_id: Option<&str>) -> Option<String> {
    message_id.map(|id| short(digest(&[id.as_bytes()]), KEY_DIGITS))
}

fn short(mut digits: String, most: usize) -> String {
    digits.truncate(most);
    digits
}

/// Text as the reader of the payload makes it, so that reading it once more changes nothing; `None` where that doesn't
/// come to an end.
fn settled(text: &str, read: impl Fn(&str) -> Option<String>) -> Option<String> {
    // No XML document may hold these two (XML 1.0 §2.2), and no server takes them.
    let mut text: String = text.chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    for _ in 0..DECODINGS {
        let again: String = read(&text)?
            .chars()
            .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
            .collect();
        if again == text {
            return Some(text);
        }
        text = again;
    }
    None
}

/// SHA-256 in hex.
fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    HEXLOWER.encode(&hash.finalize())
}
