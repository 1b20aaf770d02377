import Glibc

/// What is known of the terminal.
enum Terminal {
    /// Whether standard input comes from a person.
    static var isInputInteractive: Bool { isatty(STDIN_FILENO) == 1 }
    /// Whether standard output goes to a person.
    static var isOutputInteractive: Bool { isatty(STDOUT_FILENO) == 1 }
    /// Whether standard error goes to a person.
    static var isErrorInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// The width of the terminal that output goes to, in cells; nil where it goes to none.
    static var width: Int? {
        guard isOutputInteractive else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether colours are wanted: on a terminal, unless NO_COLOR says otherwise.
    static func wantsColour(onError: Bool = false) -> Bool {
        guard onError ? isErrorInteractive : isOutputInteractive else { return false }
        return environment("NO_COLOR") == nil && environment("TERM") != "dumb"
    }

    /// A variable of the environment that is set to something.
    static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
