//! How a command ends when it doesn't end well.

use std::process::ExitCode;

use mailwren_core::view::{ApiCode, ApiError};
use mailwren_core::words::Words;

/// Why a command ended, with its exit code.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: Said,
    hint: Option<Said>,
    engine_ended: bool,
}

/// What is said: words of the catalogue, put into the language once it is known, or text as it is.
#[derive(Debug, Clone)]
pub enum Said {
    /// As it is.
    Text(String),
    /// A message of the catalogue, with what is put into it.
    Words(&'static str, Vec<(&'static str, String)>),
}

impl Said {
    /// In a language.
    pub fn told(&self, words: &Words) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Words(id, args) => words.say(id, args.iter().map(|(name, value)| (*name, value.as_str().into()))),
        }
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A message of the catalogue with one thing put into it.
pub fn word(id: &'static str, name: &'static str, value: impl ToString) -> Said {
    Said::Words(id, vec![(name, value.to_string())])
}

impl Failure {
    /// Exit code 1.
    pub fn failed(message: impl Into<Said>) -> Self {
        Self {
            code: 1,
            message: message.into(),
            hint: None,
            engine_ended: false,
        }
    }

    /// Whether the engine that was asked has ended; another may be there soon.
    pub const fn engine_ended(&self) -> bool {
        self.engine_ended
    }

    /// What went wrong.
    pub const fn message(&self) -> &Said {
        &self.message
    }

    /// Exit code 2.
    pub fn usage(message: impl Into<Said>) -> Self {
        Self {
            code: 2,
            ..Self::failed(message)
        }
    }

    /// Exit code 3.
    pub fn needs_person(message: impl Into<Said>) -> Self {
        Self {
            code: 3,
            ..Self::failed(message)
        }
    }

    /// Exit code 4.
    pub fn timeout() -> Self {
        Self {
            code: 4,
            ..Self::failed(Said::Words("cli-timeout", Vec::new()))
        }
    }

    /// Exit code 75, by which mail servers try again later (`EX_TEMPFAIL` of sysexits.h).
    pub fn try_later(message: impl Into<Said>) -> Self {
        Self {
            code: 75,
            ..Self::failed(message)
        }
    }

    /// The same with what to do about it.
    pub fn hint(self, hint: impl Into<Option<Said>>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    /// Prints the message on standard error, in a language.
    pub fn tell(self, words: &Words) -> ExitCode {
        eprintln!("mailwrenctl: {}", self.message.told(words));
        if let Some(hint) = self.hint {
            eprintln!("  {}", hint.told(words));
        }
        ExitCode::from(self.code)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let failure = match error.code {
            ApiCode::Invalid => Self::usage(error.message),
            code => Self {
                engine_ended: code == ApiCode::Closed,
                ..Self::failed(error.message)
            },
        };
        failure.hint(error.hint.map(Said::from))
    }
}
