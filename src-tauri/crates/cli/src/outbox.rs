//! `mailwrenctl outbox`: what waits to be published, and why.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailwren_core::publish::Envelope;
use mailwren_core::said::Said;
use mailwren_core::words::Words;
use mailwren_engine::outbox::sending::Sending;
use mailwren_engine::outbox::{Action, Obstacle, Outbox, OutboxError, Waiting, detach};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::SystemVault;
use mailwren_engine::xmpp::resolve::SystemResolver;
use serde::Serialize;

use crate::exit::Failure;
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
    why: Option<Said>,
    hint: Option<Said>,
    tries: u32,
    next_try: Option<Timestamp>,
}

/// `words` are read where they are spoken: this is started with every mail that is published.
pub async fn run(
    config: Option<PathBuf>,
    arguments: Arguments,
    words: &impl Deref<Target = Words>,
) -> Result<(), Failure> {
    let profile = Profile::open(config).map_err(|error| Failure::failed(error.said()))?;
    let outbox = Outbox::of(&profile);
    match arguments.what {
        None => list(&outbox, arguments.json, words),
        Some(What::Send { background: false }) => {
            let mut sending = sending(&profile);
            let sent = sending.attempt(true).await;
            sending.close().await;
            let sent = sent.map_err(failed)?;
            if sent.left == 0 {
                return print::out(&words.say("cli-sent", [("n", sent.sent.into())]));
            }
            let obstacles: Vec<Obstacle> = outbox
                .waiting()
                .map_err(failed)?
                .iter()
                .filter_map(|waiting| outbox.obstacle(&waiting.entry.target))
                .collect();
            let left = Said::word("cli-still-waiting")
                .with("sent", sent.sent)
                .with("left", sent.left);
            let Some(obstacle) = obstacles.into_iter().next() else {
                return Err(Failure::failed(left));
            };
            let because = Said::word("proof-named")
                .with("label", left)
                .with("what", obstacle.message);
            let failure = match obstacle.needs_person {
                true => Failure::needs_person(because),
                false => Failure::failed(because),
            };
            Err(failure.hint(obstacle.hint))
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
    Failure::failed(error.said())
}

fn list(outbox: &Outbox, json: bool, words: &Words) -> Result<(), Failure> {
    for waiting in outbox.waiting().map_err(failed)? {
        let obstacle = outbox.obstacle(&waiting.entry.target);
        match json {
            true => print::json(&line(&waiting, obstacle.as_ref()))?,
            false => tell(&waiting, obstacle.as_ref(), words)?,
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
        why: obstacle.map(|obstacle| obstacle.message.plain()),
        hint: obstacle.and_then(|obstacle| obstacle.hint.as_ref().map(Said::plain)),
        tries: obstacle.map_or(0, |obstacle| obstacle.tries),
        next_try: obstacle.map(|obstacle| obstacle.next_try),
    }
}

fn tell(Waiting { entry, .. }: &Waiting, obstacle: Option<&Obstacle>, words: &Words) -> Result<(), Failure> {
    let local = |at: Timestamp| at.to_zoned_datetime(TimeZone::system());
    let what = match &entry.action {
        Action::Mail(mail) => {
            let Envelope { from, subject, .. } = &mail.envelope;
            print::mail(from.as_ref(), subject.as_deref(), words)
        }
        Action::Gone(_) => words.word("cli-outbox-gone"),
    };
    print::out(&format!(
        "{}  {} [{}]  {what}",
        local(entry.queued_at).strftime("%Y-%m-%d %H:%M:%S"),
        entry.target.account.as_deref().unwrap_or("-"),
        entry.action.mailbox(),
    ))?;
    let Some(obstacle) = obstacle else { return Ok(()) };
    let next = local(obstacle.next_try).strftime("%H:%M:%S").to_string();
    let tried = words.say("cli-tried", [("n", obstacle.tries.into()), ("time", next.into())]);
    print::out(&format!("  {}. {tried}", obstacle.message.told(words)))?;
    match &obstacle.hint {
        Some(hint) => print::out(&format!("  {}", hint.told(words))),
        None => Ok(()),
    }
}
