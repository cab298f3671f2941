import RolloutSystem

enum LayoutNames {
    static func list(_ source: SourceDirectory) throws(FileError) -> [String] {
        try LinuxFileSystem().list(source.path, limit: 100, for: .userRead)
    }
}
