//! `mailwrenctl subscription`: list, add, remove.

use std::path::PathBuf;

use mailwren_core::discovery::{ListedSubscription, Standing};
use mailwren_core::view::{Command, Reply};
use mailwren_engine::face::Face;
use serde::Serialize;

use crate::exit::{Failure, Said};
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
    note: Option<&'a str>,
}

pub async fn run(config: Option<PathBuf>, what: What) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let done = match &what {
        What::List { jid, json } => list(&face, jid.as_deref(), *json).await,
        What::Add(which) => {
            let command = Command::Subscribe {
                jid: which.jid.clone(),
                service: which.service.clone(),
                node: which.node.clone(),
            };
            change(&face, command, which).await
        }
        What::Remove(which) => {
            let command = Command::Unsubscribe {
                jid: which.jid.clone(),
                service: which.service.clone(),
                node: which.node.clone(),
            };
            change(&face, command, which).await
        }
    };
    face.close().await;
    done
}

async fn list(face: &Face, jid: Option<&str>, json: bool) -> Result<(), Failure> {
    let jids: Vec<String> = match (jid, face.call(Command::Accounts).await?) {
        (Some(jid), _) => vec![jid.to_owned()],
        (None, Reply::Accounts { accounts }) => accounts.into_iter().filter(|a| a.enabled).map(|a| a.jid).collect(),
        _ => return Err(Failure::failed("unexpected reply")),
    };
    let alone = jids.len() == 1;
    let mut failed = None;
    for jid in jids {
        match face.call(Command::Subscriptions { jid: jid.clone() }).await {
            Ok(Reply::Subscriptions { subscriptions }) => {
                for subscription in &subscriptions {
                    tell(&jid, subscription, json)?;
                }
            }
            Ok(_) => return Err(Failure::failed("unexpected reply")),
            Err(error) if alone => return Err(error.into()),
            Err(error) => {
                eprintln!("mailwrenctl: {jid}: {error}");
                failed = Some(Failure::failed(Said::Words("cli-not-all", Vec::new())));
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

fn tell(account: &str, subscription: &ListedSubscription, json: bool) -> Result<(), Failure> {
    if json {
        let line = Line { account, subscription };
        return print::out(&serde_json::to_string(&line).map_err(|e| Failure::failed(e.to_string()))?);
    }
    let mut facts = vec![subscription.standing.map_or("unknown", word).to_owned()];
    if !subscription.configured {
        facts.push("Mailwren doesn't listen to it".to_owned());
    }
    if let Some(jid) = subscription.jid.as_deref().filter(|jid| *jid != account) {
        facts.push(format!("by {jid}"));
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
        Some(trouble) => print::out(&format!("  ! {trouble}")),
        None => Ok(()),
    }
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Subscribed => "subscribed",
        Standing::Pending => "pending",
        Standing::Unconfigured => "unconfigured",
        Standing::None => "not subscribed",
    }
}

async fn change(face: &Face, command: Command, which: &Which) -> Result<(), Failure> {
    let Reply::Subscription { standing, note } = face.call(command).await? else {
        return Err(Failure::failed("unexpected reply"));
    };
    if which.json {
        let done = Done {
            account: &which.jid,
            service: &which.service,
            node: &which.node,
            standing,
            note: note.as_deref(),
        };
        return print::out(&serde_json::to_string(&done).map_err(|e| Failure::failed(e.to_string()))?);
    }
    print::out(&format!("{} {}: {}", which.service, which.node, word(standing)))?;
    note.map_or(Ok(()), |note| print::out(&format!("  {note}")))
}
