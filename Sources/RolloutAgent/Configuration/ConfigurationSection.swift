import RolloutCore
import SystemPackage
import TOMLKit

/// Reads one TOML table: takes the keys it knows, collects every problem, and refuses what is left over.
final class ConfigurationSection {
    private let table: TOMLTable
    private let path: String
    private let problems: ConfigurationProblems
    private var known: [String] = []

    init(_ table: TOMLTable, path: String = "", problems: ConfigurationProblems) {
        self.table = table
        self.path = path
        self.problems = problems
    }

    func problem(_ key: String, _ text: String) { problems.list.append("\(name(key)) \(text).") }

    func string(_ key: String) -> String? { value(key, "a string", \.string) }
    func integer(_ key: String) -> Int? { value(key, "a whole number", \.int) }
    func boolean(_ key: String) -> Bool? { value(key, "true or false", \.bool) }

    func integer(_ key: String, within range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let number = integer(key) else { return fallback }
        if !range.contains(number) { problem(key, "is \(number); allowed is \(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    func duration(
        _ key: String, default fallback: Duration, least: Duration = .zero, most: Duration? = nil
    ) -> Duration {
        guard let text = string(key) else { return fallback }
        guard let duration = Duration(text: text) else {
            problem(key, "is '\(text)', which is no duration such as 500ms, 10s, 2m or 1h")
            return fallback
        }
        if duration < least { problem(key, "is \(text); the least is \(least.text)") }
        if let most, duration > most { problem(key, "is \(text); the most is \(most.text)") }
        return duration
    }

    /// `nil` when it is left out.
    func optionalDuration(_ key: String) -> Duration? {
        string(key) == nil ? nil : duration(key, default: .zero)
    }

    func absolutePath(_ key: String) -> FilePath? {
        guard let text = string(key) else { return nil }
        let path = FilePath(text)
        if !path.isAbsolute { problem(key, "is '\(text)'; an absolute path is needed") }
        return path
    }

    func name<N: Name>(_ key: String, as type: N.Type = N.self) -> N? {
        guard let text = string(key) else { return nil }
        guard let name = N(text) else {
            problem(key, "is '\(text)'; a name is 1 to 63 of a-z 0-9 . _ - and begins with a letter or digit")
            return nil
        }
        return name
    }

    func address(_ key: String) -> ListenAddress? {
        guard let text = string(key) else { return nil }
        guard let address = ListenAddress(text) else {
            problem(key, "is '\(text)'; an address is an IP and a port, such as 127.0.0.1:8080 or [::]:8080")
            return nil
        }
        return address
    }

    func choice<C: RawRepresentable & CaseIterable>(_ key: String, default fallback: C) -> C where C.RawValue == String {
        guard let text = string(key) else { return fallback }
        guard let choice = C(rawValue: text) else {
            let all = C.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            problem(key, "is '\(text)'; it can be \(all)")
            return fallback
        }
        return choice
    }

    func strings(_ key: String) -> [String] {
        guard let array = value(key, "a list of strings", \.array) else { return [] }
        return array.compactMap { element in
            if element.string == nil { problem(key, "must be a list of strings") }
            return element.string
        }
    }

    func stringTable(_ key: String) -> [String: String] {
        guard let table = value(key, "a table of strings", \.table) else { return [:] }
        var result: [String: String] = [:]
        for (name, value) in table {
            if let text = value.string { result[name] = text } else { problem(key, "has '\(name)', which is not a string") }
        }
        return result
    }

    /// The section with this name, or an empty one: defaults stand in one place, in the section's own type.
    func section(_ key: String) -> ConfigurationSection {
        let inner = value(key, "a table", \.table) ?? TOMLTable()
        return ConfigurationSection(inner, path: name(key), problems: problems)
    }

    /// The section with this name, if it is there.
    func present(_ key: String) -> ConfigurationSection? {
        value(key, "a table", \.table).map { ConfigurationSection($0, path: name(key), problems: problems) }
    }

    func sections(_ key: String) -> [ConfigurationSection] {
        guard let array = value(key, "a list of tables: [[\(key)]]", \.array) else { return [] }
        return array.enumerated().compactMap { index, element in
            guard let table = element.table else {
                problem(key, "must be a list of tables: [[\(key)]]")
                return nil
            }
            return ConfigurationSection(table, path: "\(name(key))[\(index)]", problems: problems)
        }
    }

    /// To be called last: a key that nothing asked for is a typo, and silently ignoring it would be found at night.
    func refuseUnknown() {
        for key in table.keys where !known.contains(key) {
            let nearest = known.min { editDistance($0, key) < editDistance($1, key) }
            let hint = nearest.map {
                editDistance($0, key) <= 3
                    ? " Did you mean '\($0)'?" : " Known here: \(known.sorted().joined(separator: ", "))."
            }
            problems.list.append("\(name(key)) is not known.\(hint ?? "")")
        }
    }

    private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func value<Value>(_ key: String, _ expected: String, _ get: KeyPath<any TOMLValueConvertible, Value?>) -> Value? {
        known.append(key)
        guard let found = table[key] else { return nil }
        guard let value = found[keyPath: get] else {
            problem(key, "must be \(expected)")
            return nil
        }
        return value
    }
}

/// What is wrong with a configuration, gathered so that a person sees all of it at once.
final class ConfigurationProblems {
    var list: [String] = []
}

/// Levenshtein's distance.
private func editDistance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    var row = Array(0...b.count)
    for i in 0..<a.count {
        var diagonal = row[0]
        row[0] = i + 1
        for j in 0..<b.count {
            let above = row[j + 1]
            row[j + 1] = min(min(row[j], above) + 1, diagonal + (a[i] == b[j] ? 0 : 1))
            diagonal = above
        }
    }
    return row[b.count]
}
