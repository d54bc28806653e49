//! The server's certificate, made anew at each start.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use rustls::ServerConfig;
use rustls_pki_types::PrivatePkcs8KeyDer;
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use crate::LoopbackError;

/// A self-signed certificate with its key, ready to accept connections.
pub(crate) struct Identity {
    pub acceptor: TlsAcceptor,
    /// The certificate in PEM.
    pub pem: String,
    /// SHA-256 over the certificate in DER, in lower-case hex.
    pub fingerprint: String,
}

impl Identity {
    /// Makes a certificate for `domain` and for loopback by name and address.
    pub(crate) fn generate(domain: &str) -> Result<Self, LoopbackError> {
        let names = [domain, "localhost", "127.0.0.1"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names)?;
        let der = made.cert.der().clone();
        let fingerprint = HEXLOWER.encode(&Sha256::digest(&der));
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![der], key.into())?;
        // XEP-0368 §2: the protocol's name in ALPN.
        config.alpn_protocols = vec![b"xmpp-client".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            pem: made.cert.pem(),
            fingerprint,
        })
    }
}
