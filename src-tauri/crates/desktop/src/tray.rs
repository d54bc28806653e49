//! The tray: what it shows, as a pure function of the status, and the StatusNotifierItem that shows it.

use jiff::{Span, Timestamp, ZonedDateTime};
use mailwren_core::event::{Event, Kind};
use mailwren_core::policy::Hush;
use mailwren_core::view::{AccountStatus, LinkState, Row, Status, TrayShape};

use crate::text;

#[cfg(target_os = "linux")]
mod item;
#[cfg(target_os = "linux")]
pub use item::{Tray, TrayError, TrayHandle};

/// The menu lists at most so many mails.
pub const MENU_MAILS: usize = 5;
/// A mail's menu label has at most so many characters.
const LABEL_CHARS: usize = 64;
/// Of these the sender takes at most so many.
const SENDER_CHARS: usize = 24;
/// The tooltip names at most so many accounts.
const TOOLTIP_ACCOUNTS: usize = 8;
/// When a day begins for [`PauseFor::UntilTomorrow`].
const MORNING_HOUR: i8 = 7;

/// What a person asked for at the tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrayAction {
    /// Show the feed.
    OpenFeed,
    /// Show the feed at a row.
    OpenMail {
        /// [`Row::seq`].
        seq: i64,
    },
    /// Mark everything read.
    MarkAllRead,
    /// Keep quiet.
    Pause(PauseFor),
    /// End the pause.
    Resume,
    /// Show the settings.
    OpenSettings,
    /// End Mailwren.
    Quit,
}

/// How long to keep quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseFor {
    /// For an hour.
    Hour,
    /// Until seven on the next day.
    UntilTomorrow,
    /// Until resumed.
    UntilResumed,
}

impl PauseFor {
    /// When a pause that begins now ends; `None` until resumed.
    pub fn until(self, now: &ZonedDateTime) -> Option<Timestamp> {
        match self {
            Self::Hour => now.checked_add(Span::new().hours(1)).ok().map(|z| z.timestamp()),
            Self::UntilTomorrow => now
                .date()
                .tomorrow()
                .ok()
                .and_then(|day| {
                    day.at(MORNING_HOUR, 0, 0, 0)
                        .to_zoned_datetime(now.time_zone().clone())
                        .ok()
                })
                .map(|z| z.timestamp()),
            Self::UntilResumed => None,
        }
    }
}

/// Everything the tray shows. All texts are plain; whoever shows them escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayView {
    /// The icon's shape.
    pub shape: TrayShape,
    /// The number painted into it.
    pub unread: u32,
    /// First line of the tooltip.
    pub title: String,
    /// Further lines: a line for each account.
    pub lines: Vec<String>,
    /// The menu.
    pub menu: Vec<Entry>,
}

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something to choose.
    Item {
        /// What it says.
        label: String,
        /// What it does.
        action: TrayAction,
    },
    /// A menu in the menu.
    Submenu {
        /// What it says.
        label: String,
        /// Its entries.
        entries: Vec<Entry>,
    },
    /// A line between.
    Separator,
}

/// What the tray shows when things stand so. `newest` are the feed's newest rows, newest first.
pub fn tray_view(status: &Status, newest: &[Row], now: &ZonedDateTime) -> TrayView {
    let title = match status.unread {
        0 => "Mailwren: nothing unread".to_owned(),
        n => format!("Mailwren: {n} unread"),
    };
    let on: Vec<&AccountStatus> = status
        .accounts
        .iter()
        .filter(|a| a.link != LinkState::Disabled)
        .collect();
    let mut lines: Vec<String> = on.iter().take(TOOLTIP_ACCOUNTS).map(|a| account_line(a, now)).collect();
    if on.is_empty() {
        lines.push("No account is set up".to_owned());
    } else if let more @ 1.. = on.len().saturating_sub(TOOLTIP_ACCOUNTS) {
        lines.push(format!("and {more} more"));
    }
    lines.extend(status.pause.map(|p| pause_line(p.until, now)));
    lines.extend(status.hush.and_then(|hush| hush_line(hush, now)));
    TrayView {
        shape: status.tray_shape(),
        unread: status.unread,
        title,
        lines,
        menu: menu(status, newest, now),
    }
}

fn menu(status: &Status, newest: &[Row], now: &ZonedDateTime) -> Vec<Entry> {
    let item = |label: &str, action| Entry::Item {
        label: label.to_owned(),
        action,
    };
    let mut entries: Vec<Entry> = newest
        .iter()
        .filter(|r| matches!(r.event.kind, Kind::New | Kind::Changed) && r.gone_at.is_none())
        .take(MENU_MAILS)
        .map(|r| Entry::Item {
            label: mail_label(r),
            action: TrayAction::OpenMail { seq: r.seq },
        })
        .collect();
    if !entries.is_empty() {
        entries.push(Entry::Separator);
    }
    entries.push(item("Open Mailwren", TrayAction::OpenFeed));
    if status.unread > 0 {
        entries.push(item("Mark all read", TrayAction::MarkAllRead));
    }
    entries.push(match status.pause {
        Some(pause) => Entry::Item {
            label: resume_label(pause.until, now),
            action: TrayAction::Resume,
        },
        None => Entry::Submenu {
            label: "Pause".to_owned(),
            entries: vec![
                item("For an hour", TrayAction::Pause(PauseFor::Hour)),
                item("Until tomorrow, 07:00", TrayAction::Pause(PauseFor::UntilTomorrow)),
                item("Until I resume", TrayAction::Pause(PauseFor::UntilResumed)),
            ],
        },
    });
    entries.push(Entry::Separator);
    entries.push(item("Settings", TrayAction::OpenSettings));
    entries.push(item("Quit", TrayAction::Quit));
    entries
}

/// Sender and subject, or what else is known.
fn mail_label(row: &Row) -> String {
    let Event {
        from,
        subject,
        mailbox,
        kind,
        ..
    } = &row.event;
    if *kind == Kind::Changed {
        let mailbox = mailbox.as_deref().unwrap_or("Mailbox");
        return text::line(&format!("{mailbox} changed ({})", row.account), LABEL_CHARS);
    }
    let sender = from.as_ref().and_then(|f| f.name.as_deref().or(f.address.as_deref()));
    let sender = sender.map(|s| text::line(s, SENDER_CHARS)).filter(|s| !s.is_empty());
    let left = LABEL_CHARS - sender.as_ref().map_or(0, |s| s.chars().count() + 2);
    let subject = subject
        .as_deref()
        .map(|s| text::line(s, left))
        .filter(|s| !s.is_empty());
    let subject = subject.map_or_else(|| "(no subject)".to_owned(), |s| text::isolated(&s));
    match sender {
        Some(sender) => format!("{}: {subject}", text::isolated(&sender)),
        None => subject,
    }
}

fn account_line(account: &AccountStatus, now: &ZonedDateTime) -> String {
    let state = match account.link {
        LinkState::Connected => connected(account, now),
        LinkState::Connecting => "connecting".to_owned(),
        LinkState::Offline => match account.next_try {
            Some(at) if at > now.timestamp() => format!("offline, next try {}", within(at, now)),
            _ => "offline".to_owned(),
        },
        LinkState::Error => account
            .trouble
            .as_ref()
            .map_or_else(|| "needs you".to_owned(), |t| text::line(&t.message, 100)),
        LinkState::Disabled => "switched off".to_owned(),
    };
    let label = text::line(&account.label, 40);
    match account.unread {
        0 => format!("{label}: {state}"),
        n => format!("{label}: {n} unread, {state}"),
    }
}

/// The trouble if there is one, else how old the proofs are.
fn connected(account: &AccountStatus, now: &ZonedDateTime) -> String {
    if let Some(trouble) = &account.trouble {
        return text::line(&trouble.message, 100);
    }
    let push = account
        .proven_at
        .map_or_else(|| "connected".to_owned(), |at| format!("push proven {}", ago(at, now)));
    match account.publisher_at {
        Some(at) => format!("{push}, mail server reached {}", ago(at, now)),
        None => push,
    }
}

fn pause_line(until: Option<Timestamp>, now: &ZonedDateTime) -> String {
    match until {
        Some(at) => format!("Notifications paused until {}", clock(at, now)),
        None => "Notifications paused".to_owned(),
    }
}

/// Why it is quiet without a pause.
fn hush_line(hush: Hush, now: &ZonedDateTime) -> Option<String> {
    match hush {
        Hush::Paused { .. } => None,
        Hush::QuietHours { until } => Some(format!("Quiet hours until {}", clock(until, now))),
        Hush::DoNotDisturb => Some("The desktop isn't to be disturbed".to_owned()),
    }
}

fn resume_label(until: Option<Timestamp>, now: &ZonedDateTime) -> String {
    match until {
        Some(at) => format!("Resume (paused until {})", clock(at, now)),
        None => "Resume".to_owned(),
    }
}

/// The time of day, with the weekday when it isn't today.
fn clock(at: Timestamp, now: &ZonedDateTime) -> String {
    let at = at.to_zoned_datetime(now.time_zone().clone());
    let format = if at.date() == now.date() { "%H:%M" } else { "%A, %H:%M" };
    at.strftime(format).to_string()
}

/// How long ago, in the largest unit that says enough. A stamp from the future counts as now.
fn ago(at: Timestamp, now: &ZonedDateTime) -> String {
    match seconds(at, now) {
        s @ ..60 => format!("{} s ago", s.max(0)),
        s @ 60..3600 => format!("{} min ago", s / 60),
        s @ 3600..86_400 => format!("{} h ago", s / 3600),
        s => format!("{} days ago", s / 86_400),
    }
}

fn within(at: Timestamp, now: &ZonedDateTime) -> String {
    match -seconds(at, now) {
        s @ ..60 => format!("in {} s", s.max(0)),
        s => format!("in {} min", s / 60),
    }
}

/// Whole seconds from `at` to now.
fn seconds(at: Timestamp, now: &ZonedDateTime) -> i64 {
    now.timestamp().duration_since(at).as_secs()
}

#[cfg(test)]
mod tests;
