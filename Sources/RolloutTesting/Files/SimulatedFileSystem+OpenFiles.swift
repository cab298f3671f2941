import RolloutSystem
import Synchronization
import SystemPackage

extension SimulatedFileSystem {
    package func openForReading(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try perform(FileCall(operation: .open, path: path, purpose: purpose)) { state, disk, _ throws(SimulatedDisk.Refusal) in
            let place = try state.place(of: path, in: disk)
            guard let number = try state.lookUpToOpen(place, in: disk) else { throw SimulatedDisk.Refusal(code: .notFound) }
            return try state.open(number, path, isWritable: false, in: disk)
        }
    }

    package func createFile(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try perform(FileCall(operation: .create, path: path, purpose: purpose)) {
            state, disk, _ throws(SimulatedDisk.Refusal) in
            let place = try state.place(of: path, in: disk)
            let number = try disk.createFile(place.name, in: place.directory, mode: mode)
            state.cache?.remember(place.name, in: place.directory, .found(number))
            return try state.open(number, path, isWritable: true, in: disk)
        }
    }

    package func openForUpdating(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try perform(FileCall(operation: .create, path: path, purpose: purpose)) {
            state, disk, _ throws(SimulatedDisk.Refusal) in
            let place = try state.place(of: path, in: disk)
            // O_CREAT asks the server whatever the client believes.
            state.cache?.forget(place.name, in: place.directory)
            let number: SimulatedDisk.Number
            if let found = try state.lookUpToOpen(place, in: disk) {
                number = found
            } else {
                number = try disk.createFile(place.name, in: place.directory, mode: mode)
            }
            state.cache?.remember(place.name, in: place.directory, .found(number))
            return try state.open(number, path, isWritable: true, in: disk)
        }
    }

    package func read(
        _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        let capacity = buffer.count
        let call = FileCall(operation: .read, path: file.path, purpose: purpose)
        let bytes = try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) -> [UInt8] in
            let number = try state.inode(file).number
            let content = state.cache?.content[number] ?? disk[number].bytes
            let start = min(Int(clamping: offset), content.count)
            return Array(content[start..<min(start + capacity, content.count)])
        }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    package func write(
        _ file: OpenFile, from buffer: UnsafeRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        let all = [UInt8](buffer)
        let call = FileCall(operation: .write, path: file.path, purpose: purpose)
        return try perform(call) { state, disk, fault throws(SimulatedDisk.Refusal) in
            let opened = try state.inode(file)
            guard opened.isWritable else { throw SimulatedDisk.Refusal(code: .other) }
            var bytes = all
            if case .shortWrite(let count) = fault { bytes = Array(all.prefix(count)) }
            let start = Int(clamping: offset)
            guard state.cache != nil else {
                try disk.write(opened.number, bytes, at: start)
                return bytes.count
            }
            state.cache?.unsentWrites[opened.number, default: []].append((start, bytes))
            state.cache?.content[opened.number]?.overwrite(bytes, at: start)
            let size = UInt64(state.cache?.content[opened.number]?.count ?? 0)
            state.cache?.attributes[opened.number]?.size = size
            return bytes.count
        }
    }

    package func sync(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) {
        let call = FileCall(operation: .sync, path: file.path, purpose: purpose)
        try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            let number = try state.inode(file).number
            guard !state.ignoresSync(call) else { return }
            try state.sendWrites(number, to: &disk)
            disk.syncFile(number)
        }
    }

    package func status(_ file: OpenFile, forceSync: Bool, for purpose: FilePurpose) throws(FileError) -> FileStatus {
        let call = FileCall(operation: .status, path: file.path, purpose: purpose, forceSync: forceSync)
        return try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            let number = try state.inode(file).number
            guard state.cache != nil else { return disk.status(number) }
            if forceSync {
                // Sends what was written first, as the kernel does before it asks.
                try state.sendWrites(number, to: &disk)
                guard disk[number].linkCount > 0 else { throw SimulatedDisk.Refusal(code: .stale) }
                state.cache?.refresh(number, from: disk)
            }
            return state.cache?.attributes[number] ?? disk.status(number)
        }
    }

    package func tryLock(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) -> Bool {
        let call = FileCall(operation: .lock, path: file.path, purpose: purpose)
        return try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            let opened = try state.inode(file)
            guard opened.isWritable else { throw SimulatedDisk.Refusal(code: .other) }
            let holder = SimulatedLockHolder(client: client, descriptor: file.descriptor)
            guard disk.locks[opened.number, default: holder] == holder else { return false }
            disk.locks[opened.number] = holder
            // A lock is a point where NFS clients bring their view of the file up to date.
            state.cache?.refresh(opened.number, from: disk)
            return true
        }
    }

    package func close(_ file: OpenFile) {
        state.withLock { state in
            disk.value.withLock { disk in
                guard !state.isDown, let opened = state.files.removeValue(forKey: file.descriptor) else { return }
                if disk.locks[opened.number] == SimulatedLockHolder(client: client, descriptor: file.descriptor) {
                    disk.locks[opened.number] = nil
                }
                // An NFS client sends what was written when it closes; a failure then has nobody to tell.
                if state.cache?.unsentWrites[opened.number] != nil {
                    try? state.sendWrites(opened.number, to: &disk)
                    disk.syncFile(opened.number)
                }
            }
        }
    }
}

extension SimulatedFileSystem.State {
    func inode(_ file: OpenFile) throws(SimulatedDisk.Refusal) -> SimulatedFileSystem.OpenInode {
        // EBADF: closed, or opened before a crash.
        guard let found = files[file.descriptor] else { throw SimulatedDisk.Refusal(code: .other) }
        return found
    }

    func ignoresSync(_ call: FileCall) -> Bool {
        ignoredSyncs.contains { $0.purpose == call.purpose && ($0.operation == nil || $0.operation == call.operation) }
    }

    mutating func open(
        _ number: SimulatedDisk.Number, _ path: FilePath, isWritable: Bool, in disk: SimulatedDisk
    ) throws(SimulatedDisk.Refusal) -> OpenFile {
        guard disk[number].kind == .regular else { throw SimulatedDisk.Refusal(code: .notRegular) }
        // Close-to-open: opening asks the server about the file (not about its name).
        cache?.refresh(number, from: disk)
        let file = OpenFile(descriptor: nextDescriptor, path: path)
        nextDescriptor += 1
        files[file.descriptor] = SimulatedFileSystem.OpenInode(number: number, isWritable: isWritable)
        return file
    }

    mutating func sendWrites(
        _ number: SimulatedDisk.Number, to disk: inout SimulatedDisk
    ) throws(SimulatedDisk.Refusal) {
        guard let writes = cache?.unsentWrites.removeValue(forKey: number) else { return }
        for write in writes { try disk.write(number, write.bytes, at: write.offset) }
        cache?.refresh(number, from: disk)
    }
}
