//! What the file says of notifications: `[notifications]`, `[[quiet]]` and `[[rule]]`.

use data_encoding::HEXLOWER;
use mailwren_core::quiet::{QuietFault, QuietHours, days};
use mailwren_core::rules::{Rule, RuleEntry, Rules};
use mailwren_core::said::Said;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeArray, DeValue};

use super::{ConfigProblem, position};

/// Quiet hours as written: days in words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQuiet {
    #[serde(default)]
    days: Words,
    from: String,
    to: String,
}

/// `"mon-fri"` or `["mon-fri", "sun"]`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`days` is a word such as mon-fri, or a list of them")]
enum Words {
    One(String),
    Many(Vec<String>),
}

impl Default for Words {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl WrittenQuiet {
    fn checked(self) -> Result<QuietHours, QuietFault> {
        let words = match self.days {
            Words::One(word) => vec![word],
            Words::Many(words) => words,
        };
        let hours = QuietHours {
            days: days(&words)?,
            from: self.from,
            to: self.to,
        };
        hours.check().map(|()| hours)
    }
}

/// Quiet hours from their table as written; `None` if it can't be read.
pub fn quiet_from_toml(table: toml_edit::Table) -> Option<QuietHours> {
    let written: WrittenQuiet = toml_edit::de::from_document(toml_edit::DocumentMut::from(table)).ok()?;
    written.checked().ok()
}

/// Reads all quiet hours; those that are broken are told and left out.
pub fn read_quiet(text: &str, written: DeArray<'_>) -> (Vec<QuietHours>, Vec<ConfigProblem>) {
    let (mut quiet, mut problems) = (Vec::new(), Vec::new());
    for entry in written {
        let start = entry.span().start;
        let read = WrittenQuiet::deserialize(entry.into_deserializer())
            .map_err(|error| (error.span().map(|span| span.start), Said::text(error.message())))
            .and_then(|hours| hours.checked().map_err(|fault| (None, fault.said())));
        match read {
            Ok(hours) => quiet.push(hours),
            Err((at, message)) => problems.push(problem(text, at.unwrap_or(start), message)),
        }
    }
    (quiet, problems)
}

/// Reads all rules, in order. A broken one says so itself and is told as a problem; it keeps its place.
pub fn read_rules(text: &str, written: DeArray<'_>) -> (Vec<RuleEntry>, Vec<ConfigProblem>) {
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for (entry, at) in written.into_iter().zip(0_u32..) {
        let start = entry.span().start;
        let name = name(&entry);
        let (rule, fault) = match Rule::deserialize(entry.into_deserializer()) {
            Ok(rule) => (rule, None),
            Err(error) => {
                let place = error.span().map_or(start, |span| span.start);
                let rule = Rule {
                    name,
                    ..Rule::default()
                };
                (rule, Some((place, Said::text(error.message()))))
            }
        };
        entries.push((at, start, rule, fault));
    }
    let written: Vec<Rule> = entries.iter().map(|(_, _, rule, _)| rule.clone()).collect();
    let (_, faults) = Rules::compile(&written);
    let entries = entries.into_iter().map(|(at, start, rule, unreadable)| {
        let heeded = || faults.iter().find(|(place, _)| *place == at);
        let fault = unreadable.or_else(|| heeded().map(|(_, fault)| (start, fault.said())));
        if let Some((place, message)) = &fault {
            let message = Said::word("config-rule")
                .with("rule", rule.label(at))
                .with("what", message.clone());
            problems.push(problem(text, *place, message));
        }
        RuleEntry {
            at,
            line: u32::try_from(position(text, start).0).unwrap_or(u32::MAX),
            rule,
            fault: fault.map(|(_, message)| message),
        }
    });
    let entries = entries.collect();
    (entries, problems)
}

fn name(entry: &Spanned<DeValue<'_>>) -> Option<String> {
    let name = entry.get_ref().get("name")?;
    name.get_ref().as_str().map(str::to_owned)
}

fn problem(text: &str, at: usize, message: Said) -> ConfigProblem {
    let (line, column) = position(text, at);
    ConfigProblem {
        line,
        column,
        jid: None,
        message,
    }
}

/// The rules made ready, each under its place in the file.
pub fn heeded(entries: &[RuleEntry]) -> Rules {
    // A broken one keeps its place without consequence.
    let written: Vec<Rule> = entries
        .iter()
        .map(|entry| match &entry.fault {
            None => entry.rule.clone(),
            Some(_) => Rule::default(),
        })
        .collect();
    Rules::compile(&written).0
}

/// A name for what the rules are: another one once any of them changed.
pub fn edition(entries: &[RuleEntry]) -> String {
    let mut digest = Sha256::new();
    for entry in entries {
        digest.update(format!("{:?}\n{:?}\n", entry.rule, entry.fault));
    }
    let mut edition = HEXLOWER.encode(&digest.finalize());
    edition.truncate(12);
    edition
}
