//! How much one transcript may hold: beyond it the sender is told, and no memory is spent.

/// The largest transcript that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one posted transcript, which is one body or one line of NDJSON.
    pub body_bytes: usize,
    /// Turns of one transcript.
    pub turns: usize,
    /// Characters of one turn.
    pub turn_chars: usize,
    /// Characters of all turns together.
    pub chars: usize,
    /// Characters of one identifier.
    pub id_chars: usize,
    /// Bytes of `meta`, written as JSON.
    pub meta_bytes: usize,
    /// Levels of `meta`, itself counted as one.
    pub meta_depth: usize,
}

impl Limits {
    /// For a transcript that was taken before, by whatever limits there were then.
    pub const NONE: Self = Self {
        body_bytes: usize::MAX,
        turns: usize::MAX,
        turn_chars: usize::MAX,
        chars: usize::MAX,
        id_chars: usize::MAX,
        meta_bytes: usize::MAX,
        meta_depth: usize::MAX,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 8 * 1024 * 1024,
            turns: 10_000,
            turn_chars: 20_000,
            chars: 1_000_000,
            id_chars: 200,
            meta_bytes: 64 * 1024,
            meta_depth: 8,
        }
    }
}
