//! Changes, each within a transaction of the caller's.

use jiff::{SignedDuration, Timestamp};
use mailwren_core::act::Act;
use mailwren_core::arrival::ItemKey;
use mailwren_core::event::Dialect;
use mailwren_core::model::says_changed;
use mailwren_core::policy::Reason;
use mailwren_core::view::{Filter, Row};
use rusqlite::types::Value;
use rusqlite::{Params, Transaction, params};

use super::read::{self, ITEM, Node, OWING, READ_BEFORE, SNOOZED, dialect_named};
use crate::mailbox::positions_of;

/// How long an item that is still published, but never arrives again, is remembered after its row was swept.
const REMEMBER_SWEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// To take one row's words out of the search index takes as long as to write those of so many rows anew.
const ROWS_FOR_ONE: i64 = 500;

const NODE: &str = "account = ? AND service = ? AND node = ? AND kind IN ('new', 'changed')";

/// What happens to a row.
#[derive(Clone, Copy)]
pub enum Change {
    /// Its item went. Read as well if its dialect mirrors what is unread: then it was read, moved or deleted elsewhere.
    Gone(Timestamp, Dialect),
    /// Its item's id is used by another payload.
    Replaced(Timestamp),
    /// A person saw it.
    Read(Timestamp),
    /// A person wants to see it again.
    Unread,
    /// Its item is published again.
    Revived,
    /// A person put it off until then.
    Snoozed(Timestamp),
    /// A person took that back.
    Unsnoozed,
    /// It was put off until now: a popup is owed for it again.
    Woken,
    /// A person had its message moved.
    Acted(Act, Timestamp),
    /// It wasn't moved after all.
    NotActed,
    /// It was moved back.
    Undone,
}

impl Change {
    /// What it assigns; `?3` is when. Going leaves `owed` as it is: see `append::told`.
    const fn assignments(self) -> &'static str {
        match self {
            Self::Gone(_, dialect) if dialect.mirrors_unread() => "gone_at = ?3, read_at = ifnull(read_at, ?3)",
            Self::Gone(..) => "gone_at = ?3",
            Self::Replaced(_) => "gone_at = ?3, replaced = 1, owed = 0, snoozed_until = NULL",
            Self::Read(_) => "read_at = ?3, owed = 0, snoozed_until = NULL",
            Self::Unread => "read_at = NULL",
            Self::Revived => {
                "gone_at = NULL, read_at = NULL, replaced = 0, owed = 0, snoozed_until = NULL, acted = NULL"
            }
            Self::Snoozed(_) => "snoozed_until = ?3, owed = 0",
            Self::Unsnoozed => "snoozed_until = NULL",
            Self::Woken => "snoozed_until = NULL, owed = 1",
            Self::Acted(..) => {
                "gone_at = ?3, acted = ?4, read_at = ifnull(read_at, ?3), owed = 0, snoozed_until = NULL"
            }
            // What was unread was read by that alone.
            Self::NotActed => "read_at = nullif(read_at, gone_at), gone_at = NULL, acted = NULL",
            Self::Undone => "read_at = nullif(read_at, gone_at), gone_at = NULL, acted = 'undone'",
        }
    }

    pub fn apply(self, t: &Transaction<'_>, seq: i64) -> rusqlite::Result<Row> {
        let sql = format!("UPDATE event SET rev = ?1, {} WHERE seq = ?2", self.assignments());
        let mut statement = t.prepare_cached(&sql)?;
        let rev = next_rev(t)?;
        match self {
            Self::Gone(at, _) | Self::Replaced(at) | Self::Read(at) | Self::Snoozed(at) => {
                statement.execute(params![rev, seq, at.as_microsecond()])?
            }
            Self::Acted(act, at) => statement.execute(params![rev, seq, at.as_microsecond(), act.name()])?,
            Self::Unread | Self::Revived | Self::Unsnoozed | Self::Woken | Self::NotActed | Self::Undone => {
                statement.execute([rev, seq])?
            }
        };
        read::row(t, seq)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    pub fn apply_all(self, t: &Transaction<'_>, seqs: &[i64]) -> rusqlite::Result<Vec<Row>> {
        seqs.iter().map(|seq| self.apply(t, *seq)).collect()
    }
}

fn next_rev(t: &Transaction<'_>) -> rusqlite::Result<i64> {
    t.prepare_cached("UPDATE counter SET rev = rev + 1")?.execute(())?;
    t.prepare_cached("SELECT rev FROM counter")?
        .query_row((), |row| row.get(0))
}

pub fn seqs(t: &Transaction<'_>, condition: &str, params: impl Params) -> rusqlite::Result<Vec<i64>> {
    let sql = format!("SELECT seq FROM event WHERE {condition} ORDER BY seq");
    t.prepare_cached(&sql)?.query_map(params, |row| row.get(0))?.collect()
}

/// Makes rows gone that aren't, of the dialects of which `which` is true.
fn withdraw(
    t: &Transaction<'_>,
    condition: &str,
    params: impl Params,
    which: fn(Dialect) -> bool,
    at: Timestamp,
) -> rusqlite::Result<Vec<Row>> {
    let sql = format!("SELECT seq, dialect FROM event WHERE {condition} AND gone_at IS NULL ORDER BY seq");
    let going: Vec<(i64, Dialect)> = t
        .prepare_cached(&sql)?
        .query_map(params, |row| {
            Ok((row.get(0)?, dialect_named(&row.get::<_, String>(1)?)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let going = going.into_iter().filter(|(_, dialect)| which(*dialect));
    going
        .map(|(seq, dialect)| Change::Gone(at, dialect).apply(t, seq))
        .collect()
}

pub fn forget_swept(t: &Transaction<'_>, condition: &str, params: impl Params) -> rusqlite::Result<()> {
    t.prepare_cached(&format!("DELETE FROM swept WHERE {condition}"))?
        .execute(params)?;
    Ok(())
}

pub fn retract(t: &Transaction<'_>, key: &ItemKey, at: Timestamp) -> rusqlite::Result<Vec<Row>> {
    let place = [key.account.as_str(), &key.service, &key.node, &key.item];
    forget_swept(t, "account = ? AND service = ? AND node = ? AND item = ?", place)?;
    withdraw(t, ITEM, place, |_| true, at)
}

pub fn purge(t: &Transaction<'_>, node: Node<'_>, at: Timestamp) -> rusqlite::Result<Vec<Row>> {
    forget_swept(t, "account = ? AND service = ? AND node = ?", node)?;
    withdraw(t, NODE, node, |_| true, at)
}

pub fn reconcile(
    t: &Transaction<'_>,
    node: Node<'_>,
    present: &[String],
    as_of: Timestamp,
    at: Timestamp,
) -> rusqlite::Result<Vec<Row>> {
    let present = serde_json::Value::from(present).to_string();
    let [account, service, node] = node;
    let values = [account, service, node, present.as_str()];
    let absent = "item NOT IN (SELECT value FROM json_each(?))";
    forget_swept(
        t,
        &format!("account = ? AND service = ? AND node = ? AND {absent}"),
        values,
    )?;
    // On a node that is no mirror an item may be absent since the node keeps few or none, which says nothing. What is
    // dated later than now came before the clock was set back.
    let concerned = "ifnull(iif(delayed, sent_at, received_at), 0) NOT BETWEEN ? AND ?";
    let since = (as_of.as_microsecond(), at.as_microsecond());
    withdraw(
        t,
        &format!("{NODE} AND item <> '' AND {absent} AND {concerned}"),
        params![account, service, node, present, since.0, since.1],
        Dialect::mirrors_unread,
        at,
    )
}

pub fn give_way(
    t: &Transaction<'_>,
    account: &str,
    folders: &[String],
    before: Timestamp,
    at: Timestamp,
) -> rusqlite::Result<Vec<Row>> {
    let told = "account = ? AND unread = 1 AND kind = 'changed' AND gone_at IS NULL AND received_at <= ?";
    let mut gave_way = Vec::new();
    for seq in seqs(t, told, params![account, before.as_microsecond()])? {
        if read::row(t, seq)?.is_some_and(|row| says_changed(&row.event, folders)) {
            gave_way.push(Change::Replaced(at).apply(t, seq)?);
        }
    }
    Ok(gave_way)
}

pub fn mark(t: &Transaction<'_>, marked: &[i64], read: bool, at: Timestamp) -> rusqlite::Result<Vec<Row>> {
    let marked = serde_json::Value::from(marked).to_string();
    if !read {
        let unread = "seq IN (SELECT value FROM json_each(?)) AND read_at IS NOT NULL AND replaced = 0";
        return Change::Unread.apply_all(t, &seqs(t, unread, [marked])?);
    }
    let read = "unread = 1 AND seq IN (
                    SELECT value FROM json_each(?1)
                    UNION SELECT older.seq FROM json_each(?1) AS mark JOIN event AS later ON later.seq = mark.value
                    JOIN event AS older ON older.account = later.account AND older.service = later.service
                        AND older.node = later.node AND older.unread = 1
                    WHERE later.kind = 'changed' AND older.kind = 'changed' AND older.seq < later.seq)";
    Change::Read(at).apply_all(t, &seqs(t, read, [marked])?)
}

pub fn mark_filtered(
    t: &Transaction<'_>,
    filter: Filter,
    before: i64,
    limit: usize,
    at: Timestamp,
) -> rusqlite::Result<Vec<Row>> {
    let filter = Filter { unread: true, ..filter };
    let rows = read::newest(t, &filter, before, i64::try_from(limit).unwrap_or(i64::MAX))?;
    let seqs: Vec<i64> = rows.iter().map(|row| row.seq).collect();
    Change::Read(at).apply_all(t, &seqs)
}

pub fn snooze(t: &Transaction<'_>, chosen: &[i64], until: Option<Timestamp>) -> rusqlite::Result<Vec<Row>> {
    let chosen = serde_json::Value::from(chosen).to_string();
    let (change, state) = match until {
        Some(until) => (Change::Snoozed(until), "unread = 1 AND gone_at IS NULL"),
        None => (Change::Unsnoozed, "snoozed_until IS NOT NULL"),
    };
    let which = format!("seq IN (SELECT value FROM json_each(?)) AND {state}");
    change.apply_all(t, &seqs(t, &which, [chosen])?)
}

/// Messages of rows are moved: gives the rows whose messages are still where they were.
pub fn act(t: &Transaction<'_>, chosen: &[i64], act: Act, at: Timestamp) -> rusqlite::Result<Vec<Row>> {
    let chosen = serde_json::Value::from(chosen).to_string();
    let there = format!(
        "seq IN (SELECT value FROM json_each(?)) AND (gone_at IS NULL OR {READ_BEFORE}) AND replaced = 0 AND kind = 'new'"
    );
    Change::Acted(act, at).apply_all(t, &seqs(t, &there, [chosen])?)
}

/// Moving them failed, or was taken back.
pub fn put_back(t: &Transaction<'_>, chosen: &[i64], undone: bool) -> rusqlite::Result<Vec<Row>> {
    let chosen = serde_json::Value::from(chosen).to_string();
    let moved = "seq IN (SELECT value FROM json_each(?)) AND acted IS NOT NULL AND acted <> 'undone' AND replaced = 0";
    let change = if undone { Change::Undone } else { Change::NotActed };
    change.apply_all(t, &seqs(t, moved, [chosen])?)
}

pub fn wake(t: &Transaction<'_>, due: &[i64]) -> rusqlite::Result<Vec<Row>> {
    let due = serde_json::Value::from(due).to_string();
    let which = format!("seq IN (SELECT value FROM json_each(?)) AND {SNOOZED}");
    Change::Woken.apply_all(t, &seqs(t, &which, [due])?)
}

pub fn explain(t: &Transaction<'_>, reasons: &[(i64, Reason)]) -> rusqlite::Result<Vec<Row>> {
    let mut changed = Vec::new();
    for (seq, reason) in reasons {
        let explained = t
            .prepare_cached("UPDATE event SET rev = ?1, reason = ?2 WHERE seq = ?3")?
            .execute(params![next_rev(t)?, json(reason)?, seq])?;
        if explained > 0 {
            changed.extend(read::row(t, *seq)?);
        }
    }
    Ok(changed)
}

/// A person closed the popup of these rows. Gives those that are still unread.
pub fn dismiss(t: &Transaction<'_>, closed: &[i64]) -> rusqlite::Result<Vec<Row>> {
    notified(t, closed)?;
    let closed = serde_json::Value::from(closed).to_string();
    let open = "seq IN (SELECT value FROM json_each(?)) AND unread = 1 AND gone_at IS NULL";
    let open = seqs(t, open, [closed])?;
    let rows = open.into_iter().map(|seq| read::row(t, seq));
    Ok(rows
        .collect::<rusqlite::Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

pub fn notified(t: &Transaction<'_>, shown: &[i64]) -> rusqlite::Result<()> {
    let shown = Value::from(serde_json::Value::from(shown).to_string());
    t.execute(
        "UPDATE event SET owed = 0 WHERE owed = 1 AND seq IN (SELECT value FROM json_each(?))",
        [shown],
    )?;
    Ok(())
}

pub fn disown(t: &Transaction<'_>) -> rusqlite::Result<()> {
    t.execute("UPDATE event SET owed = 0 WHERE owed = 1", ())?;
    Ok(())
}

pub fn set_baseline(t: &Transaction<'_>, node: Node<'_>) -> rusqlite::Result<()> {
    t.execute("INSERT INTO baseline VALUES (?, ?, ?) ON CONFLICT DO NOTHING", node)?;
    Ok(())
}

pub fn forget(t: &Transaction<'_>, account: &str) -> rusqlite::Result<()> {
    t.execute("DELETE FROM event WHERE account = ?", [account])?;
    t.execute("DELETE FROM swept WHERE account = ?", [account])?;
    t.execute("DELETE FROM baseline WHERE account = ?", [account])?;
    t.execute("DELETE FROM mark WHERE account = ?", [account])?;
    let positions = positions_of(account);
    t.execute("DELETE FROM setting WHERE substr(key, 1, length(?1)) = ?1", [positions])?;
    Ok(())
}

pub fn sweep(t: &Transaction<'_>, before: Timestamp) -> rusqlite::Result<usize> {
    let micros = before.as_microsecond();
    // Taking a row's words out of the index costs hundreds of times of what it costs to write them there anew. So of many
    // rows they are only crossed out, and go when the whole index is written anew.
    let (old, all): (i64, i64) = t.query_row(
        "SELECT count(*) FILTER (WHERE received_at < ?), count(*) FROM event",
        [micros],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let anew = old > all / ROWS_FOR_ONE;
    if anew {
        t.execute("INSERT INTO search (search, rank) VALUES ('secure-delete', 0)", ())?;
    }
    // An item that is still published comes again with the next fetch; it must be known then.
    t.execute(
        "INSERT OR REPLACE INTO swept
         SELECT account, service, node, item, digest, seq, received_at FROM event
         WHERE received_at < ? AND NOT owed AND gone_at IS NULL AND item <> '' AND kind IN ('new', 'changed')
             AND snoozed_until IS NULL",
        [micros],
    )?;
    let forgotten = before
        .checked_sub(REMEMBER_SWEPT)
        .unwrap_or(Timestamp::MIN)
        .as_microsecond();
    forget_swept(t, "seen_at < ?", [forgotten])?;
    t.execute("DELETE FROM mark WHERE at < ?", [micros])?;
    let swept = t.execute(
        &format!("DELETE FROM event WHERE received_at < ? AND NOT ({OWING}) AND NOT ({SNOOZED})"),
        [micros],
    )?;
    if anew {
        t.execute("INSERT INTO search (search) VALUES ('optimize')", ())?;
        t.execute("INSERT INTO search (search, rank) VALUES ('secure-delete', 1)", ())?;
    }
    Ok(swept)
}

pub fn set(t: &Transaction<'_>, key: &str, value: Option<&str>) -> rusqlite::Result<()> {
    match value {
        Some(value) => t.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [key, value])?,
        None => t.execute("DELETE FROM setting WHERE key = ?", [key])?,
    };
    Ok(())
}

pub fn json(reason: &Reason) -> rusqlite::Result<String> {
    serde_json::to_string(reason).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
