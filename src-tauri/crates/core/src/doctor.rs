//! What Mailwren needs, and whether it is there: the one list of checks, which `mailwrenctl doctor` and the settings window
//! show. Whoever looks hands in what they found; here it is judged, and said what to do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::said::Said;
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
    pub detail: Said,
    /// What to do about it.
    pub hint: Option<Said>,
}

impl Check {
    const fn new(about: About, state: StepState, detail: Said) -> Self {
        Self {
            about,
            account: None,
            state,
            detail,
            hint: None,
        }
    }

    fn hint(self, hint: Said) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// The same for programs: what it says is English, once and for all.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self {
            detail: self.detail.plain(),
            hint: self.hint.as_ref().map(Said::plain),
            ..self.clone()
        }
    }
}

/// What a check is about, in the order in which one thing needs the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// The computer, and what Mailwren runs in.
    System,
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
            Self::System => words.word("check-system"),
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
    pub config_faults: Vec<Said>,
    /// Why the store can't be read or written.
    pub store_fault: Option<Said>,
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
    Failed(Said),
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
    /// What it says that it can do, as <https://specifications.freedesktop.org/notification-spec/1.2/protocol.html> names it.
    pub capabilities: Vec<String>,
}

impl Daemon {
    fn can(&self, what: &str) -> bool {
        self.capabilities.iter().any(|capability| capability == what)
    }

    fn said(&self, word: &'static str) -> Said {
        Said::word(word)
            .with("name", &self.name)
            .with("what", self.capabilities.join(", "))
    }
}

/// Names what Mailwren runs on: systems and programs, with their versions. Nothing of it is judged.
pub fn of_system(names: &[String]) -> Check {
    Check::new(About::System, StepState::Passed, Said::text(names.join(", ")))
}

/// Judges what an engine found. `running` is whether it is one that watches, and not there for the checks alone.
pub fn of_engine(found: &EngineFound, running: bool) -> Vec<Check> {
    let engine = match running {
        true => Check::new(About::Engine, StepState::Passed, Said::word("doctor-engine-on")),
        false => Check::new(About::Engine, StepState::Warned, Said::word("doctor-engine-off"))
            .hint(Said::word("doctor-engine-do")),
    };
    let config = match found.config_faults.as_slice() {
        [] => Check::new(About::Config, StepState::Passed, Said::text(&found.config)),
        faults => Check::new(About::Config, StepState::Failed, Said::Lines(faults.to_vec()))
            .hint(Said::word("doctor-config-do").with("path", &found.config)),
    };
    let store = match &found.store_fault {
        None => Check::new(About::Store, StepState::Passed, Said::word("doctor-store-good")),
        Some(fault) => Check::new(About::Store, StepState::Failed, fault.clone()).hint(Said::word("doctor-store-do")),
    };
    let trouble = match found.keyring_needed {
        true => StepState::Failed,
        false => StepState::Warned,
    };
    let keyring = |state, what| Check::new(About::Keyring, state, what);
    let keyring = match &found.keyring {
        Keyring::Open => keyring(StepState::Passed, Said::word("doctor-keyring-good")),
        Keyring::Absent => {
            keyring(trouble, Said::word("doctor-keyring-absent")).hint(Said::word("doctor-keyring-absent-do"))
        }
        Keyring::Locked => {
            keyring(trouble, Said::word("doctor-keyring-locked")).hint(Said::word("doctor-keyring-locked-do"))
        }
        Keyring::Failed(why) => keyring(trouble, why.clone()).hint(Said::word("doctor-keyring-absent-do")),
    };
    vec![engine, config, store, keyring]
}

/// Judges what was found of the desktop. Where there is none, as on a server, nothing of it is missing.
pub fn of_desktop(found: &DesktopFound) -> Vec<Check> {
    if let Some(fault) = &found.bus_fault {
        return vec![match found.display {
            true => Check::new(About::Bus, StepState::Failed, Said::text(fault)).hint(Said::word("doctor-bus-do")),
            false => Check::new(About::Bus, StepState::Warned, Said::word("doctor-no-desktop")),
        }];
    }
    let bus = Check::new(About::Bus, StepState::Passed, Said::word("doctor-bus-good"));
    let missing = match found.display {
        true => StepState::Failed,
        false => StepState::Warned,
    };
    let notifications = |state, what| Check::new(About::Notifications, state, what);
    let notifications = match &found.daemon {
        Some(daemon) if daemon.can("actions") => notifications(StepState::Passed, daemon.said("doctor-daemon-good")),
        Some(daemon) => notifications(StepState::Warned, daemon.said("doctor-daemon-buttons"))
            .hint(Said::word("doctor-daemon-buttons-do")),
        None => notifications(missing, Said::word("doctor-daemon-absent")).hint(Said::word("doctor-daemon-do")),
    };
    let tray = match found.tray {
        true => Check::new(About::Tray, StepState::Passed, Said::word("doctor-tray-good")),
        false => Check::new(About::Tray, StepState::Warned, Said::word("doctor-tray-absent"))
            .hint(Said::word("doctor-tray-do")),
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
pub fn of_account(status: &AccountStatus, now: Timestamp) -> Vec<Check> {
    let of_it = |check| Check {
        account: Some(status.jid.clone()),
        ..check
    };
    [subscriptions(status), push(status, now)]
        .into_iter()
        .map(of_it)
        .collect()
}

fn subscriptions(status: &AccountStatus) -> Check {
    let check = |state, what| Check::new(About::Subscriptions, state, what);
    let worst = status.nodes.iter().max_by_key(|node| match node.state {
        NodeState::Subscribed => 0,
        NodeState::Unknown => 1,
        NodeState::Pending => 2,
        NodeState::Closed | NodeState::Refused => 3,
    });
    let Some(worst) = worst else {
        return check(StepState::Warned, Said::word("doctor-nodes-none")).hint(Said::word("doctor-nodes-do"));
    };
    let (state, what) = match worst.state {
        NodeState::Subscribed => {
            let what = if status.xmpp { "nodes-count" } else { "folders-count" };
            let count = Said::word(what).with("n", status.nodes.len());
            return check(StepState::Passed, count);
        }
        NodeState::Unknown => (StepState::Warned, Said::word("node-unknown")),
        NodeState::Pending => (StepState::Warned, Said::word("node-pending")),
        NodeState::Closed => (StepState::Failed, Said::word("node-closed")),
        NodeState::Refused => (StepState::Failed, Said::word("node-refused")),
    };
    let what = worst.trouble.clone().unwrap_or(what);
    let named = Said::word("proof-named").with("label", &worst.node).with("what", what);
    match state {
        StepState::Failed => check(state, named).hint(Said::word("doctor-nodes-do")),
        _ => check(state, named),
    }
}

fn push(status: &AccountStatus, now: Timestamp) -> Check {
    let check = |state, what| Check::new(About::Push, state, what);
    if let Some(trouble) = &status.trouble {
        return Check {
            hint: trouble.hint.clone(),
            ..check(StepState::Failed, trouble.message.clone())
        };
    }
    match (status.link, status.proven_at) {
        (LinkState::Connected, Some(at)) => {
            let ago = Said::span(now.duration_since(at).as_secs());
            let proof = if status.xmpp { "proof-one" } else { "proof-mailbox" };
            check(StepState::Passed, Said::word(proof).with("ago", ago))
        }
        (LinkState::Connected, None) => check(StepState::Warned, Said::word("proof-none")),
        (link @ (LinkState::Connecting | LinkState::Disabled), _) => check(StepState::Warned, link.said()),
        (link @ (LinkState::Offline | LinkState::Error), _) => {
            check(StepState::Failed, link.said()).hint(Said::word("doctor-push-do"))
        }
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
        let found = EngineFound {
            config: "/home/sam/config.toml".to_owned(),
            config_faults: vec![Said::text("line 3, column 1: no")],
            store_fault: Some(Said::text("disk full")),
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
        let all = [of_engine(&found, false), of_desktop(&desktop), of_desktop(&no_bus)].concat();
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
        assert_eq!(states(&of_desktop(&found)), [(About::Bus, StepState::Warned)]);
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
        let checks = of_engine(&found, true);
        assert!(
            checks.iter().all(|check| check.state != StepState::Failed),
            "{checks:?}"
        );
    }
}
