//! What a page tells beyond the definition of its command.

macro_rules! sections {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../sections/", $name, ".roff")))),+]
    };
}

/// Pages, with what goes on with their description, and the sections that go before "SEE ALSO".
pub const ALL: &[(&str, &str)] = sections![
    "mailwren",
    "mailwrenctl",
    "mailwrenctl-account",
    "mailwrenctl-account-add",
    "mailwrenctl-account-test",
    "mailwrenctl-bridge",
    "mailwrenctl-decode",
    "mailwrenctl-demo",
    "mailwrenctl-discover",
    "mailwrenctl-doctor",
    "mailwrenctl-explain",
    "mailwrenctl-export",
    "mailwrenctl-feed",
    "mailwrenctl-feed-search",
    "mailwrenctl-feed-snooze",
    "mailwrenctl-import",
    "mailwrenctl-outbox",
    "mailwrenctl-pause",
    "mailwrenctl-publish",
    "mailwrenctl-rules-test",
    "mailwrenctl-status",
    "mailwrenctl-subscription-add",
    "mailwrenctl-tray",
    "mailwrenctl-watch",
];

/// A page's further description, and its further sections; many have none.
pub fn of(page: &str) -> (&'static str, &'static str) {
    let text = ALL.iter().find(|(name, _)| *name == page).map_or("", |(_, text)| text);
    text.split_at(text.find(".SH ").unwrap_or(text.len()))
}
