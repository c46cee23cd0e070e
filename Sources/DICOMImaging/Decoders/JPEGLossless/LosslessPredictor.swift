/// The prediction functions of T.81 table H.1: a is left, b above, c above left.
protocol LosslessPredictor {
    static func predict(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32
}

enum LosslessPredictors {
    enum Left: LosslessPredictor {
        @inline(__always) static func predict(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 { a }
    }
    enum Above: LosslessPredictor {
        @inline(__always) static func predict(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 { b }
    }
    enum AboveLeft: LosslessPredictor {
        @inline(__always) static func predict(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 { c }
    }
    enum Plane: LosslessPredictor {
        @inline(__always) static func predict(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 { a &+ b &- c }
    }
    enum HalfVertical: LosslessPredictor {
        @inline(__always) static func predict(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 { a &+ (b &- c) &>> 1 }
    }
    enum HalfHorizontal: LosslessPredictor {
        @inline(__always) static func predict(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 { b &+ (a &- c) &>> 1 }
    }
    enum Mean: LosslessPredictor {
        @inline(__always) static func predict(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 { (a &+ b) &>> 1 }
    }
}
