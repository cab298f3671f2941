import Glibc

/// The part of this program's file that is mapped to be executed.
package enum ProgramText {
    /// Gives back the memory of pages of code that were only read at the start; what is still needed is read again from the page
    /// cache. A start goes through most of a Swift program (conformance look-ups touch all of it), an idle agent through little.
    ///
    /// Only touches mappings that can be executed and not written: they hold nothing but what is in the file.
    package static func releaseUnused() {
        guard let maps = fopen("/proc/self/maps", "re") else { return }
        defer { fclose(maps) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, maps) > 0 {
            guard let line, let range = executableRange(String(cString: line)) else { continue }
            guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
            _ = madvise(start, Int(range.upperBound - range.lowerBound), MADV_DONTNEED)
        }
    }

    /// How much of this process's memory is filled from files: code above all, shared with every other process that runs the same
    /// program. `nil` when it cannot be told.
    package static var residentBytes: Int? {
        guard let statistics = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(statistics) }
        // In pages: all, resident, resident and from files (proc_pid_statm(5)).
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), statistics) != nil else { return nil }
        let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(separator: " ")
        return fields.count > 2 ? Int(fields[2]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) } : nil
    }

    /// The addresses of a line such as `5560ecfd2000-5560eea6d000 r-xp 00000000 fe:00 123 /usr/bin/wasmrollout`; `nil` for a mapping that
    /// is not code from a file.
    private static func executableRange(_ line: String) -> Range<UInt>? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
