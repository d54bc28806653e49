//! What is said to a person, before it is put into a language.
//!
//! Whoever finds something out names a message of the catalogue; each face puts it into the language that is spoken when it is
//! shown, so that another language takes effect at once. In logs it is English.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::words::Words;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Said {
    /// As it is: a name, or what somebody else said, such as a server or the system.
    Text(String),
    /// One after the other, each on its line.
    Lines(Vec<Self>),
    /// A message of the catalogue.
    Message {
        /// Its id.
        id: Cow<'static, str>,
        /// What is put into it.
        args: BTreeMap<Cow<'static, str>, Arg>,
    },
}

/// What is put into a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Arg {
    /// A number, which may decide which form of the message is said.
    Number(#[ts(type = "number")] i64),
    /// Anything else.
    Said(Said),
}

impl Said {
    /// A message of the catalogue.
    pub const fn word(id: &'static str) -> Self {
        Self::Message {
            id: Cow::Borrowed(id),
            args: BTreeMap::new(),
        }
    }

    /// Text as it is.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// The same with something put into it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        if let Self::Message { args, .. } = &mut self {
            args.insert(Cow::Borrowed(name), value.into());
        }
        self
    }

    /// What is wrong with a file.
    pub fn at(path: &Path, what: Self) -> Self {
        Self::word("file-trouble")
            .with("path", path.display())
            .with("what", what)
    }

    /// A length of time, in the largest unit that says enough. One below zero counts as none.
    pub fn span(seconds: i64) -> Self {
        let (message, n) = match seconds {
            s @ ..60 => (Self::word("span-seconds"), s.max(0)),
            s @ 60..3600 => (Self::word("span-minutes"), s / 60),
            s @ 3600..86_400 => (Self::word("span-hours"), s / 3600),
            s => (Self::word("span-days"), s / 86_400),
        };
        message.with("n", Arg::Number(n))
    }

    /// In a language.
    pub fn told(&self, words: &Words) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Lines(lines) => {
                let lines: Vec<String> = lines.iter().map(|line| line.told(words)).collect();
                lines.join("\n")
            }
            Self::Message { id, args } => {
                words.say(id, args.iter().map(|(name, value)| (name.as_ref(), value.told(words))))
            }
        }
    }

    /// The same for programs: in English, once and for all.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self::Text(self.to_string())
    }
}

/// Nothing.
impl Default for Said {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// For logs.
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Words::english()))
    }
}

impl Arg {
    fn told(&self, words: &Words) -> FluentValue<'static> {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Said(said) => said.told(words).into(),
        }
    }
}

impl From<Said> for Arg {
    fn from(said: Said) -> Self {
        Self::Said(said)
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Said(Said::Text(text))
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<std::path::Display<'_>> for Arg {
    fn from(path: std::path::Display<'_>) -> Self {
        path.to_string().into()
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::words::Tongue;

    fn nested() -> Said {
        Said::word("trouble-mailbox")
            .with("jid", "sam@example.org")
            .with("what", Said::word("act-missing").with("n", 2_u32))
    }

    #[test]
    fn each_face_says_it_in_its_own_language_and_logs_in_english() {
        let said = nested();
        let english = "the mailbox of sam@example.org: 2 mails aren’t in their folder any more.";
        assert_eq!(said.to_string(), english);
        assert_eq!(
            said.told(&Words::of(Tongue::De)),
            "das Postfach von sam@example.org: 2 Mails sind nicht mehr in ihrem Ordner."
        );
        assert_eq!(said.plain(), Said::text(english));
        let lines = Said::Lines(vec![Said::word("act-refused"), Said::text("as it is")]);
        assert_eq!(
            lines.told(&Words::of(Tongue::De)),
            "Der Mailserver hat es abgelehnt.\nas it is"
        );
    }

    #[test]
    fn it_travels_as_json_and_text_as_nothing_but_text() {
        let said = Said::Lines(vec![nested(), Said::text("as it is")]);
        let json = serde_json::to_string(&said).unwrap();
        assert_eq!(serde_json::from_str::<Said>(&json).unwrap(), said, "{json}");
        assert_eq!(serde_json::to_string(&Said::text("as it is")).unwrap(), "\"as it is\"");
    }

    #[test]
    fn names_keep_their_direction_to_themselves() {
        let said = Said::word("node-no-answer").with("service", "שלום");
        assert_eq!(said.to_string(), "\u{2068}שלום\u{2069} doesn’t answer.");
    }
}
