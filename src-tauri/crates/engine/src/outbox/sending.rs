//! Taking mail out of the outbox and publishing it: one attempt, or until all is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jid::{BareJid, Jid};
use jiff::Timestamp;
use mailwren_core::account::Account;
use mailwren_core::link::FailureClass;
use tokio::time::Instant;
use xmpp_parsers::stanza_error::DefinedCondition as Condition;

use super::progress::{Obstacle, Progress};
use super::{Outbox, OutboxError, Target, Waiting};
use crate::config::Config;
use crate::profile::Profile;
use crate::vault::{self, Vault};
use crate::xmpp::iq::IqError;
use crate::xmpp::mail_node::MailNode;
use crate::xmpp::private_node::PrivateError;
use crate::xmpp::resolve::{Resolve, SystemResolver};
use crate::xmpp::talk::{LogInError, Talk};

/// How often the folder is looked at. It is a small one, and looking is cheap.
const LOOK: Duration = Duration::from_millis(250);
/// How often an engine looks whether there is an outbox to send.
const ACCOMPANY: Duration = Duration::from_secs(5);
/// After the last mail, the session is kept for this long: a login for every mail of a busy morning is rude.
const LINGER: Duration = Duration::from_secs(30);
/// After so long without anything sent, the next mail has to begin anew.
const GIVE_UP: Duration = Duration::from_secs(24 * 3_600);
/// How long an attempt waits for one that is under way.
const ATTEMPT: Duration = Duration::from_secs(60);
/// So many items are kept on a node, well below its limit: the server is to evict none, since an eviction looks like a
/// mail that was read.
const KEPT: usize = 150;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Mails that were published.
    pub sent: usize,
    /// Mails that still wait.
    pub left: usize,
    /// When the first of these is tried again.
    pub next_try: Option<Timestamp>,
}

/// A session of an account, and which nodes were made ready in it.
struct Line {
    talk: Talk,
    own: BareJid,
    ready: BTreeSet<(String, String)>,
}

/// Sends a profile's outbox.
pub struct Sending {
    outbox: Outbox,
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

    /// Sees to it that all is sent, and comes back once nothing has waited for half a minute, or nothing could be sent
    /// for a day. Does nothing while another process does so.
    ///
    /// # Errors
    /// When the outbox can't be read.
    pub async fn run(mut self) -> Result<(), OutboxError> {
        let mut progress = Instant::now();
        // What is put in after the last look here, by one who saw the lock taken, is seen by the look after it is given
        // back.
        while !self.outbox.ids()?.is_empty() && progress.elapsed() < GIVE_UP {
            let Some(lock) = self.outbox.lock("background")? else {
                break;
            };
            progress = self.attend(progress).await?;
            drop(lock);
        }
        self.close().await;
        Ok(())
    }

    /// Sends until nothing came for a while; gives when something was sent last.
    async fn attend(&mut self, mut progress: Instant) -> Result<Instant, OutboxError> {
        let mut empty_since = Instant::now();
        let mut last = Sent::default();
        let mut newest = None;
        loop {
            let ids = self.outbox.ids()?;
            if ids.is_empty() {
                if empty_since.elapsed() >= LINGER {
                    return Ok(progress);
                }
            } else if progress.elapsed() >= GIVE_UP {
                return Ok(progress);
            } else {
                empty_since = Instant::now();
                let due = last.next_try.is_some_and(|next| next <= Timestamp::now());
                if due || ids.last() != newest.as_ref() {
                    last = self.attempt(false).await?;
                    if last.sent > 0 {
                        progress = Instant::now();
                    }
                }
            }
            newest = ids.last().copied();
            tokio::time::sleep(LOOK).await;
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
                    sent: 0,
                    left,
                    next_try,
                });
            }
            tokio::time::sleep(LOOK).await;
        };
        let mut progress = Progress::load(self.outbox.dir());
        let mut targets: Vec<(Target, Vec<Waiting>)> = Vec::new();
        for waiting in self.outbox.waiting()? {
            match targets.iter_mut().find(|(target, _)| *target == waiting.entry.target) {
                Some((_, mails)) => mails.push(waiting),
                None => targets.push((waiting.entry.target.clone(), vec![waiting])),
            }
        }
        let mut sent = Sent::default();
        let mut changed = false;
        for (target, mails) in targets {
            let all = mails.len();
            if now || progress.due(&target, Timestamp::now()) {
                changed = true;
                let mut done = 0;
                match self.send(&target, mails, &mut progress, &mut done).await? {
                    Ok(()) => progress.passed(&target),
                    Err(obstacle) => {
                        tracing::info!(why = obstacle.message, "mail waits in the outbox");
                        progress.failed(&target, obstacle, Timestamp::now());
                    }
                }
                sent.sent += done;
                sent.left += all - done;
            } else {
                sent.left += all;
            }
            let next = progress.obstacle(&target).map(|obstacle| obstacle.next_try);
            sent.next_try = sent.next_try.into_iter().chain(next).min();
        }
        if changed {
            progress.tidy();
            if let Err(error) = progress.save(self.outbox.dir()) {
                tracing::warn!(%error, "keeping how sending went");
            }
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

    /// Publishes the mails of one target in order, until one fails; counts those that are out.
    async fn send(
        &mut self,
        target: &Target,
        mails: Vec<Waiting>,
        progress: &mut Progress,
        done: &mut usize,
    ) -> Result<Result<(), Obstacle>, OutboxError> {
        let account = match self.account(target) {
            Ok(account) => account,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        // A session that was kept may have ended long since. One that ends time and again isn't begun again with each mail.
        let mut kept = self.lines.contains_key(&account.jid);
        for mail in mails {
            let mut published = self.publish(&account, target, &mail, progress).await;
            if matches!(&published, Err(Failed::Ended)) && std::mem::take(&mut kept) {
                published = self.publish(&account, target, &mail, progress).await;
            }
            match published {
                Ok(()) => {
                    self.outbox.remove(mail.id)?;
                    *done += 1;
                }
                Err(Failed::Ended) => {
                    let why = "The server ended the session.".to_owned();
                    return Ok(Err(Obstacle::passing(why, None)));
                }
                Err(Failed::Obstacle(obstacle)) => return Ok(Err(obstacle)),
            }
        }
        Ok(Ok(()))
    }

    async fn publish(
        &mut self,
        account: &Account,
        target: &Target,
        waiting: &Waiting,
        progress: &mut Progress,
    ) -> Result<(), Failed> {
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
        let name = (service.to_owned(), target.node.clone());
        let mail = &waiting.entry.mail;
        let item = mail.item(&account.jid);
        let published = async {
            if !line.ready.contains(&name) {
                node.ready().await?;
            }
            node.publish(&item, &mail.payload(&account.jid)).await?;
            if let Some(oldest) = progress.published(target, item, KEPT) {
                node.make_room(&oldest).await?;
            }
            Ok(())
        }
        .await;
        match published {
            Ok(()) => {
                line.ready.insert(name);
                Ok(())
            }
            Err(error) => {
                line.ready.remove(&name);
                if matches!(&error, PrivateError::Iq(IqError::Ended | IqError::Timeout)) {
                    self.lines.remove(&account.jid);
                }
                Err(failed(&error, service))
            }
        }
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

    /// The account that publishes, as configured now.
    fn account(&self, target: &Target) -> Result<Account, Obstacle> {
        let loaded = Config::load(&self.config).map_err(|error| Obstacle::configuration(error.to_string(), None))?;
        let mut accounts = loaded.config.accounts.into_iter().filter(|account| account.enabled);
        let hint = Some("`mailwrenctl account list` shows those that are configured.".to_owned());
        match &target.account {
            Some(jid) => accounts
                .find(|account| account.jid == *jid)
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
}

/// Sends a profile's outbox for as long as its engine runs: what waited when the machine was switched off goes without
/// waiting for the next mail.
pub(crate) async fn accompany(profile: Arc<Profile>, vault: Arc<dyn Vault>) {
    let outbox = Outbox::of(&profile);
    loop {
        let sent = match outbox.ids() {
            Ok(ids) if ids.is_empty() => Ok(()),
            Ok(_) => {
                Sending::new(&profile, vault.clone(), Arc::new(SystemResolver))
                    .run()
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "the outbox can't be sent");
        }
        tokio::time::sleep(ACCOMPANY).await;
    }
}

/// Why a mail wasn't published.
enum Failed {
    /// The session is over.
    Ended,
    Obstacle(Obstacle),
}

impl From<Obstacle> for Failed {
    fn from(obstacle: Obstacle) -> Self {
        Self::Obstacle(obstacle)
    }
}

fn refused(error: LogInError) -> Failed {
    Failed::Obstacle(match error {
        LogInError::Connect(error) => {
            let (message, hint) = (format!("{error}."), error.hint().map(str::to_owned));
            match error.class() {
                FailureClass::Transient => Obstacle::passing(message, hint),
                _ => Obstacle::lasting(message, hint),
            }
        }
        LogInError::Bind(error) => Obstacle::passing(format!("No session: {error}."), None),
    })
}

fn failed(error: &PrivateError, service: &str) -> Failed {
    let message = format!("{service}: {error}.");
    let ask = || Some("Ask its owner to let this account publish there, with access model `whitelist`.".to_owned());
    Failed::Obstacle(match error {
        PrivateError::Iq(IqError::Ended) => return Failed::Ended,
        PrivateError::Iq(IqError::Timeout) => Obstacle::passing(message, None),
        PrivateError::Iq(IqError::Refused(refused)) => match refused.defined_condition {
            Condition::RemoteServerNotFound
            | Condition::RemoteServerTimeout
            | Condition::ServiceUnavailable
            | Condition::InternalServerError
            | Condition::ResourceConstraint
            | Condition::RecipientUnavailable => Obstacle::passing(message, None),
            _ => Obstacle::lasting(message, ask()),
        },
        PrivateError::Open | PrivateError::Unverified => Obstacle::lasting(message, ask()),
    })
}
