/// Enhanced multi-frame objects: attributes that stand in functional groups (PS3.3 section C.7.6.16).
package enum FunctionalGroups {
    /// First item of a functional group macro: of the frame's own item, else of the shared one (rules G7, G21).
    ///
    /// - Parameter frame: 0-based.
    package static func item(_ macro: Tag, frame: Int, of dataSet: DataSet) -> DataSet? {
        if let own = dataSet.item(.perFrameFunctionalGroupsSequence, frame)?.item(macro, 0) { return own }
        return dataSet.item(.sharedFunctionalGroupsSequence, 0)?.item(macro, 0)
    }

    /// Whether the object has functional groups at all.
    package static func exist(in dataSet: DataSet) -> Bool {
        dataSet.contains(.perFrameFunctionalGroupsSequence) || dataSet.contains(.sharedFunctionalGroupsSequence)
    }

    /// 0-based frame that stands for the object: Representative Frame Number where it names one, else the middle one.
    package static func representativeFrame(of dataSet: DataSet) -> Int {
        let count = max(1, dataSet.int(.numberOfFrames) ?? 1)
        if let number = dataSet.int(.representativeFrameNumber), (1...count).contains(number) { return number - 1 }
        return (count - 1) / 2
    }
}
