extension StringProtocol {
    /// What stands between slashes, empty parts left out; by bytes, as the kernel splits. By Swift's characters, a slash before a
    /// combining accent is none.
    package var pathParts: [String] { utf8.split(separator: 47).map { String(decoding: $0, as: UTF8.self) } }

    /// By bytes, as the kernel sees it.
    package var isAbsolutePath: Bool { utf8.first == 47 }
}
