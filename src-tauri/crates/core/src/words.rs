//! Words: the one catalogue of all faces (`ui/locales`), spoken in one language at a time.

use std::fmt;
use std::sync::{Arc, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::said::Said;
use crate::settings::Language;

macro_rules! catalogue {
    ($tag:literal) => {
        [
            include_str!(concat!("../../../../ui/locales/", $tag, ".ftl")),
            include_str!(concat!("../../../../ui/locales/settings/", $tag, ".ftl")),
            include_str!(concat!("../../../../ui/locales/engine/", $tag, ".ftl")),
            include_str!(concat!("../../../../ui/locales/windowless/", $tag, ".ftl")),
        ]
    };
}

/// A language that there is a catalogue of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Arabic.
    Ar,
}

impl Tongue {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::En, Self::De, Self::Ar];

    /// The language of a POSIX locale such as `de_AT.UTF-8`; English where there is no catalogue of it.
    pub fn of_locale(locale: &str) -> Self {
        let end = locale.find(['_', '.', '@', '-']).unwrap_or(locale.len());
        match locale.get(..end).unwrap_or_default().to_ascii_lowercase().as_str() {
            "de" => Self::De,
            "ar" => Self::Ar,
            _ => Self::En,
        }
    }

    /// The one that was set, or else the system's.
    pub const fn chosen(language: Language, system: Self) -> Self {
        match language {
            Language::System => system,
            Language::En => Self::En,
            Language::De => Self::De,
            Language::Ar => Self::Ar,
        }
    }

    /// What windows say, and the settings window alone, what the engine finds, and what is said where there is no window.
    const fn catalogue(self) -> [&'static str; 4] {
        match self {
            Self::En => catalogue!("en"),
            Self::De => catalogue!("de"),
            Self::Ar => catalogue!("ar"),
        }
    }

    fn id(self) -> LanguageIdentifier {
        let tag = match self {
            Self::En => "en",
            Self::De => "de",
            Self::Ar => "ar",
        };
        tag.parse().unwrap_or_default()
    }

    const fn is_right_to_left(self) -> bool {
        matches!(self, Self::Ar)
    }
}

/// A catalogue, ready to be spoken; cheap to clone.
#[derive(Clone)]
pub struct Words {
    tongue: Tongue,
    bundle: Arc<FluentBundle<FluentResource>>,
}

impl Words {
    /// The words of a language.
    pub fn of(tongue: Tongue) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![tongue.id()]);
        // What needs it is isolated in [`Words::say`]: daemons and terminals show marks that they don't know.
        bundle.set_use_isolating(false);
        for part in tongue.catalogue() {
            // Whatever of it can be read is taken; a test holds that it is all.
            let resource = FluentResource::try_new(part.to_owned()).unwrap_or_else(|(read, _)| read);
            bundle.add_resource_overriding(resource);
        }
        Self {
            tongue,
            bundle: Arc::new(bundle),
        }
    }

    /// English, which logs and programs are told.
    pub fn english() -> &'static Self {
        static ENGLISH: OnceLock<Words> = OnceLock::new();
        ENGLISH.get_or_init(Self::default)
    }

    /// The language spoken.
    pub const fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// A message without variables.
    pub fn word(&self, id: &str) -> String {
        self.say(id, [])
    }

    /// A message. Text that is put into it keeps its direction to itself, where the two may differ.
    pub fn say<'a>(&self, id: &str, args: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        let args: FluentArgs<'_> = args
            .into_iter()
            .map(|(name, value)| (name, self.set_apart(value)))
            .collect();
        let mut faults = Vec::new();
        self.bundle
            .format_pattern(pattern, Some(&args), &mut faults)
            .into_owned()
    }

    /// A length of time, in the largest unit that says enough. One below zero counts as none.
    pub fn span(&self, seconds: i64) -> String {
        Said::span(seconds).told(self)
    }

    fn set_apart<'a>(&self, value: FluentValue<'a>) -> FluentValue<'a> {
        match value {
            FluentValue::String(text) if self.tongue.is_right_to_left() || has_right_to_left(&text) => {
                FluentValue::from(format!("\u{2068}{text}\u{2069}"))
            }
            other => other,
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::of(Tongue::default())
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Words").field(&self.tongue).finish()
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.tongue == other.tongue
    }
}

impl Eq for Words {}

/// Whether there are letters that are written from right to left.
pub fn has_right_to_left(text: &str) -> bool {
    let rtl = |c| {
        matches!(c, '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    };
    text.contains(rtl)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_catalogue_can_be_read_in_whole() {
        for tongue in Tongue::ALL {
            for part in tongue.catalogue() {
                let read = FluentResource::try_new(part.to_owned());
                assert!(read.is_ok(), "{tongue:?}: {:?}", read.err().map(|(_, faults)| faults));
            }
        }
    }

    #[test]
    fn plurals_are_the_languages_own() {
        let said = |tongue, n: u32| Words::of(tongue).say("mails-new", [("n", n.into())]);
        assert_eq!(
            [
                said(Tongue::En, 1),
                said(Tongue::En, 3),
                said(Tongue::De, 1),
                said(Tongue::De, 3)
            ],
            ["1 new mail", "3 new mails", "1 neue Mail", "3 neue Mails"]
        );
        assert_ne!(said(Tongue::Ar, 2), said(Tongue::Ar, 3));
    }

    #[test]
    fn names_are_set_apart_where_directions_meet() {
        let said = |tongue, who: &str| Words::of(tongue).say("popup-muted", [("who", who.into())]);
        assert_eq!(said(Tongue::En, "Miriam"), "Muted: Miriam");
        assert_eq!(said(Tongue::En, "שלום"), "Muted: \u{2068}שלום\u{2069}");
        assert!(said(Tongue::Ar, "Miriam").contains("\u{2068}Miriam\u{2069}"));
    }

    #[test]
    fn locales_lead_to_the_languages_that_there_are() {
        for (locale, tongue) in [
            ("de_AT.UTF-8", Tongue::De),
            ("ar", Tongue::Ar),
            ("DE", Tongue::De),
            ("C.UTF-8", Tongue::En),
            ("POSIX", Tongue::En),
            ("", Tongue::En),
            ("arn_CL", Tongue::En),
            ("fr_FR", Tongue::En),
        ] {
            assert_eq!(Tongue::of_locale(locale), tongue, "{locale}");
        }
        assert_eq!(Tongue::chosen(Language::System, Tongue::De), Tongue::De);
        assert_eq!(Tongue::chosen(Language::Ar, Tongue::De), Tongue::Ar);
    }
}
