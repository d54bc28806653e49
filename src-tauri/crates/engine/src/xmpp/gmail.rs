//! Mail of a server that speaks Gmail's `google:mail:notify`: its threads are asked for when the server says that there are
//! new ones, and how far they are known is kept, so that nothing is told twice.

use jid::{BareJid, Jid};
use jiff::Timestamp;
use mailwren_core::account::Subscription;
use mailwren_core::model::Input;
use mailwren_core::payload::gmail::{self, Answer, Position};
use mailwren_core::said::Said;
use mailwren_core::view::{NodeState, NodeStatus};
use minidom::Element;
use xmpp_parsers::ns;

use super::bring_up::BringUp;
use super::catch_up::{Care, Fetched};
use super::iq::{Asker, IqError, ItemRef};
use super::{all_taken, subscribe};
use crate::store::{Store, StoreError};

/// After so many answers that broke the stream no more are asked for.
const MOST_BREAKS: u32 = 2;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
enum GmailError {
    /// The server didn't answer, or refused.
    Iq(#[from] IqError),
    /// How far threads are known can't be read or kept.
    Store(#[from] StoreError),
    /// The answer isn't one.
    NoMailbox,
    /// Answers break the stream, whatever is asked.
    Unsafe,
}

impl GmailError {
    /// For people.
    fn said(&self) -> Said {
        match self {
            Self::Iq(error) => error.said(),
            Self::Store(error) => error.said(),
            Self::NoMailbox => Said::word("gmail-no-mailbox"),
            Self::Unsafe => Said::word("gmail-unsafe"),
        }
    }
}

/// Where events of an account's threads are from.
pub(super) fn node(account: &str) -> Subscription {
    Subscription {
        service: account.to_owned(),
        node: gmail::NS.to_owned(),
    }
}

impl BringUp {
    /// Whether the server speaks this. Not asked where something that came breaks the stream.
    pub(super) async fn speaks_gmail(&self) -> bool {
        if self.care.one_by_one {
            return false;
        }
        self.mailbox().spoken().await.unwrap_or_else(|error| {
            tracing::info!(account = %self.account.jid, %error, "what the server speaks isn't known");
            false
        })
    }

    fn mailbox(&self) -> Threads<'_> {
        Threads {
            asker: &self.asker,
            store: &self.store,
            own: &self.own,
            account: &self.account.jid,
            care: &self.care,
        }
    }

    /// Asks for the threads that aren't known yet; `late` is whether they were missed. Gives whether that is in order.
    pub(super) async fn threads(&self, late: bool) -> bool {
        let asked_at = Timestamp::now();
        let answer = match self.mailbox().ask(late).await {
            Ok(answer) => answer,
            Err(GmailError::Iq(IqError::Ended)) => return false,
            Err(error) => {
                tracing::warn!(account = %self.account.jid, %error, "asking for mail threads");
                let trouble = match &error {
                    GmailError::Iq(error) => subscribe::refusal(error, Said::word("node-server")),
                    error => Said::word("gmail-trouble").with("why", error.said()),
                };
                self.tell_gmail(NodeState::Refused, Some(trouble)).await;
                return matches!(error, GmailError::Unsafe);
            }
        };
        let fetched = Fetched {
            asked_at,
            events: answer.events,
            ..Fetched::default()
        };
        self.told(&node(&self.account.jid), fetched).await;
        all_taken(&self.inputs).await;
        let trouble = (self.care.mailbox_breaks > 0).then(|| Said::word("gmail-left-out"));
        self.tell_gmail(NodeState::Subscribed, trouble).await;
        // Taken after the threads, so those are stored.
        all_taken(&self.inputs).await;
        if let Err(error) = self.mailbox().keep(answer.position).await {
            // What is asked for twice is stored once.
            tracing::warn!(account = %self.account.jid, %error, "keeping how far mail threads are known");
        }
        true
    }

    async fn tell_gmail(&self, state: NodeState, trouble: Option<Said>) {
        let Subscription { service, node } = node(&self.account.jid);
        let node = NodeStatus {
            service,
            node,
            state,
            trouble,
            acts: false,
        };
        let account = self.account.jid.clone();
        self.tell(Input::Node { account, node }).await;
    }
}

/// Asks for threads.
struct Threads<'a> {
    asker: &'a Asker,
    store: &'a Store,
    own: &'a BareJid,
    account: &'a str,
    care: &'a Care,
}

impl Threads<'_> {
    /// Whether the server's domain says that it speaks this.
    async fn spoken(&self) -> Result<bool, IqError> {
        let domain = Jid::from(BareJid::from_parts(None, self.own.domain()));
        let info = self.asker.get(&domain, Element::bare("query", ns::DISCO_INFO)).await;
        match info {
            Err(IqError::Refused(_)) => Ok(false),
            info => Ok(info?
                .iter()
                .flat_map(Element::children)
                .any(|child| child.is("feature", ns::DISCO_INFO) && child.attr("var") == Some(gmail::NS))),
        }
    }

    /// The threads that aren't known; `late` is whether they were missed.
    async fn ask(&self, late: bool) -> Result<Answer, GmailError> {
        if self.care.mailbox_breaks >= MOST_BREAKS {
            return Err(GmailError::Unsafe);
        }
        let known = self.known().await?;
        // So that it is known what was asked for if the answer breaks the stream.
        let about = ItemRef {
            node: node(self.account),
            item: String::new(),
        };
        let own = Jid::from(self.own.clone());
        let answer = self.asker.get_item(&own, gmail::query(known), about).await?;
        let answer = answer.and_then(|mailbox| Answer::read(self.account, &mailbox, known, late));
        answer.ok_or(GmailError::NoMailbox)
    }

    /// Keeps how far threads are known, once those up to there are stored.
    async fn keep(&self, position: Position) -> Result<(), StoreError> {
        self.store.set(self.key(), serde_json::to_string(&position).ok()).await
    }

    /// How far they are known. Nothing is of an account that was forgotten meanwhile.
    async fn known(&self) -> Result<Position, StoreError> {
        let Subscription { service, node } = node(self.account);
        let baseline = (self.account.to_owned(), service, node);
        let mut known = Position::default();
        if self.store.baselines().await?.contains(&baseline) {
            let json = self.store.get(self.key()).await?;
            known = json
                .and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or_default();
        }
        // What is older is what broke the stream.
        if let Some(broke) = self.care.mailbox_broke_at.map(Timestamp::as_millisecond) {
            known.time = known.time.max(u64::try_from(broke).ok());
        }
        Ok(known)
    }

    fn key(&self) -> String {
        format!("gmail/{}", self.account)
    }
}
