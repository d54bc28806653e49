//! How a command ends when it doesn't end well.

use std::process::ExitCode;

use mailwren_core::view::{ApiCode, ApiError};

/// Why a command ended, with its exit code.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    hint: Option<String>,
    engine_ended: bool,
}

impl Failure {
    /// Exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
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

    /// Exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            ..Self::failed(message)
        }
    }

    /// Exit code 3.
    pub fn needs_person(message: impl Into<String>) -> Self {
        Self {
            code: 3,
            ..Self::failed(message)
        }
    }

    /// Exit code 4.
    pub fn timeout() -> Self {
        Self {
            code: 4,
            ..Self::failed("the time given by --timeout is over")
        }
    }

    /// Exit code 75, by which mail servers try again later (`EX_TEMPFAIL` of sysexits.h).
    pub fn try_later(message: impl Into<String>) -> Self {
        Self {
            code: 75,
            ..Self::failed(message)
        }
    }

    /// The same with what to do about it.
    pub fn hint(self, hint: impl Into<Option<String>>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    /// Prints the message on standard error.
    pub fn tell(self) -> ExitCode {
        eprintln!("mailwrenctl: {}", self.message);
        if let Some(hint) = self.hint {
            eprintln!("  {hint}");
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
