//! A connection's outgoing side: one queue of bytes, so that raw injections keep their place among stanzas.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// So many writes may wait for a client that doesn't read; then it is cut off.
const QUEUED_WRITES: usize = 16_384;

/// The writing end of a connection. Clones write into the same queue.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    queue: mpsc::Sender<Vec<u8>>,
    cut: CancellationToken,
}

impl Wire {
    /// A wire, and the queue that [`pump`] empties. `cut` ends the connection.
    pub(crate) fn new(cut: CancellationToken) -> (Self, mpsc::Receiver<Vec<u8>>) {
        let (queue, rest) = mpsc::channel(QUEUED_WRITES);
        (Self { queue, cut }, rest)
    }

    /// Queues bytes. Without room the connection is cut: stream management replays what was lost.
    pub(crate) fn send(&self, bytes: impl Into<Vec<u8>>) {
        if self.queue.try_send(bytes.into()).is_err() {
            self.cut.cancel();
        }
    }

    /// Cuts the connection without a word.
    pub(crate) fn cut(&self) {
        self.cut.cancel();
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.send(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Carries the queue to the socket, except while stalled, until every [`Wire`] is gone; then closes the socket.
pub(crate) async fn pump(
    mut queue: mpsc::Receiver<Vec<u8>>,
    mut socket: impl AsyncWrite + Unpin,
    mut stalled: watch::Receiver<bool>,
) -> io::Result<()> {
    while let Some(bytes) = queue.recv().await {
        if stalled.wait_for(|stalled| !stalled).await.is_err() {
            break;
        }
        socket.write_all(&bytes).await?;
        if queue.is_empty() {
            socket.flush().await?;
        }
    }
    socket.shutdown().await
}
