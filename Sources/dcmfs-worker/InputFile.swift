/// A file as it came over the socket. The server closes the descriptor.
struct InputFile {
    let descriptor: CInt
    /// Length in bytes that dcmfs saw when it opened the file.
    let size: Int
}
