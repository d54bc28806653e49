//! Taking entries out of the outbox and sending them: one attempt. `background` makes as many as it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jid::{BareJid, Jid};
use jiff::Timestamp;
use mailwren_core::account::Account;
use mailwren_core::heartbeat::Publisher;
use tokio::time::Instant;

use super::failed::{Failed, failed, refused};
use super::progress::{Obstacle, Progress};
use super::{Action, Outbox, OutboxError, Target, Waiting};
use crate::config::Config;
use crate::profile::Profile;
use crate::vault::{self, Vault};
use crate::xmpp::iq::IqError;
use crate::xmpp::mail_node::MailNode;
use crate::xmpp::private_node::PrivateError;
use crate::xmpp::publisher_node;
use crate::xmpp::resolve::Resolve;
use crate::xmpp::talk::Talk;

/// How often the folder is looked at. It is a small one, and looking is cheap.
pub(crate) const LOOK: Duration = Duration::from_millis(250);
/// How long an attempt waits for one that is under way.
const ATTEMPT: Duration = Duration::from_secs(60);
/// After so many entries of a long attempt, what is known of them is kept, lest a process that is killed forget it all.
const KEEP: usize = 20;
/// So many items are kept on a node, well below its limit: the server is to evict none, since an eviction looks like a
/// mail that was read.
const KEPT: usize = 150;

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

/// A session of an account, and which nodes were made ready in it.
struct Line {
    talk: Talk,
    own: BareJid,
    ready: BTreeSet<(String, String)>,
}

/// Sends a profile's outbox.
pub struct Sending {
    pub(super) outbox: Outbox,
    config: PathBuf,
    vault: Arc<dyn Vault>,
    resolver: Arc<dyn Resolve>,
    lines: BTreeMap<String, Line>,
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
        }
    }

    /// Tells on an account's own node when its mail server was last heard of, and where commands are taken.
    ///
    /// # Errors
    /// What is in the way.
    pub(crate) async fn beat(&mut self, account: &str, told: &Publisher) -> Result<(), Obstacle> {
        let account = self::account(&self.config, Some(account))?;
        let busy = |why: String| Obstacle::passing(why, None);
        let lock = self.outbox.lock("attempt").map_err(|error| busy(error.to_string()))?;
        let _lock = lock.ok_or_else(|| busy("Another process is sending.".to_owned()))?;
        let mut progress = Progress::load(self.outbox.dir());
        let kept = self.lines.contains_key(&account.jid);
        let mut beaten = self.publish_beat(&account, told, &mut progress).await;
        if matches!(beaten, Err(Failed::Ended)) && kept {
            beaten = self.publish_beat(&account, told, &mut progress).await;
        }
        self.keep(&progress);
        beaten.map_err(Failed::obstacle)
    }

    fn keep(&self, progress: &Progress) {
        if let Err(error) = progress.save(self.outbox.dir()) {
            tracing::warn!(%error, "keeping how sending went");
        }
    }

    async fn publish_beat(
        &mut self,
        account: &Account,
        told: &Publisher,
        progress: &mut Progress,
    ) -> Result<(), Failed> {
        let line = self.line(account, progress).await?;
        match publisher_node::tell(line.talk.asker(), &line.own, told).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed(&error, account, &account.jid)),
        }
    }

    /// Tries once to send what waits; with `now`, also what is to be tried later only.
    ///
    /// # Errors
    /// When the outbox can't be read.
    pub async fn attempt(&mut self, now: bool) -> Result<Sent, OutboxError> {
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
        let mut targets: Vec<(Target, Vec<Waiting>)> = Vec::new();
        let mut meant: Vec<(Target, Target)> = Vec::new();
        for waiting in self.outbox.waiting()? {
            let written = &waiting.entry.target;
            let target = match meant.iter().find(|(known, _)| known == written) {
                Some((_, target)) => target.clone(),
                None => {
                    let target = self.meant(written);
                    progress.settle(written, &target);
                    meant.push((written.clone(), target.clone()));
                    target
                }
            };
            match targets.iter_mut().find(|(known, _)| *known == target) {
                Some((_, mails)) => mails.push(waiting),
                None => targets.push((target, vec![waiting])),
            }
        }
        let mut sent = Sent::default();
        let mut changed = false;
        for (target, mails) in targets {
            let places: Vec<u64> = mails.iter().map(|waiting| waiting.id).collect();
            let mut done = 0;
            if now || progress.due(&target, Timestamp::now()) {
                changed = true;
                match self.send(&target, mails, &mut progress, &mut done).await? {
                    Ok(()) => progress.passed(&target),
                    Err(obstacle) => {
                        tracing::info!(why = obstacle.message, "mail waits in the outbox");
                        progress.failed(&target, obstacle, Timestamp::now());
                    }
                }
            }
            let left = places.get(done..).unwrap_or_default();
            sent.sent += done;
            sent.left += left.len();
            sent.newest = sent.newest.max(left.last().copied());
            let next = progress.obstacle(&target).map(|obstacle| obstacle.next_try);
            sent.next_try = sent.next_try.into_iter().chain(next).min();
        }
        if changed {
            progress.tidy();
            self.keep(&progress);
        }
        Ok(sent)
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
    pub async fn close(mut self) {
        while let Some((_, line)) = self.lines.pop_first() {
            line.talk.close().await;
        }
    }

    /// Does what waits for one target in order, until something fails; counts what is done.
    async fn send(
        &mut self,
        target: &Target,
        waiting: Vec<Waiting>,
        progress: &mut Progress,
        done: &mut usize,
    ) -> Result<Result<(), Obstacle>, OutboxError> {
        let account = match self.account(target) {
            Ok(account) => account,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let withdrawn = withdrawn(&waiting, &account);
        // A session that was kept may have ended long since. One that ends time and again isn't begun again with each mail.
        let mut kept = self.lines.contains_key(&account.jid);
        for waiting in waiting {
            if !withdrawn.contains(&waiting.id) {
                let mut sent = self.send_one(&account, target, &waiting, progress).await;
                if matches!(&sent, Err(Failed::Ended)) && std::mem::take(&mut kept) {
                    sent = self.send_one(&account, target, &waiting, progress).await;
                }
                if let Err(failed) = sent {
                    return Ok(Err(failed.obstacle()));
                }
            }
            self.outbox.remove(waiting.id)?;
            *done += 1;
            if done.is_multiple_of(KEEP) {
                self.keep(progress);
            }
        }
        Ok(Ok(()))
    }

    async fn send_one(
        &mut self,
        account: &Account,
        target: &Target,
        waiting: &Waiting,
        progress: &mut Progress,
    ) -> Result<(), Failed> {
        let entry = &waiting.entry;
        let name = entry.name.as_deref().unwrap_or(&account.jid);
        let item = entry.action.item(name);
        if let Action::Mail(mail) = &entry.action {
            progress.place(target, &item, name, &mail.mailbox);
        }
        match &entry.action {
            // Mail servers tell twice, and in two ways.
            Action::Mail(mail) if progress.told(target, &item, mail.early_key.as_deref()) => return Ok(()),
            _ => {}
        }
        let service = target.service.as_deref().unwrap_or(&account.jid);
        let address = Jid::new(service)
            .map_err(|error| Obstacle::lasting(format!("{service} isn't an address: {error}."), None))?;
        let line = self.line(account, progress).await?;
        let node = MailNode {
            asker: line.talk.asker(),
            own: &line.own,
            service: &address,
            node: &target.node,
        };
        let place = (service.to_owned(), target.node.clone());
        let sent = async {
            match &entry.action {
                Action::Mail(mail) => {
                    if !line.ready.contains(&place) {
                        node.ready().await?;
                    }
                    node.publish(&item, &mail.payload(name)).await?;
                    line.ready.insert(place.clone());
                    if let Some(oldest) = progress.published(target, item, KEPT) {
                        node.make_room(&oldest).await?;
                    }
                }
                Action::Gone(gone) => {
                    let told = progress.told_by(target, &item, gone.early_key.as_deref());
                    node.retract(&told).await?;
                    progress.retracted(target, &told);
                }
            }
            Ok(())
        }
        .await;
        match sent {
            Ok(()) => Ok(()),
            Err(error) => {
                line.ready.remove(&place);
                Err(self.failed(&error, account, service))
            }
        }
    }

    /// A session in which nothing is answered any more is given up.
    fn failed(&mut self, error: &PrivateError, account: &Account, service: &str) -> Failed {
        if matches!(error, PrivateError::Iq(IqError::Ended | IqError::Timeout)) {
            self.lines.remove(&account.jid);
        }
        failed(error, service)
    }

    async fn line(&mut self, account: &Account, progress: &mut Progress) -> Result<&mut Line, Failed> {
        use std::collections::btree_map::Entry;
        match self.lines.entry(account.jid.clone()) {
            Entry::Occupied(line) => Ok(line.into_mut()),
            Entry::Vacant(place) => {
                let own = BareJid::new(&account.jid).map_err(|e| Obstacle::lasting(e.to_string(), None))?;
                let password = vault::password(account, self.vault.clone())
                    .await
                    .map_err(|error| Obstacle::lasting(format!("There is no password: {error}."), None))?;
                let memory = progress.logins.get(&account.jid).copied().unwrap_or_default();
                let (talk, memory) = Talk::log_in(account, &password, self.resolver.clone(), memory)
                    .await
                    .map_err(refused)?;
                progress.logins.insert(account.jid.clone(), memory);
                Ok(place.insert(Line {
                    talk,
                    own,
                    ready: BTreeSet::new(),
                }))
            }
        }
    }

    /// A target with its account, whether it names that or leaves it out, so that order is kept among both.
    fn meant(&self, target: &Target) -> Target {
        match self.account(target) {
            Ok(account) => Target {
                account: Some(account.jid),
                ..target.clone()
            },
            Err(_) => target.clone(),
        }
    }

    fn account(&self, target: &Target) -> Result<Account, Obstacle> {
        account(&self.config, target.account.as_deref())
    }
}

/// The account that publishes, as configured now; the only one where it isn't named.
pub(crate) fn account(config: &Path, named: Option<&str>) -> Result<Account, Obstacle> {
    let loaded = Config::load(config).map_err(|error| Obstacle::configuration(error.to_string(), None))?;
    let mut accounts = loaded
        .config
        .accounts
        .into_iter()
        .filter(|account| account.enabled && account.xmpp);
    let hint = Some("`mailwrenctl account list` shows those that are configured.".to_owned());
    match named {
        Some(jid) => accounts
            .find(|account| account.jid == jid)
            .ok_or_else(|| Obstacle::configuration(format!("There is no account {jid}, or it is disabled."), hint)),
        None => match (accounts.next(), accounts.next()) {
            (Some(account), None) => Ok(account),
            (None, _) => Err(Obstacle::configuration(
                "No account is configured.".to_owned(),
                Some("Add one with `mailwrenctl account add`.".to_owned()),
            )),
            (Some(_), Some(_)) => Err(Obstacle::configuration(
                "Several accounts are configured.".to_owned(),
                Some("Say which one publishes: `mailwrenctl publish --account JID`.".to_owned()),
            )),
        },
    }
}

/// Mails that are to be taken back before they were published: nobody is told of them. Their items are taken back all the
/// same, since a process that was killed may have published them.
fn withdrawn(waiting: &[Waiting], account: &Account) -> BTreeSet<u64> {
    let mut withdrawn = BTreeSet::new();
    let mut mails = BTreeMap::new();
    for Waiting { id, entry } in waiting {
        let item = entry.action.item(entry.name.as_deref().unwrap_or(&account.jid));
        match &entry.action {
            Action::Mail(_) => {
                mails.entry(item).or_insert_with(Vec::new).push(*id);
            }
            Action::Gone(_) => withdrawn.extend(mails.remove(&item).into_iter().flatten()),
        }
    }
    withdrawn
}
