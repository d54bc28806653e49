//! TLS with a server: whom to trust, why not, and what the channel binds to.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;
use mailwren_core::said::Said;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest, Sha256, Sha384, Sha512};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::signature_algorithm::SignatureAlgorithm;

use super::resolve::Target;
use super::trouble::{Trouble, quoted};

/// Whom an account trusts.
#[derive(Clone)]
pub struct Trust {
    judge: Anchor,
    provider: Arc<CryptoProvider>,
}

#[derive(Clone)]
enum Anchor {
    /// Certificates with one of these SHA-256 fingerprints, and no other.
    Pins(Arc<[[u8; 32]]>),
    /// Authorities: the system's, and further ones.
    Authorities(Arc<dyn ServerCertVerifier>),
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.judge {
            Anchor::Pins(pins) => format!("{} pins", pins.len()),
            Anchor::Authorities(_) => "authorities".to_owned(),
        };
        f.debug_tuple("Trust").field(&what).finish()
    }
}

impl Trust {
    /// What a configuration says. Reads files: the system's store and the CA file.
    ///
    /// # Errors
    /// [`Trouble::Account`] if a pin or the CA file can't be used, or the system has no store and the configuration names none.
    pub fn load(ca_file: Option<&str>, pins: &[String]) -> Result<Self, Trouble> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let pins = pins.iter().map(|pin| parse_fingerprint(pin));
        let pins = pins.collect::<Result<Vec<_>, _>>()?;
        let judge = if pins.is_empty() {
            Anchor::Authorities(authorities(ca_file, &provider)?)
        } else {
            Anchor::Pins(pins.into())
        };
        Ok(Self { judge, provider })
    }

    /// The handshake. `name` is what the certificate must be for: the JID's domain, whatever host SRV led to (RFC 6120
    /// §13.7.2). `protocols` are offered by ALPN.
    ///
    /// # Errors
    /// [`Trouble::Certificate`], [`Trouble::PinMismatch`], [`Trouble::Handshake`].
    pub async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        name: ServerName<'static>,
        target: &Target,
        protocols: &[&[u8]],
        io: S,
    ) -> Result<Secured<S>, Trouble> {
        let refused = Arc::new(Mutex::new(None));
        let judge = Judge {
            trust: self.clone(),
            refused: refused.clone(),
        };
        let handshake = |why: Said| Trouble::Handshake {
            target: target.to_string(),
            why,
        };
        let mut config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|e| handshake(Said::text(e)))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(judge))
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let connected = TlsConnector::from(Arc::new(config)).connect(name, io).await;
        let stream = match connected {
            Ok(stream) => stream,
            Err(error) => {
                let refused = refused.lock().unwrap_or_else(PoisonError::into_inner).take();
                return Err(match refused {
                    Some(Refusal { fingerprint, why: None }) => Trouble::PinMismatch {
                        target: target.to_string(),
                        fingerprint,
                    },
                    Some(Refusal {
                        fingerprint,
                        why: Some(why),
                    }) => Trouble::Certificate {
                        target: target.to_string(),
                        why,
                        fingerprint,
                    },
                    None => handshake(readable(&error)),
                });
            }
        };
        let facts = TlsFacts::of(stream.get_ref().1, matches!(self.judge, Anchor::Pins(_)));
        Ok(Secured { stream, facts })
    }
}

/// A connection with TLS.
pub struct Secured<S> {
    /// The stream.
    pub stream: TlsStream<S>,
    /// What was negotiated.
    pub facts: TlsFacts,
}

/// What a handshake led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// TLS 1.3, else 1.2.
    pub tls13: bool,
    /// SHA-256 fingerprint of the server's certificate, in lower-case hex.
    pub fingerprint: String,
    /// Whether a pin decided.
    pub pinned: bool,
    /// Data for the channel binding `tls-exporter` (RFC 9266), on TLS 1.3.
    pub exporter: Option<Vec<u8>>,
    /// Data for the channel binding `tls-server-end-point` (RFC 5929), where the certificate's signature has a hash.
    pub end_point: Option<Vec<u8>>,
}

impl TlsFacts {
    fn of(connection: &rustls::ClientConnection, pinned: bool) -> Self {
        let tls13 = connection.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3);
        let leaf = connection.peer_certificates().and_then(<[_]>::first);
        let exporter = tls13.then(|| {
            let label = b"EXPORTER-Channel-Binding";
            connection.export_keying_material([0; 32], label, Some(b"")).ok()
        });
        Self {
            tls13,
            fingerprint: leaf.map(|c| fingerprint(c)).unwrap_or_default(),
            pinned,
            exporter: exporter.flatten().map(|data| data.to_vec()),
            end_point: leaf.and_then(|c| end_point(c)),
        }
    }
}

/// The name that a certificate has to be for.
///
/// # Errors
/// [`Trouble::Account`] if the domain can't be a server's name.
pub fn server_name(domain: &str) -> Result<ServerName<'static>, Trouble> {
    let literal = domain.trim_start_matches('[').trim_end_matches(']');
    match literal.parse::<IpAddr>() {
        Ok(ip) => Ok(ServerName::IpAddress(ip.into())),
        Err(_) => ServerName::try_from(domain.to_owned())
            .map_err(|_| Trouble::Account(Said::word("trouble-server-name").with("name", quoted(domain)))),
    }
}

/// SHA-256 of a certificate, in lower-case hex.
pub fn fingerprint(certificate: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(certificate))
}

/// Takes hex in either case, with or without colons or spaces.
pub(crate) fn parse_fingerprint(text: &str) -> Result<[u8; 32], Trouble> {
    let bad = || Trouble::Account(Said::word("trouble-fingerprint").with("text", quoted(text)));
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !matches!(c, ':' | ' '))
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()).ok_or_else(bad))
        .collect::<Result<_, _>>()?;
    let (pairs, odd) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    if !odd.is_empty() {
        return Err(bad());
    }
    bytes.try_into().map_err(|_| bad())
}

fn authorities(ca_file: Option<&str>, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Trouble> {
    let extra = match ca_file {
        None => Vec::new(),
        Some(path) => read_certificates(Path::new(path))?,
    };
    let mut own = RootCertStore::empty();
    let (_, unusable) = own.add_parsable_certificates(extra.iter().cloned());
    if unusable > 0 {
        let path = ca_file.unwrap_or_default();
        return Err(Trouble::Account(
            Said::word("trouble-ca-unusable").with("n", unusable).with("path", path),
        ));
    }
    match rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider.clone()) {
        Ok(verifier) => Ok(Arc::new(verifier)),
        // A system without a store is no reason to do without the account's own.
        Err(error) if !own.is_empty() => {
            tracing::warn!(%error, "the system's certificate authorities can't be used");
            WebPkiServerVerifier::builder_with_provider(own.into(), provider.clone())
                .build()
                .map(|v| v as Arc<dyn ServerCertVerifier>)
                .map_err(|e| Trouble::Account(Said::text(e)))
        }
        Err(error) => Err(Trouble::Account(
            Said::word("trouble-no-authorities").with("why", error.to_string()),
        )),
    }
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let bad = |why: Said| {
        let unread = Said::word("trouble-ca-file").with("path", path.display());
        Trouble::Account(unread.with("why", why))
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| bad(Said::text(e)))?;
    if certificates.is_empty() {
        return Err(bad(Said::word("trouble-ca-empty")));
    }
    Ok(certificates)
}

/// Judges the one certificate of one handshake, and remembers why it was refused.
#[derive(Debug)]
struct Judge {
    trust: Trust,
    refused: Arc<Mutex<Option<Refusal>>>,
}

#[derive(Debug)]
struct Refusal {
    fingerprint: String,
    /// `None` if it isn't the pinned one.
    why: Option<Said>,
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (verdict, why) = match &self.trust.judge {
            Anchor::Pins(pins) => {
                let shown = Sha256::digest(leaf);
                if pins.iter().any(|pin| shown[..] == pin[..]) {
                    return Ok(ServerCertVerified::assertion());
                }
                let error = CertificateError::ApplicationVerificationFailure;
                (Error::InvalidCertificate(error), None)
            }
            Anchor::Authorities(verifier) => match verifier.verify_server_cert(leaf, intermediates, name, ocsp, now) {
                Ok(verified) => return Ok(verified),
                Err(error) => {
                    let why = why_not(&error, leaf, name);
                    (error, Some(why))
                }
            },
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(Refusal {
            fingerprint: fingerprint(leaf),
            why,
        });
        Err(verdict)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.trust.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.trust.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trust
            .provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Why a certificate isn't trusted, in words.
fn why_not(error: &Error, leaf: &[u8], name: &ServerName<'_>) -> Said {
    let Ok((_, certificate)) = X509Certificate::from_der(leaf) else {
        return Said::word("certificate-unreadable");
    };
    let Error::InvalidCertificate(error) = error else {
        return Said::text(error);
    };
    let own = certificate.issuer() == certificate.subject();
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Said::word("certificate-expired").with("day", day(certificate.validity().not_after.timestamp()))
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Said::word("certificate-early").with("day", day(certificate.validity().not_before.timestamp()))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names = names(&certificate);
            let other = match names.is_empty() {
                true => Said::word("certificate-nameless"),
                false => Said::word("certificate-other").with("names", names),
            };
            other.with("name", name.to_str().as_ref())
        }
        CertificateError::Revoked => Said::word("certificate-revoked"),
        _ if own => Said::word("certificate-own"),
        CertificateError::UnknownIssuer => {
            Said::word("certificate-issuer").with("issuer", quoted(&certificate.issuer().to_string()))
        }
        CertificateError::BadSignature => Said::word("certificate-signature"),
        other => Said::Text(quoted(&Error::InvalidCertificate(other.clone()).to_string())),
    }
}

fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |t| t.strftime("%Y-%m-%d").to_string())
}

/// A few of the names that a certificate is for; empty if it names no host.
fn names(certificate: &X509Certificate<'_>) -> String {
    let names: Vec<String> = match certificate.subject_alternative_name() {
        Ok(Some(san)) => san
            .value
            .general_names
            .iter()
            .filter_map(|name| match name {
                GeneralName::DNSName(dns) => Some(quoted(dns)),
                _ => None,
            })
            .take(4)
            .collect(),
        _ => Vec::new(),
    };
    names.join(", ")
}

/// RFC 5929 §4.1: the certificate under the hash of its signature, SHA-256 in place of MD5 and SHA-1.
fn end_point(leaf: &[u8]) -> Option<Vec<u8>> {
    use x509_parser::oid_registry as oid;
    let (_, certificate) = X509Certificate::from_der(leaf).ok()?;
    let algorithm = &certificate.signature_algorithm;
    let parsed = SignatureAlgorithm::try_from(algorithm).ok()?;
    let hash = match &parsed {
        SignatureAlgorithm::RSASSA_PSS(params) => params.hash_algorithm_oid(),
        _ => &algorithm.algorithm,
    };
    let is = |oids: &[oid::Oid<'static>]| oids.contains(hash);
    if is(&[
        oid::OID_PKCS1_MD5WITHRSAENC,
        oid::OID_PKCS1_SHA1WITHRSA,
        oid::OID_HASH_SHA1,
        oid::OID_PKCS1_SHA256WITHRSA,
        oid::OID_SIG_ECDSA_WITH_SHA256,
        oid::OID_NIST_HASH_SHA256,
    ]) {
        Some(Sha256::digest(leaf).to_vec())
    } else if is(&[
        oid::OID_PKCS1_SHA384WITHRSA,
        oid::OID_SIG_ECDSA_WITH_SHA384,
        oid::OID_NIST_HASH_SHA384,
    ]) {
        Some(Sha384::digest(leaf).to_vec())
    } else if is(&[
        oid::OID_PKCS1_SHA512WITHRSA,
        oid::OID_SIG_ECDSA_WITH_SHA512,
        oid::OID_NIST_HASH_SHA512,
    ]) {
        Some(Sha512::digest(leaf).to_vec())
    } else {
        None
    }
}

/// A handshake's failure in words.
fn readable(error: &std::io::Error) -> Said {
    match error.get_ref().and_then(|e| e.downcast_ref::<Error>()) {
        Some(Error::InvalidMessage(_)) => Said::word("tls-unspoken"),
        Some(Error::AlertReceived(AlertDescription::ProtocolVersion)) => Said::word("tls-version"),
        Some(Error::AlertReceived(AlertDescription::UnrecognisedName)) => Said::word("tls-name"),
        Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => Said::word("tls-protocol"),
        Some(Error::AlertReceived(AlertDescription::HandshakeFailure)) => Said::word("tls-cipher"),
        _ => plain_words(error),
    }
}

/// What the system says of a connection, in words.
pub(crate) fn plain_words(error: &std::io::Error) -> Said {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Said::word("net-refused"),
        Kind::NetworkUnreachable | Kind::HostUnreachable => Said::word("net-unreachable"),
        Kind::UnexpectedEof | Kind::ConnectionReset | Kind::BrokenPipe => Said::word("net-hung-up"),
        _ => Said::text(error),
    }
}
