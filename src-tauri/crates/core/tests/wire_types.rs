//! The UI's TypeScript types are those of the wire: `ui/src/generated/wire.ts` is made from the Rust types, and this
//! test fails when it is stale. `UPDATE_TYPES=1` (`make types`) rewrites it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use mailwren_core::account::{Account, ImapTls, MailServer, PasswordSource, Security, Subscription};
use mailwren_core::act::Act;
use mailwren_core::discovery::{
    Discovery, Endpoint, FoundNode, ListedSubscription, Standing, SubscriptionOption, TlsFound,
};
use mailwren_core::doctor::{About, Check, EngineFound, Keyring};
use mailwren_core::event::{Dialect, Event, Kind, Sender};
use mailwren_core::opening::{OpenWith, Opens};
use mailwren_core::policy::{Cause, Hush, Outcome, Reason};
use mailwren_core::popup::Privacy;
use mailwren_core::quiet::{Day, Later, QuietHours};
use mailwren_core::rules::{Rule, RuleEntry, Then};
use mailwren_core::said::{Arg, Said};
use mailwren_core::settings::{GeneralSettings, Language, NotificationSettings, RowHeight, StartAtLogin, Theme};
use mailwren_core::view::{
    AccountStatus, ApiCode, ApiError, Command, Filter, LinkState, NodeState, NodeStatus, Notice, Pause, Problem, Reply,
    Row, Status, StepName, StepState, TestStep, TrayShape,
};
use ts_rs::{Config, TS};

const HEAD: &str = "// Made from the Rust types by `make types`; not to be edited.\n";

fn declarations() -> String {
    let config = Config::new();
    let mut text = HEAD.to_owned();
    macro_rules! declare {
        ($($type:ty),+ $(,)?) => {$(
            text.push_str("\nexport ");
            text.push_str(&<$type>::decl(&config));
            text.push('\n');
        )+};
    }
    declare![Said, Arg];
    declare![Kind, Dialect, Sender, Event];
    declare![
        Security,
        PasswordSource,
        ImapTls,
        MailServer,
        Subscription,
        OpenWith,
        Opens,
        Account
    ];
    declare![Privacy, Outcome, Cause, Reason, Hush, Later];
    declare![Day, QuietHours, NotificationSettings, Then, Rule, RuleEntry];
    declare![Language, Theme, RowHeight, GeneralSettings, StartAtLogin];
    declare![
        Discovery,
        Endpoint,
        TlsFound,
        FoundNode,
        Standing,
        ListedSubscription,
        SubscriptionOption,
    ];
    declare![
        Act,
        Row,
        Filter,
        Command,
        Reply,
        Notice,
        Status,
        Pause,
        LinkState,
        AccountStatus,
        NodeStatus,
        NodeState,
        Problem,
        TestStep,
        StepName,
        StepState,
        ApiError,
        ApiCode,
        TrayShape,
    ];
    declare![About, Check, Keyring, EngineFound];
    // ts-rs leaves blanks at the ends of lines.
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

#[test]
fn typescript_types_of_the_wire_are_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/generated/wire.ts");
    let made = declarations();
    if std::env::var_os("UPDATE_TYPES").is_some() {
        fs::create_dir_all(path.parent().expect("the file has a folder")).expect("the folder can be made");
        fs::write(&path, made).expect("the types can be written");
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "ui/src/generated/wire.ts is stale: run `make types`");
}
