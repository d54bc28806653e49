//! Gmail's notifications (`google:mail:notify`), as a server of one's own may speak them: threads are asked for, and whoever
//! asked is told of new ones.

use std::collections::{BTreeMap, BTreeSet};

use jid::{BareJid, FullJid};
use minidom::Element;
use xmpp_parsers::ns;

use crate::seen::SeenQuestion;
use crate::state::State;
use crate::xml::name;

pub(crate) const NS: &str = "google:mail:notify";

/// What is known of mail.
#[derive(Default)]
pub(crate) struct Mail {
    /// Whether the server speaks it.
    pub spoken: bool,
    /// Answered to every question instead of the mailbox.
    pub instead: Option<Element>,
    /// Each account's threads.
    threads: BTreeMap<BareJid, Vec<Element>>,
    /// Who asked, and so is told.
    listeners: BTreeSet<FullJid>,
    /// Ids of what was told and isn't answered yet.
    told: BTreeSet<String>,
}

impl Mail {
    /// The threads of an account that are newer than the question wants, the newest first.
    fn mailbox(&self, account: &BareJid, query: &Element) -> Element {
        let than = |name: &str| number(query, name);
        let newer = |thread: &&Element| match (than("newer-than-time"), than("newer-than-tid")) {
            (None, None) => true,
            (time, tid) => {
                time.is_some_and(|time| number(thread, "date") > Some(time))
                    || tid.is_some_and(|tid| number(thread, "tid") > Some(tid))
            }
        };
        let all = || self.threads.get(account).into_iter().flatten();
        let time = all().filter_map(|thread| number(thread, "date")).max();
        Element::builder("mailbox", NS)
            .attr(name!("result-time"), time.unwrap_or_default().to_string())
            .attr(name!("total-matched"), all().count().to_string())
            .append_all(all().rev().filter(newer).cloned())
            .build()
    }
}

fn number(element: &Element, name: &str) -> Option<u64> {
    element.attr(name)?.parse().ok()
}

impl State {
    /// Answers a question for mail.
    pub(crate) fn asked_for_mail(&mut self, from: &FullJid, query: &Element) -> Element {
        self.mail.listeners.insert(from.clone());
        let attr = |name| query.attr(name).map(str::to_owned);
        let question = SeenQuestion {
            jid: from.to_string(),
            newer_than_time: attr("newer-than-time"),
            newer_than_tid: attr("newer-than-tid"),
        };
        self.tell(|seen| seen.mail_questions.push(question));
        let instead = self.mail.instead.clone();
        instead.unwrap_or_else(|| self.mail.mailbox(&from.to_bare(), query))
    }

    /// Puts a thread into a mailbox, in the place of the one with its id, and tells those who asked.
    pub(crate) fn new_mail(&mut self, account: &BareJid, thread: Element) {
        let threads = self.mail.threads.entry(account.clone()).or_default();
        threads.retain(|known| known.attr("tid") != thread.attr("tid"));
        threads.push(thread);
        let listeners: Vec<FullJid> = self.mail.listeners.iter().cloned().collect();
        for listener in listeners.iter().filter(|jid| jid.to_bare() == *account) {
            let id = self.fresh_id();
            let iq = Element::builder("iq", ns::JABBER_CLIENT)
                .attr(name!("type"), "set")
                .attr(name!("id"), id.as_str())
                .attr(name!("from"), account.as_str())
                .attr(name!("to"), listener.as_str())
                .append(Element::bare("new-mail", NS));
            if self.deliver(listener, &iq.build()) {
                self.mail.told.insert(id);
                self.tell(|seen| seen.mail_told += 1);
            } else {
                self.mail.listeners.remove(listener);
            }
        }
    }

    /// An answer came that may be to what was told.
    pub(crate) fn answered_mail(&mut self, iq: &Element) {
        let was_told = iq.attr("id").is_some_and(|id| self.mail.told.remove(id));
        if was_told && iq.attr("type") == Some("result") {
            self.tell(|seen| seen.mail_answered += 1);
        }
    }
}
