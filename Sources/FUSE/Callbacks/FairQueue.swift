/// What waits for a thread, in an order that is fair to users: whose work has taken least so far is next. Of one user's, light
/// and heavy work wait in lines of their own, of which the one that has taken less goes on; each line keeps its order.
///
/// "Taken" is the sum of weights, as in weighted fair queueing: a user who comes with one small picture waits for the pieces of
/// work that have begun, never for what others have in line; and who had nothing to do for a while has saved up nothing.
package struct FairQueue<Element> {
    private struct Line {
        var elements: [(element: Element, weight: UInt64)] = []
        var head = 0
        var taken: UInt64 = 0

        var isEmpty: Bool { head == elements.count }

        mutating func pop() -> (element: Element, weight: UInt64) {
            let first = elements[head]
            head += 1
            if head == elements.count {
                elements = []
                head = 0
            } else if head > 256, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
            return first
        }
    }

    private struct User {
        var light = Line()
        var heavy = Line()
        var taken: UInt64 = 0

        var isEmpty: Bool { light.isEmpty && heavy.isEmpty }
    }

    private var users: [UInt32: User] = [:]
    /// How far users had come who have nothing in line: who comes again begins where the others are, but not before that.
    private var departed: [UInt32: UInt64] = [:]
    /// How far the user has come whose turn was last.
    private var clock: UInt64 = 0
    /// What everything costs, however small: asking, answering.
    private static var least: UInt64 { 4_096 }
    /// Between a picture of one slice and a large one.
    private static var heavyFrom: UInt64 { 2 << 20 }

    package init() {}

    package mutating func push(_ element: Element, of id: UInt32, weight: UInt64) {
        let weight = min(max(weight, Self.least), 1 << 40)
        var user = users.removeValue(forKey: id) ?? User(taken: max(clock, departed.removeValue(forKey: id) ?? 0))
        if weight < Self.heavyFrom {
            if user.light.isEmpty { user.light.taken = max(user.light.taken, user.heavy.isEmpty ? 0 : user.heavy.taken) }
            user.light.elements.append((element, weight))
        } else {
            if user.heavy.isEmpty { user.heavy.taken = max(user.heavy.taken, user.light.isEmpty ? 0 : user.light.taken) }
            user.heavy.elements.append((element, weight))
        }
        users[id] = user
    }

    package mutating func pop() -> Element? {
        guard let id = users.min(by: { ($0.value.taken, $0.key) < ($1.value.taken, $1.key) })?.key, var user = users.removeValue(forKey: id)
        else { return nil }
        clock = max(clock, user.taken)
        let isLight = !user.light.isEmpty && (user.heavy.isEmpty || user.light.taken <= user.heavy.taken)
        let (element, weight) = isLight ? user.light.pop() : user.heavy.pop()
        if isLight { user.light.taken &+= weight } else { user.heavy.taken &+= weight }
        user.taken &+= weight
        if user.isEmpty {
            // Where the clock has passed it, it says nothing any more.
            if departed.count >= 256 { departed = departed.filter { [clock] in $0.value > clock } }
            departed[id] = user.taken
        } else {
            users[id] = user
        }
        return element
    }
}
