import SystemPackage

/// The example applications of this repository.
enum Examples {
    static func wagi(_ name: String) -> FilePath { root.appending("hello-wagi").appending(name) }

    static var root: FilePath {
        var path = FilePath(#filePath)
        for _ in 0..<4 { path.removeLastComponent() }
        return path.appending("Examples")
    }
}
