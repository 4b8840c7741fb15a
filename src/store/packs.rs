//! Packs by their digest, so that an old draft can be explained by what judged it.

use jiff::Timestamp;

use super::db::values;
use super::{Act, Store, StoreError, compressed, decompressed, stored};
use crate::access::Actor;
use crate::diagnostic::Source;
use crate::pack::Pack;
use crate::score::Sheet;

impl Store {
    /// Keeps a pack and the sheets of its rubrics before its first draft is kept; one that is known is left as it is.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn keep_pack(&self, pack: &Pack, now: Timestamp) -> Result<(), StoreError> {
        let files: Vec<(&str, &str)> =
            pack.sources.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
        let files = serde_json::to_vec(&files).map_err(|_| StoreError::Broken("规则包"))?;
        let insert = "INSERT INTO packs (digest, first_used_at, files) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING";
        let mut tx = self.db.begin().await?;
        if tx.run(insert, values![pack.digest(), stored(now), compressed(&files)]).await? == 1 {
            for form in &pack.forms {
                let sheet = serde_json::to_string(&Sheet::of(&form.rubric));
                let sheet = sheet.map_err(|_| StoreError::Broken("评分表"))?;
                let insert = "INSERT INTO sheets (pack, rubric, body) VALUES ($1, $2, $3)";
                tx.run(insert, values![pack.digest(), &form.rubric.id, sheet]).await?;
            }
        }
        tx.commit().await
    }

    /// Accounts for the pack with this digest being in use, where that is news: servers that share the store, and a
    /// server that is started again, say it once.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn use_pack(&self, digest: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        // Two servers that notice at once would both take it for news.
        tx.take_turn().await?;
        let last = "SELECT after FROM audit WHERE action = 'pack.use' ORDER BY seq DESC LIMIT 1";
        let before = tx.row::<(String,)>(last, values![]).await?.map(|(digest,)| digest).unwrap_or_default();
        if before == digest {
            return Ok(());
        }
        let subject = format!("pack:{digest}");
        let act =
            Act { action: "pack.use", subject: &subject, before: &before, after: digest, ..Act::default() };
        tx.record(&Actor::system("pack"), act, now).await?;
        tx.commit().await
    }

    /// The files of the pack with this digest.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn pack_files(&self, digest: &str) -> Result<Option<Vec<Source>>, StoreError> {
        let row = "SELECT files FROM packs WHERE digest = $1";
        let row: Option<(Vec<u8>,)> = self.db.row(row, values![digest]).await?;
        let Some((files,)) = row else { return Ok(None) };
        let files: Vec<(String, String)> =
            serde_json::from_slice(&decompressed(&files)?).map_err(|_| StoreError::Broken("规则包"))?;
        Ok(Some(files.into_iter().map(|(path, text)| Source { path, text }).collect()))
    }
}
