import RolloutCore
import Testing

@Suite struct RouteTests {
    @Test(arguments: [
        ("/foo/...", "/foo", ""), ("/foo/...", "/foo/", "/"), ("/foo/...", "/foo/b", "/b"), ("/foo/...", "/foo/b/", "/b/"),
        ("/foo/...", "/foo//b", "//b"), ("/...", "/", "/"), ("/...", "/a/b", "/a/b"), ("/...", "/a/", "/a/"),
        ("/foo/*", "/foo/b", "/b"),
        ("/foo", "/foo", ""), ("/foo", "/foo/", ""), ("/foo/", "/foo", ""), ("foo", "/foo", ""), ("/", "/", ""),
        ("/u/:id/...", "/u/7/x", "/x"),
    ])
    func givesWhatTheWildcardTook(route: String, path: String, trailing: String) {
        #expect(Route(route).match(path)?.trailing == trailing)
    }

    @Test(arguments: [
        ("/foo", "/foobar"), ("/foo/...", "/foobar"), ("/foo", "/foo/b"), ("/foo", "/"), ("/", "/x"), ("/u/:id", "/u"),
        ("/u/:id", "/u/"),
        ("/u/:id", "/u/1/2"), ("/foo", "/FOO"), ("/u/:id/x", "/u/1/y"), ("/a%20b", "/a b"),
    ])
    func refusesOtherPaths(route: String, path: String) {
        #expect(Route(route).match(path) == nil)
    }

    @Test func givesParametersRaw() {
        #expect(Route("/u/:user/p/:post").match("/u/a%20b/p/2")?.parameters == ["user": "a%20b", "post": "2"])
    }

    @Test(arguments: [
        ("/foo/...", "/foo/...", "/foo"), ("/foo/", "/foo", "/foo"), ("/", "", ""), ("foo", "/foo", "/foo"),
        ("/...", "/...", ""),
    ])
    func tellsItsBasedForm(raw: String, based: String, prefix: String) {
        #expect(Route(raw).based == based)
        #expect(Route(raw).basedPrefix == prefix)
    }

    @Test(arguments: [
        ("/one/two/three/four", 3), ("/one/two", 1), ("/one/two/9", 4), ("/one", 2), ("/one/9", 5), ("/zwei", 0), ("/", 0),
    ])
    func prefersTheMostSpecificRoute(path: String, index: Int) {
        let table = RouteTable(["/...", "/one/two", "/one", "/one/two/three/...", "/one/two/...", "/one/:n"])
        #expect(table.match(path)?.index == index)
        let reversed = RouteTable(["/one/:n", "/one/two/...", "/one/two/three/...", "/one", "/one/two", "/..."])
        #expect(reversed.match(path)?.index == 5 - index)
    }

    @Test func letsTheLaterOfTwoEqualRoutesCount() {
        #expect(RouteTable(["/a", "/a"]).match("/a")?.index == 1)
    }

    @Test func matchesNothingWithoutRoutes() {
        #expect(RouteTable([]).match("/") == nil)
    }
}
