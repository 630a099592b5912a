//! All imported evidence together, ready to be asked.

use super::cdn;
use super::geoip::GeoIp;
use super::ranges::{Entry, RangeTable};
use super::{Body, Declaration, Source, SourceInfo};
use crate::endpoint::EvidenceId;
use crate::grade::{AddressEvidence, Declared, Evidence, HostEvidence, Ranged, Statement};
use backshell_model::{HostName, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// What all imported files say. Immutable; a new one is made when a file changes.
#[derive(Debug, Default)]
pub struct EvidenceBase {
    sources: Vec<SourceInfo>,
    ranges: RangeTable,
    /// Ranges that count only where no other does.
    rest: RangeTable,
    geoip: Option<(usize, GeoIp)>,
    declarations: Vec<(usize, Declaration)>,
    /// Numbers of declarations by host: the name itself, or the name that one further label stands before.
    declared: HashMap<(HostName, bool), Vec<usize>>,
}

impl EvidenceBase {
    /// Puts files together. Of several GeoIP databases the one that was built last counts.
    pub fn new(sources: Vec<Source>) -> Self {
        let mut base = Self::default();
        let (mut decisive, mut rest) = (Vec::new(), Vec::new());
        for source in sources {
            let number = base.sources.len();
            // More files than this cannot be told apart in the table; their ranges are left out, which knows less.
            let tag = u16::try_from(number);
            match (source.body, tag) {
                (Body::Ranges(ranges), Ok(tag)) => {
                    decisive.extend(ranges.decisive.iter().map(|(net, says)| Entry {
                        net: *net,
                        says: *says,
                        source: tag,
                    }));
                    rest.extend(ranges.rest.iter().map(|net| Entry { net: *net, says: Ranged::Shared, source: tag }));
                }
                (Body::Ranges(_), Err(_)) => {}
                (Body::GeoIp(geoip), _) => {
                    let newer = |(kept, _): &(usize, GeoIp)| {
                        base.sources.get(*kept).is_none_or(|kept: &SourceInfo| kept.dated < source.info.dated)
                    };
                    if base.geoip.as_ref().is_none_or(newer) {
                        base.geoip = Some((number, *geoip));
                    }
                }
                (Body::Declaration(declaration), _) => {
                    let index = base.declarations.len();
                    for host in &declaration.hosts {
                        base.declared.entry((host.name.clone(), host.below)).or_default().push(index);
                    }
                    base.declarations.push((number, *declaration));
                }
            }
            base.sources.push(source.info);
        }
        base.ranges = RangeTable::new(decisive);
        base.rest = RangeTable::new(rest);
        base
    }

    /// The files, in the order in which they were put together.
    pub fn sources(&self) -> &[SourceInfo] {
        &self.sources
    }

    /// The declaration that speaks for a host: of those that hold, the one that began last; else the one that ended last.
    pub fn declaration(&self, host: &HostName, now: Timestamp) -> Option<(&SourceInfo, &Declaration)> {
        if self.declarations.is_empty() {
            return None;
        }
        let parent = host.as_str().split_once('.').and_then(|(_, parent)| HostName::parse(parent).ok());
        let keys = [Some((host.clone(), false)), parent.map(|parent| (parent, true))];
        let of_host = keys.iter().flatten().filter_map(|key| self.declared.get(key)).flatten();
        let found = of_host.filter_map(|index| self.declarations.get(*index));
        let found = found.filter_map(|(source, declaration)| Some((self.sources.get(*source)?, declaration)));
        found.max_by_key(|(info, declaration)| {
            let holds = !info.is_stale(now);
            (holds, if holds { declaration.from } else { declaration.until })
        })
    }

    /// Everything that is known of an address, also what does not count beside better evidence.
    pub fn about_address(&self, address: IpAddr, now: Timestamp) -> AddressEvidence {
        let range = self.range(address, now);
        AddressEvidence { range, estimate: self.estimate(address, now), too_near: false }
    }

    /// What the longest published range that holds an address says.
    pub fn range(&self, address: IpAddr, now: Timestamp) -> Option<Statement<Ranged>> {
        let (says, source) = self.ranges.find(address).or_else(|| self.rest.find(address))?;
        self.statement(usize::from(source), says, now)
    }

    fn estimate(&self, address: IpAddr, now: Timestamp) -> Option<Statement<crate::grade::Estimate>> {
        let (source, geoip) = self.geoip.as_ref()?;
        self.statement(*source, geoip.find(address)?, now)
    }

    fn statement<T>(&self, source: usize, says: T, now: Timestamp) -> Option<Statement<T>> {
        let info = self.sources.get(source)?;
        Some(Statement { evidence: info.id.clone(), says, stale: info.is_stale(now) })
    }
}

impl Evidence for EvidenceBase {
    fn about(&self, host: &HostName, chain: &[Arc<str>], addresses: &[IpAddr], now: Timestamp) -> HostEvidence {
        let declared = self.declaration(host, now).map(|(info, declaration)| Statement::<Arc<Declared>> {
            evidence: info.id.clone(),
            says: Arc::clone(&declaration.says),
            stale: info.is_stale(now),
        });
        let addresses = addresses.iter().map(|address| {
            let range = self.range(*address, now);
            // An estimate counts only where nothing better speaks, so only there it is looked for.
            let estimate = if range.is_none() && declared.is_none() { self.estimate(*address, now) } else { None };
            AddressEvidence { range, estimate, too_near: false }
        });
        let addresses = addresses.collect();
        let edge = cdn::zone(host, chain).map(|zone| EvidenceId::new(&format!("zone:{zone}")));
        HostEvidence { declared, edge, addresses }
    }
}
