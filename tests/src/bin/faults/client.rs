//! The client under test, in a process of its own so that it can be killed: the whole engine, with a face that prints what
//! it is told and a notifier that prints what it would show. Lines of JSON out, words of command in.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use futures::future::BoxFuture;
use mailwren_core::popup::Popup;
use mailwren_core::view::{Command, Notice, Reply};
use mailwren_engine::face::{Face, Opening};
use mailwren_engine::ports::{Notifier, NotifierError};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::{Vault, VaultError};
use mailwren_engine::xmpp::session::Timing;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

/// Number of SIGXFSZ on Linux; tokio has no name for it.
const SIGXFSZ: i32 = 25;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Configuration file.
    #[arg(long)]
    config: PathBuf,
    /// The waits of a session are divided by this.
    #[arg(long)]
    scale: u32,
    /// The last revision that the face knows.
    #[arg(long)]
    since: i64,
    /// Only tell what the store holds, and end.
    #[arg(long)]
    offline: bool,
    /// The password, in a keyring that comes when it is told `keyring`.
    #[arg(long)]
    late_keyring: Option<String>,
}

pub fn main(arguments: Arguments) -> Result<()> {
    mailwren_engine::log::init(0, None)?;
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(run(arguments))
}

fn say(line: &Value) {
    let mut out = std::io::stdout().lock();
    // Without a reader the lab is gone, and this process with it.
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    // With a handler, a write beyond RLIMIT_FSIZE fails instead of killing: what a full disk does.
    let mut full = signal(SignalKind::from_raw(SIGXFSZ))?;
    tokio::spawn(async move { while full.recv().await.is_some() {} });
    let mut terminate = signal(SignalKind::terminate())?;

    let vault = Arc::new(LateKeyring {
        there: AtomicBool::new(false),
        password: arguments.late_keyring.unwrap_or_default().into(),
    });
    let opening = Opening {
        profile: Arc::new(Profile::open(Some(arguments.config))?),
        vault: vault.clone(),
        timing: Timing::scaled_down(arguments.scale),
        connect: !arguments.offline,
    };
    let (_kept, events) = mpsc::channel(1);
    let face = Face::open_desktop(&opening, (Arc::new(Screen), events)).await?;
    let mut notices = face.notices();
    let mut teller = Teller {
        since: arguments.since,
        status: Value::Null,
    };
    let (words, mut commands) = mpsc::channel(8);
    // A thread of its own, which may be left behind in its read.
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if words.blocking_send(line).is_err() {
                return;
            }
        }
    });
    loop {
        teller.tell(&face).await?;
        if arguments.offline {
            break;
        }
        tokio::select! {
            notice = notices.recv() => match notice {
                Ok(Notice::Closing) | Err(RecvError::Closed) => bail!("the engine ended by itself"),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
            },
            word = commands.recv() => match word.as_deref() {
                Some("retry") => {
                    let jid = account(&face).await?;
                    face.call(Command::Retry { jid }).await?;
                }
                Some("keyring") => vault.there.store(true, Ordering::SeqCst),
                Some(other) => bail!("unknown command {other}"),
                None => break,
            },
            _ = terminate.recv() => break,
        }
    }
    face.close().await;
    say(&json!({ "end": true }));
    Ok(())
}

async fn account(face: &Face) -> Result<String> {
    let Reply::Status { status } = face.call(Command::Status).await? else {
        bail!("no status");
    };
    let account = status.accounts.first().context("no account")?;
    Ok(account.jid.clone())
}

/// Tells what is new of rows and status.
struct Teller {
    since: i64,
    status: Value,
}

impl Teller {
    async fn tell(&mut self, face: &Face) -> Result<()> {
        loop {
            let Reply::Changes { rows, more, rev } = face.call(Command::Changes { since: self.since }).await? else {
                bail!("no changes");
            };
            for row in rows {
                say(&json!({ "row": row.seq, "item": row.event.item, "kind": row.event.kind }));
            }
            if rev != self.since {
                self.since = rev;
                say(&json!({ "rev": rev }));
            }
            if !more {
                break;
            }
        }
        let Reply::Status { status } = face.call(Command::Status).await? else {
            bail!("no status");
        };
        let account = status.accounts.first();
        let problems: Vec<_> = status.problems.iter().map(|problem| &problem.code).collect();
        let told = json!({
            "link": account.map(|account| account.link),
            "since": account.and_then(|account| account.since),
            "trouble": account.and_then(|account| account.trouble.as_ref()).map(|trouble| trouble.message.to_string()),
            "nodes": account.map(|account| account.nodes.iter().filter_map(|node| node.trouble.as_ref().map(ToString::to_string)).collect::<Vec<_>>()),
            "problems": problems,
        });
        if told != self.status {
            say(&told);
            self.status = told;
        }
        Ok(())
    }
}

/// Takes every popup, and tells of it before the engine can note that it was shown.
struct Screen;

impl Notifier for Screen {
    fn show(&self, popup: Popup) -> BoxFuture<'_, Result<(), NotifierError>> {
        say(&json!({ "popup": popup.id, "sound": popup.sound, "settles": popup.settles }));
        Box::pin(async { Ok(()) })
    }

    fn withdraw(&self, _: u64) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// A keyring that isn't running yet.
struct LateKeyring {
    there: AtomicBool,
    password: SecretString,
}

impl Vault for LateKeyring {
    fn get(&self, _: &str) -> Result<Option<SecretString>, VaultError> {
        if self.there.load(Ordering::SeqCst) {
            Ok(Some(self.password.clone()))
        } else {
            Err(VaultError::Absent("it comes late".to_owned()))
        }
    }

    fn set(&self, _: &str, _: &SecretString) -> Result<(), VaultError> {
        Ok(())
    }

    fn delete(&self, _: &str) -> Result<(), VaultError> {
        Ok(())
    }
}
