//! What a person did to items, here or on another device (schema 3), each within a transaction of the caller's.

use jiff::Timestamp;
use mailwren_core::marks::{Deed, Mark};
use mailwren_core::view::Row;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::read::{self, ITEM};
use super::write::Change;

/// Of what is marked at once, the other devices hear of so many of the newest. More is housekeeping.
const MOST_NOTED: usize = 2_000;

/// What marks of other devices did here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// Rows that are read, unread or put off now.
    pub changed: Vec<Row>,
    /// Rows whose popup was closed elsewhere.
    pub dismissed: Vec<Row>,
}

const fn name(deed: Deed) -> &'static str {
    match deed {
        Deed::Read => "read",
        Deed::Unread => "unread",
        Deed::Dismissed => "dismissed",
        Deed::Snoozed(_) => "snoozed",
    }
}

fn until(deed: Deed) -> Option<i64> {
    match deed {
        Deed::Snoozed(until) => Some(until.as_microsecond()),
        Deed::Read | Deed::Unread | Deed::Dismissed => None,
    }
}

fn deed(name: &str, until: Option<i64>) -> rusqlite::Result<Deed> {
    match (name, until) {
        ("read", _) => Ok(Deed::Read),
        ("unread", _) => Ok(Deed::Unread),
        ("dismissed", _) => Ok(Deed::Dismissed),
        ("snoozed", Some(until)) => Ok(Deed::Snoozed(time(until)?)),
        _ => Err(rusqlite::Error::InvalidColumnType(0, name.to_owned(), Type::Text)),
    }
}

fn time(micros: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, Box::new(error)))
}

/// A person did this here: the other devices have to hear of it. It is the newest even if the clock was set back.
pub fn note(t: &Transaction<'_>, rows: &[Row], deed: Deed, at: Timestamp) -> rusqlite::Result<()> {
    let mut statement = t.prepare_cached(
        "INSERT INTO mark SELECT account, service, node, item, digest, ?2, ?3, ?4, 1 FROM event
             WHERE seq = ?1 AND service <> '' AND node <> '' AND item <> '' AND gone_at IS NULL AND replaced = 0
                 AND kind IN ('new', 'changed')
         ON CONFLICT DO UPDATE SET deed = excluded.deed, until = excluded.until, at = max(excluded.at, at + 1), untold = 1",
    )?;
    for row in rows.iter().rev().take(MOST_NOTED) {
        statement.execute(params![row.seq, name(deed), until(deed), at.as_microsecond()])?;
    }
    Ok(())
}

/// Other devices did this: the newest mark of an item stands, and is carried out on its row. What is dated later than
/// `now` was told by a clock that is wrong, and counts as done now.
pub fn take_over(t: &Transaction<'_>, account: &str, marks: &[Mark], now: Timestamp) -> rusqlite::Result<TakenOver> {
    let mut taken = TakenOver::default();
    for mark in marks {
        let at = mark.at.min(now);
        let identity = [account, &mark.service, &mark.node, &mark.item, &mark.digest];
        let [account, service, node, item, digest] = identity;
        let newer = t
            .prepare_cached(
                "INSERT INTO mark VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)
                 ON CONFLICT DO UPDATE SET deed = excluded.deed, until = excluded.until, at = excluded.at, untold = 0
                     WHERE excluded.at > at",
            )?
            .execute(params![
                account,
                service,
                node,
                item,
                digest,
                name(mark.deed),
                until(mark.deed),
                at.as_microsecond()
            ])?;
        if newer == 0 {
            continue;
        }
        let sql = format!("SELECT seq FROM event WHERE {ITEM} AND digest = ? AND gone_at IS NULL AND replaced = 0");
        let seq = t
            .prepare_cached(&sql)?
            .query_row(identity, |row| row.get(0))
            .optional()?;
        let Some(row) = seq.map(|seq| read::row(t, seq)).transpose()?.flatten() else {
            continue;
        };
        let change = match mark.deed {
            Deed::Read if row.unread => Change::Read(at),
            Deed::Unread if !row.unread => Change::Unread,
            Deed::Unread if row.snoozed_until.is_some() => Change::Unsnoozed,
            Deed::Snoozed(until) if row.unread && until > now => Change::Snoozed(until),
            Deed::Dismissed => {
                t.prepare_cached("UPDATE event SET owed = 0 WHERE seq = ?")?
                    .execute([row.seq])?;
                taken.dismissed.push(row);
                continue;
            }
            Deed::Read | Deed::Unread | Deed::Snoozed(_) => continue,
        };
        taken.changed.push(change.apply(t, row.seq)?);
    }
    Ok(taken)
}

/// What was done to an item before it arrived here.
pub fn of(t: &Transaction<'_>, identity: [&str; 5]) -> rusqlite::Result<Option<Deed>> {
    let sql = "SELECT deed, until FROM mark WHERE account = ? AND service = ? AND node = ? AND item = ? AND digest = ?";
    let mark = t
        .prepare_cached(sql)?
        .query_row(identity, |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))
        .optional()?;
    mark.map(|(name, until)| deed(&name, until)).transpose()
}

/// What an account's other devices have still to hear of, oldest first.
pub fn untold(c: &Connection, account: &str, limit: usize) -> rusqlite::Result<Vec<Mark>> {
    let sql = "SELECT service, node, item, digest, deed, until, at FROM mark
               WHERE account = ?1 AND untold = 1 ORDER BY at LIMIT ?2";
    c.prepare_cached(sql)?
        .query_map(params![account, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            Ok(Mark {
                service: row.get(0)?,
                node: row.get(1)?,
                item: row.get(2)?,
                digest: row.get(3)?,
                deed: deed(&row.get::<_, String>(4)?, row.get(5)?)?,
                at: time(row.get(6)?)?,
            })
        })?
        .collect()
}

/// The other devices can hear of these now. One that changed meanwhile isn't told yet.
pub fn told(t: &Transaction<'_>, account: &str, marks: &[Mark]) -> rusqlite::Result<()> {
    let mut statement = t.prepare_cached(
        "UPDATE mark SET untold = 0
         WHERE account = ? AND service = ? AND node = ? AND item = ? AND digest = ? AND at = ?",
    )?;
    for mark in marks {
        let at = mark.at.as_microsecond();
        statement.execute(params![account, mark.service, mark.node, mark.item, mark.digest, at])?;
    }
    Ok(())
}
