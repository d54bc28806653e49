//! Events on standard output: JSON lines for programs, one line each for people.

use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailwren_core::event::{Event, Kind};
use mailwren_core::view::Row;
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
    json(row, event, None)
}

/// A stored row, with whether it is unread.
pub fn row_json(row: &Row) -> Result<(), Failure> {
    json(row, &row.event, Some(row.unread))
}

fn json(row: &Row, event: &Event, unread: Option<bool>) -> Result<(), Failure> {
    let line = Line {
        account: &row.account,
        seq: row.seq,
        received_at: row.received_at,
        delayed: row.delayed,
        event,
        unread,
    };
    let text = serde_json::to_string(&line).map_err(|e| Failure::failed(e.to_string()))?;
    out(&text)
}

/// One line for a person.
pub fn plain(row: &Row, event: &Event) -> Result<(), Failure> {
    let at = row
        .received_at
        .to_zoned_datetime(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S");
    let mark = if row.unread { '*' } else { ' ' };
    let box_name = event.mailbox.as_deref().or(event.node.as_deref()).unwrap_or("-");
    let text = match event.kind {
        Kind::New => {
            let from = event.from.as_ref();
            let who = from.and_then(|f| f.name.as_deref().or(f.address.as_deref()));
            let subject = event.subject.as_deref();
            format!("{}: {}", who.unwrap_or("somebody"), subject.unwrap_or("(no subject)"))
        }
        Kind::Changed => match &event.token {
            Some(token) => format!("changed (token {token})"),
            None => "changed".to_owned(),
        },
        Kind::Gone => format!("gone: {}", event.item.as_deref().unwrap_or("-")),
        Kind::Cleared => "emptied".to_owned(),
        Kind::Closed => "closed".to_owned(),
    };
    out(&format!(
        "{at} {mark} {:>5}  {} [{box_name}]  {text}",
        row.seq, row.account
    ))
}

/// Writes a line and flushes it, so that a pipe sees it at once.
pub fn out(line: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .map_err(|e| Failure::failed(format!("can't write to standard output: {e}")))
}
