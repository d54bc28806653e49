//! `mailwrenctl discover`: what an address leads to.

use std::path::PathBuf;

use mailwren_core::account::{Account, PasswordSource};
use mailwren_core::discovery::{Discovery, Endpoint, FoundNode, Standing};
use mailwren_core::said::Said;
use mailwren_core::view::{Command, Reply, StepState};
use mailwren_core::words::Words;
use mailwren_engine::config::checked;

use crate::connection::{Connection, ask_password};
use crate::exit::Failure;
use crate::{open, print, subscription, trial};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The account's address, e.g. sam@example.org; it needn't be configured.
    jid: String,
    /// One JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

pub async fn run(config: Option<PathBuf>, arguments: Arguments, words: &Words) -> Result<(), Failure> {
    let bare = checked(Account::new(&arguments.jid)).map_err(|flaw| Failure::usage(flaw.said()))?;
    let face = open::look(config).await?;
    let accounts = match face.call(Command::Accounts).await {
        Ok(Reply::Accounts { accounts }) => accounts,
        Ok(_) => Vec::new(),
        Err(error) => {
            face.close().await;
            return Err(error.into());
        }
    };
    let configured = accounts.into_iter().find(|a| a.jid == bare.jid);
    // The account's own source, else a person.
    let password = match configured.as_ref().map(|a| &a.password) {
        Some(PasswordSource::Keyring | PasswordSource::Command(_) | PasswordSource::File(_)) => Ok(None),
        None => ask_password(Said::word("cli-password").with("of", &bare.jid), words).map(Some),
    };
    let mut account = configured.unwrap_or(bare);
    let looked = async {
        let password = password?;
        arguments.connection.apply(&mut account)?;
        // What the address leads to by XMPP, whatever else the account has.
        account.xmpp = true;
        account.imap = None;
        let jid = account.jid.clone();
        let outcome = trial::run(&face, account, password, |step| match (arguments.json, step.state) {
            // What went well is told as a whole; with JSON, what didn't goes to standard error.
            (false, StepState::Failed) => trial::print(step, words),
            (true, StepState::Failed) => {
                eprintln!("mailwrenctl: {}", step.detail.told(words));
                Ok(())
            }
            _ => Ok(()),
        })
        .await?;
        if arguments.json {
            print::json(&outcome.found.plain())?;
        } else {
            tell(&outcome.found, words)?;
        }
        match outcome.passed {
            true => Ok(()),
            false => Err(Failure::needs_person(Said::word("cli-no-further").with("jid", &jid))),
        }
    }
    .await;
    face.close().await;
    looked
}

fn tell(found: &Discovery, words: &Words) -> Result<(), Failure> {
    let out = |label: &str, what: &str| print::out(&format!("{label:<13} {what}"));
    let said = |label: Said, what: &str| out(&label.told(words), what);
    for endpoint in &found.endpoints {
        let place = place(endpoint, words);
        let place = match found.connected.as_ref() == Some(endpoint) {
            true => format!("{place}  {}", words.word("link-connected")),
            false => place,
        };
        said(Said::word("cli-found-endpoint"), &place)?;
    }
    if let Some(tls) = &found.tls {
        let version = [("version", tls.version.as_str().into())];
        let trust = match tls.pinned {
            true => words.say("cli-found-pinned", version),
            false => words.say("cli-found-trusted", version),
        };
        out("TLS", &trust)?;
        out("", &format!("SHA-256 {}", tls.fingerprint))?;
    }
    if !found.mechanisms.is_empty() {
        said(Said::word("cli-found-mechanisms"), &found.mechanisms.join(" "))?;
        let bindings = match found.channel_bindings.as_slice() {
            [] => words.word("cli-found-none"),
            listed => listed.join(" "),
        };
        said(Said::word("cli-found-bindings"), &bindings)?;
    }
    if let Some(mechanism) = &found.mechanism {
        said(Said::word("step-login"), mechanism)?;
    }
    match found.pep {
        Some(true) => out("PEP", &words.word("cli-yes"))?,
        Some(false) => out("PEP", &words.word("cli-no"))?,
        None => return Ok(()),
    }
    for service in &found.services {
        said(Said::word("cli-found-service"), service)?;
    }
    for node in &found.nodes {
        let facts = facts(node, words);
        let facts = match facts.is_empty() {
            true => String::new(),
            false => format!("  ({})", facts.join(", ")),
        };
        said(
            Said::word("cli-found-node"),
            &format!("{} {}{facts}", node.service, node.node),
        )?;
        if let Some(warning) = &node.warning {
            out("", &format!("! {}", warning.told(words)))?;
        }
    }
    Ok(())
}

fn place(endpoint: &Endpoint, words: &Words) -> String {
    let mut facts = vec![match endpoint.direct {
        true => words.word("security-direct"),
        false => words.word("security-starttls"),
    }];
    if let (Some(priority), Some(weight)) = (endpoint.priority, endpoint.weight) {
        facts.push(words.say(
            "cli-found-rank",
            [("priority", priority.into()), ("weight", weight.into())],
        ));
    }
    let host = if endpoint.host.contains(':') {
        format!("[{}]", endpoint.host)
    } else {
        endpoint.host.clone()
    };
    format!("{host}:{} ({})", endpoint.port, facts.join(", "))
}

fn facts(node: &FoundNode, words: &Words) -> Vec<String> {
    let mut facts = Vec::new();
    if node.standing != Standing::None {
        facts.push(subscription::word(node.standing).told(words));
    }
    if let Some(access) = &node.access {
        facts.push(words.say("cli-found-access", [("access", access.as_str().into())]));
    }
    if let Some(kind) = &node.notification {
        facts.push(words.say("cli-found-kind", [("kind", kind.as_str().into())]));
    }
    if node.readable == Some(false) {
        facts.push(words.word("cli-found-unreadable"));
    }
    facts
}
