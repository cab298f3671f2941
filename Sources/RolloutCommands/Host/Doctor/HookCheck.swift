import RolloutAgent
import RolloutCore
import RolloutSystem
import SystemPackage

/// Looks whether an app's hooks could be run.
enum HookCheck {
    static func run(_ app: AppSection) -> [HealthCheck] {
        HookPoint.allCases.compactMap { point in app.hooks[point].map { check($0, point, of: app) } }
    }

    private static func check(_ hook: HookSetting, _ point: HookPoint, of app: AppSection) -> HealthCheck {
        let name = "hook \(app.name) \(point.rawValue)"
        let program = hook.command.first ?? ""
        if let path = findExecutable(program, searchPath: CommandHost.variable("PATH") ?? "") {
            return .ok(name, "\(path), at most \(hook.timeout.text)")
        }
        let isThere = program.contains("/") && (try? CommandHost.files.status(FilePath(program), for: .userRead)) != nil
        let effect = point == .beforeActivate ? "; it would refuse every release here" : ""
        return isThere
            ? .problem(name, "\(program) cannot be executed\(effect)", "Make it executable (chmod +x) for the agent's user.")
            : .problem(name, "\(program) does not exist\(effect)", "Put it there, or correct app.hooks.\(point.rawValue).")
    }
}
