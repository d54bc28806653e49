//! Wrong usage, in the language that is spoken. clap knows English alone: what it finds is said anew. `--help` is clap's own,
//! in English.

use std::error::Error as _;
use std::num::ParseIntError;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error, FromArgMatches};
use mailwren_core::said::Said;
use mailwren_engine::bridge::config::ListenError;
use mailwren_engine::language;

use crate::Arguments;
use crate::connection::NoPort;
use crate::later::NoTime;

/// The arguments as given; else it is told what is wrong with them, or what was asked for is printed.
pub fn arguments() -> Result<Arguments, ExitCode> {
    let matches = Arguments::command().try_get_matches();
    matches
        .and_then(|matches| Arguments::from_arg_matches(&matches))
        .map_err(|error| tell(&error))
}

fn tell(error: &Error) -> ExitCode {
    let code = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    let Some(wrong) = said(error) else {
        // Help or the version.
        error.print().ok();
        return code;
    };
    let words = language::of_profile(config());
    eprintln!("mailwrenctl: {}", wrong.told(&words));
    for hint in hints(error) {
        eprintln!("  {}", hint.told(&words));
    }
    code
}

/// The configuration that was named, as far as the arguments can be read.
fn config() -> Option<PathBuf> {
    let matches = Arguments::command().ignore_errors(true).try_get_matches().ok()?;
    matches.try_get_one::<PathBuf>("config").ok().flatten().cloned()
}

/// What is wrong; nothing of what clap was asked for.
fn said(error: &Error) -> Option<Said> {
    let one = |kind| error.get(kind).map(listed);
    let argument = one(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => Some(Said::word("usage-argument").with("argument", argument?)),
        ErrorKind::InvalidSubcommand => {
            let command = one(ContextKind::InvalidSubcommand)?;
            Some(Said::word("usage-command").with("command", command))
        }
        ErrorKind::MissingSubcommand => Some(Said::word("usage-no-command")),
        ErrorKind::MissingRequiredArgument => Some(Said::word("usage-missing").with("arguments", argument?)),
        ErrorKind::ArgumentConflict => match one(ContextKind::PriorArg) {
            Some(other) if Some(&other) != argument.as_ref() => {
                let conflict = Said::word("usage-conflict").with("argument", argument?);
                Some(conflict.with("other", other))
            }
            _ => Some(Said::word("usage-twice").with("argument", argument?)),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let argument = argument?;
            match one(ContextKind::InvalidValue).filter(|value| !value.is_empty()) {
                Some(value) => {
                    let wrong = Said::word("usage-value").with("value", value);
                    Some(wrong.with("argument", argument))
                }
                None => Some(Said::word("usage-no-value").with("argument", argument)),
            }
        }
        ErrorKind::TooManyValues => {
            let surplus = Said::word("usage-surplus").with("argument", argument?);
            Some(surplus.with("value", one(ContextKind::InvalidValue)?))
        }
        ErrorKind::WrongNumberOfValues => {
            let values = Said::word("usage-values").with("argument", argument?);
            let values = values.with("n", one(ContextKind::ExpectedNumValues)?);
            Some(values.with("given", one(ContextKind::ActualNumValues)?))
        }
        ErrorKind::InvalidUtf8 => Some(Said::word("usage-utf8")),
        _ => None,
    }
}

/// Why, what was probably meant, what would do, and how the command is used.
fn hints(error: &Error) -> Vec<Said> {
    let one = |kind| error.get(kind).map(listed).filter(|listed| !listed.is_empty());
    let meant = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let meant = meant.into_iter().find_map(one);
    let meant = meant.map(|meant| Said::word("usage-meant-do").with("meant", meant));
    let values = one(ContextKind::ValidValue).map(|values| Said::word("usage-values-do").with("values", values));
    let usage = one(ContextKind::Usage).map(|usage| {
        let usage = usage.trim_start_matches("Usage:").trim().to_owned();
        Said::word("usage-line").with("usage", usage)
    });
    let help = Some(Said::word("usage-help-do"));
    [why(error), meant, values, usage, help].into_iter().flatten().collect()
}

/// Why a value is none; of what libraries read, how one looks.
fn why(error: &Error) -> Option<Said> {
    let why = error.source()?;
    if let Some(no_time) = why.downcast_ref::<NoTime>() {
        return Some(no_time.said());
    }
    if let Some(no_port) = why.downcast_ref::<NoPort>() {
        return Some(no_port.said());
    }
    if let Some(nowhere) = why.downcast_ref::<ListenError>() {
        return Some(nowhere.said());
    }
    if why.is::<ParseIntError>() {
        return Some(Said::word("usage-number-do"));
    }
    if why.is::<jiff::Error>() {
        return Some(Said::word("usage-time-do"));
    }
    if why.is::<jid::Error>() {
        return Some(Said::word("usage-address-do"));
    }
    Some(Said::text(why))
}

fn listed(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(listed) => listed.join(", "),
        ContextValue::StyledStrs(listed) => {
            let listed: Vec<String> = listed.iter().map(ToString::to_string).collect();
            listed.join(", ")
        }
        other => other.to_string(),
    }
}
