import Glibc

/// Removes a file that a test made.
func unlinkFile(_ path: String) -> Int32 { unlink(path) }
