//! A bound on how long a connection may be silent before it is known which version of HTTP it speaks.
//!
//! The server's own timer begins with the first byte that cannot be the HTTP/2 preface; a caller who sends nothing, or
//! the preface byte by byte, would keep a connection for as long as it likes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// What an HTTP/2 connection begins with (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose first bytes must come in time. Afterwards it costs one comparison per read.
#[derive(Debug)]
pub struct Opening<S> {
    stream: S,
    /// The time that is left, and how much of the preface was read; nothing once the version is known.
    waiting: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S> Opening<S> {
    /// Gives the first bytes `patience` from now.
    pub fn new(stream: S, patience: Duration) -> Self {
        Self { stream, waiting: Some((Box::pin(sleep(patience)), 0)) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Opening<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if let Some((time, known)) = &mut this.waiting {
            if read.is_pending() {
                return time.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()));
            }
            let fresh = buf.filled().get(before..).unwrap_or_default();
            let expected = PREFACE.get(*known..).unwrap_or_default();
            *known += fresh.len();
            if !expected.starts_with(fresh) || fresh.len() == expected.len() {
                this.waiting = None;
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Opening<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    const PATIENCE: Duration = Duration::from_millis(50);

    async fn outlives(first: &[u8]) -> bool {
        let (mut caller, server) = duplex(64);
        let mut server = Opening::new(server, PATIENCE);
        caller.write_all(first).await.unwrap();
        let mut bytes = vec![0; first.len()];
        server.read_exact(&mut bytes).await.unwrap();
        assert_eq!(bytes, first);
        let next = tokio::time::timeout(PATIENCE * 4, server.read_u8()).await;
        match next {
            Ok(read) => {
                assert_eq!(read.unwrap_err().kind(), io::ErrorKind::TimedOut);
                false
            }
            Err(_) => true,
        }
    }

    #[tokio::test]
    async fn only_an_undecided_connection_is_cut() {
        assert!(!outlives(b"").await);
        assert!(!outlives(b"P").await);
        assert!(!outlives(PREFACE.split_last().unwrap().1).await);
        assert!(outlives(PREFACE).await);
        assert!(outlives(b"POST").await);
        assert!(outlives(b"G").await);
    }
}
