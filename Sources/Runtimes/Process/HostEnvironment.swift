import Glibc

/// The environment this process was started with.
package enum HostEnvironment {
    package static var current: [String: String] {
        var values: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let sign = pair.firstIndex(of: "=") { values[String(pair[..<sign])] = String(pair[pair.index(after: sign)...]) }
            entry += 1
        }
        return values
    }
}
