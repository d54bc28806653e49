//! How notifications are to be made, as a person sets it: the wire's and the configuration's form.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::popup::Privacy;
use crate::quiet::{QuietFault, QuietHours};

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
