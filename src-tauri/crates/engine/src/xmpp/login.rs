//! Logging in (RFC 6120 §6): which mechanism, which channel binding, and the exchange itself.
//!
//! The strongest SCRAM that both sides know, with channel binding where the server lists a type that this connection has
//! (XEP-0440). PLAIN only where no SCRAM is offered at all, and less than last time never.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use futures::{SinkExt, StreamExt};
use mailwren_core::said::Said;
use mailwren_core::scram::{Binding, ClientFirst, Hash, ScramError};
use minidom::Element;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio_xmpp::xmlstream::{ReadError, XmlStream};
use xmpp_parsers::ns;
use zeroize::Zeroizing;

use super::tls::{TlsFacts, plain_words};
use super::trouble::{AuthCondition, Trouble, quoted};

/// SASL mechanisms that Mailwren knows, weakest first: any channel binding beats any hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mechanism {
    /// The password itself, inside TLS.
    #[serde(rename = "PLAIN")]
    Plain,
    /// SCRAM without channel binding.
    #[serde(rename = "SCRAM-SHA-1")]
    ScramSha1,
    /// SCRAM without channel binding.
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// SCRAM without channel binding.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
    /// SCRAM with channel binding.
    #[serde(rename = "SCRAM-SHA-1-PLUS")]
    ScramSha1Plus,
    /// SCRAM with channel binding.
    #[serde(rename = "SCRAM-SHA-256-PLUS")]
    ScramSha256Plus,
    /// SCRAM with channel binding.
    #[serde(rename = "SCRAM-SHA-512-PLUS")]
    ScramSha512Plus,
}

impl Mechanism {
    const ALL: [Self; 7] = [
        Self::Plain,
        Self::ScramSha1,
        Self::ScramSha256,
        Self::ScramSha512,
        Self::ScramSha1Plus,
        Self::ScramSha256Plus,
        Self::ScramSha512Plus,
    ];

    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha512Plus => "SCRAM-SHA-512-PLUS",
        }
    }

    /// Its hash; `None` for PLAIN.
    const fn hash(self) -> Option<Hash> {
        match self {
            Self::Plain => None,
            Self::ScramSha1 | Self::ScramSha1Plus => Some(Hash::Sha1),
            Self::ScramSha256 | Self::ScramSha256Plus => Some(Hash::Sha256),
            Self::ScramSha512 | Self::ScramSha512Plus => Some(Hash::Sha512),
        }
    }

    /// Whether it binds to the channel.
    pub const fn binds(self) -> bool {
        matches!(
            self,
            Self::ScramSha1Plus | Self::ScramSha256Plus | Self::ScramSha512Plus
        )
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is remembered of an account's logins, so that a weaker one is refused. To be forgotten when a person enters the
/// password again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginMemory {
    /// The strongest mechanism that ever succeeded.
    pub strongest: Option<Mechanism>,
}

impl LoginMemory {
    /// After a login that succeeded.
    #[must_use]
    pub fn with(self, used: Mechanism) -> Self {
        Self {
            strongest: self.strongest.max(Some(used)),
        }
    }
}

/// What the server offers before the login.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Names of SASL mechanisms.
    pub mechanisms: Vec<String>,
    /// Channel binding types (XEP-0440); empty if it lists none.
    pub bindings: Vec<String>,
}

impl Offer {
    /// From `<stream:features/>`.
    pub fn from_features(features: &Element) -> Self {
        let mechanisms = features
            .get_child("mechanisms", ns::SASL)
            .into_iter()
            .flat_map(Element::children)
            .filter(|m| m.is("mechanism", ns::SASL))
            .map(Element::text);
        let bindings = features
            .get_child("sasl-channel-binding", ns::SASL_CB)
            .into_iter()
            .flat_map(Element::children)
            .filter_map(|b| b.attr("type").map(str::to_owned));
        Self {
            mechanisms: mechanisms.collect(),
            bindings: bindings.collect(),
        }
    }

    fn has(&self, mechanism: Mechanism) -> bool {
        self.mechanisms.iter().any(|m| m == mechanism.name())
    }
}

/// A mechanism, and what is said about channel binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The channel binding.
    pub binding: Binding,
}

/// Chooses the strongest way that both sides have.
///
/// # Errors
/// [`Trouble::NoMechanism`]; [`Trouble::Downgrade`] if it is weaker than what is remembered.
pub fn choose(offer: &Offer, tls: &TlsFacts, memory: LoginMemory) -> Result<Choice, Trouble> {
    let listed = |name: &str| offer.bindings.iter().any(|b| b == name);
    // Without a list the server's default type would be guesswork: on TLS 1.3 there was none before RFC 9266, and
    // TLS 1.2's tls-unique isn't to be had here.
    let channel = [
        ("tls-exporter", &tls.exporter),
        ("tls-server-end-point", &tls.end_point),
    ]
    .into_iter()
    .find_map(|(name, data)| data.clone().filter(|_| listed(name)).map(|data| (name, data)));
    let any_scram = offer.mechanisms.iter().any(|m| m.starts_with("SCRAM-"));
    let usable = |m: &Mechanism| match m {
        Mechanism::Plain => !any_scram,
        m => !m.binds() || channel.is_some(),
    };
    let best = Mechanism::ALL.into_iter().filter(|m| offer.has(*m) && usable(m)).max();
    if let Some(known) = memory.strongest.filter(|known| best < Some(*known)) {
        return Err(Trouble::Downgrade { offered: best, known });
    }
    let Some(mechanism) = best else {
        return Err(Trouble::NoMechanism {
            offered: quoted(&offer.mechanisms.join(" ")),
        });
    };
    // RFC 5802 §6: "y" says that the server offers no -PLUS, so that one which does offer it learns that somebody took it
    // out of the list. Where it is offered and can't be used here, that would be untrue, and the login would fail.
    let plus_offered = offer
        .mechanisms
        .iter()
        .any(|m| m.starts_with("SCRAM-") && m.ends_with("-PLUS"));
    let binding = match channel {
        Some((name, data)) if mechanism.binds() => Binding::Bound { name, data },
        _ if plus_offered || (tls.exporter.is_none() && tls.end_point.is_none()) => Binding::Unsupported,
        _ => Binding::NotOffered,
    };
    Ok(Choice { mechanism, binding })
}

/// Logs in on a stream whose features were read. When it returns, the stream is to be restarted.
///
/// # Errors
/// The server's refusal, or its failure to prove itself.
pub async fn authenticate<S: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmlStream<S, Element>,
    choice: Choice,
    user: &str,
    password: &SecretString,
) -> Result<(), Trouble> {
    let Some(hash) = choice.mechanism.hash() else {
        return plain(stream, user, password).await;
    };
    let first = ClientFirst::new(hash, user, &nonce()?, choice.binding).map_err(Trouble::Scram)?;
    send(stream, "auth", Some(choice.mechanism), &first.message()).await?;
    let challenge = match answer(stream).await? {
        Answer::Challenge(data) => first.challenge(&data).map_err(Trouble::Scram)?,
        // It has proven nothing yet.
        Answer::Success(_) => return Err(Trouble::ServerSignature),
    };
    // As many iterations as the server likes, within bounds: not on the threads that serve everybody.
    let password = password.clone();
    let proof = tokio::task::spawn_blocking(move || challenge.prove(password.expose_secret()))
        .await
        .map_err(|e| Trouble::Lost(Said::text(e)))?
        .map_err(Trouble::Scram)?;
    send(stream, "response", None, proof.message()).await?;
    let verify = |data: &[u8]| {
        proof.verify(data).map_err(|e| match e {
            ScramError::Server(e) if e == "invalid-proof" || e == "unknown-user" => Trouble::Auth {
                condition: AuthCondition::NotAuthorized,
                text: None,
            },
            e @ ScramError::Server(_) => Trouble::Scram(e),
            _ => Trouble::ServerSignature,
        })
    };
    match answer(stream).await? {
        Answer::Success(data) => verify(&data),
        // Some servers send the final message as a challenge (RFC 6120 §6.3.10 leaves both ways).
        Answer::Challenge(data) => {
            verify(&data)?;
            send(stream, "response", None, b"").await?;
            match answer(stream).await? {
                Answer::Success(_) => Ok(()),
                Answer::Challenge(_) => Err(Trouble::Protocol(Said::text("a SASL challenge too many"))),
            }
        }
    }
}

/// RFC 4616.
async fn plain<S: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmlStream<S, Element>,
    user: &str,
    password: &SecretString,
) -> Result<(), Trouble> {
    let message = Zeroizing::new(format!("\0{user}\0{}", password.expose_secret()));
    send(stream, "auth", Some(Mechanism::Plain), message.as_bytes()).await?;
    match answer(stream).await? {
        Answer::Success(_) => Ok(()),
        Answer::Challenge(_) => Err(Trouble::Protocol(Said::text("a SASL challenge in PLAIN"))),
    }
}

fn nonce() -> Result<String, Trouble> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes)
        .map_err(|e| Trouble::Account(Said::word("trouble-no-random").with("why", e.to_string())))?;
    Ok(BASE64.encode(bytes))
}

async fn send<S: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmlStream<S, Element>,
    name: &str,
    mechanism: Option<Mechanism>,
    data: &[u8],
) -> Result<(), Trouble> {
    let mut element = Element::builder(name, ns::SASL);
    if let Some(mechanism) = mechanism {
        element = element.attr(minidom::rxml::xml_ncname!("mechanism").to_owned(), mechanism.name());
    }
    let element = element.append(BASE64.encode(data)).build();
    stream.send(&element).await.map_err(|e| Trouble::Lost(Said::text(e)))
}

/// What the server says in a SASL exchange.
enum Answer {
    Challenge(Vec<u8>),
    Success(Vec<u8>),
}

async fn answer<S: AsyncBufRead + AsyncWrite + Unpin>(stream: &mut XmlStream<S, Element>) -> Result<Answer, Trouble> {
    let element = next(stream).await?;
    if element.is("failure", ns::SASL) {
        let condition = element.children().find(|c| c.name() != "text");
        return Err(Trouble::Auth {
            condition: condition.map_or(AuthCondition::Other, |c| AuthCondition::from_name(c.name())),
            text: element
                .get_child("text", ns::SASL)
                .map(|t| quoted(&t.text()))
                .filter(|t| !t.is_empty()),
        });
    }
    let text = element.text();
    let data = match text.trim() {
        "=" => Vec::new(),
        data => BASE64
            .decode(data)
            .map_err(|_| Trouble::Protocol(Said::text("SASL data isn't base64")))?,
    };
    if element.is("challenge", ns::SASL) {
        Ok(Answer::Challenge(data))
    } else if element.is("success", ns::SASL) {
        Ok(Answer::Success(data))
    } else {
        Err(unexpected(&element))
    }
}

/// The next element of a stream that isn't logged in yet; a stream error is an error.
pub(super) async fn next<S: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmlStream<S, Element>,
) -> Result<Element, Trouble> {
    loop {
        match stream.next().await {
            Some(Ok(element)) if element.is("error", ns::STREAM) => {
                let condition = element
                    .children()
                    .find(|c| c.ns() == ns::XMPP_STREAMS && c.name() != "text");
                return Err(Trouble::Stream {
                    condition: condition.map_or_else(|| "unknown".to_owned(), |c| quoted(c.name())),
                    text: element.get_child("text", ns::XMPP_STREAMS).map(|t| quoted(&t.text())),
                });
            }
            Some(Ok(element)) => return Ok(element),
            // Only the limit of the whole step counts here.
            Some(Err(ReadError::SoftTimeout)) => {}
            Some(Err(ReadError::HardError(e))) if e.kind() == std::io::ErrorKind::InvalidData => {
                return Err(Trouble::Protocol(Said::Text(quoted(&e.to_string()))));
            }
            Some(Err(ReadError::HardError(e))) => return Err(Trouble::Lost(plain_words(&e))),
            Some(Err(ReadError::ParseError(e))) => return Err(Trouble::Protocol(Said::Text(quoted(&e.to_string())))),
            Some(Err(ReadError::StreamFooterReceived)) | None => {
                return Err(Trouble::Lost(Said::word("net-closed")));
            }
        }
    }
}

pub(super) fn unexpected(element: &Element) -> Trouble {
    Trouble::Protocol(Said::Text(format!("an unexpected <{}/>", quoted(element.name()))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tls13() -> TlsFacts {
        TlsFacts {
            tls13: true,
            fingerprint: String::new(),
            pinned: false,
            exporter: Some(b"exporter".to_vec()),
            end_point: Some(b"end point".to_vec()),
        }
    }

    fn tls12() -> TlsFacts {
        TlsFacts {
            tls13: false,
            exporter: None,
            ..tls13()
        }
    }

    fn offer(mechanisms: &str, bindings: &str) -> Offer {
        let words = |s: &str| s.split_whitespace().map(str::to_owned).collect();
        Offer {
            mechanisms: words(mechanisms),
            bindings: words(bindings),
        }
    }

    /// Mechanism and GS2 flag, or the error's first words.
    fn chosen(mechanisms: &str, bindings: &str, tls: &TlsFacts, memory: Option<Mechanism>) -> String {
        match choose(&offer(mechanisms, bindings), tls, LoginMemory { strongest: memory }) {
            Ok(Choice { mechanism, binding }) => match binding {
                Binding::Unsupported => format!("{mechanism} n"),
                Binding::NotOffered => format!("{mechanism} y"),
                Binding::Bound { name, .. } => format!("{mechanism} p={name}"),
            },
            Err(Trouble::Downgrade { .. }) => "downgrade".into(),
            Err(Trouble::NoMechanism { .. }) => "none".into(),
            Err(other) => other.to_string(),
        }
    }

    const ALL: &str = "PLAIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS X-OTHER";

    #[test]
    fn the_channel_is_bound_by_a_type_that_the_server_lists_and_by_no_other() {
        let exporter = "tls-server-end-point tls-exporter";
        assert_eq!(
            chosen(ALL, exporter, &tls13(), None),
            "SCRAM-SHA-256-PLUS p=tls-exporter"
        );
        let end_point = "SCRAM-SHA-256-PLUS p=tls-server-end-point";
        assert_eq!(
            chosen(ALL, "tls-unique tls-server-end-point", &tls13(), None),
            end_point
        );
        assert_eq!(chosen(ALL, exporter, &tls12(), None), end_point);
        // Offered, but not usable here: saying "y" would make an honest server refuse the login.
        assert_eq!(chosen(ALL, "tls-unique", &tls13(), None), "SCRAM-SHA-256 n");
        assert_eq!(chosen(ALL, "", &tls13(), None), "SCRAM-SHA-256 n");
        assert_eq!(chosen(ALL, "", &tls12(), None), "SCRAM-SHA-256 n");
    }

    #[test]
    fn a_server_that_seems_to_offer_no_binding_is_told_that_we_could() {
        assert_eq!(
            chosen("SCRAM-SHA-1 SCRAM-SHA-512", "", &tls13(), None),
            "SCRAM-SHA-512 y"
        );
        let unable = TlsFacts {
            end_point: None,
            ..tls12()
        };
        assert_eq!(chosen("SCRAM-SHA-1", "", &unable, None), "SCRAM-SHA-1 n");
    }

    #[test]
    fn plain_is_used_only_where_no_scram_is_offered() {
        assert_eq!(chosen("PLAIN", "", &tls13(), None), "PLAIN y");
        assert_eq!(chosen("PLAIN SCRAM-SHA-1", "", &tls13(), None), "SCRAM-SHA-1 y");
        assert_eq!(chosen("PLAIN SCRAM-SHA3-512", "", &tls13(), None), "none");
        assert_eq!(chosen("PLAIN SCRAM-SHA-1-PLUS", "", &tls13(), None), "none");
        assert_eq!(chosen("DIGEST-MD5 EXTERNAL", "", &tls13(), None), "none");
        assert_eq!(chosen("", "", &tls13(), None), "none");
    }

    #[test]
    fn less_than_last_time_is_refused_and_more_is_not() {
        use Mechanism::*;
        let cb = "tls-exporter";
        assert_eq!(chosen("PLAIN", "", &tls13(), Some(ScramSha1)), "downgrade");
        assert_eq!(chosen("SCRAM-SHA-1", "", &tls13(), Some(ScramSha256)), "downgrade");
        assert_eq!(chosen("SCRAM-SHA-512", "", &tls13(), Some(ScramSha1Plus)), "downgrade");
        assert_eq!(chosen(ALL, "", &tls13(), Some(ScramSha256Plus)), "downgrade");
        assert_eq!(chosen("", "", &tls13(), Some(Plain)), "downgrade");
        assert_eq!(
            chosen(ALL, cb, &tls13(), Some(ScramSha512)),
            "SCRAM-SHA-256-PLUS p=tls-exporter"
        );
        assert_eq!(chosen("SCRAM-SHA-1", "", &tls13(), Some(Plain)), "SCRAM-SHA-1 y");
    }

    #[test]
    fn memory_only_grows_and_survives_being_stored() {
        let memory = LoginMemory::default()
            .with(Mechanism::ScramSha256Plus)
            .with(Mechanism::ScramSha1);
        assert_eq!(memory.strongest, Some(Mechanism::ScramSha256Plus));
        let stored = serde_json::to_string(&memory).unwrap();
        assert_eq!(stored, r#"{"strongest":"SCRAM-SHA-256-PLUS"}"#);
        assert_eq!(serde_json::from_str::<LoginMemory>(&stored).unwrap(), memory);
    }

    #[test]
    fn an_offer_is_read_from_features_with_anything_beside_it() {
        let features: Element = "<features xmlns='http://etherx.jabber.org/streams'><x xmlns='urn:x'/>\
            <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism><hostname xmlns='urn:x'/>\
            <mechanism>SCRAM-SHA-512</mechanism></mechanisms><sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>\
            <channel-binding type='tls-exporter'/><channel-binding type='of-the-future'/></sasl-channel-binding></features>"
            .parse()
            .unwrap();
        assert_eq!(
            Offer::from_features(&features),
            offer("PLAIN SCRAM-SHA-512", "tls-exporter of-the-future")
        );
    }
}
