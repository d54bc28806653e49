//! `config.toml`: what a person set, and may edit by hand while Mailwren runs.
//!
//! ```toml
//! keep_days = 30                  # how long events are kept
//!
//! [notifications]
//! privacy = "full"                # or "sender", or "count": how much a popup tells
//! group_above = 5                 # more popups than this …
//! group_within_seconds = 10       # … within so many seconds become one that counts
//!
//! [[account]]                     # one per account
//! jid = "sam@example.org"         # the bare JID to log in with; the only key that must be there
//! name = "Home"                   # what to call it
//! enabled = true                  # whether it connects
//! host = "xmpp.example.org"       # connect there instead of asking DNS
//! port = 5223                     # only with a host
//! security = "auto"               # or "direct" (TLS from the first byte), or "starttls"
//! ca_file = "/etc/ssl/home.pem"   # further authorities to trust for this account
//! pins = ["6f8d…"]                # SHA-256 fingerprints of certificates to accept instead
//! pep = true                      # listen to the account's own node `urn:mailwren:mail:0`
//! notifiers = ["mail@example.org"] # JIDs whose Sieve messages (RFC 5437) count as mail
//! password = "keyring"            # or { command = ["pass", "mail"] }, or { file = "/home/sam/.mail-password" }
//! subscriptions = [{ service = "pubsub.example.org", node = "mail/sam" }]
//! ```

mod edit;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jid::BareJid;
use mailwren_core::account::{Account, PasswordSource};
use mailwren_core::model::Manners;
use mailwren_core::policy::Grouping;
use mailwren_core::popup::Privacy;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use self::edit::{ConfigFile, Fingerprint};

/// The configuration; what the file doesn't say has its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How many days events are kept.
    pub keep_days: u32,
    /// How notifications are made.
    pub notifications: Notifications,
    /// The accounts that are in order, in the order of the file.
    pub accounts: Vec<Account>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            keep_days: Rest::default().keep_days,
            notifications: Notifications::default(),
            accounts: Vec::new(),
        }
    }
}

/// How notifications are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notifications {
    /// How much a popup tells.
    pub privacy: Privacy,
    /// More popups than this within the time below become one.
    pub group_above: u32,
    /// The time, in seconds.
    pub group_within_seconds: u32,
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            privacy: Privacy::Full,
            group_above: 5,
            group_within_seconds: 10,
        }
    }
}

impl Notifications {
    /// The same as the model wants it.
    pub fn manners(self, desktop: bool) -> Manners {
        Manners {
            desktop,
            privacy: self.privacy,
            grouping: Grouping {
                above: usize::try_from(self.group_above).unwrap_or(usize::MAX),
                within_seconds: self.group_within_seconds,
            },
        }
    }
}

/// A configuration, and what of it couldn't be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// What can be used.
    pub config: Config,
    /// Accounts that were left out, each with the reason.
    pub problems: Vec<ConfigProblem>,
}

/// Why an account of the file was left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ConfigProblem {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The account's JID as written, if it says one.
    pub jid: Option<String>,
    /// What is wrong.
    pub message: String,
}

/// Why a configuration can't be used, or not be written.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It isn't TOML, or a value outside the accounts isn't what it should be.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The account to be saved isn't in order.
    #[error("{0}")]
    Account(#[from] Flaw),
    /// The account couldn't be expressed in TOML.
    #[error("the account can't be written: {0}")]
    Unwritable(#[from] toml_edit::ser::Error),
    /// It was there, and is gone or empty.
    #[error("{} is gone, or empty", .0.display())]
    Void(PathBuf),
    /// Something else kept changing the file.
    #[error("{} keeps being changed by another program; nothing was written", .0.display())]
    Contended(PathBuf),
    /// The file can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What is wrong with an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The JID isn't one.
    #[error("`{0}` isn't the JID of an account; it looks like sam@example.org")]
    Jid(String),
    /// Two accounts with one JID.
    #[error("there is another account `{0}` above")]
    Twice(String),
    /// A port without a host.
    #[error("`port` only counts together with `host`")]
    PortWithoutHost,
    /// A port that can't be.
    #[error("0 isn't a port")]
    PortZero,
    /// A host that is none.
    #[error("`host` is empty")]
    EmptyHost,
    /// A fingerprint that is none.
    #[error("`{0}` isn't a SHA-256 fingerprint: 64 hex digits, with or without colons")]
    Pin(String),
    /// A subscription's service isn't a JID.
    #[error("`{0}` isn't a pubsub service; it looks like pubsub.example.org")]
    Service(String),
    /// A subscription without a node.
    #[error("the subscription at `{0}` names no node")]
    EmptyNode(String),
    /// A notifier isn't a JID.
    #[error("`{0}` isn't a JID")]
    Notifier(String),
    /// A password command without a program.
    #[error("the password command names no program")]
    EmptyCommand,
}

impl Config {
    /// Reads a file. A file that isn't there is an empty one.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] says where; a single account that is wrong is no error but in [`Loaded::problems`].
    pub fn load(path: &Path) -> Result<Loaded, ConfigError> {
        match fs::read_to_string(path) {
            Ok(text) => parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Loaded::default()),
            Err(source) => Err(ConfigError::Io {
                path: path.to_owned(),
                source,
            }),
        }
    }
}

/// What stands in the file beside the accounts.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rest {
    keep_days: u32,
    notifications: Notifications,
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            keep_days: 30,
            notifications: Notifications::default(),
        }
    }
}

fn parse(path: &Path, text: &str) -> Result<Loaded, ConfigError> {
    let invalid = |span: Option<Range<usize>>, message: String| {
        let (line, column) = position(text, span.map_or(0, |span| span.start));
        ConfigError::Invalid {
            path: path.to_owned(),
            line,
            column,
            message,
        }
    };
    let mut table = DeTable::parse(text).map_err(|error| invalid(error.span(), error.message().to_owned()))?;
    let accounts = table.get_mut().remove("account");
    let keep_days = table.get_ref().get("keep_days").map(Spanned::span);
    let rest = Rest::deserialize(table.into_deserializer())
        .map_err(|error| invalid(error.span(), error.message().to_owned()))?;
    if rest.keep_days == 0 {
        return Err(invalid(keep_days, "`keep_days` must be at least 1".to_owned()));
    }
    let mut loaded = Loaded {
        config: Config {
            keep_days: rest.keep_days,
            notifications: rest.notifications,
            accounts: Vec::new(),
        },
        problems: Vec::new(),
    };
    let Some(accounts) = accounts else { return Ok(loaded) };
    let span = accounts.span();
    let DeValue::Array(accounts) = accounts.into_inner() else {
        return Err(invalid(
            Some(span),
            "accounts are written as `[[account]]`, with two brackets".to_owned(),
        ));
    };
    for written in accounts {
        let start = written.span().start;
        let jid = written
            .get_ref()
            .get("jid")
            .and_then(|jid| jid.get_ref().as_str())
            .map(str::to_owned);
        match read_account(written, &loaded.config.accounts) {
            Ok(account) => loaded.config.accounts.push(account),
            Err((at, message)) => {
                let (line, column) = position(text, at.unwrap_or(start));
                loaded.problems.push(ConfigProblem {
                    line,
                    column,
                    jid,
                    message,
                });
            }
        }
    }
    Ok(loaded)
}

fn read_account(written: Spanned<DeValue<'_>>, above: &[Account]) -> Result<Account, (Option<usize>, String)> {
    let account = Account::deserialize(written.into_deserializer())
        .map_err(|error| (error.span().map(|span| span.start), error.message().to_owned()))?;
    let account = checked(account).map_err(|flaw| (None, flaw.to_string()))?;
    if above.iter().any(|other| other.jid == account.jid) {
        return Err((None, Flaw::Twice(account.jid).to_string()));
    }
    Ok(account)
}

/// Line and column, from 1, of a byte.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    let line = before.matches('\n').count().saturating_add(1);
    let column = before
        .get(line_start..)
        .unwrap_or_default()
        .chars()
        .count()
        .saturating_add(1);
    (line, column)
}

/// An account in normal form: JIDs and fingerprints as they are compared.
///
/// # Errors
/// What is wrong with it.
pub fn checked(mut account: Account) -> Result<Account, Flaw> {
    account.jid = bare_jid(&account.jid)
        .filter(|jid| jid.node().is_some())
        .ok_or_else(|| Flaw::Jid(account.jid.clone()))?
        .to_string();
    match (account.host.as_deref().map(str::trim), account.port) {
        (None, Some(_)) => return Err(Flaw::PortWithoutHost),
        (_, Some(0)) => return Err(Flaw::PortZero),
        (Some(""), _) => return Err(Flaw::EmptyHost),
        _ => {}
    }
    for pin in &mut account.pins {
        *pin = fingerprint(pin).ok_or_else(|| Flaw::Pin(pin.clone()))?;
    }
    for subscription in &mut account.subscriptions {
        subscription.service = bare_jid(&subscription.service)
            .ok_or_else(|| Flaw::Service(subscription.service.clone()))?
            .to_string();
        if subscription.node.is_empty() {
            return Err(Flaw::EmptyNode(subscription.service.clone()));
        }
    }
    for notifier in &mut account.notifiers {
        *notifier = bare_jid(notifier)
            .ok_or_else(|| Flaw::Notifier(notifier.clone()))?
            .to_string();
    }
    match &account.password {
        PasswordSource::Command(command) if command.first().is_none_or(String::is_empty) => Err(Flaw::EmptyCommand),
        _ => Ok(account),
    }
}

fn bare_jid(text: &str) -> Option<BareJid> {
    BareJid::new(text.trim()).ok()
}

fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ':' | ' '))
        .collect::<String>()
        .to_ascii_lowercase();
    (digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}
