/// Counts regular files below paths, for the time that is left; says nothing about what it cannot read.
package enum FileCounter {
    package static func count(_ paths: [[UInt8]]) -> Int {
        var count = 0
        var stack: [[UInt8]] = paths.compactMap(realPath)
        while let path = stack.popLast() {
            let descriptor = withCString(path) { openFolderForCounting($0) }
            guard descriptor >= 0 else {
                count += 1
                continue
            }
            defer { closeDescriptor(descriptor) }
            guard let listing = try? DirectoryListing(descriptor: descriptor) else { continue }
            for index in 0..<listing.count {
                switch listing.kind(index) {
                case .file, .unknown: count += 1
                case .folder: if Exclusions.standing(listing.name(index)) == nil { stack.append(joinPath(path, listing.name(index))) }
                case .symbolicLink, .special: continue
                }
            }
        }
        return count
    }
}
