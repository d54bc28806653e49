//! `[bridge.provider]`: a mailbox for everybody whom a mail server names, by one block.
//!
//! ```toml
//! [bridge.provider]
//! component = "mail.example.org"          # who publishes: a [[component]]; or account = "publisher@example.org"
//! service = "pubsub.example.org"          # where
//! node = "/example/{user}/mail/{mailbox}" # a node for each; INBOX is written Inbox there
//! owner = "{user}@example.org"            # who reads it, and nobody else
//! users = { pattern = "[a-z][a-z0-9.]*" } # whom it is for; or { file = "/etc/mailwren/users" }, a name a line
//! http = { user = "{user}" }              # what the mail server calls them; this is the default
//! folders = ["INBOX"]                     # what of their mail is published; this is the default
//! detail = "full"                         # or "sender", or "count"
//! ```

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use jid::BareJid;
use mailwren_core::popup::Privacy;
use mailwren_core::said::Said;
use regex::Regex;
use serde::Deserialize;

use super::config::Mailbox;
use crate::config::{Config, bare_jid};
use crate::outbox::Target;

const USER: &str = "{user}";
const MAILBOX: &str = "{mailbox}";
/// How often a file of users is looked at for changes.
const LOOK: Duration = Duration::from_secs(1);
/// A local part is no longer, in bytes (RFC 7622 §3.3).
const LONGEST: usize = 1_023;
/// So many folders of a mailbox are published at most.
const FOLDERS: usize = 100;

/// Mailboxes by rule.
#[derive(Debug)]
pub struct Provider {
    publisher: String,
    service: String,
    node: String,
    domain: String,
    http: (String, String),
    users: Users,
    folders: Vec<String>,
    detail: Privacy,
}

/// What the provider's rule says of a mailbox.
#[derive(Debug, PartialEq, Eq)]
pub enum Ruled {
    /// It is published so.
    Mailbox(Box<Mailbox>),
    /// Its user is one of the provider's, and this folder isn't published.
    Unpublished,
    /// It is nobody's.
    Nobody,
}

#[derive(Debug)]
enum Users {
    Pattern(Regex),
    File { path: PathBuf, read: Mutex<Read> },
}

/// A file of users, as it was read last.
#[derive(Debug)]
struct Read {
    users: HashSet<String>,
    changed: Option<SystemTime>,
    looked: Instant,
}

/// As written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    component: Option<String>,
    account: Option<String>,
    service: String,
    node: String,
    owner: String,
    users: WrittenUsers,
    http: Option<Http>,
    folders: Option<Vec<String>>,
    #[serde(default)]
    detail: Privacy,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenUsers {
    Pattern(String),
    File(PathBuf),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    user: String,
}

/// What is wrong with the block.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub(super) enum ProviderFlaw {
    NoPublisher,
    NoComponent(String),
    NoAccount(String),
    Service(String),
    Node(String),
    Owner(String),
    HttpUser(String),
    Pattern(#[from] regex::Error),
    File { path: PathBuf, source: std::io::Error },
    Folder(String),
    Folders(usize),
    NoListen,
}

impl ProviderFlaw {
    /// For people.
    pub(super) fn said(&self) -> Said {
        match self {
            Self::NoPublisher => Said::word("bridge-publisher"),
            Self::NoComponent(domain) => Said::word("bridge-no-component").with("domain", domain),
            Self::NoAccount(jid) => Said::word("bridge-no-account").with("jid", jid),
            Self::Service(text) => Said::word("config-service").with("text", text),
            Self::Node(node) => Said::word("bridge-user-node").with("node", node),
            Self::Owner(owner) => Said::word("bridge-user-owner").with("owner", owner),
            Self::HttpUser(user) => Said::word("bridge-user-http").with("user", user),
            Self::Pattern(error) => Said::word("config-rule-pattern")
                .with("key", "users.pattern")
                .with("why", error.to_string()),
            Self::File { path, source } => Said::word("bridge-users-file")
                .with("path", path.display())
                .with("why", source.to_string()),
            Self::Folder(name) => Said::word("bridge-folder").with("name", name),
            Self::Folders(n) => Said::word("bridge-folders").with("n", *n).with("most", FOLDERS),
            Self::NoListen => Said::word("bridge-no-listen"),
        }
    }
}

impl Written {
    pub(super) fn checked(self, config: &Config, listens: bool) -> Result<Provider, ProviderFlaw> {
        if !listens {
            return Err(ProviderFlaw::NoListen);
        }
        let publisher = match (self.component, self.account) {
            (Some(domain), None) => {
                let known = bare_jid(&domain).filter(|jid| config.components.iter().any(|other| other.domain == *jid));
                known.ok_or(ProviderFlaw::NoComponent(domain))?.to_string()
            }
            (None, Some(jid)) => {
                let mut accounts = config.accounts.iter().filter(|account| account.enabled && account.xmpp);
                let known = bare_jid(&jid).filter(|jid| accounts.any(|account| account.jid == jid.as_str()));
                known.ok_or(ProviderFlaw::NoAccount(jid))?.to_string()
            }
            _ => return Err(ProviderFlaw::NoPublisher),
        };
        let service = bare_jid(&self.service)
            .ok_or(ProviderFlaw::Service(self.service))?
            .to_string();
        // Else two users, or a user and a folder, could share a node.
        let is_alone = self.node.split('/').filter(|part| part.contains(USER)).eq([USER]);
        let once = self.node.matches(MAILBOX).count() <= 1;
        let rest = self.node.replacen(USER, "", 1).replacen(MAILBOX, "", 1);
        if !is_alone || !once || rest.contains(['{', '}']) || rest.chars().any(char::is_control) {
            return Err(ProviderFlaw::Node(self.node));
        }
        let domain = self.owner.strip_prefix("{user}@").and_then(bare_jid);
        let domain = domain.filter(|jid| jid.node().is_none());
        let domain = domain.ok_or(ProviderFlaw::Owner(self.owner))?.to_string();
        let user = self.http.map_or_else(|| USER.to_owned(), |http| http.user);
        let http = match user.split_once(USER) {
            Some((before, after)) if !before.contains(['{', '}']) && !after.contains(['{', '}']) => {
                (before.to_owned(), after.to_owned())
            }
            _ => return Err(ProviderFlaw::HttpUser(user)),
        };
        let mut folders: Vec<String> = Vec::new();
        for folder in self.folders.unwrap_or_else(|| vec!["INBOX".to_owned()]) {
            let name = folder_name(&folder).to_owned();
            let sound = !name.is_empty() && name.len() <= 500 && !name.chars().any(char::is_control);
            if !sound || folders.contains(&name) {
                return Err(ProviderFlaw::Folder(folder));
            }
            folders.push(name);
        }
        if folders.is_empty() || folders.len() > FOLDERS {
            return Err(ProviderFlaw::Folders(folders.len()));
        }
        let users = match self.users {
            WrittenUsers::Pattern(pattern) => Users::Pattern(Regex::new(&format!("^(?:{pattern})$"))?),
            WrittenUsers::File(path) => {
                let read = Read::from(&path);
                let read = Mutex::new(read.map_err(|source| ProviderFlaw::File {
                    path: path.clone(),
                    source,
                })?);
                Users::File { path, read }
            }
        };
        Ok(Provider {
            publisher,
            service,
            node: self.node,
            domain,
            http,
            users,
            folders,
            detail: self.detail,
        })
    }
}

impl Provider {
    /// Who publishes.
    pub fn publisher(&self) -> &str {
        &self.publisher
    }

    /// The mailbox that a mail server means. What it names comes from the network, and goes into addresses and nodes only as
    /// it would be written there: nothing of it means anything there, and no two names are one.
    pub fn mailbox(&self, named: &str, folder: &str) -> Ruled {
        let user = named
            .strip_prefix(self.http.0.as_str())
            .and_then(|rest| rest.strip_suffix(self.http.1.as_str()));
        let Some((user, owner)) = user.and_then(|user| Some((user, self.owner(user)?))) else {
            return Ruled::Nobody;
        };
        if !self.users.has(user) {
            return Ruled::Nobody;
        }
        let folder = folder_name(folder);
        if !self.folders.iter().any(|known| known == folder) {
            return Ruled::Unpublished;
        }
        let in_node = if folder == "INBOX" { "Inbox" } else { folder };
        Ruled::Mailbox(Box::new(Mailbox {
            name: user.to_owned(),
            target: Target {
                account: Some(self.publisher.clone()),
                service: Some(self.service.clone()),
                // The folder is one of the configuration's, and has no user in it that could be replaced.
                node: self.node.replacen(MAILBOX, in_node, 1).replacen(USER, user, 1),
            },
            publisher: self.publisher.clone(),
            owner,
            detail: self.detail,
            http_user: Some(named.to_owned()),
            imap: None,
        }))
    }

    /// Whose address it is, if this is a user's name as it stands in one.
    fn owner(&self, user: &str) -> Option<String> {
        let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"/@\"&'<>:{}\\%*".contains(c);
        if user.is_empty() || user.len() > LONGEST || !user.chars().all(plain) {
            return None;
        }
        let owner = BareJid::new(&format!("{user}@{}", self.domain)).ok()?;
        // What an address has in another form could be two people's (RFC 7622 §3.3).
        (owner.node()?.as_str() == user).then(|| owner.to_string())
    }
}

impl Users {
    fn has(&self, user: &str) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.is_match(user),
            Self::File { path, read } => {
                let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
                if read.looked.elapsed() >= LOOK {
                    read.look(path);
                }
                read.users.contains(user)
            }
        }
    }
}

impl Read {
    fn from(path: &Path) -> std::io::Result<Self> {
        let changed = std::fs::metadata(path)?.modified().ok();
        let text = std::fs::read_to_string(path)?;
        let users = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        Ok(Self {
            users: users.map(str::to_owned).collect(),
            changed,
            looked: Instant::now(),
        })
    }

    /// Reads it again if it changed. While it can't be read, the users stay who they were.
    fn look(&mut self, path: &Path) {
        self.looked = Instant::now();
        let changed = std::fs::metadata(path).and_then(|found| found.modified()).ok();
        if changed == self.changed {
            return;
        }
        match Self::from(path) {
            Ok(read) => *self = read,
            Err(error) => tracing::warn!(%error, "the file of users can't be read"),
        }
    }
}

/// IMAP's INBOX in whatever case is the same (RFC 3501 §5.1), also where nobody says which it is.
fn folder_name(folder: &str) -> &str {
    match folder.trim() {
        "" => "INBOX",
        inbox if inbox.eq_ignore_ascii_case("INBOX") => "INBOX",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config() -> Config {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(
            &path,
            "[[component]]\ndomain = \"mail.example.org\"\nsecret = { file = \"/s\" }\n",
        )
        .unwrap();
        Config::load(&path).unwrap().config
    }

    fn provider(more: &str) -> Result<Provider, Box<dyn std::error::Error>> {
        let mut written: toml::Table = "component = \"mail.example.org\"\nservice = \"pubsub.example.org\"\n\
             node = \"/example/{user}/mail/{mailbox}\"\nowner = \"{user}@example.org\"\n\
             users = { pattern = \"[a-zß.{}-]+\" }\n"
            .parse()
            .unwrap();
        written.extend(more.parse::<toml::Table>().unwrap());
        let written: Written = written.try_into()?;
        Ok(written.checked(&config(), true)?)
    }

    fn ruled(provider: &Provider, user: &str, folder: &str) -> Option<(String, String)> {
        match provider.mailbox(user, folder) {
            Ruled::Mailbox(mailbox) => Some((mailbox.target.node, mailbox.owner)),
            Ruled::Unpublished | Ruled::Nobody => None,
        }
    }

    #[test]
    fn a_user_has_a_node_and_an_owner_by_rule() {
        let provider = provider("folders = [\"inbox\", \"Lists/Rust\"]").unwrap();
        let of = |node: &str, owner: &str| Some((node.to_owned(), owner.to_owned()));
        let sam = |folder| ruled(&provider, "sam", folder);
        assert_eq!(sam("INBOX"), of("/example/sam/mail/Inbox", "sam@example.org"));
        assert_eq!(sam(""), sam("inbox"));
        assert_eq!(sam("Lists/Rust"), of("/example/sam/mail/Lists/Rust", "sam@example.org"));
        assert_eq!(provider.mailbox("sam", "Sent"), Ruled::Unpublished);
        assert_eq!(provider.mailbox("sam2", "Sent"), Ruled::Nobody);
    }

    #[test]
    fn what_means_something_in_an_address_or_a_node_is_nobody() {
        let provider = provider("users = { pattern = \".*\" }").unwrap();
        for user in [
            "",
            "sam/mail",
            "sam@example.org",
            "../sam",
            "Sam",
            "sam ",
            "s am",
            "sam\n",
            "{mailbox}",
            "{user}",
            "s\u{200b}am",
            "ｓam",
            "a:b",
            "<x>",
            &"x".repeat(2_000),
        ] {
            assert_eq!(provider.mailbox(user, "INBOX"), Ruled::Nobody, "{user:?}");
        }
        assert!(ruled(&provider, "zoë.o-1", "INBOX").is_some());
    }

    #[test]
    fn a_mail_server_may_name_users_with_their_domain() {
        let provider = provider("http = { user = \"{user}@example.org\" }").unwrap();
        assert!(ruled(&provider, "sam@example.org", "INBOX").is_some());
        for user in ["sam", "sam@example.com", "sam@x@example.org", "@example.org"] {
            assert_eq!(provider.mailbox(user, "INBOX"), Ruled::Nobody, "{user:?}");
        }
    }

    #[test]
    fn users_may_be_listed_and_the_list_may_change() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("users");
        std::fs::write(&path, "# people\nsam\n\nzoe \n").unwrap();
        let provider = provider(&format!("users = {{ file = \"{}\" }}", path.display())).unwrap();
        assert!(ruled(&provider, "zoe", "INBOX").is_some() && ruled(&provider, "kim", "INBOX").is_none());
        std::fs::write(&path, "kim\n").unwrap();
        let Users::File { read, .. } = &provider.users else {
            unreachable!();
        };
        {
            let mut read = read.lock().unwrap();
            // As if time had gone by.
            read.changed = None;
            read.look(&path);
        }
        assert!(ruled(&provider, "kim", "INBOX").is_some() && ruled(&provider, "zoe", "INBOX").is_none());
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (written, expected) in [
            ("component = \"other.example.org\"", "no `[[component]]` other"),
            ("account = \"sam@example.org\"", "one of them"),
            ("service = \"@\"", "isn’t a pubsub service"),
            ("node = \"/example/mail\"", "hold {user} once"),
            ("node = \"/example/{user}{mailbox}\"", "hold {user} once"),
            ("node = \"/{user}/{user}\"", "hold {user} once"),
            ("node = \"/{user}/{folder}\"", "hold {user} once"),
            ("owner = \"sam@example.org\"", "isn’t {user}@ and a domain"),
            ("owner = \"{user}@a@b\"", "isn’t {user}@ and a domain"),
            ("http = { user = \"sam\" }", "`http.user` sam has to hold {user}"),
            ("users = { pattern = \"(\" }", "`users.pattern`"),
            ("users = { file = \"/nowhere/users\" }", "`users.file` /nowhere/users"),
            ("folders = [\"INBOX\", \"inbox\"]", "twice"),
            ("folders = []", "0 folders"),
        ] {
            let said = provider(written).map(|_| ()).unwrap_err().to_string();
            assert!(said.contains(expected), "{written} gives {said}");
        }
    }
}
