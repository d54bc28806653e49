//! Words, addresses, numbers, dates and links as strangers write them, made fit to be shown.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;

use crate::event::Sender;

/// Characters of a subject, a name, an address, a mailbox.
pub const NAME_CHARS: usize = 1_000;
/// Characters of a snippet.
pub const SNIPPET_CHARS: usize = 500;
/// Bytes of a link.
const LINK_BYTES: usize = 4_096;
/// Bytes of HTML that are looked at.
const HTML_BYTES: usize = 64 * 1024;
/// The greatest integer that JSON carries everywhere without loss.
const SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Text on one line: white space folded to single blanks, direction overrides and control characters taken out, at most
/// `max_chars` characters. `None` if nothing is left.
pub fn clean(text: &str, max_chars: usize) -> Option<String> {
    let mut line = String::new();
    let mut length = 0;
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() {
            blank = length > 0;
        } else if !is_hidden(c) {
            let needed = if blank { 2 } else { 1 };
            if length + needed > max_chars {
                break;
            }
            if blank {
                line.push(' ');
            }
            line.push(c);
            length += needed;
            blank = false;
        }
    }
    (length > 0).then_some(line)
}

/// Controls, and what turns the direction of the text around it.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A header's text as an IMAP server or a mail filter hands it on: encoded words (RFC 2047) decoded, also where
/// the charset they name isn't theirs, and raw 8-bit text taken as UTF-8 or else as Windows-1252.
///
/// Adjacent words of one charset are joined before they are decoded, because mailers cut inside characters.
pub fn decode_header(raw: impl AsRef<[u8]>) -> String {
    let mut out = String::new();
    let mut rest = raw.as_ref();
    let mut words: Option<(&[u8], Vec<u8>)> = None;
    while !rest.is_empty() {
        if let Some((charset, bytes, after)) = encoded_word(rest) {
            match &mut words {
                Some((same, joined)) if same.eq_ignore_ascii_case(charset) => joined.extend(bytes),
                other => {
                    if let Some((charset, joined)) = other.replace((charset, bytes)) {
                        out.push_str(&in_charset(charset, &joined));
                    }
                }
            }
            rest = after;
            // White space between two encoded words isn't part of the text (RFC 2047 §6.2).
            let next = rest.trim_ascii_start();
            if encoded_word(next).is_some() {
                rest = next;
            }
            continue;
        }
        if let Some((charset, joined)) = words.take() {
            out.push_str(&in_charset(charset, &joined));
        }
        let plain = rest
            .iter()
            .skip(1)
            .position(|b| *b == b'=')
            .map_or(rest.len(), |at| at + 1);
        let (text, after) = rest.split_at(plain);
        out.push_str(&raw_text(text));
        rest = after;
    }
    if let Some((charset, joined)) = words {
        out.push_str(&in_charset(charset, &joined));
    }
    out
}

/// `=?charset?encoding?data?=` at the start: charset, decoded bytes, and what follows.
fn encoded_word(input: &[u8]) -> Option<(&[u8], Vec<u8>, &[u8])> {
    let input = input.strip_prefix(b"=?")?;
    let (charset, input) = cut(input, b'?')?;
    let (encoding, input) = cut(input, b'?')?;
    let (data, after) = encoded_data(input)?;
    // RFC 2231 §5: the language after `*` is no part of the charset.
    let charset = cut(charset, b'*').map_or(charset, |(charset, _)| charset);
    if charset.is_empty() || !charset.iter().all(u8::is_ascii_graphic) || data.contains(&b'\n') {
        return None;
    }
    let bytes = match encoding {
        b"B" | b"b" => base64_decode(data)?,
        b"Q" | b"q" => q_decode(data),
        _ => return None,
    };
    Some((charset, bytes, after))
}

fn cut(input: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let position = input.iter().position(|byte| *byte == at)?;
    Some((input.get(..position)?, input.get(position + 1..)?))
}

/// Up to `?=`. A question mark may not stand in the data, yet some mailers leave one there: in a word of usual length
/// it is let through. (Looking further each time would take quadratic time.)
fn encoded_data(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (data, after) = cut(input, b'?')?;
    if let Some(after) = after.strip_prefix(b"=") {
        return Some((data, after));
    }
    let end = input.windows(2).take(200).position(|window| window == b"?=")?;
    Some((input.get(..end)?, input.get(end + 2..)?))
}

/// The Q encoding (RFC 2047 §4.2); what isn't a valid escape stays as it is.
fn q_decode(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len());
    let mut rest = data;
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'_', _) => bytes.push(b' '),
            (b'=', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(hex(*high) << 4 | hex(*low));
                rest = after;
            }
            _ => bytes.push(*byte),
        }
    }
    bytes
}

pub(crate) const fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

/// Bytes in the charset they claim, unless they plainly are in another.
pub(crate) fn in_charset(charset: &[u8], bytes: &[u8]) -> String {
    let decoder = if is_utf8(charset) {
        None
    } else {
        charset_decoder(usual_name(charset))
    };
    let (Some(decoder), false) = (decoder, bytes.is_empty()) else {
        return raw_text(bytes).into_owned();
    };
    let claimed = decoder(bytes);
    match std::str::from_utf8(bytes) {
        // Text of a one-byte charset is hardly ever valid UTF-8 by chance; of a two-byte one it sometimes is.
        Ok(utf8) if !bytes.is_ascii() && (!is_wide(charset) || claimed.contains('\u{FFFD}')) => utf8.to_owned(),
        _ => claimed,
    }
}

fn is_utf8(charset: &[u8]) -> bool {
    charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"utf8")
}

/// Names that Windows' programs write, and the table of charsets doesn't have.
fn usual_name(charset: &[u8]) -> &[u8] {
    let is = |names: &[&[u8]]| names.iter().any(|name| charset.eq_ignore_ascii_case(name));
    match charset {
        _ if is(&[b"cp932", b"x-ms-cp932", b"windows-932"]) => b"shift_jis",
        _ if is(&[b"cp949", b"uhc", b"x-windows-949"]) => b"windows-949",
        _ if is(&[b"cp874"]) => b"windows-874",
        other => other,
    }
}

/// Whether characters of this charset take more than a byte.
fn is_wide(charset: &[u8]) -> bool {
    let charset = charset.to_ascii_lowercase();
    let parts: [&[u8]; 12] = [
        b"big5", b"gb", b"euc", b"jis", b"ksc", b"ks_c", b"2022", b"utf", b"932", b"936", b"949", b"uhc",
    ];
    parts
        .iter()
        .any(|part| charset.windows(part.len()).any(|window| window == *part))
}

/// Bytes that nobody labelled.
pub(crate) fn raw_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => charset_decoder(b"windows-1252").map_or_else(|| String::from_utf8_lossy(bytes), |d| d(bytes).into()),
    }
}

/// A subject or a name: encoded words decoded, cleaned, bounded.
pub fn name(raw: &str) -> Option<String> {
    clean(&decode_header(raw), NAME_CHARS)
}

/// The text of an HTML fragment, of which the first 64 KiB are looked at.
pub fn html_to_text(html: &str) -> String {
    let mut spaced = String::new();
    let mut rest = html.get(..html.floor_char_boundary(HTML_BYTES)).unwrap_or_default();
    // mail-parser breaks lines at <br> and </p> only; here no two blocks run together.
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        spaced.push_str(before);
        let name = tag.trim_start_matches(['<', '/']);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        if name.get(..end).is_some_and(is_block) {
            spaced.push('\n');
        }
        spaced.push('<');
        rest = tag.get(1..).unwrap_or_default();
    }
    spaced.push_str(rest);
    mail_parser::decoders::html::html_to_text(&spaced)
}

/// Whether an HTML element of this name stands on lines of its own.
pub(crate) fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 32] = [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ];
    BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block))
}

/// The first mailbox of a From header (RFC 5322 §3.4), encoded words decoded.
///
/// An unquoted comma in a name is taken as part of it: `Doe, John <john@example.org>` is one mailbox.
pub fn address(raw: &str) -> Option<Sender> {
    let (mut phrase, mut angle, mut comment) = (String::new(), String::new(), String::new());
    let mut place = Part::Phrase;
    let mut quoted = false;
    let mut comments = 0_u32;
    // Whether an address has been seen, after which a comma begins the next mailbox.
    let mut complete = false;
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        let first_angle = angle.is_empty();
        let part = match place {
            _ if comments > 0 => &mut comment,
            Part::Angle => &mut angle,
            Part::Phrase => &mut phrase,
        };
        match c {
            '\\' if quoted || comments > 0 => part.extend(chars.next()),
            '"' if comments == 0 && place == Part::Phrase => quoted = !quoted,
            _ if quoted => part.push(c),
            '(' => {
                if comments > 0 {
                    part.push(c);
                }
                comments = comments.saturating_add(1);
            }
            ')' if comments > 0 => {
                comments -= 1;
                if comments > 0 {
                    part.push(c);
                }
            }
            _ if comments > 0 => part.push(c),
            '<' if place == Part::Phrase && first_angle => place = Part::Angle,
            '>' if place == Part::Angle => {
                place = Part::Phrase;
                complete = true;
            }
            ',' | ';' if place == Part::Phrase && complete => break,
            _ => {
                complete |= c == '@' && place == Part::Phrase;
                part.push(c);
            }
        }
    }
    let phrase_name = name(&phrase);
    let comment = name(&comment);
    match mail_address(&angle) {
        Some(address) => sender(phrase_name.or(comment), Some(address)),
        None => match mail_address(&phrase).filter(|address| address.contains('@')) {
            Some(address) => sender(comment, Some(address)),
            None => sender(phrase_name.or(comment), None),
        },
    }
}

/// Which part of a mailbox is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Phrase,
    Angle,
}

/// A sender of whom at least one of the two is known.
pub fn sender(name: Option<String>, address: Option<String>) -> Option<Sender> {
    let name = name.filter(|name| Some(name) != address.as_ref());
    (name.is_some() || address.is_some()).then_some(Sender { name, address })
}

/// A bare mail address, cleaned; `None` if blanks are in it.
pub fn mail_address(raw: &str) -> Option<String> {
    clean(raw, NAME_CHARS).filter(|address| !address.contains(' '))
}

/// A whole number as people and programs send it: `7`, and `7.0` from where all numbers are floats.
pub fn number(raw: &str) -> Option<u64> {
    let raw = raw.trim();
    let digits = match raw.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => digits,
        Some(_) => return None,
        None => raw,
    };
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|n| plain && *n <= SAFE_INTEGER)
}

/// A date of XEP-0082, of XEP-0091 (`CCYYMMDDThh:mm:ss`, always UTC), or of RFC 5322.
pub fn timestamp(raw: &str) -> Option<Timestamp> {
    let raw = raw.trim();
    if raw.is_empty() || raw.len() > 64 {
        return None;
    }
    // XEP-0091's own form, and stamps that left the zone out.
    let civil = || raw.parse().or_else(|_| DateTime::strptime("%Y%m%dT%H:%M:%S", raw)).ok();
    let utc = || TimeZone::UTC.to_timestamp(civil()?).ok();
    let mail = || jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(raw).ok();
    raw.parse().ok().or_else(utc).or_else(mail)
}

/// A link that may be offered to a person: https, http, mailto, xmpp, mid or imap, without blanks, controls or
/// direction overrides, at most 4,096 bytes.
pub fn link(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let (scheme, rest) = raw.split_once(':')?;
    let known = ["https", "http", "mailto", "xmpp", "mid", "imap"]
        .iter()
        .any(|s| scheme.eq_ignore_ascii_case(s));
    let plain = !raw.chars().any(|c| c.is_whitespace() || is_hidden(c));
    (known && plain && !rest.is_empty() && raw.len() <= LINK_BYTES).then(|| raw.to_owned())
}

/// A Message-ID without angle brackets. One that isn't of sane length is none: cut off it would be another's.
pub fn message_id(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let inner = raw.strip_prefix('<').and_then(|r| r.strip_suffix('>')).unwrap_or(raw);
    clean(inner, NAME_CHARS + 1).filter(|id| id.chars().count() <= NAME_CHARS)
}
