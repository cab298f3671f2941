import RolloutSystem
import SystemPackage

extension SimulatedDisk {
    private mutating func apply(_ edits: [Edit]) {
        let now = tick()
        for edit in edits {
            self[edit.directory].entries[edit.name] = edit.inode
            self[edit.directory].modified = now
            self[edit.directory].changed = now
        }
        unsynced.append(edits)
    }

    private mutating func add(_ inode: Inode, _ name: String, in directory: Number) throws(Refusal) -> Number {
        guard self[directory].linkCount > 0 else { throw Refusal(code: .notFound) }
        guard try entry(name, in: directory) == nil else { throw Refusal(code: .exists) }
        let number = nextNumber
        nextNumber += 1
        inodes[number] = inode
        apply([Edit(directory: directory, name: name, inode: number)])
        return number
    }

    mutating func createFile(_ name: String, in directory: Number, mode: UInt16) throws(Refusal) -> Number {
        try add(makeInode(.regular, mode: mode), name, in: directory)
    }

    mutating func createDirectory(_ name: String, in directory: Number, mode: UInt16) throws(Refusal) {
        _ = try add(makeInode(.directory, mode: mode), name, in: directory)
    }

    mutating func createSymbolicLink(_ name: String, in directory: Number, to target: FilePath) throws(Refusal) {
        var inode = makeInode(.symbolicLink, mode: 0o777)
        inode.target = target
        _ = try add(inode, name, in: directory)
    }

    mutating func link(_ number: Number, _ name: String, in directory: Number) throws(Refusal) {
        guard self[number].kind == .regular else { throw Refusal(code: .permissionDenied) }
        guard try entry(name, in: directory) == nil else { throw Refusal(code: .exists) }
        apply([Edit(directory: directory, name: name, inode: number)])
        self[number].linkCount += 1
        self[number].changed = time
    }

    mutating func unlink(_ name: String, in directory: Number) throws(Refusal) {
        guard let number = try entry(name, in: directory) else { throw Refusal(code: .notFound) }
        guard self[number].kind != .directory else { throw Refusal(code: .notRegular) }
        apply([Edit(directory: directory, name: name, inode: nil)])
        release(number)
    }

    mutating func removeDirectory(_ name: String, in directory: Number) throws(Refusal) {
        guard let number = try entry(name, in: directory) else { throw Refusal(code: .notFound) }
        guard self[number].kind == .directory else { throw Refusal(code: .notDirectory) }
        guard self[number].entries.isEmpty else { throw Refusal(code: .notEmpty) }
        apply([Edit(directory: directory, name: name, inode: nil)])
        release(number)
    }

    private mutating func release(_ number: Number) {
        self[number].linkCount -= 1
        self[number].changed = time
    }

    mutating func rename(
        _ source: String, in sourceDirectory: Number, to target: String, in targetDirectory: Number
    ) throws(Refusal) {
        guard let moved = try entry(source, in: sourceDirectory) else { throw Refusal(code: .notFound) }
        let replaced = try entry(target, in: targetDirectory)
        // rename(2): two names of one file stay as they are.
        if replaced == moved { return }
        if let replaced { try checkReplacement(of: replaced, by: moved) }
        apply([
            Edit(directory: sourceDirectory, name: source, inode: nil),
            Edit(directory: targetDirectory, name: target, inode: moved),
        ])
        self[moved].changed = time
        if let replaced { release(replaced) }
    }

    private func checkReplacement(of replaced: Number, by moved: Number) throws(Refusal) {
        switch (self[moved].kind, self[replaced].kind) {
        case (.directory, .directory):
            guard self[replaced].entries.isEmpty else { throw Refusal(code: .notEmpty) }
        case (.directory, _): throw Refusal(code: .notDirectory)
        case (_, .directory): throw Refusal(code: .notRegular)
        default: break
        }
    }

    mutating func write(_ number: Number, _ bytes: [UInt8], at offset: Int) throws(Refusal) {
        let growth = max(0, offset + bytes.count - self[number].bytes.count)
        guard usedBytes + UInt64(growth) <= capacity else { throw Refusal(code: .noSpace) }
        let now = tick()
        self[number].bytes.overwrite(bytes, at: offset)
        self[number].modified = now
        self[number].changed = now
    }

    mutating func setMode(_ number: Number, _ mode: UInt16) {
        self[number].mode = mode
        self[number].changed = tick()
    }

    mutating func syncFile(_ number: Number) {
        self[number].durableBytes = self[number].bytes
        self[number].durableMode = self[number].mode
    }
}

extension [UInt8] {
    /// As pwrite(2) does: a gap is filled with zeros.
    mutating func overwrite(_ bytes: [UInt8], at offset: Int) {
        if count < offset + bytes.count { append(contentsOf: repeatElement(0, count: offset + bytes.count - count)) }
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
