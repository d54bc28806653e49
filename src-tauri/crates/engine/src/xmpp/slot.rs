//! Where `StanzaStream` waits for its next connection.

use std::borrow::Cow;

use jid::BareJid;
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::sync::oneshot;
use tokio_xmpp::stanzastream::Connection;
use tokio_xmpp::xmlstream::{FallibleStreamElement, StreamHeader, Timeouts, initiate_stream};
use xmpp_parsers::ns;

/// A `StanzaStream`'s place for a connection.
///
/// Its worker panics if the place is dropped, and waits for ever if it is kept. So one that isn't wanted any more gets a
/// connection that has ended already, upon which the worker sees that nobody listens, and ends too.
pub(super) struct Slot {
    place: Option<oneshot::Sender<Connection>>,
    own: BareJid,
}

impl Slot {
    pub(super) const fn new(place: oneshot::Sender<Connection>, own: BareJid) -> Self {
        Self {
            place: Some(place),
            own,
        }
    }

    /// Hands the connection over; it comes back if the worker is gone.
    pub(super) fn fill(mut self, connection: Connection) -> Result<(), Box<Connection>> {
        match self.place.take() {
            Some(place) => place.send(connection).map_err(Box::new),
            None => Err(Box::new(connection)),
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(place) = self.place.take().filter(|place| !place.is_closed()) else {
            return;
        };
        let own = self.own.clone();
        // Without a runtime there is no worker left either.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Some(connection) = ended(own).await {
                    place.send(connection).ok();
                }
            });
        }
    }
}

/// A connection whose other side offered to bind and went away.
async fn ended(own: BareJid) -> Option<Connection> {
    let (mut server, client) = tokio::io::duplex(1024);
    let said = format!(
        "<stream:stream xmlns='{}' xmlns:stream='{}' version='1.0'><stream:features><bind xmlns='{}'/></stream:features>",
        ns::JABBER_CLIENT,
        ns::STREAM,
        ns::BIND,
    );
    server.write_all(said.as_bytes()).await.ok()?;
    let header = StreamHeader {
        to: Some(Cow::Borrowed(own.domain().as_str())),
        from: None,
        id: None,
    };
    let pending = initiate_stream(BufReader::new(client), ns::JABBER_CLIENT, header, Timeouts::default())
        .await
        .ok()?;
    let (features, stream) = pending.recv_features::<FallibleStreamElement>().await.ok()?;
    drop(server);
    Some(Connection {
        stream: stream.box_stream(),
        features,
        identity: own.into(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_place_that_is_not_wanted_any_more_gets_a_connection_that_has_ended() {
        use futures::StreamExt as _;
        let (place, waiting) = oneshot::channel();
        drop(Slot::new(place, BareJid::new("sam@example.org").unwrap()));
        let mut connection = waiting.await.unwrap();
        assert!(connection.features.can_bind(), "the worker would panic without");
        assert!(!matches!(connection.stream.next().await, Some(Ok(_))));
    }
}
