//! What was worked out once for a question that several rules ask.

use std::cell::RefCell;
use std::rc::Rc;

/// So many answers are kept: looking through more would take longer than working one out.
const MOST: usize = 32;

/// Answers by their questions.
#[derive(Debug)]
pub(super) struct Recall<Q, A>(RefCell<Vec<(Q, Rc<A>)>>);

impl<Q, A> Default for Recall<Q, A> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<Q: PartialEq + Clone, A> Recall<Q, A> {
    /// The answer to `question`, which `work_out` gives where it is new.
    pub(super) fn answer(&self, question: &Q, work_out: impl FnOnce() -> A) -> Rc<A> {
        if let Some((_, answer)) = self.0.borrow().iter().find(|(known, _)| known == question) {
            return answer.clone();
        }
        let answer = Rc::new(work_out());
        let mut known = self.0.borrow_mut();
        if known.len() < MOST {
            known.push((question.clone(), answer.clone()));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_worked_out_once() {
        let recall = Recall::default();
        assert_eq!(*recall.answer(&"一", || 1), 1);
        assert_eq!(*recall.answer(&"一", || 2), 1);
        assert_eq!(*recall.answer(&"二", || 2), 2);
    }

    #[test]
    fn too_many_questions_are_answered_as_well() {
        let recall = Recall::default();
        for question in 0..100 {
            assert_eq!(*recall.answer(&question, || question), question);
        }
        assert_eq!(*recall.answer(&99, || 0), 0);
        assert_eq!(*recall.answer(&0, || 7), 0);
    }
}
