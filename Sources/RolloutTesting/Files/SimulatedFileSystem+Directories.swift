import RolloutSystem
import Synchronization
import SystemPackage

extension SimulatedFileSystem {
    package func syncDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        let call = FileCall(operation: .syncDirectory, path: path, purpose: purpose)
        try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            let number = try state.directory(path, in: disk)
            if !state.ignoresSync(call) { disk.syncDirectory(number) }
        }
    }

    package func list(_ path: FilePath, limit: Int, for purpose: FilePurpose) throws(FileError) -> [String] {
        let call = FileCall(operation: .list, path: path, purpose: purpose)
        return try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in
            let number = try state.revalidate(path, in: disk)
            // Sorted, which no real one promises, so that a run can be repeated.
            let names = disk[number].entries.keys.filter { !$0.hasPrefix(".nfs") }.sorted()
            guard names.count <= limit else { throw SimulatedDisk.Refusal(code: .tooMany) }
            return names
        }
    }

    package func revalidateDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        let call = FileCall(operation: .revalidate, path: path, purpose: purpose)
        try perform(call) { state, disk, _ throws(SimulatedDisk.Refusal) in _ = try state.revalidate(path, in: disk) }
    }
}

extension SimulatedFileSystem {
    /// A name in a directory.
    struct Place: Hashable {
        var directory: SimulatedDisk.Number
        var name: String
    }
}

extension SimulatedFileSystem.State {
    /// Where a path's last component is; links before it are followed.
    mutating func place(
        of path: FilePath, in disk: SimulatedDisk, depth: Int = 0
    ) throws(SimulatedDisk.Refusal) -> SimulatedFileSystem.Place {
        var parts = path.parts
        guard let name = parts.popLast() else { throw SimulatedDisk.Refusal(code: .exists) }
        return SimulatedFileSystem.Place(directory: try walk(parts, in: disk, depth: depth), name: name)
    }

    private mutating func walk(
        _ parts: [String], in disk: SimulatedDisk, depth: Int
    ) throws(SimulatedDisk.Refusal) -> SimulatedDisk.Number {
        guard depth < 40 else { throw SimulatedDisk.Refusal(code: .notRegular) }
        var number = SimulatedDisk.root
        for (index, name) in parts.enumerated() {
            let place = SimulatedFileSystem.Place(directory: number, name: name)
            guard let next = try lookUp(place, in: disk) else { throw SimulatedDisk.Refusal(code: .notFound) }
            if disk[next].kind == .symbolicLink {
                let walked = FilePath("/" + parts[..<index].joined(separator: "/"))
                number = try walk(walked.pushing(disk[next].target).parts, in: disk, depth: depth + 1)
            } else {
                number = next
            }
            guard disk[number].kind == .directory else { throw SimulatedDisk.Refusal(code: .notDirectory) }
        }
        return number
    }

    /// The directory itself, which may not be a link.
    mutating func directory(_ path: FilePath, in disk: SimulatedDisk) throws(SimulatedDisk.Refusal) -> SimulatedDisk.Number {
        if path == "/" || path == "." { return SimulatedDisk.root }
        guard let number = try lookUp(try place(of: path, in: disk), in: disk) else {
            throw SimulatedDisk.Refusal(code: .notFound)
        }
        guard disk[number].kind == .directory else { throw SimulatedDisk.Refusal(code: .notDirectory) }
        return number
    }

    mutating func revalidate(_ path: FilePath, in disk: SimulatedDisk) throws(SimulatedDisk.Refusal) -> SimulatedDisk.Number {
        let number = try directory(path, in: disk)
        cache?.names[number] = nil
        return number
    }

    /// What a name leads to, as far as this client knows; asks only about a name it has never looked up.
    mutating func lookUp(
        _ place: SimulatedFileSystem.Place, in disk: SimulatedDisk
    ) throws(SimulatedDisk.Refusal) -> SimulatedDisk.Number? {
        switch cache?.names[place.directory]?[place.name] {
        case .found(let number): return number
        case .absent: return nil
        case nil: break
        }
        let found = try disk.entry(place.name, in: place.directory)
        cache?.remember(place.name, in: place.directory, found.map { .found($0) } ?? .absent)
        return found
    }

    /// As `lookUp`, but opening asks the server about the file: when that is gone, the name is looked up again. A file that
    /// still has another name, or is held open, is not gone, and then the old one is opened.
    mutating func lookUpToOpen(
        _ place: SimulatedFileSystem.Place, in disk: SimulatedDisk
    ) throws(SimulatedDisk.Refusal) -> SimulatedDisk.Number? {
        guard let number = try lookUp(place, in: disk) else { return nil }
        let isHeld = files.values.contains { $0.number == number }
        guard cache != nil, disk[number].linkCount == 0, !isHeld else { return number }
        cache?.forget(place.name, in: place.directory)
        return try lookUp(place, in: disk)
    }
}

extension FilePath {
    /// Its components, `.` and `..` resolved by name. By bytes: crash matrices spend their time here, and in a debug build
    /// `components` is slow.
    fileprivate var parts: [String] {
        var parts: [String] = []
        let text = withPlatformString { String(cString: $0) }
        for part in text.utf8.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual([UInt8(ascii: ".")]) { continue }
            if part.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) {
                _ = parts.popLast()
            } else {
                parts.append(String(decoding: part, as: UTF8.self))
            }
        }
        return parts
    }
}
