/// `Mutex` and `Atomic`. A module of its own so that builds for ThreadSanitizer can have another `Mutex`, beside this file.
@_exported public import Synchronization
