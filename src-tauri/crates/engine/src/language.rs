//! Which language is spoken: the one that was set, or the system's.

use std::path::PathBuf;

use mailwren_core::settings::Language;
use mailwren_core::words::{Tongue, Words};

use crate::config::Config;
use crate::profile::Profile;

/// The words of the language that was set.
pub fn words(set: Language) -> Words {
    Words::of(Tongue::chosen(set, system()))
}

/// The words of the profile of a configuration file. One that can't be read sets no language.
pub fn of_profile(config: Option<PathBuf>) -> Words {
    let set = Profile::open(config)
        .ok()
        .and_then(|profile| Config::load(profile.config_file()).ok())
        .map(|loaded| loaded.config.general.language);
    words(set.unwrap_or_default())
}

/// The words of the language that was set, kept if they are those already.
pub fn speak(words: &mut Words, set: Language) {
    let tongue = Tongue::chosen(set, system());
    if words.tongue() != tongue {
        *words = Words::of(tongue);
    }
}

/// The language of messages in this environment, as POSIX has it.
fn system() -> Tongue {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|locale| !locale.is_empty()));
    Tongue::of_locale(&locale.unwrap_or_default())
}
