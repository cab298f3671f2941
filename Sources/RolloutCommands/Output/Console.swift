import Glibc

/// Standard output and standard error, unbuffered: what was written is out when a command is killed.
enum Console {
    static func write(_ line: String) { put(line + "\n", on: STDOUT_FILENO) }
    static func writeError(_ line: String) { put(line + "\n", on: STDERR_FILENO) }
    /// Without a newline: a line that is drawn again and again.
    static func draw(_ text: String, on descriptor: Int32) { put(text, on: descriptor) }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal, 80 when unknown.
    static func width(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func put(_ text: String, on descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return }
            } else {
                bytes = bytes.dropFirst(count)
            }
        }
    }
}
