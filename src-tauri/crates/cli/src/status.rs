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
            print::out(&line(account))?;
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
