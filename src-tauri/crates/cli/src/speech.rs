//! The language that is spoken: as set in the configuration, else the environment's.

use std::path::PathBuf;

use mailwren_core::words::Words;
use mailwren_engine::config::Config;
use mailwren_engine::language;
use mailwren_engine::profile::Profile;

/// The words of this profile. A configuration that can't be read sets no language.
pub fn words(config: Option<PathBuf>) -> Words {
    let set = Profile::open(config)
        .ok()
        .and_then(|profile| Config::load(profile.config_file()).ok())
        .map(|loaded| loaded.config.general.language);
    language::words(set.unwrap_or_default())
}
