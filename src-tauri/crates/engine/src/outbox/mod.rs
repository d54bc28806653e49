//! Mail that waits to be published, and items that wait to be taken back: a folder with a file for each, which survives
//! whatever ends the process.
//!
//! Any number of processes put entries in, each for one message and in no time. One takes it out ([`sending`]), in order,
//! and removes a file once the server has the item. Should it be killed in between, the item is published once more
//! with the same id and payload, which changes nothing.

pub(crate) mod background;
mod failed;
mod lane;
mod node;
pub(crate) mod origin;
mod progress;
pub mod sending;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use jiff::Timestamp;
use mailwren_core::MAIL_NODE;
use mailwren_core::act::MessageAt;
use mailwren_core::publish::{Gone, Mail};
use mailwren_core::said::Said;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::profile::{Profile, private_dir, try_lock};
use crate::xmpp::LoginMemory;

use self::node::Node;
pub use self::progress::Obstacle;
use self::progress::Progress;

/// No more is taken in than about this, a day's mail of thousands of mailboxes: what was taken in isn't lost for what comes.
const MOST: usize = 100_000;
/// No entry is larger, in bytes.
const ENTRY_BYTES: u64 = 64 << 10;
/// How often an id is looked for that nobody else took just now.
const TRIES: u32 = 1_000;

/// So many threads bring entries to the disk, which makes one wait for it of theirs.
const THREADS: usize = 4;
/// At every such place it is looked how much waits, and which places are taken: the folder may be a large one.
const LOOK_AT: u64 = 64;

/// Where mail is published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// The account or component that publishes; `None` for the only account that is configured.
    pub account: Option<String>,
    /// The pubsub service; `None` for the account itself.
    pub service: Option<String>,
    /// The node.
    pub node: String,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            account: None,
            service: None,
            node: MAIL_NODE.to_owned(),
        }
    }
}

/// What is to be done, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was put in.
    pub queued_at: Timestamp,
    /// Where it goes.
    #[serde(flatten)]
    pub target: Target,
    /// The publisher's own name for whose mailbox it is; `None` for the JID that publishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The bare JID that is let in to read the node, at a pubsub service; `None` where that is somebody else's to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// What is to be done.
    #[serde(flatten)]
    pub action: Action,
}

/// What is done with an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A mail is published.
    Mail(Mail),
    /// The item of a mail is taken back, and everybody is told.
    Gone(Gone),
}

impl Action {
    /// The id of the item that it is about, where `account` is the publisher's name for whose mailbox it is.
    pub fn item(&self, account: &str) -> String {
        match self {
            Self::Mail(mail) => mail.item(account),
            Self::Gone(gone) => gone.item(account),
        }
    }

    /// The mailbox that it is about.
    pub fn mailbox(&self) -> &str {
        match self {
            Self::Mail(mail) => &mail.mailbox,
            Self::Gone(gone) => &gone.mailbox,
        }
    }
}

/// An entry that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its place: lower ones go first.
    pub id: u64,
    /// The entry.
    pub entry: Entry,
}

/// Why the outbox can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub struct OutboxError {
    /// What of it.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl OutboxError {
    /// For people.
    pub fn said(&self) -> Said {
        Said::word("outbox-trouble").with("why", Said::at(&self.path, Said::text(&self.source)))
    }
}

/// A profile's outbox.
#[derive(Debug, Clone)]
pub struct Outbox {
    dir: PathBuf,
    /// The place that was given last, by whoever shares this; 0 before the first.
    last: Arc<AtomicU64>,
}

impl Outbox {
    /// That of a profile; it needn't be there yet.
    pub fn of(profile: &Profile) -> Self {
        Self {
            dir: profile.data_dir().join("outbox"),
            last: Arc::default(),
        }
    }

    /// Puts an entry in; gives its place. Once this returns, the entry survives a power cut.
    ///
    /// # Errors
    /// When the folder can't be written, most likely because the disk is full. Nothing is left behind then.
    pub fn append(&self, entry: &Entry) -> Result<u64, OutboxError> {
        let ids = self.append_all(std::slice::from_ref(entry))?;
        ids.first()
            .copied()
            .ok_or_else(|| self.failed(io::ErrorKind::WriteZero.into()))
    }

    /// The same for many, in order. They wait for the disk together: one by one, a busy mail server would wait long.
    ///
    /// # Errors
    /// As [`Outbox::append`]; then none of them is in.
    pub fn append_all(&self, entries: &[Entry]) -> Result<Vec<u64>, OutboxError> {
        private_dir(&self.dir).map_err(|error| self.failed(io::Error::other(error)))?;
        self.put(entries).map_err(|source| self.failed(source))
    }

    fn put(&self, entries: &[Entry]) -> io::Result<Vec<u64>> {
        let mut files = self.write(entries)?;
        let mut ids = Vec::new();
        for file in files.drain(..) {
            match self.name(file) {
                Ok(id) => ids.push(id),
                Err(error) => {
                    for id in ids {
                        self.take_out(id).ok();
                    }
                    return Err(error);
                }
            }
        }
        // The names have to be on the disk as well.
        File::open(&self.dir)?.sync_all()?;
        Ok(ids)
    }

    /// Entries in files without a place yet, on the disk. A file system that is asked by many at once brings what they ask for
    /// to the disk at once.
    fn write(&self, entries: &[Entry]) -> io::Result<Vec<NamedTempFile>> {
        let write = |entry: &Entry| {
            // Only its owner can read a temporary file.
            let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.dir)?;
            file.write_all(&serde_json::to_vec(entry)?)?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        if let [entry] = entries {
            return Ok(vec![write(entry)?]);
        }
        let share = entries.len().div_ceil(THREADS).max(1);
        let written = thread::scope(|scope| {
            let parts: Vec<_> = entries
                .chunks(share)
                .map(|part| scope.spawn(move || part.iter().map(write).collect::<io::Result<Vec<_>>>()))
                .collect();
            let ended = |_| Err(io::Error::other("a thread that writes ended"));
            let parts = parts.into_iter().map(|part| part.join().unwrap_or_else(ended));
            parts.collect::<io::Result<Vec<_>>>()
        })?;
        Ok(written.into_iter().flatten().collect())
    }

    /// Gives a file its place, the next one. Others may have taken it.
    fn name(&self, mut file: NamedTempFile) -> io::Result<u64> {
        let last = self.last.load(Ordering::Relaxed);
        let mut next = (!last.is_multiple_of(LOOK_AT)).then(|| last.saturating_add(1));
        for _ in 0..TRIES {
            let id = match next.take() {
                Some(id) => id,
                None => {
                    let ids = self.list()?;
                    if ids.len() >= MOST {
                        let full = format!("{} mails wait in it already", ids.len());
                        return Err(io::Error::new(io::ErrorKind::StorageFull, full));
                    }
                    ids.last().map_or(1, |last| last.saturating_add(1))
                }
            };
            match file.persist_noclobber(self.path(id)) {
                Ok(_) => {
                    self.last.store(id, Ordering::Relaxed);
                    return Ok(id);
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
                Err(error) => return Err(error.error),
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// The places that are taken, in order.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn ids(&self) -> Result<Vec<u64>, OutboxError> {
        self.list().map_err(|source| self.failed(source))
    }

    fn list(&self) -> io::Result<Vec<u64>> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut ids = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
            ids.extend(id.and_then(|id| id.parse::<u64>().ok()));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// What waits, in order. A file that can't be read as an entry is set aside.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn waiting(&self) -> Result<Vec<Waiting>, OutboxError> {
        let mut waiting = Vec::new();
        for id in self.ids()? {
            waiting.extend(self.fetch(id)?);
        }
        Ok(waiting)
    }

    /// What waits at a place; `None` if it was sent meanwhile, or can't be read as an entry, and is set aside.
    fn fetch(&self, id: u64) -> Result<Option<Waiting>, OutboxError> {
        match self.read(id) {
            Ok(entry) => Ok(entry.map(|entry| Waiting { id, entry })),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                tracing::warn!(id, %error, "a mail in the outbox can't be read, and is set aside");
                let path = self.path(id);
                fs::rename(&path, path.with_extension("broken")).map_err(|source| self.failed(source))?;
                Ok(None)
            }
            Err(source) => Err(self.failed(source)),
        }
    }

    fn read(&self, id: u64) -> io::Result<Option<Entry>> {
        let mut bytes = Vec::new();
        match File::open(self.path(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?.take(ENTRY_BYTES).read_to_end(&mut bytes)?,
        };
        match serde_json::from_slice(&bytes) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        }
    }

    /// Where the messages of items are that were published at a target: the publisher's name for whose mailbox it is, and
    /// the place in it; `None` where that isn't known.
    pub(crate) fn locate(&self, target: &Target, items: &[String]) -> Vec<Option<(String, MessageAt)>> {
        let node = Node::load(&self.dir, target);
        items.iter().map(|item| node.locate(target, item)).collect()
    }

    /// As if an item of this folder had been published.
    #[cfg(test)]
    pub(crate) fn know(&self, target: &Target, item: &str, name: &str, folder: &str) {
        private_dir(&self.dir).ok();
        let mut node = Node::load(&self.dir, target);
        node.place(target, item, name, folder);
        node.save().ok();
    }

    /// How strong an account's logins were.
    pub(crate) fn logins_of(&self, account: &str) -> LoginMemory {
        Progress::load(&self.dir)
            .logins
            .get(account)
            .copied()
            .unwrap_or_default()
    }

    /// Why mail for a target still waits; `None` if nothing is in its way.
    pub fn obstacle(&self, target: &Target) -> Option<Obstacle> {
        Progress::load(&self.dir).obstacle(target).cloned()
    }

    fn remove(&self, id: u64) -> Result<(), OutboxError> {
        self.take_out(id).map_err(|source| self.failed(source))
    }

    fn take_out(&self, id: u64) -> io::Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// `background` while one process sees to it that all is sent, `attempt` while one is sending.
    fn lock(&self, name: &str) -> Result<Option<File>, OutboxError> {
        private_dir(&self.dir).map_err(|error| self.failed(io::Error::other(error)))?;
        try_lock(&self.dir.join(name)).map_err(|source| self.failed(source))
    }

    fn path(&self, id: u64) -> PathBuf {
        self.dir.join(format!("{id:020}.json"))
    }

    fn dir(&self) -> &Path {
        &self.dir
    }

    /// What kept an entry from being put in.
    pub(crate) fn unwritten(&self, source: io::Error) -> OutboxError {
        self.failed(source)
    }

    fn failed(&self, source: io::Error) -> OutboxError {
        OutboxError {
            path: self.dir.clone(),
            source,
        }
    }
}

/// Leaves the session and the process group of whoever started this process, so that it outlives a mail server's
/// delivery.
///
/// # Errors
/// When it leads a process group already.
pub fn detach() -> io::Result<()> {
    rustix::process::setsid()?;
    Ok(())
}
