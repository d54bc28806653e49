//! One client's connection, from TLS to its end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use minidom::Element;
use tokio::io::{AsyncBufRead, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_xmpp::xmlstream::ReadError;
use xmpp_parsers::bind::BindFeature;
use xmpp_parsers::sm::StreamManagement;
use xmpp_parsers::stream_features::StreamFeatures;

use crate::login::{header, log_in};
use crate::server::Shared;
use crate::sessions::{ConnectionId, Ending};
use crate::state::Flow;
use crate::wire::{Wire, pump};

/// A client has so long for TLS, and again for its login.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves a client until it goes, breaks, or `cut` is cancelled.
pub(crate) async fn serve(tcp: TcpStream, shared: Arc<Shared>, cut: CancellationToken) {
    let id = std::sync::OnceLock::new();
    tokio::select! {
        () = cut.cancelled() => {}
        ended = converse_over_tls(tcp, &shared, cut.clone(), &id) => {
            if let Err(error) = ended {
                tracing::debug!(%error, "connection broke");
            }
        }
    }
    if let Some(id) = id.get() {
        shared.state(|state| state.disconnect(*id, Ending::Broken));
    }
}

async fn converse_over_tls(
    tcp: TcpStream,
    shared: &Shared,
    cut: CancellationToken,
    id: &std::sync::OnceLock<ConnectionId>,
) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let tls = timeout(PATIENCE, shared.acceptor.accept(tcp)).await??;
    // RFC 9266 §2. A connection that has none can't be bound by it.
    let exporter = tls
        .get_ref()
        .1
        .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
        .unwrap_or_default();
    let (reader, writer) = tokio::io::split(tls);
    let (wire, queue) = Wire::new(cut);
    let stalled = shared.stalled.subscribe();
    // The conversation drops the wires when it ends; the pump then sends what is left and closes the socket.
    let conversation = async {
        let ending = converse(BufReader::new(reader), wire, shared, &exporter, id).await;
        if let Some(id) = id.get() {
            let how = ending.as_ref().map_or(Ending::Broken, |ending| *ending);
            shared.state(|state| state.disconnect(*id, how));
        }
        ending
    };
    let (ending, pumped) = tokio::join!(conversation, pump(queue, writer, stalled));
    ending.and(pumped)
}

async fn converse(
    reader: impl AsyncBufRead + Unpin,
    wire: Wire,
    shared: &Shared,
    exporter: &[u8],
    id: &std::sync::OnceLock<ConnectionId>,
) -> io::Result<Ending> {
    let io = tokio::io::join(reader, wire.clone());
    let Some((user, accepted)) = timeout(PATIENCE, log_in(io, shared, exporter)).await?? else {
        return Ok(Ending::Final);
    };
    let (domain, stream_id) = shared.state(|state| (state.domain.clone(), state.fresh_id()));
    let features = StreamFeatures {
        bind: Some(BindFeature { required: false }),
        stream_management: Some(StreamManagement { optional: false }),
        ..StreamFeatures::default()
    };
    let pending = accepted.send_header(header(&domain, &stream_id)).await?;
    let mut stream = pending.send_features::<Element>(&features).await?;
    let id = *id.get_or_init(|| shared.state(|state| state.connect(user, wire.clone())));
    let mut stalled = shared.stalled.subscribe();
    loop {
        let read = stream.next().await;
        if stalled_until(&mut stalled).await.is_none() {
            return Ok(Ending::Broken);
        }
        match read {
            Some(Ok(element)) => {
                if shared.state(|state| state.receive(id, &element)) == Flow::Close {
                    return Ok(Ending::Final);
                }
            }
            Some(Err(ReadError::SoftTimeout)) => wire.send("<r xmlns='urn:xmpp:sm:3'/>"),
            Some(Err(ReadError::StreamFooterReceived)) => {
                wire.send("</stream:stream>");
                return Ok(Ending::Final);
            }
            Some(Err(ReadError::ParseError(error))) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            Some(Err(ReadError::HardError(error))) => return Err(error),
            None => return Ok(Ending::Broken),
        }
    }
}

/// Waits until the server isn't stalled; `None` when it is gone.
async fn stalled_until(stalled: &mut watch::Receiver<bool>) -> Option<()> {
    stalled.wait_for(|stalled| !stalled).await.ok().map(|_| ())
}
