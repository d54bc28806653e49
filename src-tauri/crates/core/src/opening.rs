//! Where a person gets to when they open a mail: the message itself, if there is a way to it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::Account;
use crate::event::Event;
use crate::said::Said;

/// How an account's mails are opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OpenWith {
    /// By whatever program opens `mid:` links (RFC 2392).
    Mid,
    /// In Thunderbird.
    Thunderbird,
    /// In webmail: an https link, with `{message_id}` where the message's id belongs.
    Webmail(String),
    /// By a command: program and arguments, never a shell. `{message_id}` in an argument becomes the message's id.
    Command(Vec<String>),
}

/// What of a template stands for the message's id, without angle brackets.
const MESSAGE_ID: &str = "{message_id}";
/// The program.
pub const THUNDERBIRD: &str = "thunderbird";

impl OpenWith {
    /// What is wrong with it, if anything.
    pub fn flaw(&self) -> Option<Said> {
        match self {
            Self::Mid | Self::Thunderbird => None,
            Self::Webmail(template) if !template.starts_with("https://") => Some(Said::word("config-open-https")),
            Self::Webmail(template) if host(template).is_none_or(|host| host.contains('{')) => {
                Some(Said::word("config-open-host"))
            }
            Self::Webmail(template) if !template.contains(MESSAGE_ID) => Some(Said::word("config-open-id")),
            Self::Webmail(_) => None,
            Self::Command(words)
                if words
                    .first()
                    .is_none_or(|program| program.is_empty() || program.contains('{')) =>
            {
                Some(Said::word("config-open-program"))
            }
            Self::Command(words) if !words.iter().any(|word| word.contains(MESSAGE_ID)) => {
                Some(Said::word("config-open-argument"))
            }
            Self::Command(_) => None,
        }
    }
}

/// What is done to open a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// The desktop opens a link.
    Link(String),
    /// A program is started: its name and arguments.
    Program(Vec<String>),
}

/// How a mail of an account is opened, if there is a way: as the account says; else by the mail's own link, if that is https
/// and leads to the account's own domain, or by Thunderbird, if that is there. `None` shows it in the feed.
pub fn opening(account: Option<&Account>, event: &Event, has_thunderbird: bool) -> Option<Opening> {
    let chosen = account.and_then(|account| account.open.as_ref());
    let id = event.message_id.as_deref();
    match (chosen, id) {
        (Some(way), Some(id)) => by(way, id),
        (Some(_), None) => own_link(account, event),
        (None, _) => own_link(account, event).or_else(|| {
            id.filter(|_| has_thunderbird)
                .and_then(|id| by(&OpenWith::Thunderbird, id))
        }),
    }
}

/// What a person's own click on a mail opens, as it is named to them before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// The mail's own link.
    Link,
    /// Webmail at this host.
    Webmail(String),
    /// Whatever program opens `mid:` links.
    Mid,
    /// The program of this name.
    Program(String),
}

/// What [`opening`] comes to; where there is no way, the mail's own link, wherever it leads: that is shown before it is opened.
pub fn opens(account: Option<&Account>, event: &Event, has_thunderbird: bool) -> Option<Opens> {
    match opening(account, event, has_thunderbird) {
        Some(Opening::Program(words)) => words.first().map(|program| Opens::Program(name(program))),
        Some(Opening::Link(link)) if event.link.as_ref() == Some(&link) => Some(Opens::Link),
        Some(Opening::Link(link)) => Some(host(&link).map_or(Opens::Mid, Opens::Webmail)),
        None => event.link.is_some().then_some(Opens::Link),
    }
}

/// What people call a program: its file's name.
fn name(program: &str) -> String {
    match program {
        THUNDERBIRD => "Thunderbird".to_owned(),
        path => path.rsplit_once('/').map_or(path, |(_, file)| file).to_owned(),
    }
}

fn by(way: &OpenWith, id: &str) -> Option<Opening> {
    match way {
        OpenWith::Mid => Some(Opening::Link(mid(id))),
        OpenWith::Thunderbird => Some(Opening::Program(vec![THUNDERBIRD.to_owned(), mid(id)])),
        OpenWith::Webmail(template) => Some(Opening::Link(template.replace(MESSAGE_ID, &percent_encoded(id)))),
        OpenWith::Command(words) => {
            // What a stranger wrote must never be an option.
            let filled = |word: &String| {
                let filled = word.replace(MESSAGE_ID, id);
                (word.starts_with('-') || !filled.starts_with('-')).then_some(filled)
            };
            words.iter().map(filled).collect::<Option<_>>().map(Opening::Program)
        }
    }
}

/// The mail's own link, where its host is the account's domain or below that.
fn own_link(account: Option<&Account>, event: &Event) -> Option<Opening> {
    let link = event.link.as_deref()?;
    let host = host(link)?;
    let (_, domain) = account?.jid.split_once('@')?;
    let above = host.strip_suffix(domain)?;
    (above.is_empty() || above.ends_with('.')).then(|| Opening::Link(link.to_owned()))
}

/// The host of an https link, in lower case, without user or port.
fn host(link: &str) -> Option<String> {
    let (scheme, rest) = link.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    // A user's name before it could pose as the host.
    let plain = scheme.eq_ignore_ascii_case("https") && !authority.contains('@');
    let host = authority.split(':').next().filter(|host| plain && !host.is_empty())?;
    Some(host.to_ascii_lowercase())
}

fn mid(id: &str) -> String {
    format!("mid:{}", percent_encoded(id))
}

/// RFC 3986 §2.1; unreserved characters stay (§2.3), and the `@` that ids have.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn account(open: Option<OpenWith>) -> Account {
        Account {
            open,
            ..Account::new("sam@mail.example.org")
        }
    }

    fn event(id: Option<&str>, link: Option<&str>) -> Event {
        let mut event = Event::bare(crate::event::Kind::New);
        event.message_id = id.map(str::to_owned);
        event.link = link.map(str::to_owned);
        event
    }

    fn link(link: &str) -> Option<Opening> {
        Some(Opening::Link(link.to_owned()))
    }

    fn program(words: &[&str]) -> Option<Opening> {
        Some(Opening::Program(words.iter().map(|word| (*word).to_owned()).collect()))
    }

    #[test]
    fn the_accounts_way_leads_to_the_very_message() {
        let mail = event(Some("a/b?c&d+e@example.org"), None);
        let of = |way| opening(Some(&account(Some(way))), &mail, false);
        assert_eq!(of(OpenWith::Mid), link("mid:a%2Fb%3Fc%26d%2Be@example.org"));
        assert_eq!(
            of(OpenWith::Thunderbird),
            program(&["thunderbird", "mid:a%2Fb%3Fc%26d%2Be@example.org"])
        );
        assert_eq!(
            of(OpenWith::Webmail("https://m.example.org/#/id/{message_id}".to_owned())),
            link("https://m.example.org/#/id/a%2Fb%3Fc%26d%2Be@example.org")
        );
        let command = ["mua", "--id={message_id}", "id:{message_id}"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            of(OpenWith::Command(command)),
            program(&["mua", "--id=a/b?c&d+e@example.org", "id:a/b?c&d+e@example.org"])
        );
    }

    #[test]
    fn what_a_stranger_wrote_is_never_an_option() {
        let mail = event(Some("--delete@example.org"), None);
        let command = OpenWith::Command(vec!["mua".to_owned(), "{message_id}".to_owned()]);
        assert_eq!(opening(Some(&account(Some(command))), &mail, false), None);
    }

    #[test]
    fn the_mails_own_link_counts_where_it_leads_to_the_accounts_own_domain() {
        let of = |url| opening(Some(&account(None)), &event(None, Some(url)), true);
        for url in [
            "https://mail.example.org/m/1",
            "https://web.mail.example.org:8443/m/1",
            "https://MAIL.example.org?m=1",
        ] {
            assert_eq!(of(url), link(url), "{url}");
        }
        for url in [
            "http://mail.example.org/m/1",
            "https://example.org/",
            "https://evilmail.example.org.evil.test/",
            "https://notmail.example.org.test",
            "https://xmail.example.org/",
            "https://mail.example.org@evil.test/",
            "https://evil.test\\@mail.example.org/",
            "https://evil.test/mail.example.org",
            "mailto:sam@mail.example.org",
            "https://",
        ] {
            assert_eq!(of(url), None, "{url}");
        }
    }

    #[test]
    fn without_a_choice_it_goes_by_what_is_there() {
        let of = |event, thunderbird| opening(Some(&account(None)), &event, thunderbird);
        assert_eq!(of(event(Some("a@b"), None), false), None);
        assert_eq!(of(event(Some("a@b"), None), true), program(&["thunderbird", "mid:a@b"]));
        assert_eq!(of(event(None, None), true), None);
        let both = event(Some("a@b"), Some("https://mail.example.org/1"));
        assert_eq!(of(both, true), link("https://mail.example.org/1"));
        let chosen = opening(
            Some(&account(Some(OpenWith::Mid))),
            &event(None, Some("https://mail.example.org/1")),
            true,
        );
        assert_eq!(
            chosen,
            link("https://mail.example.org/1"),
            "without an id the link is all there is"
        );
    }

    #[test]
    fn what_is_named_before_is_what_is_opened() {
        let of = |way, id, url, thunderbird| opens(Some(&account(way)), &event(id, url), thunderbird);
        let (own, foreign) = (Some("https://mail.example.org/1"), Some("https://example.com/1"));
        let (id, program) = (Some("a@b"), |name: &str| Some(Opens::Program(name.to_owned())));
        let webmail = || {
            Some(OpenWith::Webmail(
                "https://web.example.net:8443/{message_id}".to_owned(),
            ))
        };
        let command = |words: &[&str]| Some(OpenWith::Command(words.iter().map(|w| (*w).to_owned()).collect()));

        assert_eq!(of(None, None, None, true), None);
        assert_eq!(of(None, id, own, true), Some(Opens::Link));
        assert_eq!(
            of(None, id, foreign, true),
            program("Thunderbird"),
            "not the host of the link"
        );
        assert_eq!(of(None, id, foreign, false), Some(Opens::Link));
        assert_eq!(of(None, id, None, true), program("Thunderbird"));
        assert_eq!(of(None, id, None, false), None);
        let web = Some(Opens::Webmail("web.example.net".to_owned()));
        assert_eq!(of(webmail(), id, own, true), web, "not the host of the link");
        assert_eq!(of(webmail(), None, own, true), Some(Opens::Link));
        assert_eq!(of(webmail(), None, None, true), None);
        assert_eq!(of(Some(OpenWith::Mid), id, own, false), Some(Opens::Mid));
        assert_eq!(
            of(command(&["/opt/mua/bin/mua", "{message_id}"]), id, own, false),
            program("mua")
        );
        let option = Some("--delete@example.org");
        assert_eq!(
            of(command(&["mua", "{message_id}"]), option, own, false),
            Some(Opens::Link)
        );
    }

    #[test]
    fn a_way_that_can_lead_nowhere_is_told() {
        let webmail = |template: &str| {
            OpenWith::Webmail(template.to_owned())
                .flaw()
                .map(|flaw| flaw.to_string())
        };
        assert_eq!(webmail("https://m.example.org/{message_id}"), None);
        assert!(webmail("http://m.example.org/{message_id}").unwrap().contains("https"));
        assert!(webmail("https://{message_id}/").unwrap().contains("host"));
        assert!(webmail("https://m.example.org/").unwrap().contains("{message_id}"));
        let command = |words: &[&str]| {
            OpenWith::Command(words.iter().map(|word| (*word).to_owned()).collect())
                .flaw()
                .map(|flaw| flaw.to_string())
        };
        assert_eq!(command(&["mua", "{message_id}"]), None);
        assert!(command(&[]).unwrap().contains("program"));
        assert!(command(&["{message_id}"]).unwrap().contains("program"));
        assert!(command(&["mua"]).unwrap().contains("{message_id}"));
    }
}
