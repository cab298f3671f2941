import RolloutCore
import Testing

@Suite struct WagiResponseTests {
    private func response(_ output: String) -> WagiResponse { WagiResponse(output: Array(output.utf8)) }

    private func body(_ response: WagiResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    private func headers(_ response: WagiResponse) -> [String: String] {
        Dictionary(uniqueKeysWithValues: response.headers.map { ($0.name, $0.value) })
    }

    @Test(arguments: [
        "Content-Type: text/plain\n\nhello\n", "Content-Type: text/plain\r\n\r\nhello\n",
        "content-type:text/plain\r\n\nhello\n",
        "\ncontent-type:text/plain\n\nhello\n",
    ])
    func readsHeaderAndBody(output: String) {
        let response = response(output)
        #expect(response.status == 200)
        #expect(headers(response) == ["content-type": "text/plain"])
        #expect(body(response) == "hello\n")
        #expect(response.defect == nil)
    }

    @Test func leavesTheBodyAsItIs() {
        #expect(body(response("status: 200\n\na\r\n\r\n\n\nb\r")) == "a\r\n\r\n\n\nb\r")
    }

    @Test(arguments: [
        ("Status: 404 Not Found", 404), ("Status: 204", 204), ("status:   201   x", 201), ("Location: /x", 302),
        ("Location: /x\nStatus: 301 Moved", 301), ("Status: 301\nLocation: /x", 301), ("Content-Type: a/b", 200),
        ("Status: oops", 502),
        ("Status: 99", 502), ("Status: 1000", 502), ("Status:", 502), ("Status: 101", 500), ("Status: 999", 999),
    ])
    func takesTheStatus(head: String, status: Int) {
        #expect(response(head + "\n\nx").status == status)
    }

    @Test(arguments: ["x-a: b\n\nhello", "hello", "content-type: text/plain\nno empty line", "content-type text/plain\n\nx"])
    func refusesOutputWithoutASufficientHeader(output: String) {
        let response = response(output)
        #expect(response.status == 500)
        #expect(body(response) == "Exactly one of 'location' or 'content-type' must be specified")
        #expect(response.headers.isEmpty)
        #expect(response.defect != nil)
    }

    @Test func answers500WithoutBodyToEmptyOutput() {
        #expect(response("").status == 500)
        #expect(response("").body.isEmpty)
    }

    @Test func letsOnlyTheLastOfARepeatedHeaderThrough() {
        let response = response("content-type: a/b\nSet-Cookie: a=1\nset-cookie: b=2\n\n")
        #expect(headers(response) == ["content-type": "a/b", "set-cookie": "b=2"])
    }

    @Test func dropsNamesThatHTTPDoesNotAllow() {
        #expect(headers(response("content-type: a/b\nbad name: x\n: y\n\n")) == ["content-type": "a/b"])
    }

    @Test(arguments: ["x-a: b\u{1}", "x-a: \u{7f}", "location: /\u{0}"])
    func refusesValuesThatHTTPDoesNotAllow(line: String) {
        let response = response("content-type: a/b\n\(line)\n\nbody")
        #expect(response.status == 500)
        #expect(response.body.isEmpty)
    }

    @Test func refusesHeadersThatAreNotUTF8() {
        let response = WagiResponse(output: Array("content-type: ".utf8) + [0xff, 10, 10, 65])
        #expect(response.status == 500)
        #expect(response.body.isEmpty)
    }

    @Test func leavesLengthAndConnectionToTheServer() {
        let response = response("content-type: a/b\ncontent-length: 999\ntransfer-encoding: chunked\nconnection: close\n\nbody")
        #expect(headers(response) == ["content-type": "a/b"])
        #expect(body(response) == "body")
    }
}
