//! Read state across devices: what a person did here is told to the account's other devices, and what they tell is taken
//! in (`docs/protocol.md`).

use jid::Jid;
use mailwren_core::marks::{self, MARKS_AT_ONCE, MARKS_NODE, Mark};
use mailwren_core::model::Input;

use super::{Phase, Session, random};
use crate::store::{Store, StoreError};
use crate::xmpp::iq::{Asker, IqError};
use crate::xmpp::private_node::{self, KEEPING, PrivateError};

/// Why other devices weren't told.
#[derive(Debug, thiserror::Error)]
pub(super) enum ShareError {
    /// The server has no PEP, or not what is needed of it.
    #[error(transparent)]
    Node(#[from] PrivateError),
    /// What is to be told can't be read, or not be noted as told.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How telling them ended.
pub(super) type Shared = Result<(), ShareError>;

async fn share(asker: Asker, own: Jid, store: Store, verified: bool) -> Shared {
    let mut verified = verified;
    loop {
        let account = own.to_string();
        let marks = store.untold(account.clone(), MARKS_AT_ONCE).await?;
        if marks.is_empty() {
            return Ok(());
        }
        if !verified {
            private_node::ensure_with(&asker, &own, MARKS_NODE, KEEPING).await?;
            verified = true;
        }
        let item = format!("{:016x}{:016x}", random(), random());
        private_node::publish(&asker, &own, MARKS_NODE, &item, marks::payload(&marks)).await?;
        store.told(account, marks).await?;
    }
}

impl Session {
    /// Tells the other devices what they have still to hear of; what can't be told now is told by the next session.
    pub(super) fn share(&mut self) {
        if !self.shown || !matches!(self.phase, Phase::Up(_)) {
            return;
        }
        if self.sharing.is_some() {
            self.share_again = true;
            return;
        }
        let (asker, own) = (self.asker.clone(), Jid::from(self.own.clone()));
        self.sharing = Some(Box::pin(share(asker, own, self.store.clone(), self.marks_private)));
    }

    /// They were told, or can't be.
    pub(super) fn shared(&mut self, shared: Shared) {
        self.sharing = None;
        let mut again = std::mem::take(&mut self.share_again);
        match shared {
            Ok(()) => self.marks_private = true,
            // Somebody opened the node, or deleted it.
            Err(ShareError::Node(PrivateError::Iq(IqError::Refused(_)))) if self.marks_private => {
                self.marks_private = false;
                again = true;
            }
            Err(error) => tracing::info!(account = %self.account.jid, %error, "other devices aren't told"),
        }
        if again {
            self.share();
        }
    }

    /// Other devices told something.
    pub(super) async fn marked(&mut self, marks: Vec<Mark>) {
        let account = self.account.jid.clone();
        self.tell(Input::Marks { account, marks }).await;
    }
}
