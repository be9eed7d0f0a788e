//! Which addresses may be called on behalf of a partner: those that belong to
//! the whole Internet, and none that leads into a network of ours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// How far a call on behalf of a partner may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Internet,
    /// This machine too: for a developer's laptop.
    InternetAndLoopback,
}

/// IPv4 that is not the Internet's (RFC 6890 and IANA's registry), and one
/// address at which a cloud answers its own machines only.
const CLOSED_V4: &[Ipv4Net] = &[
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([168, 63, 129, 16], 32),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    // Multicast, reserved, broadcast.
    v4([224, 0, 0, 0], 3),
];

/// The part of IPv6 that is given out for the Internet. Mapped and compatible
/// IPv4, NAT64, unique local, link-local, site-local and multicast are outside.
const OPEN_V6: Ipv6Net = v6([0x2000, 0], 3);

/// What is in [`OPEN_V6`] and yet not the Internet's.
const CLOSED_V6: &[Ipv6Net] = &[
    // For protocols: Teredo, benchmarks, ORCHID.
    v6([0x2001, 0], 23),
    // Documentation.
    v6([0x2001, 0xdb8], 32),
    v6([0x3fff, 0], 20),
    // 6to4, which leads to any IPv4.
    v6([0x2002, 0], 16),
    // The old 6bone.
    v6([0x3ffe, 0], 16),
];

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([first, second]: [u16; 2], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), length)
}

impl Reach {
    /// Whether an address may be called.
    pub fn permits(self, address: IpAddr) -> bool {
        is_of_the_internet(address)
            || (self == Self::InternetAndLoopback && address.to_canonical().is_loopback())
    }
}

fn is_of_the_internet(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => {
            OPEN_V6.contains(&address) && !CLOSED_V6.iter().any(|net| net.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_all(reach: Reach, addresses: &[&str], is_permitted: bool) {
        for text in addresses {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(reach.permits(address), is_permitted, "{text}");
        }
    }

    #[test]
    fn addresses_of_the_internet_may_be_called() {
        let open = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:200::1",
        ];
        assert_all(Reach::Internet, &open, true);
        assert_all(Reach::InternetAndLoopback, &open, true);
    }

    #[test]
    fn no_other_address_may_be_called() {
        let closed = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            // Mapped, compatible, NAT64 in both forms.
            "::ffff:10.0.0.1",
            "::ffff:1.1.1.1",
            "::10.0.0.1",
            "::1.1.1.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::1.1.1.1",
            "64:ff9b:1::1",
            // Discard, Teredo, benchmarks, ORCHID, documentation, 6to4.
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "3ffe::1",
            "2002:a00:1::1",
            "5f00::1",
            // Unique local with a cloud's metadata, link-local, site-local, multicast.
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        assert_all(Reach::Internet, &closed, false);
        assert_all(Reach::InternetAndLoopback, &closed, false);
    }

    #[test]
    fn this_machine_may_be_called_where_that_is_allowed() {
        let loopback = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"];
        assert_all(Reach::Internet, &loopback, false);
        assert_all(Reach::InternetAndLoopback, &loopback, true);
        assert_all(Reach::InternetAndLoopback, &["::127.0.0.1"], false);
    }
}
