/// What a host says instead of the truth.
enum FleetLie: CaseIterable {
    /// That it serves the target and always has, with splendid numbers.
    case success
    /// The same, from tomorrow.
    case future
    /// The same, about another app.
    case otherApp
    /// The same, having followed another log.
    case otherLog
    /// That it refused the target.
    case refusal
    /// That it is about to serve it, for ever.
    case moving
}
