//! How notifications are to be made.

use crate::popup::Privacy;
use crate::popups::Grouping;
use crate::quiet::Schedule;
use crate::rules::Rules;
use crate::settings::NotificationSettings;
use crate::words::Words;

/// How notifications are to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Manners {
    /// Whether a face is there that shows popups.
    pub desktop: bool,
    /// How much a popup tells.
    pub privacy: Privacy,
    /// How much it tells at most while the screen is locked.
    pub privacy_locked: Privacy,
    /// Whether popups may be heard.
    pub sound: bool,
    /// When many become one.
    pub grouping: Grouping,
    /// Whether popups wait while the desktop isn't to be disturbed.
    pub respect_do_not_disturb: bool,
    /// When it is quiet.
    pub schedule: Schedule,
    /// What a person wants of certain mails.
    pub rules: Rules,
    /// The language of popups.
    pub words: Words,
}

impl Default for Manners {
    fn default() -> Self {
        Self::new(false, &NotificationSettings::default(), Rules::default())
    }
}

impl Manners {
    /// Settings and rules made ready.
    pub fn new(desktop: bool, settings: &NotificationSettings, rules: Rules) -> Self {
        Self {
            desktop,
            privacy: settings.privacy,
            privacy_locked: settings.privacy_locked,
            sound: settings.sound,
            grouping: Grouping {
                above: usize::try_from(settings.group_above).unwrap_or(usize::MAX),
                within_seconds: settings.group_within_seconds,
            },
            respect_do_not_disturb: settings.respect_do_not_disturb,
            schedule: Schedule::new(&settings.quiet),
            rules,
            words: Words::default(),
        }
    }
}
