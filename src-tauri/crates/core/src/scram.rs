//! The client's side of SCRAM (RFC 5802, RFC 7677), with channel binding and with the server's signature verified.
//!
//! Pure: the nonce comes in, messages go out. Each step consumes the one before, so that no step can be left out:
//! [`ClientFirst`] → [`Challenge`] → [`Proof`] → verified.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::said::Said;

/// Fewest iterations accepted (RFC 5802 §5.1, RFC 7677 §4): fewer would make a captured proof cheap to guess from.
pub const MIN_ITERATIONS: u32 = 4096;

/// Most iterations accepted: more is no protection but a way to keep this machine busy.
pub const MAX_ITERATIONS: u32 = 4_000_000;

/// Longest server message that is looked at, in bytes.
const MAX_MESSAGE: usize = 8192;

/// The hash function, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hash {
    /// SCRAM-SHA-1.
    Sha1,
    /// SCRAM-SHA-256.
    Sha256,
    /// SCRAM-SHA-512.
    Sha512,
}

/// What the client says about channel binding (the `gs2-cbind-flag`, RFC 5802 §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// `n`: it can't bind on this connection, though the server might.
    Unsupported,
    /// `y`: it could, but the server offers no -PLUS mechanism. A server that did offer one then knows of the attack.
    NotOffered,
    /// `p`: bound.
    Bound {
        /// The binding type's IANA name, such as `tls-exporter`.
        name: &'static str,
        /// The channel's binding data.
        data: Vec<u8>,
    },
}

/// Why a SCRAM exchange can't go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum ScramError {
    /// The user name can't be prepared (RFC 4013).
    Username,
    /// The password can't be prepared (RFC 4013), or is empty.
    Password,
    /// The server's message breaks the grammar.
    Malformed(&'static str),
    /// The server's nonce doesn't continue the client's.
    Nonce,
    /// The iteration count is outside [`MIN_ITERATIONS`]..=[`MAX_ITERATIONS`].
    Iterations(u64),
    /// The server reports an error (`e=`).
    Server(String),
    /// The server doesn't know the password either: someone else answers in its place.
    Signature,
}

impl ScramError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Username => Said::word("scram-username"),
            Self::Password => Said::word("scram-password"),
            Self::Malformed(why) => Said::word("scram-malformed").with("why", *why),
            Self::Nonce => Said::word("scram-nonce"),
            Self::Iterations(n) => Said::word("scram-iterations").with("n", *n),
            Self::Server(why) => Said::word("scram-server").with("why", why),
            Self::Signature => Said::word("trouble-signature"),
        }
    }
}

/// The client's first message.
#[derive(Debug, Clone)]
pub struct ClientFirst {
    hash: Hash,
    header: String,
    bare: String,
    nonce: String,
    binding: Vec<u8>,
}

impl ClientFirst {
    /// For a user, with a nonce of printable ASCII without commas.
    ///
    /// # Errors
    /// [`ScramError::Username`] if the name can't be prepared.
    pub fn new(hash: Hash, username: &str, nonce: &str, binding: Binding) -> Result<Self, ScramError> {
        let user = stringprep::saslprep(username).map_err(|_| ScramError::Username)?;
        if user.is_empty() {
            return Err(ScramError::Username);
        }
        let user = user.replace('=', "=3D").replace(',', "=2C");
        let (header, binding) = match binding {
            Binding::Unsupported => ("n,,".to_owned(), Vec::new()),
            Binding::NotOffered => ("y,,".to_owned(), Vec::new()),
            Binding::Bound { name, data } => (format!("p={name},,"), data),
        };
        Ok(Self {
            hash,
            header,
            bare: format!("n={user},r={nonce}"),
            nonce: nonce.to_owned(),
            binding,
        })
    }

    /// The message to send.
    pub fn message(&self) -> Vec<u8> {
        format!("{}{}", self.header, self.bare).into_bytes()
    }

    /// Takes the server's first message.
    ///
    /// # Errors
    /// A message that breaks the grammar, a foreign nonce, or an unsafe iteration count.
    pub fn challenge(self, server_first: &[u8]) -> Result<Challenge, ScramError> {
        let text = text(server_first)?;
        let mut fields = text.split(',');
        let nonce = match fields.next() {
            Some(f) if f.starts_with("m=") => {
                return Err(ScramError::Malformed("an extension that must be understood"));
            }
            Some(f) if f.starts_with("e=") => return Err(ScramError::Server(reason(f))),
            f => field(f, "r=")?,
        };
        let longer = nonce.strip_prefix(self.nonce.as_str()).ok_or(ScramError::Nonce)?;
        if longer.is_empty() || !nonce.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(ScramError::Nonce);
        }
        let salt = BASE64
            .decode(field(fields.next(), "s=")?)
            .map_err(|_| ScramError::Malformed("the salt isn't base64"))?;
        if salt.is_empty() {
            return Err(ScramError::Malformed("the salt is empty"));
        }
        let count: u64 = field(fields.next(), "i=")?
            .parse()
            .map_err(|_| ScramError::Malformed("the iteration count isn't a number"))?;
        let iterations = u32::try_from(count)
            .ok()
            .filter(|n| (MIN_ITERATIONS..=MAX_ITERATIONS).contains(n))
            .ok_or(ScramError::Iterations(count))?;
        Ok(Challenge {
            nonce: nonce.to_owned(),
            salt,
            iterations,
            server_first: text.to_owned(),
            first: self,
        })
    }
}

/// The server's first message, accepted.
#[derive(Debug, Clone)]
pub struct Challenge {
    first: ClientFirst,
    server_first: String,
    nonce: String,
    salt: Vec<u8>,
    iterations: u32,
}

impl Challenge {
    /// Proves the knowledge of the password. Takes up to seconds of processor time, as many iterations as were asked for.
    ///
    /// # Errors
    /// [`ScramError::Password`] if the password can't be prepared.
    pub fn prove(self, password: &str) -> Result<Proof, ScramError> {
        let password = match stringprep::saslprep(password) {
            Ok(p) if !p.is_empty() => Zeroizing::new(p.into_owned()),
            _ => return Err(ScramError::Password),
        };
        match self.first.hash {
            Hash::Sha1 => {
                let mut salted = Zeroizing::new([0; 20]);
                pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), &self.salt, self.iterations, &mut *salted);
                self.sign::<Hmac<Sha1>, Sha1>(&*salted)
            }
            Hash::Sha256 => {
                let mut salted = Zeroizing::new([0; 32]);
                pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &self.salt, self.iterations, &mut *salted);
                self.sign::<Hmac<Sha256>, Sha256>(&*salted)
            }
            Hash::Sha512 => {
                let mut salted = Zeroizing::new([0; 64]);
                pbkdf2::pbkdf2_hmac::<Sha512>(password.as_bytes(), &self.salt, self.iterations, &mut *salted);
                self.sign::<Hmac<Sha512>, Sha512>(&*salted)
            }
        }
    }

    fn sign<M: Mac + KeyInit, D: Digest>(self, salted: &[u8]) -> Result<Proof, ScramError> {
        let mut channel = self.first.header.into_bytes();
        channel.extend_from_slice(&self.first.binding);
        let without_proof = format!("c={},r={}", BASE64.encode(channel), self.nonce);
        let auth = format!("{},{},{without_proof}", self.first.bare, self.server_first);

        let client_key = Zeroizing::new(mac::<M>(salted, b"Client Key")?);
        let stored_key = D::digest(&*client_key);
        let signature = mac::<M>(&stored_key, auth.as_bytes())?;
        let proof: Vec<u8> = client_key.iter().zip(&signature).map(|(k, s)| k ^ s).collect();
        let server_key = mac::<M>(salted, b"Server Key")?;
        Ok(Proof {
            message: format!("{without_proof},p={}", BASE64.encode(proof)).into_bytes(),
            server_signature: mac::<M>(&server_key, auth.as_bytes())?,
        })
    }
}

/// The client's final message, and what the server has to answer.
#[derive(Debug, Clone)]
pub struct Proof {
    message: Vec<u8>,
    server_signature: Vec<u8>,
}

impl Proof {
    /// The message to send.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Checks the server's final message.
    ///
    /// # Errors
    /// [`ScramError::Signature`] if the server doesn't prove that it knows the account: an attack. [`ScramError::Server`] if
    /// it reports an error.
    pub fn verify(&self, server_final: &[u8]) -> Result<(), ScramError> {
        let text = text(server_final)?;
        let first = text.split(',').next();
        if let Some(f) = first.filter(|f| f.starts_with("e=")) {
            return Err(ScramError::Server(reason(f)));
        }
        let theirs = BASE64.decode(field(first, "v=")?).map_err(|_| ScramError::Signature)?;
        // Not a secret any more when it gets here, so a comparison in constant time isn't needed.
        if theirs == self.server_signature {
            Ok(())
        } else {
            Err(ScramError::Signature)
        }
    }
}

fn text(message: &[u8]) -> Result<&str, ScramError> {
    if message.len() > MAX_MESSAGE {
        return Err(ScramError::Malformed("it is too long"));
    }
    std::str::from_utf8(message).map_err(|_| ScramError::Malformed("it isn't UTF-8"))
}

fn field<'a>(field: Option<&'a str>, name: &'static str) -> Result<&'a str, ScramError> {
    field
        .and_then(|f| f.strip_prefix(name))
        .ok_or(ScramError::Malformed(match name {
            "r=" => "no nonce",
            "s=" => "no salt",
            "i=" => "no iteration count",
            _ => "no server signature",
        }))
}

/// The server's error, short and printable.
fn reason(field: &str) -> String {
    field
        .chars()
        .skip(2)
        .filter(|c| c.is_ascii_graphic())
        .take(64)
        .collect()
}

fn mac<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Result<Vec<u8>, ScramError> {
    // HMAC takes keys of any length.
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| ScramError::Malformed("no key"))?;
    mac.update(data);
    Ok(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Vector {
        hash: Hash,
        nonce: &'static str,
        server_first: &'static str,
        client_final: &'static str,
        server_final: &'static str,
    }

    const RFC5802: Vector = Vector {
        hash: Hash::Sha1,
        nonce: "fyko+d2lbbFgONRv9qkxdawL",
        server_first: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        client_final: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        server_final: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    };

    const RFC7677: Vector = Vector {
        hash: Hash::Sha256,
        nonce: "rOprNGfwEbeRWgbNEkqO",
        server_first: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        client_final: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        server_final: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    };

    fn first(v: &Vector) -> ClientFirst {
        ClientFirst::new(v.hash, "user", v.nonce, Binding::Unsupported).unwrap()
    }

    #[test]
    fn the_exchanges_of_the_rfcs_come_out_to_the_byte() {
        for v in [RFC5802, RFC7677] {
            let first = first(&v);
            assert_eq!(first.message(), format!("n,,n=user,r={}", v.nonce).as_bytes());
            let proof = first
                .challenge(v.server_first.as_bytes())
                .unwrap()
                .prove("pencil")
                .unwrap();
            assert_eq!(std::str::from_utf8(proof.message()).unwrap(), v.client_final);
            assert_eq!(proof.verify(v.server_final.as_bytes()), Ok(()));
        }
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_found_out() {
        let proof = first(&RFC5802)
            .challenge(RFC5802.server_first.as_bytes())
            .unwrap()
            .prove("pencil")
            .unwrap();
        for wrong in [
            "v=rmF9pqV8S7suAoZWja4dJRkFsKR=",
            "v=",
            "v=AAAA",
            "v=!",
            "v=rmF9pqV8S7suAoZWja4dJRkFsKQ",
        ] {
            assert_eq!(proof.verify(wrong.as_bytes()), Err(ScramError::Signature), "{wrong}");
        }
        assert_eq!(proof.verify(b""), Err(ScramError::Malformed("no server signature")));
        assert_eq!(
            proof.verify(b"e=invalid-proof"),
            Err(ScramError::Server("invalid-proof".into()))
        );
    }

    #[test]
    fn server_messages_that_are_unsafe_are_refused() {
        let r = RFC5802.nonce;
        for (message, want) in [
            (format!("r={r},s=QSXCR+Q6sek8bf92,i=4096"), ScramError::Nonce),
            ("r=other,s=QSXCR+Q6sek8bf92,i=4096".into(), ScramError::Nonce),
            (format!("r={r}x,s=QSXCR+Q6sek8bf92,i=1"), ScramError::Iterations(1)),
            (
                format!("r={r}x,s=QSXCR+Q6sek8bf92,i=4000001"),
                ScramError::Iterations(4_000_001),
            ),
            (
                format!("r={r}x,s=QSXCR+Q6sek8bf92,i=99999999999"),
                ScramError::Iterations(99_999_999_999),
            ),
            (format!("r={r}x,s=,i=4096"), ScramError::Malformed("the salt is empty")),
            (
                format!("r={r}x,s=!,i=4096"),
                ScramError::Malformed("the salt isn't base64"),
            ),
            (format!("r={r}x,i=4096"), ScramError::Malformed("no salt")),
            (
                format!("r={r}x,s=QQ==,i=-4096"),
                ScramError::Malformed("the iteration count isn't a number"),
            ),
            (
                format!("m=x,r={r}x,s=QQ==,i=4096"),
                ScramError::Malformed("an extension that must be understood"),
            ),
            ("e=other-error".into(), ScramError::Server("other-error".into())),
            ("r".repeat(9000), ScramError::Malformed("it is too long")),
        ] {
            assert_eq!(
                first(&RFC5802).challenge(message.as_bytes()).unwrap_err(),
                want,
                "{message}"
            );
        }
    }

    #[test]
    fn the_channel_is_part_of_what_is_signed() {
        let bound = |data: &[u8]| {
            ClientFirst::new(
                Hash::Sha512,
                "user",
                "abc",
                Binding::Bound {
                    name: "tls-exporter",
                    data: data.to_vec(),
                },
            )
            .unwrap()
        };
        assert!(bound(b"1").message().starts_with(b"p=tls-exporter,,n=user,r=abc"));
        let prove = |data: &[u8]| {
            let proof = bound(data).challenge(b"r=abcdef,s=QSXCR+Q6sek8bf92,i=4096").unwrap();
            String::from_utf8(proof.prove("pencil").unwrap().message().to_vec()).unwrap()
        };
        let c = BASE64.encode(b"p=tls-exporter,,1");
        assert!(prove(b"1").starts_with(&format!("c={c},r=abcdef,p=")));
        assert_ne!(prove(b"1"), prove(b"2"));
    }

    #[test]
    fn names_are_escaped_and_passwords_prepared() {
        let first = ClientFirst::new(Hash::Sha1, "a,b=c", "n", Binding::NotOffered).unwrap();
        assert_eq!(first.message(), b"y,,n=a=2Cb=3Dc,r=n");
        let prove = |password: &str| {
            let challenge = self::first(&RFC5802)
                .challenge(RFC5802.server_first.as_bytes())
                .unwrap();
            challenge.prove(password).map(|p| p.message().to_vec())
        };
        // RFC 4013 §3: a soft hyphen maps to nothing, the Roman numeral nine to "IX".
        assert_eq!(prove("pen\u{ad}cil"), prove("pencil"));
        assert_eq!(prove("\u{2168}"), prove("IX"));
        assert_eq!(prove(""), Err(ScramError::Password));
        assert_eq!(prove("bell\u{7}"), Err(ScramError::Password));
        assert_eq!(
            ClientFirst::new(Hash::Sha1, "\u{7}", "n", Binding::Unsupported).unwrap_err(),
            ScramError::Username
        );
    }
}
