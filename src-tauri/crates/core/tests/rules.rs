//! Rules: what matches, who decides, and what a broken one does to the others.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use jiff::Timestamp;
use mailwren_core::event::{Event, Kind, Sender};
use mailwren_core::popup::Privacy;
use mailwren_core::rules::{Judgement, Rule, RuleFault, Rules, Subject, Then, is_mute_of, mute};
use proptest::prelude::*;

fn mail(name: &str, address: &str, subject: &str) -> Event {
    Event {
        mailbox: Some("Lists/rust".to_owned()),
        from: Some(Sender {
            name: (!name.is_empty()).then(|| name.to_owned()),
            address: (!address.is_empty()).then(|| address.to_owned()),
        }),
        subject: Some(subject.to_owned()),
        ..Event::bare(Kind::New)
    }
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn judge(rules: &[Rule], event: &Event) -> Judgement {
    let (rules, faults) = Rules::compile(rules);
    assert_eq!(faults, []);
    let mail = Subject {
        account: Some("sam@example.org"),
        label: Some("Home"),
        event,
    };
    rules.judge(&mail, now())
}

fn silent() -> Rule {
    Rule {
        then: Some(Then::Silent),
        ..Rule::default()
    }
}

fn from(pattern: &str) -> Rule {
    Rule {
        sender: vec![pattern.to_owned()],
        ..silent()
    }
}

#[test]
fn patterns_match_as_they_are_documented() {
    let event = mail("Zoë Ångström", "Zoe@Example.org", "[PATCH v2 3/7] fix: ünïcode");
    for (pattern, matches) in [
        ("zoe@example.org", true),
        ("*@example.org", true),
        ("*@example.com", false),
        ("zoë ångström", true),
        ("ZOË *", true),
        ("zo? *", true),
        ("zo?", false),
        ("", false),
        ("*", true),
        ("**e**", true),
        ("example.org", false),
        ("/example.org/", true),
        ("/^zoe@(example|sample)\\.org$/", true),
        ("/ÅNG/", true),
        ("/^example/", false),
        ("//", false),
    ] {
        let judgement = judge(&[from(pattern)], &event);
        assert_eq!(judgement.then.is_some(), matches, "{pattern}");
    }
}

#[test]
fn every_condition_must_hold_and_any_of_its_patterns_will_do() {
    let event = mail("Zoë", "zoe@example.org", "lunch");
    let rule = Rule {
        account: vec!["work".to_owned(), "home".to_owned()],
        folder: vec!["lists/*".to_owned()],
        subject: vec!["dinner".to_owned(), "lunch".to_owned()],
        ..from("zoë")
    };
    assert_eq!(judge(std::slice::from_ref(&rule), &event).matched, [0]);
    for broken in [
        Rule {
            account: vec!["work".to_owned()],
            ..rule.clone()
        },
        Rule {
            folder: vec!["INBOX".to_owned()],
            ..rule.clone()
        },
        Rule {
            subject: vec!["dinner".to_owned()],
            ..rule.clone()
        },
        Rule {
            enabled: false,
            ..rule.clone()
        },
        Rule {
            until: Some(now()),
            ..rule.clone()
        },
    ] {
        assert_eq!(judge(&[broken], &event), Judgement::default());
    }
    let by_jid = Rule {
        account: vec!["SAM@*".to_owned()],
        ..silent()
    };
    assert_eq!(judge(&[by_jid], &event).matched, [0]);
}

#[test]
fn the_first_rule_that_says_so_decides_and_every_hook_runs() {
    let ring = |name: &str| Rule {
        name: Some(name.to_owned()),
        hook: vec!["ring".to_owned(), name.to_owned()],
        ..Rule::default()
    };
    let rules = [
        ring("first"),
        Rule {
            privacy: Some(Privacy::Count),
            ..ring("second")
        },
        Rule {
            name: Some("the boss".to_owned()),
            then: Some(Then::Vip),
            privacy: Some(Privacy::Full),
            ..from("*@example.org")
        },
        silent(),
    ];
    let judgement = judge(&rules, &mail("Boss", "boss@example.org", "now"));
    assert_eq!(judgement.then, Some((Then::Vip, "the boss".to_owned())));
    assert_eq!(judgement.privacy, Some(Privacy::Count));
    assert_eq!(judgement.matched, [0, 1, 2, 3]);
    let hooks: Vec<&str> = judgement.hooks.iter().map(|(_, command)| command[1].as_str()).collect();
    assert_eq!(hooks, ["first", "second"]);
    let other = judge(&rules, &mail("Kim", "kim@example.com", "later"));
    assert_eq!(other.then, Some((Then::Silent, "#4".to_owned())), "named by its place");
}

#[test]
fn what_isnt_known_matches_no_pattern() {
    let mut event = Event::bare(Kind::Changed);
    event.node = Some("/sam/mail/Inbox".to_owned());
    assert_eq!(judge(&[from("*")], &event).matched, Vec::<u32>::new());
    let by_node = Rule {
        folder: vec!["*/Inbox".to_owned()],
        ..silent()
    };
    assert_eq!(judge(&[by_node], &event).matched, [0]);
    assert_eq!(judge(&[silent()], &Event::bare(Kind::Gone)).matched, Vec::<u32>::new());
}

#[test]
fn a_broken_rule_disables_only_itself_and_keeps_its_place() {
    let pattern = |text: &str| Rule {
        subject: vec![text.to_owned()],
        ..silent()
    };
    let rules = [
        pattern("/(/"),
        Rule::default(),
        Rule {
            hook: vec![String::new()],
            ..Rule::default()
        },
        pattern(&"x".repeat(1_001)),
        pattern("/(a{1000}){1000}/"),
        pattern("lunch"),
    ];
    let (compiled, faults) = Rules::compile(&rules);
    let places: Vec<u32> = faults.iter().map(|(at, _)| *at).collect();
    assert_eq!(places, [0, 1, 2, 3, 4]);
    assert!(
        matches!(&faults[0].1, RuleFault::Pattern { key: "subject", message } if message.contains("unclosed group")),
        "{}",
        faults[0].1
    );
    assert_eq!(faults[1].1, RuleFault::Idle);
    assert_eq!(faults[2].1, RuleFault::NoProgram);
    let event = mail("Kim", "kim@example.org", "Lunch");
    let mail = Subject {
        account: None,
        label: None,
        event: &event,
    };
    assert_eq!(compiled.judge(&mail, now()).matched, [5]);
}

#[test]
fn only_so_many_rules_are_heeded() {
    let (_, faults) = Rules::compile(&vec![silent(); 501]);
    assert_eq!(faults, [(500, RuleFault::TooMany)]);
}

#[test]
fn muting_a_sender_matches_that_sender_alone_and_is_recognised() {
    for (name, address) in [
        ("Zoë", "zoe@example.org"),
        ("", "what?*@example.org"),
        ("/slash/", ""),
        ("Star * Trek", ""),
    ] {
        let event = mail(name, address, "x");
        let rule = mute(&event, None).unwrap();
        assert_eq!(judge(std::slice::from_ref(&rule), &event).then.unwrap().0, Then::Silent);
        assert!(is_mute_of(&rule, &event));
        let other = mail("whatever", "whatXY@example.org", "x");
        assert_eq!(judge(std::slice::from_ref(&rule), &other).matched, Vec::<u32>::new());
        assert!(!is_mute_of(&rule, &other));
        let more = Rule {
            folder: vec!["Lists".to_owned()],
            ..rule
        };
        assert!(!is_mute_of(&more, &event), "it says more than that");
    }
    assert_eq!(mute(&Event::bare(Kind::Changed), None), None);
}

#[test]
fn a_rule_takes_one_pattern_or_many_and_no_unknown_key() {
    let one: Rule = serde_json::from_str(r#"{"sender": "a", "then": "vip"}"#).unwrap();
    let many: Rule = serde_json::from_str(r#"{"sender": ["a"], "then": "vip"}"#).unwrap();
    assert_eq!(one, many);
    assert!(one.enabled);
    assert!(serde_json::from_str::<Rule>(r#"{"sendr": "a", "then": "vip"}"#).is_err());
    assert!(serde_json::from_str::<Rule>(r#"{"sender": 7}"#).is_err());
}

/// A glob as a regular expression would have it.
fn by_regex(glob: &str, text: &str) -> bool {
    let inner: String = glob
        .chars()
        .map(|c| match c {
            '*' => "(?s:.*)".to_owned(),
            '?' => "(?s:.)".to_owned(),
            c => regex::escape(&c.to_string()),
        })
        .collect();
    regex::Regex::new(&format!("^{inner}$")).unwrap().is_match(text)
}

proptest! {
    #[test]
    fn globs_are_what_they_would_be_as_regular_expressions(glob in "[ab*?]{1,8}", text in "[ab]{1,12}") {
        let matched = !judge(&[from(&glob)], &mail(&text, "", "x")).matched.is_empty();
        prop_assert_eq!(matched, by_regex(&glob, &text), "{} on {}", glob, text);
    }

    #[test]
    fn no_pattern_panics(pattern in ".{0,60}", text in ".{0,60}") {
        let (rules, _) = Rules::compile(&[from(&pattern)]);
        let event = mail(&text, &text, &text);
        let _ = rules.judge(&Subject { account: None, label: None, event: &event }, now());
    }
}
