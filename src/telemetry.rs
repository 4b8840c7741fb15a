//! What the operator sees: logs as JSON on stderr, metrics for Prometheus; never what was said in a call.

use std::panic::PanicHookInfo;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Why the logs or the metrics could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log level is no filter that `tracing` knows.
    #[error("日志级别“{0}”无效：请写 error、warn、info、debug 或 trace")]
    Filter(String),
    /// Another logger runs in this process.
    #[error("日志已由别处启动")]
    Taken,
}

/// Starts the logs: JSON, one line each, on stderr.
///
/// # Errors
/// When `level` is no filter, or the process has a logger.
pub fn start_logs(level: &str) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(level).map_err(|_| TelemetryError::Filter(level.to_owned()))?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init()
        .map_err(|_| TelemetryError::Taken)
}

/// Replaces the message of a panic by its place: the message may hold what somebody said.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// The recorder of this process, started by the first who asks; every server of the process shares it.
///
/// Where somebody else has installed a recorder, the handle stays empty and that recorder counts.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = with_buckets(PrometheusBuilder::new()).build_recorder();
            let handle = recorder.handle();
            // A second recorder is refused by the process; the handle then shows nothing, and nothing breaks.
            let _refused = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}

/// Durations from a tenth of a millisecond, which is one short call, to ten seconds.
fn with_buckets(builder: PrometheusBuilder) -> PrometheusBuilder {
    const SECONDS: [f64; 15] =
        [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 10.0];
    let matcher = Matcher::Suffix("_seconds".to_owned());
    // Refused only for an empty list.
    builder.set_buckets_for_metric(matcher, &SECONDS).unwrap_or_else(|_| PrometheusBuilder::new())
}
