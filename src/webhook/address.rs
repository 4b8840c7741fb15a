//! Which addresses are never connected to, whatever is listed: those that answer only because we ask from here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What an address is, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Any other.
    Open,
    /// This machine.
    Loopback,
    /// Never to be reached.
    Never,
}

/// Nowhere in particular, link-local (where clouds keep the keys of the machine), multicast, reserved, and what clouds
/// keep such keys at elsewhere: Alibaba, Oracle, Azure.
const NEVER_V4: [Ipv4Net; 7] = [
    v4([0, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
    v4([100, 100, 100, 200], 32),
    v4([192, 0, 0, 192], 32),
    v4([168, 63, 129, 16], 32),
];

/// The same, with what Amazon, Google and Oracle keep them at.
const NEVER_V6: [Ipv6Net; 6] = [
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32),
    v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128),
    v6([0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe], 128),
];

/// Where the last four bytes of an address are one of the old kind: compatible, mapped, translated (twice), NAT64.
const HOLDS_V4: [Ipv6Net; 5] = [
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96),
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),
    v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
];

/// 6to4: the four bytes stand behind the first two.
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);

/// What `address` is, also where it is written as an address of the new kind that leads to one of the old.
pub(super) fn standing(address: IpAddr) -> Standing {
    if address.is_loopback() {
        return Standing::Loopback;
    }
    let never = match address {
        IpAddr::V4(address) => NEVER_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => NEVER_V6.iter().any(|network| network.contains(&address)),
    };
    match (never, inner(address)) {
        (true, _) => Standing::Never,
        (false, Some(inner)) => standing(inner.into()),
        (false, None) => Standing::Open,
    }
}

/// Whether the whole of `network` is never to be reached.
pub(super) fn is_never(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => NEVER_V4.iter().any(|never| never.contains(network)),
        IpNet::V6(network) => NEVER_V6.iter().any(|never| never.contains(network)),
    }
}

/// The address of the old kind that one of the new kind leads to.
fn inner(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    let [_, _, a, b, c, d, .., w, x, y, z] = address.octets();
    if HOLDS_V4.iter().any(|network| network.contains(&address)) {
        return Some(Ipv4Addr::new(w, x, y, z));
    }
    SIX_TO_FOUR.contains(&address).then(|| Ipv4Addr::new(a, b, c, d))
}

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_known_however_they_are_written() {
        let cases = [
            (
                Standing::Open,
                "10.2.0.1 172.16.0.1 192.168.1.1 100.64.0.1 100.100.100.199 8.8.8.8 223.255.255.255",
            ),
            (Standing::Open, "fd00:ec1::254 fd00:ec3::1 fd20:ce::253 fd00:c1::1"),
            (Standing::Open, "2400:3200::1 fd00::1 fec0::1 ::ffff:10.2.0.1 64:ff9b::a02:1 2002:a02:1::"),
            (
                Standing::Loopback,
                "127.0.0.1 127.255.255.255 ::1 ::ffff:127.0.0.1 ::127.0.0.1 ::ffff:0:127.0.0.1",
            ),
            (Standing::Loopback, "64:ff9b::127.0.0.1 64:ff9b:1::127.0.0.1 2002:7f00:1::"),
            (
                Standing::Never,
                "0.0.0.0 0.1.2.3 169.254.169.254 169.254.0.23 224.0.0.1 239.1.1.1 255.255.255.255",
            ),
            (Standing::Never, "100.100.100.200 192.0.0.192 168.63.129.16 240.0.0.1"),
            (Standing::Never, "fd00:ec2::253 fd00:ec2:1::1 fd20:ce::254 fd00:c1::a9fe:a9fe"),
            (
                Standing::Never,
                ":: fe80::1 febf::1 ff02::1 fd00:ec2::254 ::ffff:169.254.169.254 ::169.254.169.254",
            ),
            (
                Standing::Never,
                "::ffff:0:169.254.169.254 64:ff9b::169.254.169.254 2002:a9fe:a9fe:: ::ffff:0.0.0.0",
            ),
        ];
        for (expected, addresses) in cases {
            for address in addresses.split(' ') {
                assert_eq!(standing(address.parse().unwrap()), expected, "{address}");
            }
        }
    }
}
