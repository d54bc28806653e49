//! Dovecot's push notifications in a JSON container: `<json xmlns="urn:xmpp:json:0">` (XEP-0335).
//!
//! Source: what the `ox` driver of Dovecot 2.3's `push_notification` plugin posts (`folder`, `imap-uid`,
//! `imap-uidvalidity`, raw `from` and `subject`), and the fields that its Lua driver hands to a script
//! (`mailbox`, `uid`, `uid_validity`, `from_address`, `from_display_name`, `message_id`, `date`; all numbers floats).
//! The OX driver tells of new mail alone; Lua also of what was read and expunged.

use jiff::Timestamp;
use minidom::Element;
use serde_json::{Map, Value};

use crate::event::{Dialect, Event, Kind};
use crate::text;

/// Namespace of the payload.
pub const NS: &str = "urn:xmpp:json:0";

/// Bytes of JSON that are looked at: a notification takes one or two thousand.
pub(crate) const JSON_BYTES: usize = 64 * 1024;

/// `MAIL_DELETED | MAIL_SEEN` of Dovecot's `enum mail_flags`, which Lua gets as a number.
const GONE_FLAGS: u64 = 0x04 | 0x08;

/// Read a JSON object with an `event`; other JSON is some other program's.
pub(crate) fn read(payload: &Element, event: &mut Event) -> bool {
    if !payload.is("json", NS) {
        return false;
    }
    read_json(payload.text().as_bytes(), event)
}

/// The same as Dovecot sends it, without the container.
pub(crate) fn read_json(json: &[u8], event: &mut Event) -> bool {
    if json.len() > JSON_BYTES {
        return false;
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(json) else {
        return false;
    };
    let Some(what) = word(&fields, &["event"]) else {
        return false;
    };
    event.kind = kind(what, &fields);
    event.dialect = Dialect::Ox;
    let name = |keys: &[&str]| word(&fields, keys).and_then(|w| text::clean(w, text::NAME_CHARS));
    if let Some(user) = name(&["user", "username"]) {
        event.user = Some(user);
    }
    if let Some(mailbox) = name(&["folder", "mailbox"]) {
        event.mailbox = Some(mailbox);
    }
    event.uid = number(&fields, &["imap-uid", "imap_uid", "uid"]);
    event.uidvalidity = number(
        &fields,
        &["imap-uidvalidity", "imap_uidvalidity", "uid_validity", "uidvalidity"],
    );
    event.unseen = number(&fields, &["unseen"]);
    event.from = word(&fields, &["from"]).and_then(text::address);
    if let Some(address) = word(&fields, &["from_address"]).and_then(text::mail_address) {
        let display = word(&fields, &["from_display_name"]).and_then(text::name);
        event.from = text::sender(display, Some(address));
    }
    event.subject = word(&fields, &["subject"]).and_then(text::name);
    event.snippet = word(&fields, &["snippet"]).and_then(|s| text::clean(s, text::SNIPPET_CHARS));
    event.message_id = word(&fields, &["message_id", "message-id"]).and_then(text::message_id);
    event.sent_at = event.sent_at.or_else(|| date(&fields));
    true
}

/// What the notification's name means for the item.
fn kind(what: &str, fields: &Map<String, Value>) -> Kind {
    let plain: String = what.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.to_ascii_lowercase().as_str() {
        "messagenew" => Kind::New,
        "messageread" | "read" | "messageexpunge" | "expunge" | "messagetrash" => Kind::Gone,
        "flagsset" if fields.get("flags").is_some_and(tells_gone) => Kind::Gone,
        _ => Kind::Changed,
    }
}

/// Whether flags that were set include `\Seen` or `\Deleted`: a bit mask, a text, or a list of texts.
fn tells_gone(flags: &Value) -> bool {
    let named = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("seen") || text.contains("deleted")
    };
    match flags {
        Value::String(text) => named(text),
        Value::Array(list) => list.iter().filter_map(Value::as_str).any(named),
        other => whole(other).is_some_and(|mask| mask & GONE_FLAGS != 0),
    }
}

/// The first of these fields that is text.
fn word<'a>(fields: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| fields.get(*key)?.as_str())
}

/// The first of these fields that is a whole number.
fn number(fields: &Map<String, Value>, keys: &[&str]) -> Option<u64> {
    keys.iter().find_map(|key| fields.get(*key).and_then(whole))
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => text::number(&number.to_string()),
        Value::String(text) => text::number(text),
        _ => None,
    }
}

/// The message's own date: seconds since 1970 from Lua, or text.
fn date(fields: &Map<String, Value>) -> Option<Timestamp> {
    let date = fields.get("date")?;
    match date {
        Value::String(date) => text::timestamp(date),
        other => Timestamp::from_second(i64::try_from(whole(other)?).ok()?).ok(),
    }
}
