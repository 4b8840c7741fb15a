//! One line of the allow-list: scheme, host or range of addresses, and port.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;
use url::{Host, Url};

use super::address::{self, Standing};

/// Where messages may go, as one line says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    is_https: bool,
    place: Place,
    port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// The host of this name.
    Name(String),
    /// Every host whose name ends so, `.example.cn`, on whatever level.
    Below(String),
    /// Every address within.
    Network(IpNet),
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// Neither `https://` nor `http://`.
    #[error("要以 https:// 或 http:// 开头")]
    Scheme,
    /// There is more than an origin.
    #[error("只写协议、主机和端口：去掉用户名、路径、? 和 # 以及空格")]
    Extra,
    /// The port is no number from 1 to 65535.
    #[error("端口要写成 1 到 65535 的数字")]
    Port,
    /// The host is no name.
    #[error("主机名不对：写成 hooks.example.cn、*.example.cn 或 10.2.0.0/16")]
    Host,
    /// A name ends with a full stop.
    #[error("主机名末尾不要写点")]
    Dot,
    /// An asterisk somewhere else than alone in front.
    #[error("星号只能单独放在最前面，如 *.example.cn")]
    Wildcard,
    /// An asterisk for a whole top-level domain.
    #[error("星号后面至少要有两级域名，如 *.example.cn")]
    Wide,
    /// An address or range that cannot be read.
    #[error("地址或网段不对：写成 10.2.0.0/16，IPv6 写成 [fd00:12::/32]")]
    Network,
    /// The address is not the first of the range.
    #[error("网段的起始地址不对：写成 {0}")]
    NotFirst(IpNet),
    /// An address of the old kind in the form of the new.
    #[error("这是 IPv4 地址：用 IPv4 的写法")]
    Mapped,
    /// A range that is never connected to.
    #[error("这是链路本地、组播、保留或云主机元数据的地址，永远不会连接：去掉这一项")]
    Never,
}

impl Entry {
    /// Whether `url`, which has no credentials, goes where the line says.
    pub(super) fn fits(&self, url: &Url) -> bool {
        if url.scheme() != self.scheme() || url.port_or_known_default() != Some(self.port) {
            return false;
        }
        match url.host() {
            Some(Host::Domain(name)) => self.is_of(name),
            Some(Host::Ipv4(address)) => self.holds(address.into()),
            Some(Host::Ipv6(address)) => self.holds(address.into()),
            None => false,
        }
    }

    /// Whether the line is about hosts of that name.
    pub(super) fn is_of(&self, name: &str) -> bool {
        match &self.place {
            Place::Name(own) => own == name,
            Place::Below(end) => name.len() > end.len() && name.ends_with(end),
            Place::Network(_) => false,
        }
    }

    /// Whether messages go encrypted.
    pub(super) fn is_https(&self) -> bool {
        self.is_https
    }

    fn scheme(&self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }

    /// Whether an address is within the range and may be reached. A range holds the addresses of this machine only where
    /// it holds no others: who lists 0.0.0.0/0 did not think of them.
    fn holds(&self, address: IpAddr) -> bool {
        let Place::Network(network) = &self.place else { return false };
        network.contains(&address.to_canonical())
            && match address::standing(address) {
                Standing::Open => true,
                Standing::Loopback => network.network().is_loopback() && network.broadcast().is_loopback(),
                Standing::Never => false,
            }
    }
}

impl FromStr for Entry {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Self, Mistake> {
        let (scheme, rest) = text.split_once("://").ok_or(Mistake::Scheme)?;
        let is_https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(Mistake::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(|c: char| "@?#\\%".contains(c) || c.is_whitespace() || c.is_control()) {
            return Err(Mistake::Extra);
        }
        let (host, port) = split(rest)?;
        let port = port.map_or(Ok(if is_https { 443 } else { 80 }), read_port)?;
        Ok(Self { is_https, place: place(host)?, port })
    }
}

/// The host, with its brackets where it has any, and the port.
fn split(rest: &str) -> Result<(&str, Option<&str>), Mistake> {
    let end = rest.find(']').map_or(0, |bracket| bracket + 1);
    let colon = rest[end..].find(':').map(|colon| end + colon);
    let (host, port) = colon.map_or((rest, None), |colon| (&rest[..colon], Some(&rest[colon + 1..])));
    if rest.starts_with('[') && host.len() != end {
        return Err(Mistake::Network);
    }
    Ok((host, port))
}

fn read_port(text: &str) -> Result<u16, Mistake> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let port = if is_number { text.parse().ok() } else { None };
    port.filter(|port| *port != 0).ok_or(Mistake::Port)
}

fn place(host: &str) -> Result<Place, Mistake> {
    if let Some(inner) = host.strip_prefix('[') {
        let network = read_network(inner.strip_suffix(']').ok_or(Mistake::Network)?)?;
        return if matches!(network, IpNet::V6(_)) {
            Ok(Place::Network(network))
        } else {
            Err(Mistake::Network)
        };
    }
    let begin = host.split('/').next().unwrap_or(host);
    if begin.parse::<Ipv4Addr>().is_ok() {
        return read_network(host).map(Place::Network);
    }
    if begin != host {
        return Err(Mistake::Extra);
    }
    let (name, is_below) = host.strip_prefix("*.").map_or((host, false), |name| (name, true));
    let name = read_name(name)?;
    match (is_below, name.contains('.')) {
        (true, false) => Err(Mistake::Wide),
        (true, true) => Ok(Place::Below(format!(".{name}"))),
        (false, _) => Ok(Place::Name(name)),
    }
}

fn read_network(text: &str) -> Result<IpNet, Mistake> {
    let network = if text.contains('/') {
        text.parse().map_err(|_| Mistake::Network)?
    } else {
        IpNet::from(text.parse::<IpAddr>().map_err(|_| Mistake::Network)?)
    };
    let first = network.trunc();
    if first != network {
        return Err(Mistake::NotFirst(first));
    }
    if matches!(network.addr(), IpAddr::V6(address) if is_mapped(address)) {
        return Err(Mistake::Mapped);
    }
    if address::is_never(&network) {
        return Err(Mistake::Never);
    }
    Ok(network)
}

fn is_mapped(address: Ipv6Addr) -> bool {
    address.to_ipv4_mapped().is_some()
}

/// A name as a parsed URL holds it: lower case, punycode.
fn read_name(text: &str) -> Result<String, Mistake> {
    if text.contains('*') {
        return Err(Mistake::Wildcard);
    }
    let Ok(Host::Domain(name)) = Host::parse(text) else { return Err(Mistake::Host) };
    if name.ends_with('.') {
        return Err(Mistake::Dot);
    }
    if name.split('.').any(str::is_empty) {
        return Err(Mistake::Host);
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let cases = [
            ("hooks.example.cn", Mistake::Scheme),
            ("ftp://hooks.example.cn", Mistake::Scheme),
            ("://hooks.example.cn", Mistake::Scheme),
            ("https://hooks.example.cn/hook", Mistake::Extra),
            ("https://hooks.example.cn/16", Mistake::Extra),
            ("https://me@hooks.example.cn", Mistake::Extra),
            ("https://hooks.example.cn?a", Mistake::Extra),
            ("https://hooks.example.cn ", Mistake::Extra),
            ("https://hooks%2eexample.cn", Mistake::Extra),
            ("https://hooks.example.cn:", Mistake::Port),
            ("https://hooks.example.cn:0", Mistake::Port),
            ("https://hooks.example.cn:+80", Mistake::Port),
            ("https://hooks.example.cn:65536", Mistake::Port),
            ("https://10.2.0.0/16:http", Mistake::Port),
            ("https://", Mistake::Host),
            ("https://:443", Mistake::Host),
            ("https://.example.cn", Mistake::Host),
            ("https://hooks..example.cn", Mistake::Host),
            ("https://2130706433", Mistake::Host),
            ("https://0x7f.1", Mistake::Host),
            ("https://a|b", Mistake::Host),
            ("https://hooks.example.cn.", Mistake::Dot),
            ("https://*", Mistake::Wildcard),
            ("https://*.", Mistake::Host),
            ("https://*.*.cn", Mistake::Wildcard),
            ("https://hooks*.example.cn", Mistake::Wildcard),
            ("https://*.cn", Mistake::Wide),
            ("https://*.10.2.0.1", Mistake::Host),
            ("http://10.2.0.0/33", Mistake::Network),
            ("http://10.2.3.4/16", Mistake::NotFirst("10.2.0.0/16".parse().unwrap())),
            ("http://[10.2.0.0/16]", Mistake::Network),
            ("http://[fd00:12::/32", Mistake::Network),
            ("http://[fd00:12::]/32", Mistake::Network),
            ("http://fd00:12::", Mistake::Port),
            ("http://[::ffff:10.2.0.0/112]", Mistake::Mapped),
            ("http://169.254.169.254", Mistake::Never),
            ("http://[fe80::/10]:80", Mistake::Never),
            ("http://100.100.100.200", Mistake::Never),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Entry>(), Err(expected), "{text}");
        }
    }

    #[test]
    fn the_same_place_may_be_written_in_several_ways() {
        let cases = [
            ("HTTPS://Hooks.Example.CN", "https://hooks.example.cn:443/"),
            ("https://质检.example.cn", "https://xn--s1vp09e.example.cn"),
            ("http://10.2.0.1/", "http://10.2.0.1/32:80"),
            ("http://[fd00:12::]:80", "http://[fd00:12:0::/128]"),
        ];
        for (one, other) in cases {
            let (one, other) = (one.parse::<Entry>().unwrap(), other.parse::<Entry>());
            assert_eq!(other, Ok(one));
        }
    }
}
