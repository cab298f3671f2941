/// Character classes of RFC 9110 and 3986 as bit sets: a test is a shift and a mask, no table look-up.
enum Characters {
    @inline(__always)
    private static func isIn(_ low: UInt64, _ high: UInt64, _ byte: UInt8) -> Bool {
        byte < 64 ? (low &>> UInt64(byte)) & 1 == 1 : byte < 128 && (high &>> UInt64(byte &- 64)) & 1 == 1
    }

    /// `token`, for methods and field names: letters, digits and ``!#$%&'*+-.^_`|~``.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool { isIn(0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe, byte) }

    /// What `Host` may hold: letters, digits and `-._~%:[]`. RFC 3986 would also allow `!$&'()*+,;=`, which no name uses
    /// and which some servers read as a list.
    @inline(__always)
    static func isHost(_ byte: UInt8) -> Bool { isIn(0x07ff_6020_0000_0000, 0x47ff_fffe_afff_fffe, byte) }

    /// Visible ASCII but `#`: fragments do not go over the wire.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f && byte != 0x23 }

    /// What a field value may not hold: every control but the tab.
    @inline(__always)
    static func isControl(_ byte: UInt8) -> Bool { (byte < 0x20 && byte != 0x09) || byte == 0x7f }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hexadecimal(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 0x30...0x39: UInt64(byte &- 0x30)
        case 0x41...0x46: UInt64(byte &- 0x37)
        case 0x61...0x66: UInt64(byte &- 0x57)
        default: nil
        }
    }
}
