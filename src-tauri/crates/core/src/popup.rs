//! A popup as decided: plain text, what can be done from it, and which rows it settles.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::act::Act;
use crate::event::{Event, Kind};
use crate::policy::{Cause, Hush};
use crate::view::Row;

/// How much a popup tells.
/// The later ones tell less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
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

impl Privacy {
    /// Its name everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Sender => "sender",
            Self::Count => "count",
        }
    }
}

/// What a person can do from a popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PopupAction {
    /// Open that message, or the feed.
    Open,
    /// Mark its rows read.
    MarkRead,
    /// Put its rows off for an hour.
    Snooze,
    /// Show no more popups of its sender.
    Mute,
    /// Do something with its messages in their mailbox.
    Act(Act),
    /// Take back what the popup says was done.
    Undo,
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
    /// Whether it waits while the desktop isn't to be disturbed.
    pub heeds_do_not_disturb: bool,
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
    /// A person closed it. Never marks mail read.
    Dismissed,
    /// It ran out, or was taken away.
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
    Pause,
    /// They came during quiet hours.
    QuietHours,
    /// They came while the desktop wasn't to be disturbed.
    DoNotDisturb,
    /// They had been put off until now.
    Snoozed,
}

impl Occasion {
    /// The occasion of the summary at the end of a quiet.
    pub const fn after(hush: Hush) -> Self {
        match hush {
            Hush::Paused { .. } => Self::Pause,
            Hush::QuietHours { .. } => Self::QuietHours,
            Hush::DoNotDisturb => Self::DoNotDisturb,
        }
    }

    /// Why a row that is told on this occasion is told so.
    pub const fn cause(self) -> Cause {
        match self {
            Self::Burst => Cause::Burst,
            Self::Away => Cause::Away,
            Self::Pause | Self::QuietHours | Self::DoNotDisturb => Cause::AfterQuiet,
            Self::Snoozed => Cause::Snoozed,
        }
    }
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

/// Title and body for many rows, each with how much may be told of it.
pub fn words_for_many<'a>(
    rows: impl Iterator<Item = (&'a Row, Privacy)> + Clone,
    occasion: Occasion,
) -> (String, String) {
    let count = rows.clone().filter(|(r, _)| r.event.kind == Kind::New).count();
    let mails = match count {
        0 => "mailboxes changed".to_owned(),
        1 => "1 new mail".to_owned(),
        n => format!("{n} new mails"),
    };
    let title = match occasion {
        Occasion::Burst => mails,
        Occasion::Away => format!("While you were away: {mails}"),
        Occasion::Pause => format!("During the pause: {mails}"),
        Occasion::QuietHours => format!("During quiet hours: {mails}"),
        Occasion::DoNotDisturb => format!("While you weren't disturbed: {mails}"),
        Occasion::Snoozed => format!("Put off until now: {mails}"),
    };
    let (mut told, mut seen) = (Vec::new(), HashSet::new());
    for name in rows
        .filter(|(_, privacy)| *privacy != Privacy::Count)
        .filter_map(|(r, _)| sender(&r.event))
    {
        if seen.insert(name) && told.len() < NAMES_TOLD {
            told.push(name);
        }
    }
    let body = told.join(", ");
    let body = match seen.len().saturating_sub(told.len()) {
        0 => body,
        more => format!("{body} and {more} more"),
    };
    (title, body)
}

/// Title and body once a row's sender was muted.
pub fn words_for_muted(row: &Row) -> (String, String) {
    let who = sender(&row.event).unwrap_or("The sender");
    (
        format!("Muted: {who}"),
        "New mail from there still counts as unread; it raises no popup.".to_owned(),
    )
}

/// Title and body where something chosen at a popup couldn't be done with its rows.
pub fn words_for_undone(act: Act, rows: &[Row], why: &str) -> (String, String) {
    let what = match act {
        Act::Read => "Not marked read",
        Act::Unread => "Not marked unread",
        Act::Archive => "Not archived",
        Act::Delete => "Not deleted",
        Act::Junk => "Not moved to junk",
    };
    let title = match rows {
        [] => what.to_owned(),
        [row] => match sender(&row.event) {
            Some(who) => format!("{what}: {who}"),
            None => what.to_owned(),
        },
        rows => format!("{what}: {} mails", rows.len()),
    };
    (title, why.to_owned())
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
