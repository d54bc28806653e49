//! A client of stock parts, which Mailwren's own work is measured against: tokio-xmpp's `StanzaStream`, and of each event
//! nothing but the ids of its items and when they came.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail, ensure};
use futures::{SinkExt as _, StreamExt as _};
use jid::{BareJid, Jid};
use mailwren_core::account::Subscription;
use minidom::Element;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{Connection, Event, StanzaStream, StreamEvent};
use tokio_xmpp::xmlstream::{FallibleStreamElement, StreamHeader, Timeouts, XmppStreamElement, initiate_stream};
use xmpp_parsers::iq::Iq;
use xmpp_parsers::message::Message;
use xmpp_parsers::ns;
use xmpp_parsers::presence::Presence;
use xmpp_parsers::sasl::{Auth, Mechanism, Nonza};

use crate::server::{DOMAIN, Server, jid, password};
use crate::wait::within;

/// Stanzas that wait to be sent or to be handled, each way; as Mailwren has it.
const QUEUE: usize = 256;

/// A client that is online.
#[derive(Debug)]
pub struct Bare {
    user: String,
    questions: mpsc::Sender<Question>,
    next: AtomicU64,
    items: watch::Receiver<Vec<(String, Instant)>>,
    task: JoinHandle<()>,
}

/// An IQ, and who awaits its answer.
type Question = (Iq, oneshot::Sender<Result<()>>);

impl Bare {
    /// Logs a user in and goes online.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn online(server: &Server, user: &str) -> Result<Self> {
        let connection = within("a login", log_in(server, user)).await??;
        let mut connection = Some(connection);
        let connector = move |_: Option<String>, slot: oneshot::Sender<Connection>| match connection.take() {
            Some(connection) => drop(slot.send(connection)),
            // It doesn't connect again: the stream waits for ever, and who awaits something of it gives up.
            None => std::mem::forget(slot),
        };
        let mut stream = StanzaStream::new(Box::new(connector), QUEUE);
        let bound = within("a session", stream.next()).await?;
        ensure!(
            matches!(bound, Some(Event::Stream(StreamEvent::Reset { .. }))),
            "instead of a session: {bound:?}"
        );
        stream.send(Box::new(Stanza::Presence(Presence::available()))).await;
        let (questions, asked) = mpsc::channel(QUEUE);
        let (noted, items) = watch::channel(Vec::new());
        Ok(Self {
            user: user.to_owned(),
            questions,
            next: AtomicU64::default(),
            items,
            task: tokio::spawn(run(stream, asked, noted)),
        })
    }

    async fn ask(&self, to: &str, payload: Element) -> Result<oneshot::Receiver<Result<()>>> {
        let id = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        let iq = Iq::Set {
            from: None,
            to: Some(Jid::new(to)?),
            id,
            payload,
        };
        let (answer, answered) = oneshot::channel();
        let gone = || anyhow!("{} is offline", self.user);
        self.questions.send((iq, answer)).await.map_err(|_| gone())?;
        Ok(answered)
    }

    /// Subscribes the bare JID to a node.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn subscribe(&self, node: &Subscription) -> Result<()> {
        let subscribe = Element::builder("subscribe", ns::PUBSUB)
            .attr("node".try_into()?, &node.node)
            .attr("jid".try_into()?, jid(&self.user));
        let pubsub = Element::builder("pubsub", ns::PUBSUB).append(subscribe).build();
        let answered = self.ask(&node.service, pubsub).await?;
        within("a subscription", answered).await??
    }

    /// Hands an item to the stream; what comes back awaits the service's answer.
    ///
    /// # Errors
    /// When the payload is no XML.
    pub async fn publish(
        &self,
        node: &Subscription,
        item: &str,
        payload: &str,
    ) -> Result<impl Future<Output = Result<()>> + use<>> {
        let item = Element::builder("item", ns::PUBSUB)
            .attr("id".try_into()?, item)
            .append(payload.parse::<Element>()?);
        let publish = Element::builder("publish", ns::PUBSUB)
            .attr("node".try_into()?, &node.node)
            .append(item);
        let pubsub = Element::builder("pubsub", ns::PUBSUB).append(publish).build();
        let answered = self.ask(&node.service, pubsub).await?;
        Ok(async move { answered.await? })
    }

    /// Awaits an item; gives when it came first.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn item(&self, id: &str) -> Result<Instant> {
        let mut items = self.items.clone();
        let found = |items: &Vec<(String, Instant)>| items.iter().find(|(item, _)| item == id).map(|(_, at)| *at);
        let items = within(id, items.wait_for(|items| found(items).is_some())).await??;
        found(&items).context("an item vanished")
    }

    /// How many items came, each as often as it did.
    pub fn count(&self) -> usize {
        self.items.borrow().len()
    }

    /// When the first so many items had come; `None` if they haven't.
    pub fn had(&self, count: usize) -> Option<Instant> {
        let items = self.items.borrow();
        items.get(count.checked_sub(1)?).map(|(_, at)| *at)
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    mut stream: StanzaStream,
    mut asked: mpsc::Receiver<Question>,
    noted: watch::Sender<Vec<(String, Instant)>>,
) {
    let mut open = HashMap::new();
    loop {
        tokio::select! {
            event = stream.next() => match event {
                Some(Event::Stanza(Stanza::Message(message))) => {
                    let now = Instant::now();
                    noted.send_if_modified(|items| {
                        let before = items.len();
                        items.extend(ids(&message).map(|id| (id, now)));
                        items.len() > before
                    });
                }
                Some(Event::Stanza(Stanza::Iq(iq))) => {
                    if let Some(answer) = open.remove(iq.id()) {
                        let answer: oneshot::Sender<Result<()>> = answer;
                        // Who asked may have left.
                        drop(answer.send(match iq {
                            Iq::Error { error, .. } => Err(anyhow!("refused: {error:?}")),
                            _ => Ok(()),
                        }));
                    }
                }
                Some(Event::Stanza(Stanza::Presence(_)) | Event::Stream(_)) => {}
                None => return,
            },
            Some((iq, answer)) = asked.recv() => {
                open.insert(iq.id().to_owned(), answer);
                stream.send(Box::new(Stanza::Iq(iq))).await;
            }
        }
    }
}

/// The ids of the items that a message brings.
fn ids(message: &Message) -> impl Iterator<Item = String> {
    let events = message
        .payloads
        .iter()
        .filter(|child| child.is("event", ns::PUBSUB_EVENT));
    let items = events.filter_map(|event| event.get_child("items", ns::PUBSUB_EVENT));
    let items = items.flat_map(Element::children).filter(|child| child.name() == "item");
    items.filter_map(|item| item.attr("id").map(str::to_owned))
}

/// Over direct TLS, by PLAIN.
async fn log_in(server: &Server, user: &str) -> Result<Connection> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&server.certificate.ca)?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect((server.host, server.direct)).await?;
    tcp.set_nodelay(true)?;
    let tls = TlsConnector::from(Arc::new(config));
    let tls = tls.connect(ServerName::try_from(DOMAIN)?, tcp).await?;
    let header = || StreamHeader {
        to: Some(Cow::Borrowed(DOMAIN)),
        from: None,
        id: None,
    };
    let stream = initiate_stream(BufReader::new(tls), ns::JABBER_CLIENT, header(), Timeouts::default()).await?;
    let (_, mut stream) = stream.recv_features::<FallibleStreamElement>().await?;
    let auth = Auth {
        mechanism: Mechanism::Plain,
        data: format!("\0{user}\0{}", password(user)).into_bytes(),
    };
    stream.send(&XmppStreamElement::Sasl(Nonza::Auth(auth))).await?;
    match stream.next().await.context("the stream ended")??.into_read_error()? {
        XmppStreamElement::Sasl(Nonza::Success(_)) => {}
        other => bail!("{user}'s login: {other:?}"),
    }
    let stream = stream.initiate_reset().send_header(header()).await?;
    let (features, stream) = stream.recv_features::<FallibleStreamElement>().await?;
    Ok(Connection {
        stream: stream.box_stream(),
        features,
        identity: BareJid::new(&jid(user))?.into(),
    })
}
