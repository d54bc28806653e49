//! `mailwrenctl discover`: what an address leads to.

use std::path::PathBuf;

use mailwren_core::account::{Account, PasswordSource};
use mailwren_core::discovery::{Discovery, Endpoint, FoundNode, Standing};
use mailwren_core::view::{Command, Reply, StepState};
use mailwren_engine::config::checked;

use crate::connection::{Connection, ask_password};
use crate::exit::{Failure, word};
use crate::{open, print, trial};

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

pub async fn run(config: Option<PathBuf>, arguments: Arguments) -> Result<(), Failure> {
    let bare = checked(Account::new(&arguments.jid)).map_err(|flaw| Failure::usage(flaw.to_string()))?;
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
        None => ask_password(&bare.jid).map(Some),
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
            (false, StepState::Failed) => trial::print(step),
            (true, StepState::Failed) => {
                eprintln!("mailwrenctl: {}", step.detail);
                Ok(())
            }
            _ => Ok(()),
        })
        .await?;
        if arguments.json {
            let json = serde_json::to_string(&outcome.found).map_err(|e| Failure::failed(e.to_string()))?;
            print::out(&json)?;
        } else {
            tell(&outcome.found)?;
        }
        match outcome.passed {
            true => Ok(()),
            false => Err(Failure::needs_person(word("cli-no-further", "jid", &jid))),
        }
    }
    .await;
    face.close().await;
    looked
}

fn tell(found: &Discovery) -> Result<(), Failure> {
    for endpoint in &found.endpoints {
        let used = if found.connected.as_ref() == Some(endpoint) {
            "  connected"
        } else {
            ""
        };
        print::out(&format!("endpoint   {}{used}", place(endpoint)))?;
    }
    if let Some(tls) = &found.tls {
        let trust = if tls.pinned { "pinned" } else { "trusted" };
        print::out(&format!("TLS        {}, certificate {trust}", tls.version))?;
        print::out(&format!("           SHA-256 {}", tls.fingerprint))?;
    }
    if !found.mechanisms.is_empty() {
        print::out(&format!("mechanisms {}", found.mechanisms.join(" ")))?;
        let bindings = match found.channel_bindings.as_slice() {
            [] => "none listed".to_owned(),
            listed => listed.join(" "),
        };
        print::out(&format!("bindings   {bindings}"))?;
    }
    if let Some(mechanism) = &found.mechanism {
        print::out(&format!("login      {mechanism}"))?;
    }
    match found.pep {
        Some(true) => print::out("PEP        yes")?,
        Some(false) => print::out("PEP        no")?,
        None => return Ok(()),
    }
    for service in &found.services {
        print::out(&format!("service    {service}"))?;
    }
    for node in &found.nodes {
        tell_node(node)?;
    }
    Ok(())
}

fn place(endpoint: &Endpoint) -> String {
    let how = if endpoint.direct { "direct TLS" } else { "STARTTLS" };
    let rank = match (endpoint.priority, endpoint.weight) {
        (Some(priority), Some(weight)) => format!(", priority {priority}, weight {weight}"),
        _ => String::new(),
    };
    let host = if endpoint.host.contains(':') {
        format!("[{}]", endpoint.host)
    } else {
        endpoint.host.clone()
    };
    format!("{host}:{} ({how}{rank})", endpoint.port)
}

fn tell_node(node: &FoundNode) -> Result<(), Failure> {
    let mut facts = Vec::new();
    match node.standing {
        Standing::Subscribed => facts.push("subscribed".to_owned()),
        Standing::Pending => facts.push("waits for its owner's approval".to_owned()),
        Standing::Unconfigured => facts.push("wants options to be chosen".to_owned()),
        Standing::None => {}
    }
    if let Some(access) = &node.access {
        facts.push(format!("access {access}"));
    }
    if let Some(kind) = &node.notification {
        facts.push(format!("events as {kind}"));
    }
    if node.readable == Some(false) {
        facts.push("not readable".to_owned());
    }
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!("  ({})", facts.join(", "))
    };
    print::out(&format!("node       {} {}{facts}", node.service, node.node))?;
    match &node.warning {
        Some(warning) => print::out(&format!("           ! {warning}")),
        None => Ok(()),
    }
}
