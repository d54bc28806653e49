//! What a server tells, of that what Mailwren understands. The only place that knows the parser.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use imap_proto::rfc4315::UidSetMember;
use imap_proto::{
    AttributeValue, Capability, MailboxDatum, NameAttribute, Outcome, Response as Parsed, ResponseCode, StatusAttribute,
};

use super::names;
use crate::xmpp::trouble::quoted;

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// The end of the command with this tag.
    Done(String, Answer),
    /// The server waits for more.
    Continue,
    /// Anything else.
    Told(Told),
}

/// How a command ended, or what the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it went well.
    pub condition: Condition,
    /// What it says for programs.
    pub code: Option<Code>,
    /// What it says for people, shortened.
    pub text: String,
}

/// RFC 3501 §7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Done.
    Ok,
    /// Not done.
    No,
    /// Not understood.
    Bad,
    /// Logged in from the start.
    PreAuth,
    /// The connection ends.
    Bye,
}

/// A response code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// What the server can do.
    Capabilities(Capabilities),
    /// UIDVALIDITY.
    UidValidity(u32),
    /// UIDNEXT.
    UidNext(u32),
    /// HIGHESTMODSEQ.
    HighestModSeq(u64),
    /// Where messages were copied to (RFC 4315).
    CopyUid {
        /// The target's UIDVALIDITY.
        uidvalidity: u32,
        /// UIDs of the originals.
        from: Vec<RangeInclusive<u32>>,
        /// UIDs of the copies, in the same order.
        to: Vec<RangeInclusive<u32>>,
    },
    /// The folder isn't there, and could be.
    TryCreate,
    /// Any other, in capital letters.
    Other(String),
}

/// Data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Something that belongs to no command, or to the one under way.
    Answer(Answer),
    /// What the server can do.
    Capabilities(Capabilities),
    /// So many messages are in the folder.
    Exists(u32),
    /// A message went.
    Expunge,
    /// Messages went.
    Vanished {
        /// Before the command was given.
        earlier: bool,
        /// Which.
        uids: Vec<RangeInclusive<u32>>,
    },
    /// What is known of a message.
    Message(Message),
    /// A folder is there.
    Folder(Folder),
    /// How a folder stands.
    Status(Status),
    /// What was found.
    Found(Vec<u32>),
    /// Something that means nothing here.
    Other,
}

/// Of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Its UID.
    pub uid: Option<u32>,
    /// Its flags, as far as they matter.
    pub flags: Option<Flags>,
    /// Number of its last change.
    pub modseq: Option<u64>,
    /// When the server got it, as it writes that.
    pub arrived: Option<String>,
    /// What was asked for of its text.
    pub text: Option<Vec<u8>>,
}

/// Flags of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// `\Seen`.
    pub seen: bool,
    /// `\Deleted`.
    pub deleted: bool,
}

/// A folder in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name on the wire.
    pub name: String,
    /// What stands between levels.
    pub delimiter: Option<char>,
    /// Whether messages can be in it.
    pub selectable: bool,
    /// What it is for, if it is known.
    pub role: Option<Role>,
}

/// What a folder is for (RFC 6154).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `\Archive`.
    Archive,
    /// `\All`.
    All,
    /// `\Trash`.
    Trash,
    /// `\Junk`.
    Junk,
    /// Any other.
    Other,
}

/// How a folder stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Its name on the wire.
    pub name: String,
    /// UIDVALIDITY.
    pub uidvalidity: Option<u32>,
    /// UIDNEXT.
    pub next: Option<u32>,
    /// Messages.
    pub messages: Option<u32>,
    /// Those without `\Seen`.
    pub unseen: Option<u32>,
    /// HIGHESTMODSEQ.
    pub modseq: Option<u64>,
}

/// What a server can do, in capital letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities(BTreeSet<String>);

impl Capabilities {
    /// Whether it can do this.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The ways to log in, as a person may read them.
    pub fn logins(&self) -> String {
        let ways: Vec<&str> = self.0.iter().filter_map(|name| name.strip_prefix("AUTH=")).collect();
        quoted(&ways.join(", "))
    }

    fn read(list: Vec<Capability<'_>>) -> Self {
        let name = |capability| match capability {
            Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
            Capability::Auth(way) => format!("AUTH={}", way.to_ascii_uppercase()),
            Capability::Atom(name) => name.to_ascii_uppercase(),
        };
        Self(list.into_iter().map(name).collect())
    }
}

/// Reads one; `None` if the parser doesn't know it.
pub(super) fn read(bytes: &[u8]) -> Option<Response> {
    let mut line_end = bytes.to_vec();
    // Some end lines with a line feed alone.
    if line_end.strip_suffix(b"\n").is_some_and(|line| !line.ends_with(b"\r")) {
        line_end.pop();
        line_end.extend_from_slice(b"\r\n");
    }
    let (rest, parsed) = Parsed::parse(&line_end).ok()?;
    if !rest.is_empty() {
        return None;
    }
    Some(match parsed {
        Parsed::Done { tag, status, outcome } => Response::Done(tag.0, answer(&status, outcome)),
        Parsed::Continue(_) => Response::Continue,
        other => Response::Told(told(other)),
    })
}

fn told(parsed: Parsed<'_>) -> Told {
    match parsed {
        Parsed::Data { status, outcome } => Told::Answer(answer(&status, outcome)),
        Parsed::Capabilities(list) => Told::Capabilities(Capabilities::read(list)),
        Parsed::Expunge(_) => Told::Expunge,
        Parsed::Vanished { earlier, uids } => Told::Vanished { earlier, uids },
        Parsed::Fetch(_, attributes) => Told::Message(message(attributes)),
        Parsed::MailboxData(MailboxDatum::Exists(messages)) => Told::Exists(messages),
        Parsed::MailboxData(MailboxDatum::Search(uids)) => Told::Found(uids),
        Parsed::MailboxData(MailboxDatum::List(list)) => Told::Folder(Folder {
            name: names::unquoted(&list.name),
            delimiter: list.delimiter.and_then(|text| names::unquoted(&text).chars().next()),
            selectable: !list.name_attributes.iter().any(is_empty_name),
            role: list.name_attributes.iter().find_map(role),
        }),
        Parsed::MailboxData(MailboxDatum::Status { mailbox, status }) => Told::Status(standing(&mailbox, status)),
        _ => Told::Other,
    }
}

fn answer(status: &imap_proto::Status, outcome: Outcome<'_>) -> Answer {
    let text = outcome.information.unwrap_or_default();
    // A code that the parser doesn't know stays in the text.
    let unknown = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    let text = unknown.map_or(&*text, |(_, text)| text);
    let unknown = unknown.map(|(code, _)| {
        let name = code.split(' ').next().unwrap_or_default();
        Code::Other(name.to_ascii_uppercase())
    });
    Answer {
        condition: match status {
            imap_proto::Status::Ok => Condition::Ok,
            imap_proto::Status::No => Condition::No,
            imap_proto::Status::Bad => Condition::Bad,
            imap_proto::Status::PreAuth => Condition::PreAuth,
            imap_proto::Status::Bye => Condition::Bye,
        },
        code: outcome.code.map(code).or(unknown),
        text: quoted(text),
    }
}

fn code(code: ResponseCode<'_>) -> Code {
    let ranges = |set: Vec<UidSetMember>| {
        let range = |member| match member {
            UidSetMember::Uid(uid) => uid..=uid,
            UidSetMember::UidRange(range) => range,
        };
        set.into_iter().map(range).collect()
    };
    match code {
        ResponseCode::Capabilities(list) => Code::Capabilities(Capabilities::read(list)),
        ResponseCode::UidValidity(value) => Code::UidValidity(value),
        ResponseCode::UidNext(uid) => Code::UidNext(uid),
        ResponseCode::HighestModSeq(number) => Code::HighestModSeq(number),
        ResponseCode::CopyUid(uidvalidity, from, to) => Code::CopyUid {
            uidvalidity,
            from: ranges(from),
            to: ranges(to),
        },
        ResponseCode::TryCreate => Code::TryCreate,
        _ => Code::Other(String::new()),
    }
}

fn message(attributes: Vec<AttributeValue<'_>>) -> Message {
    let mut message = Message::default();
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(uid) => message.uid = Some(uid),
            AttributeValue::ModSeq(number) => message.modseq = Some(number),
            AttributeValue::InternalDate(date) => message.arrived = Some(date.into_owned()),
            AttributeValue::BodySection { data, .. } => {
                message.text = Some(data.map(std::borrow::Cow::into_owned).unwrap_or_default());
            }
            AttributeValue::Flags(flags) => {
                let has = |name: &str| flags.iter().any(|flag| flag.eq_ignore_ascii_case(name));
                message.flags = Some(Flags {
                    seen: has("\\Seen"),
                    deleted: has("\\Deleted"),
                });
            }
            _ => {}
        }
    }
    message
}

fn is_empty_name(attribute: &NameAttribute<'_>) -> bool {
    match attribute {
        NameAttribute::NoSelect => true,
        NameAttribute::Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
        _ => false,
    }
}

const fn role(attribute: &NameAttribute<'_>) -> Option<Role> {
    Some(match attribute {
        NameAttribute::Archive => Role::Archive,
        NameAttribute::All => Role::All,
        NameAttribute::Trash => Role::Trash,
        NameAttribute::Junk => Role::Junk,
        NameAttribute::Drafts | NameAttribute::Flagged | NameAttribute::Sent => Role::Other,
        _ => return None,
    })
}

fn standing(name: &str, attributes: Vec<StatusAttribute>) -> Status {
    let mut status = Status {
        name: names::unquoted(name),
        ..Status::default()
    };
    for attribute in attributes {
        match attribute {
            StatusAttribute::UidValidity(value) => status.uidvalidity = Some(value),
            StatusAttribute::UidNext(uid) => status.next = Some(uid),
            StatusAttribute::Messages(messages) => status.messages = Some(messages),
            StatusAttribute::Unseen(messages) => status.unseen = Some(messages),
            StatusAttribute::HighestModSeq(number) => status.modseq = Some(number),
            _ => {}
        }
    }
    status
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn answered(line: &str) -> Answer {
        match read(line.as_bytes()).unwrap() {
            Response::Done(_, answer) | Response::Told(Told::Answer(answer)) => answer,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn codes_are_read_whether_the_parser_knows_them_or_not() {
        let refused = answered("a1 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n");
        assert_eq!(refused.code, Some(Code::Other("AUTHENTICATIONFAILED".to_owned())));
        assert_eq!(answered("* OK [UIDNEXT 9] Predicted\r\n").code, Some(Code::UidNext(9)));
        let copied = answered("* OK [COPYUID 38 304,319:320 3956:3958] Moved\n");
        let (from, to) = (vec![304..=304, 319..=320], vec![3956..=3958]);
        assert_eq!(
            copied.code,
            Some(Code::CopyUid {
                uidvalidity: 38,
                from,
                to
            })
        );
    }

    #[test]
    fn a_message_is_read_in_whatever_order_it_is_told() {
        let line = b"* 12 FETCH (FLAGS (\\SEEN $Junk) X-GM-MSGID 7 BODY[]<0> {3}\r\nabc UID 5 MODSEQ (88))\r\n";
        let Some(Response::Told(Told::Message(message))) = read(line) else {
            unreachable!()
        };
        assert_eq!((message.uid, message.modseq), (Some(5), Some(88)));
        assert!(message.flags.unwrap().seen);
        assert_eq!(message.text.as_deref(), Some(&b"abc"[..]));
    }

    #[test]
    fn what_the_parser_does_not_know_is_nothing() {
        for line in [
            "* ESEARCH (TAG \"a\") UID ALL 3\r\n",
            "* NAMESPACE NIL NIL NIL\r\n",
            "\r\n",
            "* \r\n",
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "(\\* |a1 |\\+ |)(OK |NO |BYE |LIST |STATUS |1 FETCH |VANISHED )?[ -~]{0,60}\r?\n") {
            read(line.as_bytes());
        }
    }
}
