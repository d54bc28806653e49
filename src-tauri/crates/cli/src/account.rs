//! `mailwrenctl account`: add, list, test, remove.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use mailwren_core::account::{Account, PasswordSource, Subscription};
use mailwren_core::said::Said;
use mailwren_core::view::{Command, Reply, StepName, StepState};
use mailwren_core::words::Words;
use mailwren_engine::config::checked;
use mailwren_engine::face::Face;

use crate::connection::{Connection, ask_password, path};
use crate::exit::Failure;
use crate::mail_server::MailServerArguments;
use crate::{open, print, trial};

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Add an account, or change what is given of the one with this JID. The password is asked for without echo, or read from standard
    /// input where that is no terminal, and goes into the desktop's keyring.
    Add(Box<Add>),
    /// List the accounts.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Try an account out: DNS, TLS, login, services, nodes.
    Test {
        /// The account.
        jid: String,
        /// One JSON object a line for each step.
        #[arg(long)]
        json: bool,
    },
    /// Remove an account and its password.
    Remove {
        /// The account.
        jid: String,
        /// Remove its stored events as well.
        #[arg(long)]
        forget: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// The account's address, e.g. sam@example.org.
    jid: String,
    /// A short name for it.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    mailbox: MailServerArguments,
    /// Don't listen to the account's own mail node.
    #[arg(long)]
    no_pep: bool,
    /// A node on a pubsub service to subscribe to. May be given more than once.
    #[arg(long, num_args = 2, value_names = ["SERVICE", "NODE"], action = clap::ArgAction::Append)]
    subscribe: Vec<String>,
    /// A JID whose Sieve notify messages count as mail. May be given more than once.
    #[arg(long = "notifier", value_name = "JID")]
    notifiers: Vec<String>,
    /// Read the password from this file at each login, instead of the keyring. Only its owner may have access to it.
    #[arg(long, value_name = "FILE", conflicts_with = "password_command")]
    password_file: Option<PathBuf>,
    /// Take the first line of what this command prints, instead of the keyring. Separated at blanks; no shell.
    #[arg(long, value_name = "COMMAND")]
    password_command: Option<String>,
}

impl Add {
    /// The account as it is to be: `known` with what was given, or a new one.
    fn account(&self, known: Option<Account>) -> Result<Account, Failure> {
        let mut account = known.unwrap_or_else(|| Account::new(self.jid.clone()));
        if self.name.is_some() {
            account.name.clone_from(&self.name);
        }
        match (&self.password_file, &self.password_command) {
            (Some(file), _) => account.password = PasswordSource::File(path(file)?),
            (None, Some(command)) => {
                account.password = PasswordSource::Command(command.split_whitespace().map(str::to_owned).collect());
            }
            (None, None) => {}
        }
        for pair in self.subscribe.chunks(2) {
            let [service, node] = pair else { continue };
            let wanted = Subscription {
                service: service.clone(),
                node: node.clone(),
            };
            if !account.subscriptions.contains(&wanted) {
                account.subscriptions.push(wanted);
            }
        }
        for notifier in &self.notifiers {
            if !account.notifiers.contains(notifier) {
                account.notifiers.push(notifier.clone());
            }
        }
        account.pep &= !self.no_pep;
        account.xmpp &= !self.mailbox.no_xmpp;
        if let Some(server) = self.mailbox.server()? {
            account.imap = Some(server);
        }
        self.connection.apply(&mut account)?;
        checked(account).map_err(|flaw| Failure::usage(flaw.said()))
    }

    /// What is to be saved. Passwords are asked for where they go into the keyring: of a new account, and of one of which
    /// nothing is said but that.
    fn save(&self, known: Option<Account>, words: &Words) -> Result<Command, Failure> {
        let is_new = known.is_none();
        let account = self.account(known)?;
        let of_xmpp = account.xmpp && (is_new || self.mailbox.imap.is_none());
        let password = match account.password {
            PasswordSource::Keyring if of_xmpp => Some(ask_password(
                Said::word("cli-password").with("of", &account.jid),
                words,
            )?),
            _ => None,
        };
        let of_mailbox = self.mailbox.imap.is_some() || !account.xmpp;
        let mailbox_password = match &account.imap {
            Some(server) if of_mailbox && server.by_keyring() => Some(ask_password(
                Said::word("cli-password-mailbox").with("of", &account.jid),
                words,
            )?),
            _ => None,
        };
        Ok(Command::SaveAccount {
            account,
            password,
            mailbox_password,
        })
    }
}

pub async fn run(config: Option<PathBuf>, what: What, words: &Words) -> Result<(), Failure> {
    let save = match &what {
        What::Add(add) => {
            let jid = checked(Account::new(&add.jid))
                .map_err(|flaw| Failure::usage(flaw.said()))?
                .jid;
            let face = open::look(config.clone()).await?;
            let known = accounts(&face).await;
            // Not held while passwords are asked for: a person may take their time.
            face.close().await;
            let known = known?.into_iter().find(|account| account.jid == jid);
            Some(add.save(known, words)?)
        }
        _ => None,
    };
    let face = open::look(config).await?;
    let done = match (what, save) {
        (What::Add(add), Some(save)) => add_account(&face, &add.jid, save, words).await,
        (What::List { json }, _) => list(&face, json, words).await,
        (What::Test { jid, json }, _) => test(&face, &jid, json, words).await,
        (What::Remove { jid, forget }, _) => remove(&face, jid, forget, words).await,
        (What::Add(_), None) => Err(Failure::unexpected()),
    };
    face.close().await;
    done
}

async fn add_account(face: &Face, jid: &str, save: Command, words: &Words) -> Result<(), Failure> {
    face.call(save).await?;
    print::out(&words.say("cli-account-added", [("jid", jid.into())]))
}

async fn accounts(face: &Face) -> Result<Vec<Account>, Failure> {
    match face.call(Command::Accounts).await? {
        Reply::Accounts { accounts } => Ok(accounts),
        _ => Err(Failure::unexpected()),
    }
}

async fn list(face: &Face, json: bool, words: &Words) -> Result<(), Failure> {
    for account in accounts(face).await? {
        if json {
            print::json(&account)?;
            continue;
        }
        let name = account.name.as_deref().map(|name| format!(" ({name})"));
        let off = (!account.enabled).then(|| format!(" ({})", words.word("link-disabled")));
        let (name, off) = (name.unwrap_or_default(), off.unwrap_or_default());
        print::out(&format!("{}{name}{off}", account.jid))?;
        for node in account.nodes() {
            print::out(&format!("  {} {}", node.service, node.node))?;
        }
        if let Some(server) = &account.imap {
            print::out(&format!("  {} {}", server.host, account.folders().join(", ")))?;
        }
    }
    Ok(())
}

async fn test(face: &Face, jid: &str, json: bool, words: &Words) -> Result<(), Failure> {
    let account = accounts(face).await?.into_iter().find(|a| a.jid == jid);
    let account = account.ok_or_else(|| Failure::failed(Said::word("cli-no-account").with("jid", jid)))?;
    let mut failed = None;
    let outcome = trial::run(face, account.clone(), None, |step| {
        if step.state == StepState::Failed {
            failed = Some(step.name);
        }
        if json {
            return print::json(&step.plain());
        }
        trial::print(step, words)?;
        step.nodes
            .iter()
            .try_for_each(|node| print::out(&format!("{:21}{} {}", "", node.service, node.node)))
    })
    .await?;
    match outcome.untrusted {
        Some(fingerprint) if !json => {
            let of_mailbox = !account.xmpp || failed == Some(StepName::Mailbox);
            pin(face, account, fingerprint, of_mailbox, words).await
        }
        _ if outcome.passed => Ok(()),
        _ => Err(Failure::needs_person(Said::word("cli-not-yet").with("jid", jid))),
    }
}

/// Pins a certificate on an explicit yes. A pin that no longer fits is never replaced by one: that takes `account add`.
async fn pin(
    face: &Face,
    mut account: Account,
    fingerprint: String,
    of_mailbox: bool,
    words: &Words,
) -> Result<(), Failure> {
    let jid = account.jid.clone();
    let not_trusted = || {
        let hint = Said::word("cli-compare");
        Failure::needs_person(Said::word("cli-not-yet").with("jid", &jid)).hint(hint)
    };
    if !std::io::stdin().is_terminal() {
        return Err(not_trusted());
    }
    let yes = words.word("cli-yes");
    print::out(&words.word("cli-pin-compare"))?;
    print::out(&words.say("cli-pin-ask", [("yes", yes.as_str().into())]))?;
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|e| Failure::failed(Said::word("cli-input").with("why", e.to_string())))?;
    // What was always the word stays one.
    if ![yes.as_str(), "yes"].contains(&line.trim()) {
        return Err(not_trusted());
    }
    match &mut account.imap {
        // XMPP is tried first, and what comes after is tried once that went well.
        Some(server) if of_mailbox => server.pins = vec![fingerprint],
        _ => account.pins = vec![fingerprint],
    }
    let save = Command::SaveAccount {
        account,
        password: None,
        mailbox_password: None,
    };
    face.call(save).await?;
    print::out(&words.say("cli-pinned", [("jid", jid.as_str().into())]))
}

async fn remove(face: &Face, jid: String, forget: bool, words: &Words) -> Result<(), Failure> {
    face.call(Command::RemoveAccount {
        jid: jid.clone(),
        forget,
    })
    .await?;
    print::out(&words.say("cli-removed", [("jid", jid.as_str().into())]))
}
