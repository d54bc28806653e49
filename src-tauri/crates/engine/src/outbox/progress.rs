//! What is known of earlier attempts to send, kept beside the outbox. Losing it costs attempts and nothing else.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use mailwren_core::act::MessageAt;
use mailwren_core::publish::uid_of;
use serde::{Deserialize, Serialize};

use super::Target;
use crate::xmpp::LoginMemory;

const FILE: &str = "progress";

/// Until it is tried again, where the server or the network has to come back; doubled each time.
const SOON: Duration = Duration::from_secs(1);
/// No such wait is longer, so that mail is told within this time of the server's return.
const LONGEST: Duration = Duration::from_secs(30);
/// Where trying has a price: a wrong password isn't sent with every mail, nor a person asked for one.
const PERSON: Duration = Duration::from_secs(600);
/// More folders than this at a target aren't acted upon.
const MOST_FOLDERS: usize = 1_000;
/// Of so many items of before their UID was known it is remembered.
const MOST_UIDS: usize = 200;

/// What is in the way of mail for a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// What went wrong last.
    pub message: String,
    /// What a person can do.
    pub hint: Option<String>,
    /// Whether it doesn't pass by itself.
    pub needs_person: bool,
    /// Attempts that failed, one after another.
    pub tries: u32,
    /// When it is tried again.
    pub next_try: Timestamp,
    /// Whether it is tried again after a long time only.
    #[serde(skip)]
    costly: bool,
}

impl Obstacle {
    /// Something that may be gone the next time.
    pub(super) const fn passing(message: String, hint: Option<String>) -> Self {
        Self {
            message,
            hint,
            needs_person: false,
            tries: 0,
            next_try: Timestamp::UNIX_EPOCH,
            costly: false,
        }
    }

    /// Something that a person has to mend in the configuration, which is soon seen.
    pub(super) fn configuration(message: String, hint: Option<String>) -> Self {
        Self {
            needs_person: true,
            ..Self::passing(message, hint)
        }
    }

    /// Something else that a person has to mend.
    pub(super) fn lasting(message: String, hint: Option<String>) -> Self {
        Self {
            costly: true,
            ..Self::configuration(message, hint)
        }
    }
}

/// A target and what is known of it.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    target: Target,
    obstacle: Option<Obstacle>,
    /// Items that were published there, the oldest first.
    #[serde(default)]
    items: Vec<String>,
    /// By the id that its UID would have given it: an item that was published before its message had one.
    #[serde(default)]
    adopted: BTreeMap<String, String>,
    /// The mailboxes of what was published, by the digits that begin the items' ids.
    #[serde(default)]
    folders: BTreeMap<String, Folder>,
    /// Items that were published before their message had a UID, and the ids that this gave them; kept after they were
    /// taken back, the oldest first.
    #[serde(default)]
    uids: Vec<(String, String)>,
}

/// A folder of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Folder {
    /// The publisher's name for whose it is.
    name: String,
    folder: String,
}

impl Known {
    /// An item that was published under this key and that nobody adopted, in whatever mailbox: a filter may file a mail
    /// elsewhere than it said.
    fn early(&self, key: Option<&str>) -> Option<String> {
        let key = key?;
        let is_of = |item: &&String| item.split_once('-').is_some_and(|(_, of)| of == key);
        let is_free = |item: &&String| !self.adopted.values().any(|adopted| adopted == *item);
        self.items.iter().filter(is_of).find(is_free).cloned()
    }
}

/// What is known of earlier attempts.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Progress {
    targets: Vec<Known>,
    /// How strong logins were, by account.
    pub(super) logins: BTreeMap<String, LoginMemory>,
}

impl Progress {
    pub(super) fn load(dir: &Path) -> Self {
        let text = std::fs::read(dir.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    pub(super) fn save(&self, dir: &Path) -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.persist(dir.join(FILE))?;
        Ok(())
    }

    pub(super) fn obstacle(&self, target: &Target) -> Option<&Obstacle> {
        let exact = self.targets.iter().find(|known| known.target == *target);
        // Whoever leaves the account out means the only one.
        let (service, node) = (&target.service, &target.node);
        let mut others = self.targets.iter().filter(|_| target.account.is_none());
        let known =
            exact.or_else(|| others.find(|other| other.target.service == *service && other.target.node == *node));
        known.and_then(|known| known.obstacle.as_ref())
    }

    fn known(&mut self, target: &Target) -> Option<&mut Known> {
        if !self.targets.iter().any(|known| known.target == *target) {
            self.targets.push(Known {
                target: target.clone(),
                obstacle: None,
                items: Vec::new(),
                adopted: BTreeMap::new(),
                folders: BTreeMap::new(),
                uids: Vec::new(),
            });
        }
        self.targets.iter_mut().find(|known| known.target == *target)
    }

    /// When mail for a target may be tried. A clock that was set back doesn't put it off for long.
    pub(super) fn due(&self, target: &Target, now: Timestamp) -> bool {
        self.obstacle(target)
            .is_none_or(|obstacle| obstacle.next_try <= now || obstacle.next_try > now + PERSON)
    }

    /// An attempt failed.
    pub(super) fn failed(&mut self, target: &Target, obstacle: Obstacle, now: Timestamp) {
        let Some(known) = self.known(target) else { return };
        let before = known
            .obstacle
            .as_ref()
            .filter(|o| o.needs_person == obstacle.needs_person);
        let before = before.map_or(0, |before| before.tries);
        let wait = if obstacle.costly {
            PERSON
        } else {
            SOON.saturating_mul(1 << before.min(10)).min(LONGEST)
        };
        known.obstacle = Some(Obstacle {
            tries: before.saturating_add(1),
            next_try: now + wait,
            ..obstacle
        });
    }

    /// All went through.
    pub(super) fn passed(&mut self, target: &Target) {
        if let Some(known) = self.known(target) {
            known.obstacle = None;
        }
    }

    /// An item was published; gives the one that makes room for it, where `most` are there already.
    pub(super) fn published(&mut self, target: &Target, item: String, most: usize) -> Option<String> {
        let known = self.known(target)?;
        known.items.retain(|other| *other != item);
        known.items.push(item);
        let oldest = (known.items.len() > most).then(|| known.items.remove(0));
        known.adopted.retain(|_, adopted| Some(&*adopted) != oldest.as_ref());
        oldest
    }

    /// Whether a mail was told before: by its own item, or by one of before its UID was known, which is adopted.
    pub(super) fn told(&mut self, target: &Target, item: &str, early_key: Option<&str>) -> bool {
        let Some(known) = self.targets.iter_mut().find(|known| known.target == *target) else {
            return false;
        };
        if known.items.iter().any(|told| told == item) || known.adopted.contains_key(item) {
            return true;
        }
        let Some(early) = known.early(early_key) else {
            return false;
        };
        known.uids.retain(|(other, _)| *other != early);
        known.uids.push((early.clone(), item.to_owned()));
        if known.uids.len() > MOST_UIDS {
            known.uids.remove(0);
        }
        known.adopted.insert(item.to_owned(), early);
        true
    }

    /// An item of this folder is published.
    pub(super) fn place(&mut self, target: &Target, item: &str, name: &str, folder: &str) {
        let (Some(known), Some((digits, _))) = (self.known(target), item.split_once('-')) else {
            return;
        };
        if known.folders.len() < MOST_FOLDERS || known.folders.contains_key(digits) {
            let (name, folder) = (name.to_owned(), folder.to_owned());
            known.folders.insert(digits.to_owned(), Folder { name, folder });
        }
    }

    /// Whose mailbox an item's message is in, and where.
    pub(super) fn locate(&self, target: &Target, item: &str) -> Option<(String, MessageAt)> {
        let known = self.targets.iter().find(|known| known.target == *target)?;
        let by_uid = known.uids.iter().find(|(early, _)| early == item);
        let (digits, uid) = uid_of(by_uid.map_or(item, |(_, item)| item))?;
        let Folder { name, folder } = known.folders.get(digits)?.clone();
        let message = MessageAt {
            folder,
            uid: Some(uid),
            message_id: None,
        };
        Some((name, message))
    }

    /// The item that a mail was told by.
    pub(super) fn told_by(&self, target: &Target, item: &str, early_key: Option<&str>) -> String {
        let known = self.targets.iter().find(|known| known.target == *target);
        let other = known.filter(|known| !known.items.iter().any(|told| told == item));
        let other = other.and_then(|known| known.adopted.get(item).cloned().or_else(|| known.early(early_key)));
        other.unwrap_or_else(|| item.to_owned())
    }

    /// An item was taken back, and its mail may be told anew.
    pub(super) fn retracted(&mut self, target: &Target, item: &str) {
        if let Some(known) = self.targets.iter_mut().find(|known| known.target == *target) {
            known.items.retain(|other| other != item);
            known.adopted.retain(|_, adopted| adopted != item);
        }
    }

    /// What is known of a target as a person wrote it is known of what that means.
    pub(super) fn settle(&mut self, written: &Target, meant: &Target) {
        let place = self.targets.iter().position(|known| known.target == *written);
        if written != meant
            && let Some(place) = place
        {
            let before = self.targets.remove(place);
            if let Some(known) = self.known(meant) {
                known.items.splice(0..0, before.items);
                known.folders.extend(before.folders);
                known.uids.splice(0..0, before.uids);
            }
        }
    }

    /// Forgets targets that nothing was published to.
    pub(super) fn tidy(&mut self) {
        self.targets
            .retain(|known| known.obstacle.is_some() || !known.items.is_empty() || !known.folders.is_empty());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T21:00:00Z".parse().unwrap()
    }

    #[test]
    fn waits_grow_to_half_a_minute_and_a_person_is_given_ten() {
        let (mut progress, target) = (Progress::default(), Target::default());
        assert!(progress.due(&target, now()));
        let mut waits = Vec::new();
        for _ in 0..7 {
            progress.failed(&target, Obstacle::passing("down".to_owned(), None), now());
            let next = progress.obstacle(&target).unwrap().next_try;
            waits.push(next.duration_since(now()).as_secs());
            assert!(!progress.due(&target, now()) && progress.due(&target, next));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        progress.failed(&target, Obstacle::lasting("no".to_owned(), None), now());
        let obstacle = progress.obstacle(&target).unwrap();
        assert_eq!((obstacle.tries, obstacle.next_try), (1, now() + PERSON));
        assert!(progress.due(&target, now() - PERSON), "the clock was set back");
        progress.passed(&target);
        assert!(progress.due(&target, now()));
    }

    #[test]
    fn the_oldest_item_makes_room_and_one_published_again_is_the_newest() {
        let (mut progress, target) = (Progress::default(), Target::default());
        let mut publish = |item: &str| progress.published(&target, item.to_owned(), 2);
        assert_eq!((publish("a"), publish("b"), publish("a")), (None, None, None));
        assert_eq!(publish("c").as_deref(), Some("b"));
    }

    #[test]
    fn an_item_of_before_the_uid_was_known_is_adopted_and_taken_back_by_its_own_id() {
        let (mut progress, target) = (Progress::default(), Target::default());
        assert!(!progress.told(&target, "box-9-1", Some("key")));
        progress.published(&target, "other-key".to_owned(), 2);
        assert!(!progress.told(&target, "box-9-1", None));
        assert!(progress.told(&target, "box-9-1", Some("key")));
        assert!(progress.told(&target, "box-9-1", None), "known by now");
        assert!(!progress.told(&target, "box-9-2", Some("key")), "adopted once");
        assert_eq!(progress.told_by(&target, "box-9-1", None), "other-key");
        progress.retracted(&target, "other-key");
        assert_eq!(progress.told_by(&target, "box-9-1", Some("key")), "box-9-1");
        assert!(!progress.told(&target, "box-9-1", Some("key")));
        // Taken back before the mail server told that it has a UID.
        progress.published(&target, "other-key".to_owned(), 2);
        assert_eq!(progress.told_by(&target, "box-9-1", Some("key")), "other-key");
    }

    #[test]
    fn it_is_known_where_a_message_is_from_its_item_alone_also_after_that_was_taken_back() {
        let (mut progress, target) = (Progress::default(), Target::default());
        let (item, early) = ("0123456789ab-9-1", "0123456789ff-key");
        progress.place(&target, item, "sam", "Lists/rust");
        progress.published(&target, early.to_owned(), 2);
        assert!(progress.told(&target, item, Some("key")));
        progress.retracted(&target, early);
        progress.tidy();
        for known in [item, early] {
            let (name, at) = progress.locate(&target, known).unwrap();
            let uid = at.uid.map(|uid| uid.to_string());
            assert_eq!(
                (name.as_str(), at.folder.as_str(), uid.as_deref()),
                ("sam", "Lists/rust", Some("9-1"))
            );
        }
        for unknown in [
            "ffffffffffff-9-1",
            "0123456789ff-other",
            "x",
            "0123456789ab-9-x",
            "0123456789ab-9-1-1",
        ] {
            assert_eq!(progress.locate(&target, unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_only_account_left_out_is_the_same_as_named() {
        let mut progress = Progress::default();
        let (written, meant) = (
            Target::default(),
            Target {
                account: Some("sam@example.org".to_owned()),
                ..Target::default()
            },
        );
        progress.published(&written, "a".to_owned(), 2);
        progress.published(&meant, "b".to_owned(), 2);
        progress.settle(&written, &meant);
        progress.settle(&meant, &meant);
        assert!(progress.told(&meant, "a", None) && progress.told(&meant, "b", None));
        assert_eq!(progress.published(&meant, "c".to_owned(), 2).as_deref(), Some("a"));
    }
}
