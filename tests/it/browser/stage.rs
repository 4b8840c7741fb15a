//! A few small pages of the tests' own, under the policy of the real ones, to prove the browser with.

use std::net::SocketAddr;

use axum::Router;
use axum::http::{HeaderName, StatusCode, Uri, header};
use tokio::net::TcpListener;

/// A file by its path, and what is in it.
pub(super) type File = (&'static str, &'static str);

/// Serves these files as long as the test runs; anything else is a 404.
pub(super) async fn stage(files: &'static [File]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(async move |uri: Uri| answer(files, uri.path()));
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

fn answer(files: &[File], path: &str) -> (StatusCode, [(HeaderName, &'static str); 2], &'static str) {
    let found = files.iter().find(|file| file.0 == path);
    let kind = match path.rsplit_once('.') {
        Some((_, "js")) => "text/javascript",
        Some((_, "css")) => "text/css",
        _ => "text/html; charset=utf-8",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, "default-src 'self'")];
    match found {
        Some((_, text)) => (StatusCode::OK, headers, text),
        None => (StatusCode::NOT_FOUND, headers, ""),
    }
}
