//! `/metrics`: the Prometheus text format (version 0.0.4). No label names a user, a connection or an address.

use crate::ports::{MetricFamily, MetricKind};
use crate::state::ConsoleState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use std::fmt::Write;

/// Answers with the present numbers.
pub(crate) async fn metrics(State(state): State<ConsoleState>) -> Response {
    let text = render(&state.metrics.families());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn render(families: &[MetricFamily]) -> String {
    let mut text = String::new();
    for family in families {
        let kind = match family.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        let help = family.help.replace('\\', "\\\\").replace('\n', "\\n");
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "# HELP {0} {help}\n# TYPE {0} {kind}", family.name);
        for sample in &family.samples {
            let _ = write!(text, "{}{}", family.name, sample.suffix);
            for (index, (name, value)) in sample.labels.iter().enumerate() {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                let _ = write!(text, "{}{name}=\"{value}\"", if index == 0 { '{' } else { ',' });
            }
            let end = if sample.labels.is_empty() { "" } else { "}" };
            let _ = writeln!(text, "{end} {}", sample.value);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Sample;

    #[test]
    fn labels_are_escaped() {
        let family = MetricFamily {
            name: "backshell_calls_total",
            help: "Calls\nby outcome",
            kind: MetricKind::Counter,
            samples: vec![
                Sample {
                    suffix: "",
                    labels: vec![("code", "a\"b\\c\nd".to_owned()), ("x", "y".to_owned())],
                    value: 3.0,
                },
                Sample { suffix: "", labels: Vec::new(), value: 0.5 },
            ],
        };
        assert_eq!(
            render(&[family]),
            "# HELP backshell_calls_total Calls\\nby outcome\n# TYPE backshell_calls_total counter\n\
             backshell_calls_total{code=\"a\\\"b\\\\c\\nd\",x=\"y\"} 3\nbackshell_calls_total 0.5\n"
        );
    }
}
