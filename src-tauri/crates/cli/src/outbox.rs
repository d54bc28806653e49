//! `mailwrenctl outbox`: what waits to be published, and why.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailwren_engine::outbox::sending::Sending;
use mailwren_engine::outbox::{Action, Obstacle, Outbox, OutboxError, Waiting, detach};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::SystemVault;
use mailwren_engine::xmpp::resolve::SystemResolver;
use serde::Serialize;

use crate::exit::{Failure, Said};
use crate::print;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Try now to send what waits, whatever was in the way.
    Send {
        /// Detached, until all is sent.
        #[arg(long, hide = true)]
        background: bool,
    },
}

/// What `outbox --json` prints.
#[derive(Debug, Serialize)]
struct Line<'a> {
    id: u64,
    /// `publish` or `retract`.
    action: &'static str,
    queued_at: Timestamp,
    account: Option<&'a str>,
    service: Option<&'a str>,
    node: &'a str,
    mailbox: &'a str,
    from: Option<&'a str>,
    subject: Option<&'a str>,
    message_id: Option<&'a str>,
    why: Option<&'a str>,
    hint: Option<&'a str>,
    tries: u32,
    next_try: Option<Timestamp>,
}

pub async fn run(config: Option<PathBuf>, arguments: Arguments) -> Result<(), Failure> {
    let profile = Profile::open(config).map_err(|error| Failure::failed(error.to_string()))?;
    let outbox = Outbox::of(&profile);
    match arguments.what {
        None => list(&outbox, arguments.json),
        Some(What::Send { background: false }) => {
            let mut sending = sending(&profile);
            let sent = sending.attempt(true).await;
            sending.close().await;
            let sent = sent.map_err(failed)?;
            if sent.left == 0 {
                return print::out(&format!("{} sent.", sent.sent));
            }
            let obstacles: Vec<Obstacle> = outbox
                .waiting()
                .map_err(failed)?
                .iter()
                .filter_map(|waiting| outbox.obstacle(&waiting.entry.target))
                .collect();
            let message = format!("{} sent, {} still waiting", sent.sent, sent.left);
            Err(match obstacles.first() {
                Some(why) if why.needs_person => Failure::needs_person(format!("{message}: {}", why.message)),
                Some(why) => Failure::failed(format!("{message}: {}", why.message)),
                None => Failure::failed(message),
            }
            .hint(obstacles.into_iter().next().and_then(|why| why.hint).map(Said::from)))
        }
        Some(What::Send { background: true }) => {
            // Who started it by hand leads a group already, and may end it by hand.
            detach().ok();
            sending(&profile).run().await.map_err(failed)
        }
    }
}

fn sending(profile: &Profile) -> Sending {
    Sending::new(profile, Arc::new(SystemVault), Arc::new(SystemResolver))
}

fn failed(error: OutboxError) -> Failure {
    Failure::failed(error.to_string())
}

fn list(outbox: &Outbox, json: bool) -> Result<(), Failure> {
    for waiting in outbox.waiting().map_err(failed)? {
        let obstacle = outbox.obstacle(&waiting.entry.target);
        if json {
            let line = line(&waiting, obstacle.as_ref());
            let text = serde_json::to_string(&line).map_err(|error| Failure::failed(error.to_string()))?;
            print::out(&text)?;
        } else {
            tell(&line(&waiting, obstacle.as_ref()))?;
        }
    }
    Ok(())
}

fn line<'a>(waiting: &'a Waiting, obstacle: Option<&'a Obstacle>) -> Line<'a> {
    let Waiting { id, entry } = waiting;
    let (action, envelope) = match &entry.action {
        Action::Mail(mail) => ("publish", Some(&mail.envelope)),
        Action::Gone(_) => ("retract", None),
    };
    let from = envelope.and_then(|envelope| envelope.from.as_ref());
    Line {
        id: *id,
        action,
        queued_at: entry.queued_at,
        account: entry.target.account.as_deref(),
        service: entry.target.service.as_deref(),
        node: &entry.target.node,
        mailbox: entry.action.mailbox(),
        from: from.and_then(|from| from.name.as_deref().or(from.address.as_deref())),
        subject: envelope.and_then(|envelope| envelope.subject.as_deref()),
        message_id: envelope.and_then(|envelope| envelope.message_id.as_deref()),
        why: obstacle.map(|obstacle| obstacle.message.as_str()),
        hint: obstacle.and_then(|obstacle| obstacle.hint.as_deref()),
        tries: obstacle.map_or(0, |obstacle| obstacle.tries),
        next_try: obstacle.map(|obstacle| obstacle.next_try),
    }
}

fn tell(line: &Line<'_>) -> Result<(), Failure> {
    let local = |at: Timestamp| at.to_zoned_datetime(TimeZone::system());
    let what = match line.action {
        "retract" => "a mail that is unread no longer".to_owned(),
        _ => format!(
            "{}: {}",
            line.from.unwrap_or("somebody"),
            line.subject.unwrap_or("(no subject)")
        ),
    };
    print::out(&format!(
        "{}  {} [{}]  {what}",
        local(line.queued_at).strftime("%Y-%m-%d %H:%M:%S"),
        line.account.unwrap_or("-"),
        line.mailbox,
    ))?;
    if let (Some(why), Some(next)) = (line.why, line.next_try) {
        print::out(&format!(
            "  {why} Tried {}, next at {}.",
            times(line.tries),
            local(next).strftime("%H:%M:%S")
        ))?;
    }
    line.hint.map_or(Ok(()), |hint| print::out(&format!("  {hint}")))
}

fn times(tries: u32) -> String {
    match tries {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}
