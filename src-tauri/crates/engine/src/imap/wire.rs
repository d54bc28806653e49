//! Bytes to whole responses, bounded: below the parser, so that it never sees more than is safe to read.
//!
//! A response is a line, or several with literals between them (RFC 3501 §4.3). What it may have of each is limited before
//! memory is used for it; so is how deep its parentheses go, since the parser recurses.

use std::io;

use mailwren_core::said::Said;
use tokio_util::bytes::{Buf, BytesMut};
use tokio_util::codec::Decoder;

/// Parentheses inside parentheses. What is asked for has three.
const DEPTH: usize = 16;

/// What a response may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes outside of literals.
    pub line: usize,
    /// Bytes of all its literals together.
    pub literals: usize,
}

/// Enough for all but a message's text, and a search in a mailbox of many thousands.
pub const USUAL: Limits = Limits {
    line: 64 << 10,
    literals: 64 << 10,
};

/// Why a response isn't read to its end.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum WireError {
    /// Its lines are too long.
    Line(usize),
    /// Its literals are too long.
    Literals(usize),
    /// It is nested too deeply.
    Depth,
    /// The connection failed.
    Io(#[from] io::Error),
}

impl WireError {
    /// For people.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Line(most) => Said::word("limit-line").with("most", *most),
            Self::Literals(most) => Said::word("limit-data").with("most", *most),
            Self::Depth => Said::word("limit-depth").with("most", DEPTH),
            Self::Io(error) => Said::text(error),
        }
    }
}

/// Splits bytes into responses.
#[derive(Debug)]
pub(super) struct Responses {
    pub(super) limits: Limits,
    /// How far the response under way was looked at.
    scanned: usize,
    /// Where its present line begins.
    line: usize,
    /// Where its literals are.
    literals: Vec<(usize, usize)>,
    /// Bytes of them.
    in_literals: usize,
    depth: usize,
}

impl Responses {
    pub(super) const fn new() -> Self {
        Self {
            limits: USUAL,
            scanned: 0,
            line: 0,
            literals: Vec::new(),
            in_literals: 0,
            depth: 0,
        }
    }

    /// Looks at a line, and gives the length of the literal that follows it.
    fn end_line(&mut self, line: &[u8]) -> Result<Option<usize>, WireError> {
        let mut quoted = false;
        let mut escaped = false;
        for byte in line {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'(' if !quoted => self.depth += 1,
                b')' if !quoted => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if self.depth > DEPTH {
                return Err(WireError::Depth);
            }
        }
        let Some(length) = literal(line) else { return Ok(None) };
        let room = self.limits.literals.saturating_sub(self.in_literals);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > room {
            return Err(WireError::Literals(self.limits.literals));
        }
        Ok(Some(length))
    }

    /// What was looked at is a response.
    fn take(&mut self, bytes: &mut BytesMut) -> Vec<u8> {
        let mut response = bytes.get(..self.scanned).unwrap_or_default().to_vec();
        bytes.advance(self.scanned.min(bytes.len()));
        let mut literals = std::mem::take(&mut self.literals).into_iter().peekable();
        // Bytes beyond ASCII have no place outside of literals, unless it was agreed on; the parser takes them for
        // characters, and cuts them.
        for (at, byte) in response.iter_mut().enumerate() {
            while literals.next_if(|(_, end)| *end <= at).is_some() {}
            let literal = literals.peek().is_some_and(|(start, _)| *start <= at);
            if !literal && !byte.is_ascii() {
                *byte = b'?';
            }
        }
        *self = Self {
            limits: self.limits,
            ..Self::new()
        };
        response
    }
}

impl Decoder for Responses {
    type Item = Vec<u8>;
    type Error = WireError;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Vec<u8>>, WireError> {
        // A literal's end may lie beyond what is there.
        while let Some(rest) = bytes.get(self.scanned..) {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let so_far = match end {
                Some(end) => self.scanned + end + 1,
                None => bytes.len(),
            };
            if so_far - self.in_literals > self.limits.line {
                return Err(WireError::Line(self.limits.line));
            }
            self.scanned = so_far;
            if end.is_none() {
                return Ok(None);
            }
            let line = bytes.get(self.line..so_far).unwrap_or_default().to_vec();
            match self.end_line(&line)? {
                Some(length) => {
                    self.literals.push((so_far, so_far + length));
                    self.in_literals += length;
                    self.scanned = so_far + length;
                    self.line = self.scanned;
                }
                None => return Ok(Some(self.take(bytes))),
            }
        }
        Ok(None)
    }
}

/// The length of the literal that a line announces at its end: `{12}`.
fn literal(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(line.get(open + 1..)?).ok()?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    const SMALL: Limits = Limits { line: 40, literals: 10 };

    fn read(bytes: &[u8], pieces: usize) -> Result<Vec<Vec<u8>>, WireError> {
        let mut responses = Responses::new();
        responses.limits = SMALL;
        let (mut buffer, mut read) = (BytesMut::new(), Vec::new());
        for piece in bytes.chunks(pieces.max(1)) {
            buffer.extend_from_slice(piece);
            while let Some(response) = responses.decode(&mut buffer)? {
                read.push(response);
            }
        }
        Ok(read)
    }

    #[test]
    fn responses_end_where_their_last_line_ends_however_they_come_in() {
        let bytes = b"* OK hi\r\n* 1 FETCH (BODY[] {5}\r\na\n(\xff\n FLAGS ())\r\na1 OK \xc3\xbc\r\n";
        for pieces in 1..bytes.len() {
            let all = read(bytes, pieces).unwrap();
            let expected: [&[u8]; 3] = [
                b"* OK hi\r\n",
                b"* 1 FETCH (BODY[] {5}\r\na\n(\xff\n FLAGS ())\r\n",
                b"a1 OK ??\r\n",
            ];
            assert_eq!(all, expected, "{pieces}");
        }
    }

    #[test]
    fn nothing_is_larger_than_its_limit() {
        let of = |bytes: &[u8]| read(bytes, 7).unwrap_err().to_string();
        assert_eq!(of(&[b'a'; 60]), "a response of more than 40 bytes");
        assert_eq!(of(b"* {11}\r\n"), "a response with more than 10 bytes of data");
        assert_eq!(
            of(b"* {99999999999999999999}\r\n"),
            "a response with more than 10 bytes of data"
        );
        assert_eq!(
            of(b"* {6}\r\nabcdef {6}\r\n"),
            "a response with more than 10 bytes of data"
        );
        assert_eq!(of(b"* ((((((((((((((((( \r\n"), "nested deeper than 16 levels");
        assert_eq!(
            of("* {0}\r\n".repeat(9).as_bytes()),
            "a response of more than 40 bytes",
            "literals without bytes"
        );
        assert!(
            read(b"* \"(((((((((((((((((\\\"((\" \r\n", 3).is_ok(),
            "text isn't nested"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_lose_any(bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(b'\n'), Just(b'{'), Just(b'}'), Just(b'3'), Just(b'(')], 0..200,
        ), pieces in 1usize..50) {
            if let Ok(all) = read(&bytes, pieces) {
                let length: usize = all.iter().map(Vec::len).sum();
                prop_assert!(length <= bytes.len());
            }
        }
    }
}
