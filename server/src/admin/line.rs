//! Lines of bounded length over a stream.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// What came.
#[derive(Debug, Eq, PartialEq)]
pub enum Line {
    /// A line, without its end.
    Text(Vec<u8>),
    /// More bytes than a line may have.
    TooLong,
    /// The other side is done.
    End,
}

/// Reads the next line, of at most `bytes_max` bytes.
///
/// # Errors
/// When the stream fails.
pub async fn read_line(
    stream: &mut (impl AsyncBufRead + Unpin),
    bytes_max: usize,
) -> std::io::Result<Line> {
    let mut line = Vec::new();
    loop {
        let bytes = stream.fill_buf().await?;
        if bytes.is_empty() {
            return Ok(Line::End);
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(bytes.len());
        if line.len() + taken > bytes_max {
            return Ok(Line::TooLong);
        }
        line.extend_from_slice(&bytes[..taken]);
        stream.consume(taken + usize::from(end.is_some()));
        if end.is_some() {
            return Ok(Line::Text(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_told_apart_and_none_is_longer_than_allowed() {
        let mut stream: &[u8] = b"one\n\ntwo\nlonger than ten bytes\n";
        let mut next = async || read_line(&mut stream, 10).await.unwrap();
        assert_eq!(next().await, Line::Text(b"one".to_vec()));
        assert_eq!(next().await, Line::Text(Vec::new()));
        assert_eq!(next().await, Line::Text(b"two".to_vec()));
        assert_eq!(next().await, Line::TooLong);
        let mut half: &[u8] = b"half a li";
        assert_eq!(read_line(&mut half, 10).await.unwrap(), Line::End);
    }
}
