/// What is known of a function host at one moment of a turn.
package struct TurnFacts: Hashable, Sendable {
    /// A look at the volume has begun and has not come back.
    package var isLooking = false
    /// The volume answered the last look that came back.
    package var isVolumeThere = true
    /// Requests that the gateway has and that are not answered in full, those it holds included.
    package var requestsInFlight = 0
    /// Requests the gateway has ever answered.
    package var requestsAnswered: UInt64 = 0
    /// A backend can answer requests.
    package var isServing = false
    /// Something is held back until it can disturb no request: a decision, or a timer that is due.
    package var holdsBack = false
    /// A release is being copied from the volume.
    package var isCopying = false
    /// Backends are being started, retired or stopped, or `current` is being swapped.
    package var isActivating = false
    /// A release is on probation, with an older one warm beside it.
    package var isBaking = false
    package var isProbing = false
    /// The volume has not been told what there is to tell.
    package var owesStatus = false
    package var isWritingStatus = false

    package init() {}

    /// Work that is worth staying awake for.
    ///
    /// A copy from a volume that does not answer is not: it may hang for as long as the volume is gone, and would keep every
    /// invocation until its deadline. Unless nothing serves: then there is nothing better to do.
    var isBusy: Bool { isActivating || isProbing || isCopying && (isVolumeThere || !isServing) }
}
