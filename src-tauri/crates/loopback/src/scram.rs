//! SCRAM, the server's side, without channel binding (RFC 5802, RFC 7677).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use xmpp_parsers::sasl::{DefinedCondition, Mechanism};

/// RFC 7677 §4 asks for at least so many.
const ITERATIONS: u32 = 4096;

/// The hash that a mechanism uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    /// The hash of a mechanism on offer.
    pub(crate) fn of(mechanism: &Mechanism) -> Option<Self> {
        match mechanism {
            Mechanism::ScramSha1 => Some(Self::Sha1),
            Mechanism::ScramSha256 => Some(Self::Sha256),
            _ => None,
        }
    }

    fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
        }
    }

    fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        fn run<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Vec<u8> {
            // HMAC takes keys of any length.
            <M as KeyInit>::new_from_slice(key)
                .map(|mac| mac.chain_update(data).finalize().into_bytes().to_vec())
                .unwrap_or_default()
        }
        match self {
            Self::Sha1 => run::<Hmac<Sha1>>(key, data),
            Self::Sha256 => run::<Hmac<Sha256>>(key, data),
        }
    }

    fn salted(self, password: &str, salt: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => {
                let mut out = [0; 20];
                pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), salt, ITERATIONS, &mut out);
                out.to_vec()
            }
            Self::Sha256 => {
                let mut out = [0; 32];
                pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, ITERATIONS, &mut out);
                out.to_vec()
            }
        }
    }
}

/// The client's first message, understood.
pub(crate) struct ClientFirst {
    /// The name to log in as.
    pub user: String,
    gs2: String,
    nonce: String,
    bare: String,
}

impl ClientFirst {
    /// Reads `n,,n=user,r=nonce`. Channel binding (`p=…`) isn't on offer.
    pub(crate) fn parse(message: &[u8]) -> Result<Self, DefinedCondition> {
        let malformed = DefinedCondition::MalformedRequest;
        let message = std::str::from_utf8(message).map_err(|_| malformed.clone())?;
        let mut parts = message.splitn(3, ',');
        let (Some(flag @ ("n" | "y")), Some(authzid), Some(bare)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed);
        };
        let mut fields = bare.split(',');
        let user = fields.next().and_then(|field| field.strip_prefix("n="));
        let nonce = fields.next().and_then(|field| field.strip_prefix("r="));
        let (Some(user), Some(nonce)) = (user, nonce) else {
            return Err(malformed);
        };
        Ok(Self {
            user: user.replace("=2C", ",").replace("=3D", "="),
            gs2: format!("{flag},{authzid},"),
            nonce: nonce.to_owned(),
            bare: bare.to_owned(),
        })
    }

    /// The challenge; `nonce` and `salt` have to be fresh randomness, the nonce printable.
    pub(crate) fn challenge(self, hash: Hash, password: &str, nonce: &str, salt: &[u8]) -> Challenge {
        let nonce = format!("{}{nonce}", self.nonce);
        let message = format!("r={nonce},s={},i={ITERATIONS}", BASE64.encode(salt));
        Challenge {
            hash,
            salted: hash.salted(password, salt),
            bound: format!("c={},r={nonce}", BASE64.encode(&self.gs2)),
            signed_head: format!("{},{message},", self.bare),
            message,
        }
    }
}

/// A challenge that waits for its response.
pub(crate) struct Challenge {
    /// What to send.
    pub message: String,
    hash: Hash,
    salted: Vec<u8>,
    bound: String,
    signed_head: String,
}

impl Challenge {
    /// Checks the client's proof and gives the server's own.
    pub(crate) fn verify(&self, response: &[u8]) -> Result<String, DefinedCondition> {
        let response = std::str::from_utf8(response).map_err(|_| DefinedCondition::MalformedRequest)?;
        let (bound, proof) = response.rsplit_once(",p=").ok_or(DefinedCondition::MalformedRequest)?;
        let proof = BASE64.decode(proof).map_err(|_| DefinedCondition::IncorrectEncoding)?;
        if bound != self.bound {
            return Err(DefinedCondition::NotAuthorized);
        }
        let signed = format!("{}{bound}", self.signed_head);
        let client_key = self.hash.hmac(&self.salted, b"Client Key");
        let stored_key = self.hash.digest(&client_key);
        let signature = self.hash.hmac(&stored_key, signed.as_bytes());
        let claimed: Vec<u8> = proof.iter().zip(&signature).map(|(p, s)| p ^ s).collect();
        if proof.len() != signature.len() || self.hash.digest(&claimed) != stored_key {
            return Err(DefinedCondition::NotAuthorized);
        }
        let server_key = self.hash.hmac(&self.salted, b"Server Key");
        Ok(format!(
            "v={}",
            BASE64.encode(self.hash.hmac(&server_key, signed.as_bytes()))
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    // The examples of RFC 5802 §5 and RFC 7677 §3.
    #[test]
    fn the_example_of_rfc_5802_logs_in() {
        let first = ClientFirst::parse(b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")
            .ok()
            .unwrap();
        assert_eq!(first.user, "user");
        let salt = BASE64.decode("QSXCR+Q6sek8bf92").unwrap();
        let challenge = first.challenge(Hash::Sha1, "pencil", "3rfcNHYJY1ZVvWVs7j", &salt);
        assert_eq!(
            challenge.message,
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
        );
        let response = b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
        assert_eq!(challenge.verify(response).unwrap(), "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    }

    #[test]
    fn the_example_of_rfc_7677_logs_in() {
        let first = ClientFirst::parse(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO").ok().unwrap();
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let challenge = first.challenge(Hash::Sha256, "pencil", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", &salt);
        let response = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
            p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        assert_eq!(
            challenge.verify(response).unwrap(),
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        );
    }

    #[test]
    fn another_password_or_another_binding_is_not_authorized() {
        let challenge = |password| {
            let first = ClientFirst::parse(b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")
                .ok()
                .unwrap();
            first.challenge(
                Hash::Sha1,
                password,
                "3rfcNHYJY1ZVvWVs7j",
                &BASE64.decode("QSXCR+Q6sek8bf92").unwrap(),
            )
        };
        let response = "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
        let refused = |outcome: Result<String, _>| outcome.unwrap_err() == DefinedCondition::NotAuthorized;
        assert!(refused(challenge("pencils").verify(response.as_bytes())));
        assert!(refused(
            challenge("pencil").verify(response.replace("biws", "eSws").as_bytes())
        ));
    }

    #[test]
    fn channel_binding_is_refused_because_it_is_not_offered() {
        let parsed = ClientFirst::parse(b"p=tls-exporter,,n=user,r=abc");
        assert!(matches!(parsed, Err(DefinedCondition::MalformedRequest)));
        assert!(ClientFirst::parse(b"y,,n=user,r=abc").is_ok());
    }
}
