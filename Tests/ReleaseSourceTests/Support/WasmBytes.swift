/// Builds WebAssembly binaries by hand, so that each test says exactly which bytes it is about.
struct WasmBytes {
    private(set) var bytes: [UInt8]

    static let module = WasmBytes(bytes: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
    static let component = WasmBytes(bytes: [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0])

    func section(_ id: UInt8, _ content: [UInt8]) -> WasmBytes {
        WasmBytes(bytes: bytes + [id] + Self.leb(content.count) + content)
    }

    func custom(_ name: String, _ content: [UInt8] = []) -> WasmBytes { section(0, Self.name(name) + content) }

    func producers(_ field: String, _ name: String, _ version: String) -> WasmBytes {
        custom("producers", Self.leb(1) + Self.name(field) + Self.leb(1) + Self.name(name) + Self.name(version))
    }

    /// Function imports of a module.
    func imports(_ names: [(String, String)]) -> WasmBytes {
        section(2, Self.leb(names.count) + names.flatMap { Self.name($0.0) + Self.name($0.1) + [0, 0] })
    }

    /// Exports one function of a module under these names.
    func exports(_ names: [String], function: Int = 0) -> WasmBytes {
        section(7, Self.leb(names.count) + names.flatMap { Self.name($0) + [0] + Self.leb(function) })
    }

    /// One type, without parameters and results.
    func commandType() -> WasmBytes { section(1, [1, 0x60, 0, 0]) }

    /// One function, of the first type.
    func function() -> WasmBytes { section(3, [1, 0]) }

    /// Instances that a component imports.
    func componentImports(_ names: [String]) -> WasmBytes {
        section(10, Self.leb(names.count) + names.flatMap { [0] + Self.name($0) + [5, 0] })
    }

    /// Instances that a component exports.
    func componentExports(_ names: [String]) -> WasmBytes {
        section(11, Self.leb(names.count) + names.flatMap { [0] + Self.name($0) + [5, 0, 0] })
    }

    static func name(_ text: String) -> [UInt8] { leb(text.utf8.count) + Array(text.utf8) }

    static func leb(_ value: Int) -> [UInt8] {
        var value = value
        var result: [UInt8] = []
        repeat {
            let low = UInt8(value & 0x7f)
            value >>= 7
            result.append(value == 0 ? low : low | 0x80)
        } while value != 0
        return result
    }

    /// The smallest command.
    static let command = module.commandType().imports([("wasi_snapshot_preview1", "fd_write")]).function()
        .exports(["_start"], function: 1).section(10, [1, 2, 0, 0x0b]).bytes
    /// The smallest component that Spin routes requests to.
    static let handler = component.componentImports(["wasi:io/streams@0.2.0"])
        .componentExports(["wasi:http/incoming-handler@0.2.0"]).bytes
}
