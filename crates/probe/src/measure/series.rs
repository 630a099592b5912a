//! A series of requests over a while, for the bars that need one.

use super::pace::Pace;
use super::{BETWEEN, head, tls};
use crate::facts::{Answer, Sample, Series};
use backshell_boundary::Vetted;
use backshell_upstream::{ProbeWay, Question, ask};
use std::time::Duration;

/// How long one request may take. Longer than the bar of latency allows, and so short that a host which never answers is told
/// within the minute that a later look may take.
const LIMIT: Duration = Duration::from_secs(15);

/// How many requests over which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many requests.
    pub requests: usize,
    /// From the first to the last.
    pub over: Duration,
}

impl Plan {
    /// The plan of a certification: 20 requests over 10 minutes.
    pub const CERTIFICATION: Self = Self { requests: 20, over: Duration::from_mins(10) };
    /// The plan of the daily look: 3 requests, one a second.
    pub const DAILY: Self = Self { requests: 3, over: Duration::from_secs(2) };

    /// The pause between two requests; never less than a second.
    fn between(self) -> Duration {
        let gaps = u32::try_from(self.requests.saturating_sub(1)).unwrap_or(u32::MAX).max(1);
        (self.over / gaps).max(BETWEEN)
    }
}

/// Sends the requests of a plan, each over a connection of its own, until the host asks to stop. With the series comes what
/// the first answer said.
pub(super) async fn run(
    plan: &Plan,
    way: &ProbeWay,
    to: &Vetted,
    question: &Question,
    pace: &dyn Pace,
) -> (Series, Option<Answer>) {
    let started = pace.elapsed();
    let (mut series, mut first) = (Series::default(), None);
    for number in 0..plan.requests {
        if number > 0 {
            pace.pause(plan.between()).await;
        }
        let (sample, answer) = sample(way, to, question, pace).await;
        first = first.or(answer);
        series.stopped = sample.status == Ok(429);
        series.requests.push(sample);
        if series.stopped {
            break;
        }
    }
    series.over = pace.elapsed().saturating_sub(started);
    (series, first)
}

async fn sample(way: &ProbeWay, to: &Vetted, question: &Question, pace: &dyn Pace) -> (Sample, Option<Answer>) {
    let started = pace.elapsed();
    let mut sample = Sample { status: Err("it did not answer in time".to_owned()), connected: None, first_byte: None };
    let mut said = None;
    let asked = tokio::time::timeout(LIMIT, async {
        let stream = way.open(to).await.map_err(|error| error.to_string())?.stream;
        let (stream, http2) = tls::session(stream, to).await?;
        let connected = pace.elapsed();
        sample.connected = Some(connected.saturating_sub(started));
        let answer = ask(stream, http2, question).await.map_err(|error| error.to_string())?;
        sample.first_byte = Some(pace.elapsed().saturating_sub(connected));
        said = Some(head(&answer));
        Ok(answer.status.as_u16())
    })
    .await;
    if let Ok(status) = asked {
        sample.status = status;
    }
    (sample, said)
}
