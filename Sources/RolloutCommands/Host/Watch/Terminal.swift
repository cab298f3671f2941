import Glibc

/// The terminal while a view has it: the alternate screen, no cursor, no echo. Whoever shows it hides it.
final class Terminal {
    private let descriptor: Int32
    private var original: termios?
    private(set) var isShown = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Whether it is this process's turn, and not that of the shell or another job. True where there is no telling.
    var isForeground: Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }

    /// Takes the terminal, unless it has it or another job does.
    func show() {
        guard !isShown, isForeground else { return }
        isShown = true
        var settings = termios()
        if tcgetattr(STDIN_FILENO, &settings) == 0 {
            original = settings
            settings.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        }
        Console.draw("\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[2J", on: descriptor)
    }

    /// Everything as it was before.
    func hide() {
        guard isShown else { return }
        isShown = false
        Console.draw("\u{1B}[?25h\u{1B}[?1049l", on: descriptor)
        if var original { tcsetattr(STDIN_FILENO, TCSADRAIN, &original) }
        original = nil
    }

    func draw(_ text: String) { Console.draw(text, on: descriptor) }

    /// Columns and lines.
    var size: (columns: Int, lines: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
