//! Rules: what a person wants of certain mails. An ordered list; each condition is a list of patterns, a rule matches
//! when every condition does, and a condition does when one of its patterns does.
//!
//! A pattern is a glob over the whole text (`*` any text, `?` one character), or `/…/`: a regular expression found
//! anywhere in it. Both ignore case. Regular expressions run in linear time and are bounded in size.

use jiff::Timestamp;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;

use crate::event::{Event, Kind};
use crate::popup::Privacy;
use crate::said::Said;

/// So many rules are heeded.
pub const MOST_RULES: usize = 500;
/// A condition has at most so many patterns.
const MOST_PATTERNS: usize = 200;
/// A pattern has at most so many characters.
const PATTERN_CHARS: usize = 1_000;
/// What a compiled regular expression may take, in bytes.
const REGEX_BYTES: usize = 256 << 10;
/// So much of a text is looked at, in characters; decoded texts are shorter (see [`crate::text`]).
const TEXT_CHARS: usize = 2_000;

/// A rule as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// What to call it.
    pub name: Option<String>,
    /// Whether it is heeded.
    pub enabled: bool,
    /// The account: its JID or its name.
    #[serde(deserialize_with = "one_or_many")]
    pub account: Vec<String>,
    /// The mailbox, or the node's name where no mailbox is told.
    #[serde(deserialize_with = "one_or_many")]
    pub folder: Vec<String>,
    /// The sender: address or display name.
    #[serde(deserialize_with = "one_or_many")]
    pub sender: Vec<String>,
    /// The subject.
    #[serde(deserialize_with = "one_or_many")]
    pub subject: Vec<String>,
    /// It ends then: for muting somebody for an afternoon.
    #[ts(type = "string | null")]
    pub until: Option<Timestamp>,
    /// What becomes of the popup.
    pub then: Option<Then>,
    /// How much the popup tells.
    pub privacy: Option<Privacy>,
    /// A command to run for each new mail: program and arguments, never a shell. Empty: none.
    pub hook: Vec<String>,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            name: None,
            enabled: true,
            account: Vec::new(),
            folder: Vec::new(),
            sender: Vec::new(),
            subject: Vec::new(),
            until: None,
            then: None,
            privacy: None,
            hook: Vec::new(),
        }
    }
}

/// What a rule makes of a popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// A popup, as usual.
    Notify,
    /// No popup; unread, and counted, all the same.
    Silent,
    /// Neither popup nor count: only the feed shows it, as read.
    Suppress,
    /// A popup even while Mailwren keeps quiet. Not against the desktop's own do-not-disturb.
    Vip,
}

/// A rule in its place, as faces see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RuleEntry {
    /// Its place in the list, from 0.
    pub at: u32,
    /// The line of the configuration file that it begins in, from 1.
    pub line: u32,
    /// The rule, as far as it can be read.
    pub rule: Rule,
    /// Why it isn't heeded, if it is broken.
    pub fault: Option<Said>,
}

/// Reads `"x"` as `["x"]`.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct OneOrMany;
    impl<'de> serde::de::Visitor<'de> for OneOrMany {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a pattern or a list of patterns")
        }
        fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<Self::Value, E> {
            Ok(vec![one.to_owned()])
        }
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut many: A) -> Result<Self::Value, A::Error> {
            let mut patterns = Vec::new();
            while let Some(pattern) = many.next_element()? {
                patterns.push(pattern);
            }
            Ok(patterns)
        }
    }
    deserializer.deserialize_any(OneOrMany)
}

impl RuleEntry {
    /// The same for programs: what it says is English, once and for all.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self {
            fault: self.fault.as_ref().map(Said::plain),
            ..self.clone()
        }
    }
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum RuleFault {
    /// It has no consequence.
    Idle,
    /// A regular expression that is none, or too large.
    Pattern {
        /// The condition.
        key: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// More patterns, or longer ones, than are heeded.
    TooMuch {
        /// The condition.
        key: &'static str,
    },
    /// A hook without a program.
    NoProgram,
    /// More rules than are heeded.
    TooMany,
}

impl RuleFault {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Idle => Said::word("config-rule-idle"),
            Self::Pattern { key, message } => Said::word("config-rule-pattern").with("key", *key).with("why", message),
            Self::TooMuch { key } => Said::word("config-rule-patterns")
                .with("key", *key)
                .with("most", MOST_PATTERNS)
                .with("chars", PATTERN_CHARS),
            Self::NoProgram => Said::word("config-rule-program"),
            Self::TooMany => Said::word("config-rules-many").with("most", MOST_RULES),
        }
    }
}

#[derive(Debug, Clone)]
enum Pattern {
    /// Lower-case characters, `*` and `?`.
    Glob(Vec<char>),
    Regex(Regex),
}

impl Pattern {
    fn compile(key: &'static str, text: &str) -> Result<Self, RuleFault> {
        if text.chars().count() > PATTERN_CHARS {
            return Err(RuleFault::TooMuch { key });
        }
        match text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            Some(inner) if !inner.is_empty() => RegexBuilder::new(inner)
                .case_insensitive(true)
                .size_limit(REGEX_BYTES)
                .dfa_size_limit(REGEX_BYTES)
                .nest_limit(50)
                .build()
                .map(Self::Regex)
                .map_err(|error| RuleFault::Pattern {
                    key,
                    message: said(&error),
                }),
            _ => Ok(Self::Glob(text.chars().flat_map(char::to_lowercase).collect())),
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(text),
            Self::Glob(glob) => {
                let text: Vec<char> = text.chars().take(TEXT_CHARS).flat_map(char::to_lowercase).collect();
                glob_matches(glob, &text)
            }
        }
    }
}

/// The last line of what the regex crate says: the others draw the expression.
fn said(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// Goes back to the last `*` alone, so the effort is bounded by the product of both lengths.
fn glob_matches(glob: &[char], text: &[char]) -> bool {
    let (mut g, mut t) = (0_usize, 0_usize);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some('*') => {
                star = Some((g, t));
                g = g.saturating_add(1);
            }
            Some(c) if *c == '?' || text.get(t) == Some(c) => {
                g = g.saturating_add(1);
                t = t.saturating_add(1);
            }
            _ => {
                let Some((at, from)) = star else { return false };
                let next = from.saturating_add(1);
                star = Some((at, next));
                g = at.saturating_add(1);
                t = next;
            }
        }
    }
    glob.get(g..).is_none_or(|rest| rest.iter().all(|c| *c == '*'))
}

#[derive(Debug, Clone)]
struct Compiled {
    at: u32,
    rule: Rule,
    account: Vec<Pattern>,
    folder: Vec<Pattern>,
    sender: Vec<Pattern>,
    subject: Vec<Pattern>,
}

/// Rules made ready, in order. Two are equal if they were made from the same ones.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<Compiled>);

impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        let as_written =
            |rules: &Self| -> Vec<(u32, Rule)> { rules.0.iter().map(|c| (c.at, c.rule.clone())).collect() };
        as_written(self) == as_written(other)
    }
}

/// A mail as rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The account's bare JID.
    pub account: Option<&'a str>,
    /// What people call the account.
    pub label: Option<&'a str>,
    /// The event.
    pub event: &'a Event,
}

/// What the rules say of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What the first matching rule with a `then` says, and that rule's name.
    pub then: Option<(Then, String)>,
    /// What the first matching rule with a `privacy` says.
    pub privacy: Option<Privacy>,
    /// The commands of all matching rules, each with the rule's name.
    pub hooks: Vec<(String, Vec<String>)>,
    /// The places of all matching rules.
    pub matched: Vec<u32>,
}

impl Rule {
    /// Makes sure that it can be heeded.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), RuleFault> {
        self.compile(0).map(|_| ())
    }

    /// What to call it: its name, else its place as people count.
    pub fn label(&self, at: u32) -> String {
        let name = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        name.map_or_else(|| format!("#{}", at.saturating_add(1)), str::to_owned)
    }

    fn compile(&self, at: u32) -> Result<Compiled, RuleFault> {
        if self.then.is_none() && self.privacy.is_none() && self.hook.is_empty() {
            return Err(RuleFault::Idle);
        }
        if self.hook.first().is_some_and(String::is_empty) {
            return Err(RuleFault::NoProgram);
        }
        let patterns = |key: &'static str, texts: &[String]| {
            if texts.len() > MOST_PATTERNS {
                return Err(RuleFault::TooMuch { key });
            }
            texts.iter().map(|text| Pattern::compile(key, text)).collect()
        };
        Ok(Compiled {
            at,
            account: patterns("account", &self.account)?,
            folder: patterns("folder", &self.folder)?,
            sender: patterns("sender", &self.sender)?,
            subject: patterns("subject", &self.subject)?,
            rule: self.clone(),
        })
    }
}

impl Compiled {
    fn matches(&self, mail: &Subject<'_>, now: Timestamp) -> bool {
        let event = mail.event;
        let from = event.from.as_ref();
        let folder = event.mailbox.as_deref().or(event.node.as_deref());
        self.rule.enabled
            && self.rule.until.is_none_or(|until| now < until)
            && any(&self.account, &[mail.account, mail.label])
            && any(&self.folder, &[folder])
            && any(
                &self.sender,
                &[
                    from.and_then(|f| f.address.as_deref()),
                    from.and_then(|f| f.name.as_deref()),
                ],
            )
            && any(&self.subject, &[event.subject.as_deref()])
    }
}

/// Whether a pattern matches one of the texts that are known; without patterns anything does.
fn any(patterns: &[Pattern], texts: &[Option<&str>]) -> bool {
    patterns.is_empty()
        || texts
            .iter()
            .flatten()
            .any(|text| patterns.iter().any(|pattern| pattern.matches(text)))
}

impl Rules {
    /// Makes rules ready. A broken one is left out and told with its place; the others stay in force.
    pub fn compile(written: &[Rule]) -> (Self, Vec<(u32, RuleFault)>) {
        let (mut rules, mut faults) = (Vec::new(), Vec::new());
        for (rule, at) in written.iter().zip(0_u32..) {
            if usize::try_from(at).is_ok_and(|at| at >= MOST_RULES) {
                faults.push((at, RuleFault::TooMany));
                continue;
            }
            match rule.compile(at) {
                Ok(compiled) => rules.push(compiled),
                Err(fault) => faults.push((at, fault)),
            }
        }
        (Self(rules), faults)
    }

    /// What the rules say of a mail at an instant.
    pub fn judge(&self, mail: &Subject<'_>, now: Timestamp) -> Judgement {
        let mut judgement = Judgement::default();
        if !matches!(mail.event.kind, Kind::New | Kind::Changed) {
            return judgement;
        }
        for compiled in self.0.iter().filter(|compiled| compiled.matches(mail, now)) {
            let (rule, at) = (&compiled.rule, compiled.at);
            judgement.matched.push(at);
            if let (None, Some(then)) = (&judgement.then, rule.then) {
                judgement.then = Some((then, rule.label(at)));
            }
            judgement.privacy = judgement.privacy.or(rule.privacy);
            if !rule.hook.is_empty() {
                judgement.hooks.push((rule.label(at), rule.hook.clone()));
            }
        }
        judgement
    }
}

/// The rule that keeps a sender's popups away, from their address, else their name.
pub fn mute(event: &Event, until: Option<Timestamp>) -> Option<Rule> {
    let from = event.from.as_ref()?;
    let who = from.address.as_deref().or(from.name.as_deref())?;
    Some(Rule {
        name: Some(format!("Muted: {}", from.name.as_deref().unwrap_or(who))),
        sender: vec![literal(who)],
        until,
        then: Some(Then::Silent),
        ..Rule::default()
    })
}

/// Whether a rule does nothing but keep this event's sender's popups away.
pub fn is_mute_of(rule: &Rule, event: &Event) -> bool {
    mute(event, None).is_some_and(|mute| {
        *rule
            == Rule {
                name: rule.name.clone(),
                until: rule.until,
                enabled: rule.enabled,
                ..mute
            }
    })
}

/// A pattern that matches just this text. What a glob would interpret becomes a regular expression.
fn literal(text: &str) -> String {
    if text.contains(['*', '?']) || text.starts_with('/') {
        format!("/^{}$/", regex::escape(text))
    } else {
        text.to_owned()
    }
}
