//! The folders of a mailbox, and what they are for.

use mailwren_core::act::Act;

use super::client::{Client, Io};
use super::response::{Folder, Role, Told};
use super::wire::USUAL;
use super::{ImapError, names};

/// So many folders are looked at.
const MOST: usize = 10_000;

/// All folders of a mailbox.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    all: Vec<Folder>,
    delimiter: Option<char>,
}

impl Folders {
    /// Asks for them.
    pub(crate) async fn list<S: Io>(client: &mut Client<S>) -> Result<Self, ImapError> {
        let mut all = Vec::new();
        let mut take = |told| {
            if let Told::Folder(folder) = told
                && all.len() < MOST
            {
                all.push(folder);
            }
        };
        let mut listed = false;
        if client.can("SPECIAL-USE") {
            let command = "LIST \"\" \"*\" RETURN (SPECIAL-USE)";
            listed = client.try_command(command, USUAL, &mut take).await?.condition == super::response::Condition::Ok;
        }
        if !listed {
            client.command("LIST", "LIST \"\" \"*\"", USUAL, take).await?;
        }
        let delimiter = all.iter().find_map(|folder: &Folder| folder.delimiter);
        Ok(Self { all, delimiter })
    }

    /// The name on the wire of a folder that is named with `/` between levels.
    pub(crate) fn on_the_wire(&self, folder: &str) -> String {
        names::on_the_wire(folder, self.delimiter)
    }

    /// The same as an argument.
    pub(crate) fn argument(&self, folder: &str) -> Result<String, ImapError> {
        names::quoted(&self.on_the_wire(folder)).ok_or_else(|| ImapError::Name(folder.to_owned()))
    }

    /// Whether messages can be in the folder with this name on the wire.
    pub(crate) fn has(&self, wire: &str) -> bool {
        self.all.iter().any(|folder| folder.selectable && folder.name == wire)
    }

    /// The names of those that messages can be in, with `/` between levels.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let there = self.all.iter().filter(|folder| folder.selectable);
        there.map(|folder| self.readable(&folder.name))
    }

    /// The name with `/` between levels.
    fn readable(&self, wire: &str) -> String {
        names::readable(wire, self.delimiter)
    }

    /// Where messages go by an act: the folder that the server says is for that, or one with a usual name, or a name for
    /// one to be made; with `/` between levels.
    pub(super) fn goal(&self, act: Act) -> Option<Goal> {
        let (roles, usual): (&[Role], &[&str]) = match act {
            Act::Read | Act::Unread => return None,
            Act::Archive => (
                &[Role::Archive, Role::All],
                &["archive", "archives", "archiv", "all mail"],
            ),
            Act::Delete => (
                &[Role::Trash],
                &[
                    "trash",
                    "deleted items",
                    "deleted messages",
                    "deleted",
                    "bin",
                    "papierkorb",
                ],
            ),
            Act::Junk => (
                &[Role::Junk],
                &["junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk mail"],
            ),
        };
        let folders = || self.all.iter().filter(|folder| folder.selectable);
        let by_role = roles
            .iter()
            .find_map(|role| folders().find(|folder| folder.role == Some(*role)));
        let by_name = || {
            usual.iter().find_map(|usual| {
                folders().find(|folder| {
                    let name = self.readable(&folder.name).to_lowercase();
                    name.strip_prefix("inbox/").unwrap_or(&name) == *usual
                })
            })
        };
        if let Some(folder) = by_role.or_else(by_name) {
            return Some(Goal::There(self.readable(&folder.name)));
        }
        let (name, role) = match act {
            Act::Archive => ("Archive", "\\Archive"),
            Act::Junk => ("Junk", "\\Junk"),
            _ => ("Trash", "\\Trash"),
        };
        let name = if self.all_in_inbox() {
            format!("INBOX/{name}")
        } else {
            name.to_owned()
        };
        Some(Goal::ToMake(name, role))
    }

    /// Whether this server has all folders below INBOX.
    fn all_in_inbox(&self) -> bool {
        let mut others = self.all.iter().filter(|folder| folder.name != "INBOX").peekable();
        others.peek().is_some() && others.all(|folder| self.readable(&folder.name).starts_with("INBOX/"))
    }
}

/// Where messages go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// A folder that is there.
    There(String),
    /// One that has to be made, and what it is for.
    ToMake(String, &'static str),
}

/// Makes a folder; that it is there already is as good.
pub(super) async fn make<S: Io>(client: &mut Client<S>, argument: &str, role: &str) -> Result<(), ImapError> {
    let mut command = format!("CREATE {argument}");
    if client.can("CREATE-SPECIAL-USE") {
        command.push_str(&format!(" (USE ({role}))"));
    }
    let made = client.try_command(&command, USUAL, |_| {}).await?;
    if !matches!(made.code, Some(super::response::Code::Other(ref code)) if code == "ALREADYEXISTS")
        && made.condition != super::response::Condition::Ok
    {
        let text = made.text;
        return Err(ImapError::Refused { what: "CREATE", text });
    }
    // Other mail clients show what is subscribed to.
    client
        .try_command(&format!("SUBSCRIBE {argument}"), USUAL, |_| {})
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folders(delimiter: char, names: &[(&str, Option<Role>)]) -> Folders {
        let folder = |(name, role): &(&str, Option<Role>)| Folder {
            name: (*name).to_owned(),
            delimiter: Some(delimiter),
            selectable: true,
            role: *role,
        };
        Folders {
            all: names.iter().map(folder).collect(),
            delimiter: Some(delimiter),
        }
    }

    #[test]
    fn messages_go_where_the_server_says_or_to_a_usual_name_or_to_a_new_folder() {
        let there = |name: &str| Some(Goal::There(name.to_owned()));
        let marked = folders(
            '/',
            &[
                ("INBOX", None),
                ("Trash", None),
                ("Alt", Some(Role::Trash)),
                ("[Gmail]/All", Some(Role::All)),
            ],
        );
        assert_eq!(marked.goal(Act::Delete), there("Alt"));
        assert_eq!(marked.goal(Act::Archive), there("[Gmail]/All"));
        assert_eq!(marked.goal(Act::Junk), Some(Goal::ToMake("Junk".to_owned(), "\\Junk")));
        assert_eq!(marked.goal(Act::Read), None);
        let below = folders('.', &[("INBOX", None), ("INBOX.Spam", None), ("INBOX.Sent", None)]);
        assert_eq!(below.goal(Act::Junk), there("INBOX/Spam"));
        assert_eq!(
            below.goal(Act::Archive),
            Some(Goal::ToMake("INBOX/Archive".to_owned(), "\\Archive"))
        );
        assert_eq!(below.argument("INBOX/Archive").unwrap(), "\"INBOX.Archive\"");
    }
}
