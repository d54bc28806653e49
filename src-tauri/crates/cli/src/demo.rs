//! `mailwrenctl demo`: the engine against the embedded server, in a profile that is thrown away.

use std::sync::Arc;

use mailwren_core::said::Said;
use mailwren_core::words::Words;
use mailwren_engine::config::ConfigFile;
use mailwren_engine::face::{Face, Opening};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::{MemoryVault, Vault};
use mailwren_engine::xmpp::session::Timing;
use mailwren_loopback::demo::{Demo, Pace};
use secrecy::SecretString;

use crate::exit::Failure;
use crate::watch::{Signals, Watch};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Don't wait between the steps.
    #[arg(long)]
    fast: bool,
}

pub async fn run(arguments: &Arguments, words: &Words) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::failed(Said::word("cli-demo").with("why", e.to_string()));
    let demo = Demo::start().await.map_err(|e| failed(&e))?;
    let profile = Profile::temporary().map_err(|e| failed(&e))?;
    let config = ConfigFile::new(profile.config_file());
    config.save_account(&demo.account).map_err(|e| failed(&e))?;
    let vault = MemoryVault::default();
    vault
        .set(&demo.account.jid, &SecretString::from(demo.password.clone()))
        .map_err(|e| failed(&e))?;

    let face = Face::open(&Opening {
        profile: Arc::new(profile),
        vault: Arc::new(vault),
        timing: Timing::default(),
        connect: true,
    })
    .await
    .map_err(|e| failed(&e))?;

    let pace = if arguments.fast { Pace::Fast } else { Pace::default() };
    let mut signals = Signals::new()?;
    let mut watch = Watch::new(arguments.json, u64::try_from(Demo::steps()).ok(), words);
    let play = demo.play(pace, |progress| eprintln!("› {}", progress.what.told(words)));
    let done = tokio::select! {
        (played, watched) = async { tokio::join!(play, watch.attend(&face)) } => {
            played.map_err(|e| Failure::failed(Said::text(e))).and(watched.map(drop))
        }
        () = signals.any() => Ok(()),
    };
    face.close().await;
    demo.server.shutdown().await;
    done
}
