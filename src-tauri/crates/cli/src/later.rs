//! Until when something is put off, as an argument.

use std::str::FromStr;

use jiff::Timestamp;
use mailwren_core::quiet::Later;

/// `hour`, `evening`, `tomorrow`, `monday`, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until(pub Later);

/// Not a time to put something off until.
#[derive(Debug, thiserror::Error)]
#[error("say hour, evening, tomorrow, monday, or a time such as 2030-01-31T08:00:00Z")]
pub struct NoTime;

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
