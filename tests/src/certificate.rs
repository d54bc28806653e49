//! A certificate authority of the test's own.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

const DAY: Duration = Duration::from_secs(86_400);

/// A server's certificate, and the authority that signed it, as PEM files.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The authority's certificate: what a client has to trust.
    pub ca: PathBuf,
    /// The server's certificate.
    pub chain: PathBuf,
    /// The server's private key.
    pub key: PathBuf,
}

impl Certificate {
    /// A certificate for these names, by a new authority.
    ///
    /// # Errors
    /// When a key can't be made or a file can't be written.
    pub fn issue(dir: &Path, names: &[&str]) -> Result<Self> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority
            .distinguished_name
            .push(DnType::CommonName, "Mailwren test authority");
        let authority_key = KeyPair::generate()?;
        let authority_pem = authority.self_signed(&authority_key)?.pem();
        let issuer = Issuer::new(authority, authority_key);

        let mut server = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        server.use_authority_key_identifier_extension = true;
        // ejabberd sets a timer for the end, which has to lie within Erlang's reach; rcgen's default doesn't.
        server.not_before = (SystemTime::now() - DAY).into();
        server.not_after = (SystemTime::now() + 14 * DAY).into();
        let key = KeyPair::generate()?;
        let pem = server.signed_by(&key, &issuer)?.pem();

        let made = Self {
            ca: dir.join("ca.pem"),
            chain: dir.join("server.pem"),
            key: dir.join("server.key"),
        };
        std::fs::write(&made.ca, authority_pem)?;
        std::fs::write(&made.chain, pem)?;
        std::fs::write(&made.key, key.serialize_pem())?;
        Ok(made)
    }
}
