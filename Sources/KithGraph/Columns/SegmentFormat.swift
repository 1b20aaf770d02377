/// How the values of a segment are encoded. On disk: never renumber.
///
/// A segment is one property of one chunk:
///
/// | bytes | what |
/// | --- | --- |
/// | 1 | encoding, ``SegmentEncoding`` |
/// | 1 | layout, ``Column/Layout`` |
/// | 1 | which slots have a value, ``SegmentPresence`` |
/// | varint | slots covered, *n* |
/// | … | bitmap: *n* bits in words of 8 bytes; list: a varint count *m*, then *m* slots of 2 bytes |
/// | … | the values of the slots that have one, in the order of slots, as the encoding says |
enum SegmentEncoding: UInt8 {
    /// One value for all: integer or date zigzag varint; float 8 bytes; boolean 1 byte; string its
    /// bytes; tagged the stored form.
    case constant = 0
    /// First value (zigzag varint) and step (zigzag varint).
    case sequence = 1
    /// Smallest value (8 bytes), width (1 byte), then differences to the smallest, packed.
    case packed = 2
    /// Floats that are short decimals: scale (1 byte), then the scaled integers as in ``packed``.
    case decimal = 3
    /// Floats, 8 bytes each.
    case plain = 4
    /// Truth values, one bit each.
    case bits = 5
    /// Entries as in ``bytes``, then the width of codes (1 byte) and the codes, packed.
    case dictionary = 6
    /// Lengths and bytes, see ``StringRun``; strings, or stored forms of tagged values.
    case bytes = 7
    /// Tagged values that all are times, durations or amounts of one kind, see ``ValueParts``.
    case parts = 8
    /// Smallest value (8 bytes), smallest step (zigzag varint); width (1 byte) and packed differences
    /// of values 0, 64, 128, … to the smallest; then for each value the width (1 byte) and packed
    /// differences of the steps from the value before to the smallest step, 0 for values 0, 64, ….
    case steps = 9
    /// Smallest value (8 bytes), factor (varint), width (1 byte), then the differences to the
    /// smallest, divided by the factor, packed.
    case multiples = 10
}

/// Which slots of a segment have a value. On disk: never renumber.
enum SegmentPresence: UInt8 {
    case all = 0
    case bitmap = 1
    case list = 2
}

/// What is known of the values of a segment; kept beside the reference to it.
struct SegmentZone: Equatable {
    /// What ``minimum`` and ``maximum`` are. On disk: never renumber.
    enum Kind: UInt8 {
        case none = 0
        /// Two's complement, as 64 bits.
        case integer = 1
        /// The bits of a double.
        case float = 2
        /// Days.
        case date = 3
    }

    var kind = Kind.none
    var valueCount = 0
    var minimum: UInt64 = 0
    var maximum: UInt64 = 0
}
