//! A log that can be handed to somebody else: what tells whose it is gives way to names that stay the same throughout.
//!
//! Passwords and mail never are in a log. Addresses, servers, and the names of people and of their home folder are; names
//! of mail folders and rules, and servers' words, stay as they are.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

use regex::{Captures, Regex};

use crate::account::Account;
use crate::text::is_hidden;

/// The levels of a log stand in all of its lines; and `info` alone, as many a firm's address begins, tells nothing.
const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];

/// Any address.
const ADDRESS: &str = r#"[^\s@/<>"'`=,;:()\[\]{}]+@[\w-]+(?:\.[\w-]+)*"#;

/// Any server: its name with a port, or its number.
const SERVER: &str = concat!(
    r"(?i)(?P<name>[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}):\d{1,5}\b",
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}:[0-9a-f:.]+",
);

/// What looks like a server and its port, and is a file and its line.
const FILES: [&str; 3] = [".rs", ".toml", ".log"];

/// Puts `account-1` for the first account's address, `user-1` for what it begins with, `host-1` and so on for servers,
/// `address-1` and so on for other addresses, and `~` for the home folder. Nothing that is configured stays, in whatever
/// case it is written, but users that are called as a level is, or by one letter.
pub fn redact(log: &str, accounts: &[Account], home: Option<&str>) -> String {
    let mut names = Names::of(accounts, home);
    let (Ok(configured), Ok(server)) = (names.pattern(), Regex::new(SERVER)) else {
        return String::new();
    };
    // What can't be seen could part a name.
    let seen = |c: &char| matches!(c, '\n' | '\t') || !is_hidden(*c);
    let log: String = log.chars().filter(seen).collect();
    let log = configured.replace_all(&log, |found: &Captures<'_>| names.instead(found));
    let log = server.replace_all(&log, |found: &Captures<'_>| names.instead_of_server(found));
    log.into_owned()
}

/// What is put in the place of what.
#[derive(Default)]
struct Names {
    /// By what is taken out, in lower case.
    known: BTreeMap<String, String>,
    home: Option<String>,
    addresses: Vec<String>,
    hosts: Vec<String>,
    /// What is taken out where it is a whole word: it may be a part of other words.
    words: Vec<String>,
    /// How many hosts and other addresses have a name.
    numbers: (usize, usize),
}

impl Names {
    fn of(accounts: &[Account], home: Option<&str>) -> Self {
        let mut names = Self::default();
        for (at, account) in accounts.iter().enumerate() {
            let number = at.saturating_add(1);
            names.person(&account.jid, number);
            if let Some(server) = &account.imap {
                names.host(&server.host);
                names.person(server.user.as_deref().unwrap_or_default(), number);
            }
            let services = account.subscriptions.iter().map(|node| &node.service);
            for one in account.host.iter().chain(services).chain(&account.notifiers) {
                // Other addresses are taken out by what they look like.
                names.host(one.rsplit('@').next().unwrap_or_default());
            }
        }
        let home = home.map(|home| home.trim_end_matches('/')).unwrap_or_default();
        if !home.is_empty() {
            names.home = Some(home.to_owned());
            names.word(home.rsplit('/').next().unwrap_or_default(), "user".to_owned());
        }
        names
    }

    /// An address, or a name that somebody logs in with.
    fn person(&mut self, person: &str, number: usize) {
        let (user, host) = person.rsplit_once('@').unwrap_or((person, ""));
        if !host.is_empty() {
            self.addresses.push(person.to_owned());
            self.known
                .entry(person.to_lowercase())
                .or_insert_with(|| format!("account-{number}"));
            self.host(host);
        }
        self.word(user, format!("user-{number}"));
    }

    fn host(&mut self, host: &str) {
        let host = host.trim_matches(['[', ']', '.']);
        if host.contains(['.', ':']) {
            self.hosts.push(host.to_owned());
            self.name_of_host(host);
        } else if !host.is_empty() && !self.known.contains_key(&host.to_lowercase()) {
            self.words.push(host.to_owned());
            self.name_of_host(host);
        }
    }

    /// A letter alone names nobody.
    fn word(&mut self, word: &str, name: String) {
        let key = word.to_lowercase();
        if key.chars().nth(1).is_some() && !LEVELS.contains(&key.as_str()) {
            self.words.push(word.to_owned());
            self.known.entry(key).or_insert(name);
        }
    }

    fn name_of_host(&mut self, host: &str) -> String {
        let hosts = &mut self.numbers.0;
        let named = self.known.entry(host.to_lowercase()).or_insert_with(|| {
            *hosts = hosts.saturating_add(1);
            format!("host-{hosts}")
        });
        named.clone()
    }

    fn name_of_address(&mut self, address: &str) -> String {
        let addresses = &mut self.numbers.1;
        let named = self.known.entry(address.to_lowercase()).or_insert_with(|| {
            *addresses = addresses.saturating_add(1);
            format!("address-{addresses}")
        });
        named.clone()
    }

    /// What is configured, and any address. A host may be one below a configured one.
    fn pattern(&self) -> Result<Regex, regex::Error> {
        let home = any(self.home.as_slice(), bounded);
        let addresses = any(&self.addresses, regex::escape);
        let hosts = any(&self.hosts, regex::escape);
        let words = any(&self.words, bounded);
        Regex::new(&format!(
            r"(?i)(?P<home>{home})|(?P<address>{addresses}|{ADDRESS})|(?P<host>(?:[\w-]+\.)*{hosts})|{words}"
        ))
    }

    fn instead(&mut self, found: &Captures<'_>) -> String {
        let text = found.get(0).map_or("", |all| all.as_str());
        if found.name("home").is_some() {
            "~".to_owned()
        } else if found.name("address").is_some() {
            self.name_of_address(text)
        } else if found.name("host").is_some() {
            self.name_of_host(text)
        } else {
            let name = self.known.get(&text.to_lowercase());
            name.cloned().unwrap_or_else(|| "user".to_owned())
        }
    }

    fn instead_of_server(&mut self, found: &Captures<'_>) -> String {
        let text = found.get(0).map_or("", |all| all.as_str());
        let host = match found.name("name") {
            Some(name) if FILES.iter().any(|file| name.as_str().ends_with(file)) => None,
            Some(name) => Some(name.as_str()),
            // This computer is the same everywhere.
            None => Some(text.trim_end_matches([':', '.']))
                .filter(|host| host.parse().is_ok_and(|number: IpAddr| !number.is_loopback())),
        };
        match host {
            Some(host) => self.name_of_host(host) + text.get(host.len()..).unwrap_or_default(),
            None => text.to_owned(),
        }
    }
}

/// Matches any of these, the longest first; or nothing.
fn any(all: &[String], written: impl Fn(&str) -> String) -> String {
    let mut all: Vec<&String> = all.iter().collect();
    all.sort_by_key(|one| Reverse(one.len()));
    let all: Vec<String> = all.into_iter().map(|one| written(one)).collect();
    if all.is_empty() {
        r"[^\s\S]".to_owned()
    } else {
        format!("(?:{})", all.join("|"))
    }
}

/// Matches this where no word goes on before or behind it.
fn bounded(text: &str) -> String {
    let edge = |c: Option<char>| {
        if c.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            r"\b"
        } else {
            ""
        }
    };
    let (start, end) = (edge(text.chars().next()), edge(text.chars().next_back()));
    format!("{start}{}{end}", regex::escape(text))
}
