//! Marking all rows read, a share at a time: there may be a million of them, and mail that arrives doesn't wait for that.

use jiff::Timestamp;
use mailwren_core::view::{ApiError, Filter, Reply};
use tokio::sync::oneshot;

use crate::commands::{done, store};
use crate::run::Run;

/// So many rows are marked before anything else has its turn: a few hundredths of a second.
const SHARE: usize = 1_000;

/// What is still to be marked.
pub(crate) struct Marking {
    filter: Filter,
    /// Rows from here on are done, or came later.
    before: i64,
    at: Timestamp,
    count: usize,
    answer: oneshot::Sender<Result<Reply, ApiError>>,
}

impl Marking {
    /// All rows of a filter that are there now.
    pub(crate) const fn new(filter: Filter, at: Timestamp, answer: oneshot::Sender<Result<Reply, ApiError>>) -> Self {
        Self {
            filter,
            before: i64::MAX,
            at,
            count: 0,
            answer,
        }
    }
}

impl Run {
    /// Marks the next share, and answers after the last.
    pub(crate) async fn mark_on(&mut self) {
        let Some(mut marking) = self.marking.pop_front() else {
            return;
        };
        let filter = marking.filter.clone();
        let marked = self
            .store
            .mark_filtered(filter, marking.before, SHARE, marking.at)
            .await;
        let rows = match marked {
            Ok(rows) => rows,
            // The face may have left.
            Err(error) => return drop(marking.answer.send(Err(store(error)))),
        };
        marking.count = marking.count.saturating_add(rows.len());
        let last = rows.len() < SHARE;
        if let Some(oldest) = rows.last() {
            marking.before = oldest.seq;
        }
        self.mark_in_mailbox(&rows, true);
        self.changed(rows).await;
        match last {
            true => drop(marking.answer.send(Ok(done(marking.count)))),
            false => self.marking.push_front(marking),
        }
    }
}
