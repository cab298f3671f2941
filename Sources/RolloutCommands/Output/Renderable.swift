/// What a command found out: written as text for people or as JSON for scripts, from the same value.
protocol Renderable: Encodable, Sendable {
    /// Lines without a final newline.
    var text: String { get }
}

extension GlobalOptions {
    /// Writes a value to standard output.
    func write(_ value: some Renderable) { Console.write(json ? JSONText.pretty(value) : value.text) }

    /// Writes one value of a stream: in JSON on one line, so that each line can be read by itself.
    func writeLine(_ value: some Renderable) { Console.write(json ? JSONText.compact(value) : value.text) }
}
