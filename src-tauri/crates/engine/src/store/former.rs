//! The database as a former version left it: copied before a newer one changes its form, so that there is a way back. A copy
//! holds mail as the database does, so it goes when that would be deleted.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::Connection;

use super::StoreError;

/// What names of copies begin with; the first schema that they didn't know comes behind it.
const PREFIX: &str = "events.before-";
/// What their names end with.
const SUFFIX: &str = ".sqlite";

/// Copies the database before it gets the schema `newer`. Former copies go: one way back is enough.
///
/// # Errors
/// If there is no room for it: then the database should be left as it is.
pub fn keep(connection: &Connection, dir: &Path, newer: i64) -> Result<(), StoreError> {
    let copy = dir.join(format!("{PREFIX}{newer}{SUFFIX}"));
    let unfinished = copy.with_extension("part");
    let failed = |source| StoreError::Io {
        path: copy.clone(),
        source,
    };
    let made = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished);
    let file = made.map_err(failed)?;
    // SQLite takes a file that is there if it is empty.
    connection.execute("VACUUM INTO ?", [unfinished.to_string_lossy()])?;
    file.sync_all().map_err(failed)?;
    remove(dir, None).map_err(failed)?;
    fs::rename(&unfinished, &copy).map_err(failed)?;
    tracing::info!(copy = %copy.display(), "the store was copied, and gets a newer form");
    Ok(())
}

/// Removes copies, or only those made before an instant.
pub fn remove(dir: &Path, before: Option<Timestamp>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !(name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            continue;
        }
        let made = Timestamp::try_from(entry.metadata()?.modified()?).unwrap_or(Timestamp::MAX);
        if before.is_none_or(|before| made < before) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
