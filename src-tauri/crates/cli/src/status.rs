//! `mailwrenctl status`: how connections and counts stand.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailwren_core::policy::Hush;
use mailwren_core::said::Said;
use mailwren_core::view::{AccountStatus, Command, LinkState, Reply};
use mailwren_core::words::Words;

use crate::exit::Failure;
use crate::{open, print};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Option<PathBuf>, arguments: &Arguments, words: &Words) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let running = !face.hosts();
    let reply = face.call(Command::Status).await;
    face.close().await;
    let Reply::Status { status } = reply? else {
        return Err(Failure::unexpected());
    };
    if arguments.json {
        let mut json = serde_json::to_value(status.plain()).map_err(|e| Failure::failed(Said::text(e)))?;
        if let Some(object) = json.as_object_mut() {
            object.insert("running".to_owned(), running.into());
        }
        return print::json(&json);
    }
    let out = |said: Said| print::out(&said.told(words));
    if !running {
        out(Said::word("cli-not-running"))?;
    }
    out(Said::word("unread-count").with("n", status.unread))?;
    for account in &status.accounts {
        if running {
            out(proven(account, Timestamp::now()))?;
            for node in &account.nodes {
                if let Some(trouble) = &node.trouble {
                    print::out(&format!("  {} {}: {}", node.service, node.node, trouble.told(words)))?;
                }
            }
        } else {
            out(named(account, Said::word("unread-count").with("n", account.unread)))?;
        }
    }
    if let Some(hush) = status.hush.filter(|_| running) {
        out(quiet(hush, &TimeZone::system()))?;
    }
    for problem in &status.problems {
        print::out(&problem.message.told(words))?;
        if let Some(hint) = &problem.hint {
            print::out(&format!("  {}", hint.told(words)))?;
        }
    }
    Ok(())
}

/// Why popups are withheld.
fn quiet(hush: Hush, zone: &TimeZone) -> Said {
    let clock = |at: Timestamp| {
        at.to_zoned_datetime(zone.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    };
    match hush {
        Hush::Paused { until: Some(until) } => Said::word("paused-until").with("time", clock(until)),
        Hush::Paused { until: None } => Said::word("paused-open"),
        Hush::QuietHours { until } => Said::word("hush-quiet").with("time", clock(until)),
        Hush::DoNotDisturb => Said::word("hush-dnd"),
    }
}

/// One account in a line.
pub fn line(account: &AccountStatus) -> Said {
    let state = account.link.said();
    match &account.trouble {
        Some(trouble) => {
            let why = Said::word("proof-named").with("label", state);
            named(account, why.with("what", trouble.message.clone()))
        }
        None => named(account, state),
    }
}

fn named(account: &AccountStatus, what: Said) -> Said {
    Said::word("proof-named").with("label", &account.jid).with("what", what)
}

/// The same, and of a connected account how old its proofs are.
fn proven(account: &AccountStatus, now: Timestamp) -> Said {
    if account.link != LinkState::Connected || account.trouble.is_some() {
        return line(account);
    }
    let ago = |at: Timestamp| Said::span(now.duration_since(at).as_secs());
    let push = match account.proven_at {
        Some(at) => Said::word("proof-one").with("ago", ago(at)),
        None => Said::word("cli-unproven"),
    };
    let proof = match account.publisher_at {
        Some(at) => Said::word("proof-both").with("push", push).with("ago", ago(at)),
        None => push,
    };
    Said::word("cli-account-proven")
        .with("account", line(account))
        .with("proof", proof)
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
        let told = |account: &AccountStatus| proven(account, now).to_string();
        assert_eq!(told(&account), "sam@example.org: connected, push not proven yet");
        account.proven_at = before(40);
        assert_eq!(told(&account), "sam@example.org: connected, push proven 40 s ago");
        account.publisher_at = before(7300);
        assert_eq!(
            told(&account),
            "sam@example.org: connected, push proven 40 s ago, mail server reached 2 h ago"
        );
        account.link = LinkState::Offline;
        assert_eq!(told(&account), "sam@example.org: offline");
    }
}
