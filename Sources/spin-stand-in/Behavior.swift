/// What an artifact makes the stand-in do: `key=value` lines in a custom section named `stand-in`, so that the bytes of
/// a release decide how it behaves. Made by `StandInArtifact` in RolloutTesting, where the keys are explained.
struct Behavior {
    struct Defect: Error {
        var reason: String
    }

    private var values: [String: String] = [:]

    func text(_ key: String) -> String? { values[key] }
    func number(_ key: String) -> Int? { values[key].flatMap { Int($0) } }
    func has(_ key: String) -> Bool { values[key] != nil }

    /// Reads a module or component far enough to find the section; throws when the bytes are no whole WebAssembly file.
    init(wasm: [UInt8]) throws(Defect) {
        guard wasm.count >= 8, wasm.starts(with: [0, 0x61, 0x73, 0x6d]) else {
            throw Defect(reason: "magic header not detected")
        }
        var reader = Reader(bytes: wasm[8...])
        while !reader.bytes.isEmpty {
            let id = try reader.byte()
            let content = try reader.take(reader.length())
            guard id == 0 else { continue }
            var section = Reader(bytes: content)
            let name = try section.take(section.length())
            if String(decoding: name, as: UTF8.self) == "stand-in" { parse(String(decoding: section.bytes, as: UTF8.self)) }
        }
    }

    private mutating func parse(_ text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func byte() throws(Defect) -> UInt8 {
            guard let byte = bytes.popFirst() else { throw Defect(reason: "unexpected end-of-file") }
            return byte
        }

        mutating func length() throws(Defect) -> Int {
            var value = 0
            for shift in stride(from: 0, to: 35, by: 7) {
                let next = try byte()
                value |= Int(next & 0x7f) << shift
                if next < 0x80 { return value }
            }
            throw Defect(reason: "invalid var_u32")
        }

        mutating func take(_ count: Int) throws(Defect) -> ArraySlice<UInt8> {
            guard count <= bytes.count else { throw Defect(reason: "unexpected end-of-file") }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count)
        }
    }
}
