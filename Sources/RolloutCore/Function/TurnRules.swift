/// The times a function host's turns go by.
package struct TurnRules: Hashable, Sendable {
    /// Kept free before the platform's deadline: past it the environment is lost.
    package var margin: Duration
    /// For a turn in all, however far its deadline is: what is done after the response is billed, and keeps the next request
    /// waiting.
    package var budget: Duration
    /// So long a request has the processor to itself: the look begins when it is answered, or beside it after this time.
    package var lead: Duration
    /// Between two looks at the gateway's counts meanwhile.
    package var glance: Duration
    /// How long a turn waits for a look. A look that takes longer goes on, and counts in a later turn.
    package var look: Duration
    /// Between two looks while nothing serves.
    package var lookPause: Duration
    /// How long the request of an invocation may take to reach the gateway. One that has not come by then has been answered
    /// already, or never passes the gateway.
    package var arrival: Duration
    /// How long a turn waits for a status to be written.
    package var status: Duration
    /// Between two looks at the facts that nothing announces (the gateway's counts).
    package var watch: Duration

    package init(
        margin: Duration = .milliseconds(500), budget: Duration = .seconds(30), lead: Duration = .milliseconds(25),
        glance: Duration = .milliseconds(2), look: Duration = .seconds(1),
        lookPause: Duration = .milliseconds(250), arrival: Duration = .milliseconds(250), status: Duration = .seconds(1),
        watch: Duration = .milliseconds(5)
    ) {
        self.margin = margin
        self.budget = budget
        self.lead = lead
        self.glance = glance
        self.look = look
        self.lookPause = lookPause
        self.arrival = arrival
        self.status = status
        self.watch = watch
    }
}
