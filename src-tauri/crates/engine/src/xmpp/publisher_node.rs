//! The node on which whoever publishes an account's mail tells that it is alive, and where it takes commands
//! (`docs/protocol.md`).

use jid::{BareJid, Jid};
use mailwren_core::heartbeat::{ITEM, PUBLISHER_NODE, Publisher};

use super::iq::Asker;
use super::private_node::{self, PrivateError};

/// Tells it. The node is looked at each time, which is seldom: others may have changed it since.
pub(crate) async fn tell(asker: &Asker, own: &BareJid, publisher: &Publisher) -> Result<(), PrivateError> {
    let own = Jid::from(own.clone());
    private_node::ensure(asker, &own, PUBLISHER_NODE).await?;
    private_node::publish(asker, &own, PUBLISHER_NODE, ITEM, publisher.payload()).await
}
