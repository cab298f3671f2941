"""One request on loopback: get.py PORT PATH. Prints the status and the body, or the reason why there is neither."""
import http.client
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
try:
    connection.request("GET", sys.argv[2])
    answer = connection.getresponse()
    print(answer.status, answer.read().decode().strip())
except OSError as error:
    print(type(error).__name__, error)
    sys.exit(1)
