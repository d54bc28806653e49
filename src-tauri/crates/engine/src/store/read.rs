//! Queries, and how a row of the table becomes a [`Row`].

use std::collections::HashSet;

use jiff::Timestamp;
use mailwren_core::act::Act;
use mailwren_core::event::{Dialect, Event, Kind, Sender};
use mailwren_core::view::{Filter, Row};
use rusqlite::types::{FromSql, Type, Value};
use rusqlite::{Connection, OptionalExtension, Params, params, params_from_iter};

use super::Page;

/// Whether a row that went was read before, on a node that mirrors what is unread: that it went says nothing then. It is no
/// row that is gone, for people; if its item is published again, it is unread again.
pub const READ_BEFORE: &str =
    "read_at < gone_at AND acted IS NULL AND replaced = 0 AND dialect IN ('mailwren', 'ox', 'imap')";

/// What [`from_columns`] reads, in this order, behind when the row went.
const COLUMNS: &str = "seq, rev, account, received_at, delayed, unread, replaced, snoozed_until, acted, reason, service, node, \
     item, kind, dialect, user, mailbox, token, subid, sent_at, from_name, from_address, subject, snippet, message_id, \
     unseen, uid, uidvalidity, link";

/// The rows that stand for an item's payload; the same condition as that of the index over the identity.
pub const ITEM: &str =
    "account = ?1 AND service = ?2 AND node = ?3 AND item = ?4 AND item <> '' AND kind IN ('new', 'changed')";

/// The rows for which a popup is still owed. One that was read or went meanwhile owes none.
pub const OWING: &str = "owed = 1 AND unread = 1 AND gone_at IS NULL";

/// The rows that a person put off and that are still of interest.
pub const SNOOZED: &str = "snoozed_until IS NOT NULL AND unread = 1 AND gone_at IS NULL";

/// No answer has more rows, whatever is asked.
const MOST: u32 = 500;

/// A query for rows, but for its condition.
fn select() -> String {
    select_from("event")
}

/// The same from what else leads to rows.
fn select_from(source: &str) -> String {
    format!("SELECT iif({READ_BEFORE}, NULL, gone_at), {COLUMNS} FROM {source} WHERE")
}

/// An account, a service and a node.
pub type Node<'a> = [&'a str; 3];

const MICROS_PER_HOUR: i64 = 3_600_000_000;

pub const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Changed => "changed",
        Kind::New => "new",
        Kind::Gone => "gone",
        Kind::Cleared => "cleared",
        Kind::Closed => "closed",
    }
}

fn kind_named(name: &str) -> rusqlite::Result<Kind> {
    Ok(match name {
        "changed" => Kind::Changed,
        "new" => Kind::New,
        "gone" => Kind::Gone,
        "cleared" => Kind::Cleared,
        "closed" => Kind::Closed,
        _ => return Err(unreadable("kind")),
    })
}

pub const fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Mobileme => "mobileme",
        Dialect::Mailwren => "mailwren",
        Dialect::Atom => "atom",
        Dialect::Ox => "ox",
        Dialect::Sieve => "sieve",
        Dialect::Gmail => "gmail",
        Dialect::Imap => "imap",
        Dialect::Unknown => "unknown",
    }
}

/// The dialect of a name that [`dialect_name`] gave.
pub fn dialect_named(name: &str) -> rusqlite::Result<Dialect> {
    Ok(match name {
        "mobileme" => Dialect::Mobileme,
        "mailwren" => Dialect::Mailwren,
        "atom" => Dialect::Atom,
        "ox" => Dialect::Ox,
        "sieve" => Dialect::Sieve,
        "gmail" => Dialect::Gmail,
        "imap" => Dialect::Imap,
        "unknown" => Dialect::Unknown,
        _ => return Err(unreadable("dialect")),
    })
}

/// The columns of a row, one after the other: to look for each by its name took longer than to read it.
struct Columns<'a> {
    row: &'a rusqlite::Row<'a>,
    next: usize,
}

impl Columns<'_> {
    fn next<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let next = self.next;
        self.next += 1;
        self.row.get(next)
    }

    /// Empty stands for "none" where the identity needs a value.
    fn key(&mut self) -> rusqlite::Result<Option<String>> {
        self.next().map(|value: String| (!value.is_empty()).then_some(value))
    }

    fn number(&mut self) -> rusqlite::Result<Option<u64>> {
        self.next()
            .map(|value: Option<i64>| value.and_then(|n| u64::try_from(n).ok()))
    }

    fn time(&mut self) -> rusqlite::Result<Option<Timestamp>> {
        self.next().map(|value: Option<i64>| value.map(timestamp))
    }
}

/// A row from what [`select`] selects.
pub fn from_columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let mut columns = Columns { row, next: 0 };
    let gone_at = columns.time()?;
    Ok(Row {
        gone_at,
        seq: columns.next()?,
        rev: columns.next()?,
        account: columns.next()?,
        received_at: timestamp(columns.next()?),
        delayed: columns.next()?,
        unread: columns.next()?,
        replaced: columns.next()?,
        snoozed_until: columns.time()?,
        acted: columns.next::<Option<String>>()?.as_deref().and_then(Act::named),
        // A later version may know reasons that this one doesn't.
        reason: columns
            .next::<Option<String>>()?
            .and_then(|json| serde_json::from_str(&json).ok()),
        opens: None,
        event: Event {
            service: columns.key()?,
            node: columns.key()?,
            item: columns.key()?,
            kind: kind_named(&columns.next::<String>()?)?,
            dialect: dialect_named(&columns.next::<String>()?)?,
            user: columns.next()?,
            mailbox: columns.next()?,
            token: columns.next()?,
            subid: columns.next()?,
            sent_at: columns.time()?,
            from: {
                let (name, address): (Option<String>, Option<String>) = (columns.next()?, columns.next()?);
                (name.is_some() || address.is_some()).then_some(Sender { name, address })
            },
            subject: columns.next()?,
            snippet: columns.next()?,
            message_id: columns.next()?,
            unseen: columns.number()?,
            uid: columns.number()?,
            uidvalidity: columns.number()?,
            link: columns.next()?,
        },
    })
}

/// An instant from its microseconds. jiff doesn't take those of the very last second of its range, which a sender is
/// free to claim.
pub fn timestamp(micros: i64) -> Timestamp {
    let end = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(micros).unwrap_or(end)
}

fn unreadable(what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, format!("a {what} that isn't one").into())
}

/// Rows of a query that [`select`] begins.
pub fn rows(c: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<Vec<Row>> {
    c.prepare_cached(sql)?.query_map(params, from_columns)?.collect()
}

/// What isn't listed unless it is searched for: what was moved from here, and what gave way to what was found.
const LISTED: &str = "ifnull(acted, 'undone') = 'undone' AND NOT (replaced = 1 AND kind = 'changed')";

/// The terms of a filter but for its words.
fn places(filter: &Filter) -> (Vec<&'static str>, Vec<Value>) {
    let mut terms = vec!["1"];
    let mut values = Vec::new();
    if let Some(account) = &filter.account {
        terms.push("account = ?");
        values.push(Value::from(account.clone()));
    }
    if let Some(mailbox) = &filter.mailbox {
        terms.push("mailbox = ?");
        values.push(Value::from(mailbox.clone()));
    }
    if filter.unread {
        terms.push("unread = 1");
    }
    (terms, values)
}

/// The newest rows of a filter that are older than a row. SQLite knows nothing of how many rows are unread, or have a word:
/// without being told what to go by it would look at all of them.
pub fn newest(c: &Connection, filter: &Filter, before: i64, limit: i64) -> rusqlite::Result<Vec<Row>> {
    let (terms, places) = places(filter);
    let terms = terms.join(" AND ");
    let (sql, found) = match filter.text.as_deref().and_then(match_expression) {
        Some(words) => {
            let found = "(SELECT rowid AS found FROM search WHERE search MATCH ? AND rowid < ?) CROSS JOIN event ON seq = found";
            (
                format!("{} {terms} ORDER BY found DESC LIMIT ?", select_from(found)),
                vec![words.into(), before.into()],
            )
        }
        None => {
            let by = if filter.unread {
                "event INDEXED BY event_newest_unread"
            } else {
                "event"
            };
            (
                format!(
                    "{} seq < ? AND {terms} AND {LISTED} ORDER BY seq DESC LIMIT ?",
                    select_from(by)
                ),
                vec![before.into()],
            )
        }
    };
    let values = found.into_iter().chain(places).chain([limit.into()]);
    rows(c, &sql, params_from_iter(values))
}

/// What a person typed as an FTS5 expression in which every word is a quoted prefix, so that FTS5's own syntax is plain
/// text. Bounded, since FTS5's effort grows with the words. `None` without a word: nothing is asked for then.
fn match_expression(text: &str) -> Option<String> {
    // FTS5 reads its expression up to a NUL; a quote left open by that would be an error.
    let words = text
        .split(|c: char| c.is_whitespace() || c == '\0')
        .filter(|word| !word.is_empty());
    let quoted: Vec<String> = words
        .take(32)
        .map(|word| {
            let word: String = word.chars().take(200).collect();
            format!("\"{}\"*", word.replace('"', "\"\""))
        })
        .collect();
    (!quoted.is_empty()).then(|| quoted.join(" "))
}

pub fn rev(c: &Connection) -> rusqlite::Result<i64> {
    c.prepare_cached("SELECT rev FROM counter")?
        .query_row((), |row| row.get(0))
}

pub fn row(c: &Connection, seq: i64) -> rusqlite::Result<Option<Row>> {
    let sql = format!("{} seq = ?", select());
    c.prepare_cached(&sql)?.query_row([seq], from_columns).optional()
}

pub fn feed(c: &Connection, filter: &Filter, before: Option<i64>, limit: u32) -> rusqlite::Result<Page> {
    let limit = limit.min(MOST);
    let found = newest(
        c,
        filter,
        before.unwrap_or(i64::MAX),
        i64::from(limit).saturating_add(1),
    )?;
    let (rows, more) = page(found, limit);
    Ok(Page {
        rows,
        more,
        rev: rev(c)?,
    })
}

pub fn changes(c: &Connection, since: i64, limit: u32) -> rusqlite::Result<Page> {
    let limit = limit.min(MOST);
    let sql = format!("{} rev > ? ORDER BY rev LIMIT ?", select());
    let (rows, more) = page(rows(c, &sql, [since, i64::from(limit).saturating_add(1)])?, limit);
    let rev = match rows.last() {
        Some(last) if more => last.rev,
        None if more => since,
        _ => rev(c)?,
    };
    Ok(Page { rows, more, rev })
}

/// Cuts off the row that was asked for beyond the limit to learn whether there is more.
fn page(mut rows: Vec<Row>, limit: u32) -> (Vec<Row>, bool) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    (rows, more)
}

pub fn owed(c: &Connection) -> rusqlite::Result<Vec<Row>> {
    let sql = format!("{} {OWING} ORDER BY seq", select());
    rows(c, &sql, ())
}

pub fn snoozed(c: &Connection) -> rusqlite::Result<Vec<Row>> {
    let sql = format!("{} {SNOOZED} ORDER BY seq", select());
    rows(c, &sql, ())
}

pub fn unread(c: &Connection) -> rusqlite::Result<Vec<(String, u32)>> {
    let sql =
        "SELECT account, sum(iif(kind = 'changed', 1, n)) FROM unread WHERE n > 0 GROUP BY account ORDER BY account";
    c.prepare_cached(sql)?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

pub fn arrivals(c: &Connection, now: Timestamp, hours: u32) -> rusqlite::Result<Vec<u32>> {
    let hours = i64::from(hours.min(24 * 366));
    let this_hour = now.as_microsecond().div_euclid(MICROS_PER_HOUR);
    let first = this_hour.saturating_sub(hours).saturating_add(1);
    let mut counts = vec![0; usize::try_from(hours).unwrap_or_default()];
    let sql = "SELECT received_at / ?3 - ?1, count(*) FROM event
               WHERE received_at >= ?1 * ?3 AND received_at < (?2 + 1) * ?3 AND kind IN ('new', 'changed') GROUP BY 1";
    let mut statement = c.prepare_cached(sql)?;
    let mut found = statement.query(params![first, this_hour, MICROS_PER_HOUR])?;
    while let Some(row) = found.next()? {
        let hour = usize::try_from(row.get::<_, i64>(0)?).ok();
        if let Some(count) = hour.and_then(|hour| counts.get_mut(hour)) {
            *count = row.get(1)?;
        }
    }
    Ok(counts)
}

/// Goes from name to name by the index: there are many rows and few mailboxes.
pub fn mailboxes(c: &Connection, account: Option<&str>, most: u32) -> rusqlite::Result<Vec<String>> {
    let ours = if account.is_some() {
        "account = ?2"
    } else {
        "?2 IS NULL"
    };
    let sql = format!(
        "WITH RECURSIVE found (name) AS (
             SELECT min(mailbox) FROM event WHERE {ours} AND mailbox IS NOT NULL
             UNION ALL SELECT (SELECT min(mailbox) FROM event WHERE {ours} AND mailbox > name)
             FROM found WHERE name IS NOT NULL
         )
         SELECT name FROM found WHERE name IS NOT NULL LIMIT ?1"
    );
    c.prepare_cached(&sql)?
        .query_map(params![most, account], |row| row.get(0))?
        .collect()
}

pub fn known_items(
    c: &Connection,
    [account, service, node]: Node<'_>,
    items: &[String],
) -> rusqlite::Result<HashSet<String>> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM event WHERE {ITEM})
             OR EXISTS (SELECT 1 FROM swept WHERE account = ?1 AND service = ?2 AND node = ?3 AND item = ?4)"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let mut known = HashSet::new();
    for item in items {
        if statement.query_row([account, service, node, item], |row| row.get(0))? {
            known.insert(item.clone());
        }
    }
    Ok(known)
}

pub fn baselines(c: &Connection) -> rusqlite::Result<Vec<(String, String, String)>> {
    let mut statement = c.prepare_cached("SELECT account, service, node FROM baseline")?;
    statement
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

pub fn settings(c: &Connection, prefix: &str) -> rusqlite::Result<Vec<(String, String)>> {
    c.prepare_cached("SELECT key, value FROM setting WHERE substr(key, 1, length(?1)) = ?1")?
        .query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

pub fn setting(c: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    c.query_row("SELECT value FROM setting WHERE key = ?", [key], |row| row.get(0))
        .optional()
}
