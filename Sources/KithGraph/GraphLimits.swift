/// The limits of graphs, by name.
public enum GraphLimits {
    /// The bits of an id that are the slot.
    public static let slotBits = 11
    /// The slots of a chunk.
    public static let slotsPerChunk = 2048
    /// The most labels one node may have.
    public static let labelsPerNodeMax = 4_096
    /// The most properties one node or relationship may have.
    public static let propertiesPerEntityMax = 65_535
    /// The longest name of a label, type, property key, index or constraint, in bytes of UTF-8.
    public static let nameLengthMaxInBytes = 256
    /// The longest stored value of a property, in bytes.
    public static let valueLengthMaxInBytes = 64 << 20
    /// The most bytes that all values of one property of one chunk may have.
    public static let segmentLengthMaxInBytes = 512 << 20
    /// The most properties an index covers.
    public static let propertiesPerIndexMax = 16
    /// The most labels, types, property keys or label sets there can be of each.
    public static let tokensMax = 1 << 24
}
