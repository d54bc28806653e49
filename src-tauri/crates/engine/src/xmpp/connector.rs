//! One attempt: from a JID and a password to an authenticated stream.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use jid::BareJid;
use mailwren_core::account::Account;
use mailwren_core::limits::Limits;
use mailwren_core::link::Reached;
use mailwren_core::said::Said;
use minidom::Element;
use secrecy::SecretString;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_xmpp::stanzastream::Connection;
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, RecvFeaturesError, StreamHeader, Timeouts, XmlStream, initiate_stream,
};
use xmpp_parsers::ns;

use super::guarded_io::{Gauge, GuardedIo};
use super::login::{self, LoginMemory, Mechanism, Offer};
use super::resolve::{LookupError, Resolve, Target, targets};
use super::tls::{Secured, TlsFacts, Trust, parse_fingerprint, plain_words, server_name};
use super::trouble::{ConnectError, Step, Trouble, quoted};

/// Limit of one TCP connect.
const TCP_LIMIT: Duration = Duration::from_secs(10);
/// Limit of STARTTLS and the TLS handshake.
const TLS_LIMIT: Duration = Duration::from_secs(10);
/// Limit of the stream and SASL, inside TLS.
const LOGIN_LIMIT: Duration = Duration::from_secs(15);
/// Limit of a whole attempt, however many endpoints there are.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(90);
/// How long an address may keep the next one waiting (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);
/// More addresses of one host than this aren't tried.
const MAX_ADDRESSES: usize = 8;

/// Silence after which the server is asked for a sign of life, and how long that may take.
pub const KEEPALIVE: Timeouts = Timeouts {
    read_timeout: Duration::from_secs(60),
    response_timeout: Duration::from_secs(15),
};

/// What a stream that isn't logged in may send: features and SASL are small.
const LIMITS_BEFORE_LOGIN: Limits = Limits {
    stanza_bytes: 64 * 1024,
    depth: 16,
    attribute_bytes: 4096,
    elements: 512,
    attributes: 512,
};

/// How an attempt goes on.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// DNS told where to connect.
    Found(&'a [Target]),
    /// The endpoint has addresses; TCP begins.
    Connecting(&'a Target),
    /// TLS stands.
    Secured(&'a Target, &'a TlsFacts),
    /// The server told how one may log in.
    Offered(&'a Offer),
    /// Credentials are sent next. The time for [`mailwren_core::link::Backoff::authenticating`].
    Authenticating(Mechanism),
}

/// Told how an attempt goes on.
pub type Watch<'a> = &'a (dyn Fn(Progress<'_>) + Send + Sync);

/// What a login led to.
#[derive(Debug, Clone)]
pub struct LoginFacts {
    /// The endpoint.
    pub target: Target,
    /// What TLS negotiated.
    pub tls: TlsFacts,
    /// How it logged in.
    pub mechanism: Mechanism,
    /// To be remembered for the next attempt.
    pub memory: LoginMemory,
    /// What goes through the connection from now on, and the limit that ended it.
    pub gauge: Arc<Gauge>,
}

/// One account's way in. Cheap to clone.
#[derive(Clone)]
pub struct Connector {
    account: Arc<Account>,
    jid: BareJid,
    user: Arc<str>,
    /// The JID's domain in ASCII.
    domain: Arc<str>,
    resolver: Arc<dyn Resolve>,
    keepalive: Timeouts,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("jid", &self.jid.as_str())
            .finish_non_exhaustive()
    }
}

type Tls = GuardedIo<TlsStream<TcpStream>>;

impl Connector {
    /// For an account as configured.
    ///
    /// # Errors
    /// [`Trouble::Account`] if its JID isn't a user's, or a pin isn't a fingerprint.
    pub fn new(account: &Account, resolver: Arc<dyn Resolve>) -> Result<Self, ConnectError> {
        let bad = || Trouble::Account(Said::word("trouble-jid").with("jid", quoted(&account.jid)));
        let jid = BareJid::from_str(&account.jid).map_err(|_| bad())?;
        for pin in &account.pins {
            parse_fingerprint(pin)?;
        }
        let user = jid.node().ok_or_else(bad)?.as_str().into();
        let domain = jid.domain().as_str();
        let literal = domain.trim_start_matches('[').trim_end_matches(']');
        let domain = match literal.parse::<IpAddr>() {
            Ok(_) => literal.to_owned(),
            Err(_) => idna::domain_to_ascii(domain).map_err(|_| bad())?,
        };
        Ok(Self {
            account: Arc::new(account.clone()),
            user,
            domain: domain.into(),
            jid,
            resolver,
            keepalive: KEEPALIVE,
        })
    }

    /// With other times for signs of life than [`KEEPALIVE`].
    #[must_use]
    pub fn with_keepalive(mut self, keepalive: Timeouts) -> Self {
        self.keepalive = keepalive;
        self
    }

    /// The account's bare JID.
    pub const fn jid(&self) -> &BareJid {
        &self.jid
    }

    /// One attempt: DNS, TCP, TLS, stream, SASL. What it returns isn't bound yet, and has a `<bind/>` among its features.
    ///
    /// # Errors
    /// What went wrong at the endpoint that came furthest.
    pub fn connect<'a>(
        &'a self,
        password: &'a SecretString,
        memory: LoginMemory,
        watch: Watch<'a>,
    ) -> BoxFuture<'a, Result<(Connection, LoginFacts), ConnectError>> {
        async move {
            tokio::time::timeout(ATTEMPT_LIMIT, self.attempt(password, memory, watch))
                .await
                // A login has a limit of its own, far below this one.
                .unwrap_or_else(|_| Err(Trouble::Timeout(Step::Attempt).into()))
        }
        .boxed()
    }

    async fn attempt(
        &self,
        password: &SecretString,
        memory: LoginMemory,
        watch: Watch<'_>,
    ) -> Result<(Connection, LoginFacts), ConnectError> {
        let targets = targets(&self.account, &self.domain, &*self.resolver, &mut dice).await?;
        watch(Progress::Found(&targets));
        let mut worst: Option<ConnectError> = None;
        for target in &targets {
            let error = match self.try_target(target, password, memory, watch).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            tracing::debug!(account = %self.jid, %target, %error, "no way in here");
            if !tells_only_of_the_endpoint(&error) {
                return Err(error);
            }
            if worst
                .as_ref()
                .is_none_or(|w| weight(&w.trouble) < weight(&error.trouble))
            {
                worst = Some(error);
            }
        }
        Err(worst.unwrap_or_else(|| Trouble::Account(Said::word("trouble-no-server")).into()))
    }

    async fn try_target(
        &self,
        target: &Target,
        password: &SecretString,
        memory: LoginMemory,
        watch: Watch<'_>,
    ) -> Result<(Connection, LoginFacts), ConnectError> {
        let addresses = self.addresses(target, memory).await?;
        watch(Progress::Connecting(target));
        let tcp = dial(&addresses, target).await?;
        let secured = tokio::time::timeout(TLS_LIMIT, self.secure(target, tcp))
            .await
            .unwrap_or(Err(Trouble::Timeout(Step::Tls)))?;
        watch(Progress::Secured(target, &secured.facts));

        let gauge = Arc::new(Gauge::default());
        let io = GuardedIo::new(secured.stream, LIMITS_BEFORE_LOGIN, gauge.clone());
        let mut reached = Reached::Network;
        let login = self.log_in(io, &secured.facts, password, memory, watch, &mut reached);
        let (connection, mechanism) = tokio::time::timeout(LOGIN_LIMIT, login)
            .await
            .unwrap_or(Err(Trouble::Timeout(Step::Login)))
            .map_err(|trouble| ConnectError {
                trouble: match (gauge.exceeded(), trouble) {
                    (Some(limit), _) => Trouble::Limit(limit),
                    // It was there before: its server may be in the middle of an upgrade.
                    (None, Trouble::HostUnknown { host, .. }) => Trouble::HostUnknown {
                        host,
                        known: memory.strongest.is_some(),
                    },
                    (None, trouble) => trouble,
                },
                reached,
            })?;
        let facts = LoginFacts {
            target: target.clone(),
            tls: secured.facts,
            mechanism,
            memory: memory.with(mechanism),
            gauge,
        };
        Ok((connection, facts))
    }

    async fn addresses(&self, target: &Target, memory: LoginMemory) -> Result<Vec<IpAddr>, Trouble> {
        if let Ok(address) = target.host.parse() {
            return Ok(vec![address]);
        }
        self.resolver.addresses(&target.host).await.map_err(|e| match e {
            LookupError::Absent => Trouble::HostUnknown {
                host: target.host.clone(),
                known: memory.strongest.is_some(),
            },
            LookupError::Failed(why) => Trouble::Dns {
                host: target.host.clone(),
                why: Said::Text(why),
            },
        })
    }

    /// STARTTLS where the endpoint wants it, then TLS.
    ///
    /// Whom to trust is read anew each time, so that a certificate authority that was added counts, and a hundred of them
    /// aren't kept in memory for the one moment in which they are needed.
    async fn secure(&self, target: &Target, tcp: TcpStream) -> Result<Secured<TcpStream>, Trouble> {
        let account = self.account.clone();
        let trust = tokio::task::spawn_blocking(move || Trust::load(account.ca_file.as_deref(), &account.pins))
            .await
            .map_err(|e| Trouble::Lost(Said::text(e)))??;
        let tcp = if target.direct {
            tcp
        } else {
            self.starttls(target, tcp).await?
        };
        let protocols: &[&[u8]] = if target.direct { &[b"xmpp-client"] } else { &[] };
        trust
            .handshake(server_name(&self.domain)?, target, protocols, tcp)
            .await
    }

    /// RFC 6120 §5.4.
    async fn starttls(&self, target: &Target, tcp: TcpStream) -> Result<TcpStream, Trouble> {
        use futures::SinkExt as _;
        let no_tls = || Trouble::NoTls {
            target: target.to_string(),
        };
        let gauge = Arc::new(Gauge::default());
        let io = GuardedIo::new(tcp, LIMITS_BEFORE_LOGIN, gauge.clone());
        // What doesn't speak XMPP here hardly is an XMPP server: mostly a port for direct TLS.
        let limit = |trouble| match (gauge.exceeded(), trouble) {
            (Some(exceeded), _) => Trouble::Limit(exceeded),
            (None, Trouble::Lost(why) | Trouble::Protocol(why)) => Trouble::Handshake {
                target: target.to_string(),
                why,
            },
            (None, trouble) => trouble,
        };
        let (features, mut stream) = self.open(io, None).await.map_err(limit)?;
        if !features.has_child("starttls", ns::TLS) {
            return Err(no_tls());
        }
        stream
            .send(&Element::bare("starttls", ns::TLS))
            .await
            .map_err(|e| Trouble::Lost(Said::text(e)))?;
        let answer = login::next(&mut stream).await.map_err(limit)?;
        if !answer.is("proceed", ns::TLS) {
            return Err(no_tls());
        }
        stream
            .into_inner()
            .into_inner()
            .ok_or_else(|| Trouble::Protocol(Said::text("it sent more before encryption than belongs there")))
    }

    async fn log_in(
        &self,
        io: Tls,
        tls: &TlsFacts,
        password: &SecretString,
        memory: LoginMemory,
        watch: Watch<'_>,
        reached: &mut Reached,
    ) -> Result<(Connection, Mechanism), Trouble> {
        let (features, mut stream) = self.open(io, Some(&self.jid)).await?;
        let offer = Offer::from_features(&features);
        watch(Progress::Offered(&offer));
        let choice = login::choose(&offer, tls, memory)?;
        let mechanism = choice.mechanism;
        watch(Progress::Authenticating(mechanism));
        *reached = Reached::Login;
        login::authenticate(&mut stream, choice, &self.user, password).await?;

        let io = stream.into_inner().restarted(Limits::default());
        let pending = initiate_stream(io, ns::JABBER_CLIENT, self.header(Some(&self.jid)), self.keepalive)
            .await
            .map_err(io_trouble)?;
        let (features, stream) = pending
            .recv_features::<FallibleStreamElement>()
            .await
            .map_err(|e| match e {
                RecvFeaturesError::Io(e) => io_trouble(e),
                RecvFeaturesError::StreamError(e) => Trouble::Lost(Said::Text(quoted(&e.to_string()))),
            })?;
        // Without it tokio-xmpp's worker would panic.
        if !features.can_bind() {
            return Err(Trouble::Protocol(Said::text("no resource binding is offered")));
        }
        let connection = Connection {
            stream: stream.box_stream(),
            features,
            // Without a resource: the server chooses, so that two clients never fight over one.
            identity: self.jid.clone().into(),
        };
        Ok((connection, mechanism))
    }

    /// Opens a stream, and reads its features as they are: a typed reading would stumble over what it doesn't know.
    async fn open<S>(&self, io: S, from: Option<&BareJid>) -> Result<(Element, XmlStream<S, Element>), Trouble>
    where
        S: tokio::io::AsyncBufRead + tokio::io::AsyncWrite + Unpin,
    {
        let mut stream = initiate_stream(io, ns::JABBER_CLIENT, self.header(from), self.keepalive)
            .await
            .map_err(io_trouble)?
            .skip_features::<Element>();
        let features = match login::next(&mut stream).await {
            Err(Trouble::Stream { condition, .. }) if condition == "host-unknown" => {
                return Err(Trouble::HostUnknown {
                    host: self.domain.to_string(),
                    known: false,
                });
            }
            features => features?,
        };
        if features.is("features", ns::STREAM) {
            Ok((features, stream))
        } else {
            Err(login::unexpected(&features))
        }
    }

    /// The own JID only inside TLS (RFC 6120 §4.7.1).
    fn header(&self, from: Option<&BareJid>) -> StreamHeader<'static> {
        StreamHeader {
            to: Some(Cow::Owned(self.jid.domain().as_str().to_owned())),
            from: from.map(|jid| Cow::Owned(jid.to_string())),
            id: None,
        }
    }
}

/// Connects to the first address that answers; each gets a head start before the next one joins in.
pub(crate) async fn dial(addresses: &[IpAddr], target: &Target) -> Result<TcpStream, Trouble> {
    let mut left = addresses
        .iter()
        .take(MAX_ADDRESSES)
        .map(|ip| SocketAddr::new(*ip, target.port));
    let mut under_way = FuturesUnordered::new();
    let mut failed = Trouble::Tcp {
        target: target.to_string(),
        why: Said::word("net-no-address"),
    };
    loop {
        let next = left.next();
        let more = next.is_some();
        if let Some(address) = next {
            under_way.push(tokio::time::timeout(TCP_LIMIT, TcpStream::connect(address)));
        }
        let result = if more {
            match tokio::time::timeout(HEAD_START, under_way.next()).await {
                Ok(result) => result,
                Err(_) => continue,
            }
        } else {
            under_way.next().await
        };
        match result {
            Some(Ok(Ok(stream))) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Some(Ok(Err(error))) => {
                failed = Trouble::Tcp {
                    target: target.to_string(),
                    why: plain_words(&error),
                };
            }
            Some(Err(_)) => failed = Trouble::Timeout(Step::Tcp),
            None => return Err(failed),
        }
    }
}

fn io_trouble(error: std::io::Error) -> Trouble {
    if error.kind() == std::io::ErrorKind::InvalidData {
        Trouble::Protocol(Said::Text(quoted(&error.to_string())))
    } else {
        Trouble::Lost(plain_words(&error))
    }
}

/// Whether another endpoint of the same domain may do better, without any harm in trying.
const fn tells_only_of_the_endpoint(error: &ConnectError) -> bool {
    matches!(error.reached, Reached::Network)
        && !matches!(
            error.trouble,
            Trouble::Account(_) | Trouble::PinMismatch { .. } | Trouble::Downgrade { .. } | Trouble::NoMechanism { .. }
        )
}

/// How much a failed endpoint says: what came further says more.
const fn weight(trouble: &Trouble) -> u8 {
    match trouble {
        Trouble::HostUnknown { .. } => 0,
        Trouble::Dns { .. } => 1,
        Trouble::Tcp { .. } | Trouble::Timeout(Step::Tcp) => 2,
        Trouble::Handshake { .. } | Trouble::Timeout(Step::Tls) => 3,
        Trouble::NoTls { .. } => 4,
        Trouble::Certificate { .. } => 6,
        _ => 5,
    }
}

/// Random in `0..=most`.
fn dice(most: u64) -> u64 {
    let Ok(random) = getrandom::u64() else { return 0 };
    most.checked_add(1).map_or(random, |sides| random % sides)
}
