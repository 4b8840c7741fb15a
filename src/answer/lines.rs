//! A stream of bytes becomes lines, and a line without end costs no more memory than the limit.

/// One line of the input, without its line break. Blank lines are counted and not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A whole line.
    Whole {
        /// Its number, from 1.
        number: u64,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A line beyond the limit, whose bytes were dropped.
    TooLong {
        /// Its number, from 1.
        number: u64,
    },
}

impl Line {
    /// Its number, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        let (Self::Whole { number, .. } | Self::TooLong { number }) = self;
        *number
    }

    /// How many bytes are held for it.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Whole { bytes, .. } => bytes.len(),
            Self::TooLong { .. } => 0,
        }
    }
}

/// Cuts a stream into lines.
#[derive(Debug)]
pub struct Lines {
    limit: usize,
    held: Vec<u8>,
    /// Where the part of `held` begins that was not yet given.
    given: usize,
    /// Where the search for the next line break goes on.
    searched: usize,
    number: u64,
    /// The rest of the line that was too long is still to come.
    dropping: bool,
}

impl Lines {
    /// Cuts into lines of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, held: Vec::new(), given: 0, searched: 0, number: 1, dropping: false }
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.given > 0 {
            self.held.drain(..self.given);
            self.searched -= self.given;
            self.given = 0;
        }
        self.held.extend_from_slice(bytes);
    }

    /// The next line that is complete.
    pub fn next_line(&mut self) -> Option<Line> {
        loop {
            let Some(at) = memchr::memchr(b'\n', &self.held[self.searched..]) else {
                self.searched = self.held.len();
                return self.overlong();
            };
            let line = self.given..self.searched + at;
            self.given = line.end + 1;
            self.searched = self.given;
            let number = self.number;
            self.number += 1;
            if std::mem::take(&mut self.dropping) {
                continue;
            }
            if let Some(line) = self.line(number, line) {
                return Some(line);
            }
        }
    }

    /// The last line, where the stream ended without a line break.
    pub fn finish(&mut self) -> Option<Line> {
        let rest = self.given..self.held.len();
        self.given = self.held.len();
        self.searched = self.given;
        if self.dropping {
            return None;
        }
        self.line(self.number, rest)
    }

    /// A line that is not complete and already too long: said once, and its bytes are let go.
    fn overlong(&mut self) -> Option<Line> {
        if !self.dropping && self.held.len() - self.given <= self.limit {
            return None;
        }
        self.held.clear();
        self.given = 0;
        self.searched = 0;
        let said = std::mem::replace(&mut self.dropping, true);
        (!said).then_some(Line::TooLong { number: self.number })
    }

    fn line(&self, number: u64, range: std::ops::Range<usize>) -> Option<Line> {
        let bytes = &self.held[range];
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let content = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if content.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        if bytes.len() > self.limit {
            return Some(Line::TooLong { number });
        }
        Some(Line::Whole { number, bytes: bytes.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};

    fn all(limit: usize, chunks: &[&str]) -> Vec<Line> {
        let mut lines = Lines::new(limit);
        let mut found = Vec::new();
        for chunk in chunks {
            lines.push(chunk.as_bytes());
            found.extend(std::iter::from_fn(|| lines.next_line()));
            assert!(lines.held.len() <= limit + chunk.len());
        }
        found.extend(lines.finish());
        found
    }

    fn whole(number: u64, text: &str) -> Line {
        Line::Whole { number, bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn lines_are_found_across_chunks() {
        let found = all(10, &["ab", "c\nde", "f\r\n\n  \ngh", "i"]);
        assert_eq!(found, [whole(1, "abc"), whole(2, "def"), whole(5, "ghi")]);
    }

    #[test]
    fn a_long_line_is_said_once_and_dropped() {
        let found = all(4, &["ab\n", "123", "456", "789", "0\ncd\n", "99999", "9"]);
        assert_eq!(
            found,
            [whole(1, "ab"), Line::TooLong { number: 2 }, whole(3, "cd"), Line::TooLong { number: 4 }]
        );
    }

    #[test]
    fn a_complete_line_beyond_the_limit_is_too_long() {
        assert_eq!(all(4, &["12345\nab"]), [Line::TooLong { number: 1 }, whole(2, "ab")]);
    }
}
