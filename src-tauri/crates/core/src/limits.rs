//! Bounds on what a stream may send, held by a byte scanner that sits below the XML parser.
//!
//! The parser builds trees as deep and stanzas as large as the peer likes, and dropping a deep tree overflows the stack.
//! [`Limiter`] sees the bytes first and keeps no more than a few counters, whatever comes.

use thiserror::Error;

use crate::said::Said;

/// How much is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one stanza.
    pub stanza_bytes: usize,
    /// Nesting of elements in a stanza; the stanza itself is the first level.
    pub depth: usize,
    /// Bytes of one attribute value, as sent; also of a name.
    pub attribute_bytes: usize,
    /// Elements of a stanza. In a tree each takes far more memory than on the wire.
    pub elements: usize,
    /// Attributes of a stanza, of all its elements together.
    pub attributes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            stanza_bytes: 1 << 20,
            depth: 64,
            attribute_bytes: 8192,
            elements: 4096,
            attributes: 10_240,
        }
    }
}

/// Which limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{}", self.said())]
pub enum LimitExceeded {
    /// [`Limits::stanza_bytes`].
    StanzaBytes(usize),
    /// [`Limits::depth`].
    Depth(usize),
    /// [`Limits::attribute_bytes`].
    AttributeBytes(usize),
    /// [`Limits::elements`].
    Elements(usize),
    /// [`Limits::attributes`].
    Attributes(usize),
}

impl LimitExceeded {
    /// For people.
    pub fn said(self) -> Said {
        match self {
            Self::StanzaBytes(most) => Said::word("limit-bytes").with("most", most),
            Self::Depth(most) => Said::word("limit-depth").with("most", most),
            Self::AttributeBytes(most) => Said::word("limit-attribute").with("most", most),
            Self::Elements(most) => Said::word("limit-elements").with("most", most),
            Self::Attributes(most) => Said::word("limit-attributes").with("most", most),
        }
    }
}

/// What an element and an attribute take in a tree beside their bytes, about.
const ELEMENT_WEIGHT: u64 = 1024;
const ATTRIBUTE_WEIGHT: u64 = 256;

/// Where in the markup the scanner stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    /// After `<`.
    Less,
    /// In a start tag, outside of quotes; whether the last byte was `/`.
    Start {
        slash: bool,
    },
    /// In an attribute value that ends at this quote.
    Value(u8),
    End,
    /// In `<?…?>`; whether the last byte was `?`.
    Instruction(bool),
    /// After `<!` and so many bytes that still fit `--` or `[CDATA[`.
    Bang(&'static [u8], usize),
    /// In a comment, after so many hyphens.
    Comment(u8),
    /// In a CDATA section, after so many closing brackets.
    Cdata(u8),
    /// In `<!…>` of another kind.
    Declaration,
}

/// Scans a stream's bytes, cut anywhere, and tells the first limit that is passed.
///
/// It isn't a parser: what isn't well-formed is left to the parser to refuse.
#[derive(Debug, Clone)]
pub struct Limiter {
    limits: Limits,
    /// Depth at which stanzas stand: 1 below a stream root, 0 without.
    base: usize,
    depth: usize,
    place: Place,
    /// Bytes since the stanza (or anything else at its level) began.
    bytes: usize,
    /// Bytes of the running attribute value or name.
    run: usize,
    /// Elements and attributes since the stanza began.
    elements: usize,
    attributes: usize,
    weight: u64,
    whole: u64,
    exceeded: Option<LimitExceeded>,
}

impl Limiter {
    /// For a live stream, whose root is `<stream:stream>`.
    pub const fn new(limits: Limits) -> Self {
        Self::with_base(limits, 1)
    }

    /// For stanzas that stand alone.
    pub const fn without_root(limits: Limits) -> Self {
        Self::with_base(limits, 0)
    }

    const fn with_base(limits: Limits, base: usize) -> Self {
        Self {
            limits,
            base,
            depth: 0,
            place: Place::Text,
            bytes: 0,
            run: 0,
            elements: 0,
            attributes: 0,
            weight: 0,
            whole: 0,
            exceeded: None,
        }
    }

    /// Start over, as at a stream restart (after STARTTLS and SASL).
    pub const fn reset(&mut self) {
        *self = Self::with_base(self.limits, self.base);
    }

    /// Take further bytes.
    ///
    /// # Errors
    /// The first limit passed, and the same again until [`Limiter::reset`]. Where the bytes are cut makes no difference.
    pub fn scan(&mut self, bytes: &[u8]) -> Result<(), LimitExceeded> {
        for &byte in bytes {
            if let Some(exceeded) = self.exceeded {
                return Err(exceeded);
            }
            self.exceeded = self.step(byte).err();
        }
        self.exceeded.map_or(Ok(()), Err)
    }

    /// How much memory all that was scanned may take as trees, in bytes: a rough measure that only grows.
    pub const fn weight(&self) -> u64 {
        self.weight
    }

    /// [`Limiter::weight`] as it was when the last stanza had ended.
    pub const fn whole(&self) -> u64 {
        self.whole
    }

    fn step(&mut self, byte: u8) -> Result<(), LimitExceeded> {
        let outside = self.depth <= self.base && self.place == Place::Text;
        if outside && byte != b'<' {
            return Ok(());
        }
        if outside {
            (self.bytes, self.elements, self.attributes) = (0, 0, 0);
        }
        self.bytes += 1;
        self.weight += 1;
        if self.bytes > self.limits.stanza_bytes {
            return Err(LimitExceeded::StanzaBytes(self.limits.stanza_bytes));
        }
        self.place = match (self.place, byte) {
            (Place::Text, b'<') => Place::Less,
            (Place::Text, _) => Place::Text,
            (Place::Less, b'/') => Place::End,
            (Place::Less, b'?') => Place::Instruction(false),
            (Place::Less, b'!') => Place::Bang(b"", 0),
            (Place::Less, _) => {
                self.run = 1;
                self.descend()?;
                Place::Start { slash: false }
            }
            (Place::Start { slash }, b'>') => {
                if slash {
                    self.ascend();
                }
                Place::Text
            }
            (Place::Start { .. }, b'"' | b'\'') => {
                self.run = 0;
                self.attributes += 1;
                self.weight += ATTRIBUTE_WEIGHT;
                if self.attributes > self.limits.attributes {
                    return Err(LimitExceeded::Attributes(self.limits.attributes));
                }
                Place::Value(byte)
            }
            (Place::Start { .. }, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'/') => {
                self.run = 0;
                Place::Start { slash: byte == b'/' }
            }
            (Place::Start { .. }, _) => {
                self.lengthen()?;
                Place::Start { slash: false }
            }
            (Place::Value(quote), _) if byte == quote => {
                self.run = 0;
                Place::Start { slash: false }
            }
            (Place::Value(quote), _) => {
                self.lengthen()?;
                Place::Value(quote)
            }
            (Place::End, b'>') => {
                self.ascend();
                Place::Text
            }
            (Place::End, _) => Place::End,
            (Place::Instruction(true), b'>') => Place::Text,
            (Place::Instruction(_), _) => Place::Instruction(byte == b'?'),
            (Place::Bang(mark, seen), _) => bang(mark, seen, byte),
            (Place::Comment(2..), b'>') | (Place::Cdata(2..), b'>') => Place::Text,
            (Place::Comment(hyphens), b'-') => Place::Comment(hyphens.saturating_add(1)),
            (Place::Comment(_), _) => Place::Comment(0),
            (Place::Cdata(brackets), b']') => Place::Cdata(brackets.saturating_add(1)),
            (Place::Cdata(_), _) => Place::Cdata(0),
            (Place::Declaration, b'>') => Place::Text,
            (Place::Declaration, _) => Place::Declaration,
        };
        Ok(())
    }

    fn descend(&mut self) -> Result<(), LimitExceeded> {
        self.depth += 1;
        if self.depth > self.base + self.limits.depth {
            return Err(LimitExceeded::Depth(self.limits.depth));
        }
        self.elements += 1;
        self.weight += ELEMENT_WEIGHT;
        if self.elements > self.limits.elements {
            return Err(LimitExceeded::Elements(self.limits.elements));
        }
        Ok(())
    }

    const fn ascend(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth <= self.base {
            self.whole = self.weight;
        }
    }

    fn lengthen(&mut self) -> Result<(), LimitExceeded> {
        self.run += 1;
        if self.run > self.limits.attribute_bytes {
            return Err(LimitExceeded::AttributeBytes(self.limits.attribute_bytes));
        }
        Ok(())
    }
}

/// What follows `<!`: a comment, a CDATA section, or a declaration.
fn bang(mark: &'static [u8], seen: usize, byte: u8) -> Place {
    const COMMENT: &[u8] = b"--";
    const CDATA: &[u8] = b"[CDATA[";
    let mark = match (seen, byte) {
        (0, b'-') => COMMENT,
        (0, _) => CDATA,
        _ => mark,
    };
    match mark.get(seen) {
        Some(&expected) if expected == byte && seen + 1 < mark.len() => Place::Bang(mark, seen + 1),
        Some(&expected) if expected == byte && mark == COMMENT => Place::Comment(0),
        Some(&expected) if expected == byte => Place::Cdata(0),
        _ if byte == b'>' => Place::Text,
        _ => Place::Declaration,
    }
}
