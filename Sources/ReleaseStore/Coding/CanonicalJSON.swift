import RolloutCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The one spelling of JSON on a volume: RFC 8785 for the values wasmrollout uses (no floating point; object keys are ASCII,
/// sorted by byte; no white space; only `"`, `\` and control characters escaped).
///
/// Bytes that do not come out the same when what was read from them is written again are refused. So a field that this
/// version does not know, a field given twice, or a second spelling can hide nothing in what is signed or in what is
/// hashed.
package enum CanonicalJSON {
    package static func encode(_ value: some Encodable) throws(StoreError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(value))
        } catch {
            throw StoreError(
                .refused, "encode \(type(of: value))", "\(error)",
                "Report this as a bug.")
        }
    }

    /// - Parameter object: what it is, for the error: "record 5 of app 'shop'".
    package static func decode<Value: Codable>(
        _ type: Value.Type, from bytes: [UInt8], object: @autoclosure () -> String
    ) throws(StoreError) -> Value {
        let value = try lenient(type, from: bytes, object: object())
        guard try encode(value) == bytes else {
            throw StoreError(
                .corrupt, "read \(object())", "it has a field this version does not know, or is not spelled canonically",
                "Use the version that wrote it, or run `wasmrollout verify`.")
        }
        return value
    }

    /// Any spelling; fields that are not known are passed over. For what a person may have written, see `AuthoredJSON`.
    static func lenient<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], object: @autoclosure () -> String,
        remedy: String = "Run `wasmrollout verify`, or restore it from a copy."
    ) throws(StoreError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw StoreError(
                .corrupt, "read \(object())", "\(reason(error))", remedy)
        }
    }

    static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it is not what it should be" }
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".").prefix(200)
            return path.isEmpty ? "" : " at '\(path)'"
        }
        switch error {
        case .keyNotFound(let key, let context): return "it lacks '\(key.stringValue)'\(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "it has a value of the wrong type\(place(context))"
        case .dataCorrupted(let context): return "\(context.debugDescription.prefix(200))\(place(context))".lowercasedFirst
        @unknown default: return "it is not what it should be"
        }
    }
}

extension String {
    fileprivate var lowercasedFirst: String {
        guard hasPrefix("Data was corrupted") || hasPrefix("The given data") else { return self }
        return "it is not valid JSON"
    }
}
