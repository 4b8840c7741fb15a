//! The style sheets, scripts and icons of the pages, all of them inside the binary.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

use super::words;

#[derive(RustEmbed)]
#[folder = "src/ui/assets"]
struct Files;

/// The words of scripts in English: made of the dictionary, not a file.
const ENGLISH: &str = "english.json";

/// One file as a browser gets it.
#[derive(Debug)]
pub struct Asset {
    /// What is in it.
    pub data: Cow<'static, [u8]>,
    /// Its media type.
    pub media: &'static str,
}

/// Changes whenever any of the files does, so that browsers may keep what is below it for good.
pub static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for name in Files::iter() {
        let data = Files::get(&name).map(|file| file.data).unwrap_or_default();
        hash.update(name.as_bytes());
        hash.update(data.len().to_le_bytes());
        hash.update(&data);
    }
    hash.update(words::FILE);
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// The file with this name.
#[must_use]
pub fn asset(name: &str) -> Option<Asset> {
    if name == ENGLISH {
        return Some(Asset { data: words::english().into(), media: "application/json" });
    }
    let media = match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    };
    Files::get(name).map(|file| Asset { data: file.data, media })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_media_type_and_the_dictionary_is_one_of_them() {
        for name in Files::iter() {
            assert!(asset(&name).is_some(), "{name}");
        }
        assert_eq!(asset(ENGLISH).unwrap().media, "application/json");
        assert!(asset("../mod.rs").is_none() && asset("none.css").is_none());
        assert_eq!(EDITION.len(), 12);
    }
}
