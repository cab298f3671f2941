import RolloutSystem
import Synchronization
import SystemPackage

extension SimulatedFileSystem {
    package func status(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FileStatus? {
        try perform(FileCall(operation: .status, path: path, purpose: purpose)) {
            state, disk, _ throws(SimulatedDisk.Refusal) in
            guard path != "/" else { return disk.status(SimulatedDisk.root) }
            do throws(SimulatedDisk.Refusal) {
                let place = try state.place(of: path, in: disk)
                guard let number = try state.lookUp(place, in: disk) else { return nil }
                guard state.cache != nil else { return disk.status(number) }
                if let believed = state.cache?.attributes[number] { return believed }
                state.cache?.refresh(number, from: disk)
                return disk.status(number)
            } catch let error where error.code == .notFound {
                return nil
            }
        }
    }

    package func createDirectory(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        try change(.createDirectory, path, purpose) { place, disk throws(SimulatedDisk.Refusal) in
            try disk.createDirectory(place.name, in: place.directory, mode: mode)
        }
    }

    package func removeDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try change(.removeDirectory, path, purpose) { place, disk throws(SimulatedDisk.Refusal) in
            try disk.removeDirectory(place.name, in: place.directory)
        }
    }

    package func unlink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try change(.unlink, path, purpose) { place, disk throws(SimulatedDisk.Refusal) in
            try disk.unlink(place.name, in: place.directory)
        }
    }

    package func createSymbolicLink(at path: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        try change(.createSymbolicLink, path, purpose) { place, disk throws(SimulatedDisk.Refusal) in
            try disk.createSymbolicLink(place.name, in: place.directory, to: target)
        }
    }

    /// A change to one name: the server is asked, and this client knows the result.
    private func change(
        _ operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose,
        _ body: (Place, inout SimulatedDisk) throws(SimulatedDisk.Refusal) -> Void
    ) throws(FileError) {
        try perform(FileCall(operation: operation, path: path, purpose: purpose)) {
            state, disk, _ throws(SimulatedDisk.Refusal) in
            // The root exists, and nothing above holds its name.
            if path == "/" { throw SimulatedDisk.Refusal(code: operation == .createDirectory ? .exists : .other) }
            let place = try state.place(of: path, in: disk)
            state.cache?.forget(place.name, in: place.directory)
            try body(place, &disk)
        }
    }

    package func rename(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        let call = FileCall(operation: .rename, path: target, purpose: purpose)
        try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            let from = try state.place(of: source, in: disk)
            let to = try state.place(of: target, in: disk)
            state.cache?.forget(from.name, in: from.directory)
            state.cache?.forget(to.name, in: to.directory)
            try disk.rename(from.name, in: from.directory, to: to.name, in: to.directory)
        }
    }

    package func link(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        let call = FileCall(operation: .link, path: target, purpose: purpose)
        try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            guard let number = try state.lookUp(try state.place(of: source, in: disk), in: disk) else {
                throw SimulatedDisk.Refusal(code: .notFound)
            }
            let to = try state.place(of: target, in: disk)
            // A name this client believes to be taken is refused without asking (measured: a false EEXIST).
            if case .found = state.cache?.names[to.directory]?[to.name] { throw SimulatedDisk.Refusal(code: .exists) }
            state.cache?.forget(to.name, in: to.directory)
            try disk.link(number, to.name, in: to.directory)
            state.cache?.attributes[number] = disk.status(number)
        }
    }

    package func readSymbolicLink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FilePath {
        let call = FileCall(operation: .readSymbolicLink, path: path, purpose: purpose)
        return try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            guard let number = try state.lookUp(try state.place(of: path, in: disk), in: disk) else {
                throw SimulatedDisk.Refusal(code: .notFound)
            }
            guard disk[number].kind == .symbolicLink else { throw SimulatedDisk.Refusal(code: .notRegular) }
            return disk[number].target
        }
    }

    package func setMode(_ path: FilePath, _ mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        let call = FileCall(operation: .setMode, path: path, purpose: purpose)
        try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            guard let number = try state.lookUp(try state.place(of: path, in: disk), in: disk) else {
                throw SimulatedDisk.Refusal(code: .notFound)
            }
            guard disk[number].kind != .symbolicLink else { throw SimulatedDisk.Refusal(code: .other) }
            disk.setMode(number, mode)
            state.cache?.attributes[number]?.mode = mode
        }
    }

    package func freeBytes(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> UInt64 {
        let call = FileCall(operation: .freeBytes, path: path, purpose: purpose)
        return try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            if path != "/", try state.lookUp(try state.place(of: path, in: disk), in: disk) == nil {
                throw SimulatedDisk.Refusal(code: .notFound)
            }
            return disk.capacity - min(disk.usedBytes, disk.capacity)
        }
    }
}
