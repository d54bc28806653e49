//! From the first byte inside TLS to a known user: stream header, SASL, and the stream that begins again.

use std::borrow::Cow;
use std::io;

use futures::{SinkExt, StreamExt};
use jid::BareJid;
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio_xmpp::xmlstream::{AcceptedStream, ReadError, StreamHeader, Timeouts, XmlStream, accept_stream};
use xmpp_parsers::ns;
use xmpp_parsers::sasl::{Challenge, DefinedCondition, Failure, Nonza, Success};
use xmpp_parsers::stream_error::{DefinedCondition as StreamCondition, StreamError};
use xmpp_parsers::stream_features::StreamFeatures;

use crate::scram::{ClientFirst, Hash};
use crate::server::Shared;

/// So many wrong passwords end a connection.
const ATTEMPTS: usize = 3;

/// The header with which the server opens a stream.
pub(crate) fn header<'a>(domain: &'a BareJid, id: &'a str) -> StreamHeader<'a> {
    StreamHeader {
        from: Some(Cow::Borrowed(domain.as_str())),
        to: None,
        id: Some(Cow::Borrowed(id)),
    }
}

/// Logs a client in by SCRAM. `None` when it didn't manage to.
pub(crate) async fn log_in<Io>(io: Io, shared: &Shared) -> io::Result<Option<(BareJid, AcceptedStream<Io>)>>
where
    Io: AsyncBufRead + AsyncWrite + Unpin,
{
    let (domain, id) = shared.state(|state| (state.domain.clone(), state.fresh_id()));
    let accepted = accept_stream(io, ns::JABBER_CLIENT, Timeouts::default()).await?;
    let known = accepted.header().to.as_deref() == Some(domain.as_str());
    let pending = accepted.send_header(header(&domain, &id)).await?;
    if !known {
        pending
            .send_error(&StreamError::new(
                StreamCondition::HostUnknown,
                "en",
                domain.to_string(),
            ))
            .await?;
        return Ok(None);
    }
    let mechanisms = ["SCRAM-SHA-1", "SCRAM-SHA-256"].map(str::to_owned);
    let features = StreamFeatures {
        sasl_mechanisms: mechanisms.into(),
        ..StreamFeatures::default()
    };
    let mut stream = pending.send_features::<Nonza>(&features).await?;
    for _ in 0..ATTEMPTS {
        match attempt(&mut stream, shared, &domain).await? {
            Ok((user, data)) => return Ok(Some((user, stream.accept_reset(&Success { data }).await?))),
            Err(defined_condition) => {
                shared.state(|state| state.tell(|seen| seen.refused_logins += 1));
                stream
                    .send(&Failure {
                        defined_condition,
                        texts: Default::default(),
                    })
                    .await?;
            }
        }
    }
    stream.shutdown().await?;
    Ok(None)
}

type Attempt = Result<(BareJid, Vec<u8>), DefinedCondition>;

/// One attempt: who it was, and what proves the server to the client. An outer error ends the connection.
async fn attempt<Io>(stream: &mut XmlStream<Io, Nonza>, shared: &Shared, domain: &BareJid) -> io::Result<Attempt>
where
    Io: AsyncBufRead + AsyncWrite + Unpin,
{
    let auth = match read(stream).await? {
        Some(Nonza::Auth(auth)) => auth,
        Some(Nonza::Abort(_)) => return Ok(Err(DefinedCondition::Aborted)),
        _ => return Ok(Err(DefinedCondition::MalformedRequest)),
    };
    if let Some(condition) = shared.state(|state| state.refuse.clone()) {
        return Ok(Err(condition));
    }
    let Some(hash) = Hash::of(&auth.mechanism) else {
        return Ok(Err(DefinedCondition::InvalidMechanism));
    };
    let first = match ClientFirst::parse(&auth.data) {
        Ok(first) => first,
        Err(condition) => return Ok(Err(condition)),
    };
    let user = BareJid::new(&format!("{}@{domain}", first.user)).ok();
    let known = user.and_then(|user| {
        let password = shared.state(|state| state.passwords.get(&user).cloned())?;
        Some((user, password))
    });
    let Some((user, password)) = known else {
        return Ok(Err(DefinedCondition::NotAuthorized));
    };
    let (nonce, salt) = (crate::server::random_hex()?, crate::server::random_hex()?);
    let challenge = first.challenge(hash, &password, &nonce, salt.as_bytes());
    stream
        .send(&Challenge {
            data: challenge.message.clone().into_bytes(),
        })
        .await?;
    Ok(match read(stream).await? {
        Some(Nonza::Response(response)) => challenge.verify(&response.data).map(|proof| (user, proof.into_bytes())),
        Some(Nonza::Abort(_)) => Err(DefinedCondition::Aborted),
        _ => Err(DefinedCondition::MalformedRequest),
    })
}

/// The next SASL element; `None` for one that isn't.
async fn read<Io>(stream: &mut XmlStream<Io, Nonza>) -> io::Result<Option<Nonza>>
where
    Io: AsyncBufRead + AsyncWrite + Unpin,
{
    loop {
        match stream.next().await {
            Some(Ok(nonza)) => return Ok(Some(nonza)),
            Some(Err(ReadError::ParseError(_))) => return Ok(None),
            Some(Err(ReadError::SoftTimeout)) => {}
            Some(Err(ReadError::HardError(error))) => return Err(error),
            Some(Err(ReadError::StreamFooterReceived)) | None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
