/// What a terminal shows: lines that fit. Two frames give what must be drawn to get from one to the other, and no more, so that
/// nothing flickers.
struct Frame: Equatable {
    let columns: Int
    let lines: [String]

    /// Cuts what does not fit; says so in the last line when lines are missing.
    init(_ text: [String], columns: Int, lines: Int) {
        self.columns = columns
        var kept = text
        if text.count > lines {
            kept = Array(text.prefix(max(0, lines - 1)))
            kept.append("… \(text.count - kept.count) more lines; make the window larger")
        }
        self.lines = kept.prefix(lines).map { line in
            line.count > columns ? String(line.prefix(max(0, columns - 1))) + "…" : line
        }
    }

    /// The bytes that change a terminal from `old` to this one; empty when they are the same. `nil`: an unknown screen.
    func changes(from old: Frame?) -> String {
        guard let old, old.columns == columns else {
            let all = lines.map { "\($0)\u{1B}[K" }.joined(separator: "\r\n")
            return wrapped("\u{1B}[H\(all)\u{1B}[J")
        }
        guard old != self else { return "" }
        var text = ""
        for (row, line) in lines.enumerated() where !old.lines.indices.contains(row) || old.lines[row] != line {
            text += "\u{1B}[\(row + 1);1H\(line)\u{1B}[K"
        }
        if old.lines.count > lines.count { text += "\u{1B}[\(lines.count + 1);1H\u{1B}[J" }
        return wrapped(text)
    }

    /// Shown at once by terminals that can (synchronized output); the others pass this over.
    private func wrapped(_ text: String) -> String { "\u{1B}[?2026h\(text)\u{1B}[?2026l" }
}
