//! Publishing mail to a node: made ready once in a session, then item after item.

use jid::{BareJid, Jid};
use minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::DefinedCondition as Condition;

use super::iq::{Asker, IqError};
use super::private_node::{self, Found, KEEPING, KEEPING_OFFLINE, PUBLISH_OPTIONS, PrivateError};

/// A node that mail is published on: the account's own, or one at a pubsub service.
pub(crate) struct MailNode<'a> {
    pub(crate) asker: &'a Asker,
    pub(crate) own: &'a BareJid,
    pub(crate) service: &'a Jid,
    pub(crate) node: &'a str,
    /// Whose mail it is, if that isn't who publishes: nobody else may read it.
    pub(crate) reader: Option<&'a BareJid>,
}

impl MailNode<'_> {
    /// Makes sure that it is there, private, and keeps what is published. Somebody else's node isn't ours to look into:
    /// there the service has to promise that it publishes nothing on a node that isn't private. With `admitted`, its reader is
    /// known to be let in, unless it has to be made anew.
    pub(crate) async fn ready(&self, admitted: bool) -> Result<(), PrivateError> {
        let wanted = if *self.service == *self.own {
            KEEPING
        } else {
            KEEPING_OFFLINE
        };
        match private_node::ensure_with(self.asker, self.service, self.node, wanted).await {
            Err(PrivateError::Iq(IqError::Refused(error)))
                if *self.service != *self.own && is_forbidden(&error.defined_condition) =>
            {
                match self.has_preconditions().await? {
                    true => Ok(()),
                    false => Err(PrivateError::Unverified),
                }
            }
            Ok(found) => {
                if let Some(reader) = self.reader
                    && (found == Found::Made || !admitted)
                {
                    private_node::admit(self.asker, self.service, self.node, reader, found).await?;
                }
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Publishes an item, provided that the node is still private. Doing so again changes nothing.
    pub(crate) async fn publish(&self, item: &str, payload: &Element) -> Result<(), PrivateError> {
        let publish = || private_node::publish(self.asker, self.service, self.node, item, payload.clone());
        match publish().await {
            // Somebody opened the node, or deleted it.
            Err(PrivateError::Iq(IqError::Refused(error))) if is_changed(&error.defined_condition) => {
                self.ready(false).await?;
                publish().await
            }
            published => published,
        }
    }

    /// Takes an item back that makes room, without telling anybody: it has neither been read nor deleted.
    pub(crate) async fn make_room(&self, item: &str) -> Result<(), IqError> {
        match private_node::withdraw(self.asker, self.service, self.node, item).await {
            // It is gone already.
            Err(IqError::Refused(_)) => Ok(()),
            withdrawn => withdrawn,
        }
    }

    /// Takes an item back whose mail was read, moved or deleted, and tells everybody. Doing so again changes nothing.
    pub(crate) async fn retract(&self, item: &str) -> Result<(), IqError> {
        match private_node::retract(self.asker, self.service, self.node, item).await {
            // It is gone already, or the node is.
            Err(IqError::Refused(error)) if error.defined_condition == Condition::ItemNotFound => Ok(()),
            retracted => retracted,
        }
    }

    /// Whether the service knows publish-options, and so checks them (XEP-0060 §7.1.5).
    async fn has_preconditions(&self) -> Result<bool, IqError> {
        let query = Element::bare("query", ns::DISCO_INFO);
        let info = self.asker.get(self.service, query).await?;
        let mut features = info.iter().flat_map(Element::children);
        Ok(features.any(|feature| feature.attr("var") == Some(PUBLISH_OPTIONS)))
    }
}

const fn is_forbidden(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Forbidden | Condition::NotAllowed | Condition::NotAuthorized
    )
}

/// A precondition that failed is a conflict; ejabberd calls it not acceptable.
const fn is_changed(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Conflict | Condition::NotAcceptable | Condition::ItemNotFound
    )
}
