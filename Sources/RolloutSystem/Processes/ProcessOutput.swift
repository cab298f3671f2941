import Synchronization

/// The lines a process writes to those of its streams that were launched as `.lines`.
///
/// The pipes are always drained. When nobody takes the lines, the oldest are dropped and counted.
package final class ProcessOutput: Sendable {
    /// Ends when every such stream is closed by all who hold it. Only one may iterate.
    package let lines: AsyncStream<OutputLine>
    private let continuation: AsyncStream<OutputLine>.Continuation
    private let dropped = Atomic(0)

    /// - Parameter capacity: lines kept for a slow reader.
    package init(capacity: Int = 1024) {
        (lines, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(capacity))
    }

    /// How many lines were dropped so far.
    package var droppedLines: Int { dropped.load(ordering: .relaxed) }

    package func write(_ line: OutputLine) {
        if case .dropped = continuation.yield(line) { dropped.add(1, ordering: .relaxed) }
    }

    package func finish() { continuation.finish() }
}

/// One line a process wrote, without its end.
package struct OutputLine: Hashable, Sendable {
    package enum Source: Hashable, Sendable { case output, error }

    package var source: Source
    package var text: String

    package init(source: Source, text: String) {
        self.source = source
        self.text = text
    }
}
