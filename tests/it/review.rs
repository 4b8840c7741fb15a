//! Reviews of real drafts: sums without the pack, decisions in any order, what is open, what a queue is sorted by.

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::{any, prop, proptest};
use proptest::{prop_assert, prop_assert_eq};
use serde_json::{Value, json};
use zhijian::draft::{Draft, FindingVerdict};
use zhijian::pack::Pack;
use zhijian::pipeline::{self, Ask};
use zhijian::report::agreement::{self, FindingRow, ItemRow};
use zhijian::review::{
    About, Decision, Machine, MachineTotals, Reasons, Review, ReviewSums, Subject, Verdict, risk,
};
use zhijian::score::{NaPolicy, Points, Sheet, SheetItem, Values};
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;

use crate::packs::{Folder, judged, repository, shipped};
use crate::{properties, rubrics, scoring};

/// The review of a draft, with both as a store keeps them: in JSON.
fn review(pack: &Pack, draft: &[u8]) -> Review {
    let machine: Machine = serde_json::from_slice(draft).unwrap();
    let rubric = &pack.form(&machine.rubric.id).unwrap().rubric;
    let sheet = serde_json::to_string(&Sheet::of(rubric)).unwrap();
    let sheet: Sheet = serde_json::from_str(&sheet).unwrap();
    assert_eq!(sheet, Sheet::of(rubric));
    Review::new(machine, sheet, []).unwrap()
}

/// Hands the draft of one labelled transcript to `look`.
fn with_draft<T>(file: &str, rubric: &str, look: impl FnOnce(&Draft<'_>) -> T) -> T {
    let path = repository().join(format!("corpora/labelled/{file}.json"));
    let labelled: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let body = labelled["transcript"].to_string();
    let transcript = intake::read(body.as_bytes(), &Limits::default()).unwrap();
    let ask = Ask { rubric: Some(rubric), all_rules: false };
    look(&pipeline::draft(shipped(), &transcript, ask).unwrap())
}

/// The review of that draft.
fn labelled(file: &str, rubric: &str) -> Review {
    with_draft(file, rubric, |draft| review(shipped(), &serde_json::to_vec(draft).unwrap()))
}

/// Every sixth of the labelled files, by name.
fn files() -> Vec<String> {
    let folder = fs::read_dir(repository().join("corpora/labelled")).unwrap();
    let names = folder.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.into_iter().step_by(6).collect()
}

/// The sums that the machine would have, were its totals those of a review.
fn sums(machine: &MachineTotals) -> ReviewSums {
    let MachineTotals { prefilled, open_max, max, with_vetoes, scaled_to, passed, .. } = *machine;
    let band = machine.band.clone();
    ReviewSums { points: prefilled, max, open_max, with_vetoes, scaled_to, passed, band }
}

/// Confirms every veto that the machine proposes.
fn confirm_vetoes(review: &mut Review) {
    let ids: Vec<String> = review.machine().vetoes.iter().map(|veto| veto.id.clone()).collect();
    for id in ids {
        let confirm = Decision::new(Subject::Veto(id), Verdict::Confirm);
        review.decide(confirm, &shipped().reasons).unwrap();
    }
}

#[test]
fn without_edits_and_with_all_vetoes_a_review_has_the_sums_of_its_draft() {
    let mut vetoed = 0;
    for file in files() {
        for rubric in shipped().rubric_ids() {
            let mut review = labelled(&file, rubric);
            let totals = review.totals();
            assert_eq!(totals.review.points, totals.machine.prefilled, "{file} {rubric}");
            assert_eq!(totals.review.with_vetoes, totals.machine.prefilled, "{file} {rubric}");
            assert_eq!(totals.vetoes_pending.len(), review.machine().vetoes.len(), "{file} {rubric}");
            vetoed += totals.vetoes_pending.len();
            confirm_vetoes(&mut review);
            assert_eq!(review.totals().review, sums(&review.machine().totals), "{file} {rubric}");
        }
    }
    assert!(vetoed > 5, "{vetoed}");
}

#[test]
fn everything_that_the_machine_left_open_is_open_in_the_review() {
    for file in files() {
        for rubric in shipped().rubric_ids() {
            let review = labelled(&file, rubric);
            let left = review.machine().items.iter().filter(|item| item.value().is_open());
            let items = left.map(|item| format!("item:{}", item.id));
            let vetoes = review.machine().vetoes.iter().map(|veto| format!("veto:{}", veto.id));
            let expected: Vec<String> = items.chain(vetoes).collect();
            let open: Vec<String> = review.open().iter().map(ToString::to_string).collect();
            assert_eq!(open, expected, "{file} {rubric}");
        }
    }
}

/// Takes the decision of this choice on each of `subjects`.
fn decide_all(review: &mut Review, subjects: &[Subject], choice: usize) {
    for subject in subjects {
        let decision = decision(review, subject, choice);
        review.decide(decision, &shipped().reasons).unwrap();
    }
}

/// Rejects every finding that counts or may count, then confirms what that has opened; gives how many items those were.
fn reject_findings(review: &mut Review) -> usize {
    let left = review.open();
    let findings = (0..).zip(&review.machine().findings);
    let counting = findings.filter(|(_, finding)| finding.verdict != FindingVerdict::Suppressed);
    let counting: Vec<Subject> = counting.map(|(n, _)| Subject::Finding(n)).collect();
    decide_all(review, &counting, 1);
    let opened: Vec<Subject> = review.open().into_iter().filter(|it| !left.contains(it)).collect();
    let of_items = review.machine().items.iter().filter(|it| opened.contains(&Subject::Item(it.id.clone())));
    assert!(of_items.clone().all(|item| item.score.unwrap() < item.max && !item.evidence.is_empty()));
    assert_eq!(of_items.count(), opened.len());
    decide_all(review, &opened, 0);
    assert_eq!(review.open(), left);
    opened.len()
}

#[test]
fn rejecting_every_finding_opens_the_items_that_rest_on_nothing_else() {
    let labelled = |file: String| shipped().rubric_ids().map(move |rubric| labelled(&file, rubric));
    let fallen: usize = files().into_iter().flat_map(labelled).map(|mut it| reject_findings(&mut it)).sum();
    assert!(fallen > 5, "{fallen}");
}

proptest! {
    #[test]
    fn sums_without_the_pack_are_those_of_the_pack(
        items in prop::collection::vec(properties::item(), 1..7), base in 0_u32..101, vetoes in any::<[bool; 3]>(),
        said in prop::collection::vec(prop::sample::select(vec!["甲甲", "乙乙", "嗯", "好"]), 1..6)
    ) {
        let max = base + items.iter().map(|(_, max)| max).sum::<u32>();
        let numbered = items.iter().enumerate().map(|(at, (item, _))| format!("id: i{at}, {item}"));
        let items: Vec<String> = numbered.collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let when = |proposed: bool| if proposed { "{met: good}" } else { "{met: bad}" };
        let tail = format!(
            "base: {base}\nfloor: 0\nscale_to: 100\npass: 60\nbands: [{{at_least: 0, title: 差}}, {{at_least: 80, title: 好}}]\n\
             vetoes: [{{id: a, ref: Z, title: 甲, scope: item, target: i0, if: {}}}, \
             {{id: b, ref: Z, title: 乙, scope: section, target: s, if: {}}}, \
             {{id: c, ref: Z, title: 丙, scope: call, if: {}}}]",
            when(vetoes[0]), when(vetoes[1]), when(vetoes[2])
        );
        let pack = scoring::pack(&max.to_string(), &items, &tail);
        let draft = judged(&pack, &format!("客服:{}", said.join("，")));
        let mut review = review(&pack, draft.to_string().as_bytes());
        prop_assert_eq!(review.totals().vetoes_pending.len(), vetoes.iter().filter(|proposed| **proposed).count());
        confirm_vetoes(&mut review);
        prop_assert_eq!(review.totals().review, sums(&review.machine().totals));
    }
}

#[test]
fn a_confirmed_veto_zeroes_what_stands_in_the_place_of_its_item() {
    let veto = "vetoes: [{id: v, ref: T, title: 否, scope: item, target: usual, if: {met: good}}]";
    let pack = scoring::pack("8", &rubrics::POSTS, veto);
    let draft = judged(&pack, "@ meta.post=关怀岗\n客服:嗯");
    let mut review = review(&pack, draft.to_string().as_bytes());
    let with_vetoes = |review: &Review| review.totals().review.with_vetoes.value();
    assert!((with_vetoes(&review) - 8.0).abs() < 1e-9);
    confirm_vetoes(&mut review);
    assert!((with_vetoes(&review) - 2.0).abs() < 1e-9);
    assert_eq!(review.totals().review, sums(&review.machine().totals));
}

#[test]
fn weights_count_in_a_review_as_in_a_draft() {
    let items = [
        "id: i, basis: auto, max: 4, levels: [{score: 3, text: 好, if: {met: good}}]",
        "id: j, basis: human, max: 4, levels: [{score: 4, text: 好}, {score: 1, text: 差}]",
    ];
    let pack = scoring::pack("8", &items[..], "pass: 30");
    let mut sheet = serde_json::to_value(Sheet::of(&pack.form("t").unwrap().rubric)).unwrap();
    sheet["sections"].as_array_mut().unwrap().push(json!({"id": "z", "title": "另一项"}));
    sheet["items"][1]["section"] = json!(1);
    sheet["terms"]["weights"] = json!([10.0, 30.0]);
    sheet["terms"]["scale_to"] = json!(40.0);
    let machine: Machine = serde_json::from_value(judged(&pack, "客服:嗯")).unwrap();
    let mut review = Review::new(machine, serde_json::from_value(sheet).unwrap(), []).unwrap();
    assert_eq!(review.totals().review.scaled_to, None);
    let posted = json!({"subject": "item:j", "verdict": "score", "score": 4});
    review.decide(Decision::read(posted).unwrap(), &Reasons::default()).unwrap();
    let ReviewSums { scaled_to, passed, .. } = review.totals().review;
    assert_eq!((scaled_to, passed), (Some(Points::try_from(37.5).unwrap()), Some(true)));
}

/// Some reviews of very different drafts.
fn some() -> &'static [Review] {
    static SOME: LazyLock<Vec<Review>> = LazyLock::new(|| {
        [
            ("bank-swallowed-card-curt", "v3.1"),
            ("hold-asked-but-no-apology", "v3.1"),
            ("swapped-roles-phone-repair", "phone-standard"),
            ("chat-fullwidth-return-brushoff", "online-chat"),
            ("telecom-colleague-gossip-blame", "conduct-100"),
        ]
        .map(|(file, rubric)| labelled(file, rubric))
        .into()
    });
    &SOME
}

/// Everything about which a decision can be taken.
fn subjects(review: &Review) -> Vec<Subject> {
    let items = review.machine().items.iter().map(|item| Subject::Item(item.id.clone()));
    let findings = (0..).zip(&review.machine().findings).map(|(n, _)| Subject::Finding(n));
    let vetoes = review.sheet().vetoes.iter().map(|veto| Subject::Veto(veto.id.clone()));
    items.chain(findings).chain(vetoes).chain([1, 2].map(Subject::Missed)).collect()
}

/// One of the points that an item may get.
fn points(item: &SheetItem, choice: usize) -> Points {
    let whole = |most: Points| if choice.is_multiple_of(2) { Points::ZERO } else { most };
    match &item.values {
        Values::Levels(levels) => levels[choice % levels.len()].score,
        Values::UpTo(most) | Values::Bonus { points: most } => whole(*most),
        Values::Deduct { points, cap, .. } => -whole(cap.unwrap_or(*points)),
    }
}

/// A decision about `subject` that can be taken, with a reason wherever one may stand.
fn decision(review: &Review, subject: &Subject, choice: usize) -> Decision {
    let item = |id: &str| review.sheet().items.iter().find(|item| item.id == id).unwrap();
    let is_open =
        |id: &str| review.machine().items.iter().any(|item| item.id == id && item.value().is_open());
    let bare = |verdict| Decision::new(subject.clone(), verdict);
    let because = |verdict| Decision {
        reason: Some("other".to_owned()),
        note: Some("说明".to_owned()),
        ..bare(verdict)
    };
    match subject {
        Subject::Item(id) if choice.is_multiple_of(3) && !is_open(id) => bare(Verdict::Confirm),
        Subject::Item(_) if choice % 3 == 1 => because(Verdict::NotApplicable),
        Subject::Item(id) => Decision { score: Some(points(item(id), choice)), ..because(Verdict::Score) },
        Subject::Finding(_) if choice.is_multiple_of(2) => because(Verdict::Confirm),
        Subject::Finding(_) => because(Verdict::Reject),
        Subject::Veto(id) if !review.machine().vetoes.iter().any(|veto| veto.id == *id) => {
            because(Verdict::Add)
        }
        Subject::Veto(_) if choice.is_multiple_of(2) => bare(Verdict::Confirm),
        Subject::Veto(_) => because(Verdict::Reject),
        Subject::Missed(_) => Decision {
            turn: Some(0),
            start: Some(0),
            end: Some(u32::try_from(choice).unwrap() + 1),
            note: Some("漏判".to_owned()),
            ..bare(Verdict::Add)
        },
    }
}

proptest! {
    #[test]
    fn the_order_of_decisions_does_not_matter_and_withdrawing_them_restores_the_draft(
        which in any::<prop::sample::Index>(), choices in prop::collection::vec(0_usize..60, 120), seed in any::<u64>()
    ) {
        let untouched = which.get(some());
        let (mut there, mut back) = (untouched.clone(), untouched.clone());
        let subjects = subjects(untouched);
        // Two subjects in three are decided about, the same ones in both orders.
        let decided: Vec<Decision> = subjects.iter().zip(choices.iter().cycle())
            .filter(|(_, choice)| *choice % 5 < 3)
            .map(|(subject, choice)| decision(untouched, subject, *choice))
            .collect();
        for decision in &decided {
            there.decide(decision.clone(), &shipped().reasons).unwrap();
        }
        let mut shuffled: Vec<(u64, &Decision)> = (0..).zip(&decided)
            .map(|(at, decision): (u64, _)| (seed.rotate_left(u32::try_from(at % 64).unwrap()).wrapping_mul(at + 1), decision))
            .collect();
        shuffled.sort_by_key(|(key, _)| *key);
        for (_, decision) in &shuffled {
            back.decide((*decision).clone(), &shipped().reasons).unwrap();
        }
        prop_assert_eq!(&there, &back);
        prop_assert_eq!(there.totals(), back.totals());
        prop_assert_eq!(there.decisions().len(), decided.len());
        let again = Review::new(there.machine().clone(), there.sheet().clone(), there.decisions().values().cloned());
        prop_assert_eq!(again.as_ref(), Ok(&there));
        for (_, decision) in &shuffled {
            let withdraw = Decision::new(decision.subject.clone(), Verdict::Withdraw);
            let change = back.decide(withdraw, &shipped().reasons).unwrap();
            prop_assert_eq!((change.before.as_ref(), change.after), (Some(*decision), None));
        }
        prop_assert_eq!(&back, untouched);
    }

    #[test]
    fn deciding_all_that_is_open_finishes_a_review(
        which in any::<prop::sample::Index>(), choices in prop::collection::vec(0_usize..60, 120)
    ) {
        let mut review = which.get(some()).clone();
        prop_assert_eq!(review.result().unwrap_err(), review.open());
        for (subject, choice) in review.open().iter().zip(choices.iter().cycle()) {
            let decision = decision(&review, subject, *choice);
            review.decide(decision, &shipped().reasons).unwrap();
        }
        let result = review.result().unwrap();
        prop_assert_eq!(&result.totals, &review.totals().review);
        prop_assert_eq!(result.totals.open_max, Points::ZERO);
        let items = result.items.iter().zip(review.items());
        for (item, values) in items {
            prop_assert_eq!((Some(item.settled), item.human), (values.settled, values.human));
            prop_assert_eq!(item.agreed, (!item.machine.is_open()).then_some(true));
            prop_assert_eq!(item.explicit, item.machine.is_open());
        }
        let dropped: Points = review.sheet().items.iter()
            .filter(|item| item.na == NaPolicy::Drop)
            .map(|item| item.max).sum();
        prop_assert!(result.totals.max <= review.machine().totals.max);
        prop_assert!(result.totals.max >= review.machine().totals.max - dropped);
    }
}

#[test]
fn reviews_that_overrule_nothing_agree_with_everything() {
    let mut rows = Vec::new();
    let mut findings = Vec::new();
    for review in some() {
        let mut review = review.clone();
        let open = review.open();
        decide_all(&mut review, &open, 0);
        let result = review.result().unwrap();
        rows.extend(result.items.into_iter().map(|item| ItemRow {
            rubric: review.sheet().id.clone(),
            item: item.id,
            machine: item.machine,
            settled: item.settled,
            explicit: item.explicit,
            reason: item.reason.unwrap_or_default(),
            times: 1,
        }));
        let found = result.findings.into_iter();
        findings.extend(found.map(|found| FindingRow {
            rule: found.rule,
            machine: Some(found.machine),
            human: found.human,
            reason: found.reason.unwrap_or_default(),
            times: 1,
        }));
    }
    let items = agreement::items(rows);
    assert!(items.iter().any(|item| item.implicit > 0) && items.iter().any(|item| item.left_open > 0));
    for item in items {
        let agreed = (item.all.agreed, item.all.overridden, item.explicit.decided);
        assert_eq!(agreed, (item.implicit, 0, 0), "{}", item.item);
        assert!(item.all.rate.is_none_or(|rate| rate.value > 0.999), "{}", item.item);
    }
    let rules = agreement::rules(findings);
    assert!(rules.iter().any(|rule| rule.hits.implicit > 0));
    assert!(rules.iter().all(|rule| rule.precision.is_none()), "nobody has decided about any of them");
}

#[test]
fn a_queue_is_told_how_bad_and_how_uncertain_a_draft_is() {
    let told = |file: &str, rubric: &str| {
        with_draft(file, rubric, |draft| (risk(draft), serde_json::to_value(draft).unwrap()))
    };
    for file in files() {
        for rubric in shipped().rubric_ids() {
            let (risk, draft) = told(&file, rubric);
            let count = |list: &str, key: &str, wanted: &str| {
                let things = draft[list].as_array().unwrap().iter();
                u32::try_from(things.filter(|thing| thing[key] == wanted).count()).unwrap()
            };
            let found = [count("findings", "verdict", "hit"), count("findings", "verdict", "candidate")];
            assert_eq!([risk.hits, risk.candidates], found, "{file} {rubric}");
            let open = [count("items", "outcome", "not_measurable"), count("items", "outcome", "human")];
            assert_eq!([risk.not_measurable, risk.human], open, "{file} {rubric}");
            assert_eq!(risk.vetoes, count("vetoes", "status", "proposed"), "{file} {rubric}");
            let by_rule: [u32; 2] =
                risk.rules.iter().fold([0, 0], |sum, rule| [sum[0] + rule.hits, sum[1] + rule.candidates]);
            assert_eq!(by_rule, found, "{file} {rubric}");
            assert_eq!(risk.severity == 0, risk.hits == 0, "{file} {rubric}");
            let distrust = if draft["quality"]["roles"] == "ok" { 0 } else { 10 };
            let distrust = distrust + if draft["quality"]["times"] == "suspect" { 5 } else { 0 };
            assert_eq!(risk.uncertainty, risk.candidates + risk.not_measurable + distrust, "{file} {rubric}");
        }
    }
    let (bad, _) = told("abusive-customer-agent-retorts", "v3.1");
    assert_eq!((bad.severity, bad.uncertainty > 9), (3, false), "{bad:?}");
    let (swapped, draft) = told("swapped-roles-phone-repair", "v3.1");
    assert_eq!((&draft["quality"]["roles"], swapped.hits), (&json!("suspect"), 0));
    assert!(swapped.uncertainty > bad.uncertainty + 10, "{swapped:?}");
}

#[test]
fn the_shipped_reasons_serve_every_sort_of_subject() {
    for about in [About::Item, About::Finding, About::Veto] {
        let fitting: Vec<_> =
            shipped().reasons.iter().filter(|reason| reason.about.contains(&about)).collect();
        assert!(fitting.len() > 4 && fitting.iter().any(|reason| reason.needs_note), "{about:?}");
    }
}

#[test]
fn a_pack_may_do_without_reasons_but_not_have_broken_ones() {
    assert_eq!(Folder::new().load().unwrap().reasons, Reasons::default());
    let listed = Folder::new().file("rules/reasons.yaml", "- {id: a, title: 甲}\n");
    assert_eq!(listed.load().unwrap().reasons.iter().count(), 1);
    let broken =
        Folder::new().file("rules/reasons.yaml", "- {id: a, title: 甲}\n- {id: a, title: 乙, fro: [item]}\n");
    let told = broken.mistakes();
    assert!(told.contains("rules/reasons.yaml:2:21: 没有“fro”这一项"), "{told}");
}

#[test]
fn a_stored_draft_tells_what_a_review_is_about() {
    let review = labelled("abusive-customer-agent-retorts", "v3.1");
    let machine = review.machine();
    assert_eq!((machine.rubric.id.as_str(), machine.pack.as_str()), ("v3.1", shipped().digest()));
    let verdicts = [FindingVerdict::Hit, FindingVerdict::Suppressed].map(|verdict| {
        let all = some().iter().flat_map(|review| &review.machine().findings);
        all.filter(|finding| {
            finding.verdict == verdict && finding.suppressed_by.is_some() == (verdict != FindingVerdict::Hit)
        })
        .count()
    });
    assert!(verdicts.iter().all(|count| *count > 0), "{verdicts:?}");
    let taboo = machine.vetoes.iter().find(|veto| veto.id == "taboo").unwrap();
    assert_eq!(taboo.target.as_deref(), Some("polite-words"));
    assert!(machine.items.iter().all(|item| item.reference.is_some()));
}
