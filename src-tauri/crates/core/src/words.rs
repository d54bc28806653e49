//! Words: the one catalogue of all faces (`ui/locales`), spoken in one language at a time.

use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::said::Said;
use crate::settings::Language;

/// Where each message of a language is, by its id. A message is read when it is said: all of them, read, would be most of what
/// a program that stays has on its heap.
type Catalogue = HashMap<&'static str, &'static str>;

/// What windows say, what the engine finds, and what is said where there is no window.
macro_rules! catalogue {
    ($tag:literal) => {{
        static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        CATALOGUE.get_or_init(|| {
            let parts = [
                include_str!(concat!("../../../../ui/locales/", $tag, ".ftl")),
                include_str!(concat!("../../../../ui/locales/engine/", $tag, ".ftl")),
                include_str!(concat!("../../../../ui/locales/windowless/", $tag, ".ftl")),
            ];
            parts.into_iter().flat_map(messages).collect()
        })
    }};
}

/// The messages of a file, by their ids: each from the line that begins with its id until the next entry or comment.
fn messages(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let begins = |line: &str| line.starts_with(|first: char| first.is_ascii_alphabetic() || first == '#');
    let mut rest = file;
    std::iter::from_fn(move || {
        let end = rest
            .split_inclusive('\n')
            .skip(1)
            .take_while(|line| !begins(line))
            .map(str::len)
            .sum::<usize>();
        let first = rest.split_inclusive('\n').next()?;
        let (message, others) = rest.split_at(first.len().saturating_add(end));
        rest = others;
        Some(message)
    })
    .filter_map(|message| Some((message.split_once('=')?.0.trim_end(), message)))
    .filter(|(id, _)| !id.starts_with('#'))
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

    fn catalogue(self) -> &'static Catalogue {
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

/// A language, ready to be spoken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    tongue: Tongue,
}

impl Words {
    /// The words of a language.
    pub const fn of(tongue: Tongue) -> Self {
        Self { tongue }
    }

    /// English, which logs and programs are told.
    pub fn english() -> &'static Self {
        const { &Self::of(Tongue::En) }
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
        let args: FluentArgs<'_> = args
            .into_iter()
            .map(|(name, value)| (name, self.set_apart(value)))
            .collect();
        let mut bundle = self.bundle(id);
        // What needs it is isolated above: daemons and terminals show marks that they don't know.
        bundle.set_use_isolating(false);
        match bundle.get_message(id).and_then(|message| message.value()) {
            Some(pattern) => {
                let said = bundle.format_pattern(pattern, Some(&args), &mut Vec::new());
                said.into_owned()
            }
            None => id.to_owned(),
        }
    }

    /// One message, read.
    fn bundle(&self, id: &str) -> FluentBundle<FluentResource> {
        let mut bundle = FluentBundle::new(vec![self.tongue.id()]);
        if let Some(message) = self.tongue.catalogue().get(id) {
            // Whatever of it can be read is taken; a test holds that it is all.
            let read = FluentResource::try_new((*message).to_owned()).unwrap_or_else(|(read, _)| read);
            bundle.add_resource_overriding(read);
        }
        bundle
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
    #![allow(clippy::unwrap_used, clippy::panic)]

    use fluent_bundle::FluentError;
    use fluent_bundle::resolver::ResolverError;
    use fluent_bundle::resolver::errors::ReferenceKind;

    use super::*;

    #[test]
    fn every_message_can_be_read_by_itself() {
        for tongue in Tongue::ALL {
            let words = Words::of(tongue);
            for (id, message) in tongue.catalogue() {
                let read = FluentResource::try_new((*message).to_owned());
                let read = read.unwrap_or_else(|(_, faults)| panic!("{tongue:?}, {id}: {faults:?}"));
                assert_eq!(read.entries().count(), 1, "{tongue:?}, {id}");
                let bundle = words.bundle(id);
                let mut faults = Vec::new();
                let pattern = bundle.get_message(id).and_then(|message| message.value()).unwrap();
                bundle.format_pattern(pattern, None, &mut faults);
                let alone = faults.iter().all(|fault| {
                    !matches!(
                        fault,
                        FluentError::ResolverError(ResolverError::Reference(
                            ReferenceKind::Message { .. } | ReferenceKind::Term { .. }
                        ))
                    )
                });
                assert!(alone, "{tongue:?}, {id}: it is made of others, which aren't there");
            }
        }
    }

    #[test]
    fn no_message_is_overlooked() {
        for file in [
            include_str!("../../../../ui/locales/de.ftl"),
            include_str!("../../../../ui/locales/engine/en.ftl"),
            include_str!("../../../../ui/locales/windowless/ar.ftl"),
        ] {
            let read = FluentResource::try_new(file.to_owned()).unwrap();
            let whole = read
                .entries()
                .filter(|entry| format!("{entry:?}").starts_with("Message"));
            assert_eq!(messages(file).count(), whole.count());
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
