//! The server as its owner holds it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use jid::{BareJid, Jid};
use minidom::Element;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use xmpp_parsers::sasl::{DefinedCondition, Mechanism};

use crate::connection::serve;
use crate::gmail::Mail;
use crate::pubsub::{Item, NodeKey, Notice, Options, Pubsub, Wanted};
use crate::seen::Seen;
use crate::sessions::Sessions;
use crate::state::{State, bytes};
use crate::tls::Identity;
use crate::xml::Refusal;

/// So many connections at a time; further ones are closed at once.
const MOST_CONNECTIONS: usize = 64;

/// What the server is to be.
#[derive(Clone)]
pub struct Config {
    /// The domain of its accounts.
    pub domain: String,
    /// The accounts: localpart and password.
    pub users: Vec<(String, String)>,
    /// The host of its pubsub service.
    pub pubsub_host: String,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum LoopbackError {
    /// No port to listen on, or no randomness.
    #[error("the loopback server can't start: {0}")]
    Io(#[from] io::Error),
    /// The certificate couldn't be made.
    #[error("the loopback server's certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS couldn't be set up.
    #[error("the loopback server's TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// A domain, localpart or JID that isn't one.
    #[error("not a JID: {0}")]
    Jid(#[from] jid::Error),
    /// A payload with characters that XML can't carry.
    #[error("the payload can't be written as XML")]
    Payload,
    /// What the pubsub service answers (XEP-0060), by its condition.
    #[error("the pubsub service refuses: {0}")]
    Refused(&'static str),
    /// The server has been shut down.
    #[error("the loopback server is gone")]
    Gone,
}

impl From<Refusal> for LoopbackError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.condition)
    }
}

/// What all connections share.
pub(crate) struct Shared {
    state: Mutex<State>,
    pub acceptor: TlsAcceptor,
    pub stalled: watch::Sender<bool>,
}

impl Shared {
    /// Does something with the state. Nothing that waits may happen inside.
    pub(crate) fn state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Ids and payloads, oldest first.
    pub items: Vec<(String, Option<Element>)>,
    /// Its access model (XEP-0060 §4.5).
    pub access: String,
}

/// A running server. Dropped, it stops; [`Server::shutdown`] also waits until it has.
pub struct Server {
    shared: Arc<Shared>,
    seen: watch::Receiver<Seen>,
    addr: SocketAddr,
    pem: String,
    fingerprint: String,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Server {
    /// Starts a server on a port of 127.0.0.1 that the system chooses, with TLS from the first byte (XEP-0368).
    ///
    /// # Errors
    /// A name in the configuration that isn't one; no port, certificate or randomness to be had.
    pub fn start(config: Config) -> BoxFuture<'static, Result<Self, LoopbackError>> {
        async move {
            let identity = Identity::generate(&config.domain)?;
            let domain = BareJid::new(&config.domain)?;
            let mut passwords = std::collections::BTreeMap::new();
            for (localpart, password) in config.users {
                passwords.insert(BareJid::new(&format!("{localpart}@{domain}"))?, password);
            }
            let (told, seen) = watch::channel(Seen::default());
            let state = State {
                host: BareJid::new(&config.pubsub_host)?,
                domain,
                passwords,
                refuse: None,
                withholds: false,
                offer: vec![Mechanism::ScramSha1, Mechanism::ScramSha256],
                pubsub: Pubsub::default(),
                mail: Mail::default(),
                sessions: Sessions::default(),
                seen: told,
                salt: random_hex()?,
                last_id: 0,
            };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let server = Self {
                shared: Arc::new(Shared {
                    state: Mutex::new(state),
                    acceptor: identity.acceptor,
                    stalled: watch::Sender::new(false),
                }),
                seen,
                addr: listener.local_addr()?,
                pem: identity.pem,
                fingerprint: identity.fingerprint,
                stop: CancellationToken::new(),
                tasks: TaskTracker::new(),
            };
            server.tasks.spawn(accept(
                listener,
                server.shared.clone(),
                server.stop.clone(),
                server.tasks.clone(),
            ));
            Ok(server)
        }
        .boxed()
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its self-signed certificate, in PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// SHA-256 over its certificate in DER, in lower-case hex.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What it has seen of its clients, now.
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until `reached` holds of what it has seen.
    ///
    /// # Errors
    /// [`LoopbackError::Gone`] when the server ends before.
    pub async fn wait_until(&self, reached: impl FnMut(&Seen) -> bool) -> Result<(), LoopbackError> {
        let mut seen = self.seen.clone();
        tokio::select! {
            () = self.stop.cancelled() => Err(LoopbackError::Gone),
            reached = seen.wait_for(reached) => reached.map(|_| ()).map_err(|_| LoopbackError::Gone),
        }
    }

    /// Creates a node; one that is there already is left as it is.
    ///
    /// # Errors
    /// `service` isn't a JID, or there are too many nodes.
    pub fn create_node(&self, service: &str, node: &str) -> Result<(), LoopbackError> {
        let key = key(service, node)?;
        self.shared.state(
            |state| match state.pubsub.create(key.clone(), &key.service, &Options::default()) {
                Ok(()) | Err(Refusal::NODE_EXISTS) => Ok(()),
                Err(refusal) => Err(refusal.into()),
            },
        )
    }

    /// Publishes an item, creating the node when it isn't there.
    ///
    /// # Errors
    /// `service` isn't a JID, the payload can't be written, or there are too many nodes.
    pub fn publish(&self, service: &str, node: &str, id: &str, payload: Element) -> Result<(), LoopbackError> {
        let item = Item {
            id: id.to_owned(),
            payload: Some(payload),
        };
        bytes(&item.element("")).ok_or(LoopbackError::Payload)?;
        let options = Options::default();
        self.act(service, node, |pubsub, key| {
            pubsub.publish(key, &key.service, item, &options)
        })
    }

    /// What a node holds now.
    ///
    /// # Errors
    /// `service` isn't a JID, or there is no such node.
    pub fn held(&self, service: &str, node: &str) -> Result<Held, LoopbackError> {
        let key = key(service, node)?;
        self.shared.state(|state| {
            let (access, _) = state.pubsub.configuration(&key, &key.service)?;
            let items = state.pubsub.items(&key, &key.service, &Wanted::All)?;
            let items = items.into_iter().map(|item| (item.id, item.payload)).collect();
            Ok(Held { items, access })
        })
    }

    /// Takes an item back, and tells the subscribers.
    ///
    /// # Errors
    /// `service` isn't a JID, or there is no such node or item.
    pub fn retract(&self, service: &str, node: &str, id: &str) -> Result<(), LoopbackError> {
        self.act(service, node, |pubsub, key| pubsub.retract(key, &key.service, id))
    }

    /// Takes all items of a node back.
    ///
    /// # Errors
    /// `service` isn't a JID, or there is no such node.
    pub fn purge(&self, service: &str, node: &str) -> Result<(), LoopbackError> {
        self.act(service, node, |pubsub, key| pubsub.purge(key, &key.service))
    }

    /// Deletes a node.
    ///
    /// # Errors
    /// `service` isn't a JID, or there is no such node.
    pub fn delete_node(&self, service: &str, node: &str) -> Result<(), LoopbackError> {
        self.act(service, node, |pubsub, key| pubsub.delete(key, &key.service))
    }

    /// Sends one stanza byte for byte, to a full JID or to what a bare one reaches; it counts for stream management
    /// like any other. How many resources it went to.
    ///
    /// # Errors
    /// `jid` isn't one.
    pub fn send_raw(&self, jid: &str, stanza: &[u8]) -> Result<usize, LoopbackError> {
        let jid = Jid::new(jid)?;
        Ok(self.shared.state(|state| state.inject(&jid, stanza)))
    }

    /// Breaks every connection without a word; managed sessions wait to be resumed.
    pub fn kill_connections(&self) {
        self.shared.state(|state| state.sessions.cut());
    }

    /// Neither reads nor writes until [`Server::unstall`]; connections stay open.
    pub fn stall(&self) {
        self.shared.stalled.send_replace(true);
    }

    /// Goes on after [`Server::stall`].
    pub fn unstall(&self) {
        self.shared.stalled.send_replace(false);
    }

    /// As if it had been started again: connections break, sessions are forgotten; nodes, items and subscriptions
    /// stay, and so does the port.
    pub fn restart(&self) {
        self.shared.state(|state| {
            state.sessions.forget();
            state.tell(|_| ());
        });
    }

    /// Refuses every login with a condition (RFC 6120 §6.5), or none any more.
    pub fn refuse_login(&self, condition: Option<DefinedCondition>) {
        self.shared.state(|state| state.refuse = condition);
    }

    /// Takes what is published, and tells nobody of it; or tells again from now on.
    pub fn withhold_events(&self, withheld: bool) {
        self.shared.state(|state| state.withholds = withheld);
    }

    /// Speaks Gmail's `google:mail:notify` from now on.
    pub fn speak_gmail(&self) {
        self.shared.state(|state| state.mail.spoken = true);
    }

    /// Puts a `<mail-thread-info/>` into an account's mailbox, in the place of the one with its `tid`, and tells the sessions
    /// that asked for threads.
    ///
    /// # Errors
    /// `account` isn't a JID.
    pub fn new_mail(&self, account: &str, thread: Element) -> Result<(), LoopbackError> {
        let account = BareJid::new(account)?;
        self.shared.state(|state| state.new_mail(&account, thread));
        Ok(())
    }

    /// Answers questions for threads with this, whatever it is; or with the mailbox again.
    pub fn answer_mail_with(&self, instead: Option<Element>) {
        self.shared.state(|state| state.mail.instead = instead);
    }

    /// Offers these SASL mechanisms from now on: PLAIN, SCRAM with SHA-1 or SHA-256, and -PLUS with `tls-exporter`. At first
    /// SCRAM without -PLUS.
    pub fn offer(&self, mechanisms: &[Mechanism]) {
        self.shared.state(|state| state.offer = mechanisms.to_vec());
    }

    /// Stops, and waits until every connection is closed.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn act(
        &self,
        service: &str,
        node: &str,
        act: impl FnOnce(&mut Pubsub, &NodeKey) -> Result<Notice, Refusal>,
    ) -> Result<(), LoopbackError> {
        let key = key(service, node)?;
        self.shared.state(|state| {
            let notice = act(&mut state.pubsub, &key)?;
            state.announce(&notice);
            Ok(())
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken, tasks: TaskTracker) {
    // One of the tasks is this one.
    let full = || tasks.len() > MOST_CONNECTIONS;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((tcp, _)) if !full() => drop(tasks.spawn(serve(tcp, shared.clone(), stop.child_token()))),
                Ok(_) => tracing::warn!("too many connections to the loopback server"),
                Err(error) => tracing::warn!(%error, "the loopback server can't accept a connection"),
            }
        }
    }
}

fn key(service: &str, node: &str) -> Result<NodeKey, LoopbackError> {
    Ok(NodeKey {
        service: BareJid::new(service)?,
        node: node.to_owned(),
    })
}

/// 128 random bits.
pub(crate) fn random_hex() -> io::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(HEXLOWER.encode(&random))
}
