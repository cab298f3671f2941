import RolloutCore
import RolloutTesting
import Testing

@Suite struct ArtifactInspectorTests {
    private func inspect(_ bytes: [UInt8]) throws(ArtifactDefect) -> ArtifactFacts {
        try ArtifactInspector.inspect(MemoryContent(bytes))
    }

    private func reason(_ bytes: [UInt8]) -> String {
        do throws(ArtifactDefect) {
            let facts = try inspect(bytes)
            _ = try ArtifactNeed.decide(facts, executor: nil)
            return "accepted"
        } catch {
            return error.reason
        }
    }

    @Test func readsImportsExportsAndProducersOfAModule() throws {
        let bytes = WasmBytes.module.commandType()
            .imports([("wasi_snapshot_preview1", "fd_write"), ("wasi_snapshot_preview1", "fd_read")]).function()
            .exports(["_start"], function: 2).producers("processed-by", "clang", "21.0.0").bytes
        let facts = try inspect(bytes)
        #expect(facts.kind == .module)
        #expect(facts.imports.map(\.description) == ["wasi_snapshot_preview1.fd_write", "wasi_snapshot_preview1.fd_read"])
        #expect(facts.exports == ["_start"])
        #expect(facts.producers.map(\.description) == ["processed-by: clang 21.0.0"])
        #expect(try ArtifactNeed.decide(facts, executor: nil) == .wagi)
    }

    @Test func skipsMemoriesTablesGlobalsAndTagsAmongImports() throws {
        let name = WasmBytes.name("wasi_snapshot_preview1")
        func entry(_ kind: [UInt8]) -> [UInt8] { name + WasmBytes.name("x") + kind }
        let kinds: [[UInt8]] = [
            [0, 1], [1, 0x70, 1, 0, 9], [2, 0, 2], [2, 5, 1, 0x80, 1], [3, 0x7f, 1], [4, 0, 3], [1, 0x63, 0x70, 0, 1],
        ]
        let facts = try inspect(WasmBytes.module.section(2, [UInt8(kinds.count)] + kinds.flatMap(entry)).bytes)
        #expect(facts.imports.count == kinds.count)
    }

    @Test func readsTopLevelNamesOfAComponentOnly() throws {
        let nested = WasmBytes.component.componentExports(["inner:thing/face"]).bytes
        let facts = try inspect(
            WasmBytes.component.section(4, nested).componentImports(["wasi:io/poll@0.2.0"])
                .componentExports(["wasi:http/incoming-handler@0.2.3"]).bytes)
        #expect(facts.kind == .component)
        #expect(facts.imports.map(\.name) == ["wasi:io/poll@0.2.0"])
        #expect(facts.exports == ["wasi:http/incoming-handler@0.2.3"])
        #expect(try ArtifactNeed.decide(facts, executor: nil) == .http)
    }

    @Test func acceptsEveryHandlerThatSpinTakes() throws {
        for export in [
            "wasi:http/incoming-handler@0.2.0", "wasi:http/handler@0.3.0-rc-2026-03-15", "fermyon:spin/inbound-http",
        ] {
            #expect(
                try ArtifactNeed.decide(inspect(WasmBytes.component.componentExports([export]).bytes), executor: nil) == .http)
        }
        let command = try inspect(WasmBytes.component.componentExports(["wasi:cli/run@0.2.0"]).bytes)
        #expect(try ArtifactNeed.decide(command, executor: nil) == .wagi)
        #expect(ArtifactNeed.warnings(command, need: .wagi).contains { $0.contains("wasmkit") })
    }

    @Test func takesModulesOfWitBindgenAndOfTheOldSpinInterfaceForHttp() throws {
        let candidates = [
            WasmBytes.module.exports(["_start"]).custom("component-type:my-world").bytes,
            WasmBytes.module.exports(["_initialize", "cabi_realloc"]).bytes,
            WasmBytes.module.imports([("spin-config", "get-config")]).exports(["handle-http-request"]).bytes,
        ]
        for bytes in candidates { #expect(try ArtifactNeed.decide(inspect(bytes), executor: nil) == .http) }
    }

    @Test func refusesAnExecutorThatDoesNotFit() throws {
        let command = try inspect(WasmBytes.command)
        let handler = try inspect(WasmBytes.handler)
        #expect(throws: ArtifactDefect.self) { try ArtifactNeed.decide(command, executor: .http) }
        #expect(throws: ArtifactDefect.self) { try ArtifactNeed.decide(handler, executor: .wagi) }
    }

    @Test func saysWhyNoHostCouldRunIt() {
        #expect(reason(WasmBytes.module.exports(["main"]).bytes).contains("exports no function _start"))
        #expect(
            reason(WasmBytes.module.imports([("env", "emscripten_sleep")]).exports(["_start"]).bytes)
                .contains("imports from 'env' (env.emscripten_sleep)"))
        #expect(reason(WasmBytes.component.componentExports(["my:own/thing"]).bytes).contains("neither a wasi:http handler"))
        #expect(
            reason(
                WasmBytes.component.componentExports(["wasi:http/incoming-handler@0.2.0", "fermyon:spin/inbound-http"]).bytes
            )
            .contains("exactly one"))
    }

    @Test func refusesWhatNoEngineWouldLoad() {
        let imports = [("wasi_snapshot_preview1", "fd_write")]
        let typed = WasmBytes.module.commandType()
        #expect(
            reason(typed.imports([("wasi_snapshot_preview1", "nosuch")]).function().exports(["_start"], function: 1).bytes)
                .contains("it imports wasi_snapshot_preview1.nosuch"))
        #expect(
            reason(typed.imports(imports).function().exports(["_start"], function: 77).bytes)
                .contains("its _start is function 77, which it does not have"))
        #expect(reason(typed.exports(["_start"]).bytes).contains("its _start is function 0, which it does not have"))
        #expect(reason(WasmBytes.module.function().exports(["_start"]).bytes).contains("its _start has type 0"))
        let taking = WasmBytes.module.section(1, [1, 0x60, 1, 0x7f, 0]).function().exports(["_start"])
        #expect(reason(taking.bytes).contains("takes or returns something"))
        #expect(reason(typed.function().exports(["_start"]).exports(["_start"]).bytes).contains("a second export section"))
        #expect(reason(typed.exports(["_start"]).function().bytes).contains("out of order"))
        // Types of a later specification are not judged.
        let recursive = WasmBytes.module.section(1, [1, 0x4e, 1, 0x60, 0, 0]).function().exports(["_start"])
        #expect(reason(recursive.bytes) == "accepted")
        #expect(reason(WasmBytes.command) == "accepted")
    }

    @Test func saysWhatItLooksLikeInstead() {
        #expect(reason([0x7f, 0x45, 0x4c, 0x46, 2, 1]).contains("ELF"))
        #expect(reason([0x1f, 0x8b, 8, 0]).contains("gzip"))
        #expect(reason([0x50, 0x4b, 3, 4]).contains("zip archive"))
        #expect(reason(Array("(module (func))".utf8)).contains("WAT"))
        #expect(reason(Array("hello".utf8)).contains("looks like text"))
        #expect(reason([]).contains("empty"))
        #expect(reason([0, 0x61, 0x73]).contains("first bytes are unknown"))
        #expect(reason([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]).contains("binary version 2"))
        #expect(reason([0, 0x61, 0x73, 0x6d, 0x0a, 0, 1, 0]).contains("component of binary version 10"))
        #expect(reason([0, 0x61, 0x73, 0x6d, 1, 0]).contains("cut off"))
        #expect(reason(WasmBytes.command + [1]).contains("or something follows its end that is no section"))
    }

    @Test func refusesOverlongAndOverflowingNumbers() {
        #expect(reason(WasmBytes.module.bytes + [1, 0x80, 0x80, 0x80, 0x80, 0x80, 0]).contains("overlong"))
        #expect(reason(WasmBytes.module.bytes + [1, 0xff, 0xff, 0xff, 0xff, 0x1f]).contains("does not fit in 32 bits"))
        #expect(reason(WasmBytes.module.bytes + [1, 0xff, 0xff, 0xff, 0xff, 0x0f]).contains("cut off"))
    }

    @Test func boundsCountsBeforeItAllocates() {
        let many: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0x0f]
        #expect(reason(WasmBytes.module.section(2, many).bytes).contains("more than 10000 imports"))
        #expect(reason(WasmBytes.component.section(11, many).bytes).contains("more than 10000 exports"))
        #expect(reason(WasmBytes.module.custom("producers", many).bytes).contains("producers fields"))
        #expect(
            reason(WasmBytes.module.section(2, [1] + WasmBytes.leb(5000) + [UInt8](repeating: 97, count: 5000)).bytes)
                .contains("a name of 5000 bytes"))
    }

    @Test func warnsOfOldClangAlone() throws {
        func warnings(_ version: String) throws -> [String] {
            let facts = try inspect(WasmBytes.module.exports(["_start"]).producers("processed-by", "clang", version).bytes)
            return ArtifactNeed.warnings(facts, need: .wagi)
        }
        #expect(try warnings("14.0.6").count == 1)
        #expect(try warnings("15.0.6-wasi-sdk").count == 1)
        #expect(try warnings("15.0.7").isEmpty)
        #expect(try warnings("18.1.2-wasi-sdk (https://github.com/llvm/llvm-project 26a1d66)").isEmpty)
    }

    @Test func refusesOrAcceptsEveryTruncationWithoutTrapping() {
        for whole in [Self.rich, Self.richComponent] {
            #expect(reason(whole) == "accepted")
            for length in 0..<whole.count {
                // A cut between two sections leaves a valid, smaller artifact; any other is refused.
                let cut = reason(Array(whole[..<length]))
                #expect(!cut.isEmpty)
            }
        }
    }

    @Test(arguments: 0..<8) func survivesAnyMutation(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var outcomes = Set<Bool>()
        for _ in 0..<2000 {
            var bytes = Bool.random(using: &random) ? Self.rich : Self.richComponent
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 8..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            outcomes.insert(reason(bytes) == "accepted")
        }
        #expect(outcomes == [true, false])
    }

    private static let rich = WasmBytes.module.section(1, [1, 0x60, 0, 0])
        .imports([("wasi_snapshot_preview1", "fd_write"), ("wasi_snapshot_preview1", "proc_exit")])
        .section(3, [1, 0]).exports(["_start", "helper"]).section(10, [1, 2, 0, 0x0b])
        .producers("language", "C11", "").producers("processed-by", "clang", "21.0.0").custom("name", [0, 1, 2]).bytes

    private static let richComponent = WasmBytes.component.section(1, rich)
        .componentImports(["wasi:io/streams@0.2.0", "wasi:cli/environment@0.2.0"])
        .componentExports(["wasi:http/incoming-handler@0.2.0"]).producers("sdk", "spin", "3.4.1").bytes
}
