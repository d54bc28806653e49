//! What can go wrong on the way in, in words that a person understands. Never holds a secret.

use mailwren_core::limits::LimitExceeded;
use mailwren_core::link::{FailureClass, Reached};
use mailwren_core::said::Said;
use mailwren_core::scram::ScramError;
use mailwren_core::view::Problem;

use super::login::Mechanism;

/// An attempt that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{trouble}")]
pub struct ConnectError {
    /// What went wrong.
    pub trouble: Trouble,
    /// How far it came: whether credentials were sent.
    pub reached: Reached,
}

impl From<Trouble> for ConnectError {
    fn from(trouble: Trouble) -> Self {
        Self {
            trouble,
            reached: Reached::Network,
        }
    }
}

/// A step that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// TCP.
    Tcp,
    /// The TLS handshake.
    Tls,
    /// The XML stream and SASL.
    Login,
    /// All of it.
    Attempt,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum Trouble {
    /// The account can't be used as configured.
    Account(Said),
    /// The host doesn't exist, or doesn't serve this domain.
    HostUnknown {
        /// The name that was looked up.
        host: String,
        /// Whether a login ever succeeded: then it is the network's fault, not a wrong address.
        known: bool,
    },
    /// DNS says that the domain has no XMPP service.
    NotOffered {
        /// The domain.
        domain: String,
    },
    /// DNS gave no answer.
    Dns {
        /// The name that was looked up.
        host: String,
        /// What the lookup said.
        why: Said,
    },
    /// No TCP connection.
    Tcp {
        /// What was tried.
        target: String,
        /// What the system said.
        why: Said,
    },
    /// The certificate isn't trusted.
    Certificate {
        /// What was tried.
        target: String,
        /// Why not.
        why: Said,
        /// Its SHA-256 fingerprint, in lower-case hex.
        fingerprint: String,
    },
    /// The certificate isn't the pinned one.
    PinMismatch {
        /// What was tried.
        target: String,
        /// SHA-256 fingerprint of what it shows, in lower-case hex.
        fingerprint: String,
    },
    /// TLS failed before any certificate was judged.
    Handshake {
        /// What was tried.
        target: String,
        /// Why.
        why: Said,
    },
    /// The server offers no STARTTLS, or refuses it.
    NoTls {
        /// What was tried.
        target: String,
    },
    /// The server offers less than it did before.
    Downgrade {
        /// The best that was offered now.
        offered: Option<Mechanism>,
        /// What was used before.
        known: Mechanism,
    },
    /// No mechanism in common.
    NoMechanism {
        /// What it offers.
        offered: String,
    },
    /// The server couldn't prove that it knows the account.
    ServerSignature,
    /// The SCRAM exchange failed otherwise.
    Scram(ScramError),
    /// The server refused the login.
    Auth {
        /// Why (RFC 6120 §6.5).
        condition: AuthCondition,
        /// The server's own words, shortened.
        text: Option<String>,
    },
    /// The server ended the stream with an error (RFC 6120 §4.9).
    Stream {
        /// The condition's name.
        condition: String,
        /// The server's own words, shortened.
        text: Option<String>,
    },
    /// The connection ended.
    Lost(Said),
    /// The server said something that has no place there.
    Protocol(Said),
    /// A step took too long.
    Timeout(Step),
    /// The server sent more than is safe to read.
    Limit(LimitExceeded),
}

/// Why a login was refused (RFC 6120 §6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthCondition {
    /// Wrong user name or password.
    NotAuthorized,
    /// The account is disabled.
    AccountDisabled,
    /// The password has expired.
    CredentialsExpired,
    /// The server can't tell at present.
    TemporaryAuthFailure,
    /// The mechanism isn't accepted for this account.
    MechanismTooWeak,
    /// Any other condition.
    Other,
}

impl AuthCondition {
    /// From the condition's element name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "not-authorized" => Self::NotAuthorized,
            "account-disabled" => Self::AccountDisabled,
            "credentials-expired" => Self::CredentialsExpired,
            "temporary-auth-failure" | "aborted" => Self::TemporaryAuthFailure,
            "mechanism-too-weak" | "encryption-required" => Self::MechanismTooWeak,
            _ => Self::Other,
        }
    }
}

impl AuthCondition {
    fn said(self) -> Said {
        match self {
            Self::NotAuthorized => Said::word("trouble-not-authorized"),
            Self::AccountDisabled => Said::word("trouble-disabled"),
            Self::CredentialsExpired => Said::word("trouble-expired"),
            Self::TemporaryAuthFailure => Said::word("trouble-auth-temporary"),
            Self::MechanismTooWeak => Said::word("trouble-auth-weak"),
            Self::Other => Said::word("trouble-auth"),
        }
    }
}

/// With the server's own words, if it said any.
fn in_its_words(what: Said, text: Option<&String>) -> Said {
    match text {
        Some(text) => Said::word("trouble-with-words").with("what", what).with("words", text),
        None => what,
    }
}

impl Trouble {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Account(flaw) => flaw.clone(),
            Self::HostUnknown { host, .. } => Said::word("trouble-host-unknown").with("host", host),
            Self::NotOffered { domain } => Said::word("trouble-not-offered").with("domain", domain),
            Self::Dns { host, why } => Said::word("trouble-dns").with("host", host).with("why", why.clone()),
            Self::Tcp { target, why } => Said::word("trouble-tcp")
                .with("target", target)
                .with("why", why.clone()),
            Self::Certificate { target, why, .. } => Said::word("trouble-certificate")
                .with("target", target)
                .with("why", why.clone()),
            Self::PinMismatch { target, .. } => Said::word("trouble-pin").with("target", target),
            Self::Handshake { target, why } => Said::word("trouble-handshake")
                .with("target", target)
                .with("why", why.clone()),
            Self::NoTls { target } => Said::word("trouble-no-tls").with("target", target),
            Self::Downgrade {
                offered: Some(offered),
                known,
            } => Said::word("trouble-downgrade")
                .with("offered", offered.name())
                .with("known", known.name()),
            Self::Downgrade { offered: None, known } => {
                Said::word("trouble-downgrade-none").with("known", known.name())
            }
            Self::NoMechanism { offered } => Said::word("trouble-no-mechanism").with("offered", offered),
            Self::ServerSignature => Said::word("trouble-signature"),
            Self::Scram(error) => error.said(),
            Self::Auth { condition, text } => in_its_words(condition.said(), text.as_ref()),
            Self::Stream { condition, text } => {
                let ended = Said::word("trouble-stream").with("condition", condition);
                in_its_words(ended, text.as_ref())
            }
            Self::Lost(why) => Said::word("trouble-lost").with("why", why.clone()),
            Self::Protocol(why) => Said::word("trouble-protocol").with("why", why.clone()),
            Self::Timeout(Step::Tcp) => Said::word("trouble-slow-tcp"),
            Self::Timeout(Step::Tls) => Said::word("trouble-slow-tls"),
            Self::Timeout(Step::Login) => Said::word("trouble-slow-login"),
            Self::Timeout(Step::Attempt) => Said::word("trouble-slow"),
            Self::Limit(limit) => Said::word("trouble-limit").with("limit", limit.said()),
        }
    }
}

impl ConnectError {
    /// What it means for the next attempt.
    pub const fn class(&self) -> FailureClass {
        match &self.trouble {
            Trouble::Account(_)
            | Trouble::NotOffered { .. }
            | Trouble::HostUnknown { known: false, .. }
            | Trouble::Downgrade { .. }
            | Trouble::NoMechanism { .. }
            | Trouble::ServerSignature
            | Trouble::Scram(_) => FailureClass::NeedsPerson,
            Trouble::Auth { condition, .. } => match condition {
                AuthCondition::TemporaryAuthFailure => FailureClass::Transient,
                _ => FailureClass::NeedsPerson,
            },
            Trouble::Certificate { .. } | Trouble::PinMismatch { .. } | Trouble::NoTls { .. } => {
                FailureClass::Untrusted
            }
            Trouble::HostUnknown { known: true, .. }
            | Trouble::Dns { .. }
            | Trouble::Tcp { .. }
            | Trouble::Handshake { .. }
            | Trouble::Stream { .. }
            | Trouble::Lost(_)
            | Trouble::Protocol(_)
            | Trouble::Timeout(_)
            | Trouble::Limit(_) => FailureClass::Transient,
        }
    }

    /// What it is about, for code: [`Problem::code`].
    pub const fn code(&self) -> &'static str {
        match &self.trouble {
            Trouble::Account(_) => "config",
            Trouble::HostUnknown { .. } | Trouble::NotOffered { .. } | Trouble::Dns { .. } => "dns",
            Trouble::Tcp { .. } | Trouble::Timeout(Step::Tcp | Step::Attempt) => "tcp",
            Trouble::Certificate { .. }
            | Trouble::PinMismatch { .. }
            | Trouble::Handshake { .. }
            | Trouble::NoTls { .. }
            | Trouble::Timeout(Step::Tls) => "tls",
            Trouble::Downgrade { .. }
            | Trouble::NoMechanism { .. }
            | Trouble::ServerSignature
            | Trouble::Scram(_)
            | Trouble::Auth { .. } => "auth",
            Trouble::Stream { .. }
            | Trouble::Lost(_)
            | Trouble::Protocol(_)
            | Trouble::Timeout(Step::Login)
            | Trouble::Limit(_) => "stream",
        }
    }

    /// What a person can do.
    pub fn hint(&self) -> Option<Said> {
        Some(match &self.trouble {
            Trouble::Account(_) => Said::word("trouble-account-do"),
            Trouble::HostUnknown { .. } | Trouble::NotOffered { .. } => Said::word("trouble-host-do"),
            Trouble::Dns { .. } | Trouble::Tcp { .. } | Trouble::Timeout(Step::Tcp | Step::Attempt) => {
                Said::word("trouble-network-do")
            }
            Trouble::Certificate { .. } => Said::word("trouble-certificate-do"),
            Trouble::PinMismatch { .. } => Said::word("trouble-pin-do"),
            Trouble::NoTls { .. } => Said::word("trouble-no-tls-do"),
            Trouble::Handshake { .. } | Trouble::Timeout(Step::Tls) => Said::word("trouble-port-do"),
            Trouble::Downgrade { .. } | Trouble::ServerSignature => Said::word("trouble-changed-do"),
            Trouble::NoMechanism { .. } => Said::word("trouble-scram-do"),
            Trouble::Auth {
                condition: AuthCondition::NotAuthorized,
                ..
            }
            | Trouble::Scram(ScramError::Username | ScramError::Password) => Said::word("trouble-password-do"),
            Trouble::Auth {
                condition: AuthCondition::AccountDisabled | AuthCondition::CredentialsExpired,
                ..
            } => Said::word("trouble-disabled-do"),
            Trouble::Scram(_) => Said::word("trouble-owner-do"),
            Trouble::Auth { .. }
            | Trouble::Stream { .. }
            | Trouble::Lost(_)
            | Trouble::Protocol(_)
            | Trouble::Timeout(Step::Login)
            | Trouble::Limit(_) => return None,
        })
    }

    /// Fingerprint of the certificate that wasn't trusted.
    pub fn fingerprint(&self) -> Option<&str> {
        match &self.trouble {
            Trouble::Certificate { fingerprint, .. } | Trouble::PinMismatch { fingerprint, .. } => Some(fingerprint),
            _ => None,
        }
    }

    /// As faces show it.
    pub fn problem(&self) -> Problem {
        Problem::new(self.code(), self.trouble.said()).hint(self.hint())
    }
}

/// Foreign text for a message: printable, on one line, short.
pub(crate) fn quoted(text: &str) -> String {
    let one_line: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .take(160)
        .collect();
    one_line.trim().to_owned()
}

/// Characters that change how the others around them are shown.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
