//! Changes, each within a transaction of the caller's.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use mailwren_core::act::Act;
use mailwren_core::arrival::{Arrival, ItemKey, Stored};
use mailwren_core::event::{Dialect, Event, Kind, Sender};
use mailwren_core::marks::Deed;
use mailwren_core::model::says_changed;
use mailwren_core::policy::{Cause, Outcome, Reason};
use mailwren_core::view::{Filter, Row};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Params, Transaction, params};

use super::marks;
use super::read::{self, ITEM, Node, OWING, READ_BEFORE, SNOOZED, dialect_name, dialect_named, kind_name};
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
    /// What it assigns; `?3` is when. Going leaves `owed` as it is: see [`told`].
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

    fn apply_all(self, t: &Transaction<'_>, seqs: &[i64]) -> rusqlite::Result<Vec<Row>> {
        seqs.iter().map(|seq| self.apply(t, *seq)).collect()
    }
}

fn next_rev(t: &Transaction<'_>) -> rusqlite::Result<i64> {
    t.prepare_cached("UPDATE counter SET rev = rev + 1")?.execute(())?;
    t.prepare_cached("SELECT rev FROM counter")?
        .query_row((), |row| row.get(0))
}

fn seqs(t: &Transaction<'_>, condition: &str, params: impl Params) -> rusqlite::Result<Vec<i64>> {
    let sql = format!("SELECT seq FROM event WHERE {condition} ORDER BY seq");
    t.prepare_cached(&sql)?.query_map(params, |row| row.get(0))?.collect()
}

/// A row of the same identity.
struct Twin {
    seq: i64,
    gone: bool,
    /// Whether it gave way to what was found in the mailbox, and its item hasn't changed since.
    gave_way: bool,
}

/// Where an event's item is, with empty text for what isn't known.
fn place<'a>(account: &'a str, event: &'a Event) -> [&'a str; 4] {
    let known = |value: &'a Option<String>| value.as_deref().unwrap_or_default();
    [account, known(&event.service), known(&event.node), known(&event.item)]
}

/// What is kept of new rows elsewhere, written once for many of them.
#[derive(Default)]
struct Books<'a> {
    /// The last revision that was given.
    rev: Option<i64>,
    /// How many more rows are unread, by account, service, node and kind.
    unread: BTreeMap<[&'a str; 4], i64>,
}

impl Books<'_> {
    fn next_rev(&mut self, t: &Transaction<'_>) -> rusqlite::Result<i64> {
        let last = match self.rev {
            Some(last) => last,
            None => read::rev(t)?,
        };
        Ok(*self.rev.insert(last + 1))
    }

    /// Writes it all; has to be done before another row is looked at or changed.
    fn settle(&mut self, t: &Transaction<'_>) -> rusqlite::Result<()> {
        if let Some(rev) = self.rev.take() {
            t.prepare_cached("UPDATE counter SET rev = ?")?.execute([rev])?;
        }
        let count = "INSERT INTO unread VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n";
        for ([account, service, node, kind], n) in std::mem::take(&mut self.unread) {
            t.prepare_cached(count)?
                .execute(params![account, service, node, kind, n])?;
        }
        Ok(())
    }
}

pub fn append(t: &Transaction<'_>, arrivals: &[Arrival]) -> rusqlite::Result<Vec<Stored>> {
    let newest: i64 = t
        .prepare_cached("SELECT ifnull(max(seq), 0) FROM event")?
        .query_row((), |row| row.get(0))?;
    let mut books = Books::default();
    let mut stored = Vec::with_capacity(arrivals.len());
    for arrival in arrivals {
        if is_known(t, arrival)? {
            books.settle(t)?;
            stored.push(append_known(t, arrival)?);
        } else {
            stored.push(Stored::New {
                row: insert(t, arrival, arrival.owed, arrival.unread, &mut books)?,
                replaced: Vec::new(),
                owed: arrival.owed,
            });
        }
    }
    books.settle(t)?;
    let index = "INSERT INTO search (rowid, from_name, from_address, subject, snippet, mailbox)
                 SELECT seq, from_name, from_address, subject, snippet, mailbox FROM event WHERE seq > ?";
    t.prepare_cached(index)?.execute([newest])?;
    Ok(stored)
}

fn append_known(t: &Transaction<'_>, arrival: &Arrival) -> rusqlite::Result<Stored> {
    let event = &arrival.decoded.event;
    let digest = arrival.decoded.payload.0.as_str();
    let [account, service, node, item] = place(&arrival.account, event);
    let identity = [account, service, node, item, digest];
    let mut books = Books::default();
    if !is_identified(event) {
        let owed = owes(t, arrival)?;
        let row = insert(t, arrival, owed, arrival.unread, &mut books)?;
        books.settle(t)?;
        return Ok(Stored::New {
            row,
            replaced: Vec::new(),
            owed,
        });
    }
    if let Some(twin) = twin(t, identity)? {
        if !twin.gone || twin.gave_way {
            return Ok(Stored::Known { seq: twin.seq });
        }
        let replaced = replace_others(t, identity, arrival.received_at)?;
        let revived = Change::Revived.apply(t, twin.seq)?;
        return Ok(Stored::Revived {
            replaced,
            row: if arrival.unread {
                revived
            } else {
                Change::Read(arrival.received_at).apply(t, twin.seq)?
            },
        });
    }
    let sql = "UPDATE swept SET seen_at = ?6
               WHERE account = ?1 AND service = ?2 AND node = ?3 AND item = ?4 AND digest = ?5 RETURNING seq";
    let seen_at = arrival.received_at.as_microsecond();
    let swept = t
        .prepare_cached(sql)?
        .query_row(params![account, service, node, item, digest, seen_at], |row| row.get(0))
        .optional()?;
    if let Some(seq) = swept {
        return Ok(Stored::Known { seq });
    }
    if let Some(seq) = seen_by_mirror(t, arrival)? {
        return Ok(Stored::Known { seq });
    }
    let done = marks::of(t, identity)?;
    let owed = owes(t, arrival)? && done.is_none_or(|deed| deed == Deed::Unread);
    let mut replaced = replace_others(t, identity, arrival.received_at)?;
    replaced.extend(replace_undone(t, arrival)?);
    replaced.extend(replace_seen(t, arrival)?);
    let mut row = insert(t, arrival, owed, arrival.unread && done != Some(Deed::Read), &mut books)?;
    books.settle(t)?;
    if let Some(Deed::Snoozed(until)) = done
        && until > arrival.received_at
        && row.unread
    {
        row = Change::Snoozed(until).apply(t, row.seq)?;
    }
    Ok(Stored::New { row, replaced, owed })
}

/// Whether an event is of an item, so that it is known when it comes again.
fn is_identified(event: &Event) -> bool {
    matches!(event.kind, Kind::New | Kind::Changed) && event.item.as_ref().is_some_and(|item| !item.is_empty())
}

/// Whether there may be anything of an arrival's item, its Message-ID or its UID: most are new, and one look tells.
fn is_known(t: &Transaction<'_>, arrival: &Arrival) -> rusqlite::Result<bool> {
    let event = &arrival.decoded.event;
    if !is_identified(event) {
        return Ok(true);
    }
    let [account, service, node, item] = place(&arrival.account, event);
    let place = "account = ?1 AND service = ?2 AND node = ?3 AND item = ?4";
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM event WHERE {ITEM})
             OR EXISTS (SELECT 1 FROM event WHERE account = ?1 AND message_id = ?5)
             OR EXISTS (SELECT 1 FROM event WHERE account = ?1 AND uid = ?6)
             OR EXISTS (SELECT 1 FROM swept WHERE {place})
             OR EXISTS (SELECT 1 FROM mark WHERE {place})"
    );
    t.prepare_cached(&sql)?.query_row(
        params![account, service, node, item, event.message_id, number(event.uid)],
        |row| row.get(0),
    )
}

/// Whether a popup is owed for a new row: if the arrival says so, or one was still owed for the payload it replaces, and
/// nobody was told of the message before.
fn owes(t: &Transaction<'_>, arrival: &Arrival) -> rusqlite::Result<bool> {
    let event = &arrival.decoded.event;
    if !matches!(event.kind, Kind::New | Kind::Changed) {
        return Ok(false);
    }
    let [account, service, node, item] = place(&arrival.account, event);
    let inherits = t
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM event WHERE {ITEM} AND owed = 1 AND gone_at IS NULL)"
        ))?
        .query_row([account, service, node, item], |row| row.get(0))?;
    Ok((arrival.owed || inherits) && !told(t, arrival)?)
}

/// Whether a row elsewhere has told of this message, or is about to: it was moved between folders, or arrives by two
/// ways. A row that went while it still owed its popup (moved before it was shown, say) has told nobody.
fn told(t: &Transaction<'_>, arrival: &Arrival) -> rusqlite::Result<bool> {
    let event = &arrival.decoded.event;
    let Some(message_id) = &event.message_id else {
        return Ok(false);
    };
    let [account, service, node, item] = place(&arrival.account, event);
    let sql = "SELECT EXISTS (SELECT 1 FROM event
                   WHERE account = ?1 AND message_id = ?2 AND kind IN ('new', 'changed')
                       AND (owed = 0 AND replaced = 0
                            OR unread = 1 AND gone_at IS NULL AND (service, node, item) IS NOT (?3, ?4, ?5)))";
    t.prepare_cached(sql)?
        .query_row(params![account, message_id, service, node, item], |row| row.get(0))
}

fn twin(t: &Transaction<'_>, identity: [&str; 5]) -> rusqlite::Result<Option<Twin>> {
    let sql = format!(
        "SELECT seq, gone_at IS NOT NULL,
             kind = 'changed' AND replaced = 1 AND seq = (SELECT max(seq) FROM event WHERE {ITEM})
         FROM event WHERE {ITEM} AND digest = ?5"
    );
    t.prepare_cached(&sql)?
        .query_row(identity, |row| {
            Ok(Twin {
                seq: row.get(0)?,
                gone: row.get(1)?,
                gave_way: row.get(2)?,
            })
        })
        .optional()
}

/// The item has this payload now: its other rows are gone. Gives those that were unread.
fn replace_others(t: &Transaction<'_>, identity: [&str; 5], at: Timestamp) -> rusqlite::Result<Vec<Row>> {
    let others = |unread: bool| {
        // With the plus the index of all unread rows of the node isn't taken for the one of the item's few.
        let condition = format!(
            "{ITEM} AND digest <> ? AND replaced = 0 AND +unread = {}",
            i32::from(unread)
        );
        seqs(t, &condition, identity)
    };
    let (unread, read) = (others(true)?, others(false)?);
    Change::Replaced(at).apply_all(t, &read)?;
    forget_swept(
        t,
        "account = ? AND service = ? AND node = ? AND item = ? AND digest <> ?",
        identity,
    )?;
    Change::Replaced(at).apply_all(t, &unread)
}

/// A message that was moved back has a new UID, and so a new item, which stands for it from now on. Gives rows that were
/// unread.
fn replace_undone(t: &Transaction<'_>, arrival: &Arrival) -> rusqlite::Result<Vec<Row>> {
    let event = &arrival.decoded.event;
    let [account, service, node, _] = place(&arrival.account, event);
    let same = "account = ? AND service = ? AND node = ? AND message_id = ? AND acted = 'undone' AND replaced = 0";
    let rows = seqs(t, same, params![account, service, node, event.message_id])?;
    let replaced = Change::Replaced(arrival.received_at).apply_all(t, &rows)?;
    Ok(replaced)
}

/// What makes rows of one account those of the same message, beside the account: its Message-ID, or its UID in the same folder.
const SAME_MESSAGE: &str = "kind = 'new' AND replaced = 0 AND seq IN (
         SELECT seq FROM event WHERE account = ?1 AND message_id = ?2
         UNION ALL SELECT seq FROM event WHERE account = ?1 AND uid = ?3 AND uidvalidity = ?4 AND mailbox = ?5
             AND (message_id IS NULL OR ?2 IS NULL) AND +unread = 1)";

/// The row of a message that was seen in its mailbox, and that a node which mirrors what is unread told of, too.
fn seen_by_mirror(t: &Transaction<'_>, arrival: &Arrival) -> rusqlite::Result<Option<i64>> {
    let event = &arrival.decoded.event;
    if event.dialect != Dialect::Imap {
        return Ok(None);
    }
    let told = format!("SELECT seq FROM event WHERE {SAME_MESSAGE} AND dialect IN ('mailwren', 'ox') LIMIT 1");
    t.prepare_cached(&told)?
        .query_row(same_message(arrival), |row| row.get(0))
        .optional()
}

/// The other way round: what was seen in the mailbox first gives way to the node's own row. Gives rows that were unread.
fn replace_seen(t: &Transaction<'_>, arrival: &Arrival) -> rusqlite::Result<Vec<Row>> {
    let event = &arrival.decoded.event;
    if !event.dialect.mirrors_unread() || event.dialect == Dialect::Imap || event.kind != Kind::New {
        return Ok(Vec::new());
    }
    let seen = format!("{SAME_MESSAGE} AND dialect = 'imap'");
    let rows = seqs(t, &seen, same_message(arrival))?;
    Change::Replaced(arrival.received_at).apply_all(t, &rows)
}

fn same_message(arrival: &Arrival) -> impl Params {
    let event = &arrival.decoded.event;
    (
        arrival.account.clone(),
        event.message_id.clone(),
        number(event.uid),
        number(event.uidvalidity),
        event.mailbox.clone(),
    )
}

fn insert<'a>(
    t: &Transaction<'_>,
    arrival: &'a Arrival,
    owed: bool,
    unread: bool,
    books: &mut Books<'a>,
) -> rusqlite::Result<Row> {
    let event = &arrival.decoded.event;
    let [account, service, node, item] = place(&arrival.account, event);
    let from = event.from.as_ref();
    let reason = arrival.reason.clone().map(|reason| match arrival.owed && !owed {
        true => Reason {
            outcome: Outcome::Silent,
            cause: Cause::ToldBefore,
            ..reason
        },
        false => reason,
    });
    let received_at = arrival.received_at.as_microsecond();
    let rev = books.next_rev(t)?;
    let sql = "INSERT INTO event (rev, account, service, node, item, digest, received_at, delayed, owed, read_at, kind,
                   dialect, user, mailbox, token, subid, sent_at, from_name, from_address, subject, snippet, message_id,
                   unseen, uid, uidvalidity, link, reason)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    t.prepare_cached(sql)?.execute(params![
        rev,
        account,
        service,
        node,
        item,
        arrival.decoded.payload.0,
        received_at,
        arrival.decoded.delayed,
        owed,
        (!unread).then_some(received_at),
        kind_name(event.kind),
        dialect_name(event.dialect),
        event.user,
        event.mailbox,
        event.token,
        event.subid,
        event.sent_at.map(Timestamp::as_microsecond),
        from.and_then(|sender| sender.name.as_deref()),
        from.and_then(|sender| sender.address.as_deref()),
        event.subject,
        event.snippet,
        event.message_id,
        number(event.unseen),
        number(event.uid),
        number(event.uidvalidity),
        event.link,
        reason.as_ref().map(json).transpose()?,
    ])?;
    let seq = t.last_insert_rowid();
    let unread = unread && matches!(event.kind, Kind::New | Kind::Changed);
    if unread {
        *books
            .unread
            .entry([account, service, node, kind_name(event.kind)])
            .or_default() += 1;
    }
    Ok(Row {
        seq,
        rev,
        account: arrival.account.clone(),
        received_at: read::timestamp(received_at),
        delayed: arrival.decoded.delayed,
        unread,
        gone_at: None,
        replaced: false,
        snoozed_until: None,
        acted: None,
        reason,
        opens: None,
        event: kept(event),
    })
}

/// What is too large for SQLite (over 2^63 - 1) isn't a number that any IMAP server gives.
fn number(value: Option<u64>) -> Option<i64> {
    value.and_then(|number| i64::try_from(number).ok())
}

/// What is left of an event once it is stored.
fn kept(event: &Event) -> Event {
    let key = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let number = |value: Option<u64>| value.filter(|number| i64::try_from(*number).is_ok());
    let known = |sender: &Sender| sender.name.is_some() || sender.address.is_some();
    Event {
        service: key(&event.service),
        node: key(&event.node),
        item: key(&event.item),
        sent_at: event.sent_at.map(|at| read::timestamp(at.as_microsecond())),
        from: event.from.clone().filter(known),
        unseen: number(event.unseen),
        uid: number(event.uid),
        uidvalidity: number(event.uidvalidity),
        ..event.clone()
    }
}

fn json(reason: &Reason) -> rusqlite::Result<String> {
    serde_json::to_string(reason).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
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

fn forget_swept(t: &Transaction<'_>, condition: &str, params: impl Params) -> rusqlite::Result<()> {
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
