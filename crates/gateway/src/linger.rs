//! The end of a connection, such that the caller gets everything.
//!
//! A socket that is closed while bytes of the caller lie unread in it is reset by the system, and what was written and not yet
//! received is lost with it. Callers go on sending without a fault of theirs: over HTTP/2 they acknowledge what they read.
//! So the writing side is closed first, and what comes is read and dropped until the caller closes, too (RFC 9112, section
//! 9.6).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long a caller may take to close.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many bytes are dropped: who sends more is not about to close.
const MOST_BYTES: usize = 1 << 20;
const PIECE: usize = 4_096;

/// A stream whose end waits for the caller's.
#[derive(Debug)]
pub(crate) struct Linger<S> {
    stream: S,
    /// The time that is left; nothing before the writing side is closed.
    waiting: Option<Pin<Box<Sleep>>>,
    dropped: usize,
}

impl<S> Linger<S> {
    /// Ends `stream` that way.
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, waiting: None, dropped: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Linger<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Linger<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.waiting.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.waiting = Some(Box::pin(sleep(PATIENCE)));
        }
        let this = &mut *self;
        while this.dropped < MOST_BYTES {
            let mut piece = [0; PIECE];
            let mut buf = ReadBuf::new(&mut piece);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buf) {
                // The caller has closed, or is gone: there is nobody left to lose anything.
                Poll::Ready(Ok(())) if buf.filled().is_empty() => break,
                Poll::Ready(Err(_)) => break,
                Poll::Ready(Ok(())) => this.dropped += buf.filled().len(),
                Poll::Pending => match &mut this.waiting {
                    Some(waiting) => return waiting.as_mut().poll(cx).map(Ok),
                    None => break,
                },
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    /// More than the caller's side of the system takes without a reader, less than both sides take together.
    const ANSWER: usize = 200_000;

    /// How much of an answer a caller gets that reads it late and has sent something that nobody read.
    async fn received(end: impl AsyncFnOnce(TcpStream)) -> usize {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let caller = tokio::net::TcpSocket::new_v4().unwrap();
        caller.set_recv_buffer_size(8_192).unwrap();
        let mut caller = caller.connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        server.write_all(&vec![7; ANSWER]).await.unwrap();
        caller.write_all(b"an acknowledgement").await.unwrap();
        let reading = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let (mut got, mut piece) = (0, vec![0; 65_536]);
            while let Ok(count @ 1..) = caller.read(&mut piece).await {
                got += count;
            }
            drop(caller);
            got
        };
        tokio::join!(reading, end(server)).0
    }

    #[tokio::test]
    async fn what_was_written_arrives() {
        let lingering = async |server| {
            let mut server = Linger::new(server);
            server.shutdown().await.unwrap();
        };
        assert_eq!(received(lingering).await, ANSWER);
        // Why it is needed.
        let at_once = async |mut server: TcpStream| server.shutdown().await.unwrap();
        assert!(received(at_once).await < ANSWER);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_without_end() {
        let (caller, server) = tokio::io::duplex(64);
        let begun = tokio::time::Instant::now();
        Linger::new(server).shutdown().await.unwrap();
        assert_eq!(begun.elapsed(), PATIENCE);
        drop(caller);
        let (mut caller, server) = tokio::io::duplex(1 << 16);
        let sending = tokio::spawn(async move { while caller.write_all(&[7; 1_024]).await.is_ok() {} });
        let begun = tokio::time::Instant::now();
        Linger::new(server).shutdown().await.unwrap();
        assert!(begun.elapsed() < PATIENCE, "who goes on sending is not about to close");
        sending.await.unwrap();
    }
}
