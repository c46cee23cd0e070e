package import DICOM

/// What one file may cost a worker (architecture.md section 6). Both sides compute it: the worker sets its own limits, dcmfs
/// waits four times as long before it kills.
package struct WorkerBudget: Hashable, Sendable {
    /// Processor time, in microseconds.
    package let cpu: UInt64
    /// Address space above that of the idle worker, in bytes.
    package let memory: UInt64
    /// Patience of the caller, in microseconds: a loaded machine is not a hanging file.
    package var wall: UInt64 { cpu * 4 }

    /// Largest value of `memory`.
    package static let maximumMemory: UInt64 = 2 << 30
    private static let minimumMemory: UInt64 = 256 << 20
    private static let baseCPU: UInt64 = 2_000_000

    /// Parsing, header text: no samples.
    package static let header = WorkerBudget(samples: 0)

    /// - Parameter samples: pixels times channels that one request has to produce.
    package init(samples: UInt64) {
        let bounded = min(samples, 1 << 40)
        cpu = Self.baseCPU + bounded / 2
        memory = min(max(Self.minimumMemory, bounded * 16), Self.maximumMemory)
    }

    /// One frame of a picture. A header may claim any size: no more samples count than the file can really hold, taken as 1,024
    /// per byte (RLE reaches 64, JPEG about 100, a blank JPEG 2000 tile more).
    package init(picture: PictureDescription, fileSize: Int) {
        let claimed = UInt64(clamping: picture.width) * UInt64(clamping: picture.height) * UInt64(clamping: picture.channels)
        let possible = min(UInt64(clamping: fileSize), 1 << 40) * 1024
        self.init(samples: min(claimed, possible))
    }

    /// As ordered: square pixels may take more than the image has.
    package init(_ request: PictureRequest) {
        let plain = WorkerBudget(picture: request.description, fileSize: request.fileSize)
        let drawn = request.description.drawn(with: request.settings)
        guard drawn != request.description else {
            self = plain
            return
        }
        let other = WorkerBudget(samples: UInt64(clamping: drawn.width) * UInt64(clamping: drawn.height) * UInt64(clamping: drawn.channels))
        self = other.memory > plain.memory || other.cpu > plain.cpu ? other : plain
    }
}
