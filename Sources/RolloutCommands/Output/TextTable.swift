/// Rows under headings, each column as wide as its widest cell.
struct TextTable {
    private var rows: [[String]]

    init(_ headings: String...) { rows = [headings.map { $0.uppercased() }] }

    /// Adds a row; `nil` and empty cells show as `-`.
    mutating func add(_ cells: String?...) {
        rows.append(cells.map { cell in cell.flatMap { $0.isEmpty ? nil : $0.printable } ?? "-" })
    }

    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0 }
        let lines = rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
            }.joined(separator: "  ")
        }
        return lines.joined(separator: "\n")
    }
}
