#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::os::unix::fs::{PermissionsExt, symlink};

use jiff::Timestamp;
use mailwren_core::account::{MailServer, Security, Subscription};
use mailwren_core::popup::Privacy;
use mailwren_core::quiet::{Day, QuietHours};
use mailwren_core::rules::{Rule, Then};
use proptest::prelude::*;

use super::*;

const FILE: &str = r#"# My mail.

keep_days = 14 # two weeks

[notifications]
privacy = "sender"

# The one at home.
[[account]]
name = "Home"            # short
jid = "Sam@AOSNotify.mac.com"
host = "127.0.0.1"
port = 5223
security = "direct"
pins = ["AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99"]
subscriptions = [
    # the inbox
    { service = "pubsub.aosnotify.mac.com", node = "/protected/com/apple/mobileme/sam/mail/Inbox" },
    { node = "lists", service = "pubsub.aosnotify.mac.com" }, # and the lists
]

# Work; off on weekends.
[[account]]
jid = "sam@example.org"
enabled = false
password = { command = ["pass", "work"] }
"#;

fn loaded(text: &str) -> Loaded {
    parse(Path::new("config.toml"), text).unwrap()
}

fn error(text: &str) -> String {
    parse(Path::new("config.toml"), text).unwrap_err().to_string()
}

fn problems(text: &str) -> Vec<String> {
    loaded(text).problems.iter().map(ToString::to_string).collect()
}

/// A file with this content, to be edited.
fn file(text: &str) -> (tempfile::TempDir, ConfigFile) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    fs::write(&path, text).unwrap();
    (dir, ConfigFile::new(path))
}

fn text(file: &ConfigFile) -> String {
    fs::read_to_string(file.path()).unwrap()
}

fn subscription(node: &str) -> Subscription {
    Subscription {
        service: "pubsub.aosnotify.mac.com".to_owned(),
        node: node.to_owned(),
    }
}

#[test]
fn every_key_is_read_and_brought_to_its_normal_form() {
    let Loaded { config, problems } = loaded(FILE);
    assert_eq!(problems, vec![]);
    assert_eq!(
        (config.general.keep_days, config.notifications.privacy),
        (14, Privacy::Sender)
    );
    let [home, work] = config.accounts.as_slice() else {
        panic!("{:?}", config.accounts)
    };
    assert_eq!(
        (home.jid.as_str(), home.label(), home.port),
        ("sam@aosnotify.mac.com", "Home", Some(5223))
    );
    assert_eq!(home.security, Security::Direct);
    assert!(home.pins[0].starts_with("aabbccddeeff0011") && home.pins[0].len() == 64);
    assert_eq!(home.subscriptions[1], subscription("lists"));
    assert!(!work.enabled && work.pep);
    assert_eq!(
        work.password,
        PasswordSource::Command(vec!["pass".to_owned(), "work".to_owned()])
    );
}

#[test]
fn what_isnt_said_has_its_default() {
    let empty = Loaded::default();
    assert_eq!(loaded(""), empty);
    assert_eq!(Config::load(Path::new("/nonexistent/config.toml")).unwrap(), empty);
    assert_eq!(
        (empty.config.general.keep_days, empty.config.notifications.clone()),
        (30, NotificationSettings::default())
    );
    assert_eq!(
        empty.config.manners(true),
        Manners {
            desktop: true,
            ..Manners::default()
        }
    );
    assert_eq!(
        loaded("[[account]]\njid = 'sam@example.org'").config.accounts,
        vec![Account::new("sam@example.org")]
    );
}

#[test]
fn the_documented_file_is_one_that_loads() {
    let documented: String = include_str!("mod.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .skip_while(|line| *line != "```toml")
        .skip(1)
        .take_while(|line| *line != "```")
        .map(|line| line.replace("6f8d…", &"6f".repeat(32)) + "\n")
        .collect();
    let Loaded { config, problems } = loaded(&documented);
    assert_eq!((config.accounts.len(), problems), (1, vec![]));
}

#[test]
fn errors_say_where() {
    assert!(
        error("keep_days = 3\nprivacy = \n").starts_with("config.toml:2:1"),
        "{}",
        error("keep_days = 3\nprivacy = \n")
    );
    assert!(error("keep_days = 'long'").starts_with("config.toml:1:13: "));
    assert!(error("# ü\n[notifications]\n  privacy = 'sendr'").starts_with("config.toml:3:13: "));
    assert!(error("keep_dayz = 3").contains("keep_dayz"));
    assert!(error("\nkeep_days = 0").starts_with("config.toml:2:13: "));
    assert!(error("[account]\njid = 'sam@example.org'").contains("[[account]]"));
}

#[test]
fn one_bad_account_disables_only_itself_and_says_where() {
    let bad = "[[account]]\njid = 'sam@example.org'\nprot = 5222\n[[account]]\njid = 'kim@example.org'\n";
    let Loaded { config, problems } = loaded(bad);
    assert_eq!(config.accounts, vec![Account::new("kim@example.org")]);
    assert_eq!(
        (problems[0].line, problems[0].jid.as_deref()),
        (3, Some("sam@example.org"))
    );
    assert!(problems[0].message.to_string().contains("prot"));
}

#[test]
fn an_account_must_make_sense() {
    let pin = "ab".repeat(31);
    for (rest, expected) in [
        ("jid = 'example.org'", "isn’t the JID"),
        ("jid = 'sam@example.org/desk'", "isn’t the JID"),
        ("jid = ''", "isn’t the JID"),
        ("name = 'x'", "jid"),
        ("jid = 'sam@example.org'\nport = 5223", "together with `host`"),
        ("jid = 'sam@example.org'\nhost = 'h'\nport = 0", "isn’t a port"),
        ("jid = 'sam@example.org'\nhost = ' '", "`host` is empty"),
        ("jid = 'sam@example.org'\nhost = 'h'\nport = 65536", "65536"),
        (
            &format!("jid = 'sam@example.org'\npins = ['{pin}']"),
            "SHA-256 fingerprint",
        ),
        (
            "jid = 'sam@example.org'\nsubscriptions = [{ service = '@', node = 'n' }]",
            "isn’t a pubsub service",
        ),
        (
            "jid = 'sam@example.org'\nsubscriptions = [{ service = 'p', node = '' }]",
            "names no node",
        ),
        ("jid = 'sam@example.org'\nnotifiers = ['@@']", "isn’t a JID"),
        (
            "jid = 'sam@example.org'\npassword = { command = [] }",
            "names no program",
        ),
        ("jid = 'sam@example.org'\npassword = 'hunter2'", "unknown variant"),
        ("jid = 'sam@example.org'\nxmpp = false", "it takes a mailbox"),
        (
            "jid = 'sam@example.org'\nimap = { host = 'a b' }",
            "isn’t a server’s name",
        ),
        (
            "jid = 'sam@example.org'\nimap = { host = 'h', port = 0 }",
            "isn’t a port",
        ),
        (
            "jid = 'sam@example.org'\nimap = { host = 'h', token = [] }",
            "names no program",
        ),
        (
            "jid = 'sam@example.org'\nimap = { host = 'h', tls = 'none' }",
            "unknown variant",
        ),
    ] {
        let problems = problems(&format!("[[account]]\n{rest}"));
        assert!(
            problems.len() == 1 && problems[0].contains(expected),
            "{rest:?}: {problems:?}"
        );
    }
    let twice = "[[account]]\njid = 'sam@example.org'\n[[account]]\njid = 'SAM@example.org'";
    assert!(problems(twice)[0].starts_with("line 3, "));
}

#[test]
fn a_mailbox_is_written_without_what_is_usual_and_taken_along_without_its_secret() {
    let written = "[[account]]\njid = \"sam@example.org\"\nxmpp = false\nimap = { host = \"imap.example.org\", token = [\"oama\", \
                   \"access\"] }\n";
    let (_dir, file) = file("");
    let account = Account {
        xmpp: false,
        imap: Some(MailServer {
            token: Some(vec!["oama".to_owned(), "access".to_owned()]),
            ..MailServer::new("imap.example.org")
        }),
        ..Account::new("sam@example.org")
    };
    file.save_account(&account).unwrap();
    assert!(text(&file).ends_with(written), "{}", text(&file));
    assert_eq!(file.load().unwrap().config.accounts, std::slice::from_ref(&account));
    let exported = file.export().unwrap();
    assert!(
        exported.contains("imap.example.org") && !exported.contains("oama"),
        "{exported}"
    );
    // Who has the account already goes on with the token; who hasn't is asked for a password.
    let renamed = exported.replace("xmpp = false", "name = \"Post\"\nxmpp = false");
    file.import("settings.toml", &renamed, Timestamp::UNIX_EPOCH).unwrap();
    let taken = file.load().unwrap().config.accounts.remove(0);
    assert_eq!((taken.name.as_deref(), taken.imap), (Some("Post"), account.imap));
}

#[test]
fn a_file_of_a_later_form_is_left_alone() {
    assert!(loaded("version = 1\n").problems.is_empty());
    let later = "version = 2\naccounts = { sam = \"in another way\" }\n";
    assert_eq!(
        error(later),
        "config.toml is of a newer Mailwren (version 2; this one knows up to 1): update Mailwren, or put a former file in its \
         place"
    );
    let (_dir, file) = file(later);
    assert!(matches!(
        file.save_account(&Account::new("sam@example.org")),
        Err(ConfigError::Newer { found: 2, .. })
    ));
    assert_eq!(text(&file), later);
    assert!(
        error("version = \"one\"\n").contains("1:11"),
        "{}",
        error("version = \"one\"\n")
    );
}

#[test]
fn saving_what_didnt_change_changes_nothing() {
    let (_dir, file) = file(FILE);
    for account in file.load().unwrap().config.accounts {
        file.save_account(&account).unwrap();
    }
    assert_eq!(text(&file), FILE);
}

#[test]
fn saving_an_account_keeps_comments_order_and_what_stayed() {
    let (_dir, file) = file(FILE);
    let mut home = file.load().unwrap().config.accounts.remove(0);
    home.name = Some("Den".to_owned());
    home.port = None;
    home.notifiers = vec!["mail@example.org".to_owned()];
    home.subscriptions = vec![home.subscriptions[0].clone(), subscription("archive")];
    file.save_account(&home).unwrap();
    assert_eq!(file.load().unwrap().config.accounts[0], home);
    let expected = FILE
        .replace("\"Home\" ", "\"Den\" ")
        .replace("port = 5223\n", "")
        .replace(
            "    { node = \"lists\", service = \"pubsub.aosnotify.mac.com\" }, # and the lists\n]",
            "    { service = \"pubsub.aosnotify.mac.com\", node = \"archive\" }, # and the lists\n]\nnotifiers = [\"mail@example.org\"]",
        );
    assert_eq!(text(&file), expected);
}

#[test]
fn a_new_account_comes_behind_the_others_and_says_only_what_it_must() {
    let (_dir, file) = file(FILE);
    let mut account = Account::new("kim@example.org");
    account.subscriptions = vec![subscription("a"), subscription("b")];
    file.save_account(&account).unwrap();
    let new = "\n[[account]]\njid = \"kim@example.org\"\nsubscriptions = [\n    { service = \"pubsub.aosnotify.mac.com\", \
               node = \"a\" },\n    { service = \"pubsub.aosnotify.mac.com\", node = \"b\" },\n]\n";
    assert_eq!(text(&file), format!("{FILE}{new}"));
    assert_eq!(file.load().unwrap().config.accounts[2], account);
}

#[test]
fn subscriptions_written_as_tables_stay_tables() {
    let (_dir, file) = file(
        "[[account]]\njid = 'sam@example.org'\n\n[[account.subscriptions]] # one\nservice = 'pubsub.aosnotify.mac.com'\n\
         node = 'a'\n\n[[account.subscriptions]]\nservice = 'pubsub.aosnotify.mac.com'\nnode = 'b'\n",
    );
    let mut account = file.load().unwrap().config.accounts.remove(0);
    account.subscriptions = vec![subscription("a"), subscription("c")];
    file.save_account(&account).unwrap();
    assert_eq!(file.load().unwrap().config.accounts[0], account);
    assert!(text(&file).contains("[[account.subscriptions]] # one"));
}

#[test]
fn a_password_written_as_a_table_keeps_the_comment_above_it_when_it_changes() {
    for password in [
        "password.command = ['pass', 'a']",
        "[account.password]\ncommand = ['pass', 'a']",
    ] {
        let account = format!("[[account]]\njid = 'sam@example.org'\n# from pass\n{password}\n");
        let (_dir, file) = file(&account);
        file.save_account(&Account::new("sam@example.org")).unwrap();
        assert_eq!(text(&file), account.replace(password, "password = \"keyring\""));
    }
}

#[test]
fn what_concerns_the_bridge_alone_is_neither_judged_nor_touched_here() {
    let bridge = "[bridge] # on the mail server\nlisten = 7\n\n[[bridge.mailbox]]\nnamed = 'sam' # wrong\n";
    let (_dir, file) = file(&format!("{FILE}\n{bridge}"));
    assert_eq!(file.load().unwrap().problems, vec![]);
    let mut home = file.load().unwrap().config.accounts.remove(0);
    home.name = Some("Den".to_owned());
    file.save_account(&home).unwrap();
    file.save_account(&Account::new("kim@example.org")).unwrap();
    assert_eq!(file.load().unwrap().config.accounts.len(), 3);
    assert!(text(&file).contains(bridge), "{}", text(&file));
}

#[test]
fn a_component_is_on_this_machine_unless_the_file_says_otherwise() {
    let read = |more: &str| {
        let text = format!("[[component]]\ndomain = 'mail.example.org'\nsecret = {{ file = '/s' }}\n{more}");
        let (_dir, file) = file(&text);
        let loaded = file.load().unwrap();
        let problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        (loaded.config.components, problems.join("\n"))
    };
    let (components, problems) = read("");
    assert_eq!((components.len(), problems.as_str()), (1, ""));
    assert_eq!(components[0].address.to_string(), "127.0.0.1:5347");
    for (more, expected) in [
        (
            "address = '192.0.2.7:5347'",
            "line 1, column 1: `address` 192.0.2.7:5347 isn’t on this machine",
        ),
        ("address = '[2001:db8::1]:5347'", "isn’t on this machine"),
        ("address = 'localhost:5347'", "line 4"),
        ("port = 7", "line 4, column 1: unknown field `port`"),
        (
            "[[component]]\ndomain = 'mail.example.org'\nsecret = { file = '/s' }",
            "another component `mail.example.org` above",
        ),
        (
            "[[component]]\ndomain = 'sam@example.org'\nsecret = { file = '/s' }",
            "isn’t the domain",
        ),
        (
            "[[component]]\ndomain = 'b.example.org'\nsecret = 'keyring'",
            "the secret lies in a file",
        ),
    ] {
        let (_, problems) = read(more);
        assert!(problems.contains(expected), "{more} gives {problems}");
    }
    assert_eq!(read("address = '192.0.2.7:5347'\ncleartext = true").0.len(), 1);
}

#[test]
fn components_stay_at_an_import_and_none_is_taken_in() {
    let component = "[[component]]\ndomain = 'mail.example.org'\nsecret = { file = '/s' }\n";
    let (_dir, file) = file(&format!("keep_days = 7\n\n{component}"));
    assert!(!file.export().unwrap().contains("component"));
    let theirs = "keep_days = 9\n[[component]]\ndomain = 'evil.example.org'\nsecret = { file = '/etc/shadow' }\n";
    file.import("theirs", theirs, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let config = file.load().unwrap().config;
    let domains: Vec<&str> = config
        .components
        .iter()
        .map(|component| component.domain.as_str())
        .collect();
    assert_eq!((domains, config.general.keep_days), (vec!["mail.example.org"], 9));
}

#[test]
fn a_flawed_account_is_mended_by_saving_it() {
    let (_dir, file) = file("[[account]]\njid = 'sam@example.org' # me\nprot = 5222\nenabled = false\n");
    file.save_account(&Account::new("sam@example.org")).unwrap();
    let loaded = file.load().unwrap();
    assert_eq!(
        (loaded.config.accounts, loaded.problems),
        (vec![Account::new("sam@example.org")], vec![])
    );
    assert!(text(&file).contains("# me"));
}

#[test]
fn removing_an_account_takes_its_own_comment_alone() {
    let (_dir, file) = file(FILE);
    assert!(file.remove_account("SAM@aosnotify.mac.com").unwrap());
    assert!(!file.remove_account("sam@aosnotify.mac.com").unwrap());
    let kept = text(&file);
    for comment in ["# My mail.", "# two weeks", "# Work; off on weekends."] {
        assert!(kept.contains(comment), "{kept}");
    }
    assert!(!kept.contains("The one at home") && !kept.contains("lists"));
    assert!(file.remove_account("sam@example.org").unwrap());
    assert_eq!(file.load().unwrap().config.accounts, vec![]);
}

#[test]
fn what_is_said_of_the_whole_file_above_the_first_account_outlives_it() {
    let (_dir, file) = file("# All mine.\n\n# Home.\n[[account]]\njid = 'sam@example.org'\n");
    assert!(file.remove_account("sam@example.org").unwrap());
    assert_eq!(text(&file).trim_end(), "# All mine.");
    file.save_account(&Account::new("kim@example.org")).unwrap();
    assert!(text(&file).starts_with("# All mine.\n"), "{}", text(&file));
    assert_eq!(file.load().unwrap().config.accounts.len(), 1);
}

#[test]
fn a_new_file_is_private_and_made_with_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let file = ConfigFile::new(dir.path().join("mailwren/config.toml"));
    file.save_account(&Account::new("sam@example.org")).unwrap();
    assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(text(&file).starts_with("# Mailwren"));
    assert_eq!(file.load().unwrap().config.accounts.len(), 1);
}

#[test]
fn mode_and_symbolic_link_stay() {
    let (dir, file) = file(FILE);
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let link = dir.path().join("link.toml");
    symlink(file.path(), &link).unwrap();
    ConfigFile::new(&link)
        .save_account(&Account::new("kim@example.org"))
        .unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(file.load().unwrap().config.accounts.len(), 3);
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        2,
        "no temporary file is left"
    );
}

#[test]
fn a_broken_file_is_never_overwritten() {
    let (_dir, file) = file("keep_days = \n# precious\n");
    assert!(matches!(
        file.save_account(&Account::new("sam@example.org")),
        Err(ConfigError::Invalid { line: 1, .. })
    ));
    assert_eq!(text(&file), "keep_days = \n# precious\n");
    assert!(matches!(
        file.save_account(&Account::new("nobody")),
        Err(ConfigError::Account(Flaw::Jid(_)))
    ));
}

#[test]
fn edits_side_by_side_lose_nothing() {
    let (_dir, file) = file(FILE);
    let names: Vec<String> = (0..4).map(|n| format!("kim{n}@example.org")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            let file = file.clone();
            scope.spawn(move || {
                while let Err(error) = file.save_account(&Account::new(name)) {
                    assert!(matches!(error, ConfigError::Contended(_)), "{error}");
                }
            });
        }
    });
    let jids: Vec<String> = file
        .load()
        .unwrap()
        .config
        .accounts
        .into_iter()
        .map(|account| account.jid)
        .collect();
    assert!(names.iter().all(|name| jids.contains(name)), "{jids:?}");
}

#[test]
fn what_another_program_writes_during_an_edit_is_kept() {
    let (_dir, file) = file(FILE);
    let mut others = vec![FILE.replace("# My mail.", "# Our mail.")];
    let edit = |document: &mut toml_edit::DocumentMut| {
        if let Some(text) = others.pop() {
            fs::write(file.path(), text).unwrap();
        }
        document["keep_days"] = toml_edit::value(15);
        Ok(())
    };
    file.edit(edit).unwrap();
    assert_eq!(file.load().unwrap().config.general.keep_days, 15);
    assert!(text(&file).contains("# Our mail."));

    let mut n = 0;
    let contended = file.edit(|document| {
        n += 1;
        fs::write(file.path(), format!("# {n}\n{FILE}")).unwrap();
        document["keep_days"] = toml_edit::value(16);
        Ok(())
    });
    assert!(matches!(contended, Err(ConfigError::Contended(_))));
    assert!(text(&file).starts_with(&format!("# {n}\n")));
}

#[test]
fn removing_what_isnt_there_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = ConfigFile::new(dir.path().join("config.toml"));
    assert!(!file.remove_account("sam@example.org").unwrap());
    assert!(!file.path().exists());
}

#[test]
fn the_fingerprint_tells_states_apart() {
    let (_dir, file) = file(FILE);
    let before = file.fingerprint();
    assert_eq!(before, file.fingerprint());
    file.save_account(&Account::new("kim@example.org")).unwrap();
    let after = file.fingerprint();
    assert_ne!(before, after);
    fs::remove_file(file.path()).unwrap();
    assert_ne!(after, file.fingerprint());
}

const RULES: &str = r#"# All about mail.

[notifications]
privacy = "sender" # hush

# Nights.
[[quiet]]
days = ["mon-fri"] # not the weekend
from = "22:00"
to = "07:00"

# The boss.
[[rule]]
name = "Boss"
sender = "boss@example.org" # only him
then = "vip"

# Lists.
[[rule]]
name = "Lists"
folder = ["lists/*"]
then = "silent"

[[account]]
jid = "sam@example.org"
"#;

fn rule(name: &str, then: Then) -> Rule {
    Rule {
        name: Some(name.to_owned()),
        then: Some(then),
        ..Rule::default()
    }
}

fn names(file: &ConfigFile) -> Vec<String> {
    let rules = file.load().unwrap().config.rules;
    rules
        .into_iter()
        .map(|entry| entry.rule.name.unwrap_or_default())
        .collect()
}

fn current(file: &ConfigFile) -> String {
    edition(&file.load().unwrap().config.rules)
}

#[test]
fn quiet_hours_and_rules_are_read_in_order() {
    let Loaded { config, problems } = loaded(RULES);
    assert_eq!(problems, vec![]);
    let [night] = config.notifications.quiet.as_slice() else {
        panic!("{:?}", config.notifications.quiet)
    };
    assert_eq!((night.days.len(), night.from.as_str()), (5, "22:00"));
    let [boss, lists] = config.rules.as_slice() else {
        panic!("{:?}", config.rules)
    };
    assert_eq!((boss.at, boss.line, boss.rule.then), (0, 13, Some(Then::Vip)));
    assert_eq!(lists.rule.folder, ["lists/*"]);
}

#[test]
fn a_broken_rule_or_span_is_told_with_its_line_and_disables_only_itself() {
    let text = "[[rule]]\nsender = 'a'\nthen = 'loud'\n[[rule]]\nsubject = '/(/'\nthen = 'vip'\n\
                [[rule]]\nname = 'good'\nthen = 'vip'\n\
                [[quiet]]\nfrom = '25:00'\nto = '7:00'\n[[quiet]]\ndays = 'someday'\nfrom = '22:00'\nto = '7:00'\n\
                [[quiet]]\ndays = 'sat'\nfrom = '22:00'\nto = '7:00'\n";
    let problems = problems(text);
    let begins = [
        "line 10, ",
        "line 13, ",
        "line 3, column 8: rule #1: ",
        "line 4, column 1: rule #2: ",
    ];
    assert_eq!(problems.len(), begins.len(), "{problems:?}");
    for (problem, begin) in problems.iter().zip(begins) {
        assert!(problem.starts_with(begin), "{problem} doesn't begin with {begin}");
    }
    let config = loaded(text).config;
    assert_eq!(config.notifications.quiet.len(), 1);
    let faults: Vec<bool> = config.rules.iter().map(|entry| entry.fault.is_some()).collect();
    assert_eq!(faults, [true, true, false]);
    assert!(error("rule = 3").starts_with("config.toml:1:8: `rule` is written as `[[rule]]`"));
    assert!(error("[notifications]\nquiet = []").contains("`[[quiet]]`"));
}

#[test]
fn settings_are_saved_and_what_didnt_change_stays_as_it_is_written() {
    let (_dir, file) = file(RULES);
    let mut settings = file.load().unwrap().config.notifications;
    file.save_notifications(&settings).unwrap();
    assert_eq!(text(&file), RULES, "nothing changed");
    settings.privacy = Privacy::Count;
    settings.quiet.push(QuietHours {
        days: vec![Day::Sat],
        from: "00:00".to_owned(),
        to: "24:00".to_owned(),
    });
    file.save_notifications(&settings).unwrap();
    let Loaded { config, problems } = file.load().unwrap();
    assert_eq!((config.notifications, problems), (settings.clone(), vec![]));
    for kept in [
        "\"count\" # hush",
        "[\"mon-fri\"] # not the weekend",
        "# Nights.",
        "# All about mail.",
    ] {
        assert!(text(&file).contains(kept), "{kept} of {}", text(&file));
    }
    settings.quiet.clear();
    file.save_notifications(&settings).unwrap();
    assert_eq!(file.load().unwrap().config.notifications, settings);
    settings.quiet.push(QuietHours {
        days: vec![],
        from: "7".to_owned(),
        to: "8:00".to_owned(),
    });
    assert!(matches!(file.save_notifications(&settings), Err(ConfigError::Quiet(_))));
}

#[test]
fn settings_and_rules_are_saved_into_an_empty_file_too() {
    let dir = tempfile::tempdir().unwrap();
    let file = ConfigFile::new(dir.path().join("config.toml"));
    let settings = NotificationSettings {
        sound: false,
        quiet: vec![QuietHours {
            days: vec![],
            from: "22:00".to_owned(),
            to: "7:00".to_owned(),
        }],
        ..NotificationSettings::default()
    };
    file.save_notifications(&settings).unwrap();
    file.add_rule(&rule("one", Then::Silent)).unwrap();
    let Loaded { config, problems } = file.load().unwrap();
    assert_eq!((config.notifications, problems), (settings, vec![]));
    assert_eq!(config.rules.len(), 1);
    assert!(
        text(&file).starts_with("# Mailwren's accounts and settings."),
        "{}",
        text(&file)
    );
}

#[test]
fn rules_are_added_changed_moved_and_removed_with_their_comments() {
    let (_dir, file) = file(RULES);
    file.save_rule(None, &rule("last", Then::Notify), &current(&file))
        .unwrap();
    file.add_rule(&rule("first", Then::Silent)).unwrap();
    assert_eq!(names(&file), ["first", "Boss", "Lists", "last"]);
    file.move_rule(0, 2, &current(&file)).unwrap();
    assert_eq!(names(&file), ["Boss", "Lists", "first", "last"]);
    file.move_rule(3, 0, &current(&file)).unwrap();
    assert_eq!(names(&file), ["last", "Boss", "Lists", "first"]);

    let mut boss = file.load().unwrap().config.rules[1].rule.clone();
    boss.then = Some(Then::Notify);
    file.save_rule(Some(1), &boss, &current(&file)).unwrap();
    assert_eq!(file.load().unwrap().config.rules[1].rule, boss);
    for kept in ["boss@example.org\" # only him", "# The boss.", "# Lists."] {
        assert!(text(&file).contains(kept), "{kept} of {}", text(&file));
    }
    file.remove_rule(1, &current(&file)).unwrap();
    assert_eq!(names(&file), ["last", "Lists", "first"]);
    assert!(!text(&file).contains("# The boss.") && text(&file).contains("# Lists."));
    assert_eq!(file.remove_rules(|rule| rule.then == Some(Then::Silent)).unwrap(), 2);
    file.remove_rule(0, &current(&file)).unwrap();
    assert_eq!(names(&file), Vec::<String>::new());
    assert_eq!(file.load().unwrap().config.accounts.len(), 1);
}

#[test]
fn an_edit_meant_for_other_rules_is_refused() {
    let (_dir, file) = file(RULES);
    let before = current(&file);
    file.add_rule(&rule("another", Then::Silent)).unwrap();
    let after = text(&file);
    for refused in [
        file.remove_rule(0, &before),
        file.move_rule(0, 1, &before),
        file.save_rule(Some(0), &rule("x", Then::Vip), &before),
        file.save_rule(None, &rule("x", Then::Vip), &before),
    ] {
        assert!(matches!(refused, Err(ConfigError::Stale)), "{refused:?}");
    }
    let now = current(&file);
    assert!(matches!(file.remove_rule(9, &now), Err(ConfigError::NoRule(9))));
    assert!(matches!(file.move_rule(0, 9, &now), Err(ConfigError::NoRule(9))));
    assert!(matches!(file.add_rule(&Rule::default()), Err(ConfigError::Rule(_))));
    assert_eq!(text(&file), after, "nothing was written");
}

#[test]
fn a_broken_rule_is_mended_by_saving_it_and_outlives_other_edits() {
    let (_dir, file) = file("[[rule]]\nname = 'odd'\nsendr = 'a' # typo\nthen = 'vip'\n");
    file.add_rule(&rule("good", Then::Silent)).unwrap();
    assert_eq!(names(&file), ["good", "odd"]);
    assert!(text(&file).contains("sendr"), "{}", text(&file));
    file.save_rule(Some(1), &rule("odd", Then::Vip), &current(&file))
        .unwrap();
    assert_eq!(file.load().unwrap().problems, vec![]);
    assert!(!text(&file).contains("sendr"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_saved_is_read_back(
        name in prop::option::of(".{0,20}"),
        enabled: bool,
        pep: bool,
        host in prop::option::of("[a-z]{1,8}"),
        nodes in prop::collection::vec(".{1,12}", 0..4),
        command in prop::collection::vec("[^\0]{1,8}", 1..4),
    ) {
        let (_dir, file) = file(FILE);
        let account = Account {
            name,
            enabled,
            pep,
            port: host.as_ref().map(|_| 5222),
            host,
            subscriptions: nodes.iter().map(|node| subscription(node)).collect(),
            password: PasswordSource::Command(command),
            ..Account::new("sam@aosnotify.mac.com")
        };
        file.save_account(&account).unwrap();
        file.save_account(&account).unwrap();
        let accounts = file.load().unwrap().config.accounts;
        prop_assert_eq!(accounts.len(), 2);
        prop_assert_eq!(&accounts[0], &account);
    }

    #[test]
    fn no_text_makes_loading_panic(text in ".{0,200}") {
        let _ = parse(Path::new("config.toml"), &text);
    }
}
