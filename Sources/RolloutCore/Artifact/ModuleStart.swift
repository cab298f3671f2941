/// Whether what a module exports as `_start` can be called: a function that is there, without parameters and results
/// (core specification 2.0, 5.5.4 and 5.5.6).
struct ModuleStart {
    /// Its index among all functions, the imported ones first; `nil`: no function has that name.
    var function: UInt64?
    /// The types of the imported functions, in order.
    var importedTypes: [UInt64] = []
    var typeSection: ArtifactCursor?
    var functionSection: ArtifactCursor?

    /// What is wrong with it, in words; `nil` when nothing is, or when the types are of a kind that is not known here.
    func defect() throws(ArtifactDefect) -> String? {
        guard let function else { return nil }
        let type: UInt64
        if function < UInt64(importedTypes.count) {
            type = importedTypes[Int(function)]
        } else if let found = try definedType(function - UInt64(importedTypes.count)) {
            type = found
        } else {
            return "its _start is function \(function), which it does not have"
        }
        switch try signature(of: type) {
        case .command, .unknown: return nil
        case .absent: return "its _start has type \(type), which it does not have"
        case .other: return "its _start takes or returns something, so it is no command"
        }
    }

    private func definedType(_ index: UInt64) throws(ArtifactDefect) -> UInt64? {
        guard var section = functionSection else { return nil }
        let count = try section.unsigned()
        guard index < count else { return nil }
        for _ in 0..<index { _ = try section.unsigned() }
        return try section.unsigned()
    }

    private enum Signature { case command, other, absent, unknown }

    private func signature(of type: UInt64) throws(ArtifactDefect) -> Signature {
        guard var section = typeSection else { return .absent }
        let count = try section.unsigned()
        guard type < count else { return .absent }
        for index in 0...type {
            // Recursive groups, structures and arrays belong to a later specification.
            guard try section.byte() == 0x60 else { return .unknown }
            let parameters = try skipValueTypes(&section)
            let results = try skipValueTypes(&section)
            if index == type { return parameters + results == 0 ? .command : .other }
        }
        return .absent
    }

    private func skipValueTypes(_ section: inout ArtifactCursor) throws(ArtifactDefect) -> UInt64 {
        let count = try section.unsigned()
        for _ in 0..<count {
            let type = try section.byte()
            if type == 0x63 || type == 0x64 { try section.skipType() }
        }
        return count
    }
}
