//! A text cut wherever something that is marked in it begins or ends.

/// A stretch of a text that each mark covers as a whole, or not at all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stretch<'t> {
    pub(super) text: &'t str,
    /// One past its last character, in Unicode scalar values.
    pub(super) end: usize,
    /// The marks that cover it, by their place among the marks.
    pub(super) marks: Vec<usize>,
}

/// Cuts `text` where `marks` begin and end, which are counted in Unicode scalar values. Marks may overlap, may be
/// empty, and may reach beyond the text, where they end with it.
pub(super) fn cut<'t>(text: &'t str, marks: &[(u32, u32)]) -> Vec<Stretch<'t>> {
    // Where each character begins, and where the last one ends, in bytes.
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let last = bytes.len() - 1;
    let within = |at: u32| (at as usize).min(last);
    let marks: Vec<(usize, usize)> =
        marks.iter().map(|(start, end)| (within(*start), within(*end))).collect();
    let mut cuts: Vec<usize> = marks.iter().flat_map(|(start, end)| [*start, *end]).collect();
    cuts.extend([0, last]);
    cuts.sort_unstable();
    cuts.dedup();
    let stretch = |cut: &[usize]| {
        let (from, to) = (cut[0], cut[1]);
        let covers = |(_, (start, end)): &(usize, &(usize, usize))| *start <= from && to <= *end;
        let marks = marks.iter().enumerate().filter(covers).map(|(number, _)| number).collect();
        Stretch { text: &text[bytes[from]..bytes[to]], end: to, marks }
    };
    cuts.windows(2).map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told<'t>(text: &'t str, marks: &[(u32, u32)]) -> Vec<(&'t str, Vec<usize>)> {
        cut(text, marks).into_iter().map(|stretch| (stretch.text, stretch.marks)).collect()
    }

    #[test]
    fn a_text_is_cut_where_marks_begin_and_end_in_characters() {
        assert_eq!(told("您好", &[]), [("您好", vec![])]);
        assert_eq!(told("", &[]), []);
        assert_eq!(
            told("我😀不知道啊", &[(1, 4), (3, 5)]),
            [("我", vec![]), ("😀不", vec![0]), ("知", vec![0, 1]), ("道", vec![1]), ("啊", vec![])]
        );
    }

    #[test]
    fn marks_beyond_the_text_and_without_length_break_nothing() {
        assert_eq!(told("好", &[(0, 9)]), [("好", vec![0])]);
        assert_eq!(told("好", &[(7, 9), (0, 0)]), [("好", vec![])]);
        assert_eq!(told("你好", &[(1, 1)]), [("你", vec![]), ("好", vec![])]);
    }

    proptest! {
        #[test]
        fn nothing_of_the_text_is_lost(text in "[a好😀]{0,12}", marks in prop::collection::vec((0u32..15, 0u32..15), 0..5)) {
            let stretches = cut(&text, &marks);
            prop_assert_eq!(stretches.iter().map(|stretch| stretch.text).collect::<String>(), text.as_str());
            let mut end = 0;
            for stretch in &stretches {
                let from = end;
                end += stretch.text.chars().count();
                prop_assert!(end == stretch.end && from < end);
                for (number, (start, stop)) in marks.iter().enumerate() {
                    let covers = *start as usize <= from && end <= *stop as usize;
                    prop_assert_eq!(stretch.marks.contains(&number), covers);
                }
            }
        }
    }
}
