//! `config.toml`: what a person set, and may edit by hand while Mailwren runs.
//!
//! ```toml
//! version = 1                     # of this form of the file; what is left out is 1
//! language = "system"             # or "en", "de", "ar": of windows, tray, notifications and mailwrenctl
//! keep_days = 30                  # how long events are kept
//! theme = "system"                # or "light", "dark": how windows look
//! rows = "full"                   # or "compact": the feed's rows
//! letters = true                  # whether single letters are commands in the feed
//!
//! [notifications]                 # docs/notifications.md tells more of this, and of quiet hours and rules
//! privacy = "full"                # or "sender", or "count": how much a popup tells
//! privacy_locked = "count"        # how much it tells at most while the screen is locked
//! sound = true                    # whether popups may be heard
//! group_above = 5                 # more popups than this …
//! group_within_seconds = 10       # … within so many seconds become one that counts
//! respect_do_not_disturb = true   # whether popups wait while the desktop isn't to be disturbed
//!
//! [[quiet]]                       # no popups from … to …, local time
//! days = ["mon-fri"]              # the days it begins on; every day if left out
//! from = "22:00"
//! to = "07:00"                    # on the next day, unless it is later than the beginning
//!
//! [[rule]]                        # in order; the first that matches decides
//! name = "The boss"
//! enabled = true
//! account = "sam@example.org"     # conditions: each a pattern or a list of them, all left out match any mail
//! folder = "INBOX"
//! sender = ["boss@example.org", "*@board.example.org"]
//! subject = "/urgent|asap/"       # a regular expression; the others are globs
//! until = "2030-01-01T00:00:00Z"  # the rule ends then
//! then = "vip"                    # or "notify", "silent", "suppress"
//! privacy = "sender"              # how much popups of these mails tell
//! hook = ["/usr/local/bin/ring", "--twice"] # a command to run for each of these mails
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
//! imap = { host = "imap.example.org", user = "sam" } # its mailbox: looked into when a node tells that it changed
//! xmpp = true                     # or false: no XMPP at all, the mailbox alone tells
//! ```

mod component;
mod edit;
mod edit_general;
mod edit_notifications;
mod exchange;
mod mail_server;
mod notifications;
#[cfg(test)]
mod tests;
pub(crate) mod watch;

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jid::BareJid;
use mailwren_core::account::{Account, PasswordSource};
use mailwren_core::model::Manners;
use mailwren_core::opening::OpenWith;
use mailwren_core::quiet::QuietFault;
use mailwren_core::rules::{RuleEntry, RuleFault};
use mailwren_core::said::Said;
use mailwren_core::settings::{GeneralSettings, KeepFault, Language, NotificationSettings, RowHeight, Theme};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

pub use self::component::{Component, ComponentFlaw};
pub use self::edit::{ConfigFile, Fingerprint};
pub use self::mail_server::ServerFlaw;
pub(crate) use self::mail_server::checked_server;
pub use self::notifications::edition;

/// The form of the file. A later one that says the same differently gets the next number, and what reads it then brings files of
/// this one to that form.
pub const VERSION: u32 = 1;

/// The configuration; what the file doesn't say has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Language, looks, and how long events are kept.
    pub general: GeneralSettings,
    /// How notifications are made.
    pub notifications: NotificationSettings,
    /// The rules, in order, broken ones included.
    pub rules: Vec<RuleEntry>,
    /// The accounts that are in order, in the order of the file.
    pub accounts: Vec<Account>,
    /// The components that are in order, in the order of the file; only what publishes has use for them.
    pub components: Vec<Component>,
}

impl Config {
    /// How notifications are made, as the model wants it.
    pub fn manners(&self, desktop: bool) -> Manners {
        Manners::new(desktop, &self.notifications, notifications::heeded(&self.rules))
    }
}

/// A configuration, and what of it couldn't be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// What can be used.
    pub config: Config,
    /// Accounts, components, quiet hours and rules that were left out, each with the reason.
    pub problems: Vec<ConfigProblem>,
}

/// Why an account, a component, quiet hours or a rule of the file was left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub struct ConfigProblem {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The account's JID or the component's domain as written, if it is one of these and says one.
    pub jid: Option<String>,
    /// What is wrong.
    pub message: Said,
}

impl ConfigProblem {
    /// For people.
    pub fn said(&self) -> Said {
        Said::word("config-at")
            .with("line", self.line.to_string())
            .with("column", self.column.to_string())
            .with("what", self.message.clone())
    }
}

/// Why a configuration can't be used, or not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum ConfigError {
    /// It isn't TOML, or a value outside accounts, quiet hours and rules isn't what it should be.
    Invalid {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong.
        message: Said,
    },
    /// A later version of Mailwren wrote it.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Something of a configuration that has to be whole isn't in order; a line for each.
    Flawed(Said),
    /// No import kept such a file.
    NoBackup(String),
    /// The general settings to be saved aren't in order.
    General(#[from] KeepFault),
    /// The account to be saved isn't in order.
    Account(#[from] Flaw),
    /// The quiet hours to be saved aren't in order.
    Quiet(#[from] QuietFault),
    /// The rule to be saved isn't in order.
    Rule(#[from] RuleFault),
    /// The rules aren't those that an edit was meant for.
    Stale,
    /// There is no rule at a place.
    NoRule(u32),
    /// What is to be saved couldn't be expressed in TOML.
    Unwritable(#[from] toml_edit::ser::Error),
    /// It was there, and is gone or empty.
    Void(PathBuf),
    /// Something else kept changing the file.
    Contended(PathBuf),
    /// The file can't be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ConfigError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Invalid {
                path,
                line,
                column,
                message,
            } => Said::at(
                Path::new(&format!("{}:{line}:{column}", path.display())),
                message.clone(),
            ),
            Self::Newer { path, found } => Said::word("config-newer")
                .with("path", path.display())
                .with("found", found.to_string())
                .with("known", VERSION.to_string()),
            Self::Flawed(flaws) => flaws.clone(),
            Self::NoBackup(name) => Said::word("config-no-backup").with("name", name),
            Self::General(fault) => fault.said(),
            Self::Account(flaw) => flaw.said(),
            Self::Quiet(fault) => fault.said(),
            Self::Rule(fault) => fault.said(),
            Self::Stale => Said::word("config-stale"),
            Self::NoRule(at) => Said::word("config-no-rule").with("n", at.saturating_add(1)),
            Self::Unwritable(error) => Said::word("config-unwritable").with("why", error.to_string()),
            Self::Void(path) => Said::word("config-void").with("path", path.display()),
            Self::Contended(path) => Said::word("config-contended").with("path", path.display()),
            Self::Io { path, source } => Said::at(path, Said::text(source)),
        }
    }
}

/// What is wrong with an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum Flaw {
    /// The JID isn't one.
    Jid(String),
    /// Two accounts with one JID.
    Twice(String),
    /// A port without a host.
    PortWithoutHost,
    /// A port that can't be.
    PortZero,
    /// A host that is none.
    EmptyHost,
    /// A fingerprint that is none.
    Pin(String),
    /// A subscription's service isn't a JID.
    Service(String),
    /// A subscription without a node.
    EmptyNode(String),
    /// A notifier isn't a JID.
    Notifier(String),
    /// A password command without a program.
    EmptyCommand,
    /// Its mailbox can't be reached as it stands there.
    Imap(#[from] ServerFlaw),
    /// It can't be heard of at all.
    NoSource,
    /// A way to open mails that leads nowhere.
    Open(Said),
}

impl Flaw {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Jid(text) => Said::word("config-jid").with("text", text),
            Self::Twice(jid) => Said::word("config-twice").with("jid", jid),
            Self::PortWithoutHost => Said::word("config-port-alone"),
            Self::PortZero => Said::word("config-port"),
            Self::EmptyHost => Said::word("config-host"),
            Self::Pin(text) => Said::word("trouble-fingerprint").with("text", text),
            Self::Service(text) => Said::word("config-service").with("text", text),
            Self::EmptyNode(service) => Said::word("config-node").with("service", service),
            Self::Notifier(text) => Said::word("config-notifier").with("text", text),
            Self::EmptyCommand => Said::word("config-command"),
            Self::Imap(flaw) => flaw.said(),
            Self::NoSource => Said::word("config-no-source"),
            Self::Open(flaw) => Said::word("config-open").with("what", flaw.clone()),
        }
    }
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

/// What stands in the file beside lists of tables.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rest {
    language: Language,
    keep_days: u32,
    theme: Theme,
    rows: RowHeight,
    letters: bool,
    notifications: NotificationSettings,
}

impl Default for Rest {
    fn default() -> Self {
        let GeneralSettings {
            language,
            theme,
            rows,
            letters,
            keep_days,
        } = GeneralSettings::default();
        Self {
            language,
            keep_days,
            theme,
            rows,
            letters,
            notifications: NotificationSettings::default(),
        }
    }
}

fn parse(path: &Path, text: &str) -> Result<Loaded, ConfigError> {
    let invalid = |span: Option<Range<usize>>, message: Said| {
        let (line, column) = position(text, span.map_or(0, |span| span.start));
        ConfigError::Invalid {
            path: path.to_owned(),
            line,
            column,
            message,
        }
    };
    let mut table = DeTable::parse(text).map_err(|error| invalid(error.span(), Said::text(error.message())))?;
    // `crate::bridge::config` reads it; what is wrong there is nothing to the rest.
    table.get_mut().remove("bridge");
    // First of all: what a later form says can't be judged.
    if let Some(version) = table.get_mut().remove("version") {
        let found = u32::deserialize(version.into_deserializer());
        let found = found.map_err(|error| invalid(error.span(), Said::text(error.message())))?;
        if found > VERSION {
            let path = path.to_owned();
            return Err(ConfigError::Newer { path, found });
        }
    }
    let mut listed = |key: &str| {
        let Some(value) = table.get_mut().remove(key) else {
            return Ok(DeArray::new());
        };
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(entries) => Ok(entries),
            _ => {
                let message = Said::word("config-brackets").with("key", key);
                Err(invalid(Some(span), message))
            }
        }
    };
    let accounts: DeArray<'_> = listed("account")?;
    let components = listed("component")?;
    let (quiet, quiet_problems) = notifications::read_quiet(text, listed("quiet")?);
    let (rules, rule_problems) = notifications::read_rules(text, listed("rule")?);
    let misplaced = table
        .get_ref()
        .get("notifications")
        .and_then(|section| section.get_ref().get("quiet"));
    if let Some(misplaced) = misplaced {
        let message = Said::word("config-quiet-place");
        return Err(invalid(Some(misplaced.span()), message));
    }
    let keep_days = table.get_ref().get("keep_days").map(Spanned::span);
    let rest = Rest::deserialize(table.into_deserializer())
        .map_err(|error| invalid(error.span(), Said::text(error.message())))?;
    let general = GeneralSettings {
        language: rest.language,
        theme: rest.theme,
        rows: rest.rows,
        letters: rest.letters,
        keep_days: rest.keep_days,
    };
    general.check().map_err(|fault| invalid(keep_days, fault.said()))?;
    let mut loaded = Loaded {
        config: Config {
            general,
            notifications: NotificationSettings {
                quiet,
                ..rest.notifications
            },
            rules,
            accounts: Vec::new(),
            components: Vec::new(),
        },
        problems: Vec::new(),
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
    for written in components {
        let start = written.span();
        let domain = written
            .get_ref()
            .get("domain")
            .and_then(|domain| domain.get_ref().as_str());
        let domain = domain.unwrap_or_default().to_owned();
        let read = component::Written::deserialize(written.into_deserializer())
            .map_err(|error| (error.span(), Said::text(error.message())))
            .and_then(|written| {
                let checked = written.checked(&loaded.config.components);
                checked.map_err(|flaw| (None, flaw.said()))
            });
        match read {
            Ok(component) => loaded.config.components.push(component),
            Err((span, message)) => {
                let (line, column) = position(text, span.unwrap_or(start).start);
                loaded.problems.push(ConfigProblem {
                    line,
                    column,
                    jid: Some(domain),
                    message,
                });
            }
        }
    }
    loaded.problems.extend(quiet_problems);
    loaded.problems.extend(rule_problems);
    Ok(loaded)
}

fn read_account(written: Spanned<DeValue<'_>>, above: &[Account]) -> Result<Account, (Option<usize>, Said)> {
    let account = Account::deserialize(written.into_deserializer())
        .map_err(|error| (error.span().map(|span| span.start), Said::text(error.message())))?;
    let account = checked(account).map_err(|flaw| (None, flaw.said()))?;
    if above.iter().any(|other| other.jid == account.jid) {
        return Err((None, Flaw::Twice(account.jid).said()));
    }
    Ok(account)
}

/// Line and column, from 1, of a byte.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
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
    account.imap = account.imap.take().map(checked_server).transpose()?;
    if !account.xmpp && account.imap.is_none() {
        return Err(Flaw::NoSource);
    }
    if let Some(flaw) = account.open.as_ref().and_then(OpenWith::flaw) {
        return Err(Flaw::Open(flaw));
    }
    match &account.password {
        PasswordSource::Command(command) if command.first().is_none_or(String::is_empty) => Err(Flaw::EmptyCommand),
        _ => Ok(account),
    }
}

pub(crate) fn bare_jid(text: &str) -> Option<BareJid> {
    BareJid::new(text.trim()).ok()
}

pub(crate) fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ':' | ' '))
        .collect::<String>()
        .to_ascii_lowercase();
    (digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}
