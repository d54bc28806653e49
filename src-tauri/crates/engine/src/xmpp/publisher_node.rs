//! The node on which whoever publishes an account's mail tells that it is alive (`docs/protocol.md`).

use jid::{BareJid, Jid};
use jiff::Timestamp;
use mailwren_core::heartbeat::{ITEM, PUBLISHER_NODE};
use minidom::Element;
use minidom::rxml::xml_ncname;

use super::iq::Asker;
use super::private_node::{self, PrivateError};

/// Tells when the mail server was last heard of. The node is looked at each time, which is seldom: others may have
/// changed it since.
pub(crate) async fn tell(asker: &Asker, own: &BareJid, contact: Timestamp) -> Result<(), PrivateError> {
    let own = Jid::from(own.clone());
    private_node::ensure(asker, &own, PUBLISHER_NODE).await?;
    let payload = Element::builder("heartbeat", PUBLISHER_NODE)
        .attr(xml_ncname!("contact").to_owned(), contact.to_string())
        .build();
    private_node::publish(asker, &own, PUBLISHER_NODE, ITEM, payload).await
}
