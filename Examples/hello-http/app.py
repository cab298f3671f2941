"""A Spin HTTP component: answers with its version, echoes what is posted."""

from spin_sdk.http import IncomingHandler as Handler
from spin_sdk.http import Request, Response

VERSION = "v1"


class IncomingHandler(Handler):
    def handle_request(self, request: Request) -> Response:
        if request.method == "POST":
            return Response(200, {"content-type": "application/octet-stream"}, request.body or b"")
        body = f"hello from {VERSION}, {request.uri}\n"
        return Response(200, {"content-type": "text/plain; charset=utf-8"}, body.encode())
