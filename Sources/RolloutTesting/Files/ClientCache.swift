import RolloutSystem
import SystemPackage

/// What an NFS client believes without asking. Nothing in it expires by itself: the worst case of what was measured, where
/// a minute could pass before a client asked again.
struct ClientCache: Sendable {
    typealias Number = SimulatedDisk.Number

    /// A name that is known to lead to nothing is as good as one that leads somewhere.
    enum Entry: Sendable {
        case found(Number)
        case absent
    }

    var names: [Number: [String: Entry]] = [:]
    var attributes: [Number: FileStatus] = [:]
    var content: [Number: [UInt8]] = [:]
    /// Writes that only this client sees, until it syncs or closes.
    var unsentWrites: [Number: [(offset: Int, bytes: [UInt8])]] = [:]

    /// Brings what is believed of a file up to date; content is only read again when the file has changed.
    mutating func refresh(_ number: Number, from disk: SimulatedDisk) {
        let fresh = disk.status(number)
        guard unsentWrites[number] == nil else { return }
        if attributes[number] != fresh || content[number] == nil { content[number] = disk[number].bytes }
        attributes[number] = fresh
    }

    mutating func forget(_ name: String, in directory: Number) { names[directory]?[name] = nil }

    mutating func remember(_ name: String, in directory: Number, _ entry: Entry) {
        names[directory, default: [:]][name] = entry
    }
}
