//! The configuration as a file to take along: written without what could hold a secret, and taken in whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mailwren_core::account::{Account, MailServer, PasswordSource};
use mailwren_core::said::Said;
use mailwren_core::settings::{GeneralSettings, NotificationSettings};
use toml_edit::{DocumentMut, Item, TableLike};

use super::edit::position;
use super::{Config, ConfigError, ConfigFile, ConfigProblem, Loaded, bare_jid, parse};

/// What an exported configuration begins with.
const EXPORTED: &str =
    "# Mailwren's settings, without passwords. Take them in with `mailwrenctl import`.\nversion = 1\n\n";
/// A configuration is no larger.
const MOST_BYTES: usize = 1024 * 1024;

impl ConfigFile {
    /// What is configured, without what could hold a secret: where passwords come from, and the bridge with its
    /// components.
    ///
    /// # Errors
    /// [`ConfigError::Flawed`] if something would be left out since it isn't in order.
    pub fn export(&self) -> Result<String, ConfigError> {
        let config = sound(self.load()?)?;
        let mut document: DocumentMut = EXPORTED
            .parse()
            .map_err(|error: toml_edit::TomlError| self.invalid((1, 1), Said::text(error.message())))?;
        self.write_general(&mut document, &GeneralSettings::default(), &config.general)?;
        let usual = NotificationSettings::default();
        self.write_section(&mut document, &usual, &config.notifications)?;
        if !config.notifications.quiet.is_empty() {
            self.write_quiet(&mut document, &config.notifications.quiet)?;
        }
        for (entry, at) in config.rules.iter().zip(0_usize..) {
            self.insert_rule(&mut document, at, &entry.rule)?;
        }
        for account in config.accounts {
            let account = Account {
                password: PasswordSource::Keyring,
                imap: account.imap.map(|server| MailServer {
                    password: PasswordSource::Keyring,
                    token: None,
                    ..server
                }),
                ..account
            };
            self.put_account(&mut document, &account)?;
        }
        Ok(document.to_string())
    }

    /// Puts another configuration in this one's place, if all of it is in order; `name` is what errors call it. The
    /// bridge stays with its components, and so does where accounts of both have their passwords, unless the new one says. Gives the file
    /// that keeps what was there before.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] or [`ConfigError::Flawed`] say what is wrong, and where; then nothing was changed.
    pub fn import(&self, name: &str, text: &str, now: Timestamp) -> Result<Option<PathBuf>, ConfigError> {
        let name = Path::new(name);
        if text.len() > MOST_BYTES {
            return Err(ConfigError::Flawed(
                Said::word("config-too-large").with("name", name.display()),
            ));
        }
        sound(parse(name, text)?).map_err(|flaws| match flaws {
            ConfigError::Flawed(lines) => ConfigError::Flawed(Said::at(name, lines)),
            other => other,
        })?;
        let backup = self.backup(now);
        let mut kept = None;
        self.rewrite(|before| {
            let Some(before) = before else {
                return Ok(Some(text.to_owned()));
            };
            let after = self.merged(before, text)?;
            if after != before {
                keep(&backup, before).map_err(|source| ConfigError::Io {
                    path: backup.clone(),
                    source,
                })?;
                kept = Some(backup.clone());
            }
            Ok(Some(after))
        })?;
        Ok(kept)
    }

    /// Puts back what an import kept in a file of this name.
    ///
    /// # Errors
    /// [`ConfigError::NoBackup`] if there is no such file.
    pub fn restore(&self, name: &str) -> Result<(), ConfigError> {
        let missing = || ConfigError::NoBackup(name.to_owned());
        let of_ours = name.starts_with(&self.backup_prefix()) && !name.contains('/');
        let path = of_ours.then(|| self.path().with_file_name(name)).ok_or_else(missing)?;
        let text = fs::read_to_string(&path).map_err(|_| missing())?;
        parse(&path, &text)?;
        self.rewrite(|_| Ok(Some(text.clone())))?;
        fs::remove_file(&path).map_err(|source| ConfigError::Io { path, source })
    }

    fn backup_prefix(&self) -> String {
        let name = self.path().file_name().unwrap_or_default().to_string_lossy();
        format!("{name}.before-")
    }

    fn backup(&self, now: Timestamp) -> PathBuf {
        let at = now.strftime("%Y%m%dT%H%M%S%.6f");
        self.path().with_file_name(format!("{}{at}", self.backup_prefix()))
    }

    /// The new configuration, with what stays of the old one.
    fn merged(&self, before: &str, text: &str) -> Result<String, ConfigError> {
        parse(self.path(), before)?;
        let read = |text: &str| -> Result<DocumentMut, ConfigError> {
            text.parse()
                .map_err(|error: toml_edit::TomlError| self.invalid((1, 1), Said::text(error.message())))
        };
        let (mut old, mut new) = (read(before)?, read(text)?);
        new.remove("bridge");
        new.remove("component");
        let bridge = old.remove("bridge");
        let components = old.remove("component");
        let accounts = self.accounts(&mut new)?;
        for table in self.accounts(&mut old)?.iter() {
            let jid = table.get("jid").and_then(Item::as_str).and_then(bare_jid);
            let at = jid.and_then(|jid| position(accounts, jid.as_str()));
            if let Some(same) = at.and_then(|at| accounts.get_mut(at)) {
                keep_login(table, same);
                let old = table.get("imap").and_then(Item::as_table_like);
                let new = same.get_mut("imap").and_then(Item::as_table_like_mut);
                if let (Some(old), Some(new)) = (old, new)
                    && ["host", "port", "user"].iter().all(|key| says_same(old, new, key))
                {
                    keep_login(old, new);
                }
            }
        }
        if accounts.is_empty() {
            new.remove("account");
        }
        let mut after = new.to_string();
        if let Some(components) = components {
            let mut tail = DocumentMut::new();
            tail.insert("component", components);
            after = format!("{}\n\n{}", after.trim_end(), tail.to_string().trim_start());
        }
        if let Some(Ok(mut bridge)) = bridge.map(Item::into_table) {
            bridge.set_dotted(false);
            let mut tail = DocumentMut::new();
            tail.insert("bridge", Item::Table(bridge));
            after = format!("{}\n\n{}", after.trim_end(), tail.to_string().trim_start());
        }
        parse(self.path(), &after)?;
        Ok(after)
    }
}

/// Whether two tables say the same by a key. A secret goes to whom it was meant for, and nobody else.
fn says_same(one: &dyn TableLike, other: &dyn TableLike, key: &str) -> bool {
    let said = |table: &dyn TableLike| table.get(key).map(|item| item.to_string().trim().to_owned());
    said(one) == said(other)
}

/// Where the password or token comes from stays, unless the new one says.
fn keep_login(old: &dyn TableLike, new: &mut dyn TableLike) {
    let keys = ["password", "token"];
    if keys.iter().any(|key| new.contains_key(key)) {
        return;
    }
    for key in keys {
        if let Some(item) = old.get(key) {
            new.insert(key, item.clone());
        }
    }
}

/// The configuration, if nothing of it had to be left out.
fn sound(loaded: Loaded) -> Result<Config, ConfigError> {
    match loaded.problems.as_slice() {
        [] => Ok(loaded.config),
        flaws => {
            let flaws = flaws.iter().map(ConfigProblem::said).collect();
            Err(ConfigError::Flawed(Said::Lines(flaws)))
        }
    }
}

/// Only its owner can read it, and it is on the disk before anything is replaced.
fn keep(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
