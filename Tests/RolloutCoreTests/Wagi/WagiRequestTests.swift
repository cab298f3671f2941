import RolloutCore
import Testing

/// Each quirk stands in facts about Spin 4's WAGI executor.
@Suite struct WagiRequestTests {
    private func request(
        _ target: String = "/foo/b%20c?x=1&y=2", headers: [(name: String, value: String)] = [("Host", "example.com:8080")]
    ) -> WagiRequest {
        WagiRequest(
            method: "POST", target: target, headers: headers, clientHost: "10.0.0.7", clientPort: 4711, bodyLength: 5)
    }

    private func environment(_ request: WagiRequest, route: String = "/foo/...") throws -> [String: String] {
        request.environment(try #require(Route(route).match(request.path)))
    }

    @Test(arguments: [
        ("/foo?a=1&b", "/foo", "a=1&b"), ("/foo", "/foo", ""), ("/foo?", "/foo", ""), ("/foo?a?b", "/foo", "a?b"),
        ("http://h:1/p?q", "/p", "q"),
        ("http://h", "/", ""), ("http://h?q", "/", "q"), ("/p#f", "/p", ""),
    ])
    func splitsTheTarget(target: String, path: String, query: String) {
        #expect(request(target).path == path)
        #expect(request(target).query == query)
    }

    @Test(arguments: [
        ("/foo?a=1&b=2", WagiRequest.argumentTemplate, ["/foo", "a=1", "b=2"]),
        ("/foo", WagiRequest.argumentTemplate, ["/foo", ""]),
        ("/foo?a+b", WagiRequest.argumentTemplate, ["/foo", "a+b"]),
        ("/foo?a", "run ${SCRIPT_NAME} -- ${ARGS} $X", ["run", "/foo", "--", "a", "$X"]),
        ("/foo?${SCRIPT_NAME}", "${ARGS}", ["${SCRIPT_NAME}"]),
        ("/foo", "fixed", ["fixed"]),
    ])
    func makesArguments(target: String, template: String, arguments: [String]) {
        #expect(request(target).arguments(template: template) == arguments)
    }

    @Test func tellsTheGuestWhatCGITells() throws {
        let variables = try environment(request())
        let expected = [
            "AUTH_TYPE": "", "CONTENT_LENGTH": "5", "CONTENT_TYPE": "", "GATEWAY_INTERFACE": "CGI/1.1",
            "QUERY_STRING": "x=1&y=2",
            "REMOTE_ADDR": "10.0.0.7", "REMOTE_HOST": "10.0.0.7", "REMOTE_USER": "", "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "/foo",
            "X_RAW_PATH_INFO": "/b%20c", "PATH_TRANSLATED": "/b c", "PATH_INFO": "/b%20c", "SERVER_NAME": "example.com",
            "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_SOFTWARE": "WAGI/1", "HTTP_HOST": "example.com:8080",
            "X_FULL_URL": "http://example.com:8080/foo/b%20c?x=1&y=2", "X_MATCHED_ROUTE": "/foo/...",
            "X_COMPONENT_ROUTE": "/foo",
            "X_RAW_COMPONENT_ROUTE": "/foo/...", "X_BASE_PATH": "/", "X_CLIENT_ADDR": "10.0.0.7:4711",
        ]
        #expect(variables == expected)
    }

    /// The last is the gateway's own.
    @Test func showsEveryProxyOnTheWay() throws {
        let variables = try environment(
            request(headers: [
                ("host", "h"), ("Via", "1.0 fred"), ("via", "1.1 p"), ("Via", "1.1 wasmrollout"), ("x-a", "1"), ("X-A", "2"),
            ]))
        #expect(variables["HTTP_VIA"] == "1.0 fred, 1.1 p, 1.1 wasmrollout")
        #expect(variables["HTTP_X_A"] == "2")
    }

    @Test func leavesContentTypeEmptyButPassesTheHeader() throws {
        let variables = try environment(request(headers: [("host", "h"), ("Content-Type", "text/plain")]))
        #expect(variables["CONTENT_TYPE"] == "")
        #expect(variables["HTTP_CONTENT_TYPE"] == "text/plain")
    }

    @Test func hidesCredentialsAndConnection() throws {
        let variables = try environment(request(headers: [("host", "h"), ("Authorization", "x"), ("Connection", "close")]))
        #expect(variables["HTTP_AUTHORIZATION"] == nil)
        #expect(variables["HTTP_CONNECTION"] == nil)
    }

    @Test func marksValuesThatAreNotVisibleASCII() throws {
        let variables = try environment(request(headers: [("host", "h"), ("X-Name", "Müller"), ("X-Tab", "a\tb")]))
        #expect(variables["HTTP_X_NAME"] == "CORRUPT VALUE")
        #expect(variables["HTTP_X_TAB"] == "a\tb")
    }

    @Test func keepsTheLastOfARepeatedHeader() throws {
        #expect(try environment(request(headers: [("host", "h"), ("X-A", "1"), ("x-a", "2")]))["HTTP_X_A"] == "2")
    }

    @Test(arguments: [
        ("h", "h", "80"), ("h:9", "h", "9"), (":9", "default_host", "9"), ("h:", "h", "80"), ("[::1]:80", "[", ":1]:80"),
    ])
    func cutsTheHostAtItsFirstColon(host: String, name: String, port: String) throws {
        let variables = try environment(request(headers: [("Host", host)]))
        #expect(variables["SERVER_NAME"] == name)
        #expect(variables["SERVER_PORT"] == port)
    }

    @Test func givesParametersInUpperCase() throws {
        #expect(try environment(request("/u/7"), route: "/u/:userid")["X_PATH_MATCH_USERID"] == "7")
    }

    @Test func letsNoHeaderReplaceWhatTheServerSays() throws {
        #expect(try environment(request(headers: [("host", "h"), ("path-info", "/evil")]))["PATH_INFO"] == "/b%20c")
    }

    @Test(arguments: [
        ("/foo/%", "/%"), ("/foo/%4", "/%4"), ("/foo/%zz", "/%zz"), ("/foo/%ff", "/\u{fffd}"), ("/foo/%C3%A9", "/é"),
    ])
    func decodesWhatItCan(path: String, decoded: String) throws {
        #expect(try environment(request(path))["PATH_TRANSLATED"] == decoded)
    }

    @Test func hasEmptyScriptNameForTheRoot() throws {
        let variables = try environment(request("/"), route: "/...")
        #expect(variables["SCRIPT_NAME"] == "")
        #expect(variables["PATH_INFO"] == "/")
    }
}
