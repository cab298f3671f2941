import RolloutSystem

extension SimulatedDisk {
    private struct Name: Hashable {
        var directory: Number
        var name: String

        init(_ edit: Edit) {
            directory = edit.directory
            name = edit.name
        }
    }

    /// Makes durable what was done to names in this directory, and what that builds on. A rename between two directories
    /// survives whole, whichever of them is synced, as journals and file servers have it.
    mutating func syncDirectory(_ number: Number) {
        self[number].durableMode = self[number].mode
        var needed: Set<Name> = []
        var kept: [[Edit]] = []
        var later: [[Edit]] = []
        for edits in unsynced.reversed() {
            let names = edits.map(Name.init)
            if edits.contains(where: { $0.directory == number }) || names.contains(where: needed.contains) {
                needed.formUnion(names)
                kept.append(edits)
            } else {
                later.append(edits)
            }
        }
        for edits in kept.reversed() { makeDurable(edits) }
        unsynced = later.reversed()
    }

    private mutating func makeDurable(_ edits: [Edit]) {
        for edit in edits { self[edit.directory].durableEntries[edit.name] = edit.inode }
    }

    /// Takes the power away: of what was not synced, the seed decides what survives. Each operation on names does whole or
    /// not at all, and not without an earlier one on the same name; unsynced content may be old, new or torn.
    mutating func losePower(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        // All and nothing are the likeliest of real cases, and the rarest if every coin were tossed alone.
        let policy = Int.random(in: 0..<4, using: &random)
        var lost: Set<Name> = []
        for edits in unsynced {
            let names = edits.map(Name.init)
            let survives = policy == 0 || (policy != 1 && Bool.random(using: &random))
            if survives, !names.contains(where: lost.contains) {
                makeDurable(edits)
            } else {
                lost.formUnion(names)
            }
        }
        unsynced = []
        locks = [:]
        for number in inodes.keys.sorted() { settle(number, using: &random) }
        forgetUnreachable()
    }

    private mutating func settle(_ number: Number, using random: inout SeededRandom) {
        var inode = self[number]
        inode.entries = inode.durableEntries
        if inode.bytes != inode.durableBytes {
            inode.bytes = torn(old: inode.durableBytes, new: inode.bytes, using: &random)
            inode.durableBytes = inode.bytes
        }
        if inode.mode != inode.durableMode, Bool.random(using: &random) { inode.mode = inode.durableMode }
        inode.durableMode = inode.mode
        self[number] = inode
    }

    private func torn(old: [UInt8], new: [UInt8], using random: inout SeededRandom) -> [UInt8] {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return old
        case 1: return new
        case 2:
            // The length was written, the content was not.
            return old + repeatElement(0, count: max(0, new.count - old.count))
        case 3:
            let cut = Int.random(in: 0...new.count, using: &random)
            return Array(new[..<cut]) + (cut < old.count ? old[cut...] : [])
        default:
            // Sector by sector.
            var mixed = old + repeatElement(0, count: max(0, new.count - old.count))
            for start in stride(from: 0, to: new.count, by: 512) where Bool.random(using: &random) {
                mixed.overwrite(Array(new[start..<min(start + 512, new.count)]), at: start)
            }
            return mixed
        }
    }

    private mutating func forgetUnreachable() {
        var links: [Number: UInt64] = [Self.root: 1]
        var open = [Self.root]
        while let number = open.popLast() {
            for child in self[number].entries.values {
                links[child, default: 0] += 1
                if self[child].kind == .directory { open.append(child) }
            }
        }
        inodes = inodes.filter { links[$0.key] != nil }
        for (number, count) in links { self[number].linkCount = count }
    }
}
