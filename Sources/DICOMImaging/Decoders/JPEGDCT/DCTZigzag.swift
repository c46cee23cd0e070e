/// Position in rows of each coefficient of the zigzag sequence (T.81 figure A.6).
enum DCTZigzag {
    static let natural: [Int] = {
        var order: [Int] = []
        for diagonal in 0..<15 {
            let rows = max(0, diagonal - 7)...min(7, diagonal)
            for row in diagonal % 2 == 0 ? Array(rows.reversed()) : Array(rows) { order.append(row * 8 + diagonal - row) }
        }
        return order
    }()
}
