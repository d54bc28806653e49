//! `mailwrenctl explain`: what became of an event's popup, and why.

use std::path::PathBuf;

use jiff::ZonedDateTime;
use mailwren_core::said::Said;
use mailwren_core::view::{Command, Filter, Reply, Row};
use mailwren_core::words::Words;
use mailwren_engine::face::Face;

use crate::exit::Failure;
use crate::{open, print};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The event's number as `feed list` shows it, or its item id.
    item: String,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Option<PathBuf>, arguments: &Arguments, words: &Words) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let found = find(&face, &arguments.item).await;
    face.close().await;
    let row = found?.ok_or_else(|| {
        Failure::failed(Said::word("cli-no-event").with("event", &arguments.item)).hint(Said::word("cli-no-event-do"))
    })?;
    if arguments.json {
        let json = serde_json::json!({
            "seq": row.seq,
            "item": row.event.item,
            "reason": row.reason,
            "unread": row.unread,
            "gone_at": row.gone_at,
            "snoozed_until": row.snoozed_until,
        });
        return print::json(&json);
    }
    print::plain(&row, &row.event, words)?;
    let now = ZonedDateTime::now();
    print::out(&match &row.reason {
        Some(reason) => reason.said(&now).told(words),
        None => words.word("cli-no-reason"),
    })?;
    let clock = |at: jiff::Timestamp| {
        let at = at.to_zoned_datetime(now.time_zone().clone());
        at.strftime("%Y-%m-%d %H:%M").to_string()
    };
    if let Some(until) = row.snoozed_until {
        print::out(&words.say("row-later", [("time", clock(until).into())]))?;
    }
    if let Some(at) = row.gone_at {
        print::out(&words.say("cli-gone-since", [("time", clock(at).into())]))?;
    }
    Ok(())
}

async fn find(face: &Face, item: &str) -> Result<Option<Row>, Failure> {
    if let Ok(seq) = item.parse()
        && let Reply::Row { row: Some(row) } = face.call(Command::Row { seq }).await?
    {
        return Ok(Some(row));
    }
    let mut before = None;
    loop {
        let page = Command::Feed {
            filter: Filter::default(),
            before,
            limit: 500,
        };
        let Reply::Feed { rows, more, .. } = face.call(page).await? else {
            return Err(Failure::unexpected());
        };
        before = rows.last().map(|row| row.seq);
        let found = rows.into_iter().find(|row| row.event.item.as_deref() == Some(item));
        if found.is_some() || !more {
            return Ok(found);
        }
    }
}
