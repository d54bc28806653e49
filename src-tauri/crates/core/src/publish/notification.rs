//! What Dovecot's push notifications tell, as its OX driver PUTs them and a Lua script POSTs them; the fields are those of
//! [`crate::payload::ox`].

use super::{Envelope, Uid};
use crate::event::{Event, Kind};
use crate::payload::ox;

/// No notification is longer, in bytes.
pub const NOTIFICATION_BYTES: usize = ox::JSON_BYTES;

/// What happened in whose mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The mail server's name for whose it is.
    pub user: String,
    /// What happened.
    pub news: News,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A message arrived.
    Arrived {
        /// The mailbox, hierarchy by `/`.
        mailbox: String,
        /// The message.
        uid: Uid,
        /// What is told of it, raw.
        envelope: Box<Envelope>,
        /// Unseen messages in the mailbox.
        unseen: Option<u32>,
    },
    /// A message was read, moved or deleted.
    Gone {
        /// The mailbox, hierarchy by `/`.
        mailbox: String,
        /// The message.
        uid: Uid,
    },
    /// Nothing that changes what is unread, as far as can be seen.
    Other,
}

/// Why a notification can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotificationError {
    /// It is no JSON object, or has no `event`.
    #[error("this is no notification of Dovecot's: a JSON object with an \"event\"")]
    Foreign,
    /// It doesn't say whose mailbox it is about.
    #[error("the notification names no user")]
    Nobody,
    /// It doesn't say which message it is about.
    #[error("the notification doesn't say which message it is about: \"imap-uidvalidity\" and \"imap-uid\"")]
    NoMessage,
}

impl Notification {
    /// Reads one.
    ///
    /// # Errors
    /// When it is none, or says too little.
    pub fn read(json: &[u8]) -> Result<Self, NotificationError> {
        let mut event = Event::bare(Kind::Changed);
        if !ox::read_json(json, &mut event) {
            return Err(NotificationError::Foreign);
        }
        let user = event.user.take().ok_or(NotificationError::Nobody)?;
        let number = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
        let uid = || {
            let (uidvalidity, uid) = (number(event.uidvalidity), number(event.uid));
            let (uidvalidity, uid) = uidvalidity.zip(uid).ok_or(NotificationError::NoMessage)?;
            Ok(Uid { uidvalidity, uid })
        };
        let news = match event.kind {
            Kind::New => News::Arrived {
                uid: uid()?,
                unseen: number(event.unseen),
                mailbox: event.mailbox.unwrap_or_default(),
                envelope: Box::new(Envelope {
                    from: event.from,
                    subject: event.subject,
                    snippet: event.snippet,
                    message_id: event.message_id,
                    date: event.sent_at,
                }),
            },
            Kind::Gone => News::Gone {
                uid: uid()?,
                mailbox: event.mailbox.unwrap_or_default(),
            },
            _ => News::Other,
        };
        Ok(Self { user, news })
    }
}
