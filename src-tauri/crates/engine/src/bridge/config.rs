//! The `[bridge]` section of `config.toml`: which mailboxes are published, as whose, and what tells of them.
//!
//! ```toml
//! [bridge]
//! listen = "127.0.0.1:8025"           # or "unix:/run/mailwren/bridge.sock"
//! secret = { file = "/etc/mailwren/http-secret" }   # or { command = ["pass", "bridge"] }
//!
//! [[bridge.mailbox]]
//! name = "sam"                        # the bridge's own name for whose mailbox it is
//! account = "sam@example.org"         # who publishes; may be left out with a single account
//! service = "pubsub.example.org"      # where: the account itself if left out
//! node = "mail/sam"                   # `urn:mailwren:mail:0` if left out
//! owner = "sam@example.org"           # who may have it acted upon: the account itself if left out
//! detail = "full"                     # or "sender", or "count": how much is told
//! http = { user = "sam" }             # what the mail server calls whose mailbox it is
//! # and, or instead:
//! imap = { host = "imap.example.org", user = "sam", password = { file = "/etc/mailwren/imap.password" } }
//! ```
//!
//! For thousands of mailboxes there is [`super::provider`].

use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, MailServer, PasswordSource};
use mailwren_core::popup::Privacy;
use mailwren_core::said::Said;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::provider::{Provider, Ruled, Written as WrittenProvider};
use crate::config::{Config, ServerFlaw, bare_jid, checked_server, position};
use crate::imap::{Access, Login};
use crate::outbox::Target;

/// What the bridge does.
#[derive(Debug)]
pub struct BridgeConfig {
    /// Where mail servers tell of mail.
    pub listen: Option<Listen>,
    /// What they have to know.
    pub secret: Option<PasswordSource>,
    /// The mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// Mailboxes beside these, by rule.
    pub provider: Option<Provider>,
}

/// A mailbox that is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The bridge's own name for whose mailbox it is, which goes into item ids.
    pub name: String,
    /// Where it is published.
    pub target: Target,
    /// The account that publishes, named in `target` or not.
    pub publisher: String,
    /// Whose devices may have something done in it.
    pub owner: String,
    /// How much is told.
    pub detail: Privacy,
    /// What the mail server that tells of it calls its user.
    pub http_user: Option<String>,
    /// Where the bridge looks for itself.
    pub imap: Option<ImapSource>,
}

impl Mailbox {
    /// Who is let in to read what is published on somebody else's behalf.
    pub fn reader(&self) -> Option<&str> {
        (self.target.service.is_some() && self.owner != self.publisher).then_some(&self.owner)
    }
}

/// A mailbox that the bridge looks into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapSource {
    /// Where it is.
    pub access: Access,
    /// Folders that are published, hierarchy by `/`; at least one. The first is heard of soonest.
    pub folders: Vec<String>,
}

/// Where the HTTP endpoint listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// On a port; everybody on the machine, or beyond, can try.
    Tcp(SocketAddr),
    /// On a socket in the file system, to which its mode lets only some.
    Unix(PathBuf),
}

/// What isn't an address to listen on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub struct ListenError(String);

impl ListenError {
    /// For people.
    pub fn said(&self) -> Said {
        Said::word("bridge-listen-address").with("text", &self.0)
    }
}

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, ListenError> {
        match text.strip_prefix("unix:") {
            Some(path) if path.starts_with('/') => Ok(Self::Unix(PathBuf::from(path))),
            Some(_) => Err(ListenError(text.to_owned())),
            None => text.parse().map(Self::Tcp).map_err(|_| ListenError(text.to_owned())),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// What is wrong with the section.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub struct BridgeProblem {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What, and what it should be.
    pub message: Said,
}

impl BridgeProblem {
    /// For people.
    pub fn said(&self) -> Said {
        Said::word("config-at")
            .with("line", self.line.to_string())
            .with("column", self.column.to_string())
            .with("what", self.message.clone())
    }
}

/// Why the bridge can't be started from a file.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum BridgeConfigError {
    /// The file can't be read, or the rest of it is wrong.
    Config(#[from] crate::config::ConfigError),
    /// The section is wrong; every problem that was found.
    Problems {
        /// The file.
        path: PathBuf,
        /// What is wrong, at least one.
        problems: Vec<BridgeProblem>,
    },
}

impl BridgeConfigError {
    /// For people: the file, and a line for each problem.
    pub fn said(&self) -> Said {
        match self {
            Self::Config(error) => error.said(),
            Self::Problems { path, problems } => {
                let mut lines: Vec<Said> = problems.iter().map(BridgeProblem::said).collect();
                if let Some(first) = lines.first_mut() {
                    *first = Said::at(path, first.clone());
                }
                Said::Lines(lines)
            }
        }
    }
}

/// The section as written, but for the mailboxes.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Section {
    listen: Option<String>,
    secret: Option<PasswordSource>,
}

/// A mailbox as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    account: Option<String>,
    service: Option<String>,
    node: Option<String>,
    owner: Option<String>,
    #[serde(default)]
    detail: Privacy,
    http: Option<Http>,
    imap: Option<MailServer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    user: String,
}

impl BridgeConfig {
    /// Reads the section of a file; `listen` takes the place of what stands there.
    ///
    /// # Errors
    /// All that is wrong. The bridge starts with all of its mailboxes or not at all: one that is silently left out is
    /// mail that nobody hears of.
    pub fn load(path: &Path, listen: Option<Listen>) -> Result<Self, BridgeConfigError> {
        let loaded = Config::load(path)?;
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let broken = loaded.problems.iter().filter(|problem| problem.jid.is_some());
        let mut problems: Vec<BridgeProblem> = broken
            .map(|problem| BridgeProblem {
                line: problem.line,
                column: problem.column,
                message: problem.message.clone(),
            })
            .collect();
        let config = read(&text, listen, &loaded.config, &mut problems);
        if problems.is_empty() {
            return Ok(config);
        }
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Err(BridgeConfigError::Problems {
            path: path.to_owned(),
            problems,
        })
    }

    /// The mailbox that a mail server means, where it tells of this folder.
    pub fn of_user(&self, user: &str, folder: &str) -> Ruled {
        let named = self
            .named(user)
            .map(|mailbox| Ruled::Mailbox(Box::new(mailbox.clone())));
        let by_rule = || self.provider.as_ref().map(|provider| provider.mailbox(user, folder));
        named.or_else(by_rule).unwrap_or(Ruled::Nobody)
    }

    fn named(&self, user: &str) -> Option<&Mailbox> {
        self.mailboxes
            .iter()
            .find(|mailbox| mailbox.http_user.as_deref() == Some(user))
    }
}

fn read(text: &str, listen: Option<Listen>, all: &Config, problems: &mut Vec<BridgeProblem>) -> BridgeConfig {
    let accounts = &all.accounts;
    let mut problem = |span: Option<Range<usize>>, message: Said| {
        let (line, column) = position(text, span.map_or(0, |span| span.start));
        problems.push(BridgeProblem { line, column, message });
    };
    let mut config = BridgeConfig {
        listen,
        secret: None,
        mailboxes: Vec::new(),
        provider: None,
    };
    // Whoever reads the rest of the file has found it to be TOML.
    let section = DeTable::parse(text)
        .ok()
        .and_then(|mut table| table.get_mut().remove("bridge"));
    let Some(section) = section else {
        problem(None, Said::word("bridge-no-section"));
        return config;
    };
    let at = section.span();
    let DeValue::Table(mut table) = section.into_inner() else {
        problem(Some(at), Said::word("bridge-section"));
        return config;
    };
    let mailboxes = match table.remove("mailbox").map(|value| (value.span(), value.into_inner())) {
        Some((_, DeValue::Array(mailboxes))) => mailboxes,
        Some((span, _)) => {
            problem(Some(span), Said::word("config-brackets").with("key", "bridge.mailbox"));
            return config;
        }
        None => DeArray::new(),
    };
    let provider = table.remove("provider");
    if mailboxes.is_empty() && provider.is_none() {
        problem(Some(at.clone()), Said::word("bridge-nothing"));
    }
    let listens_at = table.get("listen").map(Spanned::span).or_else(|| Some(at.clone()));
    match Section::deserialize(Spanned::new(at.clone(), DeValue::Table(table)).into_deserializer()) {
        Ok(section) => {
            match (&config.listen, section.listen.as_deref().map(Listen::from_str)) {
                (None, Some(Ok(listen))) => config.listen = Some(listen),
                (None, Some(Err(error))) => problem(listens_at.clone(), error.said()),
                _ => {}
            }
            config.secret = section.secret;
        }
        Err(error) => problem(error.span().or(Some(at.clone())), Said::text(error.message())),
    }
    if config.secret == Some(PasswordSource::Keyring) {
        problem(Some(at.clone()), Said::word("bridge-secret"));
    }
    if matches!(config.listen, Some(Listen::Tcp(_))) && config.secret.is_none() {
        problem(listens_at, Said::word("bridge-no-secret"));
    }
    if let Some(written) = provider {
        let start = written.span();
        let listens = config.listen.is_some();
        let read = WrittenProvider::deserialize(written.into_deserializer())
            .map_err(|error| (error.span(), Said::text(error.message())))
            .and_then(|written| written.checked(all, listens).map_err(|flaw| (None, flaw.said())));
        match read {
            Ok(provider) => config.provider = Some(provider),
            Err((span, message)) => problem(span.or(Some(start)), message),
        }
    }
    for written in mailboxes {
        let start = written.span();
        let read = Written::deserialize(written.into_deserializer())
            .map_err(|error| (error.span(), Said::text(error.message())))
            .and_then(|written| checked(written, &config, accounts).map_err(|flaw| (None, flaw.said())));
        match read {
            Ok(mailbox) => config.mailboxes.push(mailbox),
            Err((span, message)) => problem(span.or(Some(start)), message),
        }
    }
    config
}

/// A mailbox in normal form, or what is wrong with it.
fn checked(written: Written, above: &BridgeConfig, accounts: &[Account]) -> Result<Mailbox, MailboxFlaw> {
    let name = written.name.trim().to_owned();
    if name.is_empty() {
        return Err(MailboxFlaw::NoName);
    }
    if above.mailboxes.iter().any(|other| other.name == name) {
        return Err(MailboxFlaw::Twice(name));
    }
    let enabled = || accounts.iter().filter(|account| account.enabled && account.xmpp);
    let account = match written.account {
        Some(jid) => {
            let known = bare_jid(&jid).map(|jid| jid.to_string());
            let known = known.filter(|jid| enabled().any(|account| account.jid == *jid));
            Some(known.ok_or(MailboxFlaw::NoAccount(jid))?)
        }
        // As `mailwrenctl publish` has it, whose items are then known here.
        None if enabled().count() == 1 => None,
        None => return Err(MailboxFlaw::WhichAccount(enabled().count())),
    };
    let publisher = match &account {
        Some(jid) => jid.clone(),
        None => enabled().map(|account| account.jid.clone()).next().unwrap_or_default(),
    };
    let owner = match written.owner {
        // What is on an account's own node is nobody else's.
        Some(owner) if written.service.is_none() => return Err(MailboxFlaw::OwnNode(owner)),
        Some(owner) => {
            let jid = bare_jid(&owner).filter(|jid| jid.node().is_some());
            jid.ok_or(MailboxFlaw::Owner(owner))?.to_string()
        }
        None => publisher.clone(),
    };
    let service = match written.service {
        Some(service) => Some(bare_jid(&service).ok_or(MailboxFlaw::Service(service))?.to_string()),
        None => None,
    };
    let node = written.node.unwrap_or_else(|| MAIL_NODE.to_owned());
    if node.is_empty() {
        return Err(MailboxFlaw::NoNode);
    }
    let http_user = written.http.map(|http| http.user);
    match &http_user {
        None if written.imap.is_none() => return Err(MailboxFlaw::NoSource),
        None => {}
        Some(user) if user.is_empty() => return Err(MailboxFlaw::NoUser),
        Some(user) if above.named(user).is_some() => return Err(MailboxFlaw::UserTwice(user.clone())),
        Some(_) if above.listen.is_none() => return Err(MailboxFlaw::NoListen),
        Some(_) => {}
    }
    Ok(Mailbox {
        name,
        target: Target { account, service, node },
        publisher,
        owner,
        detail: written.detail,
        http_user,
        imap: written.imap.map(imap).transpose()?,
    })
}

fn imap(server: MailServer) -> Result<ImapSource, MailboxFlaw> {
    let server = checked_server(server)?;
    let login = match (&server.password, &server.token) {
        (_, Some(command)) => Login::Token(command.clone()),
        // A machine that nobody sits in front of has no keyring.
        (PasswordSource::Keyring, None) => return Err(MailboxFlaw::NoLogin),
        (password, None) => Login::Password(password.clone()),
    };
    Ok(ImapSource {
        access: Access {
            port: server.port.unwrap_or(server.tls.port()),
            host: server.host,
            tls: server.tls,
            user: server.user.ok_or(MailboxFlaw::NoImapUser)?,
            login,
            ca_file: server.ca_file,
            pins: server.pins,
        },
        folders: server.folders,
    })
}

/// What is wrong with a mailbox.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
enum MailboxFlaw {
    NoName,
    Twice(String),
    NoAccount(String),
    WhichAccount(usize),
    Service(String),
    NoNode,
    OwnNode(String),
    Owner(String),
    NoSource,
    NoUser,
    UserTwice(String),
    NoListen,
    NoImapUser,
    NoLogin,
    Imap(#[from] ServerFlaw),
}

impl MailboxFlaw {
    /// For people.
    fn said(&self) -> Said {
        match self {
            Self::NoName => Said::word("bridge-name"),
            Self::Twice(name) => Said::word("bridge-twice").with("name", name),
            Self::NoAccount(jid) => Said::word("bridge-no-account").with("jid", jid),
            Self::WhichAccount(n) => Said::word("bridge-which-account").with("n", *n),
            Self::Service(text) => Said::word("config-service").with("text", text),
            Self::NoNode => Said::word("bridge-node"),
            Self::OwnNode(owner) => Said::word("bridge-own-node").with("owner", owner),
            Self::Owner(owner) => Said::word("bridge-owner").with("owner", owner),
            Self::NoSource => Said::word("bridge-no-source"),
            Self::NoUser => Said::word("bridge-http-user"),
            Self::UserTwice(user) => Said::word("bridge-http-user-twice").with("user", user),
            Self::NoListen => Said::word("bridge-no-listen"),
            Self::NoImapUser => Said::word("bridge-imap-user"),
            Self::NoLogin => Said::word("bridge-imap-login"),
            Self::Imap(flaw) => flaw.said(),
        }
    }
}
