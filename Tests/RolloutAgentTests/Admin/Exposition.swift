/// A page in Prometheus' text format 0.0.4, read strictly: what a scraper would take and promtool would not complain about.
struct Exposition {
    struct Fault: Error, CustomStringConvertible {
        var line: Int
        var description: String
    }

    private struct Series: Hashable {
        var name: String
        var labels: [String: String]
    }

    private(set) var help: [String: String] = [:]
    private var types: [String: String] = [:]
    private var values: [Series: Double] = [:]
    private var order: [(series: Series, value: Double)] = []
    private var line = 0

    subscript(name: String, labels: [String: String]) -> Double? { values[Series(name: name, labels: labels)] }

    init(parsing page: String) throws {
        guard page.hasSuffix("\n") else { throw fault("the last line has no end") }
        var current: String?
        for text in page.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            line += 1
            if text.hasPrefix("# HELP ") {
                let (name, rest) = try cut(text.dropFirst(7))
                guard help[name] == nil else { throw fault("HELP of \(name) comes twice") }
                help[name] = try unescaped(rest, quotes: false)
                current = nil
            } else if text.hasPrefix("# TYPE ") {
                let (name, type) = try cut(text.dropFirst(7))
                guard help[name] != nil, types[name] == nil else { throw fault("TYPE of \(name) is not right after its HELP") }
                guard ["counter", "gauge", "histogram", "summary"].contains(type) else { throw fault("no type: \(type)") }
                try checkName(name, type)
                types[name] = type
                current = name
            } else {
                try sample(text, of: current)
            }
        }
        try checkHistograms()
    }

    private func fault(_ text: String) -> Fault { Fault(line: line, description: text) }

    private func cut(_ text: Substring) throws -> (String, String) {
        guard let space = text.firstIndex(of: " ") else { throw fault("'\(text)' has one word only") }
        return (String(text[..<space]), String(text[text.index(after: space)...]))
    }

    /// Base units, `_total` for counters and for them alone.
    private func checkName(_ name: String, _ type: String) throws {
        guard Self.isName(name, colons: true) else { throw fault("'\(name)' is no name") }
        guard name.hasSuffix("_total") == (type == "counter") else { throw fault("\(name) is a \(type)") }
        for unit in ["_ms", "_milliseconds", "_minutes", "_kb", "_kib", "_mb", "_percent"] where name.contains(unit) {
            throw fault("\(name) is not in a base unit")
        }
    }

    private static func isName(_ text: String, colons: Bool) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first), !text.isEmpty else { return false }
        return text.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_" || colons && $0 == ":"
        }
    }

    private mutating func sample(_ text: Substring, of current: String?) throws {
        let name = String(text.prefix { $0 != "{" && $0 != " " })
        var rest = text.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = String(rest.prefix { $0 != "=" })
                guard Self.isName(label, colons: false), !label.hasPrefix("__"), labels[label] == nil else {
                    throw fault("label '\(label)'")
                }
                rest = rest.dropFirst(label.count)
                guard rest.hasPrefix("=\"") else { throw fault("label \(label) has no value") }
                rest = rest.dropFirst(2)
                var value = ""
                while let character = rest.first, character != "\"" {
                    value.append(character)
                    rest = rest.dropFirst()
                    if character == "\\", let next = rest.first {
                        value.append(next)
                        rest = rest.dropFirst()
                    }
                }
                guard rest.first == "\"" else { throw fault("label \(label) does not end") }
                labels[label] = try unescaped(value, quotes: true)
                rest = rest.dropFirst()
                if rest.first == "," {
                    rest = rest.dropFirst()
                } else if rest.first != "}" {
                    throw fault("after label \(label)")
                }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let value = Self.number(rest.dropFirst()) else { throw fault("'\(rest)' is no value") }
        guard let current, let type = types[current] else { throw fault("\(name) has no HELP and TYPE") }
        let parts = ["histogram": ["_bucket", "_sum", "_count"], "summary": ["_sum", "_count"]][type] ?? [""]
        guard parts.contains(where: { current + $0 == name }) else { throw fault("\(name) stands under \(current)") }
        if type == "counter", value < 0 { throw fault("\(name) is negative") }
        let series = Series(name: name, labels: labels)
        guard values.updateValue(value, forKey: series) == nil else { throw fault("\(series) comes twice") }
        order.append((series, value))
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.allSatisfy { "0123456789.eE+-".contains($0) } ? Double(text) : nil
        }
    }

    private func unescaped(_ text: String, quotes: Bool) throws -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\" else {
                result.append(character)
                continue
            }
            switch rest.popFirst() {
            case "\\": result.append("\\")
            case "n": result.append("\n")
            case "\"" where quotes: result.append("\"")
            default: throw fault("a backslash escapes nothing")
            }
        }
        return result
    }

    /// Buckets rise, end with +Inf, and that one is the count.
    private func checkHistograms() throws {
        for (name, type) in types where type == "histogram" {
            var groups: [[String: String]: [(bound: Double, count: Double)]] = [:]
            for entry in order where entry.series.name == name + "_bucket" {
                var labels = entry.series.labels
                guard let bound = labels.removeValue(forKey: "le").flatMap({ Self.number($0[...]) }) else {
                    throw fault("a bucket of \(name) has no bound")
                }
                groups[labels, default: []].append((bound, entry.value))
            }
            for (labels, buckets) in groups {
                guard zip(buckets, buckets.dropFirst()).allSatisfy({ $0.bound < $1.bound && $0.count <= $1.count }) else {
                    throw fault("the buckets of \(name) do not rise")
                }
                guard buckets.last?.bound == .infinity, buckets.last?.count == self[name + "_count", labels],
                    self[name + "_sum", labels] != nil
                else { throw fault("\(name) has no +Inf bucket, sum or count") }
            }
        }
    }
}
