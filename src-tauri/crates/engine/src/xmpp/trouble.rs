//! What can go wrong on the way in, in words that a person understands. Never holds a secret.

use mailwren_core::limits::LimitExceeded;
use mailwren_core::link::{FailureClass, Reached};
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
pub enum Trouble {
    /// The account can't be used as configured.
    #[error("{0}")]
    Account(String),
    /// The host doesn't exist, or doesn't serve this domain.
    #[error("{host} can't be found")]
    HostUnknown {
        /// The name that was looked up.
        host: String,
        /// Whether a login ever succeeded: then it is the network's fault, not a wrong address.
        known: bool,
    },
    /// DNS says that the domain has no XMPP service.
    #[error("{domain} offers no XMPP")]
    NotOffered {
        /// The domain.
        domain: String,
    },
    /// DNS gave no answer.
    #[error("DNS gave no answer for {host}: {why}")]
    Dns {
        /// The name that was looked up.
        host: String,
        /// What the lookup said.
        why: String,
    },
    /// No TCP connection.
    #[error("no connection to {target}: {why}")]
    Tcp {
        /// What was tried.
        target: String,
        /// What the system said.
        why: String,
    },
    /// The certificate isn't trusted.
    #[error("the certificate of {target} isn't trusted: {why}")]
    Certificate {
        /// What was tried.
        target: String,
        /// Why not.
        why: String,
        /// Its SHA-256 fingerprint, in lower-case hex.
        fingerprint: String,
    },
    /// The certificate isn't the pinned one.
    #[error("{target} shows another certificate than the pinned one")]
    PinMismatch {
        /// What was tried.
        target: String,
        /// SHA-256 fingerprint of what it shows, in lower-case hex.
        fingerprint: String,
    },
    /// TLS failed before any certificate was judged.
    #[error("no TLS with {target}: {why}")]
    Handshake {
        /// What was tried.
        target: String,
        /// Why.
        why: String,
    },
    /// The server offers no STARTTLS, or refuses it.
    #[error("{target} offers no encryption")]
    NoTls {
        /// What was tried.
        target: String,
    },
    /// The server offers less than it did before.
    #[error("the server offers {} now, where it did {} before", offered.map_or("nothing that fits", Mechanism::name), known.name())]
    Downgrade {
        /// The best that was offered now.
        offered: Option<Mechanism>,
        /// What was used before.
        known: Mechanism,
    },
    /// No mechanism in common.
    #[error("the server offers no way to log in that Mailwren knows ({offered})")]
    NoMechanism {
        /// What it offers.
        offered: String,
    },
    /// The server couldn't prove that it knows the account.
    #[error("the server couldn't prove that it knows this account: something else may answer in its place")]
    ServerSignature,
    /// The SCRAM exchange failed otherwise.
    #[error("{0}")]
    Scram(ScramError),
    /// The server refused the login.
    #[error("{}", refusal(*condition, text.as_deref()))]
    Auth {
        /// Why (RFC 6120 §6.5).
        condition: AuthCondition,
        /// The server's own words, shortened.
        text: Option<String>,
    },
    /// The server ended the stream with an error (RFC 6120 §4.9).
    #[error("the server ended the stream: {condition}{}", text.as_deref().map(|t| format!(" ({t})")).unwrap_or_default())]
    Stream {
        /// The condition's name.
        condition: String,
        /// The server's own words, shortened.
        text: Option<String>,
    },
    /// The connection ended.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The server said something that has no place there.
    #[error("the server doesn't keep to the protocol: {0}")]
    Protocol(String),
    /// A step took too long.
    #[error("the server took too long ({})", match .0 {
        Step::Tcp => "TCP",
        Step::Tls => "TLS",
        Step::Login => "login",
        Step::Attempt => "the whole attempt",
    })]
    Timeout(Step),
    /// The server sent more than is safe to read.
    #[error("the server sent more than is safe to read: {0}")]
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

fn refusal(condition: AuthCondition, text: Option<&str>) -> String {
    let what = match condition {
        AuthCondition::NotAuthorized => "the server doesn't accept this address and password",
        AuthCondition::AccountDisabled => "the account is disabled",
        AuthCondition::CredentialsExpired => "the password has expired",
        AuthCondition::TemporaryAuthFailure => "the server can't check passwords at present",
        AuthCondition::MechanismTooWeak => "the server wants another way to log in",
        AuthCondition::Other => "the server refused the login",
    };
    text.map_or_else(|| what.to_owned(), |t| format!("{what} ({t})"))
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
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match &self.trouble {
            Trouble::Account(_) => "Correct the account in the settings.",
            Trouble::HostUnknown { .. } | Trouble::NotOffered { .. } => {
                "Check the part of the address behind the @, or give the server's host and port."
            }
            Trouble::Dns { .. } | Trouble::Tcp { .. } | Trouble::Timeout(Step::Tcp | Step::Attempt) => {
                "Check the network, and the host and port if they were given."
            }
            Trouble::Certificate { .. } => {
                "If you know this server, compare the fingerprint with its owner and pin it; else don't connect."
            }
            Trouble::PinMismatch { .. } => {
                "Ask the server's owner whether the certificate was changed. If it was, pin the new one; if not, \
                 somebody is listening in."
            }
            Trouble::NoTls { .. } => "Mailwren never logs in without encryption. Try direct TLS (port 5223).",
            Trouble::Handshake { .. } | Trouble::Timeout(Step::Tls) => {
                "Check the port: direct TLS is mostly 5223, STARTTLS 5222."
            }
            Trouble::Downgrade { .. } | Trouble::ServerSignature => {
                "Somebody may be listening in. If the server's owner says that it was changed, save the account again, with its \
                 password."
            }
            Trouble::NoMechanism { .. } => "Ask the server's owner to offer SCRAM.",
            Trouble::Auth {
                condition: AuthCondition::NotAuthorized,
                ..
            }
            | Trouble::Scram(ScramError::Username | ScramError::Password) => "Check the address and the password.",
            Trouble::Auth {
                condition: AuthCondition::AccountDisabled | AuthCondition::CredentialsExpired,
                ..
            } => "Ask the server's owner, or renew the password with them.",
            Trouble::Scram(_) => "Ask the server's owner.",
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
        Problem {
            code: self.code().to_owned(),
            message: self.to_string(),
            hint: self.hint().map(str::to_owned),
        }
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
