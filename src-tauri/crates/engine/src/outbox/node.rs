//! What is known of one node: what was published there, from which mailboxes. Each has a file of its own, so that a publisher of
//! thousands of them reads and writes what it is about, and no more.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use mailwren_core::act::MessageAt;
use mailwren_core::publish::uid_of;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Target;
use crate::profile::private_dir;

/// The folder of these files.
const FOLDER: &str = "nodes";
/// Digits that a file's name has.
const DIGITS: usize = 32;
/// More folders than this at a target aren't acted upon.
const MOST_FOLDERS: usize = 1_000;
/// Of so many items of before their UID was known it is remembered.
const MOST_UIDS: usize = 200;

/// What is known of a node.
#[derive(Debug, Default)]
pub(super) struct Node {
    path: PathBuf,
    /// By who publishes there: an account that was left out may be the one that is named elsewhere.
    known: Vec<Known>,
    changed: bool,
}

/// A target and what is known of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Known {
    target: Target,
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
    /// Who was let in to read.
    #[serde(default)]
    reader: Option<String>,
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

    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.folders.is_empty() && self.reader.is_none()
    }
}

impl Node {
    /// What is known of a target's node; `dir` is the outbox.
    pub(super) fn load(dir: &Path, target: &Target) -> Self {
        let path = dir.join(FOLDER).join(name(target));
        let text = std::fs::read(&path).unwrap_or_default();
        Self {
            known: serde_json::from_slice(&text).unwrap_or_default(),
            path,
            changed: false,
        }
    }

    /// Keeps what changed. Losing it costs attempts and nothing else, so that it needn't be on the disk at once.
    pub(super) fn save(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        self.known.retain(|known| !known.is_empty());
        if self.known.is_empty() {
            return match std::fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let mut file = match tempfile::Builder::new().prefix(".new-").tempfile_in(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                private_dir(folder).map_err(io::Error::other)?;
                tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?
            }
            file => file?,
        };
        file.write_all(&serde_json::to_vec(&self.known)?)?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Takes in what an earlier version kept elsewhere.
    pub(super) fn take_in(dir: &Path, known: Known) -> io::Result<()> {
        let mut node = Self::load(dir, &known.target);
        if node.of(&known.target).is_none() {
            node.known.push(known);
            node.changed = true;
        }
        node.save()
    }

    fn of(&self, target: &Target) -> Option<&Known> {
        self.known.iter().find(|known| known.target == *target)
    }

    /// The same to be changed.
    fn change(&mut self, target: &Target) -> Option<&mut Known> {
        self.changed = true;
        self.known.iter_mut().find(|known| known.target == *target)
    }

    fn known(&mut self, target: &Target) -> Option<&mut Known> {
        if self.of(target).is_none() {
            self.known.push(Known {
                target: target.clone(),
                items: Vec::new(),
                adopted: BTreeMap::new(),
                folders: BTreeMap::new(),
                uids: Vec::new(),
                reader: None,
            });
        }
        self.change(target)
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
        let Some(known) = self.of(target) else {
            return false;
        };
        if known.items.iter().any(|told| told == item) || known.adopted.contains_key(item) {
            return true;
        }
        let Some(early) = known.early(early_key) else {
            return false;
        };
        let Some(known) = self.change(target) else {
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
        let Some((digits, _)) = item.split_once('-') else {
            return;
        };
        let is_here = |known: &Folder| known.name == name && known.folder == folder;
        if self
            .of(target)
            .and_then(|known| known.folders.get(digits))
            .is_some_and(is_here)
        {
            return;
        }
        let Some(known) = self.known(target) else { return };
        if known.folders.len() < MOST_FOLDERS || known.folders.contains_key(digits) {
            let (name, folder) = (name.to_owned(), folder.to_owned());
            known.folders.insert(digits.to_owned(), Folder { name, folder });
        }
    }

    /// Whose mailbox an item's message is in, and where.
    pub(super) fn locate(&self, target: &Target, item: &str) -> Option<(String, MessageAt)> {
        let known = self.of(target)?;
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
        let other = self
            .of(target)
            .filter(|known| !known.items.iter().any(|told| told == item));
        let other = other.and_then(|known| known.adopted.get(item).cloned().or_else(|| known.early(early_key)));
        other.unwrap_or_else(|| item.to_owned())
    }

    /// An item was taken back, and its mail may be told anew.
    pub(super) fn retracted(&mut self, target: &Target, item: &str) {
        if let Some(known) = self.change(target) {
            known.items.retain(|other| other != item);
            known.adopted.retain(|_, adopted| adopted != item);
        }
    }

    /// What is known of a target as a person wrote it is known of what that means.
    pub(super) fn settle(&mut self, written: &Target, meant: &Target) {
        let place = self.known.iter().position(|known| known.target == *written);
        if written != meant
            && let Some(place) = place
        {
            let before = self.known.remove(place);
            if let Some(known) = self.known(meant) {
                known.items.splice(0..0, before.items);
                known.folders.extend(before.folders);
                known.uids.splice(0..0, before.uids);
                known.reader = known.reader.take().or(before.reader);
            }
        }
    }

    /// Whether this reader was let in.
    pub(super) fn has_admitted(&self, target: &Target, reader: &str) -> bool {
        self.of(target).and_then(|known| known.reader.as_deref()) == Some(reader)
    }

    /// A reader was let in.
    pub(super) fn admitted(&mut self, target: &Target, reader: &str) {
        if let Some(known) = self.known(target) {
            known.reader = Some(reader.to_owned());
        }
    }
}

/// Who publishes isn't part of it: it may be left out.
fn name(target: &Target) -> String {
    let mut digest = Sha256::new();
    digest.update(target.service.as_deref().unwrap_or_default());
    digest.update([0]);
    digest.update(&target.node);
    let mut name = HEXLOWER.encode(&digest.finalize());
    name.truncate(DIGITS);
    name + ".json"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_oldest_item_makes_room_and_one_published_again_is_the_newest() {
        let (mut node, target) = (Node::default(), Target::default());
        let mut publish = |item: &str| node.published(&target, item.to_owned(), 2);
        assert_eq!((publish("a"), publish("b"), publish("a")), (None, None, None));
        assert_eq!(publish("c").as_deref(), Some("b"));
    }

    #[test]
    fn an_item_of_before_the_uid_was_known_is_adopted_and_taken_back_by_its_own_id() {
        let (mut node, target) = (Node::default(), Target::default());
        assert!(!node.told(&target, "box-9-1", Some("key")));
        node.published(&target, "other-key".to_owned(), 2);
        assert!(!node.told(&target, "box-9-1", None));
        assert!(node.told(&target, "box-9-1", Some("key")));
        assert!(node.told(&target, "box-9-1", None), "known by now");
        assert!(!node.told(&target, "box-9-2", Some("key")), "adopted once");
        assert_eq!(node.told_by(&target, "box-9-1", None), "other-key");
        node.retracted(&target, "other-key");
        assert_eq!(node.told_by(&target, "box-9-1", Some("key")), "box-9-1");
        assert!(!node.told(&target, "box-9-1", Some("key")));
        // Taken back before the mail server told that it has a UID.
        node.published(&target, "other-key".to_owned(), 2);
        assert_eq!(node.told_by(&target, "box-9-1", Some("key")), "other-key");
    }

    #[test]
    fn it_is_known_where_a_message_is_from_its_item_alone_also_after_that_was_taken_back() {
        let (mut node, target) = (Node::default(), Target::default());
        let (item, early) = ("0123456789ab-9-1", "0123456789ff-key");
        node.place(&target, item, "sam", "Lists/rust");
        node.published(&target, early.to_owned(), 2);
        assert!(node.told(&target, item, Some("key")));
        node.retracted(&target, early);
        for known in [item, early] {
            let (name, at) = node.locate(&target, known).unwrap();
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
            assert_eq!(node.locate(&target, unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_only_account_left_out_is_the_same_as_named() {
        let mut node = Node::default();
        let (written, meant) = (
            Target::default(),
            Target {
                account: Some("sam@example.org".to_owned()),
                ..Target::default()
            },
        );
        node.published(&written, "a".to_owned(), 2);
        node.published(&meant, "b".to_owned(), 2);
        node.settle(&written, &meant);
        node.settle(&meant, &meant);
        assert!(node.told(&meant, "a", None) && node.told(&meant, "b", None));
        assert_eq!(node.published(&meant, "c".to_owned(), 2).as_deref(), Some("a"));
    }

    #[test]
    fn what_is_known_is_kept_and_nothing_is_kept_of_what_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::default();
        let mut node = Node::load(dir.path(), &target);
        node.published(&target, "a".to_owned(), 2);
        node.admitted(&target, "sam@example.org");
        node.save().unwrap();
        let mut node = Node::load(dir.path(), &target);
        assert!(node.told(&target, "a", None) && node.has_admitted(&target, "sam@example.org"));
        assert!(!node.has_admitted(&target, "zoe@example.org"));
        let file = node.path.clone();
        node.known.iter_mut().for_each(|known| known.reader = None);
        node.retracted(&target, "a");
        node.save().unwrap();
        assert!(!file.exists());
        let other = Target {
            node: "other".to_owned(),
            ..target.clone()
        };
        assert_ne!(name(&target), name(&other));
    }
}
