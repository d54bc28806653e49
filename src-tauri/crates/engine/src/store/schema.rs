//! Opening the database file: its mode, its version, and what happens when it is broken.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{StoreError, former};

/// The database's name in its folder.
pub const FILE: &str = "events.sqlite";

/// `application_id` of our files, set by the first migration.
const APPLICATION: i64 = 0x4d57_524e;

/// Each raises `user_version` by one.
const MIGRATIONS: &[&str] = &[
    include_str!("1.sql"),
    include_str!("2.sql"),
    include_str!("3.sql"),
    include_str!("4.sql"),
    include_str!("5.sql"),
    include_str!("6.sql"),
    include_str!("7.sql"),
];

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(10);
/// Memory that each connection may take for pages, in KiB, half of what SQLite would take; the system caches the file, too.
const CACHE_KIB: i64 = 1024;

/// More than there are.
const STATEMENTS: usize = 64;

/// A database of more bytes is checked in whole only if it wasn't closed in order.
const CHECKED_ALWAYS: u64 = 8 * 1024 * 1024;

/// A broken database that was moved out of the way; nothing of it was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Where it is now.
    pub path: PathBuf,
    /// What SQLite said of it.
    pub reason: String,
}

/// Why a database couldn't be opened.
enum Fault {
    /// It is broken or not ours.
    Corrupt(String),
    /// Anything else.
    Other(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
            _ => Self::Other(error.into()),
        }
    }
}

/// Opens the database in `dir` for writing; creates what is missing and sets a broken one aside.
pub fn open(dir: &Path) -> Result<(Connection, Option<SetAside>), StoreError> {
    let path = dir.join(FILE);
    private_files(dir, &path).map_err(|source| StoreError::Io {
        path: path.clone(),
        source,
    })?;
    match writer(&path) {
        Ok(connection) => Ok((connection, None)),
        Err(Fault::Other(error)) => Err(error),
        Err(Fault::Corrupt(reason)) => {
            let aside = set_aside(&path).map_err(|source| StoreError::Io {
                path: path.clone(),
                source,
            })?;
            private_files(dir, &path).map_err(|source| StoreError::Io {
                path: path.clone(),
                source,
            })?;
            match writer(&path) {
                Ok(connection) => Ok((connection, Some(SetAside { path: aside, reason }))),
                Err(Fault::Corrupt(reason)) => Err(StoreError::Corrupt { path, reason }),
                Err(Fault::Other(error)) => Err(error),
            }
        }
    }
}

/// What was written lately, which SQLite itself leaves to the system to bring to the disk. What was acknowledged to the server
/// (XEP-0198) and isn't kept by a node has no second source, so it is synced after each commit; but nobody who waits for a
/// commit has to wait for the disk.
pub struct Log {
    path: PathBuf,
    file: Option<File>,
}

impl Log {
    /// That of the database in `dir`.
    pub fn of(dir: &Path) -> Self {
        Self {
            path: suffixed(&dir.join(FILE), "-wal"),
            file: None,
        }
    }

    /// Returns once all of it is on the disk.
    pub fn sync(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path)?,
        };
        file.sync_data()?;
        self.file = Some(file);
        Ok(())
    }
}

/// A second connection, which can't write.
pub fn reader(dir: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(dir.join(FILE), flags)?;
    connection.busy_timeout(BUSY)?;
    keep_plans(&connection)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(connection)
}

fn writer(path: &Path) -> Result<Connection, Fault> {
    // Whoever closed it last would have taken the log with them.
    let closed = !suffixed(path, "-wal").exists();
    let large = fs::metadata(path).is_ok_and(|file| file.len() > CHECKED_ALWAYS);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    keep_plans(&connection)?;
    let version = pragma(&connection, "user_version")?;
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    if objects > 0 && pragma(&connection, "application_id")? != APPLICATION {
        return Err(Fault::Corrupt("this isn't a database of Mailwren".to_owned()));
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(Fault::Other(StoreError::Newer {
            path: path.to_owned(),
            found: version,
            known,
        }));
    }
    // All pages of a large one are read for seconds. Those that broke on their own are met sooner or later.
    if !(large && closed) {
        let check: String = connection.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?;
        if check != "ok" {
            return Err(Fault::Corrupt(check));
        }
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // The log is whole, whatever is missing of its end after a power cut; see [`Log`].
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    if (1..known).contains(&version)
        && let Some(dir) = path.parent()
    {
        former::keep(&connection, dir, known).map_err(Fault::Other)?;
    }
    migrate(&mut connection)?;
    Ok(connection)
}

/// Statements are prepared once: an arrival takes more of them than are kept by default. And values don't decide on plans:
/// otherwise SQLite plans a prepared statement anew for each value that it compares with a partial index's condition, which
/// took half of the time of an arrival.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    // Immediate, and the version read inside: of two processes that start together the second finds nothing to do.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = pragma(&transaction, "user_version")?;
    let done = usize::try_from(version).unwrap_or_default();
    for (migration, number) in MIGRATIONS.iter().zip(1_i64..).skip(done) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    transaction.commit()
}

/// Makes folder and file so that nobody else can read them; SQLite gives `-wal` and `-shm` the database's own mode.
fn private_files(dir: &Path, path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    fs::set_permissions(dir, Permissions::from_mode(0o700))?;
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    for file in [path.to_owned(), suffixed(path, "-wal"), suffixed(path, "-shm")] {
        match fs::set_permissions(&file, Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let aside = (1_u32..)
        .map(|n| match n {
            1 => path.with_file_name(format!("events.corrupt-{stamp}.sqlite")),
            _ => path.with_file_name(format!("events.corrupt-{stamp}-{n}.sqlite")),
        })
        .find(|candidate| !candidate.exists())
        .ok_or(io::ErrorKind::AlreadyExists)?;
    // The log first: a database without it is older, a log without its database would be applied to the next one.
    for suffix in ["-wal", "-shm"] {
        match fs::rename(suffixed(path, suffix), suffixed(&aside, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(path, &aside)?;
    Ok(aside)
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
