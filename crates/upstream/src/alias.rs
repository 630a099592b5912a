//! One name's answers in one address family: follows alias records, strictly from name to name.

use backshell_boundary::{MAX_ADDRESSES, MAX_ALIASES, may_be_alias};
use hickory_resolver::proto::op::{DnsResponse, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::IpAddr;
use std::sync::Arc;

/// The alias chain loops, is too long, is ambiguous or leads over a name that is never public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadChain;

/// What an answer led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The family is answered: with the addresses found so far, or with none.
    Done,
    /// The chain goes on at [`Walk::name`], about which the answer says nothing.
    Ask,
}

/// The way from a name to its addresses of one family.
#[derive(Debug)]
pub(crate) struct Walk {
    family: RecordType,
    name: Name,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) aliases: Vec<Arc<str>>,
    /// How long what was found may be used, seconds: the shortest life of a record on the way. `None` when there was none.
    pub(crate) ttl: Option<u32>,
}

impl Walk {
    /// From `name`, which ends in a dot, to its addresses of `family` (A or AAAA).
    pub(crate) fn new(name: Name, family: RecordType) -> Self {
        Self { family, name, addresses: Vec::new(), aliases: Vec::new(), ttl: None }
    }

    /// The name to ask for next.
    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    /// Reads an answer about [`Walk::name`]. Only records of names on the chain count; what else a server adds does not.
    pub(crate) fn read(&mut self, answer: &DnsResponse) -> Result<Step, BadChain> {
        let mut moved = false;
        loop {
            let mut target: Option<(&Name, u32)> = None;
            for record in &answer.answers {
                if record.name != self.name {
                    continue;
                }
                match &record.data {
                    RData::CNAME(alias) => match target {
                        Some((other, _)) if *other != alias.0 => return Err(BadChain),
                        _ => target = Some((&alias.0, record.ttl)),
                    },
                    RData::A(address) if self.family == RecordType::A => self.add(IpAddr::V4(address.0), record.ttl),
                    RData::AAAA(address) if self.family == RecordType::AAAA => {
                        self.add(IpAddr::V6(address.0), record.ttl);
                    }
                    _ => {}
                }
            }
            match target {
                // A name that is an alias has no other records (RFC 1034, section 3.6.2).
                Some(_) if !self.addresses.is_empty() => return Err(BadChain),
                Some((target, ttl)) => {
                    self.follow(target.clone(), ttl)?;
                    moved = true;
                }
                None => break,
            }
        }
        // With a start of authority the answer says that there is nothing at the end of the chain; without one, and
        // having moved, it may just stop there.
        let complete = !moved || answer.response_code == ResponseCode::NXDomain || answer.soa().is_some();
        Ok(if complete || !self.addresses.is_empty() { Step::Done } else { Step::Ask })
    }

    fn add(&mut self, address: IpAddr, ttl: u32) {
        self.live(ttl);
        if self.addresses.len() <= MAX_ADDRESSES && !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }

    fn follow(&mut self, target: Name, ttl: u32) -> Result<(), BadChain> {
        self.live(ttl);
        let text = target.to_ascii().to_ascii_lowercase();
        let text = text.strip_suffix('.').unwrap_or(&text);
        // A loop comes to its end here as well: it has more steps than any chain may have.
        if self.aliases.len() >= MAX_ALIASES || !may_be_alias(text) {
            return Err(BadChain);
        }
        self.aliases.push(text.into());
        self.name = target;
        Ok(())
    }

    /// What was found lives no longer than this, seconds.
    pub(crate) fn live(&mut self, ttl: u32) {
        self.ttl = Some(self.ttl.map_or(ttl, |known| known.min(ttl)));
    }
}
