/// The numbers of edges of consecutive slots, packed in a fixed width, added up eight at a time; and how
/// many of them are not 0.
struct DegreeSum {
    var edges: UInt64 = 0
    var lists = 0

    private static let bytes: UInt64 = 0x0101_0101_0101_0101
    private static let evenBytes: UInt64 = 0x00FF_00FF_00FF_00FF

    /// Adds the numbers of `slots`, the first of which is a multiple of eight, with `base` added to each.
    ///
    /// Up to eight bytes past the last number may be read.
    mutating func add(
        _ packed: UnsafeRawPointer, _ slots: Range<Int>, width: Int, base: UInt64
    ) {
        edges &+= base &* UInt64(slots.count)
        if width == 0 {
            lists &+= base > 0 ? slots.count : 0
            return
        }
        let before = lists
        var slot = slots.lowerBound
        if width <= 8 {
            let spread = ByteSpread(width: width)
            while slot &+ 8 <= slots.upperBound {
                add(spread.bytes(of: Self.word(packed, (slot &* width) &>> 3)))
                slot &+= 8
            }
        }
        while slot < slots.upperBound {
            let number = BitPacking.value(packed, at: slot, width: width)
            edges &+= number
            lists &+= number > 0 ? 1 : 0
            slot &+= 1
        }
        if base > 0 { lists = before &+ slots.count }
    }

    /// Adds eight numbers of a byte each.
    @inline(__always)
    private mutating func add(_ numbers: UInt64) {
        let pairs = (numbers & Self.evenBytes) &+ (numbers &>> 8 & Self.evenBytes)
        edges &+= (pairs &* 0x0001_0001_0001_0001) &>> 48
        let low = ~(Self.bytes &<< 7)
        let isMore = ((numbers & low) &+ low | numbers) &>> 7 & Self.bytes
        lists &+= Int(truncatingIfNeeded: (isMore &* Self.bytes) &>> 56)
    }

    @inline(__always)
    private static func word(_ packed: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: packed.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

/// Spreads eight numbers of up to eight bits each, the first in the lowest bits, to a byte each: halves,
/// then quarters, then single numbers move apart.
private struct ByteSpread {
    private let half: (mask: UInt64, shift: UInt64)
    private let quarter: (mask: UInt64, shift: UInt64)
    private let single: (mask: UInt64, shift: UInt64)

    init(width: Int) {
        func lowest(_ bits: Int) -> UInt64 { (1 &<< UInt64(bits)) &- 1 }
        half = (lowest(4 * width), UInt64(32 - 4 * width))
        quarter = (lowest(2 * width) &* 0x0000_0001_0000_0001, UInt64(16 - 2 * width))
        single = (lowest(width) &* 0x0001_0001_0001_0001, UInt64(8 - width))
    }

    /// The numbers of a word, whatever lies above them.
    @inline(__always)
    func bytes(of word: UInt64) -> UInt64 {
        let halves = word & half.mask | (word &<< half.shift) & (half.mask &<< 32)
        let quarters =
            halves & quarter.mask | (halves &<< quarter.shift) & (quarter.mask &<< 16)
        return quarters & single.mask | (quarters &<< single.shift) & (single.mask &<< 8)
    }
}
