//! IMAP: finding out what is in a mailbox, and doing there what a person did elsewhere.
//!
//! A thin client: `wire` bounds what comes in, `response` reads it with imap-proto's parser, `client` gives commands and
//! listens, [`access`](Access) is the way in. `look` finds out what came and went, [`act`] does what a person asked for.

pub mod access;
mod act;
pub(crate) mod client;
pub(crate) mod folders;
pub(crate) mod look;
pub(crate) mod names;
pub(crate) mod probe;
pub(crate) mod response;
pub(crate) mod wire;

use futures::future::BoxFuture;
use mailwren_core::act::{Act, Done, MessageAt};
use mailwren_core::link::{FailureClass, Reached};
use mailwren_core::view::Problem;

pub use access::{Access, Kept, Login, Tls};
pub use act::{act, undo};

use crate::ports::{AccessError, MailAccess};
use crate::vault::{PasswordError, VaultError};
use crate::xmpp::ConnectError;
use crate::xmpp::tls::plain_words;
use crate::xmpp::trouble::Trouble;
use wire::WireError;

/// Why a mailbox isn't reached, or doesn't do what it should.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// The password or token can't be had.
    #[error(transparent)]
    Secret(#[from] PasswordError),
    /// DNS, TCP or TLS.
    #[error(transparent)]
    Connect(#[from] Trouble),
    /// The server offers no way to log in that would do.
    #[error("the mail server offers no way to log in that fits (it offers: {offered})")]
    NoLogin {
        /// What it offers.
        offered: String,
    },
    /// The user or the password can't be told to this server.
    #[error("the user name or the password has characters that this mail server doesn't take")]
    Unsayable,
    /// The server refused the login.
    #[error("the mail server refused the login: {text}")]
    LoginRefused {
        /// The server's own words, shortened.
        text: String,
        /// Whether it says that this passes by itself.
        passes: bool,
        /// Whether a token was refused: the next one may do.
        by_token: bool,
    },
    /// The server refused a command.
    #[error("the mail server refused {what}: {text}")]
    Refused {
        /// Which.
        what: &'static str,
        /// The server's own words, shortened.
        text: String,
    },
    /// The server ended the connection, and said so.
    #[error("the mail server ended the connection: {0}")]
    Bye(String),
    /// The connection ended.
    #[error("the connection to the mail server was lost: {0}")]
    Lost(String),
    /// Something took too long.
    #[error("the mail server took too long ({0})")]
    Late(&'static str),
    /// The server sent more than is safe to read.
    #[error("the mail server sent more than is safe to read: {0}")]
    Limit(String),
    /// The server said something that has no place there.
    #[error("the mail server doesn't keep to the protocol: {0}")]
    Protocol(&'static str),
    /// A name that no folder can have.
    #[error("`{0}` can't be the name of a folder")]
    Name(String),
}

impl ImapError {
    fn lost(error: &std::io::Error) -> Self {
        Self::Lost(plain_words(error))
    }

    /// What it means for the next attempt.
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Secret(PasswordError::Vault(VaultError::Locked))
            | Self::LoginRefused {
                passes: false,
                by_token: true,
                ..
            } => FailureClass::Untrusted,
            Self::Secret(PasswordError::Missing(_) | PasswordError::Exposed(_) | PasswordError::Unusable(_))
            | Self::NoLogin { .. }
            | Self::Unsayable
            | Self::LoginRefused { passes: false, .. } => FailureClass::NeedsPerson,
            Self::Connect(trouble) => ConnectError::from(trouble.clone()).class(),
            _ => FailureClass::Transient,
        }
    }

    /// As faces show it.
    pub fn problem(&self) -> Problem {
        let (code, hint) = match self {
            Self::Connect(trouble) => return ConnectError::from(trouble.clone()).problem(),
            Self::Secret(PasswordError::Vault(_)) => ("keyring", None),
            Self::Secret(PasswordError::Missing(_)) => ("auth", Some("Enter the mailbox's password in the settings.")),
            Self::LoginRefused { passes: false, .. } => (
                "auth",
                Some(
                    "Check the user name and the password. Some providers want a password made for apps, or first have IMAP \
                     switched on.",
                ),
            ),
            Self::Secret(_) | Self::NoLogin { .. } | Self::Unsayable | Self::LoginRefused { .. } => ("auth", None),
            _ => ("mailbox", None),
        };
        Problem {
            code: code.to_owned(),
            message: self.to_string(),
            hint: hint.map(str::to_owned),
        }
    }

    /// Fingerprint of a certificate that wasn't trusted.
    pub fn fingerprint(&self) -> Option<String> {
        match self {
            Self::Connect(trouble) => ConnectError::from(trouble.clone()).fingerprint().map(str::to_owned),
            _ => None,
        }
    }

    /// How far it came, where `authenticating` says whether a secret was sent.
    pub const fn reached(authenticating: bool) -> Reached {
        if authenticating {
            Reached::Login
        } else {
            Reached::Network
        }
    }
}

impl From<WireError> for ImapError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Io(error) => Self::lost(&error),
            limit => Self::Limit(limit.to_string()),
        }
    }
}

impl MailAccess for Access {
    fn act<'a>(&'a self, messages: &'a [MessageAt], what: Act) -> BoxFuture<'a, Result<Done, AccessError>> {
        Box::pin(async move {
            act(self, messages, what)
                .await
                .map_err(|error| AccessError(error.into()))
        })
    }

    fn undo<'a>(&'a self, done: &'a Done) -> BoxFuture<'a, Result<Done, AccessError>> {
        Box::pin(async move { undo(self, done).await.map_err(|error| AccessError(error.into())) })
    }
}
