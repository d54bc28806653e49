//! `mailwrenctl watch`: events as they arrive.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use mailwren_core::event::{Event, Kind};
use mailwren_core::said::Said;
use mailwren_core::view::{Command, LinkState, Notice, Reply, Row, Status};
use mailwren_core::words::Words;
use mailwren_engine::face::{Face, Opening};
use tokio::sync::broadcast;
use tokio::time::Instant;

use crate::exit::Failure;
use crate::{open, print};

/// After the engine was handed over, how long it is waited for before it is hosted here again.
const FOLLOW: Duration = Duration::from_secs(3);

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// End after so many events.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// End with exit code 4 after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

/// How a watch ended.
pub enum End {
    Counted,
    Signal,
    Parked(Failure),
}

pub async fn run(config: Option<PathBuf>, arguments: Arguments, words: &Words) -> Result<(), Failure> {
    let opening = open::opening(config, true)?;
    let deadline = arguments.timeout.map(|s| Instant::now() + Duration::from_secs(s));
    let mut watch = Watch::new(arguments.json, arguments.count, words);
    tokio::select! {
        end = watch.run(&opening) => match end? {
            End::Counted | End::Signal => Ok(()),
            End::Parked(failure) => Err(failure),
        },
        () = at(deadline) => Err(Failure::timeout()),
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Which changes of rows are events: one that was stored, and one that went.
#[derive(Default)]
struct News {
    /// The highest row there was when all changes had been looked at.
    caught_up: i64,
    /// Rows above that one which were seen since.
    seen: BTreeSet<i64>,
}

impl News {
    /// What is to be told of a changed row: that it came, that it went, or both of what came and went at once. Rows come in the
    /// order of their last change, so a row can follow a newer one.
    fn of(&mut self, row: &Row) -> impl Iterator<Item = Event> + use<> {
        let came = row.seq > self.caught_up && self.seen.insert(row.seq);
        // Where its id was used again, the newer row is told.
        let went = row.gone_at.is_some() && !row.replaced;
        let gone = || Event {
            service: row.event.service.clone(),
            node: row.event.node.clone(),
            item: row.event.item.clone(),
            ..Event::bare(Kind::Gone)
        };
        let came = came.then(|| row.event.clone());
        came.into_iter().chain(went.then(gone))
    }

    fn catch_up(&mut self) {
        self.caught_up = self.seen.pop_last().unwrap_or(self.caught_up);
        self.seen.clear();
    }
}

/// Prints events until so many were printed.
pub struct Watch<'a> {
    json: bool,
    words: &'a Words,
    left: Option<u64>,
    /// The revision up to which everything was printed.
    since: Option<i64>,
    news: News,
    /// What was said of the accounts last.
    told: Vec<String>,
}

impl<'a> Watch<'a> {
    pub fn new(json: bool, count: Option<u64>, words: &'a Words) -> Self {
        Self {
            json,
            words,
            left: count,
            since: None,
            news: News::default(),
            told: Vec::new(),
        }
    }

    async fn run(&mut self, opening: &Opening) -> Result<End, Failure> {
        let mut signals = Signals::new()?;
        let mut face = open::face(opening).await?;
        loop {
            let end = tokio::select! {
                end = self.attend(&face) => end,
                () = signals.any() => Ok(Some(End::Signal)),
            };
            let hosted = face.hosts();
            face.close().await;
            match end {
                Ok(Some(end)) => return Ok(end),
                // Whoever hosted for a moment, for a look into the feed say, was just ending.
                Err(failure) if !failure.engine_ended() => return Err(failure),
                Ok(None) | Err(_) => {}
            }
            // This one handed over to a desktop face, which is to come up. Otherwise nobody need come: whoever waited for another
            // could find one short look (`status`, say) after the other, and never connect.
            let next = async {
                match hosted {
                    true => Face::follow(opening, FOLLOW).await,
                    false => Face::open(opening).await,
                }
            };
            face = tokio::select! {
                next = next => next.map_err(|e| Failure::failed(e.said()))?,
                () = signals.any() => return Ok(End::Signal),
            };
        }
    }

    /// Prints until the end is reached (`Some`) or the engine leaves (`None`).
    pub async fn attend(&mut self, face: &Face) -> Result<Option<End>, Failure> {
        let mut notices = face.notices();
        let status = ask(face).await?;
        if self.since.is_none() {
            let horizon = face.horizon().await?;
            self.since = Some(horizon.rev);
            self.news.caught_up = horizon.seq;
            if status.accounts.is_empty() {
                return Err(Failure::failed(Said::word("cli-none")).hint(Said::word("cli-none-do")));
            }
        }
        if let Some(end) = self.told(&status) {
            return Ok(Some(end));
        }
        loop {
            if self.catch_up(face).await? {
                return Ok(Some(End::Counted));
            }
            match notices.recv().await {
                Ok(Notice::Changed { .. }) => {}
                Ok(Notice::Status) => {
                    let Ok(status) = ask(face).await else { return Ok(None) };
                    if let Some(end) = self.told(&status) {
                        return Ok(Some(end));
                    }
                }
                Ok(Notice::Closing) | Err(broadcast::error::RecvError::Closed) => return Ok(None),
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            }
        }
    }

    /// Prints what changed; true once the count is reached.
    async fn catch_up(&mut self, face: &Face) -> Result<bool, Failure> {
        loop {
            let since = self.since.unwrap_or(0);
            let Ok(Reply::Changes { rows, more, rev }) = face.call(Command::Changes { since }).await else {
                // The engine is leaving; the notice says so.
                return Ok(false);
            };
            for row in &rows {
                self.since = Some(row.rev);
                for event in self.news.of(row) {
                    self.print(row, &event)?;
                    if self.counted() {
                        return Ok(true);
                    }
                }
            }
            self.since = Some(rev.max(since));
            if !more {
                self.news.catch_up();
                return Ok(false);
            }
        }
    }

    fn counted(&mut self) -> bool {
        self.left = self.left.map(|n| n.saturating_sub(1));
        self.left == Some(0)
    }

    fn print(&self, row: &Row, event: &Event) -> Result<(), Failure> {
        if self.json {
            print::event_json(row, event)
        } else {
            print::plain(row, event, self.words)
        }
    }

    /// Says on standard error what changed with the accounts; ends when every one of them needs a person.
    fn told(&mut self, status: &Status) -> Option<End> {
        let lines: Vec<String> = {
            let lines = status.accounts.iter().map(crate::status::line);
            lines.map(|line| line.told(self.words)).collect()
        };
        for line in lines.iter().filter(|l| !self.told.contains(l)) {
            eprintln!("mailwrenctl: {line}");
        }
        self.told = lines;
        let enabled = || status.accounts.iter().filter(|a| a.link != LinkState::Disabled);
        let parked = enabled().count() > 0 && enabled().all(|a| a.link == LinkState::Error && a.next_try.is_none());
        let trouble = enabled().find_map(|a| a.trouble.as_ref())?;
        parked.then(|| End::Parked(Failure::needs_person(trouble.message.clone()).hint(trouble.hint.clone())))
    }
}

async fn ask(face: &Face) -> Result<Status, Failure> {
    match face.call(Command::Status).await? {
        Reply::Status { status } => Ok(status),
        _ => Err(Failure::unexpected()),
    }
}

/// SIGINT and SIGTERM.
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    pub fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen =
            |kind| signal(kind).map_err(|e| Failure::failed(Said::word("cli-signals").with("why", e.to_string())));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    pub async fn any(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn row(seq: i64, gone: bool) -> Row {
        Row {
            seq,
            rev: 0,
            account: "sam@example.org".to_owned(),
            received_at: Timestamp::UNIX_EPOCH,
            delayed: false,
            unread: false,
            gone_at: gone.then_some(Timestamp::UNIX_EPOCH),
            replaced: false,
            snoozed_until: None,
            acted: None,
            reason: None,
            opens: None,
            event: Event {
                item: Some(seq.to_string()),
                ..Event::bare(Kind::New)
            },
        }
    }

    fn told(news: &mut News, row: &Row) -> Vec<Kind> {
        news.of(row).map(|event| event.kind).collect()
    }

    #[test]
    fn mail_that_came_and_went_at_once_is_told_as_both() {
        let mut news = News {
            caught_up: 2,
            ..News::default()
        };
        assert_eq!(told(&mut news, &row(4, false)), [Kind::New]);
        assert_eq!(
            told(&mut news, &row(3, true)),
            [Kind::New, Kind::Gone],
            "its change is the later one"
        );
    }

    #[test]
    fn each_is_told_once() {
        let mut news = News::default();
        assert_eq!(told(&mut news, &row(1, false)), [Kind::New]);
        assert_eq!(
            told(&mut news, &row(1, false)),
            [],
            "read on the next page of the same look"
        );
        news.catch_up();
        assert_eq!(told(&mut news, &row(1, false)), [], "read later");
        assert_eq!(told(&mut news, &row(1, true)), [Kind::Gone]);
        assert_eq!(told(&mut news, &row(2, false)), [Kind::New]);
        news.catch_up();
        news.catch_up();
        assert_eq!(told(&mut news, &row(2, false)), [], "nothing came in between");
    }

    #[test]
    fn whose_id_is_used_again_does_not_go() {
        let replaced = Row {
            replaced: true,
            ..row(1, true)
        };
        assert_eq!(told(&mut News::default(), &replaced), [Kind::New]);
    }
}
