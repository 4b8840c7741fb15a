//! Takes connections, bounds what a slow one may cost, and stops in order.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{interval, sleep};

use super::peer::Peer;
use super::{App, router};

/// How long the head of a request may take, and how long a connection may wait for its next one.
const HEAD: Duration = Duration::from_secs(30);

/// How often old samples of the metrics are folded together.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves until `stop`, then lets the requests in flight finish, at most for `deadline`.
///
/// While they do, new connections are still answered, so that `/readyz` can tell that the server is stopping.
pub async fn serve(listener: TcpListener, app: Arc<App>, deadline: Duration, stop: impl Future<Output = ()>) {
    let router = router(app.clone());
    let graceful = GracefulShutdown::new();
    let watched = async {
        loop {
            let accepted = accept(&listener).await;
            let connection = graceful.watch(connection(accepted, &router));
            tokio::spawn(async move { connection.await.map_err(drop) });
        }
    };
    tokio::select! {
        () = stop => {}
        () = upkeep(&app) => {}
        () = watched => {}
    }
    app.drain();
    tracing::info!(seconds = deadline.as_secs(), "draining");
    let late = async {
        loop {
            let accepted = accept(&listener).await;
            let connection = connection(accepted, &router);
            tokio::spawn(async move { connection.await.map_err(drop) });
        }
    };
    tokio::select! {
        () = graceful.shutdown() => tracing::info!("stopped"),
        () = late => {}
        () = sleep(deadline) => tracing::warn!("stopped with requests in flight"),
    }
}

/// The routes, as whoever is at the other end of a connection comes to them.
struct Visit {
    peer: Peer,
    routes: TowerToHyperService<Router>,
}

impl Service<Request<Incoming>> for Visit {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        self.routes.call(request)
    }
}

type Connection = http1::Connection<TokioIo<TcpStream>, Visit>;

fn connection((stream, peer): (TcpStream, IpAddr), router: &Router) -> Connection {
    let visit = Visit { peer: Peer(peer), routes: TowerToHyperService::new(router.clone()) };
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), visit)
}

/// The next connection; where the system has none to give, for instance too few file handles, it is asked
/// again a little later.
async fn accept(listener: &TcpListener) -> (TcpStream, IpAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are written whole; waiting for more to send would only delay them.
                let _not_supported: io::Result<()> = stream.set_nodelay(true);
                return (stream, peer.ip());
            }
            Err(error) => {
                tracing::warn!(%error, "accept");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Keeps bounded what grows by itself: the memory of the metrics where nobody reads them, and of who has asked.
async fn upkeep(app: &App) {
    let mut ticks = interval(UPKEEP);
    loop {
        ticks.tick().await;
        app.recorder.run_upkeep();
        if let Some(archive) = &app.archive {
            archive.tidy();
        }
    }
}
