//! Events on standard output: JSON lines for programs, one line each for people.

use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailwren_core::event::{Event, Kind, Sender};
use mailwren_core::said::Said;
use mailwren_core::view::Row;
use mailwren_core::words::Words;
use serde::Serialize;

use crate::exit::Failure;

/// What `watch --json` and `feed --json` print.
#[derive(Debug, Serialize)]
struct Line<'a> {
    account: &'a str,
    seq: i64,
    received_at: Timestamp,
    delayed: bool,
    #[serde(flatten)]
    event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<bool>,
}

/// An event as it arrived.
pub fn event_json(row: &Row, event: &Event) -> Result<(), Failure> {
    line(row, event, None)
}

/// A stored row, with whether it is unread.
pub fn row_json(row: &Row) -> Result<(), Failure> {
    line(row, &row.event, Some(row.unread))
}

fn line(row: &Row, event: &Event, unread: Option<bool>) -> Result<(), Failure> {
    json(&Line {
        account: &row.account,
        seq: row.seq,
        received_at: row.received_at,
        delayed: row.delayed,
        event,
        unread,
    })
}

/// A line for programs.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|e| Failure::failed(Said::text(e)))?;
    out(&text)
}

/// One line for a person.
pub fn plain(row: &Row, event: &Event, words: &Words) -> Result<(), Failure> {
    let at = row
        .received_at
        .to_zoned_datetime(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S");
    let mark = if row.unread { '*' } else { ' ' };
    let mailbox = event.mailbox.as_deref().or(event.node.as_deref()).unwrap_or("-");
    let text = match event.kind {
        Kind::New => mail(event.from.as_ref(), event.subject.as_deref(), words),
        Kind::Changed => match &event.token {
            Some(token) => words.say("cli-row-token", [("token", token.as_str().into())]),
            None => words.word("cli-row-changed"),
        },
        Kind::Gone => words.say("cli-row-gone", [("item", event.item.as_deref().unwrap_or("-").into())]),
        Kind::Cleared => words.word("cli-row-emptied"),
        Kind::Closed => words.word("node-closed"),
    };
    out(&format!(
        "{at} {mark} {:>5}  {} [{mailbox}]  {text}",
        row.seq, row.account
    ))
}

/// Who wrote, and about what.
pub fn mail(from: Option<&Sender>, subject: Option<&str>, words: &Words) -> String {
    let who = from.and_then(|from| from.name.as_deref().or(from.address.as_deref()));
    let who = who.map_or_else(|| words.word("row-no-sender"), str::to_owned);
    let subject = subject.map_or_else(|| words.word("row-no-subject"), str::to_owned);
    words.say("proof-named", [("label", who.into()), ("what", subject.into())])
}

/// Writes a line and flushes it, so that a pipe sees it at once.
pub fn out(line: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .map_err(|e| Failure::failed(Said::word("cli-output").with("why", e.to_string())))
}
