//! Whether what the machine proposes still stands beside what the human says of the findings that it shows for it.

use super::{MachineFinding, MachineItem, MachinePlace, Review, Subject, Verdict};
use crate::draft::FindingVerdict;

impl Review {
    /// Whether the item gets less than full points on findings of which the human has rejected some and left none.
    ///
    /// Such an item contradicts what was said about its findings, whichever of both is meant: only the human can tell.
    /// An item that shows anything else as well may rest on that.
    pub(super) fn has_fallen(&self, item: &MachineItem) -> bool {
        // By their rules: not every place is listed as evidence where there are many.
        let is_shown =
            |finding: &MachineFinding| item.evidence.iter().any(|place| place.rule == finding.rule);
        let shown = (0..).zip(&self.machine.findings).filter(|(_, finding)| is_shown(finding));
        let mut said = shown.map(|(n, finding)| {
            let decision = self.decisions.get(&Subject::Finding(n));
            (finding.verdict, decision.map(|decision| decision.verdict))
        });
        let stands = |said| matches!(said, (_, Some(Verdict::Confirm)) | (FindingVerdict::Hit, None));
        let is_gone =
            |(machine, human)| machine != FindingVerdict::Suppressed && human == Some(Verdict::Reject);
        self.costs_points_on_findings(item) && !said.clone().any(stands) && said.any(is_gone)
    }

    /// Whether the machine gives less than full points, and shows nothing but findings for it.
    fn costs_points_on_findings(&self, item: &MachineItem) -> bool {
        let is_finding = |place: &MachinePlace| self.machine.findings.iter().any(|it| it.is_at(place));
        item.score.is_some_and(|score| score < item.max) && item.evidence.iter().all(is_finding)
    }
}

impl MachineFinding {
    fn is_at(&self, place: &MachinePlace) -> bool {
        let MachinePlace { rule, turn, start, end } = place;
        (&self.rule, &self.turn, &self.start, &self.end) == (rule, turn, start, end)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::{post, review_with};
    use super::*;
    use crate::score::Points;

    const HIT: usize = 0;
    const CANDIDATE: usize = 1;
    const SUPPRESSED: usize = 2;

    /// The place of all three findings.
    fn place() -> Value {
        json!({"rule": "rude", "turn": 0, "start": 0, "end": 2})
    }

    /// The small draft, whose `fault` of 3 points shows these places.
    fn showing(places: &[Value]) -> Review {
        review_with("/items/4/evidence", json!(places)).unwrap()
    }

    fn say(review: &mut Review, subject: &str, verdict: &str) {
        let overrules =
            matches!((subject, verdict), ("finding:0" | "finding:1", "reject") | ("finding:2", "confirm"));
        let reason = overrules.then_some("asr-error");
        post(review, json!({"subject": subject, "verdict": verdict, "reason": reason})).unwrap();
    }

    /// Whether the item is open after this was said of the findings.
    fn is_open(review: &Review, said: &[(usize, &str)]) -> bool {
        let mut review = review.clone();
        for (finding, verdict) in said {
            say(&mut review, &format!("finding:{finding}"), verdict);
        }
        review.open().contains(&Subject::Item("fault".to_owned()))
    }

    #[test]
    fn an_item_is_open_once_no_finding_is_left_on_which_it_rests() {
        let review = showing(&[place()]);
        for (said, expected) in [
            (&[][..], false),
            (&[(HIT, "reject")], true),
            (&[(CANDIDATE, "reject")], false),
            (&[(SUPPRESSED, "reject")], false),
            (&[(HIT, "reject"), (CANDIDATE, "reject")], true),
            (&[(HIT, "reject"), (CANDIDATE, "confirm")], false),
            (&[(HIT, "reject"), (SUPPRESSED, "confirm")], false),
            (&[(HIT, "reject"), (HIT, "confirm")], false),
            (&[(HIT, "reject"), (HIT, "withdraw")], false),
        ] {
            assert_eq!(is_open(&review, said), expected, "{said:?}");
        }
    }

    #[test]
    fn an_item_that_shows_something_else_or_loses_no_points_is_not_asked_about() {
        let reject = &[(HIT, "reject"), (CANDIDATE, "reject")];
        let elsewhere = |key: &str, value: Value| {
            let mut other = place();
            other[key] = value;
            other
        };
        assert!(!is_open(&showing(&[]), reject));
        for other in
            [elsewhere("rule", json!("calm")), elsewhere("turn", json!(1)), elsewhere("end", json!(1))]
        {
            assert!(!is_open(&showing(&[place(), other]), reject));
        }
        let mut free = showing(&[place()]);
        free.machine.items[4].score = Some(Points::ZERO);
        assert!(!is_open(&free, reject));
    }

    #[test]
    fn what_a_human_decides_about_the_item_closes_it() {
        let fault = |review: &Review| review.items().into_iter().find(|item| item.id == "fault").unwrap();
        let sum = |review: &Review| review.totals().review.points.hundredths();
        let mut review = showing(&[place()]);
        say(&mut review, "finding:0", "reject");
        assert_eq!((fault(&review).settled, fault(&review).human), (None, None));
        for (subject, verdict) in [("item:tone", 1.0), ("item:speed", 3.0), ("item:error", 0.0)] {
            post(&mut review, json!({"subject": subject, "verdict": "score", "score": verdict})).unwrap();
        }
        say(&mut review, "veto:taboo", "confirm");
        let fault_only = vec![Subject::Item("fault".to_owned())];
        assert_eq!((review.open(), review.result()), (fault_only.clone(), Err(fault_only)));
        assert_eq!((sum(&review), review.totals().review.passed), (500, None), "nothing is final");
        say(&mut review, "item:fault", "confirm");
        assert_eq!(sum(&review), 200);
        assert!(review.totals().review.passed.is_some());
        let result = review.result().unwrap();
        assert_eq!((result.items[4].agreed, result.items[4].explicit), (Some(true), true));
        say(&mut review, "item:fault", "withdraw");
        assert_eq!(review.open().len(), 1);
        say(&mut review, "finding:0", "withdraw");
        assert_eq!(review.open(), []);
    }
}
