/// What came back.
package struct HTTPAnswer: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package var status: Int
    package var fields: [Field]
    /// At most the call's `bodyLimit`.
    package var body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The first field of this name, whatever its case.
    package subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
