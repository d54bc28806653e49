//! What Mailwren needs, and whether it is there: the one list of checks, which `mailwrenctl doctor` and the settings window
//! show. Whoever looks hands in what they found; here it is judged, and said what to do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::{AccountStatus, LinkState, NodeState, StepName, StepState, TestStep};
use crate::words::Words;

/// One thing that Mailwren needs, as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Check {
    /// What it is about.
    pub about: About,
    /// The account's JID, where it is about one.
    pub account: Option<String>,
    /// How it stands.
    pub state: StepState,
    /// What was found.
    pub detail: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What a check is about, in the order in which one thing needs the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// Whether an engine runs.
    Engine,
    /// The configuration.
    Config,
    /// The store of events.
    Store,
    /// Where passwords are.
    Keyring,
    /// The session bus.
    Bus,
    /// The notification daemon.
    Notifications,
    /// The tray.
    Tray,
    /// Where to connect.
    Dns,
    /// TCP and TLS.
    Tls,
    /// Login.
    Login,
    /// PEP and pubsub services.
    Services,
    /// Nodes that can be read.
    Nodes,
    /// The mailbox, beside XMPP.
    Mailbox,
    /// Whether events of the nodes are sent.
    Subscriptions,
    /// Whether they come.
    Push,
}

impl About {
    /// Its name for people.
    pub fn name(self, words: &Words) -> String {
        match self {
            Self::Engine => words.word("check-engine"),
            Self::Config => words.word("check-config"),
            Self::Store => words.word("check-store"),
            Self::Keyring => words.word("check-keyring"),
            Self::Bus => words.word("check-bus"),
            Self::Notifications => words.word("notifications"),
            Self::Tray => words.word("check-tray"),
            Self::Dns => words.word("step-dns"),
            Self::Tls => words.word("step-tls"),
            Self::Login => words.word("step-login"),
            Self::Services => words.word("step-services"),
            Self::Nodes => words.word("step-nodes"),
            Self::Mailbox => words.word("step-mailbox"),
            Self::Subscriptions => words.word("check-subscriptions"),
            Self::Push => words.word("check-push"),
        }
    }
}

impl From<StepName> for About {
    fn from(step: StepName) -> Self {
        match step {
            StepName::Dns => Self::Dns,
            StepName::Tls => Self::Tls,
            StepName::Login => Self::Login,
            StepName::Services => Self::Services,
            StepName::Nodes => Self::Nodes,
            StepName::Mailbox => Self::Mailbox,
        }
    }
}

/// What an engine finds of what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EngineFound {
    /// The configuration file.
    pub config: String,
    /// What of it can't be used.
    pub config_faults: Vec<String>,
    /// Why the store can't be read or written.
    pub store_fault: Option<String>,
    /// How the keyring stands.
    pub keyring: Keyring,
    /// Whether an account has its password in it.
    pub keyring_needed: bool,
}

/// How the keyring stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Keyring {
    /// It answers.
    Open,
    /// Nothing answers as a keyring.
    Absent,
    /// It is locked.
    Locked,
    /// Something else is wrong.
    Failed(String),
}

/// What is found of a desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesktopFound {
    /// Whether there is a display.
    pub display: bool,
    /// Why the session bus can't be reached.
    pub bus_fault: Option<String>,
    /// The notification daemon, if there is one.
    pub daemon: Option<Daemon>,
    /// Whether something shows tray icons.
    pub tray: bool,
}

/// A notification daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daemon {
    /// What it calls itself, with its version.
    pub name: String,
    /// Whether its popups have buttons.
    pub actions: bool,
}

/// Says what was found.
struct Says<'a>(&'a Words);

impl Says<'_> {
    fn check(&self, about: About, state: StepState, detail: String, hint: Option<&str>) -> Check {
        Check {
            about,
            account: None,
            state,
            detail,
            hint: hint.map(|id| self.0.word(id)),
        }
    }
}

/// Judges what an engine found. `running` is whether it is one that watches, and not there for the checks alone.
pub fn of_engine(found: &EngineFound, running: bool, words: &Words) -> Vec<Check> {
    let says = Says(words);
    let engine = match running {
        true => says.check(About::Engine, StepState::Passed, words.word("doctor-engine-on"), None),
        false => says.check(
            About::Engine,
            StepState::Warned,
            words.word("doctor-engine-off"),
            Some("doctor-engine-do"),
        ),
    };
    let config = match found.config_faults.as_slice() {
        [] => says.check(About::Config, StepState::Passed, found.config.clone(), None),
        faults => Check {
            hint: Some(words.say("doctor-config-do", [("path", found.config.as_str().into())])),
            ..says.check(About::Config, StepState::Failed, faults.join("\n"), None)
        },
    };
    let store = match &found.store_fault {
        None => says.check(About::Store, StepState::Passed, words.word("doctor-store-good"), None),
        Some(fault) => says.check(About::Store, StepState::Failed, fault.clone(), Some("doctor-store-do")),
    };
    let trouble = match found.keyring_needed {
        true => StepState::Failed,
        false => StepState::Warned,
    };
    let keyring = match &found.keyring {
        Keyring::Open => says.check(
            About::Keyring,
            StepState::Passed,
            words.word("doctor-keyring-good"),
            None,
        ),
        Keyring::Absent => says.check(
            About::Keyring,
            trouble,
            words.word("doctor-keyring-absent"),
            Some("doctor-keyring-absent-do"),
        ),
        Keyring::Locked => says.check(
            About::Keyring,
            trouble,
            words.word("doctor-keyring-locked"),
            Some("doctor-keyring-locked-do"),
        ),
        Keyring::Failed(why) => says.check(About::Keyring, trouble, why.clone(), Some("doctor-keyring-absent-do")),
    };
    vec![engine, config, store, keyring]
}

/// Judges what was found of the desktop. Where there is none, as on a server, nothing of it is missing.
pub fn of_desktop(found: &DesktopFound, words: &Words) -> Vec<Check> {
    let says = Says(words);
    if let Some(fault) = &found.bus_fault {
        return vec![match found.display {
            true => says.check(About::Bus, StepState::Failed, fault.clone(), Some("doctor-bus-do")),
            false => says.check(About::Bus, StepState::Warned, words.word("doctor-no-desktop"), None),
        }];
    }
    let bus = says.check(About::Bus, StepState::Passed, words.word("doctor-bus-good"), None);
    let missing = match found.display {
        true => StepState::Failed,
        false => StepState::Warned,
    };
    let notifications = match &found.daemon {
        Some(daemon) if daemon.actions => {
            says.check(About::Notifications, StepState::Passed, daemon.name.clone(), None)
        }
        Some(daemon) => says.check(
            About::Notifications,
            StepState::Warned,
            words.say("doctor-daemon-buttons", [("name", daemon.name.as_str().into())]),
            Some("doctor-daemon-buttons-do"),
        ),
        None => says.check(
            About::Notifications,
            missing,
            words.word("doctor-daemon-absent"),
            Some("doctor-daemon-do"),
        ),
    };
    let tray = match found.tray {
        true => says.check(About::Tray, StepState::Passed, words.word("doctor-tray-good"), None),
        false => says.check(
            About::Tray,
            StepState::Warned,
            words.word("doctor-tray-absent"),
            Some("doctor-tray-do"),
        ),
    };
    vec![bus, notifications, tray]
}

/// A step of an account's test, once it has ended.
pub fn of_step(account: &str, step: &TestStep) -> Check {
    Check {
        about: step.name.into(),
        account: Some(account.to_owned()),
        state: step.state,
        detail: step.detail.clone(),
        hint: step.hint.clone(),
    }
}

/// Judges how an account stands with the engine that runs: whether events are sent, and whether they come.
pub fn of_account(status: &AccountStatus, now: Timestamp, words: &Words) -> Vec<Check> {
    let of_it = |check| Check {
        account: Some(status.jid.clone()),
        ..check
    };
    [subscriptions(status, words), push(status, now, words)]
        .into_iter()
        .map(of_it)
        .collect()
}

fn subscriptions(status: &AccountStatus, words: &Words) -> Check {
    let says = Says(words);
    let worst = status.nodes.iter().max_by_key(|node| match node.state {
        NodeState::Subscribed => 0,
        NodeState::Unknown => 1,
        NodeState::Pending => 2,
        NodeState::Closed | NodeState::Refused => 3,
    });
    let Some(worst) = worst else {
        let none = words.word("doctor-nodes-none");
        return says.check(About::Subscriptions, StepState::Warned, none, Some("doctor-nodes-do"));
    };
    let (state, what) = match worst.state {
        NodeState::Subscribed => {
            let what = if status.xmpp { "nodes-count" } else { "folders-count" };
            let count = words.say(what, [("n", status.nodes.len().into())]);
            return says.check(About::Subscriptions, StepState::Passed, count, None);
        }
        NodeState::Unknown => (StepState::Warned, words.word("node-unknown")),
        NodeState::Pending => (StepState::Warned, words.word("node-pending")),
        NodeState::Closed => (StepState::Failed, words.word("node-closed")),
        NodeState::Refused => (StepState::Failed, words.word("node-refused")),
    };
    let what = worst.trouble.clone().unwrap_or(what);
    let args = [("label", worst.node.as_str().into()), ("what", what.into())];
    let hint = (state == StepState::Failed).then_some("doctor-nodes-do");
    says.check(About::Subscriptions, state, words.say("proof-named", args), hint)
}

fn push(status: &AccountStatus, now: Timestamp, words: &Words) -> Check {
    let says = Says(words);
    if let Some(trouble) = &status.trouble {
        return Check {
            hint: trouble.hint.clone(),
            ..says.check(About::Push, StepState::Failed, trouble.message.clone(), None)
        };
    }
    match (status.link, status.proven_at) {
        (LinkState::Connected, Some(at)) => {
            let ago = words.span(now.duration_since(at).as_secs());
            let proof = if status.xmpp { "proof-one" } else { "proof-mailbox" };
            let proven = words.say(proof, [("ago", ago.into())]);
            says.check(About::Push, StepState::Passed, proven, None)
        }
        (LinkState::Connected, None) => says.check(About::Push, StepState::Warned, words.word("proof-none"), None),
        (LinkState::Connecting, _) => says.check(About::Push, StepState::Warned, words.word("link-connecting"), None),
        (LinkState::Disabled, _) => says.check(About::Push, StepState::Warned, words.word("link-disabled"), None),
        (LinkState::Offline, _) => says.check(About::Push, StepState::Failed, words.word("link-offline"), None),
        (LinkState::Error, _) => says.check(About::Push, StepState::Failed, words.word("link-error"), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(checks: &[Check]) -> Vec<(About, StepState)> {
        checks.iter().map(|check| (check.about, check.state)).collect()
    }

    #[test]
    fn every_failure_of_the_machine_says_what_to_do() {
        let words = Words::default();
        let found = EngineFound {
            config: "/home/sam/config.toml".to_owned(),
            config_faults: vec!["line 3, column 1: no".to_owned()],
            store_fault: Some("disk full".to_owned()),
            keyring: Keyring::Absent,
            keyring_needed: true,
        };
        let desktop = DesktopFound {
            display: true,
            bus_fault: None,
            daemon: None,
            tray: false,
        };
        let no_bus = DesktopFound {
            bus_fault: Some("nobody".to_owned()),
            ..desktop.clone()
        };
        let all = [
            of_engine(&found, false, &words),
            of_desktop(&desktop, &words),
            of_desktop(&no_bus, &words),
        ]
        .concat();
        for check in &all {
            let trouble = matches!(check.state, StepState::Failed | StepState::Warned);
            assert_eq!(trouble, check.hint.is_some(), "{check:?}");
        }
        assert_eq!(all.iter().filter(|check| check.state == StepState::Failed).count(), 5);
    }

    #[test]
    fn a_server_without_a_desktop_lacks_nothing() {
        let found = DesktopFound {
            display: false,
            bus_fault: Some("nobody".to_owned()),
            daemon: None,
            tray: false,
        };
        assert_eq!(
            states(&of_desktop(&found, &Words::default())),
            [(About::Bus, StepState::Warned)]
        );
    }

    #[test]
    fn a_keyring_that_nobody_needs_may_be_locked() {
        let found = EngineFound {
            config: String::new(),
            config_faults: Vec::new(),
            store_fault: None,
            keyring: Keyring::Locked,
            keyring_needed: false,
        };
        let checks = of_engine(&found, true, &Words::default());
        assert!(
            checks.iter().all(|check| check.state != StepState::Failed),
            "{checks:?}"
        );
    }
}
