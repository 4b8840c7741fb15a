//! Beside the flow: a desk at which work has been going on for two weeks, for whoever wants to see what this is.
//!
//! Everything comes in the way it always does: transcripts are judged by the pack in use, decisions are taken by people
//! through the review, and the store is told the time at which each of it happened. Nothing is random but ids and secrets.

mod calendar;
mod corpus;
mod reviewer;

use jiff::Timestamp;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use self::calendar::{Calendar, Course};
use self::corpus::{Dialogue, dialogues, marked};
use self::reviewer::Reviewer;
use crate::access::{Actor, Password, PasswordError, Role, Secret};
use crate::answer::{Desk, Posted};
use crate::pack::Pack;
use crate::pipeline::Ask;
use crate::store::{
    Keeping, NewPerson, NewToken, News, QueueFilter, QueueOrder, ReviewState, Step, Store, StoreError,
};
use crate::transcript::intake;
use crate::transcript::limits::Limits;
use crate::webhook::event::{Event, ReviewReopened, ReviewSubmitted};

/// Who works at the desk: login, name, role.
const CREW: [(&str, &str, Role); 4] = [
    ("reviewer1", "质检员小林", Role::Reviewer),
    ("reviewer2", "质检员小周", Role::Reviewer),
    ("lead", "质检主管老何", Role::Lead),
    ("admin", "管理员", Role::Admin),
];
/// Of so many reviews in a row the first reviewer has so many done; the second has the rest.
const SHARE: [usize; 2] = [5, 3];

/// What whoever wants to look around must know.
#[derive(Debug)]
pub struct Demo {
    /// Who may log in.
    pub accounts: Vec<Account>,
    /// What a program proves itself with.
    pub token: Secret,
    /// How many reviews wait.
    pub open: i64,
    /// How many have been submitted.
    pub submitted: i64,
}

/// Somebody who may log in.
#[derive(Debug)]
pub struct Account {
    /// What they log in with.
    pub login: &'static str,
    /// What they are called.
    pub name: &'static str,
    /// Their role.
    pub role: Role,
    /// Their password.
    pub password: Password,
    actor: Actor,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The store does not answer.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// A password could not be kept.
    #[error("{0}")]
    Password(#[from] PasswordError),
}

/// A call that was judged, with all that becomes of it.
struct Call<'a> {
    n: usize,
    dialogue: &'a Dialogue,
    course: Course,
    body: Vec<u8>,
    keeping: Keeping,
}

/// Fills an empty store with what it would hold `now`, had people worked with it for two weeks.
///
/// # Errors
/// When the store does not answer.
pub async fn fill(store: &Store, pack: &Pack, now: Timestamp) -> Result<Demo, DemoError> {
    let (calendar, dialogues) = (Calendar::at(now), dialogues());
    store.keep_pack(pack, calendar.opening()).await?;
    let accounts = take_up(store, calendar.opening()).await?;
    let new = NewToken {
        name: "转写系统（演示）",
        role: Role::Machine,
        scopes: Role::Machine.scopes(),
        expires_at: None,
    };
    let (token, secret) = store.add_token(new, &operator(), calendar.opening()).await?;
    let calls = judged(pack, &dialogues, calendar, &token.actor().signature());
    keep(store, &calls).await?;
    review(store, pack, &dialogues, &calls, &accounts).await?;
    disturb(store, &accounts, now).await?;
    let counts = store.queue_counts(&QueueFilter::default(), now).await?;
    Ok(Demo { accounts, token: secret, open: counts.open, submitted: counts.submitted })
}

fn operator() -> Actor {
    Actor::system("demo")
}

async fn take_up(store: &Store, at: Timestamp) -> Result<Vec<Account>, DemoError> {
    let mut accounts = Vec::with_capacity(CREW.len());
    for (login, name, role) in CREW {
        let password = Password::random();
        let password_hash = password.hash()?;
        let new = NewPerson { login, name, role, password_hash: &password_hash };
        let person = store.add_person(new, &operator(), at).await?.ok_or(StoreError::Clash)?;
        accounts.push(Account { login, name, role, password, actor: person.actor() });
    }
    Ok(accounts)
}

/// Every call for which the pack has a rubric, in the order in which they came in.
fn judged<'a>(pack: &Pack, dialogues: &'a [Dialogue], calendar: Calendar, sender: &str) -> Vec<Call<'a>> {
    let limits = Limits::default();
    let desk = Desk { pack, limits: &limits, ask: Ask::default() };
    let judge = |n: usize| {
        let (dialogue, course) = (&dialogues[n], calendar.course(n, dialogues.len()));
        let body = dialogue.on(course.day);
        let keeping = desk.with_draft(Posted::Json(&body), |transcript, draft| {
            let json = serde_json::to_vec(draft).ok()?;
            let kept = Keeping::of(transcript, draft, &body, &json, course.received);
            Some(Keeping { sender: sender.to_owned(), ..kept })
        });
        Some(Call { n, dialogue, course, keeping: keeping.ok()??, body })
    };
    let mut calls: Vec<Call<'a>> = (0..dialogues.len()).into_par_iter().filter_map(judge).collect();
    calls.sort_by_key(|call| (call.course.received, call.n));
    calls
}

/// Keeps the calls of each day together, as they come in.
async fn keep(store: &Store, calls: &[Call<'_>]) -> Result<(), StoreError> {
    for day in calls.chunk_by(|a, b| a.course.received == b.course.received) {
        let Some(first) = day.first() else { continue };
        let keepings: Vec<&Keeping> = day.iter().map(|call| &call.keeping).collect();
        store.keep(&keepings, first.course.received).await?;
    }
    Ok(())
}

/// Has the reviewers do what they have done so far.
async fn review(
    store: &Store,
    pack: &Pack,
    dialogues: &[Dialogue],
    calls: &[Call<'_>],
    accounts: &[Account],
) -> Result<(), StoreError> {
    let marked = marked(dialogues);
    let mut done: Vec<(Timestamp, &Call<'_>)> =
        calls.iter().filter_map(|call| Some((call.course.submitted?, call))).collect();
    done.sort_by_key(|(at, call)| (*at, call.n));
    for (turn, (at, call)) in done.into_iter().enumerate() {
        let who = usize::from(turn % SHARE[0] >= SHARE[1]);
        let Some(Account { actor, .. }) = accounts.get(who) else { continue };
        let Ok(transcript) = intake::read(&call.body, &Limits::NONE) else { continue };
        let labels = &call.dialogue.labels;
        let reviewer = Reviewer { pack, labels, marked: &marked, transcript: &transcript, n: call.n };
        submit(store, &reviewer, &call.keeping.draft.id, actor, at).await?;
    }
    Ok(())
}

/// Decides about a draft and submits; a review that does not come to an end waits.
async fn submit(
    store: &Store,
    reviewer: &Reviewer<'_>,
    id: &str,
    by: &Actor,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(kept) = store.review(id, at).await? else { return Ok(()) };
    let mut review = kept.review()?.with_transcript(reviewer.transcript);
    let changes = reviewer.work_on(&mut review);
    let Ok(result) = review.result() else { return Ok(()) };
    let mut step = Step { id, version: kept.version, by, now: at };
    if !changes.is_empty() {
        if store.decide(step, &review, &changes).await?.is_err() {
            return Ok(());
        }
        step.version += 1;
    }
    let news = News::new(Event::ReviewSubmitted(ReviewSubmitted::of(&step, &review, &result)), at);
    let _nobody_else_is_there = store.submit(step, &kept.digest, &result, &news).await?;
    Ok(())
}

/// One review is opened again, and one is being worked on by the second reviewer.
async fn disturb(store: &Store, accounts: &[Account], now: Timestamp) -> Result<(), StoreError> {
    let [_, second, lead, _] = accounts else { return Ok(()) };
    let submitted = QueueFilter { state: Some(ReviewState::Submitted), ..QueueFilter::default() };
    let last = store.queue(&submitted, QueueOrder::Submitted, None, 1, now).await?;
    if let Some((_, entry)) = last.first()
        && let Some(kept) = store.review(&entry.id, now).await?
    {
        let step = Step { id: &entry.id, version: kept.version, by: &lead.actor, now };
        let review = kept.review()?;
        let news = News::new(Event::ReviewReopened(ReviewReopened::of(&step, &review)), now);
        let _it_was_just_seen = store.reopen(step, "请再听一遍录音，核对扣分的依据", &news).await?;
    }
    let open =
        QueueFilter { state: Some(ReviewState::Open), reopened: Some(false), ..QueueFilter::default() };
    let first = store.queue(&open, QueueOrder::Risk, None, 1, now).await?;
    if let Some((_, entry)) = first.first() {
        let _nobody_else_is_there = store.claim(&entry.id, &second.actor, now).await?;
    }
    Ok(())
}
