import Glibc

/// How much longer than usual everything may take: a build with the thread sanitizer is ten times slower. Every deadline of
/// tests, that is: of what must come some time, and not of what is tested to be in time.
package enum Patience {
    package static let factor = dlsym(nil, "__tsan_init") == nil ? 1 : 10

    /// A deadline on this build.
    package static func deadline(_ usual: Duration) -> Duration { usual * factor }
}
