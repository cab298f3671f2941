import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage

/// What a large fleet asks of one volume, with real files in a temporary directory.
///
///     fleet-bench hosts 1000 10000      a poll, and the coordinator's pass, with as many statuses
///     fleet-bench records 10 10000      a cold start, with a log as long
@main struct Main {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let numbers = arguments.dropFirst().compactMap { Int($0) }.filter { $0 > 0 }
        switch arguments.first {
        case "hosts":
            print("hosts   what                                seconds   calls/host   calls    statuses read")
            for number in numbers { try FleetBench(hosts: number).run() }
        case "records":
            print("records   what                             ms (median of 21)   calls")
            for number in numbers { try ColdStartBench(records: number).run() }
        default: print("Usage: fleet-bench hosts N... | fleet-bench records N...")
        }
    }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let time = try ContinuousClock().measure { try body() }
    return time / .seconds(1)
}

extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(width - count, 1)) }

    init(_ value: Double, decimals: Int) {
        let factor = (0..<decimals).reduce(1.0) { result, _ in result * 10 }
        let whole = Int((value * factor).rounded())
        let digits = String(whole % Int(factor))
        self = "\(whole / Int(factor)).\(String(repeating: "0", count: decimals - digits.count))\(digits)"
    }
}
