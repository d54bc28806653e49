//! How earlier attempts to send went, kept beside the outbox. Losing it costs attempts and nothing else.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use mailwren_core::said::Said;
use serde::{Deserialize, Serialize};

use super::Target;
use super::node::{Known, Node};
use crate::xmpp::LoginMemory;

const FILE: &str = "progress";

/// Until it is tried again, where the server or the network has to come back; doubled each time.
const SOON: Duration = Duration::from_secs(1);
/// No such wait is longer, so that mail is told within this time of the server's return.
const LONGEST: Duration = Duration::from_secs(30);
/// Where trying has a price: a wrong password isn't sent with every mail, nor a person asked for one.
const PERSON: Duration = Duration::from_secs(600);
/// What is in the way of mail for a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// What went wrong last.
    pub message: Said,
    /// What a person can do.
    pub hint: Option<Said>,
    /// Whether it doesn't pass by itself.
    pub needs_person: bool,
    /// Attempts that failed, one after another.
    pub tries: u32,
    /// When it is tried again.
    pub next_try: Timestamp,
    /// Whether it is tried again after a long time only.
    #[serde(skip)]
    costly: bool,
}

impl Obstacle {
    /// Something that may be gone the next time.
    pub(super) const fn passing(message: Said, hint: Option<Said>) -> Self {
        Self {
            message,
            hint,
            needs_person: false,
            tries: 0,
            next_try: Timestamp::UNIX_EPOCH,
            costly: false,
        }
    }

    /// Something that a person has to mend in the configuration, which is soon seen.
    pub(super) fn configuration(message: Said, hint: Option<Said>) -> Self {
        Self {
            needs_person: true,
            ..Self::passing(message, hint)
        }
    }

    /// Something else that a person has to mend.
    pub(super) fn lasting(message: Said, hint: Option<Said>) -> Self {
        Self {
            costly: true,
            ..Self::configuration(message, hint)
        }
    }
}

/// An obstacle, and where it is in the way.
#[derive(Debug, Serialize, Deserialize)]
struct InTheWay {
    target: Target,
    obstacle: Obstacle,
}

/// How earlier attempts went.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Progress {
    /// How strong logins were, by account.
    pub(super) logins: BTreeMap<String, LoginMemory>,
    /// What is in the way of whatever an account publishes.
    accounts: BTreeMap<String, Obstacle>,
    /// What is in the way of single targets.
    obstacles: Vec<InTheWay>,
    /// What an earlier version knew of nodes.
    #[serde(skip_serializing)]
    targets: Vec<Known>,
    /// By target, so that a thousand of them are found.
    #[serde(skip)]
    by_target: BTreeMap<Target, Obstacle>,
}

impl Progress {
    pub(super) fn load(dir: &Path) -> Self {
        let text = std::fs::read(dir.join(FILE)).unwrap_or_default();
        let mut progress: Self = serde_json::from_slice(&text).unwrap_or_default();
        let in_the_way = std::mem::take(&mut progress.obstacles);
        progress.by_target = in_the_way.into_iter().map(|one| (one.target, one.obstacle)).collect();
        let before = std::mem::take(&mut progress.targets);
        if !before.is_empty() {
            let moved = before.into_iter().try_for_each(|known| Node::take_in(dir, known));
            if let Err(error) = moved.and_then(|()| progress.save(dir)) {
                tracing::warn!(%error, "keeping what was published");
            }
        }
        progress
    }

    pub(super) fn save(&mut self, dir: &Path) -> std::io::Result<()> {
        let in_the_way = |(target, obstacle): (&Target, &Obstacle)| InTheWay {
            target: target.clone(),
            obstacle: obstacle.clone(),
        };
        self.obstacles = self.by_target.iter().map(in_the_way).collect();
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        self.obstacles.clear();
        file.persist(dir.join(FILE))?;
        Ok(())
    }

    pub(super) fn obstacle(&self, target: &Target) -> Option<&Obstacle> {
        let of_account = || match &target.account {
            Some(account) => self.accounts.get(account),
            // Whoever leaves the account out means the only one.
            None => self.accounts.values().next(),
        };
        let of_same_node = || {
            let mut others = self.by_target.iter().filter(|_| target.account.is_none());
            let same = others.find(|(other, _)| other.service == target.service && other.node == target.node);
            same.map(|(_, obstacle)| obstacle)
        };
        let exact = self.by_target.get(target);
        exact.or_else(of_same_node).or_else(of_account)
    }

    /// When mail for a target may be tried. A clock that was set back doesn't put it off for long.
    pub(super) fn due(&self, target: &Target, now: Timestamp) -> bool {
        let of_account = target.account.as_ref().and_then(|account| self.accounts.get(account));
        let mut obstacles = self.by_target.get(target).into_iter().chain(of_account);
        obstacles.all(|obstacle| obstacle.next_try <= now || obstacle.next_try > now + PERSON)
    }

    /// When mail for a target is tried again; `None` if nothing is in its way.
    pub(super) fn next_try(&self, target: &Target) -> Option<Timestamp> {
        let of_account = target.account.as_ref().and_then(|account| self.accounts.get(account));
        let obstacles = self.by_target.get(target).into_iter().chain(of_account);
        obstacles.map(|obstacle| obstacle.next_try).max()
    }

    /// An attempt failed.
    pub(super) fn failed(&mut self, target: &Target, obstacle: Obstacle, now: Timestamp) {
        let obstacle = obstacle.after(self.by_target.get(target), now);
        self.by_target.insert(target.clone(), obstacle);
    }

    /// An attempt failed for all that an account publishes.
    pub(super) fn failed_account(&mut self, account: &str, obstacle: Obstacle, now: Timestamp) {
        let obstacle = obstacle.after(self.accounts.get(account), now);
        self.accounts.insert(account.to_owned(), obstacle);
    }

    /// All went through.
    pub(super) fn passed(&mut self, target: &Target) {
        self.by_target.remove(target);
    }

    /// Nothing is in the way of all that an account publishes.
    pub(super) fn passed_account(&mut self, account: &str) {
        self.accounts.remove(account);
    }

    /// Forgets what was in the way where nothing waits any more.
    pub(super) fn tidy(&mut self, waits: impl Fn(&Target) -> bool, account_waits: impl Fn(&str) -> bool) {
        self.by_target.retain(|target, _| waits(target));
        self.accounts.retain(|account, _| account_waits(account));
    }
}

impl Obstacle {
    /// The same after another one in the same place.
    fn after(self, before: Option<&Self>, now: Timestamp) -> Self {
        let before = before.filter(|before| before.needs_person == self.needs_person);
        let before = before.map_or(0, |before| before.tries);
        let wait = if self.costly {
            PERSON
        } else {
            SOON.saturating_mul(1 << before.min(10)).min(LONGEST)
        };
        Self {
            tries: before.saturating_add(1),
            next_try: now + wait,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T21:00:00Z".parse().unwrap()
    }

    #[test]
    fn waits_grow_to_half_a_minute_and_a_person_is_given_ten() {
        let (mut progress, target) = (Progress::default(), Target::default());
        assert!(progress.due(&target, now()));
        let mut waits = Vec::new();
        for _ in 0..7 {
            progress.failed(&target, Obstacle::passing(Said::text("down"), None), now());
            let next = progress.obstacle(&target).unwrap().next_try;
            waits.push(next.duration_since(now()).as_secs());
            assert!(!progress.due(&target, now()) && progress.due(&target, next));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        progress.failed(&target, Obstacle::lasting(Said::text("no"), None), now());
        let obstacle = progress.obstacle(&target).unwrap();
        assert_eq!((obstacle.tries, obstacle.next_try), (1, now() + PERSON));
        assert!(progress.due(&target, now() - PERSON), "the clock was set back");
        progress.passed(&target);
        assert!(progress.due(&target, now()));
    }

    #[test]
    fn what_is_in_the_way_of_an_account_is_so_for_all_that_it_publishes_and_for_no_other() {
        let mut progress = Progress::default();
        let of = |account: Option<&str>, node: &str| Target {
            account: account.map(str::to_owned),
            node: node.to_owned(),
            ..Target::default()
        };
        progress.failed_account("a@x", Obstacle::passing(Said::text("down"), None), now());
        progress.failed(&of(Some("b@x"), "1"), Obstacle::passing(Said::text("no"), None), now());
        assert!(!progress.due(&of(Some("a@x"), "1"), now()) && !progress.due(&of(Some("a@x"), "2"), now()));
        assert!(!progress.due(&of(Some("b@x"), "1"), now()) && progress.due(&of(Some("b@x"), "2"), now()));
        assert_eq!(
            progress.obstacle(&of(None, "2")).map(|o| o.message.clone()),
            Some(Said::text("down"))
        );
        let dir = tempfile::tempdir().unwrap();
        progress.save(dir.path()).unwrap();
        let mut progress = Progress::load(dir.path());
        assert!(!progress.due(&of(Some("a@x"), "1"), now()) && !progress.due(&of(Some("b@x"), "1"), now()));
        progress.passed_account("a@x");
        progress.tidy(|_| false, |_| true);
        assert!(progress.due(&of(Some("a@x"), "1"), now()) && progress.due(&of(Some("b@x"), "1"), now()));
    }

    #[test]
    fn what_an_earlier_version_knew_of_nodes_is_still_known() {
        let dir = tempfile::tempdir().unwrap();
        let before = r#"{"targets":[{"target":{"account":"sam@example.org","service":null,"node":"urn:mailwren:mail:0"},
            "obstacle":null,"items":["a"],"adopted":{},"folders":{},"uids":[]}],"logins":{}}"#;
        std::fs::write(dir.path().join(FILE), before).unwrap();
        Progress::load(dir.path());
        let target = Target {
            account: Some("sam@example.org".to_owned()),
            ..Target::default()
        };
        assert!(Node::load(dir.path(), &target).told(&target, "a", None));
        let kept = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(!kept.contains("urn:mailwren"), "{kept}");
    }
}
