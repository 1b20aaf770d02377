/// Writes temporal values in openCypher's ISO 8601 forms.
enum TemporalText {
    /// Appends `number` with at least `width` digits.
    static func append(_ number: Int64, width: Int, to text: inout String) {
        let digits = String(number.magnitude)
        if number < 0 { text += "-" }
        for _ in digits.utf8.count..<max(width, digits.utf8.count) { text += "0" }
        text += digits
    }

    static func append(_ date: CalendarDate, to text: inout String) {
        let parts = date.yearMonthDay
        if parts.year > 9_999 { text += "+" }
        append(parts.year, width: 4, to: &text)
        text += "-"
        append(parts.month, width: 2, to: &text)
        text += "-"
        append(parts.day, width: 2, to: &text)
    }

    static func append(_ time: LocalTime, to text: inout String) {
        append(time.hour, width: 2, to: &text)
        text += ":"
        append(time.minute, width: 2, to: &text)
        guard time.second != 0 || time.nanosecond != 0 else { return }
        text += ":"
        append(time.second, width: 2, to: &text)
        appendFraction(nanosecond: time.nanosecond, to: &text)
    }

    /// Appends a point and the digits of a fraction of a second, none for 0.
    static func appendFraction(nanosecond: Int64, to text: inout String) {
        guard nanosecond != 0 else { return }
        var digits = nanosecond
        var width = 9
        while digits % 10 == 0 {
            digits /= 10
            width -= 1
        }
        text += "."
        append(digits, width: width, to: &text)
    }

    static func appendOffset(_ seconds: Int32, to text: inout String) {
        guard seconds != 0 else {
            text += "Z"
            return
        }
        let magnitude = Int64(seconds.magnitude)
        text += seconds < 0 ? "-" : "+"
        append(magnitude / 3_600, width: 2, to: &text)
        text += ":"
        append(magnitude / 60 % 60, width: 2, to: &text)
        guard magnitude % 60 != 0 else { return }
        text += ":"
        append(magnitude % 60, width: 2, to: &text)
    }
}

extension CalendarDate: CustomStringConvertible {
    /// `1984-10-11`.
    public var description: String {
        var text = ""
        TemporalText.append(self, to: &text)
        return text
    }
}

extension LocalTime: CustomStringConvertible {
    /// `12:31:14.645`; seconds are left out where they are zero.
    public var description: String {
        var text = ""
        TemporalText.append(self, to: &text)
        return text
    }
}

extension ZonedTime: CustomStringConvertible {
    /// `12:31:14.645+01:00`.
    public var description: String {
        var text = ""
        TemporalText.append(local, to: &text)
        TemporalText.appendOffset(offsetInSeconds, to: &text)
        return text
    }
}

extension LocalDateTime: CustomStringConvertible {
    /// `1984-10-11T12:31:14.645`.
    public var description: String {
        var text = ""
        TemporalText.append(date, to: &text)
        text += "T"
        TemporalText.append(time, to: &text)
        return text
    }
}

extension ZonedDateTime: CustomStringConvertible {
    /// `1984-10-11T12:31:14.645+01:00[Europe/Stockholm]`.
    public var description: String {
        var text = local.description
        TemporalText.appendOffset(offsetInSeconds, to: &text)
        if let zone {
            text += "["
            text += zone.text
            text += "]"
        }
        return text
    }
}
