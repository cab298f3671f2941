import RolloutCore
import RolloutTesting
import Testing

@testable import Gateway

/// What a request and a response look like on the other side.
@Suite struct PassingOnTests {
    /// A backend that answers with the head that it was sent.
    static func mirror(_ fields: String = "") -> RawBackend { .http { ok($0.head + $0.text, fields) } }

    @Test func saysWhoAnsweredAndForWhom() async throws {
        try await GatewayFixture.with { fixture in
            let backend = Self.mirror(
                "X-Wasmrollout-Release: forged\r\nx-wasmrollout-host: forged\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\n"
            )
            defer { backend.stop() }
            let id = fixture.serve(backend)
            let reply = try fixture.ask(
                get("/a?b", "Connection: X-Private, TE\r\nX-Private: 1\r\nTE: trailers\r\nKeep-Alive: 1\r\nX-Kept: 1\r\n"))
            #expect(reply.values("x-wasmrollout-release") == [id.release.description])
            #expect(reply.values("x-wasmrollout-host") == ["test-host"])
            #expect(reply.values("via") == ["1.1 wasmrollout"])
            #expect(reply["connection"] == nil && reply["x-secret"] == nil && reply["keep-alive"] == nil)
            let sent = RawMessage(head: reply.text, body: [])
            #expect(sent.startLine == "GET /a?b HTTP/1.1")
            #expect(sent["host"] == "a.test" && sent["x-kept"] == "1")
            #expect(sent["x-private"] == nil && sent["te"] == nil && sent["keep-alive"] == nil && sent["connection"] == nil)
            #expect(sent["x-forwarded-for"] == "127.0.0.1" && sent["x-forwarded-proto"] == "http")
            #expect(sent["x-forwarded-host"] == "a.test" && sent["via"] == "1.1 wasmrollout")
        }
    }

    @Test func appendsToWhatATrustedProxySays() async throws {
        try await GatewayFixture.with { fixture in
            let backend = Self.mirror()
            defer { backend.stop() }
            fixture.serve(backend)
            let fields =
                "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 5.6.7.8\r\nX-Forwarded-Host: b.test\r\n"
                + "Connection: forwarded\r\nForwarded: for=1.2.3.4\r\n"
            let sent = RawMessage(head: try fixture.ask(get("/", fields)).text, body: [])
            #expect(sent.values("x-forwarded-for") == ["1.2.3.4, 5.6.7.8, 127.0.0.1"])
            #expect(sent.values("x-forwarded-proto") == ["https"] && sent.values("x-forwarded-host") == ["b.test"])
            #expect(sent["forwarded"] == "for=1.2.3.4")
        }
    }

    @Test func replacesWhatNobodyVouchesFor() async throws {
        try await GatewayFixture.with({
            $0.forwardedTrust = .nobody; $0.identifiesItself = false; $0.addsVia = false
        }) { fixture in
            let backend = Self.mirror("x-wasmrollout-host: its own\r\n")
            defer { backend.stop() }
            fixture.serve(backend)
            let fields =
                "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b.test\r\nForwarded: for=1.2.3.4\r\n"
            let reply = try fixture.ask(get("/", fields))
            let sent = RawMessage(head: reply.text, body: [])
            #expect(sent.values("x-forwarded-for") == ["127.0.0.1"])
            #expect(sent.values("x-forwarded-proto") == ["http"] && sent.values("x-forwarded-host") == ["a.test"])
            #expect(sent["forwarded"] == nil && sent["via"] == nil && reply["via"] == nil)
            #expect(reply["x-wasmrollout-release"] == nil && reply["x-wasmrollout-host"] == "its own")
        }
    }

    /// CGI, and so WAGI, makes one variable of `X-Forwarded-For` and `X_Forwarded_For`.
    @Test func aClientCannotSayInTheGatewaysPlaceWhoItIs() async throws {
        try await GatewayFixture.with { fixture in
            let backend = Self.mirror()
            defer { backend.stop() }
            fixture.serve(backend)
            let fields =
                "X_Forwarded_For: 6.6.6.6\r\nX-Forwarded_Proto: forged\r\nContent_Length: 9\r\nX_Kept_As_It_Stands: 1\r\n"
                + "X-Forwarded-Proto: https\r\nConnection: x-forwarded-proto, x-forwarded-for, forwarded, X-Secret\r\n"
                + "Forwarded: for=1.2.3.4\r\nX-Secret: 1\r\n"
            let sent = RawMessage(head: try fixture.ask(get("/", fields)).text, body: [])
            #expect(sent.values("x-forwarded-for") == ["127.0.0.1"] && sent.values("x-forwarded-proto") == ["https"])
            #expect(sent["forwarded"] == "for=1.2.3.4" && sent["x-secret"] == nil && sent["x_kept_as_it_stands"] == "1")
            #expect(!sent.head.contains("6.6.6.6") && !sent.head.contains("forged") && !sent.head.contains("Content_Length"))
        }
    }

    @Test func aStatusLineWithoutAReasonKeepsItsSpace() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.http { _ in "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n" }
            defer { backend.stop() }
            fixture.serve(backend)
            let reply = try fixture.ask(get())
            #expect(reply.startLine == "HTTP/1.1 200 ")
        }
    }

    /// Whoever went by the length, and not by the status, would take the next answer for this one's body.
    @Test func aResponseWithoutABodyHasNoLengthEither() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.http { request in
                guard request.startLine.hasPrefix("DELETE") else { return ok("next") }
                return "HTTP/1.1 103 Early Hints\r\nContent-Length: 4\r\nX-Early: 1\r\n\r\n"
                    + "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\nX-Late: 1\r\n\r\n"
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let early = try socket.ask("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(early.status == 103 && early["x-early"] == "1" && early["content-length"] == nil)
            let late = try socket.receiveResponse()
            #expect(late.status == 204 && late["x-late"] == "1" && late["transfer-encoding"] == nil)
            #expect(try socket.ask(get()).text == "next")
            #expect(backend.connectionCount == 1)
        }
    }

    @Test func turnsAbsoluteTargetsIntoTheirOrigin() async throws {
        try await GatewayFixture.with { fixture in
            let backend = Self.mirror()
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            for (target, expected) in [
                ("http://b.test:81/x?y", "/x?y"), ("http://b.test:81", "/"), ("HTTPS://b.test:81?q", "/?q"),
            ] {
                let sent = RawMessage(head: try socket.ask(get(target)).text, body: [])
                #expect(sent.startLine == "GET \(expected) HTTP/1.1")
                #expect(sent.values("host") == ["b.test:81"] && sent["x-forwarded-host"] == "b.test:81")
            }
            let options = RawMessage(head: try socket.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").text, body: [])
            #expect(options.startLine == "OPTIONS * HTTP/1.1")
        }
    }

    @Test func keepsPipelinedRequestsInOrder() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
            try socket.send((0..<50).map { $0 % 5 == 4 ? post : get("/\($0)") }.joined())
            for number in 0..<50 {
                let reply = try socket.receiveResponse()
                #expect(reply.text == (number % 5 == 4 ? "body" : "one /\(number)"))
            }
            #expect(backend.connectionCount == 1)
        }
    }

    @Test func passesChunksWithExtensionsAndTrailersBothWays() async throws {
        try await GatewayFixture.with { fixture in
            let chunks = "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n"
            let backend = RawBackend { connection, _ in
                while true {
                    let head = try connection.receiveHead()
                    let body = try connection.receive(exactly: chunks.utf8.count)
                    try connection.send(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Te: \(head.contains("chunked"))\r\n\r\n")
                    try connection.send(body)
                }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            for _ in 0..<3 {
                try socket.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n")
                for byte in chunks.utf8 { try socket.send([byte]) }
                let head = try socket.receiveHead()
                #expect(head.contains("X-Te: true"))
                #expect(try socket.receive(exactly: chunks.utf8.count) == Array(chunks.utf8))
            }
            #expect(backend.connectionCount == 1)
        }
    }

    @Test func answersHeadAndBodilessResponsesWithoutWaiting() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.http { request in
                switch request.startLine.split(separator: " ")[1] {
                case "/204": "HTTP/1.1 204 No Content\r\n\r\n"
                case "/304": "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"
                default: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
                }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            #expect(try socket.ask(get("/204")).status == 204)
            #expect(try socket.ask(get("/304")).status == 304)
            let head = try socket.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", toHead: true)
            #expect(head["content-length"] == "100")
            #expect(try socket.ask(get("/204")).status == 204)
        }
    }

    @Test func servesClientsOfHTTP10() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.http { request in
                request.startLine.contains("/chunked")
                    ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" : ok(request.head)
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let kept = try fixture.connect()
            let reply = try kept.ask("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(reply["connection"] == "keep-alive")
            #expect(reply.text.hasPrefix("GET /1 HTTP/1.1\r\nHost: 127.0.0.1:\(fixture.port)\r\n"))
            #expect(try kept.ask("GET /2 HTTP/1.0\r\n\r\n")["connection"] == "close")
            #expect(try kept.receiveToEnd().isEmpty)
            let decoded = try fixture.ask("GET /chunked HTTP/1.0\r\n\r\n")
            #expect(decoded.text == "hello" && decoded["transfer-encoding"] == nil)
        }
    }

    @Test func passesResponsesThatEndWithTheConnection() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end")
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let reply = try fixture.ask(get())
            #expect(reply.text == "until the end" && reply["connection"] == "close" && reply.startLine == "HTTP/1.1 200 OK")
        }
    }

    @Test func passesInterimResponses() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                let head = try connection.receiveHead()
                guard head.contains("Expect: 100-continue") else { return }
                try connection.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
                try connection.send(ok(String(decoding: try connection.receive(exactly: 5), as: UTF8.self)))
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let hints = try socket.ask("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(hints.status == 103 && hints["link"] == "x")
            #expect(try socket.receiveResponse().status == 100)
            #expect(try socket.ask("hello").text == "hello")
        }
    }

    @Test func passesAnAnswerThatComesBeforeTheUploadIsDone() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveHead()
                try connection.send(ok("too large"))
                _ = try? connection.receive(exactly: 10)
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n" + String(repeating: "x", count: 100_000))
            let reply = try socket.receiveResponse()
            #expect(reply.text == "too large" && reply["connection"] == "close")
            // What is still sent does not take the response away.
            try? socket.send(String(repeating: "x", count: 100_000))
            #expect(try socket.receiveToEnd().isEmpty)
        }
    }
}
