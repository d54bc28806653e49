//! An account's mailbox, looked into by IMAP: when its nodes tell no more than that it changed, or, for accounts without
//! XMPP, all the time.
//!
//! [`crate::imap::look`] finds out what came and went; here is when to look, when to connect, and how it is told to the
//! model. How far a folder is known is kept by the model's word, after what was seen there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use mailwren_core::account::{Account, MailServer};
use mailwren_core::act::{Act, Done, MessageAt};
use mailwren_core::event::{Decoded, Event, PayloadDigest};
use mailwren_core::link::{Backoff, FailureClass, Verdict};
use mailwren_core::mirror::Position;
use mailwren_core::model::{FolderSeen, Input, LinkChange, Looked, Pulse};
use mailwren_core::popup::Privacy;
use mailwren_core::publish::{Envelope, Gone, Mail, Uid};
use mailwren_core::said::Said;
use mailwren_core::view::{NodeState, NodeStatus, Problem};
use tokio::sync::{Mutex, MutexGuard, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::imap::look::{ASK, Eye, LookError, PARKED, RENEW, Sight, SightError};
use crate::imap::{Access, ImapError};
use crate::ports::{AccessError, MailAccess};
use crate::store::{Store, StoreError};
use crate::vault::Vault;
use crate::xmpp::jitter;

/// How long a connection is kept after the last look that was asked for.
const LINGER: Duration = Duration::from_secs(600);

/// What is asked of whoever looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// To look, now.
    Look,
    /// To connect now instead of later.
    Retry,
    /// To make sure that the connection is alive.
    Probe,
}

/// Whoever looks into an account's mailbox. Dropped, it ends.
pub(crate) struct Mailbox {
    wishes: mpsc::Sender<Wish>,
    hand: Arc<Hand>,
    stop: CancellationToken,
}

/// Acts upon the messages of a mailbox, one thing after another.
struct Hand {
    access: Arc<Access>,
    turn: Mutex<()>,
    /// Why the last login was refused: it isn't tried again for each mail.
    refused: watch::Receiver<Option<Said>>,
}

impl Hand {
    async fn turn(&self) -> Result<MutexGuard<'_, ()>, AccessError> {
        let turn = self.turn.lock().await;
        match self.refused.borrow().clone() {
            Some(why) => Err(AccessError(why)),
            None => Ok(turn),
        }
    }
}

impl MailAccess for Hand {
    fn act<'a>(&'a self, messages: &'a [MessageAt], act: Act) -> BoxFuture<'a, Result<Done, AccessError>> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.access.act(messages, act).await
        })
    }

    fn undo<'a>(&'a self, done: &'a Done) -> BoxFuture<'a, Result<Done, AccessError>> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.access.undo(done).await
        })
    }
}

impl Mailbox {
    /// Begins, if the account has a mailbox that is reached by IMAP.
    pub(crate) fn open(
        account: &Account,
        vault: Arc<dyn Vault>,
        store: Store,
        inputs: mpsc::Sender<Input>,
    ) -> Option<Self> {
        let server = account.imap.as_ref()?;
        let access = Arc::new(Access::of(account, server, vault));
        let (wishes, wished) = mpsc::channel(8);
        let (refusal, refused) = watch::channel(None);
        let hand = Arc::new(Hand {
            access: access.clone(),
            turn: Mutex::default(),
            refused,
        });
        let stop = CancellationToken::new();
        let looking = Looking {
            account: account.clone(),
            server: server.clone(),
            access,
            store,
            inputs,
            wished,
            wanted: false,
            refusal,
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(looking.run()));
        Some(Self { wishes, hand, stop })
    }

    /// Looks into it, now.
    pub(crate) fn look(&self) {
        self.wish(Wish::Look);
    }

    /// Connects now instead of later; with the password as it is now.
    pub(crate) fn retry(&self) {
        self.wish(Wish::Retry);
    }

    /// The network changed, or the machine woke.
    pub(crate) fn probe(&self) {
        self.wish(Wish::Probe);
    }

    /// The way into it, to act upon messages.
    pub(crate) fn access(&self) -> Arc<dyn MailAccess> {
        self.hand.clone()
    }

    fn wish(&self, wish: Wish) {
        // If the queue is full, the next thing that happens is a look.
        self.wishes.try_send(wish).ok();
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Where the store keeps how far a folder is known; all of an account's begin with [`positions_of`] it.
pub(crate) fn position_key(account: &str, service: &str, user: &str, folder: &str) -> String {
    format!("{}{service}\t{user}\t{folder}", positions_of(account))
}

/// What the keys of an account's positions begin with.
pub(crate) fn positions_of(account: &str) -> String {
    format!("folder\t{account}\t")
}

/// The code of the trouble with an account's mailbox, beside XMPP.
pub(crate) fn trouble_code(account: &str) -> String {
    format!("mailbox {account}")
}

/// What it takes to look.
struct Looking {
    account: Account,
    server: MailServer,
    access: Arc<Access>,
    store: Store,
    inputs: mpsc::Sender<Input>,
    wished: mpsc::Receiver<Wish>,
    /// Whether a look is wanted that didn't come about yet.
    wanted: bool,
    refusal: watch::Sender<Option<Said>>,
}

impl Looking {
    async fn run(mut self) {
        let (clock, mut backoff) = (Instant::now(), Backoff::default());
        loop {
            if self.account.xmpp && !self.wanted && !self.until_wanted().await {
                return;
            }
            self.link(LinkChange::Connecting).await;
            let mut authenticating = false;
            let Err(error) = self.session(&clock, &mut backoff, &mut authenticating).await else {
                continue;
            };
            if authenticating {
                backoff.authenticating(clock.elapsed());
            }
            let class = error.class();
            let verdict = backoff.failed(clock.elapsed(), ImapError::reached(authenticating), class, jitter());
            let account = &self.account.jid;
            match class {
                FailureClass::Transient => tracing::info!(account, %error, "the mailbox isn't reached for now"),
                _ => tracing::error!(account, %error, "the mailbox isn't looked into"),
            }
            let wait = match verdict {
                Verdict::RetryAt(at) => at.saturating_sub(clock.elapsed()),
                Verdict::Park => PARKED,
            };
            self.fail(&error, wait).await;
            if self.wait(wait, class).await {
                let at = backoff.unpark(clock.elapsed());
                tokio::time::sleep(at.saturating_sub(clock.elapsed())).await;
            }
        }
    }

    /// Waits until a look is wanted; says whether anybody is there who could want one.
    async fn until_wanted(&mut self) -> bool {
        loop {
            match self.wished.recv().await {
                Some(Wish::Look | Wish::Retry) => {
                    self.wanted = true;
                    return true;
                }
                Some(Wish::Probe) => {}
                None => return false,
            }
        }
    }

    /// Waits before the next attempt; says whether that is to come now.
    async fn wait(&mut self, wait: Duration, class: FailureClass) -> bool {
        let until = Instant::now() + wait;
        loop {
            let wish = tokio::select! {
                () = tokio::time::sleep_until(until) => return false,
                Some(wish) = self.wished.recv() => wish,
            };
            match wish {
                Wish::Retry => return true,
                Wish::Probe if class == FailureClass::Transient => return true,
                Wish::Probe => {}
                // What waits for it is better told without.
                Wish::Look => {
                    self.wanted = true;
                    self.looked(None).await;
                }
            }
        }
    }

    /// From the connection to its end.
    async fn session(
        &mut self,
        clock: &Instant,
        backoff: &mut Backoff,
        authenticating: &mut bool,
    ) -> Result<(), LookError> {
        let client = self.access.clone();
        let client = client.connect(authenticating).await?;
        backoff.established(clock.elapsed());
        // What was wanted until now is seen by the first look.
        while self.wished.try_recv().is_ok() {}
        self.refusal.send_replace(None);
        let mut sight = self.sight().await?;
        self.forget_others(&sight).await?;
        let folders = self.account.folders();
        let mut asked_at = Timestamp::now();
        let mut eye = Eye::new(client, &folders, &mut sight).await?;
        self.link(LinkChange::Fresh).await;
        self.problem(None).await;
        let told_of_all = eye.be_told().await?;
        eye.look_everywhere().await?;
        self.wanted = false;
        let mut wanted_at = Instant::now();
        loop {
            let seen: Vec<String> = eye.seen().map(str::to_owned).collect();
            self.stand(&folders, &seen).await;
            let looked = Looked {
                asked_at,
                folders: seen,
            };
            self.looked(Some(looked)).await;
            let mut wish = None;
            while !eye.noticed() && wish != Some(Wish::Look) {
                self.heard().await;
                if self.account.xmpp && wanted_at.elapsed() >= LINGER {
                    eye.close().await;
                    return Ok(());
                }
                let wished = async { wish = self.wished.recv().await };
                eye.listen(if told_of_all { RENEW } else { ASK }, wished).await?;
                self.wanted |= wish == Some(Wish::Look);
                asked_at = Timestamp::now();
                if !told_of_all {
                    eye.ask_elsewhere().await?;
                }
            }
            match wish {
                Some(Wish::Look) => {
                    wanted_at = Instant::now();
                    eye.look_everywhere().await?;
                    self.wanted = false;
                }
                _ => eye.look_where_told().await?,
            }
        }
    }

    /// Takes back what is known of folders that aren't looked into any more, and of another server's or user's.
    async fn forget_others(&self, sight: &Telling) -> Result<(), LookError> {
        let account = &self.account.jid;
        let kept = self.store.beginning(positions_of(account)).await.map_err(unread)?;
        for (key, position) in kept {
            let place = key.strip_prefix(&positions_of(account)).unwrap_or_default();
            let mut place = place.splitn(3, '\t');
            let (Some(service), Some(user), Some(folder)) = (place.next(), place.next(), place.next()) else {
                continue;
            };
            let here = service == sight.service && user == sight.user;
            if here && sight.positions.contains_key(folder) {
                continue;
            }
            let mut other = Telling {
                service: service.to_owned(),
                user: user.to_owned(),
                positions: BTreeMap::new(),
                events: Vec::new(),
                ..sight.clone()
            };
            if let Ok(position) = serde_json::from_str::<Position>(&position) {
                for uid in &position.published {
                    let uidvalidity = position.uidvalidity;
                    other.gone(folder, Uid { uidvalidity, uid: *uid }).await?;
                }
            }
            other.tell(folder, None).await?;
        }
        Ok(())
    }

    async fn sight(&self) -> Result<Telling, LookError> {
        let mut positions = BTreeMap::new();
        for folder in self.account.folders() {
            let key = position_key(&self.account.jid, &self.server.host, &self.access.user, &folder);
            let kept = self.store.get(key).await.map_err(unread)?;
            // What can't be read is seen for the first time again.
            if let Some(position) = kept.and_then(|kept| serde_json::from_str(&kept).ok()) {
                positions.insert(folder, position);
            }
        }
        Ok(Telling {
            account: self.account.jid.clone(),
            service: self.server.host.clone(),
            user: self.access.user.clone(),
            inputs: self.inputs.clone(),
            positions,
            events: Vec::new(),
        })
    }

    async fn tell(&self, input: Input) {
        // The engine that isn't there any more has stopped this.
        self.inputs.send(input).await.ok();
    }

    /// The connection that counts for an account without XMPP is this one.
    async fn link(&self, change: LinkChange) {
        if !self.account.xmpp {
            let account = self.account.jid.clone();
            self.tell(Input::Link { account, change }).await;
        }
    }

    async fn heard(&self) {
        if !self.account.xmpp {
            let account = self.account.jid.clone();
            let pulse = Pulse::Back;
            self.tell(Input::Pulse { account, pulse }).await;
        }
    }

    async fn looked(&self, looked: Option<Looked>) {
        let account = self.account.jid.clone();
        self.tell(Input::Looked { account, looked }).await;
    }

    /// A trouble that a person has to see to, beside the account's own.
    async fn problem(&self, problem: Option<Problem>) {
        if self.account.xmpp {
            let code = trouble_code(&self.account.jid);
            self.tell(Input::Problem { code, problem }).await;
        }
    }

    async fn fail(&self, error: &LookError, wait: Duration) {
        let mut trouble = match error {
            LookError::Imap(error) => error.problem(),
            other => Problem::new("mailbox", other.said()),
        };
        if error.class() == FailureClass::NeedsPerson {
            self.refusal.send_replace(Some(error.said()));
        }
        self.looked(None).await;
        if !self.account.xmpp {
            let retry_at = Timestamp::now().checked_add(wait).ok();
            self.link(match error.class() {
                FailureClass::Transient => LinkChange::Lost {
                    trouble: Some(trouble),
                    retry_at,
                },
                _ => LinkChange::Untrusted { trouble, retry_at },
            })
            .await;
            return;
        }
        let folders = self.account.folders();
        for folder in &folders {
            self.stands(folder, NodeState::Unknown, Some(trouble.message.clone()))
                .await;
        }
        if error.class() != FailureClass::Transient {
            trouble.message = Said::word("trouble-mailbox")
                .with("jid", &self.account.jid)
                .with("what", trouble.message);
            self.problem(Some(trouble)).await;
        }
    }

    /// Tells how each folder stands.
    async fn stand(&self, folders: &[String], there: &[String]) {
        for folder in folders {
            let (state, trouble) = match there.contains(folder) {
                true => (NodeState::Subscribed, None),
                false => (NodeState::Refused, Some(Said::word("node-no-folder"))),
            };
            self.stands(folder, state, trouble).await;
        }
    }

    async fn stands(&self, folder: &str, state: NodeState, trouble: Option<Said>) {
        let node = NodeStatus {
            service: self.server.host.clone(),
            node: folder.to_owned(),
            state,
            trouble,
            acts: false,
        };
        let account = self.account.jid.clone();
        self.tell(Input::Node { account, node }).await;
    }
}

fn unread(error: StoreError) -> LookError {
    SightError(error.into()).into()
}

/// Tells the model what is seen.
#[derive(Clone)]
struct Telling {
    account: String,
    service: String,
    /// Who logs in, which goes into ids of items.
    user: String,
    inputs: mpsc::Sender<Input>,
    positions: BTreeMap<String, Position>,
    /// Seen, and not told yet.
    events: Vec<Decoded>,
}

impl Telling {
    async fn tell(&mut self, folder: &str, position: Option<Position>) -> Result<(), SightError> {
        let seen = FolderSeen {
            service: self.service.clone(),
            user: self.user.clone(),
            folder: folder.to_owned(),
            events: std::mem::take(&mut self.events),
            position,
        };
        let account = self.account.clone();
        let told = self.inputs.send(Input::Folder { account, seen }).await;
        told.map_err(|ended| SightError(ended.into()))
    }

    fn see(&mut self, folder: &str, event: Event) {
        self.events.push(Decoded {
            event: Event {
                node: Some(folder.to_owned()),
                ..event
            },
            delayed: false,
            payload: PayloadDigest::default(),
        });
    }
}

impl Sight for Telling {
    fn name(&self) -> &str {
        &self.account
    }

    fn position(&self, folder: &str) -> Option<&Position> {
        self.positions.get(folder)
    }

    fn folders(&self) -> Vec<String> {
        self.positions.keys().cloned().collect()
    }

    async fn arrived(&mut self, folder: &str, id: Uid, envelope: Envelope) -> Result<(), SightError> {
        let mail = Mail::stored(folder, id, envelope, None, Privacy::Full);
        self.see(folder, mail.event(&self.user, &self.service));
        Ok(())
    }

    async fn gone(&mut self, folder: &str, id: Uid) -> Result<(), SightError> {
        let gone = Gone::stored(folder, id, None);
        self.see(folder, gone.event(&self.user, &self.service));
        Ok(())
    }

    async fn keep(&mut self, folder: &str, position: Option<Position>) -> Result<(), SightError> {
        if self.events.is_empty() && self.positions.get(folder) == position.as_ref() {
            return Ok(());
        }
        match &position {
            Some(position) => self.positions.insert(folder.to_owned(), position.clone()),
            None => self.positions.remove(folder),
        };
        self.tell(folder, position).await
    }
}
