//! `mailwrenctl account`: add, list, test, remove.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use mailwren_core::account::{Account, PasswordSource, Security, Subscription};
use mailwren_core::view::{Command, Notice, Reply, StepState, TestStep};
use mailwren_engine::config::checked;
use mailwren_engine::face::Face;

use crate::exit::Failure;
use crate::{open, print};

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Add an account, or change the one with this JID. The password is asked for without echo, or read from standard
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
    /// Host to connect to instead of asking DNS.
    #[arg(long)]
    host: Option<String>,
    /// Port to connect to.
    #[arg(long, requires = "host")]
    port: Option<u16>,
    /// How the connection is secured.
    #[arg(long, value_enum, default_value_t)]
    security: SecurityArgument,
    /// PEM file of further certificate authorities to trust for this account.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// SHA-256 fingerprint of the one certificate to accept. May be given more than once.
    #[arg(long = "pin", value_name = "HEX")]
    pins: Vec<String>,
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

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum SecurityArgument {
    #[default]
    Auto,
    Direct,
    Starttls,
}

impl From<SecurityArgument> for Security {
    fn from(argument: SecurityArgument) -> Self {
        match argument {
            SecurityArgument::Auto => Self::Auto,
            SecurityArgument::Direct => Self::Direct,
            SecurityArgument::Starttls => Self::Starttls,
        }
    }
}

impl Add {
    fn account(&self) -> Result<Account, Failure> {
        let password = match (&self.password_file, &self.password_command) {
            (Some(file), _) => PasswordSource::File(path(file)?),
            (None, Some(command)) => PasswordSource::Command(command.split_whitespace().map(str::to_owned).collect()),
            (None, None) => PasswordSource::Keyring,
        };
        let subscriptions = self.subscribe.chunks(2).filter_map(|pair| match pair {
            [service, node] => Some(Subscription {
                service: service.clone(),
                node: node.clone(),
            }),
            _ => None,
        });
        Ok(Account {
            name: self.name.clone(),
            host: self.host.clone(),
            port: self.port,
            security: self.security.into(),
            ca_file: self.ca_file.as_ref().map(path).transpose()?,
            pins: self.pins.clone(),
            pep: !self.no_pep,
            subscriptions: subscriptions.collect(),
            notifiers: self.notifiers.clone(),
            password,
            ..Account::new(self.jid.clone())
        })
    }
}

/// Relative paths mean the folder the command was given in, not the one the engine runs in.
fn path(path: &PathBuf) -> Result<String, Failure> {
    let absolute = std::path::absolute(path).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
    absolute
        .into_os_string()
        .into_string()
        .map_err(|_| Failure::usage(format!("{}: the path must be UTF-8", path.display())))
}

pub async fn run(config: Option<PathBuf>, what: What) -> Result<(), Failure> {
    // Asked for before the engine is reached: a person may take their time.
    let (account, password) = match &what {
        What::Add(add) => {
            let account = checked(add.account()?).map_err(|flaw| Failure::usage(flaw.to_string()))?;
            let password = match account.password {
                PasswordSource::Keyring => Some(ask(&account.jid)?),
                PasswordSource::Command(_) | PasswordSource::File(_) => None,
            };
            (Some(account), password)
        }
        _ => (None, None),
    };
    let face = open::look(config).await?;
    let done = match (what, account) {
        (What::Add(_), Some(account)) => save(&face, account, password).await,
        (What::List { json }, _) => list(&face, json).await,
        (What::Test { jid, json }, _) => test(&face, &jid, json).await,
        (What::Remove { jid, forget }, _) => remove(&face, jid, forget).await,
        (What::Add(_), None) => Err(Failure::failed("no account")),
    };
    face.close().await;
    done
}

fn ask(jid: &str) -> Result<String, Failure> {
    let password = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("Password of {jid}: ")).map_err(|e| Failure::failed(e.to_string()))?
    } else {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|e| Failure::failed(format!("can't read the password: {e}")))?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if password.is_empty() {
        return Err(Failure::usage("no password was given"));
    }
    Ok(password)
}

async fn save(face: &Face, account: Account, password: Option<String>) -> Result<(), Failure> {
    let jid = account.jid.clone();
    face.call(Command::SaveAccount { account, password }).await?;
    print::out(&format!(
        "{jid} is set up. Try it with `mailwrenctl account test {jid}`."
    ))
}

async fn accounts(face: &Face) -> Result<Vec<Account>, Failure> {
    match face.call(Command::Accounts).await? {
        Reply::Accounts { accounts } => Ok(accounts),
        _ => Err(Failure::failed("unexpected reply")),
    }
}

async fn list(face: &Face, json: bool) -> Result<(), Failure> {
    for account in accounts(face).await? {
        if json {
            let line = serde_json::to_string(&account).map_err(|e| Failure::failed(e.to_string()))?;
            print::out(&line)?;
            continue;
        }
        let off = if account.enabled { "" } else { " (switched off)" };
        let name = account.name.as_deref().map(|n| format!(" ({n})")).unwrap_or_default();
        print::out(&format!("{}{name}{off}", account.jid))?;
        for node in account.nodes() {
            print::out(&format!("  {} {}", node.service, node.node))?;
        }
    }
    Ok(())
}

async fn test(face: &Face, jid: &str, json: bool) -> Result<(), Failure> {
    let account = accounts(face).await?.into_iter().find(|a| a.jid == jid);
    let account = account.ok_or_else(|| Failure::failed(format!("there is no account {jid}")))?;
    let mut notices = face.notices();
    let run = std::process::id();
    let reply = face.call(Command::TestAccount {
        account,
        password: None,
        run,
    });
    tokio::pin!(reply);
    let mut ended = None;
    loop {
        tokio::select! {
            biased;
            notice = notices.recv() => match notice {
                Ok(Notice::Test { run: of, step }) if of == run => tell(&step, json)?,
                Ok(_) => {}
                Err(_) => return Err(Failure::failed("the engine has ended")),
            },
            reply = &mut reply, if ended.is_none() => ended = Some(reply?),
            // Every step was queued before the reply came.
            () = std::future::ready(()), if ended.is_some() => break,
        }
    }
    match ended {
        Some(Reply::TestAccount { passed: true }) => Ok(()),
        _ => Err(Failure::needs_person(format!("{jid} doesn't work yet"))),
    }
}

fn tell(step: &TestStep, json: bool) -> Result<(), Failure> {
    if json {
        let line = serde_json::to_string(step).map_err(|e| Failure::failed(e.to_string()))?;
        return print::out(&line);
    }
    let mark = match step.state {
        StepState::Running => return Ok(()),
        StepState::Passed => "ok",
        StepState::Warned => "!",
        StepState::Failed => "FAILED",
    };
    let name = format!("{:?}", step.name);
    print::out(&format!("{name:<9} {mark:<6} {} ({} ms)", step.detail, step.millis))?;
    if let Some(hint) = &step.hint {
        print::out(&format!("{:17}{hint}", ""))?;
    }
    if let Some(fingerprint) = &step.fingerprint {
        print::out(&format!("{:17}SHA-256 {fingerprint}", ""))?;
    }
    for node in &step.nodes {
        print::out(&format!("{:17}{} {}", "", node.service, node.node))?;
    }
    Ok(())
}

async fn remove(face: &Face, jid: String, forget: bool) -> Result<(), Failure> {
    face.call(Command::RemoveAccount {
        jid: jid.clone(),
        forget,
    })
    .await?;
    print::out(&format!("{jid} was removed."))
}
