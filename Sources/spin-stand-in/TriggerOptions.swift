/// The options of `spin trigger http` that matter here. Unknown ones end the process with code 2, as clap does.
struct TriggerOptions {
    var host = "127.0.0.1"
    var port = 3000
    /// `nil`: beside the app; empty: none.
    var stateDirectory: String?
    var logDirectory: String?
    var disablesCache = false
    var isQuiet = false
    var findsFreePort = false
    var writesJSON = false

    init(_ arguments: [String]) {
        logDirectory = environment("SPIN_LOG_DIR")
        if let listen = environment("SPIN_HTTP_LISTEN_ADDR") { setAddress(listen) }
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = argument.hasPrefix("--") ? parts[0] : argument
            func value() -> String {
                if argument.hasPrefix("--"), parts.count == 2 { return parts[1] }
                guard let next = rest.popFirst() else { fail("error: a value is required for '\(name)'", code: 2) }
                return next
            }
            switch name {
            case "--listen": setAddress(value())
            case "--state-dir": stateDirectory = value()
            case "-L", "--log-dir": logDirectory = value()
            case "--disable-cache": disablesCache = true
            case "-q", "--quiet": isQuiet = true
            case "--find-free-port": findsFreePort = true
            case "--format": writesJSON = value() == "json"
            case "--cache", "--follow", "--runtime-config-file", "--variable", "--key-value", "--sqlite", "--tls-cert",
                "--tls-key",
                "--max-instance-memory", "--http1-max-buf-size", "--request-timeout", "--idle-instance-timeout",
                "--max-instance-reuse-count", "--max-instance-concurrent-reuse-count":
                _ = value()
            case "--truncate-logs", "--disable-pooling", "--debug-info", "--allow-transient-write": break
            default:
                fail("error: unexpected argument '\(argument)' found\n\nUsage: spin trigger http [OPTIONS]", code: 2)
            }
        }
    }

    private mutating func setAddress(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]),
            (0...65535).contains(number)
        else { fail("error: invalid value '\(text)' for '--listen <ADDRESS>': invalid socket address syntax", code: 2) }
        host = text[..<colon].filter { $0 != "[" && $0 != "]" }
        port = number
    }
}
