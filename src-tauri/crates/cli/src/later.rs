//! Until when something is put off, as an argument.

use std::str::FromStr;

use jiff::Timestamp;
use mailwren_core::quiet::Later;
use mailwren_core::said::Said;

/// `hour`, `evening`, `tomorrow`, `monday`, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until(pub Later);

/// Not a time to put something off until.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub struct NoTime;

impl NoTime {
    /// For people.
    pub const fn said(&self) -> Said {
        Said::word("cli-when")
    }
}

impl FromStr for Until {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        let later = match text {
            "hour" => Later::Hour,
            "evening" => Later::Evening,
            "tomorrow" => Later::Tomorrow,
            "monday" => Later::Monday,
            time => Later::At(time.parse::<Timestamp>().map_err(|_| NoTime)?),
        };
        Ok(Self(later))
    }
}
