//! A message's headers, and the one part of its body that is its text (RFC 5322, RFC 2045, RFC 2046).
//!
//! `mail-parser` reads the fields that have a grammar. Its own walk through the parts isn't used: it builds a tree as
//! deep as the message says, and a tree of thousands of levels overflows the stack when it is dropped.

use std::borrow::Cow;

use jiff::Timestamp;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::{MessageParser, MimeHeaders};

use super::snippet;
use crate::event::Sender;
use crate::text;

/// Bytes of headers, of the message or of a part.
const HEADER_BYTES: usize = 256 << 10;
/// Bytes of one header field.
const FIELD_BYTES: usize = 16 << 10;
/// Bytes of a text part.
const TEXT_BYTES: usize = 256 << 10;
/// Parts inside parts.
const DEPTH: usize = 8;
/// Parts of one multipart.
const PARTS: usize = 64;

/// A message, or a part of one.
pub(super) struct Message<'a> {
    headers: &'a [u8],
    body: &'a [u8],
}

/// What texts a part has.
#[derive(Default)]
struct Texts {
    plain: Option<String>,
    html: Option<String>,
}

/// What a part says of itself.
struct Nature {
    kind: String,
    subkind: String,
    boundary: Option<String>,
    charset: Option<String>,
    encoding: String,
    attachment: bool,
}

impl<'a> Message<'a> {
    /// Splits headers from body. What doesn't begin with a header is all body.
    pub(super) fn read(raw: &'a [u8]) -> Self {
        // Local delivery agents put the envelope sender before the message, as in an mbox.
        let raw = match raw.strip_prefix(b"From ").or_else(|| raw.strip_prefix(b">From ")) {
            Some(_) => after_line(raw),
            None => raw,
        };
        let mut rest = raw;
        loop {
            let line = first_line(rest);
            let (blank, begun) = (line.trim_ascii_end().is_empty(), rest.len() < raw.len());
            let folded = begun && matches!(line, [b' ' | b'\t', ..]);
            if !folded && (blank || !is_field(line)) {
                let end = raw.len() - rest.len();
                return Self {
                    headers: raw.get(..end).unwrap_or_default(),
                    // A blank line parts them, and else the body begins where the headers end.
                    body: if blank { after_line(rest) } else { rest },
                };
            }
            rest = after_line(rest);
        }
    }

    /// The first field of this name, as it stands there.
    fn field(&self, name: &str) -> Option<&'a [u8]> {
        let mut rest = self.headers.get(..HEADER_BYTES).unwrap_or(self.headers);
        while !rest.is_empty() {
            let field = rest;
            rest = after_line(rest);
            while matches!(rest, [b' ' | b'\t', ..]) {
                rest = after_line(rest);
            }
            let field = field.get(..field.len() - rest.len()).unwrap_or_default();
            let colon = field.iter().position(|b| *b == b':').unwrap_or(field.len());
            let (found, value) = field.split_at(colon);
            if found.trim_ascii().eq_ignore_ascii_case(name.as_bytes()) {
                let value = value.strip_prefix(b":").unwrap_or(value);
                return Some(value.get(..FIELD_BYTES).unwrap_or(value));
            }
        }
        None
    }

    pub(super) fn from(&self) -> Option<Sender> {
        let written = |name| self.field(name).and_then(|raw| text::address(&text::raw_text(raw)));
        written("From").or_else(|| written("Sender"))
    }

    pub(super) fn subject(&self) -> Option<String> {
        self.field("Subject").map(text::decode_header)
    }

    pub(super) fn message_id(&self) -> Option<String> {
        let raw = text::raw_text(self.field("Message-ID")?);
        let id = raw.split_once('<').map_or(raw.as_ref(), |(_, id)| id);
        Some(id.split_once('>').map_or(id, |(id, _)| id).to_owned())
    }

    pub(super) fn date(&self) -> Option<Timestamp> {
        let raw = self.field("Date")?;
        let line = text::clean(&text::raw_text(raw), text::NAME_CHARS)?;
        // What isn't quite RFC 5322 may still be read for what it means.
        text::timestamp(&line).or_else(|| {
            let date = mail_parser::DateTime::parse_rfc822(&line).filter(mail_parser::DateTime::is_valid)?;
            Timestamp::from_second(date.to_timestamp()).ok()
        })
    }

    /// The text of the message, as a person would begin to read it.
    pub(super) fn text(&self) -> Option<String> {
        let texts = self.texts(DEPTH);
        let plain = texts.plain.and_then(|text| snippet::of_text(&text));
        plain.or_else(|| texts.html.and_then(|html| snippet::of_html(&html)))
    }

    fn nature(&self) -> Nature {
        // Its parser wants a whole block of headers.
        let mut block = Vec::new();
        for name in ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"] {
            if let Some(value) = self.field(name) {
                block.extend_from_slice(name.as_bytes());
                block.push(b':');
                block.extend_from_slice(value.trim_ascii_end());
                block.extend_from_slice(b"\r\n");
            }
        }
        block.extend_from_slice(b"\r\n");
        let parsed = MessageParser::new().with_mime_headers().parse_headers(&block);
        let root = parsed.as_ref().and_then(|parsed| parsed.parts.first());
        let content = root.and_then(MimeHeaders::content_type);
        let attribute = |name| content.and_then(|c| c.attribute(name)).map(str::to_owned);
        Nature {
            kind: content.map_or("text", |c| c.ctype()).to_ascii_lowercase(),
            subkind: content
                .map_or(Some("plain"), |c| c.subtype())
                .unwrap_or("plain")
                .to_ascii_lowercase(),
            boundary: attribute("boundary").filter(|boundary| !boundary.is_empty()),
            charset: attribute("charset"),
            encoding: root
                .and_then(MimeHeaders::content_transfer_encoding)
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase(),
            attachment: root
                .and_then(MimeHeaders::content_disposition)
                .is_some_and(|d| d.ctype().eq_ignore_ascii_case("attachment")),
        }
    }

    fn texts(&self, depth: usize) -> Texts {
        let nature = self.nature();
        if nature.attachment || depth == 0 {
            return Texts::default();
        }
        match (nature.kind.as_str(), nature.subkind.as_str(), &nature.boundary) {
            ("text", "html", _) => Texts {
                html: self.decoded(&nature),
                ..Texts::default()
            },
            ("text", "plain", _) => Texts {
                plain: self.decoded(&nature),
                ..Texts::default()
            },
            ("multipart", subkind, Some(boundary)) => {
                let mut texts = Texts::default();
                for part in parts(self.body, boundary.as_bytes()) {
                    let found = Message::read(part).texts(depth - 1);
                    texts.plain = texts.plain.or(found.plain);
                    texts.html = texts.html.or(found.html);
                    // Alternatives are one text in several forms; of other parts the first that has text is it.
                    let enough = match subkind {
                        "alternative" => texts.plain.is_some() && texts.html.is_some(),
                        _ => texts.plain.is_some() || texts.html.is_some(),
                    };
                    if enough {
                        break;
                    }
                }
                texts
            }
            _ => Texts::default(),
        }
    }

    /// `None` for a text of blanks alone, which some programs put before the one that they mean.
    fn decoded(&self, nature: &Nature) -> Option<String> {
        let raw = self.body.get(..TEXT_BYTES).unwrap_or(self.body);
        let bytes: Cow<'_, [u8]> = match nature.encoding.as_str() {
            "base64" => unwrapped(raw).into(),
            "quoted-printable" => unquoted(raw).into(),
            _ => raw.into(),
        };
        // Where the text was cut off, inside a character maybe.
        let whole = match std::str::from_utf8(&bytes) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => bytes.len(),
        };
        let bytes = bytes.get(..whole).unwrap_or_default();
        let text = match &nature.charset {
            Some(charset) => text::in_charset(charset.as_bytes(), bytes),
            None => text::raw_text(bytes).into_owned(),
        };
        (!text.trim().is_empty()).then_some(text)
    }
}

/// A line, its end included.
fn first_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| *b == b'\n').map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or_default()
}

fn after_line(text: &[u8]) -> &[u8] {
    text.get(first_line(text).len()..).unwrap_or_default()
}

/// Whether a line begins a header field: a name without blanks, and a colon.
fn is_field(line: &[u8]) -> bool {
    let name = line.iter().position(|b| *b == b':').and_then(|colon| line.get(..colon));
    name.is_some_and(|name| {
        let name = name.trim_ascii_end();
        !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
    })
}

/// The parts of a multipart's body (RFC 2046 §5.1.1). Without its end, the last part goes as far as there is text.
fn parts<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut begun: Option<&[u8]> = None;
    let mut rest = body;
    while !rest.is_empty() && parts.len() < PARTS {
        let here = rest;
        let delimiter = first_line(here)
            .strip_prefix(b"--")
            .and_then(|line| line.strip_prefix(boundary))
            .map(<[u8]>::trim_ascii_end);
        rest = after_line(here);
        let last = match delimiter {
            Some(b"") => false,
            Some(b"--") => true,
            _ => continue,
        };
        if let Some(part) = begun {
            parts.push(part.get(..part.len() - here.len()).unwrap_or_default());
        }
        if last {
            return parts;
        }
        begun = Some(rest);
    }
    parts.extend(begun);
    parts
}

/// Base64 (RFC 2045 §6.8) as far as it goes; what doesn't belong there is passed over.
fn unwrapped(raw: &[u8]) -> Vec<u8> {
    let is_digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let mut digits: Vec<u8> = raw
        .iter()
        .copied()
        .take_while(|b| *b != b'=')
        .filter(is_digit)
        .collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    digits.resize(digits.len().next_multiple_of(4), b'=');
    base64_decode(&digits).unwrap_or_default()
}

/// Quoted-printable (RFC 2045 §6.7); what isn't a valid escape stays as it is.
fn unquoted(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'=', [b'\n', after @ ..] | [b'\r', b'\n', after @ ..]) => rest = after,
            (b'=', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(text::hex(*high) << 4 | text::hex(*low));
                rest = after;
            }
            _ => bytes.push(*byte),
        }
    }
    bytes
}
