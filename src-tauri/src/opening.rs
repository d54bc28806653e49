//! What the engine is opened on: the person's profile, or the demo's.

use std::sync::Arc;

use anyhow::Result;
use mailwren_core::said::Said;
use mailwren_engine::config::ConfigFile;
use mailwren_engine::face::Opening;
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::{MemoryVault, SystemVault, Vault};
use mailwren_engine::xmpp::session::Timing;
use mailwren_loopback::demo::{Demo, Pace};
use tokio_util::task::AbortOnDropHandle;

use crate::Args;
use crate::refusal::Refusal;

/// An opening, and the play that goes with it.
pub struct Ground {
    /// How to open the engine.
    pub opening: Opening,
    /// The demo's server; ends with this.
    _play: Option<AbortOnDropHandle<()>>,
}

/// The ground that the arguments ask for.
pub async fn ground(args: &Args) -> Result<Ground> {
    if args.demo {
        return demo().await.map_err(|error| {
            let why = format!("{error:#}");
            Refusal(Said::word("cli-demo").with("why", why)).into()
        });
    }
    let profile = Profile::open(args.config.clone())?;
    Ok(Ground {
        opening: opening(profile, Arc::new(SystemVault)),
        _play: None,
    })
}

/// A server in this process, and a throw-away profile with an account on it. The engine takes it for any other.
async fn demo() -> Result<Ground> {
    let demo = Demo::start().await?;
    let profile = Profile::temporary()?;
    ConfigFile::new(profile.config_file()).save_account(&demo.account)?;
    let vault = MemoryVault::default();
    vault.set(&demo.account.jid, &demo.password.clone().into())?;
    let play = tokio::spawn(async move {
        if let Err(error) = demo
            .play(
                Pace::default(),
                |done| tracing::info!(step = done.step, what = %done.what),
            )
            .await
        {
            tracing::warn!(%error, "the demo's play ended early");
        }
        // The server goes with `demo`: it stays until Mailwren ends.
        std::future::pending::<()>().await;
        drop(demo);
    });
    Ok(Ground {
        opening: opening(profile, Arc::new(vault)),
        _play: Some(AbortOnDropHandle::new(play)),
    })
}

fn opening(profile: Profile, vault: Arc<dyn Vault>) -> Opening {
    Opening {
        profile: Arc::new(profile),
        vault,
        timing: Timing::default(),
        connect: true,
    }
}
