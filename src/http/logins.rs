//! Makes guessing passwords slow, without letting a stranger keep anybody out.
//!
//! Only failures count. They are counted for a login and where it is tried from, so that whoever fails locks out nobody
//! but themselves; and for the login alone, for whoever tries from many places. That second bound is so wide that one
//! place cannot use it up, and it does not hold where the login has come in from before.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::tries::Tries;

const MINUTE: Duration = Duration::from_secs(60);
/// So many wrong passwords from one place are nobody's slip of the finger; then there is one a minute.
const FROM_ONE: u32 = 5;
/// So many from everywhere else; then as many in an hour, which is what five places can use up.
const FROM_ALL: u32 = 300;
/// Where a login has come in from is known for so long.
const KNOWN: Duration = Duration::from_secs(30 * 24 * 3600);
/// The audit log is told of a login that is guessed at most once in so long.
const TOLD: Duration = Duration::from_secs(3600);

/// A login, and where it is tried from.
type Place = (String, IpAddr);

/// How often logins are tried in vain.
#[derive(Debug)]
pub(super) struct Logins {
    from_one: Tries<Place>,
    from_all: Tries<String>,
    told: Tries<String>,
    /// When a login last came in from a place.
    known: Mutex<HashMap<Place, Instant>>,
}

/// A try that counts as a failure until it is said to be none: whoever goes away without waiting has failed, too.
#[derive(Debug)]
#[must_use]
pub(super) struct Try<'a> {
    logins: &'a Logins,
    place: Place,
    is_known: bool,
}

/// There were too many failures.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany {
    /// For how long there may be no other try.
    pub(super) wait: Duration,
    /// Whether this was not told for a while.
    pub(super) is_news: bool,
}

impl Logins {
    pub(super) fn new() -> Self {
        Self {
            from_one: Tries::new(FROM_ONE, MINUTE),
            from_all: Tries::new(FROM_ALL, 60 * MINUTE / FROM_ALL),
            told: Tries::new(1, TOLD),
            known: Mutex::default(),
        }
    }

    /// Begins to try a password for `login`.
    pub(super) fn begin(&self, login: &str, from: IpAddr, now: Instant) -> Result<Try<'_>, TooMany> {
        let login: String = login.chars().take(64).collect::<String>().to_lowercase();
        let place = (login.clone(), network(from));
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&place).copied();
        let is_known = known.is_some_and(|since| now.duration_since(since) < KNOWN);
        let too_many = |wait| TooMany { wait, is_news: self.told.take(&login, now).is_ok() };
        self.from_one.take(&place, now).map_err(too_many)?;
        if !is_known {
            self.from_all.take(&login, now).map_err(|wait| {
                self.from_one.give_back(&place);
                too_many(wait)
            })?;
        }
        Ok(Try { logins: self, place, is_known })
    }

    /// Forgets what no longer counts.
    pub(super) fn tidy(&self, now: Instant) {
        self.from_one.tidy(now);
        self.from_all.tidy(now);
        self.told.tidy(now);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, since| now.duration_since(*since) < KNOWN);
    }
}

impl Try<'_> {
    /// The password was right.
    pub(super) fn succeeded(self, now: Instant) {
        let Self { logins, place, is_known } = self;
        logins.from_one.give_back(&place);
        if !is_known {
            logins.from_all.give_back(&place.0);
        }
        logins.known.lock().unwrap_or_else(PoisonError::into_inner).insert(place, now);
    }
}

/// What one holder of addresses has many of: of the new kind everybody has 2⁶⁴.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        old => old,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    /// Tries in vain; true where it was let try.
    fn fails(logins: &Logins, login: &str, from: u32, now: Instant) -> bool {
        logins.begin(login, address(from), now).map(drop).is_ok()
    }

    #[test]
    fn whoever_fails_locks_out_nobody_but_themselves() {
        let (logins, now) = (Logins::new(), Instant::now());
        let tried = (0..20).filter(|_| fails(&logins, "Lin", 1, now)).count();
        assert_eq!(tried, 5);
        assert!(!fails(&logins, "lin", 1, now), "however it is written");
        let refused = logins.begin("lin", address(1), now + MINUTE / 2).unwrap_err();
        assert_eq!(refused, TooMany { wait: MINUTE / 2, is_news: false });
        assert!(fails(&logins, "lin", 1, now + MINUTE));
        // The owner is somewhere else, or is somebody else.
        logins.begin("lin", address(2), now).unwrap().succeeded(now);
        logins.begin("wang", address(1), now).unwrap().succeeded(now);
        for _ in 0..20 {
            logins.begin("lin", address(2), now).unwrap().succeeded(now);
        }
    }

    #[test]
    fn many_places_cannot_try_for_ever_nor_keep_out_who_is_known() {
        let (logins, now) = (Logins::new(), Instant::now());
        logins.begin("lin", address(0), now).unwrap().succeeded(now);
        let tried = (1..1000).filter(|from| fails(&logins, "lin", *from, now)).count();
        assert_eq!(tried, 300);
        assert!(logins.begin("lin", address(1000), now).is_err());
        assert!(logins.begin("lin", address(0), now).is_ok(), "has come in from here before");
        let hour = now + 60 * MINUTE;
        let tried = (1..1000).filter(|from| fails(&logins, "lin", *from, hour)).count();
        assert_eq!(tried, 300);
        // One place by itself leaves others room, however long it tries.
        let logins = Logins::new();
        for minute in 0..600 {
            fails(&logins, "lin", 1, now + minute * MINUTE);
        }
        assert!(logins.begin("lin", address(2), now + 600 * MINUTE).is_ok());
    }

    #[test]
    fn it_is_news_once_in_an_hour() {
        let (logins, now) = (Logins::new(), Instant::now());
        let news = |now: Instant| {
            let refused = (0..50).filter_map(|_| logins.begin("lin", address(1), now).err());
            refused.filter(|refused| refused.is_news).count()
        };
        assert_eq!((news(now), news(now + 30 * MINUTE), news(now + 61 * MINUTE)), (1, 0, 1));
        logins.tidy(now + 10 * TOLD);
        assert!(logins.told.take(&"lin".to_owned(), now + 10 * TOLD).is_ok());
    }

    #[test]
    fn addresses_of_one_holder_are_one_place() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2400:3200:1:2:3:4:5:6"), "2400:3200:1:2::");
        assert_eq!(network("::ffff:10.0.0.1"), "10.0.0.1");
    }
}
