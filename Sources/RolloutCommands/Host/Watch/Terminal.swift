import Glibc
import Synchronization

/// The terminal while a view has it: the alternate screen, no cursor, no echo. Whoever opens it closes it.
struct Terminal: ~Copyable {
    private let descriptor: Int32
    private let original: termios?

    /// Signals that came while a view was shown.
    private static let interrupted = Atomic(false)
    private static let resized = Atomic(false)

    static var isInterrupted: Bool { interrupted.load(ordering: .relaxed) }
    /// Whether the size has changed since the last call.
    static func takeResize() -> Bool { resized.exchange(false, ordering: .relaxed) }

    /// From now on ^C and the like end the view, and not the program in the middle of it.
    static func catchSignals() {
        // Touched before a handler can need them: a first access makes them.
        _ = (isInterrupted, takeResize())
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in Terminal.interrupted.store(true, ordering: .relaxed) } }
        signal(SIGWINCH) { _ in Terminal.resized.store(true, ordering: .relaxed) }
    }

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var settings = termios()
        if tcgetattr(STDIN_FILENO, &settings) == 0 {
            original = settings
            settings.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        } else {
            original = nil
        }
        Console.draw("\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[2J", on: descriptor)
    }

    func draw(_ text: String) { Console.draw(text, on: descriptor) }

    /// Columns and lines.
    var size: (columns: Int, lines: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Everything as it was before.
    consuming func close() {
        Console.draw("\u{1B}[?25h\u{1B}[?1049l", on: descriptor)
        if var original { tcsetattr(STDIN_FILENO, TCSADRAIN, &original) }
    }
}
