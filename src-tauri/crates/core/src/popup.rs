//! A popup as decided: plain text, what can be done from it, and which rows it settles.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::event::{Event, Kind};
use crate::view::Row;

/// How much a popup tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Sender, subject and snippet.
    #[default]
    Full,
    /// The sender alone.
    Sender,
    /// That mail arrived, and how much.
    Count,
}

/// What a person can do from a popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PopupAction {
    /// Open that message, or the feed.
    Open,
    /// Mark its rows read.
    MarkRead,
}

/// A popup. Title and body are plain text: whoever shows it escapes what the daemon would interpret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Popup {
    /// Ours, not the daemon's; the same id replaces in place.
    pub id: u64,
    /// First line.
    pub title: String,
    /// Further lines; may be empty.
    pub body: String,
    /// What can be done from it.
    pub actions: Vec<PopupAction>,
    /// Whether it may be heard: a replacement isn't a new popup.
    pub sound: bool,
    /// Rows that owe no popup any longer once this one was shown.
    pub settles: Vec<i64>,
}

/// What became of a popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PopupEvent {
    /// [`Popup::id`].
    pub id: u64,
    /// What happened.
    pub kind: PopupEventKind,
}

/// What can happen to a popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopupEventKind {
    /// A person chose an action.
    Action(PopupAction),
    /// It was dismissed, or ran out. Never marks mail read.
    Closed,
}

/// Why many mails are told by one popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// They came faster than is told one by one.
    Burst,
    /// They were missed while not connected.
    Away,
    /// They came during a pause.
    Quiet,
}

/// Title and body for one row.
pub fn words_for_row(row: &Row, account: Option<&str>, privacy: Privacy) -> (String, String) {
    let event = &row.event;
    if event.kind == Kind::Changed {
        let mailbox = event.mailbox.as_deref().or(event.node.as_deref()).unwrap_or("Mailbox");
        return (format!("{mailbox} changed"), account.unwrap_or(&row.account).to_owned());
    }
    let place = place(event, account);
    let lines = match privacy {
        Privacy::Full => [event.subject.clone(), event.snippet.clone(), place],
        Privacy::Sender => [Some("New mail".to_owned()), None, place],
        Privacy::Count => [None, None, account.map(str::to_owned)],
    };
    let title = match privacy {
        Privacy::Count => "New mail".to_owned(),
        Privacy::Full | Privacy::Sender => sender(event).unwrap_or("New mail").to_owned(),
    };
    (title, lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// Title and body for many rows.
pub fn words_for_many<'a>(
    rows: impl Iterator<Item = &'a Row> + Clone,
    occasion: Occasion,
    privacy: Privacy,
) -> (String, String) {
    let count = rows.clone().filter(|r| r.event.kind == Kind::New).count();
    let changed = rows.clone().any(|r| r.event.kind == Kind::Changed);
    let mails = match (count, changed) {
        (0, _) => "mailboxes changed".to_owned(),
        (1, _) => "1 new mail".to_owned(),
        (n, _) => format!("{n} new mails"),
    };
    let title = match occasion {
        Occasion::Burst => mails,
        Occasion::Away => format!("While you were away: {mails}"),
        Occasion::Quiet => format!("During the pause: {mails}"),
    };
    if privacy == Privacy::Count {
        return (title, String::new());
    }
    let mut names: Vec<&str> = Vec::new();
    for name in rows.filter_map(|r| sender(&r.event)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMES_TOLD);
    let told = names.get(..NAMES_TOLD).unwrap_or(&names).join(", ");
    let body = match more {
        0 => told,
        n => format!("{told} and {n} more"),
    };
    (title, body)
}

/// A grouped popup names so many senders, then counts.
const NAMES_TOLD: usize = 4;

fn sender(event: &Event) -> Option<&str> {
    let from = event.from.as_ref()?;
    from.name.as_deref().or(from.address.as_deref())
}

/// Account and folder, where there are several accounts or it isn't the inbox.
fn place(event: &Event, account: Option<&str>) -> Option<String> {
    let folder = event.mailbox.as_deref().filter(|m| !m.eq_ignore_ascii_case("inbox"));
    match (account, folder) {
        (Some(account), Some(folder)) => Some(format!("{account} / {folder}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}
