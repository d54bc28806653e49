//! How a command ends when it doesn't end well.

use std::process::ExitCode;

use mailwren_core::said::Said;
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

impl Failure {
    /// Exit code 1.
    pub const fn failed(message: Said) -> Self {
        Self {
            code: 1,
            message,
            hint: None,
            engine_ended: false,
        }
    }

    /// The engine answered something else than what it was asked.
    pub const fn unexpected() -> Self {
        Self::failed(Said::word("cli-reply"))
    }

    /// Whether the engine that was asked has ended; another may be there soon.
    pub const fn engine_ended(&self) -> bool {
        self.engine_ended
    }

    /// What went wrong.
    pub const fn message(&self) -> &Said {
        &self.message
    }

    /// What to do about it.
    pub const fn remedy(&self) -> Option<&Said> {
        self.hint.as_ref()
    }

    /// Exit code 2.
    pub fn usage(message: Said) -> Self {
        Self {
            code: 2,
            ..Self::failed(message)
        }
    }

    /// Exit code 3.
    pub fn needs_person(message: Said) -> Self {
        Self {
            code: 3,
            ..Self::failed(message)
        }
    }

    /// Exit code 4.
    pub fn timeout() -> Self {
        Self {
            code: 4,
            ..Self::failed(Said::word("cli-timeout"))
        }
    }

    /// Exit code 75, by which mail servers try again later (`EX_TEMPFAIL` of sysexits.h).
    pub fn try_later(message: Said) -> Self {
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
        failure.hint(error.hint)
    }
}
