//! What a person sets beside accounts and rules: the wire's and the configuration's form.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::popup::Privacy;
use crate::quiet::{QuietFault, QuietHours};
use crate::said::Said;

/// Everything about notifications but the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationSettings {
    /// How much a popup tells.
    pub privacy: Privacy,
    /// How much it tells at most while the screen is locked.
    pub privacy_locked: Privacy,
    /// Whether popups may be heard.
    pub sound: bool,
    /// More popups than this within the time below become one.
    pub group_above: u32,
    /// The time, in seconds.
    pub group_within_seconds: u32,
    /// Whether popups wait while the desktop isn't to be disturbed.
    pub respect_do_not_disturb: bool,
    /// When Mailwren keeps quiet.
    pub quiet: Vec<QuietHours>,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self {
            privacy: Privacy::Full,
            privacy_locked: Privacy::Count,
            sound: true,
            group_above: 5,
            group_within_seconds: 10,
            respect_do_not_disturb: true,
            quiet: Vec::new(),
        }
    }
}

impl NotificationSettings {
    /// Makes sure that they can be kept.
    ///
    /// # Errors
    /// What is wrong with the first quiet hours that are wrong.
    pub fn check(&self) -> Result<(), QuietFault> {
        self.quiet.iter().try_for_each(QuietHours::check)
    }
}

/// What is neither an account nor about notifications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct GeneralSettings {
    /// The language that every face speaks.
    pub language: Language,
    /// How windows look.
    pub theme: Theme,
    /// How high the feed's rows are.
    pub rows: RowHeight,
    /// Whether single letters are commands in the feed.
    pub letters: bool,
    /// How many days events are kept.
    pub keep_days: u32,
}

/// Events are kept for a century at most.
const LONGEST_KEPT_DAYS: u32 = 36_500;

impl Default for GeneralSettings {
    fn default() -> Self {
        Self {
            language: Language::System,
            theme: Theme::System,
            rows: RowHeight::Full,
            letters: true,
            keep_days: 30,
        }
    }
}

impl GeneralSettings {
    /// Makes sure that they can be kept.
    ///
    /// # Errors
    /// What is wrong with them.
    pub const fn check(&self) -> Result<(), KeepFault> {
        match self.keep_days {
            1..=LONGEST_KEPT_DAYS => Ok(()),
            _ => Err(KeepFault),
        }
    }
}

/// Events can't be kept for so long, or so short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub struct KeepFault;

impl KeepFault {
    /// For people.
    pub fn said(self) -> Said {
        Said::word("config-keep-days").with("most", LONGEST_KEPT_DAYS)
    }
}

/// A language, or the system's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// As the desktop, or the terminal.
    #[default]
    System,
    /// English.
    En,
    /// German.
    De,
    /// Arabic.
    Ar,
}

/// How windows look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How high the feed's rows are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum RowHeight {
    /// Sender, subject and snippet.
    #[default]
    Full,
    /// One line.
    Compact,
}

/// Whether the desktop starts Mailwren at login. It is the desktop's to keep, not the configuration's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StartAtLogin {
    /// Whether it does.
    pub on: bool,
    /// Whether without a window.
    pub hidden: bool,
}
