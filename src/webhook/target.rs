//! The allow-list: where messages may go, as the operator has set in `webhook_allow`.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::{self, Standing};
use super::entry::Entry;

pub use super::entry::Mistake;

/// Where messages may go; nowhere unless something is listed.
///
/// A line is an origin, `https://hooks.example.cn` or `https://*.example.cn:8443`, or a scheme and a range of addresses,
/// `http://10.2.0.0/16:8080` or `http://[fd00:12::/32]`. Without a port it is the usual one of the scheme; `*` stands for
/// one level of names or more. This machine is reached only where it is listed as `localhost` or by its address, and
/// link-local, multicast, reserved and metadata addresses not even then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    entries: Vec<Entry>,
}

/// A line of the allow-list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{line}”不对：{mistake}")]
pub struct AllowedError {
    /// The line.
    pub line: String,
    /// What is wrong with it.
    pub mistake: Mistake,
}

/// Why messages may not go somewhere; repeats nothing of the address but its origin, since the rest may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It cannot be read.
    #[error("回调地址不是网址：写成 https://主机名/路径")]
    NotUrl,
    /// Neither `https` nor `http`.
    #[error("回调地址要以 https:// 开头；允许名单里写了 http:// 的，才可以用 http://")]
    Scheme,
    /// It holds a name or a password.
    #[error("回调地址里不能有用户名和密码：去掉 @ 和它前面的部分，来源由签名证明")]
    Credentials,
    /// It holds a fragment.
    #[error("回调地址里不能有 #：去掉它和它后面的部分")]
    Fragment,
    /// It is an address that is never connected to.
    #[error("{0} 是链路本地、组播、保留或云主机元数据的地址，不能作为回调地址：换一个")]
    Never(IpAddr),
    /// No line fits.
    #[error("{0} 不在允许名单里：请运维把它加进 webhook_allow，然后重新启动")]
    NotListed(String),
}

impl Allowed {
    /// Reads the lines of the list.
    ///
    /// # Errors
    /// Every line that cannot be read.
    pub fn read<S: AsRef<str>>(lines: &[S]) -> Result<Self, Vec<AllowedError>> {
        let (mut entries, mut errors) = (Vec::new(), Vec::new());
        for line in lines.iter().map(AsRef::as_ref) {
            match line.parse() {
                Ok(entry) => entries.push(entry),
                Err(mistake) => errors.push(AllowedError { line: line.to_owned(), mistake }),
            }
        }
        if errors.is_empty() { Ok(Self { entries }) } else { Err(errors) }
    }

    /// Reads where somebody wants messages to go.
    ///
    /// # Errors
    /// Where it is no address, or none that is allowed.
    pub fn target(&self, text: &str) -> Result<Url, TargetError> {
        let url = Url::parse(text).map_err(|_| TargetError::NotUrl)?;
        self.check(&url)?;
        Ok(url)
    }

    /// Whether messages may go to `url`. Where its host is a name, what the name leads to is looked at when connecting.
    #[must_use]
    pub fn permits(&self, url: &Url) -> bool {
        self.check(url).is_ok()
    }

    /// Whether any line asks for encryption.
    pub(super) fn needs_tls(&self) -> bool {
        self.entries.iter().any(Entry::is_https)
    }

    /// Whether what is listed under `name` may be reached at `address`: anywhere but at this machine, unless it is
    /// called so, and where nothing is ever reached.
    pub(super) fn permits_address(&self, name: &str, address: IpAddr) -> bool {
        let is_listed = self.entries.iter().any(|entry| entry.is_of(name));
        is_listed
            && match address::standing(address) {
                Standing::Open => true,
                Standing::Loopback => name == "localhost" || name.ends_with(".localhost"),
                Standing::Never => false,
            }
    }

    fn check(&self, url: &Url) -> Result<(), TargetError> {
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TargetError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        let address: Option<IpAddr> = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) | None => None,
        };
        if let Some(address) = address.filter(|address| address::standing(*address) == Standing::Never) {
            return Err(TargetError::Never(address));
        }
        if self.entries.iter().any(|entry| entry.fits(url)) {
            return Ok(());
        }
        Err(TargetError::NotListed(url.origin().ascii_serialization()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    const LINES: [&str; 7] = [
        "https://hooks.example.cn",
        "https://*.open.example.cn:8443",
        "https://质检.example.cn",
        "http://10.2.0.0/16:8080",
        "http://[fd00:12::/32]",
        "http://127.0.0.1:9000",
        "http://localhost",
    ];

    fn allowed() -> Allowed {
        Allowed::read(&LINES).unwrap()
    }

    #[test]
    fn every_wrong_line_is_told() {
        let errors = Allowed::read(&["https://hooks.example.cn", "hooks.example.cn", "http://10.2.0.1/16"])
            .unwrap_err();
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "“hooks.example.cn”不对：要以 https:// 或 http:// 开头",
                "“http://10.2.0.1/16”不对：网段的起始地址不对：写成 10.2.0.0/16",
            ]
        );
    }

    #[test]
    fn what_is_listed_is_permitted_however_it_is_written() {
        let cases = [
            "https://hooks.example.cn",
            "https://hooks.example.cn/a/b?key=1",
            "https://hooks.example.cn:443/",
            "HTTPS://HOOKS.Example.CN/",
            "https://ｈooks.example.cn/",
            "https://hooks.example。cn/",
            "https://hooks%2Eexample.cn/",
            "https://@hooks.example.cn/",
            "https://a.open.example.cn:8443/",
            "https://a.b.open.example.cn:8443/",
            "https://质检.example.cn/",
            "https://xn--s1vp09e.example.cn/",
            "http://10.2.255.1:8080/",
            "http://0x0a020001:8080/",
            "http://167903233:8080/",
            "http://[::ffff:10.2.0.1]:8080/",
            "http://[fd00:12:1::5]/",
            "http://127.0.0.1:9000/",
            "http://2130706433:9000/",
            "http://localhost/",
        ];
        for url in cases {
            assert!(allowed().target(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_not_listed_is_refused_however_it_is_written() {
        let cases = [
            // Another scheme, port or host.
            "http://hooks.example.cn/",
            "https://hooks.example.cn:8443/",
            "https://hooks.example.cn:80/",
            "https://example.cn/",
            "https://evil.hooks.example.cn/",
            "https://hooks.example.cn.evil.cn/",
            "https://evilhooks.example.cn/",
            "https://open.example.cn:8443/",
            "https://a.open.example.cn/",
            "https://aopen.example.cn:8443/",
            "https://hooks.example.cn./",
            "https://hοοks.example.cn/",
            "https://10.2.0.1:8080/",
            "http://10.2.0.1/",
            "http://10.3.0.1:8080/",
            "http://[fd00:13::1]/",
            "http://[64:ff9b::a02:1]:8080/",
            // Names and passwords, and hosts that only look like the listed one.
            "https://hooks.example.cn@evil.cn/",
            "https://evil.cn\\@hooks.example.cn/",
            "https://evil.cn#@hooks.example.cn/",
            "https://evil.cn?@hooks.example.cn/",
            "https://me@hooks.example.cn/",
            "https://me:pass@hooks.example.cn/",
            "https://:pass@hooks.example.cn/",
            "https://hooks.example.cn/#",
            "https://hooks.example.cn/#a",
            // This machine on ports that are not listed, in all its spellings.
            "http://127.0.0.1/",
            "http://127.0.0.2:9000/",
            "http://[::1]:9000/",
            "http://0/",
            "http://0.0.0.0:9000/",
            "http://[::]:9000/",
            "http://localhost:9000/",
            "http://localhost./",
            "http://127.1/",
            "http://017700000001/",
            // Where clouds keep keys.
            "http://169.254.169.254/",
            "http://2852039166/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://[::ffff:169.254.169.254]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[fe80::1]/",
            // Other schemes.
            "ftp://hooks.example.cn/",
            "file:///etc/passwd",
            "ws://hooks.example.cn/",
            "javascript:alert(1)",
            "data:,a",
            "hooks.example.cn",
            "//hooks.example.cn/",
            "",
        ];
        for url in cases {
            assert!(allowed().target(url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_is_never_reached_is_not_reached_where_everything_is_listed() {
        let all = Allowed::read(&["http://0.0.0.0/0", "http://[::/0]"]).unwrap();
        let at = |host: &str| all.permits(&Url::parse(&format!("http://{host}/")).unwrap());
        assert!(at("8.8.8.8") && at("10.0.0.1") && at("[2400:3200::1]"));
        let never = "169.254.169.254 [::ffff:169.254.169.254] [64:ff9b::a9fe:a9fe] 100.100.100.200 0.0.0.0 [::] 224.0.0.1 \
                     [ff02::1] [fe80::1] 127.0.0.1 [::1] [::ffff:127.0.0.1] [fd00:ec2::254]";
        for host in never.split_whitespace() {
            assert!(!at(host), "{host}");
        }
        assert!(!Allowed::default().permits(&Url::parse("https://hooks.example.cn").unwrap()));
    }

    #[test]
    fn refusals_say_what_to_do_and_keep_the_rest_of_the_address() {
        let told = |url: &str| allowed().target(url).unwrap_err().to_string();
        let unlisted = told("https://evil.cn:81/robot?token=abc");
        assert_eq!(unlisted, "https://evil.cn:81 不在允许名单里：请运维把它加进 webhook_allow，然后重新启动");
        assert!(!told("https://me:pass@hooks.example.cn/").contains("pass"));
        assert!(told("http://169.254.169.254/a").starts_with("169.254.169.254 是链路本地"));
    }

    #[test]
    fn a_name_leads_to_this_machine_only_where_it_says_so() {
        let (allowed, address) = (allowed(), |text: &str| text.parse::<IpAddr>().unwrap());
        let cases = [
            ("hooks.example.cn", "203.0.113.7", true),
            ("hooks.example.cn", "10.9.9.9", true),
            ("a.open.example.cn", "fd00::1", true),
            ("hooks.example.cn", "127.0.0.1", false),
            ("hooks.example.cn", "::ffff:127.0.0.1", false),
            ("hooks.example.cn", "169.254.169.254", false),
            ("hooks.example.cn", "0.0.0.0", false),
            ("hooks.example.cn", "ff02::1", false),
            ("localhost", "127.0.0.1", true),
            ("localhost", "::1", true),
            ("localhost", "169.254.169.254", false),
            ("evil.cn", "203.0.113.7", false),
        ];
        for (name, to, expected) in cases {
            assert_eq!(allowed.permits_address(name, address(to)), expected, "{name} {to}");
        }
    }

    /// Names that are listed, and that are nearly.
    const NEAR: [&str; 6] =
        ["hooks.example.cn", "open.example.cn", "localhost", "127.0.0.1", "10.2.0.1", "evil.cn"];

    /// What stands between the slashes of an address that somebody tries: what is listed, and what is near.
    fn authority() -> impl Strategy<Value = String> {
        let one = |of: &'static [&'static str]| prop::sample::select(of);
        let near =
            (one(&["", "", "", "a.", "a.b.", "x", "1"]), one(&NEAR), one(&["", "", "", ".", "x", ".cn"]));
        let near = near.prop_map(|(before, name, after)| format!("{before}{name}{after}"));
        let number = any::<u32>().prop_map(|number| number.to_string());
        let old = any::<[u8; 4]>().prop_map(|bytes| Ipv4Addr::from(bytes).to_string());
        let within = any::<[u8; 2]>().prop_map(|[c, d]| format!("10.2.{c}.{d}"));
        let mapped = any::<[u8; 2]>().prop_map(|[b, c]| format!("[::ffff:10.{}.{c}.1]", b % 4));
        let host = prop_oneof![6 => near, 1 => number, 1 => old, 1 => within, 1 => mapped];
        let user = one(&["", "", "", "", "@", "me@", "hooks.example.cn@", "hooks.example.cn:", ":pass@"]);
        let port = one(&["", ":443", ":8443", ":8080", ":9000", ":80"]);
        (user, host, port).prop_map(|(user, host, port)| format!("{user}{host}{port}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

        /// Told again without the code above: by what the host is called once the address was read.
        #[test]
        fn only_listed_hosts_pass(scheme in "https?", authority in authority(), rest in "(|/|[/?#@a:.]{0,4})") {
            let Ok(url) = Url::parse(&format!("{scheme}://{authority}{rest}")) else { return Ok(()) };
            let plain = url.as_str().split('/').nth(2).unwrap().split(['?', '#']).next().unwrap();
            let (host, port) = match plain.rsplit_once(':') {
                Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(':') => (host, port),
                _ => (plain, if scheme == "https" { "443" } else { "80" }),
            };
            let within = |host: &str| host.starts_with("10.2.") && host.parse::<Ipv4Addr>().is_ok();
            let mapped = |host: &str| host.starts_with("[::ffff:a02:");
            let listed = match (scheme.as_str(), port) {
                ("https", "443") => host == "hooks.example.cn",
                ("https", "8443") => host.ends_with(".open.example.cn"),
                ("http", "8080") => within(host) || mapped(host),
                ("http", "9000") => host == "127.0.0.1" || host == "[::ffff:7f00:1]",
                ("http", "80") => host == "localhost",
                _ => false,
            };
            let expected = listed && !plain.contains('@') && !url.as_str().contains('#');
            prop_assert_eq!(allowed().permits(&url), expected, "{}", url);
        }
    }
}
