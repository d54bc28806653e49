//! Wrong usage, in the language that is spoken. clap knows English alone: what it finds is said anew, but for rarer kinds of
//! mistakes. `--help` is clap's own, in English.

use std::error::Error as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error, FromArgMatches};
use mailwren_core::said::Said;

use crate::later::NoTime;
use crate::{Arguments, speech};

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
        // Help, the version, or a mistake that is left to clap.
        error.print().ok();
        return code;
    };
    let words = speech::words(config());
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

/// What is wrong, for the usual kinds of mistakes.
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
        _ => None,
    }
}

/// Why, what was probably meant, what would do, and how the command is used.
fn hints(error: &Error) -> Vec<Said> {
    let one = |kind| error.get(kind).map(listed).filter(|listed| !listed.is_empty());
    let why = error.source().map(|why| match why.downcast_ref::<NoTime>() {
        Some(no_time) => no_time.said(),
        None => Said::text(why),
    });
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
    [why, meant, values, usage, help].into_iter().flatten().collect()
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
