//! The HTTP endpoint: what Dovecot's push notification drivers PUT and POST goes into the outbox and is answered at once.
//!
//! Mail delivery waits for the answer, so there is one within seconds, whatever the disk or the XMPP server does. Whoever
//! connects is a stranger until they show the secret: they get a few seconds, little memory and nothing else.

use std::convert::Infallible;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use mailwren_core::publish::{NOTIFICATION_BYTES, News, Notification};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::config::{BridgeConfig, Listen};
use super::intake::Intake;
use super::provider::Ruled;

/// Where notifications are sent to.
pub const PATH: &str = "/notify";
/// Connections at a time; others wait.
const CONNECTIONS: usize = 128;
/// Until then a connection has to have shown the secret.
const STRANGER: Duration = Duration::from_secs(10);
/// Longest silence of a connection that did; Dovecot closes its own after a minute.
const IDLE: Duration = Duration::from_secs(120);
/// Limit of a request's body, from its headers to its end.
const BODY: Duration = Duration::from_secs(5);
/// Limit of writing into the outbox: Dovecot's own patience isn't longer.
const DISK: Duration = Duration::from_secs(5);
/// Bytes of a request's headers.
const HEADERS: usize = 16 << 10;
/// What requests that are under way may still take when it ends.
const STOP: Duration = Duration::from_secs(3);
/// Pause after a connection that couldn't be accepted, e.g. for want of descriptors.
const PAUSE: Duration = Duration::from_millis(200);

/// The digest of a secret: what is compared tells nothing by how long it takes.
#[derive(Clone)]
pub(super) struct Secret([u8; 32]);

impl Secret {
    pub(super) fn new(secret: &SecretString) -> Self {
        Self(Sha256::digest(secret.expose_secret().as_bytes()).into())
    }

    fn is(&self, shown: &[u8]) -> bool {
        let shown: [u8; 32] = Sha256::digest(shown).into();
        self.0.ct_eq(&shown).into()
    }
}

/// What connections share.
pub(super) struct Door {
    pub(super) config: BridgeConfig,
    pub(super) secret: Option<Secret>,
    pub(super) intake: Arc<Intake>,
}

/// Where it listens.
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, SocketFile),
}

/// A socket's file, removed with it.
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Gone already is as good.
        std::fs::remove_file(&self.0).ok();
    }
}

impl Listener {
    /// Listens.
    pub(super) async fn bind(listen: &Listen) -> io::Result<Self> {
        match listen {
            Listen::Tcp(address) => Ok(Self::Tcp(TcpListener::bind(address).await?)),
            Listen::Unix(path) => {
                remove_stale(path).await?;
                let listener = UnixListener::bind(path)?;
                // For its owner and the group; the folder may say more.
                std::fs::set_permissions(path, Permissions::from_mode(0o660))?;
                Ok(Self::Unix(listener, SocketFile(path.clone())))
            }
        }
    }

    /// Where, with the port that the system chose for port 0.
    pub(super) fn address(&self) -> io::Result<Listen> {
        match self {
            Self::Tcp(listener) => Ok(Listen::Tcp(listener.local_addr()?)),
            Self::Unix(_, SocketFile(path)) => Ok(Listen::Unix(path.clone())),
        }
    }
}

/// Removes the socket of a bridge that was killed, and nothing else.
async fn remove_stale(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if !found.file_type().is_socket() => Err(io::ErrorKind::AlreadyExists.into()),
        Ok(_) => match UnixStream::connect(path).await {
            Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
            Err(error) => Err(error),
        },
    }
}

/// Takes requests until told to stop; those that are under way are answered.
pub(super) async fn serve(listener: Listener, door: Arc<Door>, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = TaskTracker::new();
    let accept = async {
        loop {
            let Ok(slot) = slots.clone().acquire_owned().await else {
                break;
            };
            let (door, stop) = (door.clone(), stop.clone());
            let accepted = match &listener {
                Listener::Tcp(listener) => listener.accept().await.map(|(stream, _)| {
                    connections.spawn(async move {
                        attend(stream, door, stop).await;
                        drop(slot);
                    });
                }),
                Listener::Unix(listener, _) => listener.accept().await.map(|(stream, _)| {
                    connections.spawn(async move {
                        attend(stream, door, stop).await;
                        drop(slot);
                    });
                }),
            };
            if let Err(error) = accepted {
                tracing::warn!(%error, "a connection can't be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    };
    stop.run_until_cancelled(accept).await;
    drop(listener);
    connections.close();
    tokio::time::timeout(STOP, connections.wait()).await.ok();
}

async fn attend(stream: impl AsyncRead + AsyncWrite + Unpin, door: Arc<Door>, stop: CancellationToken) {
    let known = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request| {
        let (door, known) = (door.clone(), known.clone());
        async move { Ok::<_, Infallible>(answer(&door, &known, request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .max_buf_size(HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let mut patience = std::pin::pin!(tokio::time::sleep(STRANGER));
    let (mut judged, mut stopping) = (false, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                }
                return;
            }
            () = &mut patience, if !judged => {
                judged = true;
                if !known.load(Ordering::Relaxed) {
                    return;
                }
            }
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

type Answer = Response<Full<Bytes>>;

fn say(status: StatusCode, words: impl Into<String>) -> Answer {
    let mut words: String = words.into();
    words.push('\n');
    let mut answer = Response::new(Full::new(Bytes::from(words)));
    *answer.status_mut() = status;
    answer
}

async fn answer(door: &Door, known: &AtomicBool, request: Request<Incoming>) -> Answer {
    if !door.admits(request.headers().get(AUTHORIZATION)) {
        tracing::warn!("a request without the right secret was refused");
        let mut answer = say(StatusCode::UNAUTHORIZED, "The secret is missing or wrong.");
        let challenge = HeaderValue::from_static("Basic realm=\"mailwren\"");
        answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        return answer;
    }
    known.store(true, Ordering::Relaxed);
    if request.uri().path() != PATH {
        tracing::warn!("a request to another path than {PATH} was refused");
        return say(StatusCode::NOT_FOUND, format!("Notifications go to {PATH}."));
    }
    if request.method() != Method::PUT && request.method() != Method::POST {
        let mut answer = say(StatusCode::METHOD_NOT_ALLOWED, "Notifications are PUT or POSTed.");
        answer
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("PUT, POST"));
        return answer;
    }
    let body = Limited::new(request.into_body(), NOTIFICATION_BYTES).collect();
    let body = match tokio::time::timeout(BODY, body).await {
        Err(_) => return say(StatusCode::REQUEST_TIMEOUT, "The notification didn't come to its end."),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return say(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("A notification has at most {NOTIFICATION_BYTES} bytes."),
            );
        }
        Ok(Err(_)) => return say(StatusCode::BAD_REQUEST, "The notification can't be read."),
        Ok(Ok(body)) => body.to_bytes(),
    };
    match Notification::read(&body) {
        Err(error) => {
            tracing::warn!(%error, "a notification can't be used");
            say(StatusCode::BAD_REQUEST, error.to_string())
        }
        Ok(notification) => door.take_in(notification).await,
    }
}

impl Door {
    /// Whether a request shows the secret: as the password of whatever user (RFC 7617), or as a bearer token (RFC 6750).
    fn admits(&self, header: Option<&HeaderValue>) -> bool {
        let Some(secret) = &self.secret else {
            // A socket: whoever reaches it may.
            return true;
        };
        let shown = header.map(HeaderValue::as_bytes).and_then(|header| {
            let blank = header.iter().position(|byte| *byte == b' ')?;
            let (scheme, rest) = header.split_at(blank);
            let rest = rest.trim_ascii();
            if scheme.eq_ignore_ascii_case(b"bearer") {
                return Some(rest.to_vec());
            }
            let pair = BASE64_STANDARD.decode(rest).ok()?;
            let colon = pair.iter().position(|byte| *byte == b':')?;
            let password = pair.get(colon.saturating_add(1)..)?.to_vec();
            scheme.eq_ignore_ascii_case(b"basic").then_some(password)
        });
        shown.is_some_and(|shown| secret.is(&shown))
    }

    async fn take_in(&self, notification: Notification) -> Answer {
        let folder = match &notification.news {
            News::Arrived { mailbox, .. } | News::Gone { mailbox, .. } => mailbox,
            News::Other => "",
        };
        let mailbox = match self.config.of_user(&notification.user, folder) {
            Ruled::Mailbox(mailbox) => mailbox,
            Ruled::Unpublished => return say(StatusCode::ACCEPTED, "Accepted: this folder isn't published."),
            Ruled::Nobody => {
                tracing::info!(
                    user = notification.user,
                    "a notification is about a user whom no mailbox names"
                );
                return say(
                    StatusCode::NOT_FOUND,
                    "No mailbox of the bridge's configuration has this http.user.",
                );
            }
        };
        self.intake.heard(&mailbox);
        let put = async {
            match notification.news {
                News::Arrived {
                    mailbox: folder,
                    uid,
                    envelope,
                    unseen,
                } => self.intake.arrived(&mailbox, &folder, uid, *envelope, unseen).await,
                News::Gone { mailbox: folder, uid } => self.intake.gone(&mailbox, &folder, uid, None).await,
                News::Other => Ok(()),
            }
        };
        let why = match tokio::time::timeout(DISK, put).await {
            Ok(Ok(())) => return say(StatusCode::ACCEPTED, "Accepted."),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the disk doesn't answer".to_owned(),
        };
        tracing::error!(mailbox = mailbox.name, why, "a notification can't be kept");
        say(StatusCode::SERVICE_UNAVAILABLE, "The outbox can't be written.")
    }
}
