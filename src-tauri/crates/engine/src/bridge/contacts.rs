//! When mail servers were last heard of, by the account that publishes, and where commands are taken; and when that is to
//! be told.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use mailwren_core::adhoc::Offer;
use mailwren_core::heartbeat::Publisher;
use tokio::time::Instant;

/// How often it is told; `docs/protocol.md` allows 15 minutes.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// When it is tried again if it can't be told.
const AGAIN: Duration = Duration::from_secs(60);

/// The contacts of all accounts.
#[derive(Debug, Default)]
pub(super) struct Contacts(Mutex<BTreeMap<String, Contact>>);

#[derive(Debug, Default)]
struct Contact {
    publisher: Publisher,
    /// When it is told next; at once for the first, and for where commands are taken.
    due: Option<Instant>,
}

/// An account of which something is to be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beat {
    /// The account that publishes.
    pub(super) account: String,
    /// What.
    pub(super) publisher: Publisher,
}

impl Contacts {
    /// A mail server told something, or answered.
    pub(super) fn heard(&self, account: &str, at: Timestamp) {
        let mut contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let contact = contacts.entry(account.to_owned()).or_default();
        if contact.publisher.contact.is_none() {
            contact.due = None;
        }
        contact.publisher.contact = contact.publisher.contact.max(Some(at));
    }

    /// Commands are taken there, or nowhere any more.
    pub(super) fn offered(&self, account: &str, offer: Option<Offer>) {
        let mut contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let contact = contacts.entry(account.to_owned()).or_default();
        if contact.publisher.offer != offer {
            contact.publisher.offer = offer;
            contact.due = None;
        }
    }

    /// One that is to be told now.
    pub(super) fn due(&self, now: Instant) -> Option<Beat> {
        let contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = contacts
            .iter()
            .filter(|(_, contact)| contact.due.is_none_or(|due| due <= now));
        due.next().map(|(account, contact)| Beat {
            account: account.clone(),
            publisher: contact.publisher.clone(),
        })
    }

    /// What is to be told at the end: that no commands are taken any more where some were.
    pub(super) fn last(&self) -> Vec<Beat> {
        let mut contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = contacts
            .iter_mut()
            .filter_map(|(account, contact)| contact.publisher.offer.take().map(|_| (account, contact)));
        taken
            .map(|(account, contact)| Beat {
                account: account.clone(),
                publisher: contact.publisher.clone(),
            })
            .collect()
    }

    /// It was told, or couldn't be, for want of a person maybe.
    pub(super) fn told(&self, beat: &Beat, now: Instant, again_soon: bool) {
        let mut contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where commands are taken may have changed meanwhile.
        let same = |contact: &&mut Contact| contact.publisher.offer == beat.publisher.offer;
        if let Some(contact) = contacts.get_mut(&beat.account).filter(same) {
            contact.due = Some(now + if again_soon { AGAIN } else { EVERY });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_contact_is_told_at_once_and_the_last_one_every_ten_minutes() {
        let (contacts, start) = (Contacts::default(), Instant::now());
        assert_eq!(contacts.due(start), None, "nothing was heard");
        let at = |minute: i64| Timestamp::UNIX_EPOCH + Duration::from_secs(minute.unsigned_abs() * 60);
        contacts.heard("sam@example.org", at(0));
        let first = contacts.due(start).unwrap();
        assert_eq!(first.publisher.contact, Some(at(0)));
        contacts.told(&first, start, true);
        assert_eq!(contacts.due(start), None);
        assert_eq!(contacts.due(start + AGAIN).as_ref(), Some(&first));
        contacts.told(&first, start, false);
        contacts.heard("sam@example.org", at(3));
        contacts.heard("sam@example.org", at(2));
        assert_eq!(contacts.due(start + AGAIN), None);
        assert_eq!(contacts.due(start + EVERY).unwrap().publisher.contact, Some(at(3)));
        contacts.told(&first, start + EVERY, false);
        assert_eq!(
            contacts.due(start + 2 * EVERY).unwrap().publisher.contact,
            Some(at(3)),
            "though nothing was heard since"
        );
    }

    #[test]
    fn where_commands_are_taken_is_told_at_once() {
        let (contacts, now) = (Contacts::default(), Instant::now());
        let offer = |resource: &str| Offer {
            jid: format!("sam@example.org/{resource}").parse().unwrap(),
            nodes: Vec::new(),
        };
        contacts.offered("sam@example.org", Some(offer("a")));
        let first = contacts.due(now).unwrap();
        assert_eq!(
            (first.publisher.contact, first.publisher.offer.as_ref()),
            (None, Some(&offer("a")))
        );
        // A new session while the last one was being told.
        contacts.offered("sam@example.org", Some(offer("b")));
        contacts.told(&first, now, false);
        let second = contacts.due(now).unwrap();
        assert_eq!(second.publisher.offer, Some(offer("b")));
        contacts.told(&second, now, false);
        assert_eq!(contacts.due(now), None);
        contacts.offered("sam@example.org", None);
        assert_eq!(contacts.due(now).unwrap().publisher, Publisher::default());
    }
}
