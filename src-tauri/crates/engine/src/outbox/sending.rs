//! Taking entries out of the outbox and sending them: one attempt. `background` makes as many as it takes.
//!
//! What waits for one target is done in order (`lane`); many targets are done side by side in the session of who publishes,
//! so that thousands of mailboxes don't wait for each other's round trips.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream;
use futures::{FutureExt as _, StreamExt as _};
use jid::BareJid;
use jiff::Timestamp;
use mailwren_core::heartbeat::Publisher;
use mailwren_core::said::Said;
use tokio::time::Instant;

use super::failed::{ended, failed, refused};
use super::lane::{Health, Lane, Stop};
use super::origin::{Origin, Origins, account};
use super::progress::{Obstacle, Progress};
use super::{Outbox, OutboxError, Target, Waiting};
use crate::profile::Profile;
use crate::vault::{self, PasswordError, Vault};
use crate::xmpp::iq::IqError;
use crate::xmpp::private_node::PrivateError;
use crate::xmpp::publisher_node;
use crate::xmpp::resolve::Resolve;
use crate::xmpp::talk::Talk;

/// How often the folder is looked at. It is a small one, and looking is cheap.
pub(crate) const LOOK: Duration = Duration::from_millis(250);
/// How long an attempt waits for one that is under way.
const ATTEMPT: Duration = Duration::from_secs(60);
/// So many targets of an account are sent to at a time. A session answers within ten seconds, however many ask.
const AT_ONCE: usize = 32;
/// So many sessions are begun in an attempt for who publishes, where they keep ending.
const SESSIONS: usize = 3;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Entries that were done.
    pub sent: usize,
    /// Entries that still wait.
    pub left: usize,
    /// When the first of these is tried again.
    pub next_try: Option<Timestamp>,
    /// The place of the last of these, above which there is only what came later.
    pub(super) newest: Option<u64>,
}

impl Sent {
    /// Whether there is more than was left.
    pub(super) fn is_less_than(&self, ids: &[u64]) -> bool {
        ids.last() != self.newest.as_ref() || ids.len() != self.left
    }
}

/// A session of who publishes, and which nodes were made ready in it.
struct Line {
    talk: Talk,
    own: BareJid,
    ready: BTreeSet<(Option<String>, String)>,
}

/// Sends a profile's outbox.
pub struct Sending {
    pub(super) outbox: Outbox,
    config: PathBuf,
    vault: Arc<dyn Vault>,
    resolver: Arc<dyn Resolve>,
    lines: BTreeMap<String, Line>,
    /// The targets of what waited last time, by places: while something is in the way of one, what waits for it needn't be
    /// read.
    held: BTreeMap<u64, Arc<Target>>,
}

/// What an attempt has found so far.
#[derive(Default)]
struct Tally {
    sent: Sent,
    held: BTreeMap<u64, Arc<Target>>,
    targets: BTreeSet<Arc<Target>>,
}

impl Tally {
    fn target(&mut self, target: Target) -> Arc<Target> {
        match self.targets.get(&target) {
            Some(known) => known.clone(),
            None => {
                let target = Arc::new(target);
                self.targets.insert(target.clone());
                target
            }
        }
    }

    fn left(&mut self, id: u64, target: &Arc<Target>) {
        self.sent.left += 1;
        self.sent.newest = self.sent.newest.max(Some(id));
        self.held.insert(id, target.clone());
    }
}

impl Sending {
    /// Nothing happens yet.
    pub fn new(profile: &Profile, vault: Arc<dyn Vault>, resolver: Arc<dyn Resolve>) -> Self {
        Self {
            outbox: Outbox::of(profile),
            config: profile.config_file().to_owned(),
            vault,
            resolver,
            lines: BTreeMap::new(),
            held: BTreeMap::new(),
        }
    }

    /// Tells on an account's own node when its mail server was last heard of, and where commands are taken.
    ///
    /// # Errors
    /// What is in the way.
    pub(crate) async fn beat(&mut self, jid: &str, told: &Publisher) -> Result<(), Obstacle> {
        let origin = Origin::Account(Box::new(account(&self.config, jid)?));
        let busy = |why: Said| Obstacle::passing(why, None);
        let lock = self.outbox.lock("attempt").map_err(|error| busy(error.said()))?;
        let _lock = lock.ok_or_else(|| busy(Said::word("outbox-busy")))?;
        let mut progress = Progress::load(self.outbox.dir());
        let mut kept = self.lines.contains_key(jid);
        let beaten = loop {
            let line = match self.line(&origin, &mut progress).await {
                Ok(line) => line,
                Err(obstacle) => break Err(obstacle),
            };
            let error = match publisher_node::tell(line.talk.asker(), &line.own, told).await {
                Ok(()) => break Ok(()),
                Err(error) => error,
            };
            // A session in which nothing is answered any more is given up; one that was kept may have ended long since.
            if matches!(error, PrivateError::Iq(IqError::Ended | IqError::Timeout)) {
                self.lines.remove(jid);
            }
            let is_over = matches!(error, PrivateError::Iq(IqError::Ended));
            if !is_over || !std::mem::take(&mut kept) {
                break Err(failed(&error, jid));
            }
        };
        self.keep(&mut progress);
        beaten
    }

    fn keep(&self, progress: &mut Progress) {
        if let Err(error) = progress.save(self.outbox.dir()) {
            tracing::warn!(%error, "keeping how sending went");
        }
    }

    /// Tries once to send what waits; with `now`, also what is to be tried later only.
    ///
    /// # Errors
    /// When the outbox can't be read.
    pub fn attempt(&mut self, now: bool) -> BoxFuture<'_, Result<Sent, OutboxError>> {
        async move {
            let deadline = Instant::now() + ATTEMPT;
            let _lock = loop {
                if let Some(lock) = self.outbox.lock("attempt")? {
                    break lock;
                }
                if Instant::now() >= deadline {
                    let left = self.outbox.ids()?.len();
                    let next_try = Some(Timestamp::now());
                    return Ok(Sent {
                        left,
                        next_try,
                        ..Sent::default()
                    });
                }
                tokio::time::sleep(LOOK).await;
            };
            let mut progress = Progress::load(self.outbox.dir());
            let origins = Origins::load(&self.config);
            let (mut tally, at) = (Tally::default(), Timestamp::now());
            let mut due: BTreeMap<Option<String>, BTreeMap<Arc<Target>, Vec<Waiting>>> = BTreeMap::new();
            for id in self.outbox.ids()? {
                if let Some(target) = self.held.get(&id)
                    && !now
                    && !progress.due(target, at)
                {
                    let target = tally.target(target.as_ref().clone());
                    tally.left(id, &target);
                    continue;
                }
                let Some(waiting) = self.outbox.fetch(id)? else {
                    continue;
                };
                let target = tally.target(origins.meant(&waiting.entry.target));
                if now || progress.due(&target, at) {
                    let of_account = due.entry(target.account.clone()).or_default();
                    of_account.entry(target).or_default().push(waiting);
                } else {
                    tally.left(id, &target);
                }
            }
            let changed = !due.is_empty();
            for (account, targets) in due {
                match origins.find(account.as_deref()) {
                    Ok(origin) => self.send(&origin, targets, &mut progress, &mut tally).await?,
                    Err(obstacle) => {
                        for (target, waiting) in targets {
                            progress.failed(&target, obstacle.clone(), at);
                            for Waiting { id, .. } in waiting {
                                tally.left(id, &target);
                            }
                        }
                    }
                }
            }
            let waits: BTreeSet<Arc<Target>> = tally.held.values().cloned().collect();
            if changed {
                let account_waits = |jid: &str| waits.iter().any(|target| target.account.as_deref() == Some(jid));
                progress.tidy(|target| waits.contains(target), account_waits);
                self.keep(&mut progress);
            }
            let tries = waits.iter().map(|target| progress.next_try(target).unwrap_or(at));
            tally.sent.next_try = tries.min();
            self.held = tally.held;
            Ok(tally.sent)
        }
        .boxed()
    }

    /// Forgets how strong an account's logins were, as a person who enters a password again wants it.
    pub(crate) fn forget_login(profile: &Profile, account: &str) {
        let outbox = Outbox::of(profile);
        let mut progress = Progress::load(outbox.dir());
        if progress.logins.remove(account).is_some()
            && let Err(error) = progress.save(outbox.dir())
        {
            tracing::warn!(%error, "forgetting how strong logins were");
        }
    }

    /// Ends the sessions in order.
    pub fn close(mut self) -> BoxFuture<'static, ()> {
        async move {
            while let Some((_, line)) = self.lines.pop_first() {
                line.talk.close().await;
            }
        }
        .boxed()
    }

    /// Does what waits of one who publishes.
    async fn send(
        &mut self,
        origin: &Origin,
        targets: BTreeMap<Arc<Target>, Vec<Waiting>>,
        progress: &mut Progress,
        tally: &mut Tally,
    ) -> Result<(), OutboxError> {
        let mut open = Vec::new();
        for (target, waiting) in targets {
            let mut lane = Lane::new(&self.outbox, target.as_ref().clone(), waiting, origin);
            match lane.skip(origin)? {
                true => {
                    progress.passed(&lane.target);
                    tally.sent.sent += lane.done;
                }
                false => open.push(lane),
            }
        }
        let jid = origin.jid();
        // A session that was kept may have ended long since. One that ends time and again isn't begun again with each mail.
        let mut kept = self.lines.contains_key(jid);
        for _ in 0..SESSIONS {
            if open.is_empty() {
                return Ok(());
            }
            let line = match self.line(origin, progress).await {
                Ok(line) => line,
                Err(obstacle) => {
                    tracing::info!(why = %obstacle.message, "mail waits in the outbox");
                    progress.failed_account(jid, obstacle, Timestamp::now());
                    break;
                }
            };
            let health = Health::default();
            let stopped = line.run(origin, open, &health).await;
            let was_kept = std::mem::take(&mut kept);
            open = Vec::new();
            if health.has_ended() && !was_kept {
                progress.failed_account(jid, ended(), Timestamp::now());
            } else {
                progress.passed_account(jid);
            }
            for (lane, stop) in stopped {
                let obstacle = match stop? {
                    Stop::Done => {
                        progress.passed(&lane.target);
                        tally.sent.sent += lane.done;
                        continue;
                    }
                    Stop::Idle => {
                        open.push(lane);
                        continue;
                    }
                    Stop::Ended if was_kept => {
                        open.push(lane);
                        continue;
                    }
                    Stop::Ended => ended(),
                    Stop::Obstacle(obstacle) => obstacle,
                };
                tracing::info!(why = %obstacle.message, "mail waits in the outbox");
                progress.failed(&lane.target, obstacle, Timestamp::now());
                tally.stopped(&lane);
            }
            if health.is_over() {
                self.lines.remove(jid);
            }
            if health.has_ended() && !was_kept {
                break;
            }
        }
        for lane in open {
            tally.stopped(&lane);
        }
        Ok(())
    }

    async fn line(&mut self, origin: &Origin, progress: &mut Progress) -> Result<&mut Line, Obstacle> {
        use std::collections::btree_map::Entry;
        match self.lines.entry(origin.jid().to_owned()) {
            Entry::Occupied(line) => Ok(line.into_mut()),
            Entry::Vacant(place) => {
                let own = origin.bare()?;
                let no_password = |error: PasswordError| Obstacle::lasting(error.said(), None);
                let talk = match origin {
                    Origin::Account(account) => {
                        let password = vault::password(account, self.vault.clone())
                            .await
                            .map_err(no_password)?;
                        let memory = progress.logins.get(&account.jid).copied().unwrap_or_default();
                        let login = Talk::log_in(account, &password, self.resolver.clone(), memory).await;
                        let (talk, memory) = login.map_err(refused)?;
                        progress.logins.insert(account.jid.clone(), memory);
                        talk
                    }
                    Origin::Component(component) => {
                        let secret = vault::secret(&component.secret).await.map_err(no_password)?;
                        let secret =
                            secret.ok_or_else(|| no_password(PasswordError::Missing(component.domain.to_string())))?;
                        Talk::of_component(component, &secret).await.map_err(refused)?
                    }
                };
                Ok(place.insert(Line {
                    talk,
                    own,
                    ready: BTreeSet::new(),
                }))
            }
        }
    }
}

impl Line {
    /// Does what waits in many lanes, each in order; gives them back with how far they came.
    async fn run(
        &mut self,
        origin: &Origin,
        lanes: Vec<Lane>,
        health: &Health,
    ) -> Vec<(Lane, Result<Stop, OutboxError>)> {
        let (asker, own) = (self.talk.asker(), &self.own);
        let place = |lane: &Lane| (lane.target.service.clone(), lane.target.node.clone());
        let lanes = lanes.into_iter().map(|mut lane| {
            lane.ready = self.ready.contains(&place(&lane));
            lane
        });
        let running = lanes.map(|mut lane| async move {
            let stop = lane.run(origin, own, asker, health).await;
            (lane, stop)
        });
        let running: Vec<_> = running.collect();
        let stopped: Vec<_> = stream::iter(running).buffer_unordered(AT_ONCE).collect().await;
        for (lane, _) in &stopped {
            match lane.ready {
                true => self.ready.insert(place(lane)),
                false => self.ready.remove(&place(lane)),
            };
        }
        stopped
    }
}

impl Tally {
    /// A lane didn't come to its end.
    fn stopped(&mut self, lane: &Lane) {
        self.sent.sent += lane.done;
        let target = self.target(lane.target.clone());
        for id in lane.left() {
            self.left(id, &target);
        }
    }
}
