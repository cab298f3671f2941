/// Who broke a request off.
enum Culprit {
    /// It left, stalled, or sent what nobody can read.
    case client
    /// It closed, or fell silent, in the middle of its response.
    case backend
    /// A drain or the gateway itself ends.
    case host
}
