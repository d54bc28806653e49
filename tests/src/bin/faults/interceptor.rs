//! A proxy in the middle of the encrypted stream: it holds a certificate that the client trusts, and so can put words into
//! the server's mouth. What the protocol has of faults is made here, the same way in front of every server.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use mailwren_tests::certificate::Certificate;
use mailwren_tests::place;
use mailwren_tests::server::DOMAIN;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Whose words are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    Client,
    Server,
}

/// What happens where the words are found.
#[derive(Debug, Clone)]
pub enum Act {
    /// What comes before goes through, then this is said, and the connection ends.
    SayAndEnd(String),
    /// This is said before it, and everything goes on.
    Insert(String),
    /// The same, so many bytes after it.
    InsertAfter(usize, String),
    /// It still goes through, with so many bytes of what follows; then the connection ends.
    EndAfter(usize),
}

/// A fault in waiting: done once.
#[derive(Debug, Clone)]
pub struct Trick {
    pub speaker: Speaker,
    pub words: &'static str,
    pub act: Act,
}

/// The proxy. Ends with its handle.
#[derive(Debug)]
pub struct Interceptor {
    pub address: SocketAddr,
    trick: Arc<Mutex<Option<Trick>>>,
    done: watch::Receiver<Option<Instant>>,
    tell: watch::Sender<Option<Instant>>,
    task: JoinHandle<()>,
}

struct Way {
    to: SocketAddr,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    trick: Arc<Mutex<Option<Trick>>>,
    tell: watch::Sender<Option<Instant>>,
}

impl Interceptor {
    /// In front of `to`, whose certificate is signed by, or is, the one in `trusts`.
    pub async fn start(to: SocketAddr, shows: &Certificate, trusts: &Path) -> Result<Self> {
        let provider = || Arc::new(rustls::crypto::ring::default_provider());
        let chain = CertificateDer::pem_file_iter(&shows.chain)?.collect::<Result<Vec<_>, _>>()?;
        let server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_file(&shows.key)?)?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(trusts)?)?;
        let client = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let listener = TcpListener::bind((place::address(), place::port())).await?;
        let address = listener.local_addr()?;
        let trick = Arc::new(Mutex::new(None));
        let (tell, done) = watch::channel(None);
        let way = Arc::new(Way {
            to,
            acceptor: TlsAcceptor::from(Arc::new(server)),
            connector: TlsConnector::from(Arc::new(client)),
            trick: trick.clone(),
            tell: tell.clone(),
        });
        let task = tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let way = way.clone();
                // How a connection ends concerns its two ends alone.
                links.spawn(async move { carry(client, &way).await.ok() });
            }
        });
        Ok(Self {
            address,
            trick,
            done,
            tell,
            task,
        })
    }

    /// Lays a trick; one that was not done is forgotten.
    pub fn lay(&self, trick: Trick) {
        self.tell.send_replace(None);
        *self.trick.lock().unwrap_or_else(PoisonError::into_inner) = Some(trick);
    }

    /// Awaits that the trick was done, and tells when.
    pub async fn done(&self, within: Duration) -> Option<Instant> {
        let mut done = self.done.clone();
        let waited = tokio::time::timeout(within, done.wait_for(Option::is_some)).await;
        waited.ok().and_then(|done| done.ok().and_then(|at| *at))
    }
}

impl Drop for Interceptor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(client: TcpStream, way: &Way) -> Result<()> {
    client.set_nodelay(true)?;
    let client = way.acceptor.accept(client).await?;
    let server = TcpStream::connect(way.to).await?;
    server.set_nodelay(true)?;
    let server = way
        .connector
        .connect(ServerName::try_from(DOMAIN).context("a name")?, server)
        .await?;
    let (client_reads, client_writes) = tokio::io::split(client);
    let (server_reads, server_writes) = tokio::io::split(server);
    tokio::select! {
        ended = pump(client_reads, server_writes, Speaker::Client, way) => ended,
        ended = pump(server_reads, client_writes, Speaker::Server, way) => ended,
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    speaker: Speaker,
    way: &Way,
) -> Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(to.shutdown().await?);
        }
        let said = &buffer[..count];
        let found = {
            let mut laid = way.trick.lock().unwrap_or_else(PoisonError::into_inner);
            let place = laid
                .as_ref()
                .filter(|trick| trick.speaker == speaker)
                .and_then(|trick| {
                    said.windows(trick.words.len())
                        .position(|words| words == trick.words.as_bytes())
                });
            place.and_then(|place| laid.take().map(|trick| (place, trick)))
        };
        let Some((place, trick)) = found else {
            to.write_all(said).await?;
            to.flush().await?;
            continue;
        };
        let (before, rest) = said.split_at(place);
        let (words, ends): (Vec<u8>, bool) = match &trick.act {
            Act::SayAndEnd(text) => ([before, text.as_bytes()].concat(), true),
            Act::Insert(text) => ([before, text.as_bytes(), rest].concat(), false),
            Act::InsertAfter(skip, text) => {
                let (whole, rest) = said.split_at((place + trick.words.len() + skip).min(count));
                ([whole, text.as_bytes(), rest].concat(), false)
            }
            Act::EndAfter(bytes) => (said[..(place + trick.words.len() + bytes).min(count)].to_vec(), true),
        };
        to.write_all(&words).await?;
        to.flush().await?;
        way.tell.send_replace(Some(Instant::now()));
        if ends {
            return Ok(to.shutdown().await?);
        }
    }
}
