import Glibc
import Synchronization
import SystemPackage

/// Takes what a child writes out of its pipes, always, on the watcher's thread.
enum OutputDrain {
    /// Owns the descriptors from now on, also when it throws; finishes `output` when all of them have ended.
    static func start(
        _ pipes: [(descriptor: Int32, source: OutputLine.Source)], into output: ProcessOutput, by watcher: DescriptorWatcher
    ) throws(Errno) {
        guard !pipes.isEmpty else { return output.finish() }
        let open = Mutex(pipes.count)
        let box = Box(open)
        for (index, pipe) in pipes.enumerated() {
            _ = fcntl(pipe.descriptor, F_SETFL, O_NONBLOCK)
            let splitter = Box(Mutex(LineSplitter()))
            let handler: @Sendable () -> DescriptorWatcher.Verdict = {
                let isOpen = splitter.value.withLock { drain(pipe.descriptor, pipe.source, &$0, into: output) }
                if isOpen { return .watchOn }
                let isLast = box.value.withLock { count in
                    count -= 1
                    return count == 0
                }
                if isLast { output.finish() }
                return .done
            }
            do throws(Errno) { try watcher.watch(pipe.descriptor, handler) } catch {
                // Those before it end with the other ends of their pipes.
                for unwatched in pipes[index...] { close(unwatched.descriptor) }
                throw error
            }
        }
    }

    /// One read, so that a chatty child does not keep the watcher from the others. `false` at the end.
    private static func drain(
        _ descriptor: Int32, _ source: OutputLine.Source, _ splitter: inout LineSplitter, into output: ProcessOutput
    ) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 1) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 {
                for line in splitter.lines(adding: buffer[..<count]) { output.write(OutputLine(source: source, text: line)) }
                return true
            }
            if count < 0, errno == EAGAIN || errno == EINTR { return true }
            if let rest = splitter.finish() { output.write(OutputLine(source: source, text: rest)) }
            return false
        }
    }

    private final class Box<Value: Sendable & ~Copyable>: Sendable {
        let value: Value
        init(_ value: consuming Value) { self.value = value }
    }
}
