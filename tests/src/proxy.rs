//! A TCP proxy that breaks connections on purpose.

use std::io;
use std::net::{IpAddr, SocketAddr};

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::place;
use crate::wait::within;

/// What holds for all connections.
#[derive(Debug, Clone, Copy, Default)]
struct Weather {
    /// Connections made before this round are reset.
    round: u32,
    /// Connections stay open and nothing flows: a network that has gone without a word.
    stalled: bool,
}

/// A proxy in front of a server. Ends with its handle.
#[derive(Debug)]
pub struct TcpProxy {
    /// Where it listens.
    pub host: IpAddr,
    /// Where it listens.
    pub port: u16,
    weather: watch::Sender<Weather>,
    accepted: watch::Receiver<u32>,
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
        let (weather, watched) = watch::channel(Weather::default());
        let (count, accepted) = watch::channel(0);
        let task = tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                links.spawn(carry(client, to, watched.clone()));
                count.send_modify(|count| *count += 1);
            }
        });
        Ok(Self {
            host,
            port,
            weather,
            accepted,
            task,
        })
    }

    /// Resets all connections (TCP RST). New ones pass.
    pub fn kill(&self) {
        self.weather.send_modify(|weather| weather.round += 1);
    }

    /// Lets nothing flow any more, without closing anything.
    pub fn stall(&self) {
        self.weather.send_modify(|weather| weather.stalled = true);
    }

    /// Ends [`TcpProxy::stall`].
    pub fn resume(&self) {
        self.weather.send_modify(|weather| weather.stalled = false);
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

/// Carries one connection until one side closes it, or the next round resets it.
async fn carry(mut client: TcpStream, to: SocketAddr, mut weather: watch::Receiver<Weather>) -> io::Result<()> {
    let round = weather.borrow().round;
    let mut server = TcpStream::connect(to).await?;
    let (up, down) = (weather.clone(), weather.clone());
    let reset = {
        let (client_reads, client_writes) = client.split();
        let (server_reads, server_writes) = server.split();
        let both = async {
            tokio::try_join!(
                pump(client_reads, server_writes, up),
                pump(server_reads, client_writes, down),
            )
        };
        tokio::select! {
            _ = both => false,
            _ = weather.wait_for(|now| now.round != round) => true,
        }
    };
    if reset {
        client.set_zero_linger()?;
        server.set_zero_linger()?;
    }
    Ok(())
}

/// Moves bytes one way while the weather allows.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut weather: watch::Receiver<Weather>,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer).await?;
        weather.wait_for(|now| !now.stalled).await.map_err(io::Error::other)?;
        if count == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..count]).await?;
    }
}
