//! The store keeps the same promises on both databases.

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use zhijian::access::{Actor, Password, Role, Scope, Secret};
use zhijian::diagnostic::Diagnostics;
use zhijian::pack::Pack;
use zhijian::store::{
    Act, Broken, Keeper, Keeping, NewDraft, NewPerson, NewToken, Packed, PersonChange, Place, Refused,
    RequestKey, Store, Unchanged, new_id,
};
use zhijian::transcript::Channel;

use crate::packs::compiled;
use crate::postgres;

/// An empty store, and the folder that goes with it.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) place: Place,
    _folder: Option<TempDir>,
}

impl Bench {
    pub(crate) async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let place = Place::Folder(folder.path().join("data"));
        Self { store: Store::open(&place).await.unwrap(), place, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        let place = Place::Postgres(postgres::new_database());
        Self { store: Store::open(&place).await.unwrap(), place, _folder: None }
    }
}

/// Makes a test of each function for each database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $name() { super::$name($crate::store::Bench::sqlite().await).await; })*
        }
        mod on_postgres {
            $(#[tokio::test] async fn $name() { super::$name($crate::store::Bench::postgres().await).await; })*
        }
    };
}
pub(crate) use on_both;

on_both!(
    a_store_is_opened_again_as_it_was,
    what_is_kept_is_read_again_byte_for_byte,
    a_repeat_is_answered_with_the_first_draft,
    many_at_once_are_kept_once,
    a_pack_is_kept_with_its_files,
    whatever_pack_is_used_the_audit_log_says_so,
    people_are_taken_up_changed_and_shut_out,
    a_log_in_that_began_with_the_old_password_does_not_survive_a_new_one,
    an_administrator_is_always_left,
    only_one_first_person_is_taken_up,
    tokens_are_known_by_their_secret_until_they_expire_or_are_revoked,
    sessions_end_by_themselves,
    the_audit_log_is_a_chain,
);

fn pack() -> Pack {
    compiled(&[])
}

pub(crate) fn keeping(source_id: &str, body: &str, pack: &Pack) -> Keeping {
    Keeping {
        source_id: source_id.to_owned(),
        channel: Channel::Call,
        agent: Some("068".to_owned()),
        team: None,
        day: "2026-11-21".to_owned(),
        turns: 2,
        sender: "token:1".to_owned(),
        key: None,
        line: None,
        asked: false,
        body: Packed::new(body.as_bytes()),
        news: Vec::new(),
        draft: NewDraft {
            id: new_id(),
            pack: pack.digest().to_owned(),
            engine: "0".to_owned(),
            rubric: "t".to_owned(),
            rubric_version: "1".to_owned(),
            score: 4150,
            max: 10900,
            judged_max: 8300,
            severity: 3,
            hits: 1,
            candidates: 2,
            vetoes: 1,
            uncertainty: 5,
            risk: 35,
            rules: vec![("forbidden/not-my-job".to_owned(), 1, 0), ("forbidden/other".to_owned(), 0, 2)],
            body: Packed::new(format!("{{\"draft of\":\"{body}\"}}").as_bytes()),
        },
    }
}

pub(crate) async fn with_pack(bench: &Bench) -> (Pack, Keeper) {
    let pack = pack();
    bench.store.keep_pack(&pack, Timestamp::now()).await.unwrap();
    (pack, Keeper::start(bench.store.clone()))
}

async fn a_store_is_opened_again_as_it_was(bench: Bench) {
    let (pack, keeper) = with_pack(&bench).await;
    let kept = keeper.keep(keeping("a", "您好", &pack)).await.unwrap().unwrap();
    drop(keeper);
    bench.store.close().await;
    let again = Store::open(&bench.place).await.unwrap();
    assert_eq!(
        again.review(&kept.id, Timestamp::now()).await.unwrap().unwrap().transcript,
        "您好".as_bytes()
    );
    again.ping().await.unwrap();
}

async fn what_is_kept_is_read_again_byte_for_byte(bench: Bench) {
    let (pack, keeper) = with_pack(&bench).await;
    let kept = keeper.keep(keeping("a", "您好", &pack)).await.unwrap().unwrap();
    assert_eq!(kept.earlier, None);
    let draft = bench.store.review(&kept.id, Timestamp::now()).await.unwrap().unwrap();
    assert_eq!(draft.draft, "{\"draft of\":\"您好\"}".as_bytes());
    assert_eq!(draft.transcript, "您好".as_bytes());
    assert!(bench.store.review("nothing", Timestamp::now()).await.unwrap().is_none());
}

async fn a_repeat_is_answered_with_the_first_draft(bench: Bench) {
    let (pack, keeper) = with_pack(&bench).await;
    let first = keeper.keep(keeping("a", "您好", &pack)).await.unwrap().unwrap();
    let again = keeper.keep(keeping("a", "您好", &pack)).await.unwrap().unwrap();
    assert_eq!(again.id, first.id);
    assert_eq!(again.earlier.unwrap(), "{\"draft of\":\"您好\"}".as_bytes());
    assert_eq!(keeper.keep(keeping("a", "再见", &pack)).await.unwrap(), Err(Refused::Differs));
    // Another rubric that is asked for by name is another draft of the same transcript.
    let mut other = keeping("a", "您好", &pack);
    (other.asked, other.draft.rubric) = (true, "conduct-100".to_owned());
    let second = keeper.keep(other.clone()).await.unwrap().unwrap();
    assert!(second.id != first.id && second.earlier.is_none());
    assert_eq!(keeper.keep(other).await.unwrap().unwrap().id, second.id);
    // A key of the sender's own.
    let key = |ask: &str| Some(RequestKey { key: "k".to_owned(), ask: ask.to_owned() });
    let with_key = |source, body| Keeping { key: key("rubric=t"), ..keeping(source, body, &pack) };
    let keyed = keeper.keep(with_key("b", "喂")).await.unwrap().unwrap();
    assert_eq!(keeper.keep(with_key("b", "喂")).await.unwrap().unwrap().id, keyed.id);
    assert_eq!(keeper.keep(with_key("c", "嗯")).await.unwrap(), Err(Refused::KeyReused));
    let asks_for_more = Keeping { key: key("rubric=online-chat"), ..keeping("b", "喂", &pack) };
    assert_eq!(
        keeper.keep(asks_for_more).await.unwrap(),
        Err(Refused::KeyReused),
        "the same, but another ask"
    );
    assert_eq!(bench.store.forget_keys(Timestamp::now() + SignedDuration::from_secs(1)).await.unwrap(), 1);
    assert!(keeper.keep(with_key("c", "嗯")).await.unwrap().is_ok());
    assert_eq!(bench.count("drafts"), 4);
}

async fn many_at_once_are_kept_once(bench: Bench) {
    let (pack, keeper) = with_pack(&bench).await;
    let other = Keeper::start(Store::open(&bench.place).await.unwrap());
    // Every transcript is sent four times, twice to each of two servers, in opposite orders.
    let sent = (0..200).chain((0..200).rev()).flat_map(|n| [(n, &keeper), (n, &other)]).map(|(n, keeper)| {
        let (keeper, keeping) = (keeper.clone(), keeping(&format!("t-{n}"), &format!("第{n}通"), &pack));
        tokio::spawn(async move { (n, keeper.keep(keeping).await.unwrap().unwrap().id) })
    });
    let mut ids = std::collections::BTreeMap::new();
    for kept in sent.collect::<Vec<_>>() {
        let (n, id) = kept.await.unwrap();
        assert_eq!(*ids.entry(n).or_insert_with(|| id.clone()), id);
    }
    assert_eq!(["transcripts", "drafts", "reviews"].map(|table| bench.count(table)), [200, 200, 200]);
}

async fn a_pack_is_kept_with_its_files(bench: Bench) {
    let pack = pack();
    for _ in 0..2 {
        bench.store.keep_pack(&pack, Timestamp::now()).await.unwrap();
    }
    let files = bench.store.pack_files(pack.digest()).await.unwrap().unwrap();
    assert_eq!(Pack::compile(files, Diagnostics::default()).unwrap().digest(), pack.digest());
    assert!(bench.store.pack_files("sha256:0").await.unwrap().is_none());
}

async fn whatever_pack_is_used_the_audit_log_says_so(bench: Bench) {
    for pack in ["a", "a", "b", "a"] {
        bench.store.use_pack(pack, Timestamp::now()).await.unwrap();
    }
    let entries = bench.store.audit_after(0, 10).await.unwrap();
    let told: Vec<_> = entries.iter().map(|it| (it.before.as_str(), it.after.as_str())).collect();
    assert_eq!(told, [("", "a"), ("a", "b"), ("b", "a")]);
}

fn operator() -> Actor {
    Actor::system("test")
}

const HASH: &str = "$argon2id$…";

fn reviewer(login: &str) -> NewPerson<'_> {
    NewPerson { login, name: "林涛", role: Role::Reviewer, password_hash: HASH }
}

async fn people_are_taken_up_changed_and_shut_out(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    let person = store.add_person(reviewer("lin"), &operator(), now).await.unwrap().unwrap();
    assert!(store.add_person(reviewer("lin"), &operator(), now).await.unwrap().is_none(), "taken");
    assert_eq!(store.people().await.unwrap(), std::slice::from_ref(&person));
    let session = store.open_session(&person, HASH, now).await.unwrap().unwrap();
    let change = PersonChange { name: Some("林 涛"), ..PersonChange::default() };
    let changed = store.change_person(&person.id, change, &operator(), now).await.unwrap().unwrap();
    assert_eq!((changed.name.as_str(), changed.role, changed.active), ("林 涛", Role::Reviewer, true));
    assert!(store.session(&session, now).await.unwrap().is_some(), "a name ends no session");
    let change = PersonChange { role: Some(Role::Lead), ..PersonChange::default() };
    assert_eq!(
        store.change_person(&person.id, change, &operator(), now).await.unwrap().unwrap().role,
        Role::Lead
    );
    assert!(store.session(&session, now).await.unwrap().is_none(), "another role does");
    let change = || PersonChange { active: Some(false), ..PersonChange::default() };
    store.change_person(&person.id, change(), &operator(), now).await.unwrap().unwrap();
    assert!(store.person_with_login("lin").await.unwrap().is_none(), "shut out");
    let nobody = store.change_person("nobody", change(), &operator(), now).await.unwrap();
    assert_eq!(nobody, Err(Unchanged::Unknown));
    assert!(store.open_session(&person, HASH, now).await.unwrap().is_none(), "nor by a log-in under way");
}

async fn a_log_in_that_began_with_the_old_password_does_not_survive_a_new_one(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    let person = store.add_person(reviewer("lin"), &operator(), now).await.unwrap().unwrap();
    let (_, compared) = store.person_with_login("lin").await.unwrap().unwrap();
    let reset = PersonChange { password_hash: Some("$new"), ..PersonChange::default() };
    let own = PersonChange { password_hash: Some("$own"), old_hash: Some(HASH), ..PersonChange::default() };
    store.change_person(&person.id, reset, &operator(), now).await.unwrap().unwrap();
    assert!(store.open_session(&person, &compared, now).await.unwrap().is_none());
    let changed = store.change_person(&person.id, own, &person.actor(), now).await.unwrap();
    assert_eq!(changed, Err(Unchanged::OtherPassword), "nor does it undo the reset");
    assert!(store.open_session(&person, "$new", now).await.unwrap().is_some());
    // Both at once: whichever comes first, no session by the old password is left.
    for n in 0..20 {
        let (old, new) = (format!("${n}"), format!("${}", n + 1));
        let set = |hash| PersonChange { password_hash: Some(hash), ..PersonChange::default() };
        store.change_person(&person.id, set(&old), &operator(), now).await.unwrap().unwrap();
        let by = operator();
        let (opened, changed) = tokio::join!(
            store.open_session(&person, &old, now),
            store.change_person(&person.id, set(&new), &by, now)
        );
        changed.unwrap().unwrap();
        if let Some(session) = opened.unwrap() {
            assert!(store.session(&session, now).await.unwrap().is_none());
        }
    }
}

async fn an_administrator_is_always_left(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    fn admin(login: &str) -> NewPerson<'_> {
        NewPerson { role: Role::Admin, ..reviewer(login) }
    }
    let one = store.add_person(admin("one"), &operator(), now).await.unwrap().unwrap();
    let is_one = one.actor();
    let off = || PersonChange { active: Some(false), ..PersonChange::default() };
    let demoted = || PersonChange { role: Some(Role::Lead), ..PersonChange::default() };
    for change in [off(), demoted()] {
        let refused = store.change_person(&one.id, change, &operator(), now).await.unwrap();
        assert_eq!(refused, Err(Unchanged::LastAdmin));
    }
    for n in 0..10 {
        let login = format!("other-{n}");
        let other = store.add_person(admin(&login), &operator(), now).await.unwrap().unwrap();
        let is_other = other.actor();
        let (by_one, by_other) = tokio::join!(
            store.change_person(&other.id, off(), &is_one, now),
            store.change_person(&one.id, demoted(), &is_other, now)
        );
        assert_eq!(by_one.unwrap().is_ok() as u8 + by_other.unwrap().is_ok() as u8, 1);
        let back = PersonChange { role: Some(Role::Admin), active: Some(true), ..PersonChange::default() };
        store.change_person(&one.id, back, &operator(), now).await.unwrap().unwrap();
        store.change_person(&other.id, off(), &operator(), now).await.unwrap().unwrap();
    }
}

async fn only_one_first_person_is_taken_up(bench: Bench) {
    let first = |login| {
        bench.store.add_first_person(NewPerson { role: Role::Admin, ..reviewer(login) }, Timestamp::now())
    };
    let (one, other) = tokio::join!(first("one"), first("other"));
    assert!(one.unwrap().is_some() != other.unwrap().is_some());
    assert_eq!(bench.store.people().await.unwrap().len(), 1);
    assert_eq!(bench.store.verify_audit().await.unwrap().unwrap().0, 2);
}

async fn tokens_are_known_by_their_secret_until_they_expire_or_are_revoked(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    let hour = SignedDuration::from_hours(1);
    let new = |expires_at| NewToken {
        name: "转写",
        role: Role::Machine,
        scopes: Role::Machine.scopes(),
        expires_at,
    };
    let (token, secret) = store.add_token(new(Some(now + hour)), &operator(), now).await.unwrap();
    assert!(secret.reveal().starts_with(&token.prefix) && token.last_used_at.is_none());
    let found = store.token_with_secret(&secret, now).await.unwrap().unwrap();
    assert!(found.actor().may(Scope::Ingest) && !found.actor().may(Scope::Review));
    assert!(store.tokens().await.unwrap()[0].last_used_at.is_some());
    assert!(store.token_with_secret(&secret, now + hour).await.unwrap().is_none(), "expired");
    assert!(store.token_with_secret(&Secret::random("zj_"), now).await.unwrap().is_none(), "unknown");
    let (other, secret) = store.add_token(new(None), &operator(), now).await.unwrap();
    assert!(store.revoke_token(&other.id, &operator(), now).await.unwrap());
    assert!(!store.revoke_token(&other.id, &operator(), now).await.unwrap());
    assert!(store.token_with_secret(&secret, now).await.unwrap().is_none(), "revoked");
    assert_eq!(store.verify_audit().await.unwrap().unwrap().0, 3);
}

async fn sessions_end_by_themselves(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    let person = store.add_person(reviewer("lin"), &operator(), now).await.unwrap().unwrap();
    let secret = store.open_session(&person, HASH, now).await.unwrap().unwrap();
    let minutes = |n| now + SignedDuration::from_mins(n);
    assert_eq!(store.session(&secret, minutes(50)).await.unwrap().unwrap(), person);
    assert!(store.session(&secret, minutes(100)).await.unwrap().is_some(), "used in between");
    assert!(store.session(&secret, minutes(170)).await.unwrap().is_none(), "idle");
    let busy = store.open_session(&person, HASH, now).await.unwrap().unwrap();
    for n in (0..720).step_by(30) {
        assert!(store.session(&busy, minutes(n)).await.unwrap().is_some());
    }
    assert!(store.session(&busy, minutes(720)).await.unwrap().is_none(), "twelve hours are a day's work");
    let closed = store.open_session(&person, HASH, now).await.unwrap().unwrap();
    store.close_session(&closed).await.unwrap();
    assert!(store.session(&closed, now).await.unwrap().is_none());
    assert!(!Password::random().fits("$argon2id$…"));
}

async fn the_audit_log_is_a_chain(bench: Bench) {
    let store = &bench.store;
    let acts = (0..20).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let subject = format!("review:{n}");
            let act = Act { action: "unmask", subject: &subject, why: "核对号码\n", ..Act::default() };
            store.record(&operator(), act, Timestamp::now()).await.unwrap();
        })
    });
    for act in acts.collect::<Vec<_>>() {
        act.await.unwrap();
    }
    assert_eq!(store.verify_audit().await.unwrap(), Ok(store.audit_head().await.unwrap()));
    let entries = store.audit_after(0, 100).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
    assert_eq!(store.audit_head().await.unwrap(), (20, entries[19].hash.clone()));
    // The database itself refuses to change or delete an entry; whoever gets around that is found out.
    for attempt in ["UPDATE audit SET why = ''", "DELETE FROM audit"] {
        assert!(bench.tamper(attempt).is_err(), "{attempt}");
    }
    bench.without_guard("UPDATE audit SET why = 'x' WHERE seq = 7");
    assert_eq!(store.verify_audit().await.unwrap(), Err(Broken::Changed(7)));
    bench.without_guard("DELETE FROM audit WHERE seq = 7");
    assert_eq!(store.verify_audit().await.unwrap(), Err(Broken::Gap(8)));
    bench.without_guard("DELETE FROM audit WHERE seq > 5");
    assert_eq!(store.verify_audit().await.unwrap(), Err(Broken::Cut { expected: 20, found: 5 }));
}

impl Bench {
    /// What `--data` takes.
    pub(crate) fn address(&self) -> String {
        match &self.place {
            Place::Folder(folder) => folder.to_str().unwrap().to_owned(),
            Place::Postgres(url) => url.clone(),
        }
    }

    /// Does to the database what its administrator could, past the program.
    pub(crate) fn tamper(&self, sql: &str) -> Result<String, String> {
        let output = match &self.place {
            Place::Folder(folder) => {
                std::process::Command::new("sqlite3").arg(folder.join("zhijian.db")).arg(sql).output()
            }
            Place::Postgres(url) => postgres::psql(url, sql),
        };
        let output = output.unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            Ok(told)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> u64 {
        self.tamper(&format!("SELECT COUNT(*) FROM {table}")).unwrap().trim().parse().unwrap()
    }

    fn without_guard(&self, sql: &str) {
        let off = match &self.place {
            Place::Folder(_) => {
                "DROP TRIGGER IF EXISTS audit_is_not_changed; DROP TRIGGER IF EXISTS audit_is_not_deleted;"
            }
            Place::Postgres(_) => "ALTER TABLE audit DISABLE TRIGGER ALL;",
        };
        self.tamper(&format!("{off} {sql}")).unwrap();
    }
}
