//! From a mail message (RFC 5322) to an item of Mailwren's own dialect: the other side of [`crate::payload::mailwren`].
//!
//! What is made here decodes to the same envelope again. A message is hostile: of any size, cut off anywhere, with any
//! bytes in it. It gives an item all the same, if need be one that says no more than that mail arrived.

mod message;
mod snippet;

use jiff::Timestamp;
use minidom::Element;
use minidom::rxml::xml_ncname;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::MAIL_NODE;
use crate::event::Sender;
use crate::popup::Privacy;
use crate::text;
use message::Message;

/// Of a message no more is looked at, in bytes; senders, subjects and first words stand before that.
pub const MESSAGE_BYTES: usize = 1 << 20;

/// Text that was decoded may hold encoded words again, and so on; it is decoded so often at most.
const DECODINGS: usize = 8;

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
    fn read(message: &Message<'_>) -> Self {
        Self {
            from: message.from().and_then(|from| {
                let name = from.name.and_then(|name| settled(&name, text::name));
                let address = from.address.and_then(|address| settled(&address, text::mail_address));
                text::sender(name, address)
            }),
            subject: message.subject().and_then(|subject| settled(&subject, text::name)),
            snippet: message
                .text()
                .and_then(|text| settled(&text, |text| text::clean(text, text::SNIPPET_CHARS))),
            message_id: message.message_id().and_then(|id| settled(&id, text::message_id)),
            date: message.date(),
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

/// A message in a mailbox, ready to be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The mailbox, hierarchy by `/`.
    pub mailbox: String,
    /// What tells it apart from other messages: a hash of its Message-ID, or of itself where it has none.
    pub key: String,
    /// What is told of it.
    #[serde(flatten)]
    pub envelope: Envelope,
}

impl Mail {
    /// Reads a message, of which the first [`MESSAGE_BYTES`] count.
    pub fn read(raw: &[u8], mailbox: &str, detail: Privacy) -> Self {
        let raw = raw.get(..MESSAGE_BYTES).unwrap_or(raw);
        let envelope = Envelope::read(&Message::read(raw));
        let key = match &envelope.message_id {
            Some(id) => digest(&[id.as_bytes()]),
            None => digest(&[raw]),
        };
        Self {
            envelope: envelope.within(detail),
            ..Self::unread(mailbox, key)
        }
    }

    /// A message that can't be read: mail arrived, and that is all.
    pub fn unreadable(raw: &[u8], mailbox: &str) -> Self {
        Self::unread(mailbox, digest(&[raw.get(..MESSAGE_BYTES).unwrap_or(raw)]))
    }

    fn unread(mailbox: &str, mut key: String) -> Self {
        key.truncate(32);
        Self {
            mailbox: settled(mailbox, |name| text::clean(name, text::NAME_CHARS)).unwrap_or_else(|| "INBOX".to_owned()),
            key,
            envelope: Envelope::default(),
        }
    }

    /// The item's id: the same for the same message in the same mailbox, so that publishing it twice makes one item.
    pub fn item(&self, account: &str) -> String {
        let mut mailbox = digest(&[account.as_bytes(), b"\0", self.mailbox.as_bytes()]);
        mailbox.truncate(12);
        format!("{mailbox}-{}", self.key)
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
        ];
        element("mail")
            .attr(xml_ncname!("account").to_owned(), account)
            .attr(xml_ncname!("mailbox").to_owned(), self.mailbox.as_str())
            .append_all(children.into_iter().flatten())
            .build()
    }
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
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
