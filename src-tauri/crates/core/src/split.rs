//! Stanzas out of bytes: one, many one after another, whole streams, or such captures put together.

use std::borrow::Cow;
use std::collections::VecDeque;

use minidom::Element;
use rxml::error::EndOrError;
use rxml::{Event, Options, Parse, Parser, WithOptions};
use thiserror::Error;

use crate::limits::{LimitExceeded, Limiter, Limits};
use crate::said::Said;

/// Where reading may go on after a broken stanza.
const STARTS: [&[u8]; 4] = [b"<message", b"<presence", b"<iq", b"<stream:stream"];

const STREAMS: &str = "http://etherx.jabber.org/streams";
const FORWARD: &str = "urn:xmpp:forward:0";

/// Input is worked off in pieces of this size, so that going back costs little.
const CHUNK: usize = 16 * 1024;

/// An element of the input that couldn't be read.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{}", self.said())]
pub struct SplitError {
    /// Which element of the input, from 1; broken ones count.
    pub ordinal: u64,
    /// What is wrong with it.
    pub why: Broken,
}

impl SplitError {
    /// For people.
    pub fn said(&self) -> Said {
        Said::word("stanza-at")
            .with("n", self.ordinal)
            .with("why", self.why.said())
    }
}

/// Why an element couldn't be read.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{}", self.said())]
pub enum Broken {
    /// It isn't well-formed, or uses what XMPP forbids (RFC 6120 §11.1).
    Xml(rxml::Error),
    /// It passes a limit.
    Limit(#[from] LimitExceeded),
    /// The input ended inside it.
    Truncated,
    /// Text stands where an element should.
    Text,
    /// An end tag without its start.
    EndTag,
    /// A document type declaration, which XMPP forbids.
    Doctype,
}

impl Broken {
    /// For people. What the parser says is its own.
    pub fn said(self) -> Said {
        match self {
            Self::Xml(error) => Said::text(error),
            Self::Limit(limit) => limit.said(),
            Self::Truncated => Said::word("stanza-cut"),
            Self::Text => Said::word("stanza-text"),
            Self::EndTag => Said::word("stanza-end-tag"),
            Self::Doctype => Said::word("stanza-doctype"),
        }
    }
}

/// Cuts input into stanzas, incrementally.
///
/// Each item of [`Splitter::next`] is one element of the input, whole or broken, in order: counting them gives the
/// ordinal. After a broken one, reading goes on at the next `<message`, `<presence` or `<iq`. Where a stanza was merely
/// cut off, that is the first start inside it which isn't a forwarded stanza.
///
/// It holds one stanza at most, beside those not yet taken.
#[derive(Debug)]
pub struct Splitter {
    limits: Limits,
    place: Place,
    /// The start tag of the stream that the stanzas stand in: it declares their namespaces.
    header: Option<Vec<u8>>,
    /// Whether what stands between stanzas may be left over from a broken one, and so is no error of its own.
    recovering: bool,
    count: u64,
    ready: VecDeque<Result<Element, SplitError>>,
}

#[derive(Debug)]
enum Place {
    /// Before the next element.
    Between,
    /// After `<`, not yet known what it opens.
    Less,
    /// In `<?…?>`; whether the last byte was `?`.
    Instruction(bool),
    /// After `<!` and so many hyphens of `<!--`.
    Bang(u8),
    /// In a comment, after so many hyphens.
    Comment(u8),
    /// In an end tag, with so many of its first bytes as tell whether it is the stream's.
    EndTag(Vec<u8>),
    /// In an element.
    Inside(Box<Building>),
    /// Looking for the next start, with what was seen of one.
    Lost(Vec<u8>),
}

impl Default for Splitter {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Splitter {
    /// A splitter that holds these limits.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            place: Place::Between,
            header: None,
            recovering: false,
            count: 0,
            ready: VecDeque::new(),
        }
    }

    /// Take further bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(CHUNK) {
            let mut input = Cow::Borrowed(chunk);
            // Each turn goes back to a later tag than the one before.
            while let Some(again) = self.run(&input) {
                input = Cow::Owned(again);
            }
        }
    }

    /// The input has ended: an element that is still open is broken.
    pub fn finish(&mut self) {
        while matches!(self.place, Place::Inside(_)) {
            let again = self.fail(Broken::Truncated);
            self.push(&again);
        }
        let open = !matches!(self.place, Place::Between | Place::Lost(_));
        if open && !self.recovering {
            self.broken(Broken::Truncated);
        }
        self.place = Place::Between;
        self.header = None;
        self.recovering = false;
    }

    /// The next element, whole or broken.
    #[allow(clippy::should_implement_trait, reason = "more may come after None")]
    pub fn next(&mut self) -> Option<Result<Element, SplitError>> {
        self.ready.pop_front()
    }

    /// An attribute of the stream that the stanzas stand in; `None` before its start, or where it has none such.
    pub fn stream_attribute(&self, name: &str) -> Option<String> {
        let mut header = self.header.as_deref()?;
        let mut value = None;
        // It was read before. The parser says that more should come: it is open.
        let _ = Parser::default().parse_all(&mut header, false, |event| {
            if let Event::StartElement(_, _, attributes) = event {
                let mut element = Element::bare("stream", STREAMS);
                *element.attrs_mut() = attributes;
                value = element.attr(name).map(str::to_owned);
            }
        });
        value
    }

    /// Work input off; what it returns must be read next.
    fn run(&mut self, input: &[u8]) -> Option<Vec<u8>> {
        let mut rest = input;
        while let Some((&byte, after)) = rest.split_first() {
            let again;
            if matches!(self.place, Place::Inside(_)) {
                let (piece, after) = rest.split_at(piece_len(rest));
                rest = after;
                again = self.inside(piece);
            } else {
                rest = after;
                again = self.outside(byte);
            }
            if !again.is_empty() {
                return Some([again.as_slice(), rest].concat());
            }
        }
        None
    }

    /// A byte outside of elements.
    fn outside(&mut self, byte: u8) -> Vec<u8> {
        match (&mut self.place, byte) {
            (Place::Between, b'<') => self.place = Place::Less,
            // White space, and the bytes of a byte order mark: captures put together may have one in the middle.
            (Place::Between, b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF) => {}
            (Place::Between, _) => self.stray(Broken::Text),
            (Place::Less, b'?') => self.place = Place::Instruction(false),
            (Place::Less, b'!') => self.place = Place::Bang(0),
            (Place::Less, b'/') => self.place = Place::EndTag(Vec::new()),
            (Place::Less, _) => {
                self.recovering = false;
                return self.begin(&[b'<', byte]);
            }
            (Place::Instruction(true), b'>') => self.place = Place::Between,
            (Place::Instruction(question), _) => *question = byte == b'?',
            (Place::Bang(0), b'-') => self.place = Place::Bang(1),
            (Place::Bang(1), b'-') => self.place = Place::Comment(0),
            (Place::Bang(_), _) => self.stray(Broken::Doctype),
            (Place::Comment(2..), b'>') => self.place = Place::Between,
            (Place::Comment(hyphens), _) => *hyphens = if byte == b'-' { hyphens.saturating_add(1) } else { 0 },
            (Place::EndTag(name), b'>') => {
                // The end of a stream is in order even where its start isn't part of the input.
                if name.trim_ascii_end().rsplit(|b| *b == b':').next() == Some(b"stream") {
                    self.header = None;
                    self.place = Place::Between;
                } else {
                    self.stray(Broken::EndTag);
                }
            }
            (Place::EndTag(name), _) => {
                if name.len() < 64 {
                    name.push(byte);
                }
            }
            (Place::Lost(seen), _) => {
                if byte == b'<' {
                    seen.clear();
                } else if seen.is_empty() {
                    return Vec::new();
                }
                let named = STARTS.contains(&seen.as_slice());
                seen.push(byte);
                if named && matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>') {
                    let start = std::mem::take(seen);
                    return self.begin(&start);
                }
                if !STARTS.iter().any(|start| start.starts_with(seen)) {
                    seen.clear();
                }
            }
            (Place::Inside(_), _) => {}
        }
        Vec::new()
    }

    /// An element begins with these bytes.
    fn begin(&mut self, start: &[u8]) -> Vec<u8> {
        self.place = Place::Inside(Box::new(Building::new(self.limits, self.header.as_deref())));
        self.inside(start)
    }

    /// Bytes of the open element.
    fn inside(&mut self, piece: &[u8]) -> Vec<u8> {
        let Place::Inside(building) = &mut self.place else {
            return Vec::new();
        };
        match building.feed(piece) {
            Ok(Step::More) => {}
            Ok(Step::Done(element)) => {
                self.count += 1;
                self.ready.push_back(Ok(element));
                self.place = Place::Between;
            }
            Ok(Step::Stream) => {
                self.header = Some(std::mem::take(&mut building.raw));
                self.place = Place::Between;
            }
            Ok(Step::EmptyStream) => self.place = Place::Between,
            Err(why) => return self.fail(why),
        }
        Vec::new()
    }

    /// The open element is broken; what it returns must be read next.
    fn fail(&mut self, why: Broken) -> Vec<u8> {
        self.broken(why);
        self.recovering = true;
        match std::mem::replace(&mut self.place, Place::Lost(Vec::new())) {
            // One nested too deep was hardly cut off, and to go back into it level by level takes long.
            Place::Inside(building) if !matches!(why, Broken::Limit(LimitExceeded::Depth(_))) => building.cut_off(),
            _ => Vec::new(),
        }
    }

    /// Something that is no element stands between elements.
    fn stray(&mut self, why: Broken) {
        if !self.recovering {
            self.broken(why);
        }
        self.recovering = true;
        self.place = Place::Lost(Vec::new());
    }

    fn broken(&mut self, why: Broken) {
        self.count += 1;
        self.ready.push_back(Err(SplitError {
            ordinal: self.count,
            why,
        }));
    }
}

/// Up to the next `<`, or with the next `>`: so an element's last piece never holds bytes of what follows it.
fn piece_len(bytes: &[u8]) -> usize {
    let end = bytes.iter().enumerate().skip(1).find(|(_, b)| matches!(b, b'<' | b'>'));
    match (bytes.first(), end) {
        (Some(b'>'), _) => 1,
        (_, Some((at, b'>'))) => at + 1,
        (_, Some((at, _))) => at,
        (_, None) => bytes.len(),
    }
}

/// How far an element got.
enum Step {
    /// It is still open.
    More,
    /// It is whole.
    Done(Element),
    /// It was no stanza, but the start tag of a stream.
    Stream,
    /// A stream without anything in it.
    EmptyStream,
}

/// An element while it is read.
struct Building {
    parser: Parser,
    limiter: Limiter,
    /// Its bytes so far.
    raw: Vec<u8>,
    /// Where in `raw` the running tag began.
    tag_at: usize,
    /// Where in `raw` a stanza begins that should stand outside of this one.
    other_at: Option<usize>,
    /// The open elements, outermost first.
    open: Vec<Element>,
}

impl std::fmt::Debug for Building {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Building")
            .field("bytes", &self.raw.len())
            .field("depth", &self.open.len())
            .finish()
    }
}

impl Building {
    fn new(limits: Limits, header: Option<&[u8]>) -> Self {
        let options = Options {
            max_token_length: limits.attribute_bytes,
            ..Options::default()
        };
        let mut parser = Parser::with_options(options.clone());
        if let Some(header) = header {
            let mut bytes = header;
            let read = parser.parse_all(&mut bytes, false, |_| ());
            if matches!(read, Err(EndOrError::Error(_))) {
                // A header that made sense only inside of another one.
                parser = Parser::with_options(options);
            }
        }
        let limiter = Limiter::without_root(limits);
        Self {
            parser,
            limiter,
            raw: Vec::new(),
            tag_at: 0,
            other_at: None,
            open: Vec::new(),
        }
    }

    fn feed(&mut self, piece: &[u8]) -> Result<Step, Broken> {
        if piece.first() == Some(&b'<') {
            self.tag_at = self.raw.len();
        }
        self.raw.extend_from_slice(piece);
        self.limiter.scan(piece)?;
        let mut step = Step::More;
        let mut bytes = piece;
        loop {
            match self.parser.parse(&mut bytes, false) {
                Ok(Some(event)) => step = self.event(event, step),
                Ok(None) | Err(EndOrError::NeedMoreData) => return Ok(step),
                Err(EndOrError::Error(error)) => return Err(Broken::Xml(error)),
            }
        }
    }

    fn event(&mut self, event: Event, step: Step) -> Step {
        match event {
            Event::StartElement(_, (namespace, name), attributes) => {
                if self.open.is_empty() && name == "stream" && namespace.as_str() == STREAMS {
                    return Step::Stream;
                }
                let stanza = matches!(name.as_str(), "message" | "presence" | "iq");
                if stanza && self.open.last().is_some_and(|parent| !parent.has_ns(FORWARD)) {
                    self.other_at.get_or_insert(self.tag_at);
                }
                let mut element = Element::bare(name.as_str(), namespace.as_str());
                *element.attrs_mut() = attributes;
                self.open.push(element);
            }
            Event::Text(_, text) => {
                if let Some(element) = self.open.last_mut() {
                    element.append_text(text);
                }
            }
            Event::EndElement(_) => {
                let Some(element) = self.open.pop() else {
                    return Step::EmptyStream;
                };
                match self.open.last_mut() {
                    Some(parent) => {
                        parent.append_child(element);
                    }
                    None => return Step::Done(element),
                }
            }
            Event::XmlDeclaration(..) => {}
        }
        step
    }

    /// What a broken element holds of the next ones: from the first stanza that should stand outside of it, or else
    /// from the tag at which it failed, which may be the next one's. Always less than the element itself.
    fn cut_off(mut self) -> Vec<u8> {
        let forwarding = self.open.last().is_some_and(|parent| parent.has_ns(FORWARD));
        let failed_at = (!forwarding).then_some(self.tag_at);
        match self.other_at.or(failed_at) {
            Some(at) if at > 0 => self.raw.split_off(at),
            _ => Vec::new(),
        }
    }
}
