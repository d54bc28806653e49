//! A popup as decided: plain text, what can be done from it, and which rows it settles.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::act::Act;
use crate::event::{Event, Kind};
use crate::policy::{Cause, Hush};
use crate::popups::OneOfMany;
use crate::said::Said;
use crate::view::Row;
use crate::words::Words;

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

impl PopupAction {
    /// What its button says.
    pub fn label(self, words: &Words) -> String {
        match self {
            Self::Open => words.word("popup-open"),
            Self::MarkRead => words.word("mark-read"),
            Self::Snooze => words.word("popup-snooze"),
            Self::Mute => words.word("popup-mute"),
            Self::Act(Act::Read) => words.word("mark-read"),
            Self::Act(Act::Unread) => words.word("mark-unread"),
            Self::Act(Act::Archive) => words.word("archive"),
            Self::Act(Act::Delete) => words.word("delete"),
            Self::Act(Act::Junk) => words.word("junk"),
            Self::Undo => words.word("undo"),
        }
    }
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
    /// The language of it.
    pub words: Words,
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
pub fn words_for_row(row: &Row, account: Option<&str>, privacy: Privacy, words: &Words) -> (String, String) {
    let event = &row.event;
    if event.kind == Kind::Changed {
        let mailbox = event.mailbox.as_deref().or(event.node.as_deref());
        let mailbox = mailbox.map_or_else(|| words.word("popup-mailbox"), str::to_owned);
        let title = words.say("row-changed", [("box", mailbox.into())]);
        return (title, account.unwrap_or(&row.account).to_owned());
    }
    let new = || words.word("popup-new");
    let place = place(event, account);
    let lines = match privacy {
        Privacy::Full => [event.subject.clone(), event.snippet.clone(), place],
        Privacy::Sender => [Some(new()), None, place],
        Privacy::Count => [None, None, account.map(str::to_owned)],
    };
    let title = match privacy {
        Privacy::Count => None,
        Privacy::Full | Privacy::Sender => sender(event),
    };
    let body = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
    (title.map_or_else(new, str::to_owned), body)
}

/// Title and body for many rows, each with how much may be told of it.
pub fn words_for_many<'a>(
    rows: impl Iterator<Item = (OneOfMany<'a>, Privacy)> + Clone,
    occasion: Occasion,
    words: &Words,
) -> (String, String) {
    let count = rows.clone().filter(|(one, _)| one.new).count();
    let mails = words.say("mails-new", [("n", count.into())]);
    let told_of = |mails: String| [("mails", mails.into())];
    let title = match occasion {
        Occasion::Burst => mails,
        Occasion::Away => words.say("popup-away", told_of(mails)),
        Occasion::Pause => words.say("popup-pause", told_of(mails)),
        Occasion::QuietHours => words.say("popup-quiet", told_of(mails)),
        Occasion::DoNotDisturb => words.say("popup-dnd", told_of(mails)),
        Occasion::Snoozed => words.say("popup-snoozed", told_of(mails)),
    };
    let (mut told, mut seen) = (Vec::new(), HashSet::new());
    for name in rows
        .filter(|(_, privacy)| *privacy != Privacy::Count)
        .filter_map(|(one, _)| one.who)
    {
        if seen.insert(name) && told.len() < NAMES_TOLD {
            told.push(name);
        }
    }
    let body = told.join(&words.word("names-between"));
    let body = match seen.len().saturating_sub(told.len()) {
        0 => body,
        more => words.say("away-who-more", [("names", body.into()), ("n", more.into())]),
    };
    (title, body)
}

/// Title and body once a row's sender was muted.
pub fn words_for_muted(row: &Row, words: &Words) -> (String, String) {
    let title = match sender(&row.event) {
        Some(who) => words.say("popup-muted", [("who", who.into())]),
        None => words.word("popup-muted-somebody"),
    };
    (title, words.word("popup-muted-says"))
}

/// Title and body of a popup that shows how popups look.
pub fn words_for_sample(privacy: Privacy, words: &Words) -> (String, String) {
    match privacy {
        Privacy::Full => (words.word("sample-sender"), words.word("sample-subject")),
        Privacy::Sender => (words.word("sample-sender"), words.word("popup-new")),
        Privacy::Count => (words.word("popup-new"), String::new()),
    }
}

/// Title and body once something chosen at a popup was done with its rows.
pub fn words_for_done(act: Act, rows: &[Row], words: &Words) -> (String, String) {
    let title = words.word(match act {
        Act::Read | Act::Unread | Act::Archive => "popup-archived",
        Act::Delete => "popup-deleted",
        Act::Junk => "popup-junk",
    });
    let body = match rows {
        [] => String::new(),
        [row] => sender(&row.event).unwrap_or_default().to_owned(),
        rows => words.say("popup-mails", [("n", rows.len().into())]),
    };
    (title, body)
}

/// Title and body where something chosen at a popup couldn't be done with its rows.
pub fn words_for_undone(act: Act, rows: &[Row], why: &Said, words: &Words) -> (String, String) {
    let what = words.word(match act {
        Act::Read => "popup-not-read",
        Act::Unread => "popup-not-unread",
        Act::Archive => "popup-not-archived",
        Act::Delete => "popup-not-deleted",
        Act::Junk => "popup-not-junk",
    });
    let of = match rows {
        [] => None,
        [row] => sender(&row.event).map(str::to_owned),
        rows => Some(words.say("popup-mails", [("n", rows.len().into())])),
    };
    let title = match of {
        Some(of) => words.say("popup-undone", [("what", what.into()), ("of", of.into())]),
        None => what,
    };
    (title, why.told(words))
}

/// A grouped popup names so many senders, then counts.
const NAMES_TOLD: usize = 4;

/// Who sent it, as popups say it: the name, else the address.
pub(crate) fn sender(event: &Event) -> Option<&str> {
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
