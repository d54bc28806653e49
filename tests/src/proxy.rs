//! A TCP proxy that breaks connections on purpose.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::place;
use crate::wait::within;

/// What holds for all connections. Rounds number them: each belongs to the one in which it was made.
#[derive(Debug, Clone, Copy)]
struct Weather {
    round: u32,
    /// Connections made before this round are reset.
    alive_from: u32,
    /// Of connections made before this round the client hears nothing more, and isn't heard; the server sees a reset.
    heard_from: u32,
    /// Of connections made before this round neither side hears anything more.
    carried_from: u32,
    /// Connections stay open and nothing flows: a network that has gone without a word.
    stalled: bool,
    /// New connections are reset at once.
    refused: bool,
    /// Where connections lead.
    to: SocketAddr,
    /// How long everything takes more, each way.
    delay: Duration,
}

/// How a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// By a reset (TCP RST), both ways.
    Reset,
    /// By an orderly end of TCP (FIN), inside of whatever TLS was about to say.
    End,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// Burns down by the bytes that pass, then cuts the connection.
#[derive(Debug, Clone, Copy)]
struct Fuse {
    way: Way,
    left: usize,
    cut: Cut,
}

/// Bytes that have passed, over all connections.
#[derive(Debug, Default)]
struct Passed {
    up: AtomicU64,
    down: AtomicU64,
}

/// A proxy in front of a server. Ends with its handle.
#[derive(Debug)]
pub struct TcpProxy {
    /// Where it listens.
    pub host: IpAddr,
    /// Where it listens.
    pub port: u16,
    weather: watch::Sender<Weather>,
    fuse: Arc<Mutex<Option<Fuse>>>,
    burnt: watch::Sender<Option<Instant>>,
    accepted: watch::Receiver<u32>,
    passed: Arc<Passed>,
    task: JoinHandle<()>,
}

impl TcpProxy {
    /// Starts it.
    ///
    /// # Errors
    /// When it can't listen.
    pub async fn start(to: SocketAddr) -> Result<Self> {
        let (host, port) = (place::address(), place::port());
        let listener = TcpListener::bind((host, port)).await?;
        let weather = watch::Sender::new(Weather {
            round: 0,
            alive_from: 0,
            heard_from: 0,
            carried_from: 0,
            stalled: false,
            refused: false,
            to,
            delay: Duration::ZERO,
        });
        let (fuse, burnt) = (Arc::default(), watch::Sender::new(None));
        let (count, accepted) = watch::channel(0);
        let passed = Arc::<Passed>::default();
        let link = Link {
            weather: weather.subscribe(),
            fuse: Arc::clone(&fuse),
            burnt: burnt.clone(),
            passed: Arc::clone(&passed),
            round: 0,
        };
        let task = tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                links.spawn(carry(client, link.made_now()));
                count.send_modify(|count| *count += 1);
                // Those that ended are let go.
                while links.try_join_next().is_some() {}
            }
        });
        Ok(Self {
            host,
            port,
            weather,
            fuse,
            burnt,
            accepted,
            passed,
            task,
        })
    }

    fn change(&self, change: impl FnOnce(&mut Weather)) {
        self.weather.send_modify(change);
    }

    /// Resets all connections (TCP RST). New ones pass.
    pub fn kill(&self) {
        self.change(|weather| {
            weather.round += 1;
            weather.alive_from = weather.round;
        });
    }

    /// Lets nothing flow any more, without closing anything.
    pub fn stall(&self) {
        self.change(|weather| weather.stalled = true);
    }

    /// Ends [`TcpProxy::stall`]: what was held up flows.
    pub fn resume(&self) {
        self.change(|weather| weather.stalled = false);
    }

    /// Lets nothing flow any more, as [`TcpProxy::stall`] does; ended by [`TcpProxy::clear`].
    pub fn black_hole(&self) {
        self.change(|weather| {
            weather.round += 1;
            weather.stalled = true;
        });
    }

    /// Ends a black hole for the connections that were made in it. Those of before stay open and dead on both ends, as
    /// after a router was replaced.
    pub fn clear(&self) {
        self.change(|weather| {
            weather.carried_from = weather.round;
            weather.stalled = false;
        });
    }

    /// Half-open: the server's ends are reset, the client's stay open and say nothing. New connections pass.
    pub fn forget_clients(&self) {
        self.change(|weather| {
            weather.round += 1;
            weather.heard_from = weather.round;
        });
    }

    /// Resets all connections, and each new one.
    pub fn refuse(&self) {
        self.change(|weather| {
            weather.round += 1;
            weather.alive_from = weather.round;
            weather.refused = true;
        });
    }

    /// Ends [`TcpProxy::refuse`].
    pub fn admit(&self) {
        self.change(|weather| weather.refused = false);
    }

    /// Makes everything take longer, each way; the order stays.
    pub fn delay(&self, by: Duration) {
        self.change(|weather| weather.delay = by);
    }

    /// Leads new connections elsewhere.
    pub fn lead_to(&self, to: SocketAddr) {
        self.change(|weather| weather.to = to);
    }

    /// Cuts the connection over which this many more bytes have passed, counting from now and over connections.
    pub fn light_fuse(&self, way: Way, bytes: usize, cut: Cut) {
        self.burnt.send_replace(None);
        *self.fuse.lock().unwrap_or_else(PoisonError::into_inner) = Some(Fuse { way, left: bytes, cut });
    }

    /// When the fuse that was lit last burnt down; `None` if it didn't within this time, and then it is put out.
    pub async fn burnt(&self, patience: Duration) -> Option<Instant> {
        let mut burnt = self.burnt.subscribe();
        let waited = tokio::time::timeout(patience, burnt.wait_for(Option::is_some)).await;
        let at = waited.ok().and_then(|burnt| burnt.ok().and_then(|at| *at));
        if at.is_some() {
            return at;
        }
        let put_out = self.fuse.lock().unwrap_or_else(PoisonError::into_inner).take();
        match put_out {
            Some(_) => None,
            // Just now.
            None => *self.burnt.borrow(),
        }
    }

    /// How many bytes have passed so far, up and down.
    pub fn passed(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.passed.up), read(&self.passed.down))
    }

    /// How many connections there have been.
    pub fn accepted(&self) -> u32 {
        *self.accepted.borrow()
    }

    /// Awaits that there have been more connections than `before`.
    ///
    /// # Errors
    /// When nobody connects.
    pub async fn accepted_after(&self, before: u32) -> Result<()> {
        let mut accepted = self.accepted.clone();
        within(
            "a new connection at the proxy",
            accepted.wait_for(|count| *count > before),
        )
        .await??;
        Ok(())
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a connection knows of the proxy.
#[derive(Debug, Clone)]
struct Link {
    weather: watch::Receiver<Weather>,
    fuse: Arc<Mutex<Option<Fuse>>>,
    burnt: watch::Sender<Option<Instant>>,
    passed: Arc<Passed>,
    round: u32,
}

/// What becomes of a connection.
enum End {
    Reset,
    Closed,
    /// The client isn't told.
    HalfOpen,
}

impl Link {
    fn made_now(&self) -> Self {
        let round = self.weather.borrow().round;
        Self { round, ..self.clone() }
    }

    /// How many of so many bytes may pass, and how the connection ends after them.
    fn burn(&self, way: Way, bytes: usize) -> (usize, Option<Cut>) {
        let mut lit = self.fuse.lock().unwrap_or_else(PoisonError::into_inner);
        match lit.as_mut().filter(|fuse| fuse.way == way) {
            Some(fuse) if bytes < fuse.left => {
                fuse.left -= bytes;
                (bytes, None)
            }
            Some(fuse) => {
                let (left, cut) = (fuse.left, fuse.cut);
                *lit = None;
                self.burnt.send_replace(Some(Instant::now()));
                (left, Some(cut))
            }
            None => (bytes, None),
        }
    }

    async fn doomed(mut self) -> End {
        let round = self.round;
        match self
            .weather
            .wait_for(|now| now.alive_from > round || now.heard_from > round)
            .await
        {
            Ok(now) if now.alive_from > round => End::Reset,
            Ok(_) => End::HalfOpen,
            Err(_) => End::Closed,
        }
    }
}

/// Carries one connection until one side closes it, or the weather ends it.
async fn carry(mut client: TcpStream, link: Link) -> io::Result<()> {
    let (to, refused) = {
        let now = link.weather.borrow();
        (now.to, now.refused)
    };
    if refused {
        return client.set_zero_linger();
    }
    let mut server = TcpStream::connect(to).await?;
    // What is delayed is delayed by the weather alone.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let end = {
        let (client_reads, client_writes) = client.split();
        let (server_reads, server_writes) = server.split();
        let both = async {
            let both = tokio::try_join!(
                pump(client_reads, server_writes, Way::Up, link.clone()),
                pump(server_reads, client_writes, Way::Down, link.clone()),
            );
            match both {
                Ok(_) => End::Closed,
                Err(cut) => cut,
            }
        };
        tokio::select! {
            end = both => end,
            end = link.clone().doomed() => end,
        }
    };
    match end {
        End::Closed => {}
        End::Reset => {
            client.set_zero_linger()?;
            server.set_zero_linger()?;
        }
        End::HalfOpen => {
            server.set_zero_linger()?;
            drop(server);
            // It takes what the client says, until the client gives up.
            let mut buffer = vec![0; 4096];
            while client.read(&mut buffer).await? > 0 {}
        }
    }
    Ok(())
}

/// Moves bytes one way while the weather allows. An error is how the connection ends.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: Way,
    mut link: Link,
) -> Result<(), End> {
    let closed = |_: io::Error| End::Closed;
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer).await.map_err(closed)?;
        let round = link.round;
        let delay = {
            let flows = link
                .weather
                .wait_for(|now| !now.stalled && now.carried_from <= round)
                .await;
            flows.map_err(|_| End::Closed)?.delay
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if count == 0 {
            return to.shutdown().await.map_err(closed);
        }
        let (passes, cut) = link.burn(way, count);
        to.write_all(&buffer[..passes]).await.map_err(closed)?;
        let count = match way {
            Way::Up => &link.passed.up,
            Way::Down => &link.passed.down,
        };
        count.fetch_add(passes as u64, Ordering::Relaxed);
        match cut {
            Some(Cut::Reset) => return Err(End::Reset),
            Some(Cut::End) => return Err(End::Closed),
            None => {}
        }
    }
}
