//! `mailwrenctl status`: how connections and counts stand.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailwren_core::policy::Hush;
use mailwren_core::view::{AccountStatus, Command, LinkState, Reply};

use crate::exit::Failure;
use crate::{open, print};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Option<PathBuf>, arguments: &Arguments) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let running = !face.hosts();
    let reply = face.call(Command::Status).await;
    face.close().await;
    let Reply::Status { status } = reply? else {
        return Err(Failure::failed("unexpected reply"));
    };
    if arguments.json {
        let mut json = serde_json::to_value(&status).map_err(|e| Failure::failed(e.to_string()))?;
        if let Some(object) = json.as_object_mut() {
            object.insert("running".to_owned(), running.into());
        }
        return print::out(&json.to_string());
    }
    if !running {
        print::out("Mailwren isn't running; this is what it stored last.")?;
    }
    print::out(&format!("{} unread", status.unread))?;
    for account in &status.accounts {
        if running {
            let proofs = proofs(account, Timestamp::now());
            print::out(&format!("{}{proofs}", line(account)))?;
            for node in &account.nodes {
                if let Some(trouble) = &node.trouble {
                    print::out(&format!("  {} {}: {trouble}", node.service, node.node))?;
                }
            }
        } else {
            print::out(&format!("{}: {} unread", account.jid, account.unread))?;
        }
    }
    if let Some(hush) = status.hush.filter(|_| running) {
        print::out(&quiet(hush, &TimeZone::system()))?;
    }
    for problem in &status.problems {
        print::out(&problem.message)?;
        if let Some(hint) = &problem.hint {
            print::out(&format!("  {hint}"))?;
        }
    }
    Ok(())
}

/// Why popups are withheld.
fn quiet(hush: Hush, zone: &TimeZone) -> String {
    let clock = |at: Timestamp| {
        at.to_zoned_datetime(zone.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    };
    match hush {
        Hush::Paused { until: Some(until) } => format!("paused until {}", clock(until)),
        Hush::Paused { until: None } => "paused until resumed".to_owned(),
        Hush::QuietHours { until } => format!("quiet hours until {}", clock(until)),
        Hush::DoNotDisturb => "the desktop isn't to be disturbed: popups wait".to_owned(),
    }
}

/// One account in a line.
pub fn line(account: &AccountStatus) -> String {
    let state = match account.link {
        LinkState::Connected => "connected",
        LinkState::Connecting => "connecting",
        LinkState::Offline => "offline",
        LinkState::Error => "needs attention",
        LinkState::Disabled => "switched off",
    };
    match &account.trouble {
        Some(trouble) => format!("{}: {state}: {}", account.jid, trouble.message),
        None => format!("{}: {state}", account.jid),
    }
}

/// How old the proofs of a connected account are, to follow its line.
fn proofs(account: &AccountStatus, now: Timestamp) -> String {
    if account.link != LinkState::Connected || account.trouble.is_some() {
        return String::new();
    }
    let push = match (account.proven_at, account.xmpp) {
        (Some(at), true) => format!(", push proven {}", ago(at, now)),
        (None, true) => ", push not proven yet".to_owned(),
        (Some(at), false) => format!(", mailbox reached {}", ago(at, now)),
        (None, false) => String::new(),
    };
    match account.publisher_at {
        Some(at) => format!("{push}, mail server reached {}", ago(at, now)),
        None => push,
    }
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.duration_since(at).as_secs() {
        s @ ..60 => format!("{} s ago", s.max(0)),
        s @ 60..3600 => format!("{} min ago", s / 60),
        s @ 3600..86_400 => format!("{} h ago", s / 3600),
        s => format!("{} days ago", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_ages_of_both_proofs_are_told() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let before = |seconds| Some(now - jiff::SignedDuration::from_secs(seconds));
        let mut account = AccountStatus {
            jid: "sam@example.org".to_owned(),
            label: "sam@example.org".to_owned(),
            xmpp: true,
            link: LinkState::Connected,
            since: None,
            trouble: None,
            next_try: None,
            proven_at: None,
            publisher_at: None,
            unread: 0,
            nodes: Vec::new(),
            strangers: 0,
        };
        assert_eq!(proofs(&account, now), ", push not proven yet");
        account.proven_at = before(40);
        assert_eq!(proofs(&account, now), ", push proven 40 s ago");
        account.publisher_at = before(7300);
        assert_eq!(
            proofs(&account, now),
            ", push proven 40 s ago, mail server reached 2 h ago"
        );
        (account.xmpp, account.publisher_at) = (false, None);
        assert_eq!(proofs(&account, now), ", mailbox reached 40 s ago");
        account.link = LinkState::Offline;
        assert_eq!(proofs(&account, now), "");
    }
}
