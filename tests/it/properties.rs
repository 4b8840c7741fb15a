//! What holds for any text: the way back to the original, the scan, the sums, and that nothing panics.

use std::collections::BTreeSet;
use std::ops::Range;

use proptest::prelude::{Just, Strategy, any, prop, proptest};
use proptest::{prop_assert, prop_assert_eq, prop_oneof};
use serde_json::{Value, json};
use zhijian::diagnostic::{Diagnostics, Source};
use zhijian::lexicon::{Beaten, LexiconsDraft, Plan};
use zhijian::pipeline::{self, Ask};
use zhijian::text::{Document, PauseKind};
use zhijian::transcript::limits::Limits;
use zhijian::transcript::{Transcript, intake, script};

use crate::packs::{judged, rule, shipped, try_compiled};
use crate::scoring;

/// A character of any kind that transcripts have, and of those that they should not have.
fn character() -> impl Strategy<Value = char> {
    let one_of = |characters: &str| prop::sample::select(characters.chars().collect::<Vec<_>>());
    prop_oneof![
        4 => one_of("这事不归我管喂您好吗"),
        2 => one_of("這歸妳電話囉裏乾"),
        2 => one_of("ＡｂＣ１９／ｗ"),
        3 => one_of("零一二三幺〇九五0123456789"),
        3 => one_of("，。,.!?！？;、 \u{3000}…“”「'"),
        1 => one_of("😀👨👩🇨🇳♥\u{fe0f}\u{200d}"),
        1 => one_of("\0\t\r\n\u{7f}\u{85}\u{2028}\u{200b}\u{feff}\u{ad}"),
        1 => one_of("e\u{301}\u{20dd}\u{3099}か℡⑫㈠㍿ﬁİẞǅ"),
        1 => one_of("\u{e000}\u{f8ff}\u{10fffd}𠮷𪚥"),
        1 => any::<char>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(character(), 0..40).prop_map(String::from_iter)
}

/// A transcript of the agent's turns with these texts.
fn transcript(texts: &[String]) -> Transcript<'static> {
    let mut transcript = script::read("客服:一").unwrap().transcript;
    let turn = transcript.turns[0].clone();
    transcript.turns = (0..)
        .zip(texts)
        .map(|(index, text)| zhijian::transcript::Turn { text: text.clone().into(), index, ..turn.clone() })
        .collect();
    transcript
}

/// Spoken digits as Arabic ones, and no decimal points: what is written depends on the digits around it.
fn without_digit_words(text: &str) -> String {
    let arabic = |c| "零一二三四五六七八九".chars().position(|digit| digit == c);
    let digit = |c| match c {
        '〇' => '0',
        '幺' => '1',
        _ => arabic(c).and_then(|at| char::from_digit(u32::try_from(at).ok()?, 10)).unwrap_or(c),
    };
    text.chars().filter(|c| *c != '.').map(digit).collect()
}

fn normalised(text: &str) -> String {
    let transcript = transcript(&[text.to_owned()]);
    Document::new(&transcript).text().trim_end_matches('\n').to_owned()
}

proptest! {
    #[test]
    fn every_stretch_leads_back_to_the_words_that_it_came_from(
        texts in prop::collection::vec(text(), 1..4), from in any::<prop::sample::Index>(), length in 1_usize..6
    ) {
        let transcript = transcript(&texts);
        let document = Document::new(&transcript);
        for (turn, whole) in (0_u32..).zip(document.turns()) {
            let inside = document.slice(whole.clone());
            let starts: Vec<usize> = inside.char_indices().map(|(at, _)| at).chain([inside.len()]).collect();
            if starts.len() < 2 {
                continue;
            }
            let first = from.index(starts.len() - 1);
            let last = (first + length).min(starts.len() - 1);
            let byte = |at: usize| whole.start + u32::try_from(starts[at]).unwrap();
            let span = byte(first)..byte(last);
            let original = document.original(turn, &span);
            let posted = &texts[turn as usize];
            prop_assert!(original.start < original.end);
            prop_assert!(original.end as usize <= posted.chars().count());
            let characters = posted.chars().skip(original.start as usize);
            let slice: String = characters.take((original.end - original.start) as usize).collect();
            prop_assert_eq!(original.text, &slice);
            let (again, wanted) = (normalised(&slice), document.slice(span));
            prop_assert!(
                without_digit_words(&again).contains(&without_digit_words(wanted)),
                "{:?} of {:?} came from {:?}, which is {:?}", wanted, posted, slice, again
            );
        }
    }

    #[test]
    fn turns_stand_in_order_and_every_byte_belongs_to_one(texts in prop::collection::vec(text(), 0..6)) {
        let transcript = transcript(&texts);
        let document = Document::new(&transcript);
        prop_assert_eq!(document.turns().len(), texts.len());
        let mut next = 0;
        for (turn, span) in (0_u32..).zip(document.turns()) {
            prop_assert_eq!(span.start, next);
            prop_assert!(document.slice(span.clone()).chars().all(|c| c.is_alphanumeric() || c == '.'));
            prop_assert_eq!(document.letters(turn) as usize, document.slice(span.clone()).chars().count());
            prop_assert_eq!(document.turn_at(span.start), turn);
            prop_assert_eq!(document.turn_at(span.end), turn);
            next = span.end + 1;
        }
        prop_assert_eq!(next as usize, document.text().len());
        let (letters, han) = document.letters_and_han();
        prop_assert!(han <= letters);
    }

    #[test]
    fn pauses_stand_in_order_between_the_letters_of_their_turns(texts in prop::collection::vec(text(), 0..6)) {
        let transcript = transcript(&texts);
        let document = Document::new(&transcript);
        let end = u32::try_from(document.text().len()).unwrap();
        let pauses = document.pauses_inside(0..end);
        prop_assert!(pauses.windows(2).all(|pair| pair[0].at < pair[1].at), "{:?}", pauses);
        for (turn, span) in (0_u32..).zip(document.turns()) {
            for pause in document.pauses_inside(span.clone()) {
                prop_assert!(document.text().is_char_boundary(pause.at as usize));
                prop_assert_eq!(document.pause_at(pause.at), Some(pause.kind));
            }
            let sentences: String = document.sentences(turn).map(|sentence| document.slice(sentence)).collect();
            prop_assert_eq!(sentences, document.slice(span.clone()));
        }
    }

    #[test]
    fn normalising_twice_changes_nothing_but_digits_and_points(text in text()) {
        let once = normalised(&text);
        prop_assert_eq!(without_digit_words(&normalised(&once)), without_digit_words(&once));
    }
}

/// An entry of a lexicon: rows of choices, and whether it allows.
#[derive(Debug, Clone)]
struct Entry {
    parts: Vec<Vec<&'static str>>,
    allows: bool,
}

impl Entry {
    fn line(&self) -> String {
        let part = |part: &Vec<&str>| match &part[..] {
            [only] => (*only).to_owned(),
            many => format!("({})", many.join("|")),
        };
        let phrase: String = self.parts.iter().map(part).collect();
        if self.allows { format!("!{phrase} :: reason=可以") } else { phrase }
    }

    /// Every wording, letter by letter.
    fn wordings(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::from([String::new()]);
        for part in &self.parts {
            let part = filled(part);
            all = all.iter().flat_map(|head| part.iter().map(move |tail| format!("{head}{tail}"))).collect();
        }
        all
    }
}

/// What a part may be: a gap is filled with whatever texts are made of.
fn filled(part: &[&str]) -> Vec<String> {
    let letters = ["甲", "乙", "丙"];
    let pairs = || letters.iter().flat_map(|a| letters.iter().map(move |b| format!("{a}{b}")));
    let singles = || letters.map(str::to_owned).into_iter();
    match part {
        ["{2}"] => std::iter::once(String::new()).chain(singles()).chain(pairs()).collect(),
        ["{1-2}"] => singles().chain(pairs()).collect(),
        wordings => wordings.iter().map(|wording| (*wording).to_owned()).collect(),
    }
}

/// One place at which an entry was found: entry, begin, end, and whether an allowing entry covers it.
type Place = (usize, u32, u32, bool);

/// Every place at which a wording stands in one sentence: begin, entry, end.
fn places(entries: &[Entry], document: &Document<'_>) -> BTreeSet<(u32, usize, u32)> {
    let text = document.text();
    let wordings =
        entries.iter().enumerate().flat_map(|(at, entry)| entry.wordings().into_iter().map(move |w| (at, w)));
    let everywhere = wordings.flat_map(|(at, wording)| {
        let begins =
            (0..text.len()).filter(|start| text.get(*start..).is_some_and(|rest| rest.starts_with(&wording)));
        let place =
            |start: usize| (u32::try_from(start).unwrap(), at, u32::try_from(start + wording.len()).unwrap());
        begins.map(place).collect::<Vec<_>>()
    });
    let strong =
        |span: Range<u32>| document.pauses_inside(span).iter().any(|pause| pause.kind != PauseKind::Weak);
    everywhere.filter(|(start, _, end)| !strong(*start..*end)).collect()
}

/// What the scan should find, found by looking for every wording at every place.
fn oracle(entries: &[Entry], document: &Document<'_>) -> BTreeSet<Place> {
    let all = places(entries, document);
    let mut order: Vec<_> = all.into_iter().collect();
    order.sort_by_key(|(start, at, end)| (u32::MAX - (end - start), !entries[*at].allows, *start, *at));
    let (mut winners, mut found) = (Vec::new(), BTreeSet::new());
    for (start, at, end) in order {
        let over = winners.iter().find(|(from, to, _)| *from < end && start < *to);
        match over.map(|(_, _, allows)| *allows) {
            None => {
                winners.push((start, end, entries[at].allows));
                if !entries[at].allows {
                    found.insert((at, start, end, false));
                }
            }
            Some(true) if !entries[at].allows => {
                found.insert((at, start, end, true));
            }
            Some(_) => {}
        }
    }
    found
}

/// What the scan finds: every entry is a group of its own, so that its list names it.
fn scanned(entries: &[Entry], document: &Document<'_>) -> BTreeSet<Place> {
    let lines: String =
        entries.iter().enumerate().map(|(at, entry)| format!("[{at}] 组\n{}\n", entry.line())).collect();
    let source = Source { path: "lexicons/w.txt".into(), text: format!("title: 词\n---\n{lines}") };
    let mut diagnostics = Diagnostics::default();
    let mut draft = LexiconsDraft::read(&[source], &mut diagnostics);
    assert!(diagnostics.0.is_empty(), "{diagnostics}");
    let lists: Vec<_> =
        (0..entries.len()).map(|at| (at, draft.lists(&format!("w#{at}")).unwrap()[0])).collect();
    for (_, list) in &lists {
        draft.watch(*list);
    }
    let lexicons = draft.compile(&[], std::iter::empty()).unwrap();
    let mentions = lexicons.scan(document, Plan::ALL);
    let places = lists.iter().flat_map(|(at, list)| {
        mentions.of(*list).iter().map(|m| (*at, m.start, m.end, m.beaten != Beaten::No))
    });
    places.collect()
}

/// A part that is always said, and one that may be left out.
fn fixed() -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![
        Just(vec!["甲"]),
        Just(vec!["乙"]),
        Just(vec!["甲乙"]),
        Just(vec!["甲", "乙乙"]),
        Just(vec!["乙甲乙", "丙"])
    ]
}

fn optional() -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![Just(vec!["甲", ""]), Just(vec!["乙", "丙甲", ""]), Just(vec!["丙", ""])]
}

fn gap() -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![Just(vec!["{2}"]), Just(vec!["{1-2}"])]
}

/// Entries with a gap somewhere.
fn entries_with_gaps() -> impl Strategy<Value = Vec<Entry>> {
    let parts =
        (fixed(), gap(), prop::option::of(optional()), fixed(), prop::option::of(Just(vec!["{1-2}"])))
            .prop_map(|(first, gap, choice, last, edge)| {
                [first, gap].into_iter().chain(choice).chain([last]).chain(edge).collect()
            });
    prop::collection::vec((parts, any::<bool>()).prop_map(|(parts, allows)| Entry { parts, allows }), 1..4)
}

/// Entries whose choices stand between what is always said.
fn entries_with_choices_inside() -> impl Strategy<Value = Vec<Entry>> {
    let parts = (fixed(), prop::option::of((optional(), fixed()))).prop_map(|(first, more)| {
        let mut parts = vec![first];
        parts.extend(more.into_iter().flat_map(|(middle, last)| [middle, last]));
        parts
    });
    prop::collection::vec((parts, any::<bool>()).prop_map(|(parts, allows)| Entry { parts, allows }), 1..6)
}

/// Entries whose choices stand anywhere.
fn entries_with_choices_anywhere() -> impl Strategy<Value = Vec<Entry>> {
    let parts = (prop::option::of(optional()), fixed(), prop::option::of(optional()))
        .prop_map(|(before, fixed, after)| before.into_iter().chain([fixed]).chain(after).collect());
    prop::collection::vec((parts, any::<bool>()).prop_map(|(parts, allows)| Entry { parts, allows }), 1..6)
}

/// Turns over a small alphabet, so that much is found; with the ends of sentences only where asked for.
fn turns(signs: &'static str) -> impl Strategy<Value = Vec<String>> {
    let sign = prop::sample::select(signs.chars().collect::<Vec<_>>());
    prop::collection::vec(prop::collection::vec(sign, 0..16).prop_map(String::from_iter), 1..4)
}

proptest! {
    #[test]
    fn the_scan_finds_what_looking_everywhere_finds(
        entries in entries_with_choices_inside(), texts in turns("甲甲甲乙乙乙丙，。")
    ) {
        let transcript = transcript(&texts);
        let document = Document::new(&transcript);
        prop_assert_eq!(scanned(&entries, &document), oracle(&entries, &document));
    }

    #[test]
    fn the_scan_finds_what_looking_everywhere_finds_also_with_gaps(
        entries in entries_with_gaps(), texts in turns("甲甲甲乙乙乙丙，。")
    ) {
        let transcript = transcript(&texts);
        let document = Document::new(&transcript);
        prop_assert_eq!(scanned(&entries, &document), oracle(&entries, &document));
    }

    #[test]
    fn what_the_scan_finds_of_entries_with_choices_at_their_ends_is_one_of_their_wordings(
        entries in entries_with_choices_anywhere(), texts in turns("甲甲甲乙乙乙丙，。")
    ) {
        let transcript = transcript(&texts);
        let document = Document::new(&transcript);
        for (at, start, end, _) in scanned(&entries, &document) {
            prop_assert!(entries[at].wordings().contains(document.slice(start..end)));
        }
    }

    #[test]
    fn the_scan_finds_what_looking_everywhere_finds_also_with_choices_at_the_ends(
        entries in entries_with_choices_anywhere(), texts in turns("甲甲甲乙乙乙丙，。")
    ) {
        let transcript = transcript(&texts);
        let document = Document::new(&transcript);
        prop_assert_eq!(scanned(&entries, &document), oracle(&entries, &document));
    }
}

/// An item of a rubric, and its full points.
pub(crate) fn item() -> impl Strategy<Value = (String, u32)> {
    let rule = || prop::sample::select(vec!["good", "bad", "na", "open", "hums", "fault/a", "fault/*"]);
    let policy = prop::sample::select(vec!["full", "drop", "zero"]);
    prop_oneof![
        (rule(), rule(), policy, 0_u32..9, 0_u32..9).prop_map(|(a, b, policy, max, low)| {
            let low = low.min(max);
            let levels = format!("[{{score: {max}, text: 好, if: {{met: '{a}'}}}}, {{score: {low}, text: 差, if: {{not_met: '{b}'}}}}]");
            (format!("basis: auto, max: {max}, na: {policy}, na_if: {{not_applicable: '{b}'}}, levels: {levels}"), max)
        }),
        (rule(), 0_u32..4).prop_map(|(a, points)| {
            (format!("basis: suggest, bonus: {points}, if: {{met: '{a}'}}"), 0)
        }),
        (rule(), rule(), 1_u32..9, 1_u32..30).prop_map(|(a, b, points, cap)| {
            let terms = format!("points: {points}, unit: 次, rules: ['{a}'], cap: {cap}, double_if: {{met: '{b}'}}");
            (format!("basis: auto, deduct: {{{terms}}}"), 0)
        }),
        (0_u32..9).prop_map(|max| (format!("basis: human, max: {max}"), max)),
    ]
}

proptest! {
    #[test]
    fn sums_add_up_and_say_what_is_open(
        items in prop::collection::vec(item(), 1..7), said in prop::collection::vec(prop::sample::select(vec!["甲甲", "乙乙", "嗯", "好"]), 1..6), base in 0_u32..101
    ) {
        let max = base + items.iter().map(|(_, max)| max).sum::<u32>();
        let numbered = |(at, (item, _)): (usize, &(String, u32))| format!("id: i{at}, {item}");
        let items: Vec<String> = items.iter().enumerate().map(numbered).collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let pack = scoring::pack(&max.to_string(), &items, &format!("base: {base}\nfloor: 0\nscale_to: 100"));
        let draft = judged(&pack, &format!("客服:{}", said.join("，")));
        let total = |name: &str| draft["totals"][name].as_f64().unwrap();
        let of_items = |pick: fn(&Value) -> f64| draft["items"].as_array().unwrap().iter().map(pick).sum::<f64>();
        let score = |item: &Value| item["score"].as_f64().unwrap_or(0.0);
        let bonuses = of_items(|item| if item["max"] == 0.0 { item["score"].as_f64().unwrap_or(0.0).max(0.0) } else { 0.0 });
        prop_assert!(total("prefilled") <= total("prefilled_max") + bonuses + 1e-9);
        prop_assert!((total("prefilled") - (f64::from(base) + of_items(score)).max(0.0)).abs() < 1e-9);
        prop_assert!((total("open_max") + total("prefilled_max") - total("max")).abs() < 1e-9);
        let dropped = of_items(|item| {
            let gone = item["outcome"] == "not_applicable" && item["score"].is_null();
            if gone { item["max"].as_f64().unwrap() } else { 0.0 }
        });
        prop_assert!((total("max") + dropped - f64::from(max)).abs() < 1e-9);
        let open = draft["items"].as_array().unwrap().iter().any(|item| item["outcome"] == "human" || item["outcome"] == "not_measurable");
        prop_assert_eq!(draft["totals"]["scaled_to"].is_null(), open || total("max") < 0.005);
        prop_assert!(draft["totals"]["scaled_to"].as_f64().unwrap_or(0.0).is_finite());
    }
}

/// Pieces of lexicons, rules and rubrics.
const PIECES: &[&str] = &[
    "title: 词",
    "---",
    "\n",
    "\n",
    "\n",
    "[g] 组",
    "[",
    "]",
    "(",
    ")",
    "|",
    "!",
    " :: ",
    "reason=",
    "guards=",
    "at=",
    "border",
    ";",
    "甲",
    "乙",
    "，",
    "。",
    "guard: before",
    "reach: 1",
    "role: agent",
    "#",
    "\r",
    "\t",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    ",",
    "'",
    "\"",
    "ref: R",
    "severity: major",
    "status: test",
    "forbid:",
    "expect:",
    "phrase:",
    "lexicon: w",
    "pattern:",
    "regex:",
    "hold:",
    "reply:",
    "to:",
    "with:",
    "all:",
    "not:",
    "count:",
    "of:",
    "examples:",
    "hit:",
    "miss:",
    "客服:好",
    "&a",
    "*a",
    "!!str",
    "null",
    "~",
    ".*",
    "(?i)",
    "\\",
    "[[",
    "]]",
    "sections:",
    "items:",
    "max: 1",
    "levels:",
    "score:",
    "if:",
    "met:",
    "vetoes:",
    "1e99",
    "-1",
    ".nan",
    "\u{feff}",
    "\0",
];

/// Such pieces in any order; digits stay out of brackets, where they multiply.
fn file() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        9 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => character().prop_filter("no digits", |c| !c.is_numeric() && !"零一二三幺五九".contains(*c)).prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_file_of_a_pack_makes_reading_it_panic(written in file(), whole in text()) {
        for text in [written, whole] {
            let rule = rule(&text);
            let rubric = format!("title: 表\nversion: '1'\nref: T\nmax: 1\n{text}");
            for (path, text) in [
                ("lexicons/w.txt", &text), ("lexicons/guards/g.txt", &text), ("lexicons/words.txt", &text),
                ("rules/r.yaml", &text), ("rules/r.yaml", &rule),
                ("rules/rubrics/t.yaml", &rubric), ("rules/dialogue.yaml", &text),
            ] {
                let _whether_it_is_right = try_compiled(&[(path, text)]);
            }
        }
    }
}

/// What people say: pieces of the shipped lexicons, and anything else.
fn said() -> impl Strategy<Value = String> {
    let phrases: Vec<String> = shipped()
        .sources
        .iter()
        .filter(|source| source.path.starts_with("lexicons/"))
        .flat_map(|source| source.text.lines().skip_while(|line| *line != "---").skip(1))
        .filter(|line| !line.starts_with('[') && !line.starts_with('#'))
        .map(|line| line.split("::").next().unwrap_or_default().replace(['(', ')', '!', '|'], ""))
        .collect();
    let piece = prop_oneof![2 => prop::sample::select(phrases), 1 => text()];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

/// A transcript as a careless sender posts it, in JSON.
fn posted() -> impl Strategy<Value = Value> {
    let role = prop::sample::select(vec!["agent", "customer", "system", "other", "unknown"]);
    let times = prop::option::weighted(0.9, (0_u32..100_000, 0_u32..20_000));
    let turn = (role.clone(), times, said()).prop_map(|(role, times, text)| match times {
        Some((start, length)) => {
            json!({"role": role, "start_ms": start, "end_ms": start + length, "text": text})
        }
        None => json!({"role": role, "text": text}),
    });
    let kinds = prop::sample::select(vec!["answer", "hold_on", "hold_off", "transfer", "ring", "hangup"]);
    let event = (kinds, 0_u32..200_000, prop::option::of(role))
        .prop_map(|(kind, at, by)| json!({"type": kind, "at_ms": at, "by": by}));
    let channel = prop::sample::select(vec!["call", "chat"]);
    let separation = prop::sample::select(vec!["two_channel", "diarised", "unknown"]);
    (prop::collection::vec(turn, 1..12), prop::collection::vec(event, 0..5), channel, separation).prop_map(
        |(turns, events, channel, separation)| {
            json!({"id": "p", "turns": turns, "events": events, "channel": channel, "separation": separation})
        },
    )
}

proptest! {
    #[test]
    fn no_transcript_makes_judging_panic(posted in posted()) {
        let body = posted.to_string();
        let transcript = intake::read(body.as_bytes(), &Limits::default()).unwrap();
        for rubric in ["v3.1", "conduct-100", "phone-standard"] {
            let ask = Ask { rubric: Some(rubric), all_rules: true };
            let draft = serde_json::to_value(pipeline::draft(shipped(), &transcript, ask).unwrap()).unwrap();
            for finding in draft["findings"].as_array().unwrap() {
                let turn = usize::try_from(finding["turn"].as_u64().unwrap()).unwrap();
                let text = posted["turns"][turn]["text"].as_str().unwrap();
                let place = |name: &str| usize::try_from(finding[name].as_u64().unwrap()).unwrap();
                let slice: String = text.chars().skip(place("start")).take(place("end") - place("start")).collect();
                prop_assert_eq!(&finding["text"], &json!(slice));
            }
        }
    }
}
