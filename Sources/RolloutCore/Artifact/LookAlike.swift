/// Says what a file that is no WebAssembly looks like instead: most such files were named by mistake.
enum LookAlike {
    static func defect(of start: [UInt8]) -> ArtifactDefect {
        let (looks, remedy) = describe(start)
        return ArtifactDefect(reason: "it is not WebAssembly: \(looks)", remedy: remedy)
    }

    private static let build = "Build for a wasm target, such as wasm32-wasip1, and publish that file"

    private static func describe(_ start: [UInt8]) -> (String, String) {
        if start.isEmpty { return ("it is empty", "Build it again") }
        if start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) { return ("it looks like a native ELF program", build) }
        if start.starts(with: [0xcf, 0xfa, 0xed, 0xfe]) || start.starts(with: [0xca, 0xfe, 0xba, 0xbe]) {
            return ("it looks like a native macOS program", build)
        }
        if start.starts(with: [0x4d, 0x5a]) { return ("it looks like a native Windows program", build) }
        if start.starts(with: [0x1f, 0x8b]) { return ("it looks like gzip", "Decompress it first, with 'gzip -d'") }
        if start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            return ("it looks like zstd", "Decompress it first, with 'zstd -d'")
        }
        if start.starts(with: [0x50, 0x4b, 3, 4]) { return ("it looks like a zip archive", "Unpack it first, with 'unzip'") }
        if start.count >= 262, start[257..<262].elementsEqual("ustar".utf8) {
            return ("it looks like a tar archive", "Unpack it first, with 'tar -xf'")
        }
        guard
            let text = String(validating: start.prefix(64), as: UTF8.self)
                ?? String(validating: start.prefix(61), as: UTF8.self),
            start.allSatisfy({ $0 >= 32 || $0 == 9 || $0 == 10 || $0 == 13 })
        else { return ("its first bytes are unknown", build) }
        let trimmed = text.drop { " \t\r\n".contains($0) }
        if trimmed.hasPrefix("(module") || trimmed.hasPrefix("(component") || trimmed.hasPrefix(";;") {
            return ("it looks like the text format, WAT", "Assemble it first, with 'wat2wasm' or 'wasm-tools parse'")
        }
        if trimmed.hasPrefix("version https://git-lfs") {
            return ("it is a Git LFS pointer", "Fetch the file with 'git lfs pull'")
        }
        return ("it looks like text", build)
    }
}
