//! How far each folder of a mailbox is published, kept in a file, so that what happens while the bridge is away is told
//! once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use mailwren_core::mirror::Position;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::profile::private_dir;

/// Hex digits of a file's name.
const DIGITS: usize = 16;

/// The positions of one mailbox.
#[derive(Debug)]
pub(super) struct Positions {
    path: PathBuf,
    kept: Kept,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    mailbox: String,
    folders: BTreeMap<String, Position>,
}

impl Positions {
    /// Those of the mailbox with this name. What can't be read is set aside, and every folder is seen for the first time
    /// again.
    pub(super) fn load(data: &Path, mailbox: &str) -> io::Result<Self> {
        let dir = data.join("mailboxes");
        private_dir(&dir).map_err(io::Error::other)?;
        let mut name = HEXLOWER.encode(&Sha256::digest(mailbox.as_bytes()));
        name.truncate(DIGITS);
        let path = dir.join(name);
        let nothing = Kept {
            mailbox: mailbox.to_owned(),
            folders: BTreeMap::new(),
        };
        let kept = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => nothing,
            bytes => match serde_json::from_slice::<Kept>(&bytes?) {
                Ok(kept) => kept,
                Err(error) => {
                    tracing::warn!(mailbox, %error, "how far it was published can't be read: it begins anew");
                    std::fs::rename(&path, path.with_extension("broken"))?;
                    nothing
                }
            },
        };
        Ok(Self { path, kept })
    }

    pub(super) fn get(&self, folder: &str) -> Option<&Position> {
        self.kept.folders.get(folder)
    }

    /// The names of all folders.
    pub(super) fn folders(&self) -> Vec<String> {
        self.kept.folders.keys().cloned().collect()
    }

    /// Keeps how far a folder is published; `None` forgets it. It is on the disk when this returns.
    pub(super) async fn set(&mut self, folder: &str, position: Option<Position>) -> io::Result<()> {
        if self.get(folder) == position.as_ref() {
            return Ok(());
        }
        let mut kept = self.kept.clone();
        match position {
            Some(position) => kept.folders.insert(folder.to_owned(), position),
            None => kept.folders.remove(folder),
        };
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || write(&path, &kept).map(|()| kept)).await;
        self.kept = written.map_err(io::Error::other)??;
        Ok(())
    }
}

/// All of it, or nothing.
fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
    file.write_all(&serde_json::to_vec(kept)?)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    // The name has to be on the disk as well.
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mailwren_core::mirror::Opened;

    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_there_again_and_what_is_broken_begins_anew() {
        let data = tempfile::tempdir().unwrap();
        let mut positions = Positions::load(data.path(), "sam").unwrap();
        let mut position = Position::first(&Opened {
            uidvalidity: 7,
            next: Some(9),
            modseq: Some(3),
        });
        position.published(5);
        positions.set("INBOX", Some(position.clone())).await.unwrap();
        positions.set("Lists", Some(position.clone())).await.unwrap();
        positions.set("Lists", None).await.unwrap();
        let again = Positions::load(data.path(), "sam").unwrap();
        assert_eq!((again.get("INBOX"), again.folders().len()), (Some(&position), 1));
        assert_eq!(Positions::load(data.path(), "zoe").unwrap().get("INBOX"), None);
        std::fs::write(&again.path, "{").unwrap();
        assert_eq!(Positions::load(data.path(), "sam").unwrap().get("INBOX"), None);
    }
}
