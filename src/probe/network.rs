//! Which addresses may be reached. Everything that the IANA special-purpose registries set apart
//! is barred, and all of IPv6 outside global unicast, unless the operator allows network and port.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::str::FromStr;
use thiserror::Error;

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// IANA IPv4 special-purpose address registry, multicast, and one address that hosts of a cloud
/// reach their keeper by.
static BARRED_V4: [(Ipv4Net, &str); 16] = [
    (v4(0, 0, 0, 0, 8), "this network"),
    (v4(10, 0, 0, 0, 8), "a private network"),
    (v4(100, 64, 0, 0, 10), "shared address space"),
    (v4(127, 0, 0, 0, 8), "this machine"),
    (v4(168, 63, 129, 16, 32), "a cloud's metadata service"),
    (v4(169, 254, 0, 0, 16), "link-local, metadata services too"),
    (v4(172, 16, 0, 0, 12), "a private network"),
    (v4(192, 0, 0, 0, 24), "protocol assignments"),
    (v4(192, 0, 2, 0, 24), "documentation"),
    (v4(192, 88, 99, 0, 24), "a relay of old"),
    (v4(192, 168, 0, 0, 16), "a private network"),
    (v4(198, 18, 0, 0, 15), "benchmarks"),
    (v4(198, 51, 100, 0, 24), "documentation"),
    (v4(203, 0, 113, 0, 24), "documentation"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
];

/// IANA IPv6 special-purpose address registry.
static BARRED_V6: [(Ipv6Net, &str); 16] = [
    (
        Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128),
        "no address",
    ),
    (
        Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128),
        "this machine",
    ),
    (v6(0, 0, 0, 96), "IPv4 in IPv6 of old"),
    (v6(0x64, 0xff9b, 0, 96), "IPv4 behind a translator"),
    (v6(0x64, 0xff9b, 1, 48), "IPv4 behind a translator"),
    (v6(0x100, 0, 0, 64), "discarded"),
    (v6(0x2001, 0, 0, 23), "protocol assignments"),
    (v6(0x2001, 0xdb8, 0, 32), "documentation"),
    (v6(0x2002, 0, 0, 16), "IPv4 in IPv6 (6to4)"),
    (v6(0x3fff, 0, 0, 20), "documentation"),
    (v6(0x5f00, 0, 0, 16), "segment routing"),
    (v6(0xfc00, 0, 0, 7), "a private network"),
    (v6(0xfe80, 0, 0, 10), "link-local"),
    (v6(0xfec0, 0, 0, 10), "a private network of old"),
    (v6(0xff00, 0, 0, 8), "multicast"),
    (
        Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
        "IPv4 in IPv6",
    ),
];

const GLOBAL_UNICAST: Ipv6Net = v6(0x2000, 0, 0, 3);

/// What an address is set apart for; nothing for addresses on the internet.
pub(super) fn barred(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(address) => named(&BARRED_V4, |net| net.contains(&address)),
        IpAddr::V6(address) => named(&BARRED_V6, |net| net.contains(&address)).or_else(|| {
            let is_global = GLOBAL_UNICAST.contains(&address);
            (!is_global).then_some("outside global unicast")
        }),
    }
}

fn named<N>(table: &[(N, &'static str)], contains: impl Fn(&N) -> bool) -> Option<&'static str> {
    let found = table.iter().find(|(network, _)| contains(network));
    found.map(|(_, why)| *why)
}

/// A network and ports that the operator vouches for: `10.0.0.0/8:443`, `[fd00::/8]:443-445`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    network: IpNet,
    ports: RangeInclusive<u16>,
}

/// A text that names no network and ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected NETWORK:PORT or NETWORK:FIRST-LAST, such as 10.0.0.0/8:443 or [fd00::/8]:443")]
pub struct NotAllowed;

impl Allowed {
    pub(super) fn covers(&self, address: IpAddr, port: u16) -> bool {
        self.network.contains(&address.to_canonical()) && self.ports.contains(&port)
    }
}

impl FromStr for Allowed {
    type Err = NotAllowed;

    fn from_str(written: &str) -> Result<Self, NotAllowed> {
        let (network, ports) = written.rsplit_once(':').ok_or(NotAllowed)?;
        let inside = network
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let network = inside.unwrap_or(network);
        let network = network
            .parse::<IpNet>()
            .or_else(|_| network.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_| NotAllowed)?;
        // Without brackets the port could be the end of the address.
        if inside.is_some() != matches!(network, IpNet::V6(_)) {
            return Err(NotAllowed);
        }
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
        let ports = port(first).ok_or(NotAllowed)?..=port(last).ok_or(NotAllowed)?;
        if ports.is_empty() {
            return Err(NotAllowed);
        }
        Ok(Self { network, ports })
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.network {
            IpNet::V4(network) => write!(f, "{network}:")?,
            IpNet::V6(network) => write!(f, "[{network}]:")?,
        }
        if self.ports.start() == self.ports.end() {
            return write!(f, "{}", self.ports.start());
        }
        write!(f, "{}-{}", self.ports.start(), self.ports.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_of_every_special_network_are_barred() {
        for network in BARRED_V4.iter().map(|(network, _)| network) {
            for address in [network.network(), network.broadcast()] {
                assert!(barred(address.into()).is_some(), "{address}");
                let mapped = address.to_ipv6_mapped();
                assert!(barred(mapped.into()).is_some(), "{mapped}");
            }
        }
        for network in BARRED_V6.iter().map(|(network, _)| network).take(15) {
            for address in [network.network(), network.broadcast()] {
                assert!(barred(address.into()).is_some(), "{address}");
            }
        }
    }

    /// The table of networks that a prober must not reach, written out anew.
    #[test]
    fn every_row_of_the_safety_table_is_barred() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:1ff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "4000::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            let address = text.parse().unwrap();
            assert!(barred(address).is_some(), "{text}");
        }
    }

    #[test]
    fn the_internet_is_open() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "223.255.255.255",
            "::ffff:1.1.1.1",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert_eq!(barred(text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn an_allowance_names_network_and_port() {
        let covers = |allowed: &str, address: &str, port| {
            let allowed: Allowed = allowed.parse().unwrap();
            allowed.covers(address.parse().unwrap(), port)
        };
        assert!(covers("10.0.0.0/8:443", "10.9.9.9", 443));
        assert!(covers("10.0.0.0/8:443", "::ffff:10.9.9.9", 443));
        assert!(!covers("10.0.0.0/8:443", "10.9.9.9", 444));
        assert!(!covers("10.0.0.0/8:443", "11.0.0.0", 443));
        assert!(covers("127.0.0.1:1-65535", "127.0.0.1", 9));
        assert!(!covers("127.0.0.1:443", "127.0.0.2", 443));
        assert!(covers("[fd00::/8]:443", "fd12::1", 443));
        assert!(!covers("[fd00::/8]:443", "10.0.0.1", 443));
        for wrong in [
            "",
            "10.0.0.0/8",
            "10.0.0.0/33:443",
            "10.0.0.0/8:0",
            "10.0.0.0/8:9-8",
            "fd00::/8:443",
            "fd00::1:443",
            "[10.0.0.0/8]:443",
            "[fd00::/8:443",
            "10.0.0.0/8:*",
            "x:443",
        ] {
            assert_eq!(wrong.parse::<Allowed>(), Err(NotAllowed), "{wrong}");
        }
        for text in ["10.0.0.0/8:443", "[fd00::/8]:1-9"] {
            assert_eq!(text.parse::<Allowed>().unwrap().to_string(), text);
        }
    }
}
