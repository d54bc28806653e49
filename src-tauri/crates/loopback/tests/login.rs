//! Getting in, and being kept out.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::client::{AVAILABLE, Client, SAM, log_in, server};
use jid::Jid;
use mailwren_loopback::DefinedCondition;
use sasl::common::ChannelBinding;
use sasl::common::scram::{Sha1, Sha256};

#[tokio::test(flavor = "multi_thread")]
async fn both_scram_mechanisms_log_in_with_and_without_a_client_that_could_bind_channels() {
    let server = server().await;
    let (to, jid) = ((server.addr(), server.certificate_pem()), Jid::new(SAM).unwrap());
    for binding in [ChannelBinding::None, ChannelBinding::Unsupported] {
        assert!(log_in::<Sha1>(to, &jid, "pencil", binding.clone()).await.is_ok());
        let (features, _) = log_in::<Sha256>(to, &jid, "pencil", binding).await.ok().unwrap();
        assert!(features.can_bind() && features.stream_management.is_some());
    }
    assert_eq!(server.seen().logins, 4);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_or_an_unknown_user_is_not_authorized() {
    let server = server().await;
    let to = (server.addr(), server.certificate_pem());
    for (jid, password) in [(SAM, "pencils"), ("nobody@example.org", "pencil")] {
        let refused = log_in::<Sha256>(to, &Jid::new(jid).unwrap(), password, ChannelBinding::None).await;
        assert_eq!(refused.err(), Some(DefinedCondition::NotAuthorized));
    }
    let seen = server.seen();
    assert_eq!((seen.logins, seen.refused_logins), (0, 2));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_are_refused_with_the_condition_asked_for_until_that_is_lifted() {
    let server = server().await;
    let (to, jid) = ((server.addr(), server.certificate_pem()), Jid::new(SAM).unwrap());
    server.refuse_login(Some(DefinedCondition::TemporaryAuthFailure));
    let refused = log_in::<Sha256>(to, &jid, "pencil", ChannelBinding::None).await;
    assert_eq!(refused.err(), Some(DefinedCondition::TemporaryAuthFailure));
    server.refuse_login(None);
    assert!(log_in::<Sha256>(to, &jid, "pencil", ChannelBinding::None).await.is_ok());
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fingerprint_is_that_of_the_certificate() {
    use rustls_pki_types::pem::PemObject;
    use sha2::Digest;
    let server = server().await;
    let der = rustls_pki_types::CertificateDer::from_pem_slice(server.certificate_pem().as_bytes()).unwrap();
    let hex: String = sha2::Sha256::digest(&der)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(server.fingerprint(), hex);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_that_want_the_same_resource_get_two() {
    let server = server().await;
    let first = Client::online(&server, "sam@example.org/desk", AVAILABLE).await;
    let second = Client::online(&server, "sam@example.org/desk", AVAILABLE).await;
    assert_eq!(first.jid.as_str(), "sam@example.org/desk");
    assert_ne!(first.jid, second.jid);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_before_they_are_bound_take_up_no_room() {
    let server = server().await;
    let (to, jid) = ((server.addr(), server.certificate_pem()), Jid::new(SAM).unwrap());
    // More than are let in at once.
    for _ in 0..70 {
        let logged_in = log_in::<Sha256>(to, &jid, "pencil", ChannelBinding::None).await;
        drop(logged_in.ok().unwrap());
        server.wait_until(|seen| seen.connections == 0).await.unwrap();
    }
    server.shutdown().await;
}
