/// A value of a TOML or JSON document, owned and comparable. Spin manifests have no dates.
indirect enum ManifestNode: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    case list([ManifestNode])
    case table([String: ManifestNode])
}

extension ManifestNode {
    var text: String? { if case .text(let value) = self { value } else { nil } }
    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    var list: [ManifestNode]? { if case .list(let value) = self { value } else { nil } }
    var table: [String: ManifestNode]? { if case .table(let value) = self { value } else { nil } }

    /// A value of a table; `nil` removes it. Reading from anything but a table finds nothing.
    subscript(key: String) -> ManifestNode? {
        get { table?[key] }
        set {
            guard var table else { return }
            table[key] = newValue
            self = .table(table)
        }
    }

    /// An element of a list.
    subscript(index: Int) -> ManifestNode {
        get { list?[index] ?? .table([:]) }
        set {
            guard var list else { return }
            list[index] = newValue
            self = .list(list)
        }
    }

    /// The value at the end of a path, which is there when it was found by walking it.
    subscript(path: ArraySlice<PathStep>) -> ManifestNode {
        get {
            switch path.first {
            case nil: self
            case .key(let key): (self[key] ?? .table([:]))[path.dropFirst()]
            case .index(let index): self[index][path.dropFirst()]
            }
        }
        set {
            switch path.first {
            case nil: self = newValue
            case .key(let key):
                var inner = self[key] ?? .table([:])
                inner[path.dropFirst()] = newValue
                self[key] = inner
            case .index(let index):
                var inner = self[index]
                inner[path.dropFirst()] = newValue
                self[index] = inner
            }
        }
    }

    /// What it is, for a message.
    var kind: String {
        switch self {
        case .text: "text"
        case .integer, .number: "a number"
        case .boolean: "true or false"
        case .list: "a list"
        case .table: "a table"
        }
    }
}

/// One step from a document's root towards a value in it.
enum PathStep: Hashable, Sendable {
    case key(String)
    case index(Int)
}
