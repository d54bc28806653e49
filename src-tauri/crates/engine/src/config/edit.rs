//! Editing the file without losing what a person wrote into it: comments, order, and keys left at their defaults.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use mailwren_core::account::Account;
use mailwren_core::said::Said;
use rustix::fs::{FlockOperation, flock};
use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};
use toml_edit::{Array, ArrayOfTables, Decor, DocumentMut, Item, Table, Value};

use super::{Config, ConfigError, Flaw, Loaded, bare_jid, checked, parse};

/// How often an edit is begun anew because the file changed meanwhile.
const TRIES: usize = 5;

/// What a new file begins with.
const HEADER: &str = "# Mailwren's accounts and settings. Edit freely: comments stay, and Mailwren notices.\n\n";

/// What tells one state of the file from another, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(Option<(u64, u64, u64, i64, i64)>);

impl Fingerprint {
    /// Whether there was no file, or nothing in it.
    pub const fn is_void(&self) -> bool {
        matches!(self.0, None | Some((_, _, 0, _, _)))
    }
}

/// The file, to be edited.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    path: PathBuf,
}

impl ConfigFile {
    /// The file at a path; it needn't be there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it; see [`Config::load`].
    pub fn load(&self) -> Result<Loaded, ConfigError> {
        Config::load(&self.path)
    }

    /// Its present state; differs once it was written to or replaced, and is cheap to ask for.
    pub fn fingerprint(&self) -> Fingerprint {
        let state = |file: fs::Metadata| (file.dev(), file.ino(), file.size(), file.mtime(), file.mtime_nsec());
        Fingerprint(fs::metadata(&self.path).ok().map(state))
    }

    /// Adds an account, or changes the one of the same JID. What didn't change stays as it is written.
    ///
    /// # Errors
    /// [`ConfigError::Account`] for an account that wouldn't be read back, [`ConfigError::Invalid`] for a file that
    /// isn't TOML: it is left alone.
    pub fn save_account(&self, account: &Account) -> Result<(), ConfigError> {
        let account = checked(account.clone())?;
        self.edit(|document| self.put_account(document, &account))
    }

    pub(super) fn put_account(&self, document: &mut DocumentMut, account: &Account) -> Result<(), ConfigError> {
        // Once there is a table, nothing trails.
        let opening = opening(document);
        let accounts = self.accounts(document)?;
        if let Some(table) = position(accounts, &account.jid).and_then(|at| accounts.get_mut(at)) {
            return write_account(table, account);
        }
        let mut table = Table::new();
        write_account(&mut table, account)?;
        open_with(&mut table, &opening);
        accounts.push(table);
        Ok(())
    }

    /// Removes an account. Tells whether it was there.
    pub fn remove_account(&self, jid: &str) -> Result<bool, ConfigError> {
        let jid = bare_jid(jid).ok_or_else(|| Flaw::Jid(jid.to_owned()))?.to_string();
        let mut found = false;
        self.edit(|document| {
            let accounts = self.accounts(document)?;
            found = false;
            let mut left_over = String::new();
            while let Some(at) = position(accounts, &jid) {
                found = true;
                left_over.push_str(&remove(accounts, at));
            }
            if accounts.is_empty() {
                document.remove("account");
            }
            let trailing = take_trailing(document);
            document.set_trailing(left_over + &trailing);
            Ok(())
        })?;
        Ok(found)
    }

    /// Moves an account before another one, or behind all others. Tells whether both are there.
    ///
    /// # Errors
    /// As for [`ConfigFile::save_account`].
    pub fn move_account(&self, jid: &str, before: Option<&str>) -> Result<bool, ConfigError> {
        let bare = |jid: &str| {
            bare_jid(jid)
                .map(|jid| jid.to_string())
                .ok_or_else(|| Flaw::Jid(jid.to_owned()))
        };
        let (jid, before) = (bare(jid)?, before.map(bare).transpose()?);
        let mut found = false;
        self.edit(|document| {
            let accounts = self.accounts(document)?;
            let from = position(accounts, &jid);
            let next = match &before {
                Some(before) => position(accounts, before),
                None => Some(accounts.len()),
            };
            found = from.is_some() && next.is_some();
            if let (Some(from), Some(next)) = (from, next) {
                move_table(accounts, from, if next > from { next.saturating_sub(1) } else { next });
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The accounts' tables.
    pub(super) fn accounts<'d>(&self, document: &'d mut DocumentMut) -> Result<&'d mut ArrayOfTables, ConfigError> {
        self.tables(document, "account")
    }

    /// The tables of a list.
    pub(super) fn tables<'d>(
        &self,
        document: &'d mut DocumentMut,
        key: &str,
    ) -> Result<&'d mut ArrayOfTables, ConfigError> {
        let item = document
            .entry(key)
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        // `account = [{ jid = … }]` is the same in other words.
        *item = std::mem::take(item)
            .into_array_of_tables()
            .map_or_else(|other| other, Item::ArrayOfTables);
        item.as_array_of_tables_mut()
            .ok_or_else(|| self.invalid((1, 1), Said::word("config-brackets").with("key", key)))
    }

    pub(super) fn invalid(&self, (line, column): (usize, usize), message: Said) -> ConfigError {
        ConfigError::Invalid {
            path: self.path.clone(),
            line,
            column,
            message,
        }
    }

    /// Applies an edit to what is in the file now; anew if somebody else writes to it meanwhile.
    pub(super) fn edit(
        &self,
        mut change: impl FnMut(&mut DocumentMut) -> Result<(), ConfigError>,
    ) -> Result<(), ConfigError> {
        self.rewrite(|before| {
            let text = before.unwrap_or(HEADER);
            // Refuses a file that is broken already, with line and column.
            parse(&self.path, text)?;
            let mut document: DocumentMut = text
                .parse()
                .map_err(|error: toml_edit::TomlError| self.invalid((1, 1), Said::text(error.message())))?;
            change(&mut document)?;
            let after = document.to_string();
            // What is written can be read.
            parse(&self.path, &after)?;
            Ok((before.is_some() || text != after).then_some(after))
        })
    }

    /// Puts what `change` makes of the file's content in its place; anew if somebody else writes to it meanwhile. `None`
    /// leaves it alone.
    pub(super) fn rewrite(
        &self,
        mut change: impl FnMut(Option<&str>) -> Result<Option<String>, ConfigError>,
    ) -> Result<(), ConfigError> {
        // A symbolic link stays one: its target is replaced.
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(self.io())?;
        // One edit of ours at a time. Other programs don't know of this lock: what they do is noticed below.
        let folder_handle = File::open(folder).map_err(self.io())?;
        flock(&folder_handle, FlockOperation::LockExclusive).map_err(|error| self.io()(error.into()))?;
        for _ in 0..TRIES {
            let before = self.read()?;
            let Some(after) = change(before.as_deref())?.filter(|after| before.as_ref() != Some(after)) else {
                return Ok(());
            };
            if self.replace(&target, folder, before.as_deref(), &after)? {
                // The new name is on the disk only with its folder.
                return folder_handle.sync_all().map_err(self.io());
            }
        }
        Err(ConfigError::Contended(self.path.clone()))
    }

    pub(super) fn io(&self) -> impl Fn(io::Error) -> ConfigError + '_ {
        |source| ConfigError::Io {
            path: self.path.clone(),
            source,
        }
    }

    fn read(&self) -> Result<Option<String>, ConfigError> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.io()(error)),
        }
    }

    /// Puts `text` in the file's place in one step, unless the file isn't what it was: then false.
    fn replace(&self, target: &Path, folder: &Path, before: Option<&str>, text: &str) -> Result<bool, ConfigError> {
        let mut file = tempfile::Builder::new()
            .prefix(".config-")
            .tempfile_in(folder)
            .map_err(self.io())?;
        file.write_all(text.as_bytes()).map_err(self.io())?;
        let mode = fs::metadata(target).map_or(0o600, |old| old.permissions().mode());
        file.as_file()
            .set_permissions(Permissions::from_mode(mode))
            .map_err(self.io())?;
        file.as_file().sync_all().map_err(self.io())?;
        if self.read()?.as_deref() != before {
            return Ok(false);
        }
        file.persist(target).map_err(|error| self.io()(error.error))?;
        Ok(true)
    }
}

/// Comments of a file without any key trail the document; they are to stand above its first table.
pub(super) fn opening(document: &mut DocumentMut) -> String {
    if document.is_empty() {
        take_trailing(document)
    } else {
        String::new()
    }
}

pub(super) fn open_with(table: &mut Table, opening: &str) {
    if !opening.is_empty() {
        table.decor_mut().set_prefix(opening);
    }
}

pub(super) fn take_trailing(document: &mut DocumentMut) -> String {
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    trailing
}

/// Moves a table of a list from one of its places to another, with the comment right above it. What stands further
/// above stays where it is: it is about the file, or about a part of it.
pub(super) fn move_table(tables: &mut ArrayOfTables, from: usize, to: usize) {
    let mut moved: Vec<Table> = tables.iter().cloned().collect();
    if from >= moved.len() || to >= moved.len() {
        return;
    }
    let above: Vec<String> = moved.iter().map(|table| parted(table).0.to_owned()).collect();
    let table = moved.remove(from);
    moved.insert(to, table);
    let before: Vec<Option<isize>> = moved.iter().map(Table::position).collect();
    tables.clear();
    for (mut table, above) in moved.into_iter().zip(above) {
        let prefix = above + parted(&table).1;
        table.decor_mut().set_prefix(prefix);
        tables.push(table);
    }
    in_order(tables);
    for (table, before) in tables.iter_mut().zip(before) {
        if table.position() != before {
            gather(table);
        }
    }
}

/// Tables are written by their positions in the file, so those of a list must rise.
pub(super) fn in_order(tables: &mut ArrayOfTables) {
    let mut positions: Vec<isize> = tables.iter().filter_map(Table::position).collect();
    positions.sort_unstable();
    let last = positions.last().copied();
    let mut positions = positions.into_iter();
    for table in tables.iter_mut() {
        table.set_position(positions.next().or(last));
    }
}

/// Tables without a position are written behind the one that they are in.
fn gather(table: &mut Table) {
    let loosen = |inner: &mut Table| {
        inner.set_position(None);
        gather(inner);
    };
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(inner) => loosen(inner),
            Item::ArrayOfTables(inner) => inner.iter_mut().for_each(loosen),
            Item::None | Item::Value(_) => {}
        }
    }
}

/// What stands above a table: as far as the last blank line, and what is about the table itself.
fn parted(table: &Table) -> (&str, &str) {
    let prefix = table
        .decor()
        .prefix()
        .and_then(|prefix| prefix.as_str())
        .unwrap_or_default();
    let own: usize = prefix
        .split_inclusive('\n')
        .rev()
        .take_while(|line| !line.trim().is_empty())
        .map(str::len)
        .sum();
    prefix
        .split_at_checked(prefix.len().saturating_sub(own))
        .unwrap_or((prefix, ""))
}

/// Takes a table out with the comment right above it, and gives what stands further above, unless the next table could
/// take it over.
pub(super) fn remove(accounts: &mut ArrayOfTables, at: usize) -> String {
    let table = accounts.remove(at);
    let above = table
        .decor()
        .prefix()
        .and_then(|prefix| prefix.as_str())
        .unwrap_or_default();
    // A blank line parts what was said of the account from what was said of the file.
    let Some((above, _)) = above.rsplit_once("\n\n").filter(|(above, _)| !above.trim().is_empty()) else {
        return String::new();
    };
    match accounts.get_mut(at) {
        Some(next) => {
            let own = next
                .decor()
                .prefix()
                .and_then(|prefix| prefix.as_str())
                .unwrap_or_default();
            let joined = format!("{above}\n\n{}", own.trim_start_matches('\n'));
            next.decor_mut().set_prefix(joined);
            String::new()
        }
        None => format!("{above}\n\n"),
    }
}

pub(super) fn position(accounts: &ArrayOfTables, jid: &str) -> Option<usize> {
    accounts.iter().position(|table| {
        let written = table.get("jid").and_then(Item::as_str).and_then(bare_jid);
        written.is_some_and(|written| written.as_str() == jid)
    })
}

/// Makes `table` say `account`, and touches only keys whose meaning changes.
fn write_account(table: &mut Table, account: &Account) -> Result<(), ConfigError> {
    // An account that was left out for a flaw is written anew, key by key.
    let old = toml_edit::de::from_document::<Account>(DocumentMut::from(table.clone())).ok();
    let known = old.and_then(|old| checked(old).ok());
    write(table, known.as_ref(), &Account::new(""), account)
}

/// Makes `table` say `wanted`, and touches only keys whose meaning changes. `known` is what it says, if it can be read;
/// keys at their `default` that aren't there are left out.
pub(super) fn write<T: Serialize>(
    table: &mut Table,
    known: Option<&T>,
    default: &T,
    wanted: &T,
) -> Result<(), ConfigError> {
    let after = toml_edit::ser::to_document(wanted)?;
    let surplus: Vec<String> = table
        .iter()
        .map(|(key, _)| key.to_owned())
        .filter(|key| !after.contains_key(key))
        .collect();
    for key in surplus {
        table.remove(&key);
    }
    write_values(table, known, default, wanted)
}

/// The same for a table that holds other things as well: they stay.
pub(super) fn write_values<T: Serialize>(
    table: &mut Table,
    known: Option<&T>,
    default: &T,
    wanted: &T,
) -> Result<(), ConfigError> {
    let default = toml_edit::ser::to_document(default)?;
    let before = known.map(toml_edit::ser::to_document).transpose()?;
    let after = toml_edit::ser::to_document(wanted)?;
    let meaning = |document: &DocumentMut, key: &str| document.get(key).map(|item| item.to_string().trim().to_owned());

    for (key, item) in after.iter() {
        let wanted = meaning(&after, key);
        let same = match table.contains_key(key) {
            true => before.as_ref().is_some_and(|before| meaning(before, key) == wanted),
            false => meaning(&default, key) == wanted,
        };
        if let (false, Some(value)) = (same, item.as_value()) {
            set(table, key, value.clone());
        }
    }
    Ok(())
}

fn set(table: &mut Table, key: &str, mut value: Value) {
    match (table.get_mut(key), &mut value) {
        (Some(Item::Value(Value::Array(old))), Value::Array(new)) => update_array(old, new),
        (Some(Item::Value(old)), _) => {
            // With it stands the comment behind the value.
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        (Some(Item::ArrayOfTables(old)), Value::Array(new)) => update_tables(old, new),
        (Some(old), _) => {
            let comment = old.as_table().map(comment_above).unwrap_or_default();
            *old = Item::Value(value);
            if let Some(mut key) = table.key_mut(key) {
                *key.leaf_decor_mut() = Decor::new(comment, " ");
            }
        }
        (None, _) => {
            if let Value::Array(new) = &mut value {
                lay_out(new);
            }
            table.insert(key, Item::Value(value));
        }
    }
}

/// What stands above a table's header, or above its first key where it has none (`password.file = …`).
fn comment_above(table: &Table) -> String {
    let first_key = table.iter().next().and_then(|(name, _)| table.key(name));
    let decor = match first_key {
        Some(key) if table.is_dotted() => key.leaf_decor(),
        _ => table.decor(),
    };
    let above = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    above.trim_start_matches('\n').to_owned()
}

/// A value without its looks.
fn plain(value: Value) -> Option<toml::Value> {
    toml::Value::deserialize(value.into_deserializer()).ok()
}

/// Which of `new` are not among `old`.
fn missing(old: &[Option<toml::Value>], new: &Array) -> Vec<Value> {
    new.iter()
        .filter(|value| !old.contains(&plain((*value).clone())))
        .cloned()
        .collect()
}

/// Brings an array to `new`, and leaves the elements that stay as they are written.
fn update_array(old: &mut Array, new: &mut Array) {
    let wanted: Vec<_> = new.iter().cloned().map(plain).collect();
    old.retain(|value| wanted.contains(&plain(value.clone())));
    let last = old
        .iter()
        .last()
        .and_then(|value| value.decor().prefix()?.as_str())
        .unwrap_or(" ");
    // On a line of its own if the others are.
    let prefix = last
        .rsplit_once('\n')
        .map_or_else(|| " ".to_owned(), |(_, indent)| format!("\n{indent}"));
    let kept: Vec<_> = old.iter().cloned().map(plain).collect();
    for mut value in missing(&kept, new) {
        value
            .decor_mut()
            .set_prefix(if old.is_empty() { "" } else { prefix.as_str() });
        value.decor_mut().set_suffix("");
        old.push_formatted(value);
    }
    if old.iter().cloned().map(plain).ne(wanted) {
        lay_out(new);
        let decor = old.decor().clone();
        *old = new.clone();
        *old.decor_mut() = decor;
    }
}

/// The same for elements written as tables of their own.
fn update_tables(old: &mut ArrayOfTables, new: &Array) {
    let inline = |table: &Table| plain(Value::InlineTable(table.clone().into_inline_table()));
    let wanted: Vec<_> = new.iter().cloned().map(plain).collect();
    old.retain(|table| wanted.contains(&inline(table)));
    let kept: Vec<_> = old.iter().map(inline).collect();
    for value in missing(&kept, new) {
        if let Value::InlineTable(table) = value {
            old.push(table.into_table());
        }
    }
}

/// Several tables in an array stand on a line each.
fn lay_out(array: &mut Array) {
    if array.len() > 1 && array.iter().all(Value::is_inline_table) {
        for value in array.iter_mut() {
            value.decor_mut().set_prefix("\n    ");
            value.decor_mut().set_suffix("");
        }
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
}
