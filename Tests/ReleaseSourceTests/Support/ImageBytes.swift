import Crypto
import RolloutCore

/// Builds OCI image layouts, as buildx and spin write them.
struct ImageBytes {
    /// By path in the layout.
    var files: [String: [UInt8]] = ["oci-layout": Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)]

    static func digest(_ bytes: [UInt8]) -> String { RolloutCore.Digest(bytes: SHA256.hash(data: bytes)).description }

    /// Keeps a blob; returns its descriptor.
    mutating func blob(_ bytes: [UInt8], _ mediaType: String, _ extra: String = "") -> String {
        let digest = Self.digest(bytes)
        files["blobs/sha256/\(digest.dropFirst(7))"] = bytes
        return #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(bytes.count)\#(extra)}"#
    }

    mutating func config(os: String = "wasi", architecture: String = "wasm", entrypoint: String? = nil) -> String {
        let run = entrypoint.map { #","config":{"Entrypoint":["\#($0)"]}"# } ?? ""
        return blob(
            Array(#"{"os":"\#(os)","architecture":"\#(architecture)"\#(run)}"#.utf8), "application/vnd.oci.image.config.v1+json"
        )
    }

    mutating func manifest(config: String, layers: [String], platform: String? = "wasi/wasm") -> String {
        let document = #"{"schemaVersion":2,"config":\#(config),"layers":[\#(layers.joined(separator: ","))]}"#
        let parts = platform?.split(separator: "/") ?? []
        let extra = parts.count == 2 ? #","platform":{"os":"\#(parts[0])","architecture":"\#(parts[1])"}"# : ""
        return blob(Array(document.utf8), "application/vnd.oci.image.manifest.v1+json", extra)
    }

    mutating func index(_ manifests: [String]) {
        files["index.json"] = Array(#"{"schemaVersion":2,"manifests":[\#(manifests.joined(separator: ","))]}"#.utf8)
    }

    /// An image of one gzip layer.
    static func files(_ tar: TarBytes, entrypoint: String? = "/app.wasm", gzip: Bool = true) -> ImageBytes {
        var image = ImageBytes()
        let layer =
            gzip
            ? image.blob(GzipBytes.compress(tar.bytes), "application/vnd.oci.image.layer.v1.tar+gzip")
            : image.blob(tar.bytes, "application/vnd.oci.image.layer.v1.tar")
        let config = image.config(entrypoint: entrypoint)
        image.index([image.manifest(config: config, layers: [layer])])
        return image
    }

    var archive: [UInt8] {
        var tar = TarBytes()
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) { tar.add(path, bytes) }
        return tar.bytes
    }
}
