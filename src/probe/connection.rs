//! One connection: to a checked address, within its deadlines, for one question.

use super::flight::{Flight, MAX_FLIGHT, Progress, Until};
use super::observation::{Failure, Stage};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Read at a time.
const BLOCK: usize = 8 * 1024;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    pub(super) connect: Duration,
    pub(super) flight: Duration,
    /// No step lasts longer than this.
    pub(super) end: Instant,
}

impl Deadlines {
    pub(super) fn within(&self, step: Duration) -> Instant {
        self.end.min(Instant::now() + step)
    }
}

pub(super) async fn connect(
    address: SocketAddr,
    deadlines: &Deadlines,
) -> Result<TcpStream, Failure> {
    let stream = timeout_at(
        deadlines.within(deadlines.connect),
        TcpStream::connect(address),
    )
    .await
    .map_err(|_| Failure::Timeout(Stage::Connect))?
    .map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::Refused,
        io::ErrorKind::TimedOut => Failure::Timeout(Stage::Connect),
        _ => Failure::Unreachable(error.to_string()),
    })?;
    // Only speed depends on it.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Sends a hello and reads the answer. What was read before a failure stays in the flight.
pub(super) async fn ask(
    stream: &mut TcpStream,
    hello: &[u8],
    until: Until,
    deadlines: &Deadlines,
) -> (Flight, Result<(), Failure>) {
    let mut flight = Flight::default();
    let asked = timeout_at(
        deadlines.within(deadlines.flight),
        exchange(stream, hello, until, &mut flight),
    );
    let ended = match asked.await {
        Ok(ended) => ended,
        Err(_) => Err(Failure::Timeout(Stage::Answer)),
    };
    (flight, ended)
}

async fn exchange(
    stream: &mut TcpStream,
    hello: &[u8],
    until: Until,
    flight: &mut Flight,
) -> Result<(), Failure> {
    // A server that hangs up at once may have answered before.
    let _ = stream.write_all(hello).await;
    let mut block = vec![0; BLOCK];
    loop {
        let count = match stream.read(&mut block).await {
            Ok(0) | Err(_) => return flight.end(),
            Ok(count) => count,
        };
        let came = block.get(..count).unwrap_or_default();
        if flight.push(came, until)? == Progress::Done {
            return Ok(());
        }
    }
}

/// A stream that ends after so many bytes.
#[derive(Debug)]
pub(super) struct Capped {
    inner: TcpStream,
    left: usize,
}

impl Capped {
    pub(super) fn new(inner: TcpStream) -> Self {
        Self {
            inner,
            left: MAX_FLIGHT,
        }
    }
}

impl AsyncRead for Capped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        let came = buffer.filled().len().saturating_sub(before);
        self.left = self.left.saturating_sub(came);
        polled
    }
}

impl AsyncWrite for Capped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
