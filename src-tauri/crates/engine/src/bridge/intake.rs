//! What every source tells comes in here, and lies safely in the outbox when it has.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use mailwren_core::publish::{Envelope, Gone, Mail, Uid};
use tokio::sync::{Notify, oneshot};

use super::config::Mailbox;
use super::contacts::Contacts;
use crate::outbox::{Action, Entry, Outbox, OutboxError};

/// The way into the outbox.
#[derive(Debug)]
pub(super) struct Intake {
    outbox: Outbox,
    /// What was told and isn't put in yet, in the order in which all of it goes out.
    told: Mutex<Vec<Told>>,
    /// One at a time puts in what was told meanwhile.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Told whenever something was put in.
    pub(super) wake: Notify,
    /// When mail servers were last heard of.
    pub(super) contacts: Contacts,
}

/// Something to be put in, and who waits for that.
#[derive(Debug)]
struct Told {
    entry: Entry,
    put: oneshot::Sender<Result<(), OutboxError>>,
}

impl Intake {
    pub(super) fn new(outbox: Outbox) -> Self {
        Self {
            outbox,
            told: Mutex::default(),
            turn: Arc::default(),
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
            reader: mailbox.reader().map(str::to_owned),
            action,
        };
        let (put, is_in) = oneshot::channel();
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Told { entry, put });
        let turn = self.turn.clone().lock_owned().await;
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
        // Else it went in with what others told.
        if !told.is_empty() {
            let outbox = self.outbox.clone();
            // It waits for the disk, and goes on to do so if who told of one of them doesn't wait any more.
            tokio::task::spawn_blocking(move || {
                let _turn = turn;
                put_in(&outbox, told);
            });
        }
        let ended = |_| Err(self.outbox.unwritten(std::io::Error::other("it wasn't put in")));
        is_in.await.unwrap_or_else(ended)?;
        self.wake.notify_one();
        Ok(())
    }
}

/// Puts in what was told, and says so to who waits.
fn put_in(outbox: &Outbox, told: Vec<Told>) {
    let (entries, puts): (Vec<Entry>, Vec<_>) = told.into_iter().map(|Told { entry, put }| (entry, put)).unzip();
    match outbox.append_all(&entries) {
        Ok(_) => {
            for put in puts {
                put.send(Ok(())).ok();
            }
        }
        Err(error) => {
            for put in puts {
                let source = std::io::Error::new(error.source.kind(), error.source.to_string());
                put.send(Err(outbox.unwritten(source))).ok();
            }
        }
    }
}
