//! The tray: what it shows, as a pure function of the status, and the StatusNotifierItem that shows it.

use std::fmt;

use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime};
use mailwren_core::event::{Event, Kind};
use mailwren_core::policy::Hush;
use mailwren_core::view::{AccountStatus, LinkState, Row, Status, TrayShape};
use mailwren_core::words::Words;
use tokio::sync::mpsc;

use crate::text;

#[cfg(target_os = "linux")]
mod item;
#[cfg(target_os = "linux")]
pub use item::{SessionBus, TrayError, TrayHandle};

/// The menu lists at most so many mails.
pub const MENU_MAILS: usize = 5;
/// A mail's menu label has at most so many characters.
const LABEL_CHARS: usize = 64;
/// Of these the sender takes at most so many.
const SENDER_CHARS: usize = 24;
/// The tooltip names at most so many accounts.
const TOOLTIP_ACCOUNTS: usize = 8;
/// So near, a time of day says which day.
const NEAR: SignedDuration = SignedDuration::from_hours(12);
/// When a day begins for [`PauseFor::UntilTomorrow`].
const MORNING_HOUR: i8 = 7;

/// Where the icon is put, as the system has it.
pub trait Place: Sync {
    /// The icon; dropping it takes it away.
    type Icon: Icon;
    /// Why there is no tray.
    type Error: fmt::Display + Send;

    /// Puts the icon into the tray. What a person chooses comes through `actions`; a choice that doesn't fit into the
    /// channel is lost.
    fn show(
        &self,
        view: TrayView,
        actions: mpsc::Sender<TrayAction>,
    ) -> impl Future<Output = Result<Self::Icon, Self::Error>> + Send;
}

/// The icon in the tray.
pub trait Icon: Send + Sync {
    /// Shows a new view; does nothing when it equals the present one.
    fn update(&self, view: TrayView) -> impl Future<Output = ()> + Send;
}

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

/// What the tray shows when things stand so, in a language. `newest` are the feed's newest rows, newest first.
pub fn tray_view(status: &Status, newest: &[Row], now: &ZonedDateTime, words: &Words) -> TrayView {
    let on: Vec<&AccountStatus> = status
        .accounts
        .iter()
        .filter(|a| a.link != LinkState::Disabled)
        .collect();
    let said = Speaker { words, now };
    let mut lines: Vec<String> = on.iter().take(TOOLTIP_ACCOUNTS).map(|a| said.account(a)).collect();
    if on.is_empty() {
        lines.push(words.word("tray-none"));
    } else if let more @ 1.. = on.len().saturating_sub(TOOLTIP_ACCOUNTS) {
        lines.push(words.say("tray-more", [("n", more.into())]));
    }
    lines.extend(status.pause.map(|p| said.pause(p.until)));
    lines.extend(status.hush.and_then(|hush| said.hush(hush)));
    TrayView {
        shape: status.tray_shape(),
        unread: status.unread,
        title: words.say("tray-title", [("n", status.unread.into())]),
        lines,
        menu: said.menu(status, newest),
    }
}

/// What is said in a language at an instant.
struct Speaker<'a> {
    words: &'a Words,
    now: &'a ZonedDateTime,
}

impl Speaker<'_> {
    fn menu(&self, status: &Status, newest: &[Row]) -> Vec<Entry> {
        let item = |id: &str, action| Entry::Item {
            label: self.words.word(id),
            action,
        };
        let mut entries: Vec<Entry> = newest
            .iter()
            .filter(|r| matches!(r.event.kind, Kind::New | Kind::Changed) && r.gone_at.is_none())
            .take(MENU_MAILS)
            .map(|r| Entry::Item {
                label: self.mail(r),
                action: TrayAction::OpenMail { seq: r.seq },
            })
            .collect();
        if !entries.is_empty() {
            entries.push(Entry::Separator);
        }
        entries.push(item("tray-open", TrayAction::OpenFeed));
        if status.unread > 0 {
            entries.push(item("menu-all-read", TrayAction::MarkAllRead));
        }
        entries.push(match status.pause {
            Some(pause) => Entry::Item {
                label: self.resume(pause.until),
                action: TrayAction::Resume,
            },
            None => Entry::Submenu {
                label: self.words.word("tray-pause"),
                entries: vec![
                    item("pause-hour", TrayAction::Pause(PauseFor::Hour)),
                    item("pause-tomorrow", TrayAction::Pause(PauseFor::UntilTomorrow)),
                    item("pause-open", TrayAction::Pause(PauseFor::UntilResumed)),
                ],
            },
        });
        entries.push(Entry::Separator);
        entries.push(item("settings", TrayAction::OpenSettings));
        entries.push(item("tray-quit", TrayAction::Quit));
        entries
    }

    /// Sender and subject, or what else is known.
    fn mail(&self, row: &Row) -> String {
        let Event {
            from,
            subject,
            mailbox,
            kind,
            ..
        } = &row.event;
        if *kind == Kind::Changed {
            let mailbox = mailbox.as_deref().map(|m| text::line(m, SENDER_CHARS));
            let mailbox = mailbox.unwrap_or_else(|| self.words.word("popup-mailbox"));
            let what = self.words.say("row-changed", [("box", mailbox.into())]);
            let account = text::line(&row.account, LABEL_CHARS);
            let args = [("what", what.into()), ("account", account.into())];
            return text::title(&self.words.say("tray-changed", args), LABEL_CHARS);
        }
        let sender = from.as_ref().and_then(|f| f.name.as_deref().or(f.address.as_deref()));
        let sender = sender.map(|s| text::line(s, SENDER_CHARS)).filter(|s| !s.is_empty());
        let left = LABEL_CHARS - sender.as_ref().map_or(0, |s| s.chars().count() + 2);
        let subject = subject
            .as_deref()
            .map(|s| text::line(s, left))
            .filter(|s| !s.is_empty());
        let none = || format!("({})", self.words.word("row-no-subject"));
        let subject = subject.map_or_else(none, |s| text::isolated(&s));
        match sender {
            Some(sender) => format!("{}: {subject}", text::isolated(&sender)),
            None => subject,
        }
    }

    fn account(&self, account: &AccountStatus) -> String {
        let state = match account.link {
            LinkState::Connected => self.connected(account),
            LinkState::Connecting => self.words.word("link-connecting"),
            LinkState::Offline => match account.next_try {
                Some(at) if at > self.now.timestamp() => {
                    let next = self.words.say("tray-next-try", [("time", self.moment(at).into())]);
                    let state = self.words.word("link-offline");
                    self.words
                        .say("tray-offline", [("state", state.into()), ("next", next.into())])
                }
                _ => self.words.word("link-offline"),
            },
            LinkState::Error => match &account.trouble {
                Some(trouble) => text::line(&trouble.message.told(self.words), 100),
                None => self.words.word("link-error"),
            },
            LinkState::Disabled => self.words.word("link-disabled"),
        };
        let label = text::line(&account.label, 40);
        let args = [
            ("label", label.into()),
            ("state", state.into()),
            ("n", account.unread.into()),
        ];
        match account.unread {
            0 => self.words.say("tray-account", args),
            _ => self.words.say("tray-account-unread", args),
        }
    }

    /// The trouble if there is one, else when the proofs were: how old they are would have to be told anew all the time.
    fn connected(&self, account: &AccountStatus) -> String {
        if let Some(trouble) = &account.trouble {
            return text::line(&trouble.message.told(self.words), 100);
        }
        let time = |at| ("time", self.moment(at).into());
        let proof = if account.xmpp {
            "tray-proof"
        } else {
            "tray-proof-mailbox"
        };
        let push = match account.proven_at {
            Some(at) => self.words.say(proof, [time(at)]),
            None => self.words.word("link-connected"),
        };
        match account.publisher_at {
            Some(at) => self.words.say("tray-proof-both", [("push", push.into()), time(at)]),
            None => push,
        }
    }

    fn pause(&self, until: Option<Timestamp>) -> String {
        match until {
            Some(at) => self.words.say("paused-until", [("time", self.clock(at).into())]),
            None => self.words.word("paused-open"),
        }
    }

    /// Why it is quiet without a pause.
    fn hush(&self, hush: Hush) -> Option<String> {
        match hush {
            Hush::Paused { .. } => None,
            Hush::QuietHours { until } => Some(self.words.say("hush-quiet", [("time", self.clock(until).into())])),
            Hush::DoNotDisturb => Some(self.words.word("hush-dnd")),
        }
    }

    fn resume(&self, until: Option<Timestamp>) -> String {
        match until {
            Some(at) => self.words.say("tray-resume-until", [("time", self.clock(at).into())]),
            None => self.words.word("pause-resume"),
        }
    }

    /// The time of day, with the weekday when it isn't today.
    fn clock(&self, at: Timestamp) -> String {
        let at = at.to_zoned_datetime(self.now.time_zone().clone());
        let time = time_of_day(&at);
        if at.date() == self.now.date() {
            return time;
        }
        let day = at.weekday().to_monday_one_offset();
        let day = self.words.say("weekday", [("n", day.into())]);
        self.words
            .say("tray-time", [("day", day.into()), ("time", time.into())])
    }

    /// The same for what is near: the time of day, unless there could be a doubt which.
    fn moment(&self, at: Timestamp) -> String {
        if self.now.timestamp().duration_since(at).abs() < NEAR {
            return time_of_day(&at.to_zoned_datetime(self.now.time_zone().clone()));
        }
        self.clock(at)
    }
}

fn time_of_day(at: &ZonedDateTime) -> String {
    at.strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests;
