//! Asks a server of another protocol to go on with TLS. Sends nothing but that request, and reads
//! no further than the answer.

use super::observation::Failure;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Lines and lengths beyond that are no answer.
const MAX_LINE: usize = 1_024;
const MAX_LINES: usize = 64;
const MAX_LDAP: usize = 8 * 1024;

/// What speaks before TLS does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartTls {
    Imap,
    Ldap,
    Postgres,
    Smtp,
}

impl StartTls {
    pub const ALL: [Self; 4] = [Self::Imap, Self::Ldap, Self::Postgres, Self::Smtp];

    pub fn name(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Ldap => "ldap",
            Self::Postgres => "postgres",
            Self::Smtp => "smtp",
        }
    }

    /// Where such servers usually are.
    pub fn port(self) -> u16 {
        match self {
            Self::Imap => 143,
            Self::Ldap => 389,
            Self::Postgres => 5432,
            Self::Smtp => 25,
        }
    }

    /// Talks until the server waits for a hello of TLS.
    pub(super) async fn prepare<S>(self, stream: &mut S) -> Result<(), Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match self {
            Self::Imap => imap(stream).await,
            Self::Ldap => ldap(stream).await,
            Self::Postgres => postgres(stream).await,
            Self::Smtp => smtp(stream).await,
        }
    }
}

/// RFC 3207.
async fn smtp<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Result<(), Failure> {
    expect(&smtp_reply(stream, None).await?.0, "220")?;
    let (code, offers) = smtp_reply(stream, Some("EHLO passmuster.invalid\r\n")).await?;
    expect(&code, "250")?;
    if !offers {
        return Err(Failure::NoStartTls("it does not offer STARTTLS"));
    }
    expect(&smtp_reply(stream, Some("STARTTLS\r\n")).await?.0, "220")
}

fn expect(code: &str, expected: &str) -> Result<(), Failure> {
    if code == expected {
        return Ok(());
    }
    Err(Failure::NoStartTls(
        "it answers with another code than it should",
    ))
}

/// The code of a reply of one line or many, and whether one of them offers STARTTLS.
async fn smtp_reply<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    command: Option<&str>,
) -> Result<(String, bool), Failure> {
    if let Some(command) = command {
        send(stream, command.as_bytes()).await?;
    }
    let mut offers = false;
    for _ in 0..MAX_LINES {
        let line = line(stream).await?;
        let (code, rest) = line.split_at_checked(3).unwrap_or((&line, ""));
        let word = rest.get(1..).unwrap_or_default();
        offers |= word.trim().eq_ignore_ascii_case("STARTTLS");
        if !rest.starts_with('-') {
            return Ok((code.to_owned(), offers));
        }
    }
    Err(Failure::NoStartTls("its reply does not end"))
}

/// RFC 9051.
async fn imap<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Result<(), Failure> {
    if !line(stream).await?.starts_with("* OK") {
        return Err(Failure::NoStartTls("it does not greet as IMAP does"));
    }
    send(stream, b"a1 STARTTLS\r\n").await?;
    for _ in 0..MAX_LINES {
        let line = line(stream).await?;
        if let Some(answer) = line.strip_prefix("a1 ") {
            let is_ready = answer.trim_start().starts_with("OK");
            let refused = Failure::NoStartTls("it refuses STARTTLS");
            return is_ready.then_some(()).ok_or(refused);
        }
    }
    Err(Failure::NoStartTls("its reply does not end"))
}

/// RFC 4511, 4.14: the request for object 1.3.6.1.4.1.1466.20037.
const LDAP_REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

async fn ldap<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Result<(), Failure> {
    send(stream, LDAP_REQUEST).await?;
    let (tag, message) = element(stream).await?;
    let not_ldap = || Failure::NoStartTls("it does not answer as LDAP does");
    if tag != 0x30 {
        return Err(not_ldap());
    }
    let mut rest = &message[..];
    let (tag, id) = element(&mut rest).await?;
    if (tag, &id[..]) != (0x02, &[1]) {
        return Err(not_ldap());
    }
    let (tag, response) = element(&mut rest).await?;
    if tag != 0x78 {
        return Err(not_ldap());
    }
    let (tag, code) = element(&mut &response[..]).await?;
    match (tag, &code[..]) {
        (0x0a, [0]) => Ok(()),
        (0x0a, _) => Err(Failure::NoStartTls("it refuses StartTLS")),
        _ => Err(not_ldap()),
    }
}

/// One element of BER: its tag and its content.
async fn element<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(u8, Vec<u8>), Failure> {
    let mut head = [0; 2];
    read(stream, &mut head).await?;
    let [tag, length] = head;
    let length = match length {
        0..=0x7f => usize::from(length),
        0x81..=0x84 => {
            let mut digits = [0; 4];
            let count = usize::from(length & 0x7f);
            let from = digits.len().saturating_sub(count);
            read(stream, digits.get_mut(from..).unwrap_or_default()).await?;
            usize::try_from(u32::from_be_bytes(digits)).unwrap_or(usize::MAX)
        }
        _ => return Err(Failure::NoStartTls("it does not answer as LDAP does")),
    };
    if length > MAX_LDAP {
        return Err(Failure::TooBig(length));
    }
    let mut content = vec![0; length];
    read(stream, &mut content).await?;
    Ok((tag, content))
}

/// The request for encryption in PostgreSQL's protocol, 53.2.10.
async fn postgres<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Result<(), Failure> {
    send(stream, &[0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]).await?;
    let mut answer = [0];
    read(stream, &mut answer).await?;
    match answer {
        [b'S'] => Ok(()),
        [b'N'] => Err(Failure::NoStartTls("it refuses TLS")),
        _ => Err(Failure::NoStartTls("it does not answer as PostgreSQL does")),
    }
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> Result<(), Failure> {
    stream.write_all(bytes).await.map_err(|_| Failure::Closed)
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S, bytes: &mut [u8]) -> Result<(), Failure> {
    let read = stream.read_exact(bytes).await;
    read.map(|_| ()).map_err(|_| Failure::Closed)
}

/// A line without its end. Bytes behind it stay where they are.
async fn line<S: AsyncRead + Unpin>(stream: &mut S) -> Result<String, Failure> {
    let mut line = Vec::new();
    while line.len() < MAX_LINE {
        let mut byte = [0];
        read(stream, &mut byte).await?;
        match byte {
            [b'\n'] => return Ok(String::from_utf8_lossy(&line).trim_end().to_owned()),
            [byte] => line.push(byte),
        }
    }
    Err(Failure::NoStartTls("it sends a line without end"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use tokio::io::ReadBuf;

    /// Says what was written down, and keeps what it hears.
    struct Script {
        says: Cursor<Vec<u8>>,
        heard: Vec<u8>,
    }

    impl AsyncRead for Script {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<std::io::Result<()>> {
            Pin::new(&mut self.says).poll_read(context, buffer)
        }
    }

    impl AsyncWrite for Script {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<std::io::Result<usize>> {
            self.heard.extend_from_slice(bytes);
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn talk(protocol: StartTls, says: &[u8]) -> (Result<(), Failure>, Vec<u8>) {
        let mut script = Script {
            says: Cursor::new(says.to_vec()),
            heard: Vec::new(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let ended = runtime.block_on(protocol.prepare(&mut script));
        (ended, script.heard)
    }

    #[test]
    fn mail_servers_are_asked_as_they_expect() {
        let says = b"220-mail\r\n220 ready\r\n250-mail\r\n250-SIZE 1\r\n250-starttls\r\n250 HELP\r\n220 go\r\n";
        let (ended, heard) = talk(StartTls::Smtp, says);
        assert_eq!(ended, Ok(()));
        assert_eq!(heard, b"EHLO passmuster.invalid\r\nSTARTTLS\r\n");
        let says = b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\na1 OK go\r\n";
        let (ended, heard) = talk(StartTls::Imap, says);
        assert_eq!(ended, Ok(()));
        assert_eq!(heard, b"a1 STARTTLS\r\n");
    }

    #[test]
    fn directories_and_databases_are_asked_as_they_expect() {
        let says = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
        assert_eq!(talk(StartTls::Ldap, says).0, Ok(()));
        let long = b"\x30\x84\0\0\0\x10\x02\x01\x01\x78\x84\0\0\0\x07\x0a\x01\x00\x04\x00\x04\x00";
        assert_eq!(talk(StartTls::Ldap, long).0, Ok(()));
        assert_eq!(talk(StartTls::Postgres, b"S").0, Ok(()));
        assert_eq!(LDAP_REQUEST.len(), 0x1d + 2);
    }

    #[test]
    fn refusals_and_nonsense_are_told_apart_from_tls() {
        let many = b"220-x\r\n".repeat(100);
        let long = [b'x'; 5_000];
        for (protocol, says) in [
            (StartTls::Smtp, &b"554 no\r\n"[..]),
            (StartTls::Smtp, b"220 x\r\n250 HELP\r\n"),
            (StartTls::Smtp, b"220 x\r\n250 STARTTLS\r\n454 later\r\n"),
            (StartTls::Smtp, &many),
            (StartTls::Smtp, &long),
            (StartTls::Smtp, "220é".as_bytes()),
            (StartTls::Smtp, "é\r\n".as_bytes()),
            (StartTls::Imap, b"* BYE\r\n"),
            (StartTls::Imap, b"* OK x\r\na1 BAD no\r\n"),
            (
                StartTls::Ldap,
                b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00",
            ),
            (StartTls::Ldap, b"\x30\x84\xff\xff\xff\xff"),
            (StartTls::Ldap, b"\x30\x80"),
            (StartTls::Ldap, b"\x30\x00"),
            (StartTls::Ldap, b"HTTP/1.1"),
            (StartTls::Postgres, b"N"),
            (StartTls::Postgres, b"E"),
            (StartTls::Postgres, b""),
        ] {
            assert!(talk(protocol, says).0.is_err(), "{protocol:?}");
        }
    }
}
