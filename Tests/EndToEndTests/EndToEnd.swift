import Testing

/// The real programs, run as a person and systemd run them. One test at a time: each starts several processes, and what they
/// are measured by is whether anything ever fails, not how fast it is.
@Suite(.serialized) struct EndToEnd {}
