//! Parts of the desktop that may be missing for good: it is told once, and not again until the part was there in between.

use std::collections::BTreeSet;

use mailwren_core::model::Input;
use mailwren_core::said::Said;
use mailwren_core::view::{ApiError, PASSABLE, Problem, Reply};

use crate::commands::{invalid, store};
use crate::run::Run;
use crate::store::{Store, StoreError};

/// Where it is kept what a person has read.
const KEY: &str = "dismissed";

/// A part of the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// What shows tray icons.
    Tray,
    /// What tells of the session.
    Logind,
}

impl Part {
    const fn code(self) -> &'static str {
        let [tray, logind] = PASSABLE;
        match self {
            Self::Tray => tray,
            Self::Logind => logind,
        }
    }
}

/// What is missing, and what of it a person has read.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    missing: BTreeSet<Part>,
    dismissed: BTreeSet<String>,
}

impl Parts {
    pub(crate) async fn load(store: &Store) -> Result<Self, StoreError> {
        let kept = store.get(KEY).await?;
        Ok(Self {
            missing: BTreeSet::new(),
            dismissed: kept
                .and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or_default(),
        })
    }
}

impl Run {
    /// A part is there, or isn't.
    pub(crate) async fn part(&mut self, part: Part, there: bool) {
        if there {
            self.parts.missing.remove(&part);
            if self.parts.dismissed.remove(part.code()) {
                self.keep_dismissed().await;
            }
        } else {
            self.parts.missing.insert(part);
        }
        self.tell_part(part).await;
    }

    async fn tell_part(&mut self, part: Part) {
        let code = part.code();
        let told = self.parts.missing.contains(&part) && !self.parts.dismissed.contains(code);
        let (message, hint) = match part {
            Part::Tray => (Said::word("problem-tray"), Said::word("doctor-tray-do")),
            Part::Logind => (Said::word("problem-logind"), Said::word("problem-logind-do")),
        };
        let problem = told.then(|| Problem::new(code, message).hint(hint));
        let code = code.to_owned();
        self.feed(Input::Problem { code, problem }).await;
    }

    /// A person has read it.
    pub(crate) async fn dismiss(&mut self, code: &str) -> Result<Reply, ApiError> {
        if !PASSABLE.contains(&code) {
            return Err(invalid(Said::word("api-problem-stays")));
        }
        // What isn't missing is told when it is.
        if !self.parts.missing.iter().any(|part| part.code() == code) {
            return Ok(Reply::Done { count: 0 });
        }
        self.parts.dismissed.insert(code.to_owned());
        let kept = serde_json::to_string(&self.parts.dismissed).ok();
        self.store.set(KEY, kept).await.map_err(store)?;
        let (code, problem) = (code.to_owned(), None);
        self.feed(Input::Problem { code, problem }).await;
        Ok(Reply::Done { count: 1 })
    }

    async fn keep_dismissed(&self) {
        let kept = serde_json::to_string(&self.parts.dismissed).ok();
        if let Err(error) = self.store.set(KEY, kept).await {
            tracing::warn!(%error, "what a person has read is told again");
        }
    }
}
