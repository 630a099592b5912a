//! A series of requests over a while, for the bars that need one.

use super::pace::Pace;
use super::{ANSWER, BETWEEN, tls};
use crate::facts::{Sample, Series};
use backshell_boundary::Vetted;
use backshell_upstream::{ProbeWay, Question, ask};
use std::time::Duration;

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

/// Sends the requests of a plan, each over a connection of its own, until the host asks to stop.
pub(super) async fn run(plan: &Plan, way: &ProbeWay, to: &Vetted, question: &Question, pace: &dyn Pace) -> Series {
    let started = pace.elapsed();
    let mut series = Series::default();
    for number in 0..plan.requests {
        if number > 0 {
            pace.pause(plan.between()).await;
        }
        let sample = sample(way, to, question, pace).await;
        series.stopped = sample.status == Ok(429);
        series.requests.push(sample);
        if series.stopped {
            break;
        }
    }
    series.over = pace.elapsed().saturating_sub(started);
    series
}

async fn sample(way: &ProbeWay, to: &Vetted, question: &Question, pace: &dyn Pace) -> Sample {
    let started = pace.elapsed();
    let mut sample = Sample { status: Err("it did not answer in time".to_owned()), connected: None, first_byte: None };
    let asked = tokio::time::timeout(ANSWER, async {
        let stream = way.open(to).await.map_err(|error| error.to_string())?.stream;
        let (stream, http2) = tls::session(stream, to).await?;
        let connected = pace.elapsed();
        sample.connected = Some(connected.saturating_sub(started));
        let answer = ask(stream, http2, question).await.map_err(|error| error.to_string())?;
        sample.first_byte = Some(pace.elapsed().saturating_sub(connected));
        Ok(answer.status.as_u16())
    })
    .await;
    if let Ok(status) = asked {
        sample.status = status;
    }
    sample
}
