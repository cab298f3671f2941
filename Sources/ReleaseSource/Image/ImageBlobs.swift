import RolloutCore

/// Reads the blobs of an image layout; each is checked against its descriptor before anything in it is believed.
struct ImageBlobs {
    let layout: any ImageLayout
    /// Of the image, for messages.
    let name: String
    let spool: SpoolDoor

    func content(_ descriptor: ImageDescriptor) throws(ReleaseSourceError) -> any Content {
        let object = "\(name) (\(descriptor.digest.short))"
        guard let content = try layout.file("blobs/sha256/\(descriptor.digest.hex)") else {
            throw ReleaseSourceError(
                object, "the image refers to this content but does not hold it", remedy: "Save the image again, complete")
        }
        guard content.size == descriptor.size else {
            throw ReleaseSourceError(
                object, "this content has \(content.size) bytes, and the image says \(descriptor.size)",
                remedy: "Save the image again")
        }
        let digest = try checked(object) { () throws(ContentError) in try ContentDigest.of(content) }
        guard digest == descriptor.digest else {
            throw ReleaseSourceError(
                object, "this content has the digest \(digest), so it was altered or damaged", remedy: "Save the image again")
        }
        return DigestedContent(content, digest: digest)
    }

    func document(_ descriptor: ImageDescriptor) throws(ReleaseSourceError) -> ManifestNode {
        guard descriptor.size <= UInt64(SourceLimits.documentBytes) else {
            throw ReleaseSourceError(
                name, "one of its documents has \(descriptor.size) bytes; \(SourceLimits.documentBytes) are allowed",
                remedy: "Make a smaller image")
        }
        return try json(try content(descriptor))
    }

    func json(_ content: any Content) throws(ReleaseSourceError) -> ManifestNode {
        let bytes = try checked(name) { () throws(ContentError) in try content.bytes(limit: SourceLimits.documentBytes) }
        return try ManifestNode.parse(json: bytes, name: name)
    }

    /// The archive in a layer, decompressed when it has to be.
    func archive(_ descriptor: ImageDescriptor) throws(ReleaseSourceError) -> any Content {
        let content = try content(descriptor)
        guard descriptor.mediaType.hasSuffix("gzip") else { return content }
        return try checked("\(name) (\(descriptor.digest.short))") { () throws(ContentError) in try spool.gunzip(content) }
    }

    func checked<Value>(_ object: String, _ body: () throws(ContentError) -> Value) throws(ReleaseSourceError) -> Value {
        do throws(ContentError) {
            return try body()
        } catch {
            throw ReleaseSourceError(object, error)
        }
    }
}
