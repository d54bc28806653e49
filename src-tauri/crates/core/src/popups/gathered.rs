//! Rows that one popup stands for, or that wait for one. There may be a hundred thousand: of all but the newest no more
//! is kept than telling them with others takes.

use std::collections::VecDeque;

use indexmap::IndexSet;

use crate::event::Kind;
use crate::policy::{Cause, Outcome, Reason};
use crate::popup::{Occasion, Privacy, sender};
use crate::view::Row;

/// So many rows are kept whole, so that one that is left alone can be told in full.
const WHOLE: usize = 8;

/// Rows in the order in which they came.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The older ones.
    brief: Vec<Brief>,
    /// The newest.
    whole: VecDeque<Row>,
    /// Who wrote those in `brief`, each once; nobody is one, too.
    names: Names,
}

/// Names by numbers.
#[derive(Debug, Default)]
struct Names(Box<IndexSet<Option<String>>>);

impl Names {
    fn number(&mut self, name: Option<&str>) -> u32 {
        let (number, _) = self.0.insert_full(name.map(str::to_owned));
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    fn at(&self, number: u32) -> Option<&str> {
        self.0.get_index(number as usize)?.as_deref()
    }
}

/// What telling a row with others takes.
#[derive(Debug)]
struct Brief {
    seq: i64,
    /// Which of the names.
    who: u32,
    new: bool,
    privacy: Option<Privacy>,
    /// On which occasion it was told with others last.
    told: Option<Occasion>,
}

/// A row, as a popup of many tells it.
#[derive(Debug, Clone, Copy)]
pub struct OneOfMany<'a> {
    /// Whether it is a mail, not only word that a mailbox changed.
    pub new: bool,
    /// Its sender's name, else address.
    pub who: Option<&'a str>,
    /// How much a rule lets be told of it.
    pub privacy: Option<Privacy>,
}

impl<'a> OneOfMany<'a> {
    /// Of a row that is there in whole.
    pub fn of(row: &'a Row) -> Self {
        Self {
            new: row.event.kind == Kind::New,
            who: sender(&row.event),
            privacy: row.reason.as_ref().and_then(|reason| reason.privacy),
        }
    }
}

impl Gathered {
    /// One more, the newest.
    pub fn push(&mut self, row: Row) {
        self.whole.push_back(row);
        self.shorten(WHOLE);
    }

    /// More, all newer.
    pub fn append(&mut self, newer: Self) {
        if !newer.brief.is_empty() {
            self.shorten(0);
        }
        for brief in newer.brief {
            let who = self.names.number(newer.names.at(brief.who));
            self.brief.push(Brief { who, ..brief });
        }
        self.extend(newer.whole);
    }

    /// Keeps no more than the newest whole.
    fn shorten(&mut self, whole: usize) {
        while self.whole.len() > whole
            && let Some(row) = self.whole.pop_front()
        {
            let OneOfMany { new, who, privacy } = OneOfMany::of(&row);
            let who = self.names.number(who);
            self.brief.push(Brief {
                seq: row.seq,
                who,
                new,
                privacy,
                told: row.reason.as_ref().and_then(occasion),
            });
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.brief.len().saturating_add(self.whole.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their places in the store.
    pub fn seqs(&self) -> impl Iterator<Item = i64> {
        let brief = self.brief.iter().map(|brief| brief.seq);
        brief.chain(self.whole.iter().map(|row| row.seq))
    }

    /// The newest, if it is there in whole.
    pub fn newest(&self) -> Option<&Row> {
        self.whole.back()
    }

    /// The only one, if it is there in whole.
    pub fn into_only(mut self) -> Result<Row, Self> {
        match (self.len(), self.whole.pop_back()) {
            (1, Some(row)) => Ok(row),
            (_, newest) => {
                self.whole.extend(newest);
                Err(self)
            }
        }
    }

    /// All of them.
    pub fn each(&self) -> impl Iterator<Item = OneOfMany<'_>> + Clone {
        let brief = self.brief.iter().map(|brief| OneOfMany {
            new: brief.new,
            who: self.names.at(brief.who),
            privacy: brief.privacy,
        });
        brief.chain(self.whole.iter().map(OneOfMany::of))
    }

    /// Keeps those that are meant.
    pub fn retain(&mut self, keep: impl Fn(i64) -> bool) {
        self.brief.retain(|brief| keep(brief.seq));
        self.whole.retain(|row| keep(row.seq));
        if self.brief.is_empty() {
            self.names = Names::default();
        }
    }

    /// Notes that they are told together on an occasion, and gives those for which that is new.
    pub fn told(&mut self, on: Occasion) -> Vec<(i64, Reason)> {
        let reason = |privacy| Reason {
            outcome: Outcome::Group,
            cause: on.cause(),
            privacy,
        };
        let mut changed = Vec::new();
        for brief in &mut self.brief {
            let before = brief.told.replace(on).map(Occasion::cause);
            if before != Some(on.cause()) {
                changed.push((brief.seq, reason(brief.privacy)));
            }
        }
        for row in &mut self.whole {
            let reason = reason(row.reason.as_ref().and_then(|reason| reason.privacy));
            if row.reason.as_ref() != Some(&reason) {
                row.reason = Some(reason.clone());
                changed.push((row.seq, reason));
            }
        }
        changed
    }
}

impl Extend<Row> for Gathered {
    fn extend<T: IntoIterator<Item = Row>>(&mut self, rows: T) {
        rows.into_iter().for_each(|row| self.push(row));
    }
}

impl FromIterator<Row> for Gathered {
    fn from_iter<T: IntoIterator<Item = Row>>(rows: T) -> Self {
        let mut gathered = Self::default();
        gathered.extend(rows);
        gathered
    }
}

/// On which occasion a row was told with others.
fn occasion(reason: &Reason) -> Option<Occasion> {
    let on = match reason.cause {
        Cause::Burst => Occasion::Burst,
        Cause::Away => Occasion::Away,
        Cause::AfterQuiet => Occasion::DoNotDisturb,
        Cause::Snoozed => Occasion::Snoozed,
        _ => return None,
    };
    (reason.outcome == Outcome::Group).then_some(on)
}
