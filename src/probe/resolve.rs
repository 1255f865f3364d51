//! From a name to the addresses that will be connected to, looked up once. If any of them is
//! barred, the endpoint is not probed at all.

use super::address::{Host, Target};
use super::network::{Allowed, barred};
use super::observation::{Failure, Stage};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::time::timeout;

/// More addresses than that are no answer to a plain question.
const MAX_ADDRESSES: usize = 256;

/// Looks names up. Asked once for an endpoint.
pub trait Resolver: Send + Sync + 'static {
    fn resolve(&self, name: &str) -> impl Future<Output = io::Result<Vec<IpAddr>>> + Send;
}

/// Asks the system.
#[derive(Debug, Clone, Copy)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// The addresses of an endpoint, every one of them checked.
pub(super) async fn pin(
    target: &Target,
    resolver: &impl Resolver,
    allowed: &[Allowed],
    patience: Duration,
) -> Result<Vec<SocketAddr>, Failure> {
    let found = match &target.host {
        Host::Address(address) => vec![*address],
        Host::Name(name) => look_up(name, resolver, patience).await?,
    };
    let mut addresses = Vec::new();
    for address in found {
        let address = address.to_canonical();
        let is_allowed = allowed.iter().any(|it| it.covers(address, target.port));
        if let Some(why) = barred(address).filter(|_| !is_allowed) {
            return Err(Failure::BarredAddress { address, why });
        }
        let address = SocketAddr::new(address, target.port);
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

async fn look_up(
    name: &str,
    resolver: &impl Resolver,
    patience: Duration,
) -> Result<Vec<IpAddr>, Failure> {
    let found = timeout(patience, resolver.resolve(name))
        .await
        .map_err(|_| Failure::Timeout(Stage::LookUp))?
        .map_err(|error| Failure::Dns(error.to_string()))?;
    match found.len() {
        0 => Err(Failure::Dns("the name has no address".into())),
        count if count > MAX_ADDRESSES => {
            Err(Failure::Dns(format!("the name has {count} addresses")))
        }
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Vec<IpAddr>);

    impl Resolver for Fixed {
        async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.clone())
        }
    }

    fn pinned(addresses: &[&str], allowed: &[&str]) -> Result<Vec<SocketAddr>, Failure> {
        let target = Target::parse("portal.example.test:443").unwrap();
        let found = addresses.iter().map(|text| text.parse().unwrap()).collect();
        let allowed: Vec<_> = allowed.iter().map(|text| text.parse().unwrap()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(pin(
            &target,
            &Fixed(found),
            &allowed,
            Duration::from_secs(1),
        ))
    }

    #[test]
    fn one_barred_address_among_many_bars_the_endpoint() {
        assert!(pinned(&["1.1.1.1", "2606:4700::1111"], &[]).is_ok());
        for barred in ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1"] {
            let found = pinned(&["1.1.1.1", "9.9.9.9", barred], &[]);
            assert!(
                matches!(found, Err(Failure::BarredAddress { .. })),
                "{barred}: {found:?}"
            );
        }
    }

    #[test]
    fn the_operator_may_allow_a_network_and_port() {
        assert!(pinned(&["10.0.0.7", "1.1.1.1"], &["10.0.0.0/8:443"]).is_ok());
        assert!(pinned(&["10.0.0.7", "127.0.0.1"], &["10.0.0.0/8:443"]).is_err());
        assert!(pinned(&["10.0.0.7"], &["10.0.0.0/8:8443"]).is_err());
    }

    #[test]
    fn no_address_and_far_too_many_are_no_answer() {
        assert!(matches!(pinned(&[], &[]), Err(Failure::Dns(_))));
        assert!(matches!(
            pinned(&["1.1.1.1"; 257], &[]),
            Err(Failure::Dns(_))
        ));
        assert_eq!(pinned(&["1.1.1.1"; 9], &[]).unwrap().len(), 1);
    }
}
