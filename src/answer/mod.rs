//! One posted document in, one answer out: the draft as JSON, or why there is none.
//!
//! Both doors answer through `Desk::answer`, so that a line of a file and a request get the same bytes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::draft::Draft;
use crate::pack::Pack;
use crate::pipeline::{self, Ask};
use crate::transcript::limits::Limits;
use crate::transcript::{Transcript, intake, script};

pub use self::lines::{Line, Lines};
pub use self::refusal::Refusal;

mod lines;
mod refusal;

/// What is needed to answer, and the same for every document of a request or a run.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'d> {
    /// The running pack.
    pub pack: &'d Pack,
    /// What is too large.
    pub limits: &'d Limits,
    /// What the caller wants to have judged.
    pub ask: Ask<'d>,
}

/// What may be posted.
#[derive(Debug, Clone, Copy)]
pub enum Posted<'p> {
    /// The native form.
    Json(&'p [u8]),
    /// A script, as people write dialogues, and the name that it is to have.
    Script(&'p str, &'p str),
}

impl<'p> Posted<'p> {
    /// What somebody has pasted: JSON where it begins as JSON does, else a script of this name.
    #[must_use]
    pub fn pasted(text: &'p str, name: &'p str) -> Self {
        let begin = text.trim_start_matches('\u{feff}').trim_start();
        // A line of a script may begin with its time: `[0.4-2.9] 客服：您好`.
        let is_list = |rest: &str| rest.trim_start().starts_with(['{', ']']);
        if begin.starts_with('{') || begin.strip_prefix('[').is_some_and(is_list) {
            return Self::Json(text.as_bytes());
        }
        Self::Script(text.trim_start_matches('\u{feff}'), name)
    }

    /// Reads the transcript.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(self, limits: &Limits) -> Result<Transcript<'p>, Refusal> {
        match self {
            Self::Json(body) => Ok(intake::read(body, limits)?),
            Self::Script(text, id) => {
                let transcript = script::read_copied(text)?.transcript;
                intake::bound(&transcript, limits)?;
                Ok(Transcript { id: id.to_owned().into(), ..transcript })
            }
        }
    }
}

impl Line {
    /// What was posted with it.
    ///
    /// # Errors
    /// When it is too long.
    pub fn posted(&self, limits: &Limits) -> Result<Posted<'_>, Refusal> {
        match self {
            Self::Whole { bytes, .. } => Ok(Posted::Json(bytes)),
            Self::TooLong { .. } => Err(intake::too_large(limits).into()),
        }
    }
}

/// Room that most drafts need.
const LIKELY_BYTES: usize = 32 << 10;

/// An answer, and what there is to count about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The draft as one line of JSON, without the line break.
    pub json: Vec<u8>,
    /// How many turns were judged.
    pub turns: usize,
}

impl Desk<'_> {
    /// Answers one document with its draft as JSON.
    ///
    /// # Errors
    /// When the document is no transcript, or no draft can be made of it.
    pub fn answer(&self, posted: Posted<'_>) -> Result<Answer, Refusal> {
        self.with_draft(posted, |transcript, draft| {
            let mut json = Vec::with_capacity(LIKELY_BYTES);
            match serde_json::to_writer(&mut json, draft) {
                Ok(()) => Ok(Answer { json, turns: transcript.turns.len() }),
                Err(_) => Err(Refusal::internal()),
            }
        })?
    }

    /// Makes the draft of one document and hands both to `use_it`.
    ///
    /// # Errors
    /// When the document is no transcript, or no draft can be made of it; a panic is one of the reasons, so
    /// that one document never takes the others with it.
    pub fn with_draft<T>(
        &self,
        posted: Posted<'_>,
        use_it: impl FnOnce(&Transcript<'_>, &Draft<'_>) -> T,
    ) -> Result<T, Refusal> {
        let judge = || {
            let transcript = posted.read(self.limits)?;
            let draft = pipeline::draft(self.pack, &transcript, self.ask)?;
            Ok(use_it(&transcript, &draft))
        };
        // The pack is only read, and what the panic left behind is dropped with the closure.
        catch_unwind(AssertUnwindSafe(judge)).unwrap_or_else(|_| Err(Refusal::internal()))
    }

    /// Whether the rubric that was asked for can be had; said once, before any document is read.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check_ask(&self) -> Result<(), Refusal> {
        let asked = self.ask.rubric.map(|id| pipeline::asked(self.pack, id));
        asked.transpose().map(|_| ()).map_err(Refusal::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, Desk, Limits, Pack, Posted, Refusal};

    #[test]
    fn what_is_pasted_is_json_where_it_begins_so() {
        for json in ["{\"id\":1}", " \n{", "\u{feff}{}", "[{}]", "[ ]"] {
            assert!(matches!(Posted::pasted(json, "t"), Posted::Json(_)), "{json}");
        }
        for script in ["客服：您好", "[0.4-2.9] 客服：您好", "@ 在线", "[[您好]]", ""] {
            assert!(matches!(Posted::pasted(script, "t"), Posted::Script(..)), "{script}");
        }
    }

    #[test]
    fn a_panic_is_one_refusal_and_tells_nothing() {
        let (pack, limits) = (Pack::shipped().unwrap(), Limits::default());
        let desk = Desk { pack: &pack, limits: &limits, ask: Ask::default() };
        let body = r#"{"id":"1","turns":[{"role":"agent","text":"您好"}]}"#;
        let posted = Posted::Json(body.as_bytes());
        let fail = || desk.with_draft(posted, |_, _| panic!("您好"));
        assert_eq!(fail(), Err::<(), _>(Refusal::internal()));
        assert!(desk.answer(posted).is_ok());
    }
}
