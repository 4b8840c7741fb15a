//! Where a request comes from, also where proxies stand between.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Who is at the other end of the connection; goes with each request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Proxies that are trusted to tell for whom they ask: anybody can write `X-Forwarded-For`.
#[derive(Debug, Default)]
pub(super) struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads addresses and ranges of addresses; an error is a line that is neither.
    pub(super) fn read(lines: &[String]) -> Result<Self, String> {
        let read = |line: &String| {
            let one = || line.trim().parse::<IpAddr>().map(|address| address.to_canonical().into());
            line.trim().parse().or_else(|_| one()).map_err(|_| line.clone())
        };
        lines.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The nearest address that is not one of theirs: each proxy adds the one that it was asked from behind the others.
    pub(super) fn visitor(&self, Peer(peer): Peer, headers: &HeaderMap) -> IpAddr {
        let told = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = told.flat_map(|value| value.split(',')).collect();
        let mut visitor = peer.to_canonical();
        for hop in hops.into_iter().rev().map(str::trim) {
            let is_ours = self.0.iter().any(|network| network.contains(&visitor));
            let address = hop.parse().or_else(|_| hop.parse::<SocketAddr>().map(|hop| hop.ip()));
            let Some(address) = address.ok().filter(|_| is_ours) else { break };
            visitor = address.to_canonical();
        }
        visitor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(proxies: &[&str], peer: &str, told: &[&'static str]) -> String {
        let lines: Vec<String> = proxies.iter().map(ToString::to_string).collect();
        let mut headers = HeaderMap::new();
        for line in told {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        Proxies::read(&lines).unwrap().visitor(Peer(peer.parse().unwrap()), &headers).to_string()
    }

    #[test]
    fn only_proxies_that_are_trusted_tell_for_whom_they_ask() {
        assert_eq!(visitor(&[], "127.0.0.1", &["1.2.3.4"]), "127.0.0.1");
        assert_eq!(visitor(&["127.0.0.1"], "10.0.0.9", &["1.2.3.4"]), "10.0.0.9");
        let ours = ["127.0.0.1", "10.0.0.0/8", "::1"];
        assert_eq!(visitor(&ours, "127.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(visitor(&ours, "::ffff:127.0.0.1", &["9.9.9.9, 1.2.3.4:555", "10.0.0.9"]), "1.2.3.4");
        assert_eq!(visitor(&ours, "::1", &["[2400:3200::1]:443"]), "2400:3200::1");
        assert_eq!(visitor(&ours, "127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(visitor(&ours, "127.0.0.1", &["1.2.3.4, unknown"]), "127.0.0.1", "nobody made it up");
        assert_eq!(Proxies::read(&["proxy.cn".to_owned()]).unwrap_err(), "proxy.cn");
    }
}
