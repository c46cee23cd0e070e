import Glibc
import Locks

/// Numbers of things that anybody may name without end (settings, queries): each is given for as long as the kernel refers to
/// a node that carries it, and kept as long as nobody else needs it. A number that goes to another thing gets another
/// `generation`, so that a handle of before leads nowhere.
///
/// Who asked for a number first has it on his account. An account that is full is cleared by asking the kernel to forget the
/// names that were not used for longest; what is still in use then is the most a reader can hold, and others have the rest.
final class NumberTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    struct Entry: Sendable {
        let key: Key
        let value: Value
        let generation: UInt32
    }

    enum Answer {
        case number(Int)
        /// The reader has as many as he may have, or none are left at all.
        case full
    }

    struct Limits: Sendable {
        /// Numbers go from 1 to below it.
        let numbers: Int
        /// Numbers of one reader beyond which the kernel is asked to forget some, and beyond which there are no more.
        let share: Int
        let mostOfReader: Int
        /// Numbers that nobody refers to and that are remembered all the same.
        let idle: Int
    }

    private struct Slot {
        var entry: Entry?
        var references = 0
        var reader: UInt32 = 0
        /// Clock of the last use; of the moment since when nobody refers to it.
        var used: UInt64 = 0
        var idleSince: UInt64 = 0
        var isPermanent = false
    }

    private struct State {
        var numbers: [Key: Int] = [:]
        /// Number n stands at n - 1.
        var slots: [Slot] = []
        var clock: UInt64 = 0
        /// What became idle, in that order; only the entries whose clock is that of the slot count.
        var idle: [(number: Int, clock: UInt64)] = []
        var idleHead = 0
        var idleCount = 0
        /// Numbers in use by reader, in the order in which they are looked at when there are too many.
        var accounts: [UInt32: Account] = [:]
        var lastGeneration: UInt32

        init(lastGeneration: UInt32) { self.lastGeneration = lastGeneration }

        mutating func nextGeneration() -> UInt32 {
            lastGeneration = lastGeneration == .max ? 2 : lastGeneration + 1
            return lastGeneration
        }

        /// A number for something new: one that never stood for anything, else the one that nobody has referred to for longest.
        mutating func take(_ limits: Limits, _ freed: inout Key?) -> Int? {
            if idleCount < limits.idle || idleCount == 0, slots.count + 1 < limits.numbers {
                slots.append(Slot())
                return slots.count
            }
            while idleHead < idle.count {
                let (number, clock) = idle[idleHead]
                idleHead += 1
                if idleHead > 1024, idleHead * 2 > idle.count {
                    idle.removeFirst(idleHead)
                    idleHead = 0
                }
                guard slots[number - 1].references == 0, slots[number - 1].idleSince == clock, let old = slots[number - 1].entry else { continue }
                numbers[old.key] = nil
                slots[number - 1].entry = nil
                idleCount -= 1
                freed = old.key
                return number
            }
            guard slots.count + 1 < limits.numbers else { return nil }
            slots.append(Slot())
            return slots.count
        }

        mutating func assign(_ number: Int, _ entry: Entry, _ reader: UInt32, _ permanent: Bool) {
            numbers[entry.key] = number
            slots[number - 1] = Slot(entry: entry, reader: reader, used: clock, isPermanent: permanent)
            if !permanent { becomeIdle(number) }
        }

        private mutating func becomeIdle(_ number: Int) {
            clock += 1
            slots[number - 1].idleSince = clock
            idle.append((number, clock))
            idleCount += 1
            guard idle.count - idleHead > 2 * idleCount + 1024 else { return }
            // One name that is asked for and let go again and again.
            idle = idle[idleHead...].filter { slots[$0.number - 1].references == 0 && slots[$0.number - 1].idleSince == $0.clock }
            idleHead = 0
        }

        mutating func refer(to number: Int) {
            clock += 1
            slots[number - 1].used = clock
            slots[number - 1].references += 1
            guard slots[number - 1].references == 1, !slots[number - 1].isPermanent else { return }
            slots[number - 1].idleSince = 0
            idleCount -= 1
            accounts[slots[number - 1].reader, default: Account()].enter(number, clock)
        }

        mutating func release(_ number: Int, _ count: Int) {
            let slot = slots[number - 1]
            guard slot.references > 0 else { return }
            slots[number - 1].references = max(0, slot.references - max(0, count))
            guard slots[number - 1].references == 0, !slot.isPermanent else { return }
            becomeIdle(number)
            accounts[slot.reader]?.count -= 1
            if accounts[slot.reader]?.count == 0 { accounts[slot.reader] = nil }
        }

        /// Up to four names of a reader that were not used since they were last looked at: a clock with a second chance. More than one is
        /// new for each, so that an account shrinks although the kernel takes its time; and what was just used is passed over fast.
        mutating func leastUsed(of reader: UInt32) -> [Key] {
            guard var account = accounts.removeValue(forKey: reader) else { return [] }
            var found: [Key] = []
            for _ in 0..<64 where found.count < 4 && account.head < account.queue.count {
                let (number, looked) = account.queue[account.head]
                account.head += 1
                let slot = slots[number - 1]
                guard slot.references > 0, slot.reader == reader, let entry = slot.entry else { continue }
                account.queue.append((number, clock))
                if slot.used <= looked { found.append(entry.key) }
            }
            account.trim()
            accounts[reader] = account
            return found
        }
    }

    private struct Account {
        var count = 0
        var queue: [(number: Int, clock: UInt64)] = []
        var head = 0
        var longest = 64

        mutating func enter(_ number: Int, _ clock: UInt64) {
            count += 1
            queue.append((number, clock))
            guard queue.count - head > longest else { return }
            // A number comes again whenever somebody refers to it anew: its last place is the one that counts.
            var seen: Set<Int> = []
            queue = queue[head...].reversed().filter { seen.insert($0.number).inserted }.reversed()
            head = 0
            longest = max(64, 2 * queue.count)
        }

        mutating func trim() {
            guard head > 64, head * 2 > queue.count else { return }
            queue.removeFirst(head)
            head = 0
        }
    }

    private let state: Mutex<State>
    private let limits: Limits
    /// Takes what the kernel is asked to forget; called without a lock.
    private let crowded = Mutex<(@Sendable (Key) -> Void)?>(nil)
    /// Called without a lock with what lost its number.
    private let onFreed: @Sendable (Key) -> Void

    /// The first generation differs from mount to mount: handles of the last one lead nowhere.
    init(limits: Limits, onFreed: @escaping @Sendable (Key) -> Void = { _ in }) {
        self.limits = limits
        self.onFreed = onFreed
        state = Mutex(State(lastGeneration: UInt32.random(in: 2...UInt32.max)))
    }

    func onCrowded(_ body: @escaping @Sendable (Key) -> Void) { crowded.withLock { $0 = body } }

    /// The number of a key. It is given to nobody else before somebody has referred to it and let go again, or so many others
    /// were asked for meanwhile that none was left: whoever hands it to the kernel refers to it first, and looks once more.
    func number(of key: Key, reader: UInt32, permanent: Bool = false, make: (Int) -> Value) -> Answer {
        var (freed, unwanted): (Key?, [Key]) = (nil, [])
        var isPressed = false
        let answer = state.withLock { state -> Answer in
            state.clock += 1
            if let number = state.numbers[key] {
                state.slots[number - 1].used = state.clock
                return .number(number)
            }
            let owned = state.accounts[reader]?.count ?? 0
            if owned >= limits.share { unwanted = state.leastUsed(of: reader) }
            isPressed = owned >= 2 * limits.share
            guard owned < limits.mostOfReader, let number = state.take(limits, &freed) else {
                if owned < limits.mostOfReader, let greediest = state.accounts.max(by: { $0.value.count < $1.value.count })?.key {
                    unwanted = state.leastUsed(of: greediest)
                }
                return .full
            }
            state.assign(number, Entry(key: key, value: make(number), generation: state.nextGeneration()), reader, permanent)
            return .number(number)
        }
        if let freed { onFreed(freed) }
        if !unwanted.isEmpty, let ask = crowded.withLock({ $0 }) { unwanted.forEach(ask) }
        // The kernel forgets a name between two look-ups in its directory, never during one: who asks for new names faster than
        // that gets them a little slower, so that whoever forgets is next in line.
        if isPressed { usleep(1_000) }
        return answer
    }

    /// What a number stands for now.
    func entry(_ number: Int) -> Entry? {
        state.withLock { state in
            guard number >= 1, number <= state.slots.count else { return nil }
            state.clock += 1
            state.slots[number - 1].used = state.clock
            return state.slots[number - 1].entry
        }
    }

    /// Counts a reference; the generation of the number, nil where it stands for nothing.
    func refer(to number: Int) -> UInt32? {
        state.withLock { state in
            guard number >= 1, number <= state.slots.count, let entry = state.slots[number - 1].entry else { return nil }
            state.refer(to: number)
            return entry.generation
        }
    }

    /// The counterpart of `refer`, of so many.
    func release(_ number: Int, count: Int) {
        state.withLock { state in
            guard number >= 1, number <= state.slots.count else { return }
            state.release(number, count)
        }
    }

    /// Numbers somebody refers to.
    var countInUse: Int { state.withLock { $0.accounts.values.reduce(0) { $0 + $1.count } } }
}
