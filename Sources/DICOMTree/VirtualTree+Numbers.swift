import DICOMArchive

/// Nodes below `/with` and `/find` as the kernel refers to them: by numbers that are given back when it has forgotten them.
extension VirtualTree {
    /// The child of a directory, referred to (`refer`) if it has a number.
    package func referredChild(named name: [UInt8], of id: NodeID, reader: UInt32) throws(TreeError) -> Node {
        for _ in 0..<4 {
            let node = try child(named: name, of: id, reader: reader)
            guard node.id.isNumbered else { return node }
            let referred = try refer(to: node)
            // A number of the directory's own cannot have changed hands: the kernel refers to the directory meanwhile.
            if node.id.settings == id.settings, node.id.query == id.query { return referred }
            let again: Node
            do throws(TreeError) { again = try child(named: name, of: id, reader: reader) } catch {
                forget(node.id)
                throw error
            }
            if again.id == node.id { return referred }
            forget(node.id)
        }
        throw TreeError(.crowded, "numbers change hands too fast")
    }

    /// A node by its id, referred to: what NFS asks for when it has a handle only. A number that stands for something else
    /// since has another generation, which the kernel compares.
    package func referredNode(_ id: NodeID) throws(TreeError) -> Node {
        guard id.isNumbered else { return try node(id) }
        let generation = try reference(id)
        do throws(TreeError) {
            var node = try node(id)
            node.generation = generation ^ node.generation ^ 1
            return node
        } catch {
            forget(id)
            throw error
        }
    }

    /// The directory that a directory lies in, referred to.
    package func referredParent(of id: NodeID) throws(TreeError) -> Node {
        if id.isNumbered { _ = try reference(id) }
        defer { forget(id) }
        return try referredNode(try parent(of: id))
    }

    /// Counts a reference of the kernel's to a node, and gives it the generation of its number.
    private func refer(to node: Node) throws(TreeError) -> Node {
        var node = node
        node.generation ^= try reference(node.id) ^ 1
        return node
    }

    /// The same for a node that was listed: its generation, nil where its number stands for nothing.
    package func refer(to id: NodeID, generation: UInt32) -> UInt32? {
        // What is wrong with it is found out again when the name is looked up.
        guard let own = try? reference(id) else { return nil }
        return generation ^ own ^ 1
    }

    /// The counterpart of `refer`. Any id, any count: both come from the kernel.
    package func forget(_ id: NodeID, count: Int = 1) {
        guard id.isNumbered else { return }
        settings.release(id.settings, count: count)
        queries.release(id.query, count: count)
    }

    private func reference(_ id: NodeID) throws(TreeError) -> UInt32 {
        var generation: UInt32 = 1
        if id.settings != 0 {
            guard let own = settings.refer(to: id.settings) else { throw TreeError(.stale) }
            generation = own
        }
        if id.query != 0 {
            guard let own = queries.refer(to: id.query) else {
                settings.release(id.settings)
                throw TreeError(.stale)
            }
            generation ^= own
        }
        return generation
    }

    /// Takes names that the kernel is asked to forget, because a reader has too many of them: the directory and the name.
    /// Called on threads that answer the kernel, which therefore ask on another one.
    package func onCrowded(_ body: @escaping @Sendable (_ parent: NodeID, _ name: [UInt8]) -> Void) {
        settings.onCrowded { body(.with, $0) }
        queries.onCrowded { name, parent, settings in
            let directory =
                parent == 0
                ? NodeID(.fixed, row: 0, detail: NodeID.findDetail, settings: settings)
                : NodeID(.viewDirectory, row: Int64(parent), detail: NodeID.queryDetail, settings: settings)
            if let directory { body(directory, name) }
        }
    }
}
