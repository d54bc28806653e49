//! SCRAM, the server's side (RFC 5802, RFC 7677), bound to the channel by `tls-exporter` (RFC 9266) where that is on offer.

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
    /// The hash of a mechanism.
    pub(crate) fn of(mechanism: &Mechanism) -> Option<Self> {
        match mechanism {
            Mechanism::ScramSha1 | Mechanism::ScramSha1Plus => Some(Self::Sha1),
            Mechanism::ScramSha256 | Mechanism::ScramSha256Plus => Some(Self::Sha256),
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

/// A mechanism's registered name.
pub(crate) const fn name(mechanism: &Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Plain => "PLAIN",
        Mechanism::ScramSha1 => "SCRAM-SHA-1",
        Mechanism::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
        Mechanism::ScramSha256 => "SCRAM-SHA-256",
        Mechanism::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
        Mechanism::Anonymous => "ANONYMOUS",
    }
}

/// Whether a mechanism binds to the channel.
pub(crate) const fn binds(mechanism: &Mechanism) -> bool {
    matches!(mechanism, Mechanism::ScramSha1Plus | Mechanism::ScramSha256Plus)
}

/// How channels may be bound in one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// The mechanism binds.
    Bound,
    /// It doesn't, but one that does is on offer: a client that says that none is was lied to.
    Offered,
    /// None that does is on offer.
    Absent,
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
    /// Reads `n,,n=user,r=nonce`.
    pub(crate) fn parse(message: &[u8], channel: Channel) -> Result<Self, DefinedCondition> {
        let malformed = DefinedCondition::MalformedRequest;
        let message = std::str::from_utf8(message).map_err(|_| malformed.clone())?;
        let mut parts = message.splitn(3, ',');
        let (Some(flag), Some(authzid), Some(bare)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed);
        };
        match (flag, channel) {
            ("p=tls-exporter", Channel::Bound) | ("n", Channel::Offered | Channel::Absent) | ("y", Channel::Absent) => {
            }
            // RFC 5802 §6: somebody took -PLUS out of what was offered.
            ("y", Channel::Offered) => return Err(DefinedCondition::NotAuthorized),
            _ => return Err(malformed),
        }
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

    /// The challenge; `nonce` and `salt` have to be fresh randomness, the nonce printable. `exporter` is the channel's own.
    pub(crate) fn challenge(self, hash: Hash, password: &str, nonce: &str, salt: &[u8], exporter: &[u8]) -> Challenge {
        let mut binding = self.gs2.clone().into_bytes();
        if self.gs2.starts_with('p') {
            binding.extend_from_slice(exporter);
        }
        let nonce = format!("{}{nonce}", self.nonce);
        let message = format!("r={nonce},s={},i={ITERATIONS}", BASE64.encode(salt));
        Challenge {
            hash,
            salted: hash.salted(password, salt),
            bound: format!("c={},r={nonce}", BASE64.encode(binding)),
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
        let first = ClientFirst::parse(b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", Channel::Absent)
            .ok()
            .unwrap();
        assert_eq!(first.user, "user");
        let salt = BASE64.decode("QSXCR+Q6sek8bf92").unwrap();
        let challenge = first.challenge(Hash::Sha1, "pencil", "3rfcNHYJY1ZVvWVs7j", &salt, b"");
        assert_eq!(
            challenge.message,
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
        );
        let response = b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
        assert_eq!(challenge.verify(response).unwrap(), "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    }

    #[test]
    fn the_example_of_rfc_7677_logs_in() {
        let first = ClientFirst::parse(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO", Channel::Absent)
            .ok()
            .unwrap();
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let challenge = first.challenge(Hash::Sha256, "pencil", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", &salt, b"");
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
            let first = ClientFirst::parse(b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", Channel::Absent)
                .ok()
                .unwrap();
            first.challenge(
                Hash::Sha1,
                password,
                "3rfcNHYJY1ZVvWVs7j",
                &BASE64.decode("QSXCR+Q6sek8bf92").unwrap(),
                b"",
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
    fn what_is_said_of_the_channel_has_to_fit_what_is_offered() {
        let parse = |flag: &str, channel| ClientFirst::parse(format!("{flag},,n=user,r=abc").as_bytes(), channel).err();
        for (flag, channel) in [
            ("n", Channel::Absent),
            ("y", Channel::Absent),
            ("n", Channel::Offered),
            ("p=tls-exporter", Channel::Bound),
        ] {
            assert_eq!(parse(flag, channel), None, "{flag} {channel:?}");
        }
        let malformed = Some(DefinedCondition::MalformedRequest);
        assert_eq!(parse("p=tls-exporter", Channel::Absent), malformed);
        assert_eq!(parse("p=tls-unique", Channel::Bound), malformed);
        assert_eq!(parse("n", Channel::Bound), malformed);
        assert_eq!(parse("y", Channel::Offered), Some(DefinedCondition::NotAuthorized));
    }

    #[test]
    fn a_bound_channel_is_part_of_what_is_proven() {
        let bound = |exporter: &[u8]| {
            let first = ClientFirst::parse(b"p=tls-exporter,,n=user,r=abc", Channel::Bound)
                .ok()
                .unwrap();
            first.challenge(Hash::Sha256, "pencil", "def", b"salt", exporter).bound
        };
        assert_eq!(
            bound(b"one"),
            format!("c={},r=abcdef", BASE64.encode("p=tls-exporter,,one"))
        );
        assert_ne!(bound(b"one"), bound(b"two"));
    }
}
