import ArgumentParser
import ReleaseStore
import RolloutCore

/// A release as a person names it: a digest, the beginning of one (4 digits at least), or a version label.
struct ReleaseReference: ExpressibleByArgument {
    var text: String

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        self.text = argument
    }

    /// Whether it can mean this release.
    func matches(_ release: ReleaseName) -> Bool {
        if release.version == text { return true }
        let digits = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
        return digits.utf8.count >= 4 && release.release.hex.hasPrefix(digits)
    }

    /// The one release among `candidates` that it means.
    func resolve(among candidates: [ReleaseName], where place: String) throws -> Digest {
        let found = Set(candidates.filter(matches).map(\.release))
        guard let release = found.first else {
            throw CommandFailure(
                .badData,
                "Could not find release '\(text.printable)': \(place) has none of that digest or version. See `wasmrollout log`."
            )
        }
        guard found.count == 1 else {
            let list = found.map(\.short).sorted().joined(separator: ", ")
            throw CommandFailure(
                .badData, "Could not tell which release is meant by '\(text.printable)': \(list) match. Give more digits.")
        }
        return release
    }
}
