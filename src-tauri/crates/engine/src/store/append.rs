//! From an arrival to a row: whether it is one already, what it takes the place of, and whether it owes a popup. Within a
//! transaction of the caller's.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mailwren_core::arrival::{Arrival, Stored};
use mailwren_core::event::{Dialect, Event, Kind, Sender};
use mailwren_core::marks::Deed;
use mailwren_core::policy::{Cause, Outcome, Reason};
use mailwren_core::view::Row;
use rusqlite::{OptionalExtension, Params, Transaction, params};

use super::marks;
use super::read::{self, ITEM, dialect_name, kind_name};
use super::write::{Change, forget_swept, json, seqs};

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
