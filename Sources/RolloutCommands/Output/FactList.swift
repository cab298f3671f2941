/// Facts under one another: `name   value`, the values aligned.
struct FactList {
    private var facts: [(name: String, value: String)] = []

    /// Adds a fact; `nil` is left out. A name that is empty continues the fact before.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        facts.append((name, value.printable))
    }

    /// Adds one line for each value, the name on the first only.
    mutating func add(_ name: String, each values: [String]) {
        for (index, value) in values.enumerated() { add(index == 0 ? name : "", value) }
    }

    var text: String {
        let width = facts.map(\.name.count).max() ?? 0
        return facts.map { fact in
            fact.name + String(repeating: " ", count: width - fact.name.count + 2) + fact.value
        }.joined(separator: "\n")
    }
}
