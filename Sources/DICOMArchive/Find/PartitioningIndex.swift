extension RandomAccessCollection where Index == Int {
    /// The first place whose element is behind a border, the end where none is. All behind the first one must be, too.
    package func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
