//! The yardstick: an axum handler that does nothing, whatever it is asked.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

/// Starts it in this process.
pub(crate) async fn start() -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(serve(listener));
    address
}

/// Becomes it, in a process of its own that says where it listens as the server
/// does.
pub(crate) async fn run() {
    let (listener, address) = listen().await;
    println!("listening on http://{address}");
    serve(listener).await;
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

async fn serve(listener: TcpListener) {
    let router = Router::new().fallback(async || "");
    axum::serve(listener, router)
        .await
        .expect("it serves until it is ended");
}
