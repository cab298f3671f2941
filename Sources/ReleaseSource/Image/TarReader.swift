import RolloutCore

/// One entry of a tar archive that is kept: a file, a directory, a link.
struct TarEntry {
    enum Kind {
        case file, directory
        case symbolicLink(String)
        case hardLink(String)
        case other
    }

    var path: String
    var kind: Kind
    /// Where its content begins in the archive.
    var offset: UInt64
    var size: UInt64
}

/// Reads the headers of a tar archive: ustar, with pax and GNU long names. Content is left where it is.
///
/// The format is POSIX.1-2017 pax, "ustar Interchange Format", and GNU tar's manual for types `L` and `K`.
enum TarReader {
    private static let block: UInt64 = 512

    static func looksLikeTar(_ start: [UInt8]) -> Bool {
        start.count >= 512 && start[257..<262].elementsEqual("ustar".utf8)
    }

    static func entries(_ content: any Content) throws(ContentError) -> [TarEntry] {
        let reader = try content.open()
        var entries: [TarEntry] = []
        var pending = PendingNames()
        var position: UInt64 = 0
        var count = 0
        while position < content.size {
            let header = try reader.read(at: position, count: Int(block))
            guard header.count == Int(block) else { throw ContentError("its tar archive is cut off at byte \(position)") }
            if header.allSatisfy({ $0 == 0 }) { return entries }
            try verify(header, at: position)
            count += 1
            guard count <= SourceLimits.entries else { throw ContentError("it has more than \(SourceLimits.entries) entries") }
            let type = header[156]
            let dataAt = position + block
            let ownSize = try number(header[124..<136], at: position)
            let size = pending.size ?? ownSize
            guard size <= content.size - dataAt else { throw ContentError("its tar archive is cut off inside an entry") }
            switch type {
            case UInt8(ascii: "x"): try pending.readPax(try small(reader, at: dataAt, size))
            case UInt8(ascii: "g"): break
            case UInt8(ascii: "L"): pending.path = try text(try small(reader, at: dataAt, size)[...])
            case UInt8(ascii: "K"): pending.link = try text(try small(reader, at: dataAt, size)[...])
            default:
                entries.append(try entry(header, type: type, pending: pending, offset: dataAt, size: size))
                pending = PendingNames()
            }
            let isBare = ["1", "2", "3", "4", "5", "6"].contains { UInt8(ascii: $0) == type }
            position = dataAt + (isBare ? 0 : (size + block - 1) / block * block)
        }
        return entries
    }

    private static func entry(
        _ header: [UInt8], type: UInt8, pending: PendingNames, offset: UInt64, size: UInt64
    ) throws(ContentError) -> TarEntry {
        let name = try text(header[0..<100])
        let isUstar = header[257..<263].elementsEqual([117, 115, 116, 97, 114, 0])
        let prefix = isUstar ? try text(header[345..<500]) : ""
        let path = pending.path ?? (prefix.isEmpty ? name : "\(prefix)/\(name)")
        let ownLink = try text(header[157..<257])
        let link = pending.link ?? ownLink
        let kind: TarEntry.Kind =
            switch type {
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): path.hasSuffix("/") ? .directory : .file
            case UInt8(ascii: "1"): .hardLink(link)
            case UInt8(ascii: "2"): .symbolicLink(link)
            case UInt8(ascii: "5"): .directory
            default: .other
            }
        return TarEntry(path: path, kind: kind, offset: offset, size: size)
    }

    /// The checksum is over the header with its own field as spaces.
    private static func verify(_ header: [UInt8], at position: UInt64) throws(ContentError) {
        let sum = header.enumerated().reduce(UInt64(0)) { $0 + UInt64((148..<156).contains($1.offset) ? 32 : $1.element) }
        guard try number(header[148..<156], at: position) == sum else {
            throw ContentError("its tar archive has a damaged header at byte \(position)")
        }
    }

    /// Octal text, or base 256 when the first bit is set.
    private static func number(_ field: ArraySlice<UInt8>, at position: UInt64) throws(ContentError) -> UInt64 {
        guard let first = field.first else { return 0 }
        var value: UInt64 = 0
        if first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else {
                throw ContentError("its tar archive has an impossible number at byte \(position)")
            }
            for byte in field.suffix(8) { value = value << 8 | UInt64(byte) }
            return value
        }
        for byte in field.drop(while: { $0 == 32 }) {
            if byte == 0 || byte == 32 { break }
            guard (48...55).contains(byte) else {
                throw ContentError("its tar archive has an impossible number at byte \(position)")
            }
            value = value << 3 | UInt64(byte - 48)
        }
        return value
    }

    private static func text(_ field: ArraySlice<UInt8>) throws(ContentError) -> String {
        guard let text = String(validating: field.prefix { $0 != 0 }, as: UTF8.self) else {
            throw ContentError("its tar archive has a name that is not UTF-8")
        }
        return text
    }

    private static func small(_ reader: any ContentReader, at offset: UInt64, _ size: UInt64) throws(ContentError) -> [UInt8] {
        guard size <= UInt64(SourceLimits.longNameBytes) else {
            throw ContentError("its tar archive has a name of \(size) bytes")
        }
        return try reader.read(at: offset, count: Int(size))
    }
}

/// What the headers before an entry say about it.
private struct PendingNames {
    var path: String?
    var link: String?
    var size: UInt64?

    /// Records are `<length> <key>=<value>\n`, the length counting itself.
    mutating func readPax(_ bytes: [UInt8]) throws(ContentError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { (48...57).contains($0) }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 2, length <= rest.count
            else {
                throw ContentError("its tar archive has a damaged pax header")
            }
            let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
            rest = rest.dropFirst(length)
            guard let text = String(validating: record, as: UTF8.self), let equals = text.firstIndex(of: "=") else { continue }
            let value = String(text[text.index(after: equals)...])
            switch text[..<equals] {
            case "path": path = value
            case "linkpath": link = value
            case "size": size = UInt64(value)
            default: break
            }
        }
    }
}
