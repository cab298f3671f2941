import RolloutCore

extension ReleaseManifest {
    /// The first rule this manifest breaks, those of the store included; `nil` when it is sound.
    package var storeDefect: String? {
        if let defect { return defect }
        if let path = ReleaseLayout.collision(in: self) {
            return "its file '\(path)' has a name that begins with '\(ReleaseLayout.reserved)', which is reserved"
        }
        // So that sorting keys means the same in every language.
        let names = components.flatMap { Array($0.environment.keys) + Array(($0.response?.headers ?? [:]).keys) }
        if let name = (names + annotations.keys).first(where: { !$0.utf8.allSatisfy { (33...126).contains($0) } }) {
            return "the name '\(name.prefix(80))' of a variable, a header or an annotation is not printable ASCII"
        }
        return nil
    }

    /// Its files, each content once.
    package var distinctContents: [ReleaseFile] {
        var seen = Set<Digest>()
        return files.filter { seen.insert($0.digest).inserted }
    }
}
