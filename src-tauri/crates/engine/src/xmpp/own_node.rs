//! A subscription to the account's own PEP node, for the life of a session.
//!
//! `+notify` alone doesn't do everywhere: ejabberd sends such events by way of the publisher's own session, and a
//! publisher that isn't online (that sent no presence) reaches nobody. Measured with 23.01, publisher offline, priority
//! −1: no event by `+notify` or by a subscription of the bare JID, every one by a subscription of the full JID. Where
//! the publisher is online the event then comes twice, and the store keeps it once. Prosody 0.12.3 takes both for the
//! same, and sends each event once.
//!
//! The bare JID, which would outlive the session, isn't an option: what is sent to it needs a priority that isn't
//! negative, and the person's chat would come along. So each session subscribes its own full JID, and ends what an
//! earlier one of ours left behind; those of other clients are never touched.

use std::collections::BTreeSet;

use jid::{BareJid, Jid};
use mailwren_core::MAIL_NODE;
use mailwren_core::heartbeat::PUBLISHER_NODE;

use super::iq::{Asker, IqError};
use super::private_node::{self, KEEPING, PrivateError};
use super::subscribe;
use crate::store::{Store, StoreError};

/// Subscriptions of earlier sessions that are remembered; more than one only where ending them failed.
const MOST_REMEMBERED: usize = 16;

/// Whether the node's events come for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hearing {
    /// The node is there, and subscribed to.
    Subscribed,
    /// The node isn't there yet.
    Missing,
}

/// What subscribes a session to the own node.
pub(super) struct OwnNode<'a> {
    pub(super) asker: &'a Asker,
    pub(super) store: &'a Store,
    pub(super) own: &'a BareJid,
    /// The session's full JID.
    pub(super) bound: &'a Jid,
}

impl OwnNode<'_> {
    fn service(&self) -> Jid {
        self.own.clone().into()
    }

    /// Ends the subscriptions of earlier sessions of ours. What can't be ended now is tried again by the next session.
    pub(super) async fn tidy(&self) -> Result<(), StoreError> {
        let mut left = self.remembered().await?;
        left.remove(self.bound.as_str());
        if left.is_empty() {
            return Ok(());
        }
        let Ok(answer) = self.asker.get(&self.service(), subscribe::list()).await else {
            return Ok(());
        };
        let held = subscribe::listed(answer.as_ref());
        let ours = || {
            held.iter()
                .filter(|h| matches!(h.node.as_str(), MAIL_NODE | PUBLISHER_NODE))
        };
        let mut kept = BTreeSet::new();
        for stale in ours() {
            if left.contains(stale.jid.as_str()) {
                match self.asker.set(&self.service(), subscribe::unsubscribe(stale)).await {
                    Ok(_) => {}
                    Err(error) => {
                        tracing::debug!(%error, "an earlier session's subscription stays");
                        kept.insert(stale.jid.to_string());
                    }
                }
            }
        }
        self.remember(kept).await
    }

    /// Subscribes this session to what the publisher tells of itself, which isn't online either.
    ///
    /// # Errors
    /// What the server answers; `+notify` is then all that there is.
    pub(super) async fn hear_publisher(&self) -> Result<(), PrivateError> {
        let asked = || subscribe::subscribe(PUBLISHER_NODE, self.bound);
        match self.asker.set(&self.service(), asked()).await {
            // So that the first bridge ever is heard of.
            Err(error) if subscribe::is_missing(&error) => {
                private_node::ensure(self.asker, &self.service(), PUBLISHER_NODE).await?;
                self.asker.set(&self.service(), asked()).await?;
                Ok(())
            }
            heard => Ok(heard.map(drop)?),
        }
    }

    /// Subscribes this session. Doing so again changes nothing.
    ///
    /// # Errors
    /// What the server answers; `+notify` is then all that there is.
    pub(super) async fn subscribe(&self) -> Result<Hearing, IqError> {
        // Before it is done, so that it is known after a crash.
        let mut mine = self.remembered().await.unwrap_or_default();
        if mine.insert(self.bound.to_string())
            && let Err(error) = self.remember(mine).await
        {
            tracing::warn!(%error, "keeping which session is subscribed");
        }
        let asked = subscribe::subscribe(MAIL_NODE, self.bound);
        match self.asker.set(&self.service(), asked).await {
            Ok(_) => Ok(Hearing::Subscribed),
            Err(error) if subscribe::is_missing(&error) => Ok(Hearing::Missing),
            Err(error) => Err(error),
        }
    }

    /// Makes the node: private, and keeping what is published. Else the first mail ever published, to a node that nobody
    /// could subscribe to before, would be found by a later look only.
    ///
    /// # Errors
    /// What the server answers; the first to publish makes it then.
    pub(super) async fn make(&self) -> Result<(), PrivateError> {
        private_node::ensure_with(self.asker, &self.service(), MAIL_NODE, KEEPING).await?;
        Ok(())
    }

    fn key(&self) -> String {
        format!("own_node/{}", self.own)
    }

    async fn remembered(&self) -> Result<BTreeSet<String>, StoreError> {
        let json = self.store.get(self.key()).await?;
        Ok(json
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default())
    }

    async fn remember(&self, jids: BTreeSet<String>) -> Result<(), StoreError> {
        let jids: Vec<String> = jids.into_iter().take(MOST_REMEMBERED).collect();
        let json = (!jids.is_empty()).then(|| serde_json::to_string(&jids).ok()).flatten();
        self.store.set(self.key(), json).await
    }
}
