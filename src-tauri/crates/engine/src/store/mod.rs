//! What arrived: every event once, unread or not, searchable. One SQLite file per profile.
//!
//! Writes go through one thread and reads through another, so that a long query never holds up an arrival. All methods
//! return once the change is committed, so "stored before notified" is a matter of awaiting [`Store::append`]; it is synced
//! to the disk right after.

mod append;
mod former;
mod marks;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod worker;
mod write;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use mailwren_core::act::Act;
use mailwren_core::arrival::{Arrival, ItemKey, Stored};
use mailwren_core::marks::{Deed, Mark};
use mailwren_core::policy::Reason;
use mailwren_core::said::Said;
use mailwren_core::view::{Filter, Row};
use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use self::marks::TakenOver;
pub use self::schema::SetAside;
use self::worker::Worker;

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum StoreError {
    /// The file was written by a later version. It was left as it is.
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest schema version known here.
        known: i64,
    },
    /// The database is broken and a new one in its place is as well: the disk is to be suspected.
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        reason: String,
    },
    /// The file or its folder can't be made or moved.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite failed: disk full, locked by another process for long, …
    Sqlite(#[from] rusqlite::Error),
    /// The store was closed.
    Closed,
}

impl StoreError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Newer { path, found, known } => Said::word("store-newer")
                .with("path", path.display())
                .with("found", found.to_string())
                .with("known", known.to_string()),
            Self::Corrupt { path, reason } => Said::word("store-corrupt")
                .with("path", path.display())
                .with("why", reason),
            Self::Io { path, source } => Said::at(path, Said::text(source)),
            Self::Sqlite(error) => Said::word("store-failed").with("why", error.to_string()),
            Self::Closed => Said::word("store-closed"),
        }
    }
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether there are more behind them.
    pub more: bool,
    /// The store's revision when they were read; for [`Store::changes`] the revision to ask from next.
    pub rev: i64,
}

/// A handle of the store; clones share it.
#[derive(Clone)]
pub struct Store {
    writer: Worker,
    reader: Worker,
    dir: Arc<Path>,
}

impl Store {
    /// Opens the database in `dir`, which is made if it isn't there (0700, files 0600). A broken database is moved
    /// aside, never deleted, and a new one begun: the second value then says where the old one is. One of a former version is
    /// copied to `events.before-N.sqlite` before it gets the schema N. Blocks; meant for
    /// the start of the program.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a file of a later version, which is left as it is.
    pub fn open(dir: &Path) -> Result<(Self, Option<SetAside>), StoreError> {
        let (writer, aside) = schema::open(dir)?;
        let reader = schema::reader(dir)?;
        let thread = |source| StoreError::Io {
            path: dir.to_owned(),
            source,
        };
        let mut log = schema::Log::of(dir);
        let sync = move || {
            if let Err(error) = log.sync() {
                tracing::error!(%error, "the store couldn't be synced to the disk");
            }
        };
        let store = Self {
            writer: Worker::spawn("store-write", writer, sync).map_err(thread)?,
            reader: Worker::spawn("store-read", reader, || ()).map_err(thread)?,
            dir: dir.into(),
        };
        Ok((store, aside))
    }

    /// Ends the store after what was asked before; other handles get [`StoreError::Closed`] from then on.
    pub async fn close(&self) -> Result<(), StoreError> {
        // The writer last: the last connection to close folds the log back into the database.
        let reader = self.reader.close().await;
        self.writer.close().await.and(reader)
    }

    /// Frees what is only held to be quicker next time.
    pub async fn shrink(&self) -> Result<(), StoreError> {
        self.writer
            .run(|connection| connection.execute_batch("PRAGMA shrink_memory"))
            .await?;
        self.reader
            .run(|connection| connection.execute_batch("PRAGMA shrink_memory"))
            .await
    }

    /// Makes sure that the database is sound, and can be written.
    pub async fn check(&self) -> Result<(), StoreError> {
        let sound: String = self
            .read(|connection| connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)))
            .await?;
        if sound != "ok" {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            return Err(rusqlite::Error::SqliteFailure(code, Some(sound)).into());
        }
        // What is written is what stands there already: the mark of the last check.
        self.set("checked", Some(String::new())).await
    }

    /// One write transaction.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer
            .run(move |connection| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let value = work(&transaction)?;
                transaction.commit()?;
                Ok(value)
            })
            .await
    }

    /// One read transaction: all that is read inside is of one moment.
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.reader
            .run(move |connection| {
                let transaction = connection.transaction()?;
                work(&transaction)
            })
            .await
    }

    /// Stores events, all or none. One outcome each, in order.
    ///
    /// The identity of an event is account, service, node, item id and payload digest. An event without an item id is
    /// always new. An id used again with another payload is a new row, and the rows it had before are gone and no
    /// longer unread; a popup still owed for one of them is owed for the new row. No popup is owed for a message whose
    /// Message-ID the account has told of before. Kinds `gone`, `cleared` and `closed` are kept as history that is
    /// never unread: what they do to other rows is [`Store::retract`] and [`Store::purge`].
    pub async fn append(&self, arrivals: Vec<Arrival>) -> Result<Vec<Stored>, StoreError> {
        self.write(move |t| append::append(t, &arrivals)).await
    }

    /// An item was retracted: its rows are gone, and read where their dialect
    /// [mirrors what is unread](mailwren_core::event::Dialect::mirrors_unread). Gives the rows that changed.
    pub async fn retract(&self, key: ItemKey, at: Timestamp) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::retract(t, &key, at)).await
    }

    /// A node was emptied, with the same consequence for all its rows. Gives the rows that changed.
    pub async fn purge(
        &self,
        account: String,
        service: String,
        node: String,
        at: Timestamp,
    ) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::purge(t, [&account, &service, &node], at))
            .await
    }

    /// The node's items were exactly `present` at the time `as_of`: rows of others, unless they were sent since, are gone
    /// and read, where their dialect mirrors what is unread. Only for a list that is complete. Gives the rows that changed.
    pub async fn reconcile(
        &self,
        account: String,
        service: String,
        node: String,
        present: Vec<String>,
        as_of: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::reconcile(t, [&account, &service, &node], &present, as_of, at))
            .await
    }

    /// Unread rows that only say that one of an account's folders changed, or may have, give way to what was found there, if
    /// they were stored before an instant. Gives them.
    pub async fn give_way(
        &self,
        account: String,
        folders: Vec<String>,
        before: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::give_way(t, &account, &folders, before, at))
            .await
    }

    /// Marks rows read, or unread again. With a `changed` row that is read the older ones of its node are read too:
    /// they stand for one and the same box. Gives the rows that changed.
    pub async fn mark(&self, seqs: Vec<i64>, read: bool, at: Timestamp) -> Result<Vec<Row>, StoreError> {
        let deed = if read { Deed::Read } else { Deed::Unread };
        self.noted(deed, at, move |t| write::mark(t, &seqs, read, at)).await
    }

    /// Marks unread rows of a filter read: the newest of those that are older than a row, at most `limit`. Gives the rows that
    /// changed, newest first.
    pub async fn mark_filtered(
        &self,
        filter: Filter,
        before: i64,
        limit: usize,
        at: Timestamp,
    ) -> Result<Vec<Row>, StoreError> {
        self.noted(Deed::Read, at, move |t| {
            write::mark_filtered(t, filter, before, limit, at)
        })
        .await
    }

    /// Puts unread rows off until an instant; `None` takes it back. Gives the rows that changed.
    pub async fn snooze(
        &self,
        seqs: Vec<i64>,
        until: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Vec<Row>, StoreError> {
        let deed = until.map_or(Deed::Unread, Deed::Snoozed);
        self.noted(deed, at, move |t| write::snooze(t, &seqs, until)).await
    }

    /// A person closed the popup of these rows, so none is owed for them. Gives those that are still unread.
    pub async fn dismiss(&self, seqs: Vec<i64>, at: Timestamp) -> Result<Vec<Row>, StoreError> {
        self.noted(Deed::Dismissed, at, move |t| write::dismiss(t, &seqs)).await
    }

    /// What a person does, with a mark of it that waits for the other devices: both or neither.
    async fn noted<F>(&self, deed: Deed, at: Timestamp, work: F) -> Result<Vec<Row>, StoreError>
    where
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<Vec<Row>> + Send + 'static,
    {
        self.write(move |t| {
            let rows = work(t)?;
            marks::note(t, &rows, deed, at)?;
            Ok(rows)
        })
        .await
    }

    /// Does what was done on an account's other devices; the newest of an item stands. What comes before its item is
    /// kept, and done once that arrives.
    pub async fn take_over(&self, account: String, marks: Vec<Mark>, now: Timestamp) -> Result<TakenOver, StoreError> {
        self.write(move |t| marks::take_over(t, &account, &marks, now)).await
    }

    /// What an account's other devices have still to hear of, oldest first, at most `limit`.
    pub async fn untold(&self, account: String, limit: usize) -> Result<Vec<Mark>, StoreError> {
        self.read(move |c| marks::untold(c, &account, limit)).await
    }

    /// An account's other devices can hear of these now.
    pub async fn told(&self, account: String, marks: Vec<Mark>) -> Result<(), StoreError> {
        self.write(move |t| marks::told(t, &account, &marks)).await
    }

    /// A person has the messages of rows moved out of their folder: they are gone, and read. Gives the rows that changed;
    /// others aren't there any more, or are no messages.
    pub async fn act(&self, seqs: Vec<i64>, act: Act, at: Timestamp) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::act(t, &seqs, act, at)).await
    }

    /// What [`Store::act`] did couldn't be done: the rows are as they were. Gives the rows that changed.
    pub async fn not_acted(&self, seqs: Vec<i64>) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::put_back(t, &seqs, false)).await
    }

    /// What [`Store::act`] did was taken back: the rows are as they were, until their messages arrive as new items. Gives
    /// the rows that changed.
    pub async fn undone(&self, seqs: Vec<i64>) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::put_back(t, &seqs, true)).await
    }

    /// Rows that were put off are due: a popup is owed for those that are still unread. Gives these.
    pub async fn wake(&self, seqs: Vec<i64>) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::wake(t, &seqs)).await
    }

    /// Rows that a person put off, due or not.
    pub async fn snoozed(&self) -> Result<Vec<Row>, StoreError> {
        self.read(read::snoozed).await
    }

    /// Keeps with rows what became of their popups. Gives the rows that changed.
    pub async fn explain(&self, reasons: Vec<(i64, Reason)>) -> Result<Vec<Row>, StoreError> {
        self.write(move |t| write::explain(t, &reasons)).await
    }

    /// Rows for which a popup is still owed, oldest first. A row read or gone meanwhile owes none.
    pub async fn owed(&self) -> Result<Vec<Row>, StoreError> {
        self.read(read::owed).await
    }

    /// The popups of these rows were shown, or aren't wanted.
    pub async fn notified(&self, seqs: Vec<i64>) -> Result<(), StoreError> {
        self.write(move |t| write::notified(t, &seqs)).await
    }

    /// No popup is owed for any row any more.
    pub async fn disown(&self) -> Result<(), StoreError> {
        self.write(write::disown).await
    }

    /// Which of these item ids of a node were ever stored, even if gone.
    pub async fn known_items(
        &self,
        account: String,
        service: String,
        node: String,
        items: Vec<String>,
    ) -> Result<HashSet<String>, StoreError> {
        self.read(move |c| read::known_items(c, [&account, &service, &node], &items))
            .await
    }

    /// Nodes (account, service, node) of which everything was seen once, so that what comes now is news.
    pub async fn baselines(&self) -> Result<Vec<(String, String, String)>, StoreError> {
        self.read(read::baselines).await
    }

    /// Everything on the node was seen.
    pub async fn set_baseline(&self, account: String, service: String, node: String) -> Result<(), StoreError> {
        self.write(move |t| write::set_baseline(t, [&account, &service, &node]))
            .await
    }

    /// Rows of a filter, newest first, older than `before`; at most `limit`, and at most 500.
    pub async fn feed(&self, filter: Filter, before: Option<i64>, limit: u32) -> Result<Page, StoreError> {
        self.read(move |c| read::feed(c, &filter, before, limit)).await
    }

    /// Rows changed after revision `since`, oldest change first; at most `limit`, and at most 500.
    pub async fn changes(&self, since: i64, limit: u32) -> Result<Page, StoreError> {
        self.read(move |c| read::changes(c, since, limit)).await
    }

    /// One row.
    pub async fn row(&self, seq: i64) -> Result<Option<Row>, StoreError> {
        self.read(move |c| read::row(c, seq)).await
    }

    /// Unread rows per account; accounts without any are left out. However many `changed` rows of one node are unread,
    /// they count as one: all they say is that something is there.
    pub async fn unread(&self) -> Result<Vec<(String, u32)>, StoreError> {
        self.read(read::unread).await
    }

    /// Arrivals per hour of the last `hours` (at most a year's), oldest first; the last is the hour of `now`. Hours
    /// begin where they do in UTC.
    pub async fn arrivals(&self, now: Timestamp, hours: u32) -> Result<Vec<u32>, StoreError> {
        self.read(move |c| read::arrivals(c, now, hours)).await
    }

    /// The first `most` names of mailboxes that rows have, all or those of an account, in order.
    pub async fn mailboxes(&self, account: Option<String>, most: u32) -> Result<Vec<String>, StoreError> {
        self.read(move |c| read::mailboxes(c, account.as_deref(), most)).await
    }

    /// Deletes everything of an account, and the copy of a former database with what it holds of it.
    pub async fn forget(&self, account: String) -> Result<(), StoreError> {
        self.write(move |t| write::forget(t, &account)).await?;
        self.remove_former(None).await
    }

    async fn remove_former(&self, before: Option<Timestamp>) -> Result<(), StoreError> {
        let dir = Arc::clone(&self.dir);
        let removed = self.writer.run(move |_| Ok(former::remove(&dir, before))).await?;
        removed.map_err(|source| StoreError::Io {
            path: self.dir.to_path_buf(),
            source,
        })
    }

    /// Deletes rows received before an instant, unless a popup is owed for them or they were put off. Items that are still published aren't
    /// taken for new ones when they arrive again. A copy of a former database that was made before goes, too. Gives how many rows
    /// were deleted.
    pub async fn sweep(&self, before: Timestamp) -> Result<usize, StoreError> {
        let swept = self.write(move |t| write::sweep(t, before)).await?;
        self.remove_former(Some(before)).await?;
        Ok(swept)
    }

    /// The newest revision.
    pub async fn rev(&self) -> Result<i64, StoreError> {
        self.read(read::rev).await
    }

    /// A value kept by [`Store::set`].
    pub async fn get(&self, key: impl Into<String>) -> Result<Option<String>, StoreError> {
        let key = key.into();
        self.read(move |c| read::setting(c, &key)).await
    }

    /// All values whose keys begin so, with their keys.
    pub async fn beginning(&self, prefix: String) -> Result<Vec<(String, String)>, StoreError> {
        self.read(move |c| read::settings(c, &prefix)).await
    }

    /// Keeps a small value; `None` forgets it.
    pub async fn set(&self, key: impl Into<String>, value: Option<String>) -> Result<(), StoreError> {
        let key = key.into();
        self.write(move |t| write::set(t, &key, value.as_deref())).await
    }
}
