//! `mailwrenctl bridge`: publishes mailboxes for as long as it runs.

use std::path::PathBuf;
use std::sync::Arc;

use mailwren_core::said::Said;
use mailwren_core::words::Words;
use mailwren_engine::bridge::config::{BridgeConfig, Listen};
use mailwren_engine::bridge::{Bridge, BridgeError};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::{self, SystemVault};
use tokio_util::sync::CancellationToken;

use crate::exit::Failure;
use crate::print;
use crate::watch::Signals;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Listen here for what mail servers tell, whatever the configuration says: 127.0.0.1:8025 or unix:/path/to/socket.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<Listen>,
    /// Only look whether the configuration is in order.
    #[arg(long)]
    check: bool,
}

pub async fn run(config: Option<PathBuf>, arguments: Arguments, words: &Words) -> Result<(), Failure> {
    let profile = Profile::open(config).map_err(|error| Failure::failed(error.said()))?;
    if arguments.check {
        return check(&profile, arguments.listen, words).await;
    }
    let mut signals = Signals::new()?;
    let bridge = Bridge::open(&profile, arguments.listen, Arc::new(SystemVault)).await;
    let bridge = bridge.map_err(|error| failed(&error))?;
    if let Some(listen) = bridge.listens_on() {
        print::out(&words.say("cli-bridge-listens", [("listen", listen.to_string().into())]))?;
    }
    tracing::info!(mailboxes = bridge.mailboxes(), "publishing");
    let stop = CancellationToken::new();
    let running = tokio::spawn(bridge.run(stop.clone()));
    signals.any().await;
    tracing::info!("ending");
    stop.cancel();
    running.await.map_err(|error| Failure::failed(Said::text(error)))
}

async fn check(profile: &Profile, listen: Option<Listen>, words: &Words) -> Result<(), Failure> {
    let config =
        BridgeConfig::load(profile.config_file(), listen).map_err(|error| failed(&BridgeError::Config(error)))?;
    if let Some(secret) = &config.secret {
        let secret = vault::secret(secret).await;
        secret.map_err(|error| failed(&BridgeError::Secret(error)))?;
    }
    let named = Said::word("cli-bridge-mailboxes").with("n", config.mailboxes.len());
    let mailboxes = match &config.provider {
        Some(provider) => Said::word("cli-bridge-provider")
            .with("mailboxes", named)
            .with("publisher", provider.publisher()),
        None => named,
    };
    let good = match &config.listen {
        Some(listen) => Said::word("cli-bridge-good-listening").with("listen", listen.to_string()),
        None => Said::word("cli-bridge-good"),
    };
    print::out(&good.with("what", mailboxes).told(words))
}

fn failed(error: &BridgeError) -> Failure {
    match error {
        // Starting it again changes nothing: units don't.
        BridgeError::Config(_) => Failure::usage(error.said()).hint(Said::word("cli-bridge-do")),
        _ => Failure::failed(error.said()),
    }
}
