//! A client of stock parts: tokio-xmpp's `StanzaStream` over a connector that logs in with the sasl crate.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::{SinkExt, StreamExt};
use jid::Jid;
use mailwren_loopback::{Config, DefinedCondition, Server};
use minidom::Element;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use sasl::client::Mechanism as _;
use sasl::client::mechanisms::Scram;
use sasl::common::scram::{ScramProvider, Sha256};
use sasl::common::{ChannelBinding, Credentials};
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{Connection, Event, StanzaStream, StreamEvent};
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, StreamHeader, Timeouts, XmlStream, XmppStreamElement, initiate_stream,
};
use xmpp_parsers::sasl::{Auth, Nonza, Response};
use xmpp_parsers::stream_features::StreamFeatures;

pub const DOMAIN: &str = "example.org";
pub const PUBSUB: &str = "pubsub.example.org";
pub const SAM: &str = "sam@example.org";

pub type Stream = XmlStream<BufReader<TlsStream<TcpStream>>, FallibleStreamElement>;

/// A server with the accounts sam and jonas, whose password is `pencil`.
pub async fn server() -> Server {
    let users = ["sam", "jonas"].map(|user| (user.to_owned(), "pencil".to_owned()));
    let config = Config {
        domain: DOMAIN.to_owned(),
        users: users.into(),
        pubsub_host: PUBSUB.to_owned(),
    };
    Server::start(config).await.unwrap()
}

/// Logs in; `Err` is the server's refusal.
pub async fn log_in<S: ScramProvider>(
    server: (std::net::SocketAddr, &str),
    jid: &Jid,
    password: &str,
    binding: ChannelBinding,
) -> Result<(StreamFeatures, Stream), DefinedCondition> {
    let (addr, pem) = server;
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let domain = jid.domain().to_string();
    let name = ServerName::try_from(domain.clone()).unwrap();
    let tcp = TcpStream::connect(addr).await.unwrap();
    let tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
    let header = || StreamHeader {
        to: Some(Cow::Owned(domain.clone())),
        from: None,
        id: None,
    };
    let stream = initiate_stream(BufReader::new(tls), "jabber:client", header(), Timeouts::default())
        .await
        .unwrap();
    let (features, mut stream) = stream.recv_features::<FallibleStreamElement>().await.unwrap();
    let credentials = Credentials::default()
        .with_username(jid.node().unwrap().to_string())
        .with_password(password.to_owned())
        .with_channel_binding(binding);
    let mut scram = Scram::<S>::from_credentials(credentials).unwrap();
    assert!(
        features.sasl_mechanisms.contains(scram.name()),
        "{} is on offer",
        scram.name()
    );
    let auth = Auth {
        mechanism: scram.name().parse().unwrap(),
        data: scram.initial(),
    };
    stream.send(&XmppStreamElement::Sasl(Nonza::Auth(auth))).await.unwrap();
    loop {
        match stream.next().await.unwrap().unwrap().into_read_error().unwrap() {
            XmppStreamElement::Sasl(Nonza::Challenge(challenge)) => {
                let data = scram.response(&challenge.data).unwrap();
                stream
                    .send(&XmppStreamElement::Sasl(Nonza::Response(Response { data })))
                    .await
                    .unwrap();
            }
            XmppStreamElement::Sasl(Nonza::Success(success)) => {
                scram
                    .success(&success.data)
                    .expect("the server proves that it knows the password");
                break;
            }
            XmppStreamElement::Sasl(Nonza::Failure(failure)) => return Err(failure.defined_condition),
            other => panic!("during SASL: {other:?}"),
        }
    }
    let stream = stream.initiate_reset().send_header(header()).await.unwrap();
    Ok(stream.recv_features::<FallibleStreamElement>().await.unwrap())
}

/// An account that is online.
pub struct Client {
    stream: StanzaStream,
    /// Cleared when a hand-over of the connector went well.
    unproven: Arc<AtomicBool>,
    stanzas: VecDeque<Element>,
    asked: u32,
    resumptions: u64,
    pub jid: Jid,
}

impl Client {
    /// Logs in, binds, and sends presence with the priority and capabilities given.
    pub async fn online(server: &Server, jid: &str, presence: &str) -> Self {
        Self::with_password(server, jid, "pencil", presence).await
    }

    /// [`Client::online`] with another password.
    pub async fn with_password(server: &Server, jid: &str, password: &str, presence: &str) -> Self {
        let password = password.to_owned();
        let identity = Jid::new(jid).unwrap();
        let (addr, pem) = (server.addr(), server.certificate_pem().to_owned());
        let unproven = Arc::new(AtomicBool::new(false));
        let proven = unproven.clone();
        let connector = move |_: Option<String>, slot: oneshot::Sender<Connection>| {
            let (identity, pem, unproven) = (identity.clone(), pem.clone(), unproven.clone());
            let password = password.clone();
            tokio::spawn(async move {
                let logged_in = log_in::<Sha256>((addr, &pem), &identity, &password, ChannelBinding::None).await;
                let (mut features, stream) = logged_in.unwrap();
                // tokio-xmpp would try for ever to resume a session that the server forgot.
                if unproven.swap(true, Ordering::SeqCst) {
                    features.stream_management = None;
                }
                let _ = slot.send(Connection {
                    stream: stream.box_stream(),
                    features,
                    identity,
                });
            });
        };
        let stream = StanzaStream::new(Box::new(connector), 64);
        let stanzas = VecDeque::new();
        let mut client = Self {
            stream,
            unproven: proven,
            stanzas,
            asked: 0,
            resumptions: 0,
            jid: Jid::new(jid).unwrap(),
        };
        client.jid = client.reset().await;
        client.send(presence.parse().unwrap()).await;
        client
    }

    /// Waits for a session bound anew.
    pub async fn reset(&mut self) -> Jid {
        loop {
            if let Some(jid) = self.step().await {
                return jid;
            }
        }
    }

    /// Waits until the session was resumed this often since it began.
    pub async fn resumed(&mut self, times: u64) {
        while self.resumptions < times {
            self.step().await;
        }
    }

    pub async fn send(&mut self, stanza: Element) {
        let stanza = match stanza.name() {
            "iq" => Stanza::Iq(stanza.try_into().unwrap()),
            "message" => Stanza::Message(stanza.try_into().unwrap()),
            _ => Stanza::Presence(stanza.try_into().unwrap()),
        };
        self.stream.send(Box::new(stanza)).await;
    }

    /// Sends an IQ and gives its answer.
    pub async fn ask(&mut self, to: &str, kind: &str, payload: &str) -> Element {
        self.asked += 1;
        let id = format!("ask-{}", self.asked);
        let iq = format!("<iq xmlns='jabber:client' type='{kind}' id='{id}' to='{to}'>{payload}</iq>");
        self.send(iq.parse().unwrap()).await;
        self.find(|stanza| stanza.name() == "iq" && stanza.attr("id") == Some(&id))
            .await
    }

    /// Subscribes the bare JID to a node.
    pub async fn subscribe(&mut self, service: &str, node: &str) {
        let jid = self.jid.to_bare();
        let subscribe = format!(
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='{node}' jid='{jid}'/></pubsub>"
        );
        let answer = self.ask(service, "set", &subscribe).await;
        assert_eq!(answer.attr("type"), Some("result"), "{answer:?}");
    }

    /// The next `<event/>`, and who sent it.
    pub async fn event(&mut self) -> (String, Element) {
        let message = self
            .find(|stanza| stanza.has_child("event", xmpp_parsers::ns::PUBSUB_EVENT))
            .await;
        let event = message
            .get_child("event", xmpp_parsers::ns::PUBSUB_EVENT)
            .unwrap()
            .clone();
        (message.attr("from").unwrap().to_owned(), event)
    }

    /// The id of the item that the next event brings.
    pub async fn item_id(&mut self) -> String {
        let (_, event) = self.event().await;
        item(&event).attr("id").unwrap().to_owned()
    }

    /// The first stanza, waiting or to come, that fits.
    pub async fn find(&mut self, fits: impl Fn(&Element) -> bool) -> Element {
        loop {
            if let Some(at) = self.stanzas.iter().position(&fits) {
                return self.stanzas.remove(at).unwrap();
            }
            self.step().await;
        }
    }

    async fn step(&mut self) -> Option<Jid> {
        match self.stream.next().await.expect("the stream goes on") {
            Event::Stanza(stanza) => {
                self.stanzas.push_back(match stanza {
                    Stanza::Iq(iq) => iq.into(),
                    Stanza::Message(message) => message.into(),
                    Stanza::Presence(presence) => presence.into(),
                });
                None
            }
            Event::Stream(StreamEvent::Reset { bound_jid, .. }) => {
                self.unproven.store(false, Ordering::SeqCst);
                Some(bound_jid)
            }
            Event::Stream(StreamEvent::Resumed) => {
                self.resumptions += 1;
                self.unproven.store(false, Ordering::SeqCst);
                None
            }
            Event::Stream(StreamEvent::Suspended) => None,
        }
    }
}

/// The `<item/>` or `<retract/>` of an event.
pub fn item(event: &Element) -> &Element {
    event.children().next().unwrap().children().next().unwrap()
}

/// Plain presence.
pub const AVAILABLE: &str = "<presence xmlns='jabber:client'/>";

/// A payload to publish.
pub fn payload(text: &str) -> Element {
    Element::builder("mail", "urn:test").append(text).build()
}
