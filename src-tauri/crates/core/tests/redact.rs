//! What a log that is handed to somebody else says, and what it doesn't.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use mailwren_core::account::{Account, MailServer, Subscription};
use mailwren_core::redact::redact;
use proptest::prelude::*;
use regex::RegexBuilder;

const HOME: &str = "/home/zoe";

fn accounts() -> Vec<Account> {
    let home = Account {
        host: Some("xmpp.hoster.example".to_owned()),
        subscriptions: vec![Subscription {
            service: "pubsub.birds.example".to_owned(),
            node: "mail/sam/INBOX".to_owned(),
        }],
        notifiers: vec!["sieve@mail.birds.example".to_owned()],
        imap: Some(MailServer {
            user: Some("s.wren".to_owned()),
            ..MailServer::new("nas")
        }),
        ..Account::new("sam@birds.example")
    };
    vec![home, Account::new("info@work.example")]
}

fn redacted(line: &str) -> String {
    redact(line, &accounts(), Some("/home/zoe/"))
}

#[test]
fn names_stay_the_same_and_tell_what_is_what() {
    for (line, said) in [
        (
            "2026-11-29T04:05:29.123456Z  INFO mailwren_engine::xmpp::session: logged in account=sam@birds.example \
             target=xmpp.hoster.example:5223 mechanism=SCRAM-SHA-256",
            "2026-11-29T04:05:29.123456Z  INFO mailwren_engine::xmpp::session: logged in account=account-1 \
             target=host-3:5223 mechanism=SCRAM-SHA-256",
        ),
        ("account=Sam@Birds.Example/phone", "account=account-1/phone"),
        (
            "service=PUBSUB.birds.example node=mail/sam/INBOX",
            "service=host-4 node=mail/user-1/INBOX",
        ),
        (
            "S.WREN at NAS, not samba or dynasty",
            "user-1 at host-2, not samba or dynasty",
        ),
        ("new.birds.example, and birds.example", "host-7, and host-1"),
        (
            "<zoe@example.org>, adam.sam@birds.example, Zoe@example.org",
            "<address-1>, address-2, address-1",
        ),
        (
            "/home/zoe/.config/mailwren/config.toml:4:1, not /home/zoemail; ZOE",
            "~/.config/mailwren/config.toml:4:1, not /home/zoemail; user",
        ),
        ("panicked at src/run.rs:12:5", "panicked at src/run.rs:12:5"),
        (
            "mailwren_engine::face: info@work.example",
            "mailwren_engine::face: account-2",
        ),
        ("gone to srv1.elsewhere.net:5222", "gone to host-7:5222"),
        (
            "192.0.2.7:5222, [2001:db8::7]:5222, 127.0.0.1:80",
            "host-7:5222, [host-8]:5222, 127.0.0.1:80",
        ),
        ("sa\u{200e}m\u{7}@birds.example\u{1b}[2J", "account-1[2J"),
    ] {
        assert_eq!(redacted(line), said, "{line}");
    }
}

#[test]
fn without_accounts_and_home_addresses_go_all_the_same() {
    assert_eq!(redact("a b: sam@birds.example\n", &[], None), "a b: address-1\n");
    assert_eq!(redact("/ at /root", &[], Some("/")), "/ at /root");
    assert_eq!(redact("", &accounts(), Some(HOME)), "");
}

/// In a case of each letter's own.
fn in_some_case(text: &str, upper: &[bool]) -> String {
    let letter = |(c, upper): (char, &bool)| if *upper { c.to_ascii_uppercase() } else { c };
    text.chars().zip(upper.iter().cycle()).map(letter).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_that_is_configured_stays_in_whatever_case(
        users in prop::collection::vec("[a-z][a-z.+-]{0,6}[0-9]{2}", 3),
        hosts in prop::collection::vec("[a-z0-9]{1,5}[.-][a-z0-9]{1,4}\\.[a-z]{2,3}", 5),
        label in "[a-z]{3,6}[0-9]",
        folder in "/[a-z]{2,6}[0-9]/[a-z]{2,6}[0-9]",
        upper in prop::collection::vec(any::<bool>(), 1..9),
        glue in prop::collection::vec("[ =:,/\"(.@|\\\\<x7-]{0,3}", 16),
        order in Just((0..16).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let jids = [format!("{}@{}", users[0], hosts[0]), format!("{}@{}", users[1], hosts[1])];
        let first = Account {
            host: Some(label.clone()),
            subscriptions: vec![Subscription { service: hosts[2].clone(), node: "n".to_owned() }],
            imap: Some(MailServer { user: Some(users[2].clone()), ..MailServer::new(hosts[3].clone()) }),
            ..Account::new(jids[0].clone())
        };
        let second = Account { notifiers: vec![hosts[4].clone()], ..Account::new(jids[1].clone()) };

        let sub = format!("x.{}", hosts[3]);
        let mut terms: Vec<&str> = jids.iter().chain(&hosts).chain(&users).map(String::as_str).collect();
        terms.extend([label.as_str(), &folder, &sub, "INFO", "a.b.c", "10.0.0.1"]);
        let log: String = order
            .iter()
            .zip(&glue)
            .flat_map(|(at, glue)| [in_some_case(terms[*at], &upper), glue.clone()])
            .collect();

        let said = redact(&log, &[first, second], Some(&folder)).to_lowercase();
        for gone in jids.iter().chain(&hosts) {
            prop_assert!(!said.contains(gone.as_str()), "{gone} is in {said}, of {log}");
        }
        for gone in users.iter().chain([&label, &folder]) {
            let word = RegexBuilder::new(&format!(r"(?:^|\W){}(?:$|\W)", regex::escape(gone)));
            prop_assert!(!word.build().unwrap().is_match(&said), "{gone} is in {said}, of {log}");
        }
    }

    #[test]
    fn whatever_is_logged_lines_stay_lines(log in "(?s).{0,200}") {
        prop_assert_eq!(redacted(&log).matches('\n').count(), log.matches('\n').count());
    }
}
