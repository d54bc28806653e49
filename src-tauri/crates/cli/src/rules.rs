//! `mailwrenctl rules`: what they are, and what they make of an event.

use std::io;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use mailwren_core::event::Event;
use mailwren_core::policy::{Hush, Standing, Verdict, decide};
use mailwren_core::quiet::Schedule;
use mailwren_core::rules::{Judgement, Rule, RuleEntry, Rules, Subject, Then};
use mailwren_core::said::Said;
use mailwren_core::settings::NotificationSettings;
use mailwren_core::view::{AccountStatus, Command, Reply, Status};
use mailwren_core::words::Words;
use mailwren_engine::face::Face;
use serde_json::Value;

use crate::exit::Failure;
use crate::{open, print};

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// List the rules, in order, with what is wrong with those that are broken.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Say what the rules make of events: JSON as `decode` and `watch --json` print it, on standard input.
    Test(Test),
}

#[derive(Debug, clap::Args)]
pub struct Test {
    /// The account the events come by, where they don't say so themselves.
    #[arg(long, value_name = "JID")]
    account: Option<String>,
    /// When they come, for quiet hours and rules that end; now if left out.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Option<PathBuf>, what: What, words: &Words) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let ground = Ground::of(&face).await;
    face.close().await;
    let ground = ground?;
    match what {
        What::List { json } => ground.rules.iter().try_for_each(|entry| list(entry, json, words)),
        What::Test(test) => ground.test(&test, words),
    }
}

/// What a decision depends on.
struct Ground {
    rules: Vec<RuleEntry>,
    settings: NotificationSettings,
    accounts: Vec<AccountStatus>,
}

impl Ground {
    async fn of(face: &Face) -> Result<Self, Failure> {
        let rules = face.call(Command::Rules).await?;
        let settings = face.call(Command::NotificationSettings).await?;
        let status = face.call(Command::Status).await?;
        match (rules, settings, status) {
            (
                Reply::Rules { rules, .. },
                Reply::NotificationSettings { settings },
                Reply::Status {
                    status: Status { accounts, .. },
                },
            ) => Ok(Self {
                rules,
                settings,
                accounts,
            }),
            _ => Err(Failure::unexpected()),
        }
    }

    fn test(&self, test: &Test, words: &Words) -> Result<(), Failure> {
        // A broken rule keeps its place without consequence.
        let heeded = |entry: &RuleEntry| match entry.fault {
            None => entry.rule.clone(),
            Some(_) => Rule::default(),
        };
        let (rules, _) = Rules::compile(&self.rules.iter().map(heeded).collect::<Vec<_>>());
        let now = test
            .at
            .unwrap_or_else(Timestamp::now)
            .to_zoned_datetime(TimeZone::system());
        let mut none = true;
        for value in serde_json::Deserializer::from_reader(io::stdin().lock()).into_iter::<Value>() {
            let value =
                value.map_err(|error| Failure::usage(Said::word("cli-not-json").with("why", error.to_string())))?;
            none = false;
            self.judge(&rules, value, test, &now, words)?;
        }
        if none {
            return Err(Failure::usage(Said::word("cli-no-input")).hint(Said::word("cli-no-input-do")));
        }
        Ok(())
    }

    fn judge(
        &self,
        rules: &Rules,
        mut value: Value,
        test: &Test,
        now: &ZonedDateTime,
        words: &Words,
    ) -> Result<(), Failure> {
        let account = value.get("account").and_then(Value::as_str).map(str::to_owned);
        let account = account.or_else(|| test.account.clone());
        if let Some(object) = value.as_object_mut() {
            // An event written by hand needn't say these.
            for (key, usual) in [("kind", "new"), ("dialect", "unknown")] {
                object.entry(key).or_insert_with(|| usual.into());
            }
        }
        let event: Event = serde_json::from_value(value)
            .map_err(|error| Failure::usage(Said::word("cli-not-event").with("why", error.to_string())))?;
        let status = self
            .accounts
            .iter()
            .find(|status| Some(&status.jid) == account.as_ref());
        let mail = Subject {
            account: account.as_deref(),
            label: status.map(|status| status.label.as_str()),
            event: &event,
        };
        let judgement = rules.judge(&mail, now.timestamp());
        let quiet = Schedule::new(&self.settings.quiet).quiet_until(now.timestamp(), now.time_zone());
        let standing = Standing {
            desktop: true,
            hush: quiet.map(|until| Hush::QuietHours { until }),
            ..Standing::default()
        };
        let verdict = decide(event.kind, &judgement, &standing);
        if test.json {
            self.tell_json(&judgement, &verdict)
        } else {
            self.tell(&event, &judgement, &verdict, now, words)
        }
    }

    fn matched<'a>(&'a self, judgement: &'a Judgement) -> impl Iterator<Item = &'a RuleEntry> {
        self.rules.iter().filter(|entry| judgement.matched.contains(&entry.at))
    }

    fn tell(
        &self,
        event: &Event,
        judgement: &Judgement,
        verdict: &Verdict,
        now: &ZonedDateTime,
        words: &Words,
    ) -> Result<(), Failure> {
        print::out(&print::mail(event.from.as_ref(), event.subject.as_deref(), words))?;
        if judgement.matched.is_empty() {
            print::out(&format!("  {}", words.word("cli-no-match")))?;
        }
        for entry in self.matched(judgement) {
            print::out(&format!("  {}", line(entry, words)))?;
        }
        print::out(&format!("  {}", verdict.reason.said(now).told(words)))
    }

    fn tell_json(&self, judgement: &Judgement, verdict: &Verdict) -> Result<(), Failure> {
        let matched: Vec<Value> = self
            .matched(judgement)
            .map(|entry| serde_json::json!({ "at": entry.at, "line": entry.line, "rule": entry.rule.label(entry.at) }))
            .collect();
        let hooks: Vec<&Vec<String>> = judgement.hooks.iter().map(|(_, command)| command).collect();
        let json = serde_json::json!({
            "matched": matched,
            "reason": verdict.reason,
            "popup": verdict.owed,
            "unread": verdict.unread,
            "hooks": hooks,
        });
        print::json(&json)
    }
}

fn list(entry: &RuleEntry, json: bool, words: &Words) -> Result<(), Failure> {
    if json {
        return print::json(&entry.plain());
    }
    print::out(&line(entry, words))?;
    match &entry.fault {
        Some(fault) => print::out(&format!(
            "    {}",
            words.say("cli-rule-broken", [("why", fault.told(words).into())])
        )),
        None => Ok(()),
    }
}

/// A rule in a line: place, name, where it is written, conditions and consequences.
fn line(entry: &RuleEntry, words: &Words) -> String {
    let rule = &entry.rule;
    let or = words.word("cli-rule-or");
    let mut parts = Vec::new();
    for (key, patterns) in [
        ("account", &rule.account),
        ("folder", &rule.folder),
        ("sender", &rule.sender),
        ("subject", &rule.subject),
    ] {
        if !patterns.is_empty() {
            parts.push(format!("{key} {}", patterns.join(&or)));
        }
    }
    if let Some(until) = rule.until {
        parts.push(format!("until {until}"));
    }
    let mut consequences = Vec::new();
    consequences.extend(rule.then.map(|then| match then {
        Then::Notify => "notify".to_owned(),
        Then::Silent => "silent".to_owned(),
        Then::Suppress => "suppress".to_owned(),
        Then::Vip => "vip".to_owned(),
    }));
    consequences.extend(rule.privacy.map(|privacy| format!("privacy {}", privacy.name())));
    consequences.extend(rule.hook.first().map(|program| format!("hook {program}")));
    let off = (!rule.enabled).then(|| format!(" ({})", words.word("link-disabled")));
    let conditions = if parts.is_empty() {
        words.word("rule-every")
    } else {
        parts.join(", ")
    };
    let name = rule.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    let written = words.say("cli-rule-line", [("n", entry.line.into())]);
    format!(
        "{}{name}{} ({written}): {conditions}: {}",
        entry.at.saturating_add(1),
        off.unwrap_or_default(),
        consequences.join(", ")
    )
}
