/// A time in which nothing is released and no rollout advances; rollbacks go on. All times are UTC.
///
/// Written `2026-12-24T00:00:00.000Z/2026-12-27T00:00:00.000Z`, `Fri 16:00/Mon 08:00` (every week) or `daily 22:00/06:00`.
package enum FreezeWindow: Hashable, Sendable {
    case span(from: Instant, until: Instant)
    /// Minutes since Monday 00:00, 0 to 10,079. May go over the end of the week.
    case weekly(from: Int, until: Int)
    /// Minutes since 00:00, 0 to 1,439. May go over midnight.
    case daily(from: Int, until: Int)

    private static let day = 1440
    private static let week = 7 * day
    private static let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// When the window that `now` lies in ends; `nil` when it lies in none.
    package func end(at now: Instant) -> Instant? {
        switch self {
        case .span(let from, let until): return from <= now && now < until ? until : nil
        case .weekly(let from, let until): return end(at: now, from: from, until: until, cycle: Self.week)
        case .daily(let from, let until): return end(at: now, from: from, until: until, cycle: Self.day)
        }
    }

    private func end(at now: Instant, from: Int, until: Int, cycle: Int) -> Instant? {
        // 1970 began on a Thursday.
        let minute = now.milliseconds.floorDivided(by: 60_000) + Int64(3 * Self.day)
        let position = Int(minute - minute.floorDivided(by: Int64(cycle)) * Int64(cycle))
        let length = (until - from + cycle) % cycle
        let elapsed = (position - from + cycle) % cycle
        guard elapsed < length else { return nil }
        let start = now.milliseconds.floorDivided(by: 60_000) * 60_000
        return Instant(milliseconds: start) + .seconds((length - elapsed) * 60)
    }

    /// The first rule it breaks, in words; `nil` when it is sound.
    var defect: String? {
        let isSound =
            switch self {
            case .span(let from, let until): from < until
            case .weekly(let from, let until): from != until
            case .daily(let from, let until): from != until
            }
        return isSound ? nil : "a freeze window must end after it begins"
    }
}

extension FreezeWindow: LosslessStringConvertible, Codable {
    package init?(_ description: String) {
        let parts = description.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        if let from = Instant(parts[0]), let until = Instant(parts[1]) {
            self = .span(from: from, until: until)
        } else if parts[0].hasPrefix("daily "), let from = Self.minute(parts[0].dropFirst(6)), let until = Self.minute(parts[1])
        {
            self = .daily(from: from, until: until)
        } else if let from = Self.minuteOfWeek(parts[0]), let until = Self.minuteOfWeek(parts[1]) {
            self = .weekly(from: from, until: until)
        } else {
            return nil
        }
        if defect != nil { return nil }
    }

    package var description: String {
        switch self {
        case .span(let from, let until): "\(from)/\(until)"
        case .weekly(let from, let until): "\(Self.weekText(from))/\(Self.weekText(until))"
        case .daily(let from, let until): "daily \(Self.text(from))/\(Self.text(until))"
        }
    }

    private static func minute(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func minuteOfWeek(_ text: String) -> Int? {
        guard let day = names.firstIndex(of: String(text.prefix(3))), text.dropFirst(3).first == " ",
            let minute = minute(text.dropFirst(4))
        else { return nil }
        return day * Self.day + minute
    }

    private static func text(_ minute: Int) -> String {
        let (hour, rest) = minute.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func weekText(_ minute: Int) -> String { "\(names[minute / day]) \(text(minute % day))" }

    package init(from decoder: any Decoder) throws {
        self = try decoder.losslessString("a freeze window such as 'Fri 16:00/Mon 08:00'")
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeDescription(of: self) }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
