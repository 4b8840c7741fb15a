//! Transcripts and drafts, read again.

use jiff::Timestamp;

use super::db::values;
use super::{Store, StoreError, decompressed, time};

/// A draft with the transcript that it is about, as they were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDraft {
    /// The draft's id.
    pub id: String,
    /// Digest of the pack that judged.
    pub pack: String,
    /// The rubric's id.
    pub rubric: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The draft as JSON, the bytes that were answered.
    pub draft: Vec<u8>,
    /// The transcript as it was posted.
    pub transcript: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct Row {
    pack: String,
    rubric: String,
    created_at: i64,
    draft: Vec<u8>,
    transcript: Vec<u8>,
}

impl Store {
    /// The draft with this id, and its transcript.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn draft(&self, id: &str) -> Result<Option<StoredDraft>, StoreError> {
        let row = "SELECT d.pack, d.rubric, d.created_at, d.body AS draft, t.body AS transcript \
                   FROM drafts d JOIN transcripts t ON t.id = d.transcript WHERE d.id = $1";
        let Some(row) = self.db.row::<Row>(row, values![id]).await? else { return Ok(None) };
        let Row { pack, rubric, created_at, draft, transcript } = row;
        Ok(Some(StoredDraft {
            id: id.to_owned(),
            pack,
            rubric,
            created_at: time(created_at)?,
            draft: decompressed(&draft)?,
            transcript: decompressed(&transcript)?,
        }))
    }
}
