//! What every source tells comes in here, and lies safely in the outbox when it has.

use jiff::Timestamp;
use mailwren_core::publish::{Envelope, Gone, Mail, Uid};
use tokio::sync::{Mutex, Notify};

use super::config::Mailbox;
use super::contacts::Contacts;
use crate::outbox::{Action, Entry, Outbox, OutboxError};

/// The way into the outbox.
#[derive(Debug)]
pub(super) struct Intake {
    outbox: Outbox,
    /// One at a time, so that all goes out in the order in which it was told.
    turn: Mutex<()>,
    /// Told whenever something was put in.
    pub(super) wake: Notify,
    /// When mail servers were last heard of.
    pub(super) contacts: Contacts,
}

impl Intake {
    pub(super) fn new(outbox: Outbox) -> Self {
        Self {
            outbox,
            turn: Mutex::default(),
            wake: Notify::new(),
            contacts: Contacts::default(),
        }
    }

    /// A message arrived in a mailbox.
    ///
    /// # Errors
    /// When the outbox can't be written.
    pub(super) async fn arrived(
        &self,
        mailbox: &Mailbox,
        folder: &str,
        uid: Uid,
        envelope: Envelope,
        unseen: Option<u32>,
    ) -> Result<(), OutboxError> {
        let mail = Mail::stored(folder, uid, envelope, unseen, mailbox.detail);
        self.put(mailbox, Action::Mail(mail)).await
    }

    /// A message was read, moved or deleted.
    ///
    /// # Errors
    /// When the outbox can't be written.
    pub(super) async fn gone(
        &self,
        mailbox: &Mailbox,
        folder: &str,
        uid: Uid,
        message_id: Option<&str>,
    ) -> Result<(), OutboxError> {
        let gone = Gone::stored(folder, uid, message_id);
        self.put(mailbox, Action::Gone(gone)).await
    }

    /// The mail server of a mailbox answered, or told something.
    pub(super) fn heard(&self, mailbox: &Mailbox) {
        // Who reads a node of a service doesn't read the publisher's own.
        if mailbox.target.service.is_none() {
            self.contacts.heard(&mailbox.publisher, Timestamp::now());
        }
    }

    async fn put(&self, mailbox: &Mailbox, action: Action) -> Result<(), OutboxError> {
        let entry = Entry {
            queued_at: Timestamp::now(),
            target: mailbox.target.clone(),
            name: Some(mailbox.name.clone()),
            action,
        };
        let _turn = self.turn.lock().await;
        let outbox = self.outbox.clone();
        // It waits for the disk.
        let put = tokio::task::spawn_blocking(move || outbox.append(&entry)).await;
        put.unwrap_or_else(|ended| Err(self.outbox.unwritten(ended.into())))?;
        self.wake.notify_one();
        Ok(())
    }
}
