//! `mailwrenctl subscription`: list, add, remove.

use std::path::PathBuf;

use mailwren_core::discovery::{ListedSubscription, Standing};
use mailwren_core::said::Said;
use mailwren_core::view::{Command, Reply};
use mailwren_core::words::Words;
use mailwren_engine::face::Face;
use serde::Serialize;

use crate::exit::Failure;
use crate::{open, print};

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// List subscriptions, as the configuration and the services have them.
    List {
        /// The account; all of them when absent.
        jid: Option<String>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Subscribe an account to a node, so that Mailwren listens to it. One that is there is never made twice.
    Add(Which),
    /// End a subscription.
    Remove(Which),
}

#[derive(Debug, clap::Args)]
pub struct Which {
    /// The account.
    jid: String,
    /// The pubsub service, e.g. pubsub.example.org.
    service: String,
    /// The node.
    node: String,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// What `list --json` prints.
#[derive(Serialize)]
struct Line<'a> {
    account: &'a str,
    #[serde(flatten)]
    subscription: &'a ListedSubscription,
}

/// What `add --json` and `remove --json` print.
#[derive(Serialize)]
struct Done<'a> {
    account: &'a str,
    service: &'a str,
    node: &'a str,
    standing: Standing,
    note: Option<Said>,
}

pub async fn run(config: Option<PathBuf>, what: What, words: &Words) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let done = match &what {
        What::List { jid, json } => list(&face, jid.as_deref(), *json, words).await,
        What::Add(which) => {
            let command = Command::Subscribe {
                jid: which.jid.clone(),
                service: which.service.clone(),
                node: which.node.clone(),
            };
            change(&face, command, which, words).await
        }
        What::Remove(which) => {
            let command = Command::Unsubscribe {
                jid: which.jid.clone(),
                service: which.service.clone(),
                node: which.node.clone(),
            };
            change(&face, command, which, words).await
        }
    };
    face.close().await;
    done
}

async fn list(face: &Face, jid: Option<&str>, json: bool, words: &Words) -> Result<(), Failure> {
    let jids: Vec<String> = match (jid, face.call(Command::Accounts).await?) {
        (Some(jid), _) => vec![jid.to_owned()],
        (None, Reply::Accounts { accounts }) => accounts.into_iter().filter(|a| a.enabled).map(|a| a.jid).collect(),
        _ => return Err(Failure::unexpected()),
    };
    let alone = jids.len() == 1;
    let mut failed = None;
    for jid in jids {
        match face.call(Command::Subscriptions { jid: jid.clone() }).await {
            Ok(Reply::Subscriptions { subscriptions }) => {
                for subscription in &subscriptions {
                    tell(&jid, subscription, json, words)?;
                }
            }
            Ok(_) => return Err(Failure::unexpected()),
            Err(error) if alone => return Err(error.into()),
            Err(error) => {
                eprintln!("mailwrenctl: {jid}: {}", error.message.told(words));
                failed = Some(Failure::failed(Said::word("cli-not-all")));
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

fn tell(account: &str, subscription: &ListedSubscription, json: bool, words: &Words) -> Result<(), Failure> {
    if json {
        let subscription = &subscription.plain();
        return print::json(&Line { account, subscription });
    }
    let standing = subscription.standing.map_or(Said::word("cli-standing-unknown"), word);
    let mut facts = vec![standing.told(words)];
    if !subscription.configured {
        facts.push(words.word("cli-unheard"));
    }
    if let Some(jid) = subscription.jid.as_deref().filter(|jid| *jid != account) {
        facts.push(words.say("cli-subscribed-by", [("jid", jid.into())]));
    }
    if let Some(subid) = &subscription.subid {
        facts.push(format!("id {subid}"));
    }
    facts.extend(subscription.options.iter().map(|o| format!("{}={}", o.name, o.value)));
    print::out(&format!(
        "{account}: {} {}  ({})",
        subscription.service,
        subscription.node,
        facts.join(", ")
    ))?;
    match &subscription.trouble {
        Some(trouble) => print::out(&format!("  ! {}", trouble.told(words))),
        None => Ok(()),
    }
}

pub const fn word(standing: Standing) -> Said {
    match standing {
        Standing::Subscribed => Said::word("node-subscribed"),
        Standing::Pending => Said::word("node-pending"),
        Standing::Unconfigured => Said::word("cli-standing-unconfigured"),
        Standing::None => Said::word("cli-standing-none"),
    }
}

async fn change(face: &Face, command: Command, which: &Which, words: &Words) -> Result<(), Failure> {
    let Reply::Subscription { standing, note } = face.call(command).await? else {
        return Err(Failure::unexpected());
    };
    if which.json {
        return print::json(&Done {
            account: &which.jid,
            service: &which.service,
            node: &which.node,
            standing,
            note: note.as_ref().map(Said::plain),
        });
    }
    print::out(&format!(
        "{} {}: {}",
        which.service,
        which.node,
        word(standing).told(words)
    ))?;
    note.map_or(Ok(()), |note| print::out(&format!("  {}", note.told(words))))
}
