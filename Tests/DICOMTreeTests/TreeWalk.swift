import DICOMTree

@testable import DICOMArchive

/// One node met on a walk.
struct Found {
    let path: [[UInt8]]
    let parent: NodeID
    let entry: TreeEntry

    var name: String { path.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/") }
}

extension VirtualTree {
    /// The entries of a directory, asked for in portions of `portion`, each from the cookie of the last.
    func entries(of id: NodeID, portion: Int = .max) throws -> [TreeEntry] {
        var all: [TreeEntry] = []
        while true {
            var batch: [TreeEntry] = []
            try list(id, after: all.last?.cookie ?? 0) { entry in
                batch.append(entry)
                return batch.count < portion
            }
            all += batch
            if batch.count < portion { return all }
        }
    }

    /// Everything below the root.
    func walk() throws -> [Found] {
        var found: [Found] = []
        var open: [([[UInt8]], NodeID)] = [([], .root)]
        while let (path, id) = open.popLast() {
            for entry in try entries(of: id) {
                found.append(Found(path: path + [entry.name], parent: id, entry: entry))
                if entry.node.isDirectory { open.append((path + [entry.name], entry.node.id)) }
            }
        }
        return found
    }

    func node(at path: String) throws -> Node {
        var node = try node(.root)
        for name in path.split(separator: "/") { node = try child(named: Array(name.utf8), of: node.id) }
        return node
    }
}
