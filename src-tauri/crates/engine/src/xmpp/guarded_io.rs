//! The bytes below the XML parser: bounded, counted, and never written to a dead connection for ever.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::task::AtomicWaker;
use mailwren_core::limits::{LimitExceeded, Limiter, Limits};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A write that makes no progress for so long means that the connection is dead.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(60);

/// Size of the read buffer, in bytes.
const BUFFER: usize = 8192;

/// While stanzas that weigh more wait to be handled, no further ones are read ([`Limiter::weight`]). What waits between
/// parser and session is bounded in number alone, which says little of its memory.
const MOST_WAITING: u64 = 1 << 20;
/// Nothing that the parser has passed on stays unseen for longer by who has nothing to do.
const UNSEEN: Duration = Duration::from_millis(20);

/// What went through one connection, as plain text inside TLS. Lives on after the connection, which dies out of sight.
#[derive(Debug, Default)]
pub struct Gauge {
    received: AtomicU64,
    sent: AtomicU64,
    exceeded: OnceLock<LimitExceeded>,
    cut: CancellationToken,
    /// Weight of all stanzas that were read whole, and of those that need no memory any more.
    whole: AtomicU64,
    handled: AtomicU64,
    /// Whether somebody is at work on what was read.
    busy: AtomicBool,
    reader: AtomicWaker,
}

impl Gauge {
    /// Who reads the stanzas has got one, and isn't done with it.
    pub fn busy(&self) {
        self.busy.store(true, Ordering::Relaxed);
    }

    /// Who reads the stanzas has handled all that were passed on.
    pub fn idle(&self) {
        self.busy.store(false, Ordering::Relaxed);
        self.handled
            .fetch_max(self.whole.load(Ordering::Acquire), Ordering::AcqRel);
        self.reader.wake();
    }

    /// Breaks the connection, as if the network had. What is known of the session stays, so that it can be resumed.
    pub fn cut(&self) {
        self.cut.cancel();
    }

    /// Bytes received.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Bytes sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// The limit that ended the connection, if one did.
    pub fn exceeded(&self) -> Option<LimitExceeded> {
        self.exceeded.get().copied()
    }
}

/// A byte stream that ends with an error as soon as the peer passes a limit, before the parser sees why.
#[derive(Debug)]
pub struct GuardedIo<S> {
    inner: S,
    buffer: Box<[u8]>,
    /// The unread part of `buffer`.
    unread: std::ops::Range<usize>,
    limiter: Limiter,
    gauge: Arc<Gauge>,
    /// Runs while a write makes no progress.
    stalled: Option<Pin<Box<Sleep>>>,
    write_timeout: Duration,
    /// Runs while nothing is read because too much waits.
    held: Option<Pin<Box<Sleep>>>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<S> GuardedIo<S> {
    /// Around a fresh connection.
    pub fn new(inner: S, limits: Limits, gauge: Arc<Gauge>) -> Self {
        Self {
            inner,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            unread: 0..0,
            limiter: Limiter::new(limits),
            cut: Box::pin(gauge.cut.clone().cancelled_owned()),
            gauge,
            stalled: None,
            write_timeout: WRITE_TIMEOUT,
            held: None,
        }
    }

    /// For the stream that begins next on the same connection, as after SASL.
    #[must_use]
    pub fn restarted(mut self, limits: Limits) -> Self {
        self.limiter = Limiter::new(limits);
        self
    }

    /// The connection itself; `None` if the peer sent more than was read. What comes before TLS and is kept until after
    /// it would pass as if it had come inside.
    pub fn into_inner(self) -> Option<S> {
        self.unread.is_empty().then_some(self.inner)
    }

    /// Waits while too much waits to be handled.
    fn hold(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let gauge = &self.gauge;
        let weight = self.limiter.weight();
        let too_much = || weight.saturating_sub(gauge.handled.load(Ordering::Acquire)) > MOST_WAITING;
        if too_much() {
            gauge.reader.register(cx.waker());
            let held = self.held.get_or_insert_with(|| Box::pin(tokio::time::sleep(UNSEEN)));
            let unseen = held.as_mut().poll(cx).is_ready();
            if unseen && !gauge.busy.load(Ordering::Relaxed) {
                // It is one large stanza, or what the parser keeps to itself.
                gauge.handled.fetch_max(weight, Ordering::AcqRel);
            }
            if too_much() {
                return Poll::Pending;
            }
        }
        self.held = None;
        Poll::Ready(())
    }

    /// Watches a write: `Pending` for too long is an error.
    fn watch_write<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let deadline = Instant::now() + self.write_timeout;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the peer takes no more data",
        )))
    }
}

impl<S: AsyncRead + Unpin> AsyncBufRead for GuardedIo<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        if this.cut.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "given up here")));
        }
        if this.unread.is_empty() {
            ready!(this.hold(cx));
            let mut buffer = ReadBuf::new(&mut this.buffer);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut buffer))?;
            let fresh = buffer.filled();
            this.gauge.received.fetch_add(fresh.len() as u64, Ordering::Relaxed);
            if let Err(exceeded) = this.limiter.scan(fresh) {
                let _ = this.gauge.exceeded.set(exceeded);
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, exceeded)));
            }
            this.gauge.whole.store(this.limiter.whole(), Ordering::Release);
            this.unread = 0..fresh.len();
        }
        Poll::Ready(Ok(this.buffer.get(this.unread.clone()).unwrap_or_default()))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let unread = &mut self.get_mut().unread;
        unread.start = (unread.start + amount).min(unread.end);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for GuardedIo<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let available = ready!(self.as_mut().poll_fill_buf(cx))?;
        let taken = available.len().min(buf.remaining());
        buf.put_slice(available.get(..taken).unwrap_or_default());
        self.consume(taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for GuardedIo<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(n)) = &written {
            this.gauge.sent.fetch_add(*n as u64, Ordering::Relaxed);
        }
        this.watch_write(cx, written)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.inner).poll_flush(cx);
        this.watch_write(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.inner).poll_shutdown(cx);
        this.watch_write(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    fn limits() -> Limits {
        Limits {
            stanza_bytes: 1000,
            ..Limits::default()
        }
    }

    #[tokio::test]
    async fn bytes_within_the_limits_pass_and_are_counted() {
        let (mut peer, ours) = duplex(64);
        let gauge = Arc::new(Gauge::default());
        let mut io = GuardedIo::new(ours, limits(), gauge.clone());
        let sent = b"<stream><message>one</message><message>two</message>";
        let (_, read) = tokio::join!(peer.write_all(sent), async {
            let mut got = vec![0; sent.len()];
            io.read_exact(&mut got).await.map(|_| got)
        });
        assert_eq!(read.unwrap(), sent);
        io.write_all(b"answer").await.unwrap();
        assert_eq!(
            (gauge.received(), gauge.sent(), gauge.exceeded()),
            (sent.len() as u64, 6, None)
        );
    }

    #[tokio::test]
    async fn a_stanza_that_is_too_large_ends_the_stream_and_is_remembered() {
        let (mut peer, ours) = duplex(1 << 16);
        let gauge = Arc::new(Gauge::default());
        let mut io = GuardedIo::new(ours, limits(), gauge.clone());
        peer.write_all(format!("<stream><message>{}", "x".repeat(2000)).as_bytes())
            .await
            .unwrap();
        let error = io.read(&mut [0; 100]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(gauge.exceeded(), Some(LimitExceeded::StanzaBytes(1000)));
    }

    /// How much is read before nothing more is; the peer has more.
    async fn read_until_held(io: &mut GuardedIo<&[u8]>) -> u64 {
        let before = io.gauge.received();
        let mut buffer = [0; BUFFER];
        loop {
            match futures::poll!(std::pin::pin!(io.read(&mut buffer))) {
                Poll::Ready(read) => assert!(read.unwrap() > 0),
                Poll::Pending => return io.gauge.received() - before,
            }
        }
    }

    #[tokio::test]
    async fn no_more_is_read_while_too_much_waits_to_be_handled() {
        let message = format!("<message>{}</message>", "x".repeat(10_000));
        let sent = format!("<stream>{}", message.repeat(600));
        let gauge = Arc::new(Gauge::default());
        let mut io = GuardedIo::new(sent.as_bytes(), Limits::default(), gauge.clone());
        let expected = MOST_WAITING * 8 / 10..MOST_WAITING + 30_000;
        gauge.busy();
        let first = read_until_held(&mut io).await;
        assert!(expected.contains(&first), "{first}");
        tokio::time::sleep(UNSEEN * 2).await;
        assert_eq!(read_until_held(&mut io).await, 0);
        gauge.idle();
        gauge.busy();
        let second = read_until_held(&mut io).await;
        assert!(expected.contains(&second), "{second}");
    }

    #[tokio::test]
    async fn what_the_parser_keeps_to_itself_holds_nothing_up_for_good() {
        let element = "<a xmlns='urn:xmpp:sm:3'/>";
        // Each weighs more than it is long.
        let sent = format!("<stream>{}", element.repeat(MOST_WAITING as usize / 100));
        let mut io = GuardedIo::new(sent.as_bytes(), Limits::default(), Arc::default());
        let mut read = Vec::new();
        io.read_to_end(&mut read).await.unwrap();
        assert_eq!(read.len(), sent.len());
    }

    #[tokio::test]
    async fn a_peer_that_takes_no_data_is_given_up() {
        let (_peer, ours) = duplex(16);
        let mut io = GuardedIo::new(ours, limits(), Arc::default());
        assert_eq!(io.write_timeout, WRITE_TIMEOUT);
        io.write_timeout = Duration::from_millis(10);
        let error = io.write_all(&[b'x'; 100]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_connection_with_unread_bytes_is_not_handed_on() {
        let (mut peer, ours) = duplex(64);
        let mut io = GuardedIo::new(ours, limits(), Arc::default());
        peer.write_all(b"<proceed/><injected/>").await.unwrap();
        io.read_exact(&mut [0; 10]).await.unwrap();
        assert!(io.into_inner().is_none());
    }

    #[tokio::test]
    async fn a_connection_that_is_cut_wakes_who_waits_for_it() {
        let (_peer, ours) = duplex(64);
        let gauge = Arc::new(Gauge::default());
        let mut io = GuardedIo::new(ours, limits(), gauge.clone());
        let mut buffer = [0; 10];
        let (read, ()) = tokio::join!(io.read(&mut buffer), async { gauge.cut() });
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
