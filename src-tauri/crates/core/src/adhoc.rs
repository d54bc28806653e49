//! Acts on the wire: ad-hoc commands (XEP-0050) with a form (XEP-0004), and where a publisher offers to take them
//! (`docs/protocol.md`).

use jid::{FullJid, Jid};
use minidom::Element;
use minidom::rxml::xml_ncname;

use crate::account::Subscription;
use crate::act::Act;

/// The namespace of acts, and the beginning of their commands' nodes.
pub const ACT: &str = "urn:mailwren:act:0";
/// XEP-0050.
pub const COMMANDS: &str = "http://jabber.org/protocol/commands";
const DATA_FORMS: &str = "jabber:x:data";
/// A command is about so many items at most.
pub const MOST_ITEMS: usize = 100;
/// Of an offer so many nodes are read.
const MOST_NODES: usize = 64;
/// No id or token that is sent is longer, in bytes; XEP-0060 has no limit, servers have one of about this size.
const MOST_BYTES: usize = 1_024;

/// A command, by its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Does something with messages.
    Act(Act),
    /// Takes that back.
    Undo,
}

impl Verb {
    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        Act::ALL.into_iter().map(Self::Act).chain([Self::Undo])
    }

    /// Its name in the node, and for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Act(act) => act.name(),
            Self::Undo => "undo",
        }
    }

    /// Its node.
    pub fn node(self) -> String {
        format!("{ACT}#{}", self.name())
    }

    /// The one with that node.
    pub fn at(node: &str) -> Option<Self> {
        let name = node.strip_prefix(ACT)?.strip_prefix('#')?;
        Self::all().find(|verb| verb.name() == name)
    }
}

/// What a device wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Something done with the messages behind items of a node.
    Act {
        /// What.
        act: Act,
        /// The node.
        at: Subscription,
        /// The items' ids, at most [`MOST_ITEMS`].
        items: Vec<String>,
    },
    /// What was done taken back.
    Undo {
        /// As it was answered.
        token: String,
    },
}

/// What a command comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is complete.
    Do(Wish),
    /// The form is wanted.
    Ask(Verb),
    /// It is given up.
    Cancel(Verb),
}

/// Why a command isn't one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// No command has this node.
    #[error("there is no such command")]
    Unknown,
    /// The form isn't as it should be.
    #[error("the form has to have service, node and items, or a token for undo")]
    Form,
    /// Too many items.
    #[error("at most {MOST_ITEMS} items at once")]
    TooMany,
}

impl Wish {
    /// The command that does it.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Act { act, .. } => Verb::Act(*act),
            Self::Undo { .. } => Verb::Undo,
        }
    }

    /// The request for it.
    pub fn command(&self) -> Element {
        let fields = match self {
            Self::Act { at, items, .. } => vec![
                field("service", [at.service.as_str()]),
                field("node", [at.node.as_str()]),
                multi(field("items", items.iter().map(String::as_str))),
            ],
            Self::Undo { token } => vec![field("token", [token.as_str()])],
        };
        command(self.verb())
            .attr(xml_ncname!("action").to_owned(), "execute")
            .append(form("submit", fields))
            .build()
    }
}

impl Step {
    /// Reads a request.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(command: &Element) -> Result<Self, Flaw> {
        let verb = command.attr("node").and_then(Verb::at).ok_or(Flaw::Unknown)?;
        if command.attr("action") == Some("cancel") {
            return Ok(Self::Cancel(verb));
        }
        let Some(form) = command.get_child("x", DATA_FORMS) else {
            return Ok(Self::Ask(verb));
        };
        if form.attr("type") != Some("submit") {
            return Err(Flaw::Form);
        }
        let one = |name| {
            let mut values = values(form, name).filter(|value| !value.is_empty() && value.len() <= MOST_BYTES);
            values.next().ok_or(Flaw::Form)
        };
        let act = match verb {
            Verb::Undo => return Ok(Self::Do(Wish::Undo { token: one("token")? })),
            Verb::Act(act) => act,
        };
        let at = Subscription {
            service: one("service")?,
            node: one("node")?,
        };
        let mut items: Vec<String> = values(form, "items").take(MOST_ITEMS + 1).collect();
        if items.len() > MOST_ITEMS {
            return Err(Flaw::TooMany);
        }
        if items.is_empty() || items.iter().any(|item| item.is_empty() || item.len() > MOST_BYTES) {
            return Err(Flaw::Form);
        }
        items.sort_unstable();
        items.dedup();
        Ok(Self::Do(Wish::Act { act, at, items }))
    }
}

/// The form of a command, for whoever asks without one.
pub fn blank(verb: Verb, session: &str) -> Element {
    let fields = match verb {
        Verb::Undo => vec![required("token", "Token")],
        Verb::Act(_) => vec![
            required("service", "Service"),
            required("node", "Node"),
            multi(required("items", "Items, one a line")),
        ],
    };
    answer(verb, session, "executing")
        .append(
            Element::builder("actions", COMMANDS)
                .attr(xml_ncname!("execute").to_owned(), "complete")
                .append(Element::bare("complete", COMMANDS))
                .build(),
        )
        .append(form("form", fields))
        .build()
}

/// The answer to a command that was given up.
pub fn canceled(verb: Verb, session: &str) -> Element {
    answer(verb, session, "canceled").build()
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// What was wanted.
    Done,
    /// There is no such message.
    Missing,
    /// Nothing; the mail server refused.
    Failed,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Missing => "missing",
            Self::Failed => "failed",
        }
    }

    /// What isn't known counts as failed.
    fn named(name: &str) -> Self {
        match name {
            "done" => Self::Done,
            "missing" => Self::Missing,
            _ => Self::Failed,
        }
    }
}

/// What became of a wish.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Each item, and what became of its message.
    pub items: Vec<(String, Outcome)>,
    /// What takes it back.
    pub undo: Option<String>,
}

impl Outcomes {
    /// The answer to a command that was carried out.
    pub fn completed(&self, verb: Verb, session: &str) -> Element {
        let reported = Element::builder("reported", DATA_FORMS)
            .append(field("item", []))
            .append(field("outcome", []));
        let item = |(item, outcome): &(String, Outcome)| {
            Element::builder("item", DATA_FORMS)
                .append(field("item", [item.as_str()]))
                .append(field("outcome", [outcome.name()]))
                .build()
        };
        let undo = self.undo.iter().map(|token| field("undo", [token.as_str()]));
        let mut form = form("result", undo.collect());
        form.append_child(reported.build());
        for one in self.items.iter().map(item) {
            form.append_child(one);
        }
        answer(verb, session, "completed").append(form).build()
    }

    /// Reads an answer; `None` if it is none.
    pub fn read(command: &Element) -> Option<Self> {
        if !command.is("command", COMMANDS) || command.attr("status") != Some("completed") {
            return None;
        }
        let form = command.get_child("x", DATA_FORMS)?;
        let items = form.children().filter(|child| child.is("item", DATA_FORMS));
        let items = items.take(MOST_ITEMS).filter_map(|item| {
            let outcome = values(item, "outcome").next()?;
            Some((values(item, "item").next()?, Outcome::named(&outcome)))
        });
        Some(Self {
            items: items.collect(),
            undo: values(form, "undo").next().filter(|token| token.len() <= MOST_BYTES),
        })
    }

    /// What became of an item; one that isn't mentioned failed.
    pub fn of(&self, item: &str) -> Outcome {
        let told = self.items.iter().find(|(id, _)| id == item);
        told.map_or(Outcome::Failed, |(_, outcome)| *outcome)
    }
}

/// Where a publisher takes commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The session that takes them.
    pub jid: FullJid,
    /// The nodes upon whose items it can act.
    pub nodes: Vec<Subscription>,
}

impl Offer {
    /// As a part of the publisher's heartbeat.
    pub fn element(&self) -> Element {
        let node = |at: &Subscription| {
            Element::builder("node", ACT)
                .attr(xml_ncname!("service").to_owned(), at.service.as_str())
                .attr(xml_ncname!("node").to_owned(), at.node.as_str())
                .build()
        };
        Element::builder("acts", ACT)
            .attr(xml_ncname!("jid").to_owned(), self.jid.as_str())
            .append_all(self.nodes.iter().take(MOST_NODES).map(node))
            .build()
    }

    /// Reads one out of a heartbeat.
    pub fn read(heartbeat: &Element) -> Option<Self> {
        let acts = heartbeat.get_child("acts", ACT)?;
        let jid = Jid::new(acts.attr("jid")?).ok()?.try_into_full().ok()?;
        let nodes = acts.children().filter(|child| child.is("node", ACT)).take(MOST_NODES);
        let node = |node: &Element| {
            Some(Subscription {
                service: node.attr("service")?.to_owned(),
                node: node.attr("node")?.to_owned(),
            })
        };
        Some(Self {
            jid,
            nodes: nodes.filter_map(node).collect(),
        })
    }
}

fn command(verb: Verb) -> minidom::ElementBuilder {
    Element::builder("command", COMMANDS).attr(xml_ncname!("node").to_owned(), verb.node())
}

fn answer(verb: Verb, session: &str, status: &str) -> minidom::ElementBuilder {
    command(verb)
        .attr(xml_ncname!("sessionid").to_owned(), session)
        .attr(xml_ncname!("status").to_owned(), status)
}

fn form(kind: &str, fields: Vec<Element>) -> Element {
    let mut form_type = field("FORM_TYPE", [ACT]);
    form_type.set_attr(minidom::rxml::Namespace::NONE, xml_ncname!("type").to_owned(), "hidden");
    Element::builder("x", DATA_FORMS)
        .attr(xml_ncname!("type").to_owned(), kind)
        .append(form_type)
        .append_all(fields)
        .build()
}

fn field<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Element {
    let value = |value| Element::builder("value", DATA_FORMS).append(value).build();
    Element::builder("field", DATA_FORMS)
        .attr(xml_ncname!("var").to_owned(), name)
        .append_all(values.into_iter().map(value))
        .build()
}

fn required(name: &str, label: &str) -> Element {
    let mut field = field(name, []);
    field.set_attr(minidom::rxml::Namespace::NONE, xml_ncname!("label").to_owned(), label);
    field.append_child(Element::bare("required", DATA_FORMS));
    field
}

fn multi(mut field: Element) -> Element {
    field.set_attr(
        minidom::rxml::Namespace::NONE,
        xml_ncname!("type").to_owned(),
        "text-multi",
    );
    field
}

fn values<'a>(form: &'a Element, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let fields = form.children().filter(move |field| field.attr("var") == Some(name));
    let values = fields.take(1).flat_map(Element::children);
    values.filter(|value| value.name() == "value").map(Element::text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn inbox() -> Subscription {
        Subscription {
            service: "sam@example.org".to_owned(),
            node: "urn:mailwren:mail:0".to_owned(),
        }
    }

    fn archive(items: &[&str]) -> Wish {
        Wish::Act {
            act: Act::Archive,
            at: inbox(),
            items: items.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn every_command_has_a_node_of_its_own() {
        for verb in Verb::all() {
            assert_eq!(Verb::at(&verb.node()), Some(verb));
        }
        for node in ["urn:mailwren:act:0#burn", "urn:mailwren:act:0", "archive", ""] {
            assert_eq!(Verb::at(node), None, "{node}");
        }
    }

    #[test]
    fn what_is_asked_is_read() {
        let undo = Wish::Undo {
            token: "8c1d".to_owned(),
        };
        for wish in [archive(&["a", "b & <c>"]), undo] {
            assert_eq!(Step::read(&wish.command()), Ok(Step::Do(wish)));
        }
        assert_eq!(
            Step::read(&archive(&["b", "a", "b"]).command()),
            Ok(Step::Do(archive(&["a", "b"]))),
            "the same twice is once"
        );
    }

    #[test]
    fn who_asks_without_a_form_gets_one_and_may_give_up() {
        let verb = Verb::Act(Act::Junk);
        let bare: Element = format!("<command xmlns='{COMMANDS}' node='{}'/>", verb.node())
            .parse()
            .unwrap();
        assert_eq!(Step::read(&bare), Ok(Step::Ask(verb)));
        let given = blank(verb, "7");
        assert_eq!(
            (given.attr("status"), given.attr("sessionid")),
            (Some("executing"), Some("7"))
        );
        let cancel = format!("<command xmlns='{COMMANDS}' node='{}' action='cancel'/>", verb.node());
        assert_eq!(Step::read(&cancel.parse().unwrap()), Ok(Step::Cancel(verb)));
        assert_eq!(canceled(verb, "7").attr("status"), Some("canceled"));
    }

    #[test]
    fn what_is_no_command_is_said_to_be_none() {
        let many: Vec<String> = (0..=MOST_ITEMS).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(Step::read(&archive(&many).command()), Err(Flaw::TooMany));
        assert_eq!(Step::read(&archive(&[]).command()), Err(Flaw::Form));
        assert_eq!(Step::read(&archive(&["a", ""]).command()), Err(Flaw::Form));
        assert_eq!(
            Step::read(&archive(&["x".repeat(2_000).as_str()]).command()),
            Err(Flaw::Form)
        );
        let other = format!("<command xmlns='{COMMANDS}' node='urn:mailwren:act:0#burn'/>");
        assert_eq!(Step::read(&other.parse().unwrap()), Err(Flaw::Unknown));
        let kind = String::from(&archive(&["a"]).command()).replace("submit", "result");
        assert_eq!(Step::read(&kind.parse().unwrap()), Err(Flaw::Form));
    }

    #[test]
    fn what_is_answered_is_read_and_what_isnt_mentioned_failed() {
        let outcomes = Outcomes {
            items: vec![
                ("a".to_owned(), Outcome::Done),
                ("b".to_owned(), Outcome::Missing),
                ("c".to_owned(), Outcome::Failed),
            ],
            undo: Some("8c1d".to_owned()),
        };
        let answer = outcomes.completed(Verb::Act(Act::Archive), "7");
        assert_eq!(Outcomes::read(&answer), Some(outcomes.clone()));
        assert_eq!(
            (outcomes.of("b"), outcomes.of("d")),
            (Outcome::Missing, Outcome::Failed)
        );
        assert_eq!(Outcomes::read(&blank(Verb::Undo, "7")), None);
    }

    #[test]
    fn an_offer_names_a_full_jid() {
        let offer = Offer {
            jid: FullJid::new("sam@example.org/4f1c").unwrap(),
            nodes: vec![inbox()],
        };
        let heartbeat = |acts: Element| {
            Element::builder("heartbeat", "urn:mailwren:publisher:0")
                .append(acts)
                .build()
        };
        assert_eq!(Offer::read(&heartbeat(offer.element())), Some(offer.clone()));
        let bare: Element = String::from(&offer.element()).replace("/4f1c", "").parse().unwrap();
        assert_eq!(Offer::read(&heartbeat(bare)), None);
    }
}
