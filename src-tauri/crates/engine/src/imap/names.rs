//! Names of folders: modified UTF-7 (RFC 3501 §5.1.3), and strings in commands.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// A folder's name as the server has it, from one with `/` between levels.
pub(super) fn on_the_wire(name: &str, delimiter: Option<char>) -> String {
    let is_inbox = |level: &str| level.eq_ignore_ascii_case("INBOX");
    let mut wire = String::new();
    for (nth, level) in name.split('/').enumerate() {
        if nth > 0 {
            wire.push(delimiter.unwrap_or('/'));
        }
        match level {
            inbox if nth == 0 && is_inbox(inbox) => wire.push_str("INBOX"),
            other => wire.push_str(&encode(other)),
        }
    }
    wire
}

/// A folder's name with `/` between levels, from what the server calls it.
pub(super) fn readable(wire: &str, delimiter: Option<char>) -> String {
    let name = decode(wire);
    match delimiter {
        Some(delimiter) if delimiter != '/' => name.replace(delimiter, "/"),
        _ => name,
    }
}

fn encode(name: &str) -> String {
    let mut wire = String::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let plain = |c: char| matches!(c, ' '..='~');
        let run = rest.find(|c| plain(c) != plain(first)).unwrap_or(rest.len());
        let (text, after) = rest.split_at(run);
        rest = after;
        if plain(first) {
            wire.push_str(&text.replace('&', "&-"));
        } else {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            wire.push('&');
            BASE64.encode_string(units, &mut wire);
            wire.push('-');
        }
    }
    wire
}

/// What isn't valid stays as it is.
fn decode(wire: &str) -> String {
    let mut name = String::new();
    let mut rest = wire;
    while let Some((plain, shifted)) = rest.split_once('&') {
        name.push_str(plain);
        let Some((code, after)) = shifted.split_once('-') else {
            name.push('&');
            rest = shifted;
            continue;
        };
        rest = after;
        match units(code) {
            _ if code.is_empty() => name.push('&'),
            Some(text) => name.push_str(&text),
            None => {
                name.push('&');
                name.push_str(code);
                name.push('-');
            }
        }
    }
    name.push_str(rest);
    name
}

fn units(code: &str) -> Option<String> {
    let bytes = BASE64.decode(code).ok()?;
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().copied().map(u16::from_be_bytes).collect();
    String::from_utf16(&units).ok().filter(|_| odd.is_empty())
}

/// Text as a quoted string; `None` if it can't be one.
pub(super) fn quoted(text: &str) -> Option<String> {
    if !text.chars().all(|c| matches!(c, ' '..='~')) {
        return None;
    }
    Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// The text of a quoted string.
pub(super) fn unquoted(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut escaped = false;
    for c in inside.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            text.push(c);
            escaped = false;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_as_servers_have_them() {
        for (name, wire) in [
            ("INBOX", "INBOX"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("a & b", "a &- b"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("🐦", "&2D3cJg-"),
        ] {
            assert_eq!(on_the_wire(name, Some('/')), wire);
            assert_eq!(readable(wire, Some('/')), name);
        }
        assert_eq!(on_the_wire("inbox/Lists/Rust", Some('.')), "INBOX.Lists.Rust");
        assert_eq!(readable("INBOX.Lists.Rust", Some('.')), "INBOX/Lists/Rust");
        for broken in ["&", "&abc", "&!!!-", "a&AP-b", "&2D0-"] {
            assert_eq!(readable(broken, None), broken);
        }
    }

    #[test]
    fn strings_are_quoted_where_they_can_be() {
        assert_eq!(quoted(r#"a "b" \c"#).as_deref(), Some(r#""a \"b\" \\c""#));
        assert_eq!(quoted("a\r\nb"), None);
        assert_eq!(unquoted(r#"a \"b\" \\c"#), r#"a "b" \c"#);
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in "\\PC{0,20}") {
            prop_assert_eq!(decode(&encode(&name)), name);
        }
    }
}
