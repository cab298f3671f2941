/// Artifacts that are valid WebAssembly modules for WAGI and carry directives for the Spin stand-in.
package enum StandInArtifact {
    /// A command module (`_start`, no imports) that does nothing on a real engine and what `behavior` says on the stand-in.
    package static func wasm(_ behavior: StandInBehavior = StandInBehavior()) -> [UInt8] {
        var bytes: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
        bytes += section(1, [0x01, 0x60, 0x00, 0x00])  // one type: no parameters, no results
        bytes += section(3, [0x01, 0x00])  // one function of that type
        bytes += section(5, [0x01, 0x00, 0x01])  // one memory of at least one page
        bytes += section(7, [0x02] + name("_start") + [0x00, 0x00] + name("memory") + [0x02, 0x00])
        bytes += section(10, [0x01, 0x02, 0x00, 0x0b])  // its body: end
        bytes += section(0, name("stand-in") + Array(behavior.lines.utf8))
        if let size = behavior.paddedTo, size > bytes.count {
            bytes += section(0, name("padding") + [UInt8](repeating: 0, count: size - bytes.count))
        }
        return bytes
    }

    /// A Spin manifest for one such module.
    package static func manifest(
        app: String = "app", version: String = "1", source: String = "app.wasm", route: String = "/..."
    ) -> String {
        """
        spin_manifest_version = 2

        [application]
        name = "\(app)"
        version = "\(version)"

        [[trigger.http]]
        route = "\(route)"
        component = "\(app)"
        executor = { type = "wagi" }

        [component.\(app)]
        source = "\(source)"

        """
    }

    private static func section(_ id: UInt8, _ content: [UInt8]) -> [UInt8] { [id] + length(content.count) + content }

    private static func name(_ text: String) -> [UInt8] { length(text.utf8.count) + Array(text.utf8) }

    private static func length(_ value: Int) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        repeat {
            let digit = UInt8(rest & 0x7f)
            rest >>= 7
            bytes.append(rest == 0 ? digit : digit | 0x80)
        } while rest != 0
        return bytes
    }
}
