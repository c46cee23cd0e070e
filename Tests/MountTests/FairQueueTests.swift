import FUSE
import Testing

@Suite struct FairQueueTests {
    @Test func `a small picture of one user waits for no heavy ones of another`() {
        var queue = FairQueue<String>()
        for number in 0..<40 { queue.push("heavy \(number)", of: 1, weight: 48 << 20) }
        #expect(queue.pop() == "heavy 0")
        #expect(queue.pop() == "heavy 1")
        queue.push("small", of: 2, weight: 5_000)
        #expect(queue.pop() == "small")
        #expect(queue.pop() == "heavy 2")
    }

    @Test func `users take turns by the weight of what they ask for`() {
        var queue = FairQueue<UInt32>()
        for _ in 0..<100 {
            queue.push(1, of: 1, weight: 10 << 20)
            queue.push(2, of: 2, weight: 10 << 20)
            queue.push(3, of: 3, weight: 30 << 20)
        }
        var counts: [UInt32: Int] = [:]
        for _ in 0..<70 { counts[queue.pop() ?? 0, default: 0] += 1 }
        #expect((29...31).contains(counts[1] ?? 0) && (29...31).contains(counts[2] ?? 0) && (9...11).contains(counts[3] ?? 0))
    }

    @Test func `one's own small pictures wait for no heavy ones, and those are not forgotten`() {
        var queue = FairQueue<String>()
        for number in 0..<3 { queue.push("heavy \(number)", of: 1, weight: 4 << 20) }
        for number in 0..<3_000 { queue.push("small \(number)", of: 1, weight: 10_000) }
        let order = (0..<1_000).compactMap { _ in queue.pop() }
        #expect(order.firstIndex(of: "small 0") ?? .max <= 1)
        #expect(order.filter { $0.hasPrefix("heavy") } == ["heavy 0", "heavy 1", "heavy 2"])
    }

    @Test func `who comes again and again is before nobody for it`() {
        var queue = FairQueue<UInt32>()
        for _ in 0..<20 { queue.push(1, of: 1, weight: 10 << 20) }
        var others = 0
        for _ in 0..<20 {
            queue.push(2, of: 2, weight: 10 << 20)
            if queue.pop() == 2 { others += 1 }
        }
        #expect((9...11).contains(others))
    }

    @Test func `everything comes out once, and an empty queue gives nothing`() {
        var queue = FairQueue<Int>()
        var generator = SystemRandomNumberGenerator()
        var (put, taken) = (Set<Int>(), Set<Int>())
        for number in 0..<5_000 {
            queue.push(number, of: UInt32.random(in: 0...600, using: &generator), weight: UInt64.random(in: 0...UInt64.max, using: &generator))
            put.insert(number)
            if number % 3 == 0, let element = queue.pop() { #expect(taken.insert(element).inserted) }
        }
        while let element = queue.pop() { #expect(taken.insert(element).inserted) }
        #expect(taken == put)
    }
}
