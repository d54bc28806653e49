//! When mail servers were last heard of, by the account that publishes; and when that is to be told.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// How often it is told; `docs/protocol.md` allows 15 minutes.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// When it is tried again if it can't be told.
const AGAIN: Duration = Duration::from_secs(60);

/// The contacts of all accounts.
#[derive(Debug, Default)]
pub(super) struct Contacts(Mutex<BTreeMap<Option<String>, Contact>>);

#[derive(Debug)]
struct Contact {
    last: Timestamp,
    /// When it is told next; at once for the first.
    due: Option<Instant>,
}

/// An account of which something is to be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beat {
    /// The account that publishes; `None` for the only one.
    pub(super) account: Option<String>,
    /// When the mail server was last heard of.
    pub(super) contact: Timestamp,
}

impl Contacts {
    /// A mail server told something, or answered.
    pub(super) fn heard(&self, account: Option<&str>, at: Timestamp) {
        let mut contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let contact = contacts
            .entry(account.map(str::to_owned))
            .or_insert(Contact { last: at, due: None });
        contact.last = contact.last.max(at);
    }

    /// One that is to be told now.
    pub(super) fn due(&self, now: Instant) -> Option<Beat> {
        let contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = contacts
            .iter()
            .filter(|(_, contact)| contact.due.is_none_or(|due| due <= now));
        due.next().map(|(account, contact)| Beat {
            account: account.clone(),
            contact: contact.last,
        })
    }

    /// It was told, or couldn't be, for want of a person maybe.
    pub(super) fn told(&self, beat: &Beat, now: Instant, again_soon: bool) {
        let mut contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(contact) = contacts.get_mut(&beat.account) {
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
        contacts.heard(Some("sam@example.org"), at(0));
        let first = contacts.due(start).unwrap();
        assert_eq!(first.contact, at(0));
        contacts.told(&first, start, true);
        assert_eq!(contacts.due(start), None);
        assert_eq!(contacts.due(start + AGAIN).as_ref(), Some(&first));
        contacts.told(&first, start, false);
        contacts.heard(Some("sam@example.org"), at(3));
        contacts.heard(Some("sam@example.org"), at(2));
        assert_eq!(contacts.due(start + AGAIN), None);
        assert_eq!(contacts.due(start + EVERY).unwrap().contact, at(3));
        contacts.told(&first, start + EVERY, false);
        assert_eq!(
            contacts.due(start + 2 * EVERY).unwrap().contact,
            at(3),
            "though nothing was heard since"
        );
    }
}
