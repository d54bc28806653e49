//! The connection of a component (XEP-0114): a stream of its own kind, without encryption, logged in to by a secret that is
//! shared with the server.
//!
//! tokio-xmpp reads either clients' stanzas or components', as it was compiled, and takes no stream without a version. So
//! elements are read by [`Splitter`], whose limits are those of all streams, and stanzas take on the clients' namespace
//! here.

use std::io;
use std::time::Duration;

use data_encoding::HEXLOWER;
use jid::BareJid;
use mailwren_core::limits::Limits;
use mailwren_core::link::Reached;
use mailwren_core::said::Said;
use mailwren_core::split::Splitter;
use minidom::rxml::{Namespace, xml_ncname};
use minidom::{Element, Node};
use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_xmpp::Stanza;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::ns;
use zeroize::Zeroizing;

use super::connector::{KEEPALIVE, dial};
use super::guarded_io::WRITE_TIMEOUT;
use super::iq::IqError;
use super::login::unexpected;
use super::resolve::Target;
use super::talk::{Came, prefix};
use super::tls::plain_words;
use super::trouble::{AuthCondition, ConnectError, Step, Trouble, quoted};
use crate::config::Component;

/// The namespace of a component's stanzas.
const ACCEPT: &str = "jabber:component:accept";
/// Limit of the handshake.
const LOGIN_LIMIT: Duration = Duration::from_secs(15);
/// Limit of a clean end.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// Size of the read buffer, in bytes.
const BUFFER: usize = 16 << 10;

/// A component that is logged in.
pub(super) struct ComponentStream {
    tcp: TcpStream,
    splitter: Splitter,
    buffer: Box<[u8]>,
    domain: BareJid,
    /// When silence is asked about, or is the end.
    patience: Instant,
    /// Whether it was asked about.
    asked: bool,
}

impl ComponentStream {
    /// Connects and logs in (XEP-0114 §3).
    pub(super) async fn connect(component: &Component, secret: &SecretString) -> Result<Self, ConnectError> {
        let target = Target {
            host: component.address.ip().to_string(),
            port: component.address.port(),
            direct: false,
            rank: None,
        };
        let tcp = dial(&[component.address.ip()], &target).await?;
        let mut stream = Self {
            tcp,
            splitter: Splitter::new(Limits::default()),
            buffer: vec![0; BUFFER].into_boxed_slice(),
            domain: component.domain.clone(),
            patience: Instant::now(),
            asked: false,
        };
        let mut reached = Reached::Network;
        let login = timeout(LOGIN_LIMIT, stream.log_in(secret, &mut reached)).await;
        let login = login.unwrap_or(Err(Trouble::Timeout(Step::Login)));
        login.map_err(|trouble| ConnectError { trouble, reached })?;
        stream.patience = Instant::now() + KEEPALIVE.read_timeout;
        Ok(stream)
    }

    async fn log_in(&mut self, secret: &SecretString, reached: &mut Reached) -> Result<(), Trouble> {
        let lost = |error: io::Error| Trouble::Lost(plain_words(&error));
        // A domain has no character that means something here.
        let header = format!(
            "<?xml version='1.0'?><stream:stream xmlns='{ACCEPT}' xmlns:stream='{}' to='{}'>",
            ns::STREAM,
            self.domain
        );
        self.write(header.as_bytes()).await.map_err(lost)?;
        let id = loop {
            if let Some(id) = self.splitter.stream_attribute("id") {
                break id;
            }
            // A server that doesn't serve the domain says so in its first breath.
            if let Some(early) = self.splitter.next() {
                return Err(match early {
                    Ok(element) => refused(&element, &self.domain),
                    Err(error) => Trouble::Protocol(Said::Text(quoted(&error.to_string()))),
                });
            }
            self.read().await.map_err(lost)?;
        };
        *reached = Reached::Login;
        let proof = Zeroizing::new(format!("{id}{}", secret.expose_secret()));
        let proof = HEXLOWER.encode(&Sha1::digest(proof.as_bytes()));
        let handshake = format!("<handshake>{proof}</handshake>");
        self.write(handshake.as_bytes()).await.map_err(lost)?;
        loop {
            match self.splitter.next() {
                Some(Ok(element)) if element.is("handshake", ACCEPT) => return Ok(()),
                Some(Ok(element)) => return Err(refused(&element, &self.domain)),
                Some(Err(error)) => return Err(Trouble::Protocol(Said::Text(quoted(&error.to_string())))),
                None => self.read().await.map_err(lost)?,
            }
        }
    }

    /// What comes next. Nothing is lost if it isn't awaited to its end.
    pub(super) async fn next(&mut self) -> Result<Came, IqError> {
        loop {
            match self.splitter.next() {
                Some(Ok(element)) if element.is("error", ns::STREAM) => {
                    tracing::debug!("the server ended the component's stream");
                    return Err(IqError::Ended);
                }
                Some(Ok(element)) => return Ok(came(element)),
                Some(Err(error)) => {
                    tracing::debug!(%error, "the component's stream is broken");
                    return Err(IqError::Ended);
                }
                None => {}
            }
            match timeout_at(self.patience, self.read()).await {
                Ok(Ok(())) => {
                    self.asked = false;
                    self.patience = Instant::now() + KEEPALIVE.read_timeout;
                }
                Ok(Err(error)) => {
                    tracing::debug!(%error, "the component's connection was lost");
                    return Err(IqError::Ended);
                }
                Err(_) if !self.asked => {
                    self.asked = true;
                    self.patience = Instant::now() + KEEPALIVE.response_timeout;
                    return Ok(Came::Silence);
                }
                Err(_) => return Err(IqError::Ended),
            }
        }
    }

    async fn read(&mut self) -> io::Result<()> {
        let read = self.tcp.read(&mut self.buffer).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.splitter.push(self.buffer.get(..read).unwrap_or_default());
        Ok(())
    }

    /// Sends a stanza. A component says itself who it is.
    pub(super) async fn send(&mut self, iq: Iq) -> io::Result<()> {
        let mut element = moved(Element::from(iq), ns::JABBER_CLIENT, ACCEPT);
        if element.attr("from").is_none() {
            element.set_attr(Namespace::NONE, xml_ncname!("from").to_owned(), self.domain.as_str());
        }
        self.write(String::from(&element).as_bytes()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = timeout(WRITE_TIMEOUT, self.tcp.write_all(bytes)).await;
        written.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// What calls forth a sign of life: what a component sends to itself goes through the server, whatever that knows.
    pub(super) fn ping(&self) -> Iq {
        Iq::Get {
            from: None,
            to: Some(self.domain.clone().into()),
            id: prefix(),
            payload: Element::bare("ping", ns::PING),
        }
    }

    /// Ends it in order.
    pub(super) async fn close(&mut self) {
        let end = async {
            self.tcp.write_all(b"</stream:stream>").await?;
            self.tcp.shutdown().await
        };
        timeout(CLOSE_LIMIT, end).await.ok();
    }
}

fn came(element: Element) -> Came {
    let element = moved(element, ACCEPT, ns::JABBER_CLIENT);
    match Iq::try_from(element) {
        Ok(iq) => Came::Stanza(Stanza::Iq(iq)),
        Err(_) => Came::Other,
    }
}

/// What a server says in place of letting the component in.
fn refused(element: &Element, domain: &BareJid) -> Trouble {
    if !element.is("error", ns::STREAM) {
        return unexpected(element);
    }
    let mut conditions = element.children().filter(|child| child.has_ns(ns::XMPP_STREAMS));
    let condition = conditions.find(|child| child.name() != "text");
    let text = element
        .get_child("text", ns::XMPP_STREAMS)
        .map(|text| quoted(&text.text()));
    match condition.map_or("unknown", |condition| condition.name()) {
        "not-authorized" => Trouble::Auth {
            condition: AuthCondition::NotAuthorized,
            text,
        },
        "host-unknown" => Trouble::HostUnknown {
            host: domain.to_string(),
            // It may be known again once its server has read its configuration.
            known: true,
        },
        other => Trouble::Stream {
            condition: quoted(other),
            text,
        },
    }
}

/// A stanza, and what of its content has the same namespace, in another one.
fn moved(mut element: Element, from: &str, to: &str) -> Element {
    if element.ns() != from {
        return element;
    }
    let mut other = Element::bare(element.name(), to);
    *other.attrs_mut() = std::mem::take(element.attrs_mut());
    for node in element.take_nodes() {
        other.append_node(match node {
            Node::Element(child) => Node::Element(moved(child, from, to)),
            text => text,
        });
    }
    other
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_stanza_is_moved_with_its_error_and_without_its_payload() {
        let stanza: Element = "<iq xmlns='jabber:component:accept' type='error' id='1' from='pubsub.example.org'>\
             <pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='a'/></pubsub>\
             <error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            .parse()
            .unwrap();
        let moved = moved(stanza.clone(), ACCEPT, ns::JABBER_CLIENT);
        assert!(moved.is("iq", ns::JABBER_CLIENT) && moved.has_child("error", ns::JABBER_CLIENT));
        assert!(moved.has_child("pubsub", ns::PUBSUB) && moved.attr("id") == Some("1"));
        let Came::Stanza(Stanza::Iq(Iq::Error { error, .. })) = came(stanza) else {
            unreachable!("it isn't an error");
        };
        assert_eq!(
            error.defined_condition,
            xmpp_parsers::stanza_error::DefinedCondition::Conflict
        );
    }

    #[test]
    fn a_refusal_is_told_apart() {
        let error = |condition: &str| {
            let error = format!(
                "<error xmlns='http://etherx.jabber.org/streams'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>"
            );
            refused(&error.parse().unwrap(), &BareJid::new("mail.example.org").unwrap())
        };
        assert!(matches!(
            error("not-authorized"),
            Trouble::Auth {
                condition: AuthCondition::NotAuthorized,
                ..
            }
        ));
        assert!(matches!(
            error("host-unknown"),
            Trouble::HostUnknown { known: true, .. }
        ));
        assert!(matches!(error("conflict"), Trouble::Stream { condition, .. } if condition == "conflict"));
    }
}
