//! From the first byte inside TLS to a known user: stream header, SASL, and the stream that begins again.

use std::borrow::Cow;
use std::io;

use futures::{SinkExt, StreamExt};
use jid::BareJid;
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio_xmpp::xmlstream::{AcceptedStream, ReadError, StreamHeader, Timeouts, XmlStream, accept_stream};
use xmpp_parsers::ns;
use xmpp_parsers::sasl::{Auth, Challenge, DefinedCondition, Failure, Mechanism, Nonza, Success};
use xmpp_parsers::sasl_cb::{SaslChannelBinding, Type};
use xmpp_parsers::stream_error::{DefinedCondition as StreamCondition, StreamError};
use xmpp_parsers::stream_features::StreamFeatures;

use crate::scram::{Channel, ClientFirst, Hash, binds, name};
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

/// Logs a client in. `None` when it didn't manage to. `exporter` is what the channel is bound by.
pub(crate) async fn log_in<Io>(
    io: Io,
    shared: &Shared,
    exporter: &[u8],
) -> io::Result<Option<(BareJid, AcceptedStream<Io>)>>
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
    let offer = shared.state(|state| state.offer.clone());
    let features = StreamFeatures {
        sasl_mechanisms: offer.iter().map(|m| name(m).to_owned()).collect(),
        sasl_cb: offer.iter().any(binds).then(|| SaslChannelBinding {
            types: vec![Type::TlsExporter],
        }),
        ..StreamFeatures::default()
    };
    let mut stream = pending.send_features::<Nonza>(&features).await?;
    for _ in 0..ATTEMPTS {
        match attempt(&mut stream, shared, &domain, &offer, exporter).await? {
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
async fn attempt<Io>(
    stream: &mut XmlStream<Io, Nonza>,
    shared: &Shared,
    domain: &BareJid,
    offer: &[Mechanism],
    exporter: &[u8],
) -> io::Result<Attempt>
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
    if !offer.contains(&auth.mechanism) {
        return Ok(Err(DefinedCondition::InvalidMechanism));
    }
    let Some(hash) = Hash::of(&auth.mechanism) else {
        return Ok(plain(&auth, shared, domain));
    };
    let channel = match (binds(&auth.mechanism), offer.iter().any(binds)) {
        (true, _) => Channel::Bound,
        (false, true) => Channel::Offered,
        (false, false) => Channel::Absent,
    };
    let first = match ClientFirst::parse(&auth.data, channel) {
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
    let challenge = first.challenge(hash, &password, &nonce, salt.as_bytes(), exporter);
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

/// RFC 4616.
fn plain(auth: &Auth, shared: &Shared, domain: &BareJid) -> Attempt {
    let refused = DefinedCondition::NotAuthorized;
    let message = std::str::from_utf8(&auth.data).map_err(|_| DefinedCondition::MalformedRequest)?;
    let Some((_, (user, password))) = message
        .split_once('\0')
        .and_then(|(authzid, rest)| Some((authzid, rest.split_once('\0')?)))
    else {
        return Err(DefinedCondition::MalformedRequest);
    };
    let user = BareJid::new(&format!("{user}@{domain}")).map_err(|_| refused.clone())?;
    match shared.state(|state| state.passwords.get(&user).cloned()) {
        Some(known) if known == password => Ok((user, Vec::new())),
        _ => Err(refused),
    }
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
