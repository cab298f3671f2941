/// Types that read and write themselves as one string share this: the string in JSON is the one in output.
extension Decoder {
    func losslessString<Value: LosslessStringConvertible>(_ expected: String) throws -> Value {
        let container = try singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Value(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text.prefix(80))' is not \(expected)")
        }
        return value
    }
}

extension Encoder {
    func encodeDescription(of value: some LosslessStringConvertible) throws {
        var container = singleValueContainer()
        try container.encode(value.description)
    }
}

extension CodingKeyRepresentable where Self: LosslessStringConvertible {
    package var codingKey: any CodingKey { TextKey(stringValue: description) }
    package init?<Key: CodingKey>(codingKey: Key) { self.init(codingKey.stringValue) }
}

private struct TextKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
