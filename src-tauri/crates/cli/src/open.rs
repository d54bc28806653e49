//! The way to the engine for commands.

use std::path::PathBuf;
use std::sync::Arc;

use mailwren_engine::face::{Face, Opening};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::SystemVault;
use mailwren_engine::xmpp::session::Timing;

use crate::exit::Failure;

/// What an engine hosted by a command is made of; `connect` says whether its accounts log in.
pub fn opening(config: Option<PathBuf>, connect: bool) -> Result<Opening, Failure> {
    let profile = Profile::open(config).map_err(|e| Failure::failed(e.said()))?;
    Ok(Opening {
        profile: Arc::new(profile),
        vault: Arc::new(SystemVault),
        timing: Timing::default(),
        connect,
    })
}

/// Attaches to the engine that runs, or looks into the store without connecting.
pub async fn look(config: Option<PathBuf>) -> Result<Face, Failure> {
    face(&opening(config, false)?).await
}

/// Opens a face.
pub async fn face(opening: &Opening) -> Result<Face, Failure> {
    Face::open(opening).await.map_err(|e| Failure::failed(e.said()))
}
