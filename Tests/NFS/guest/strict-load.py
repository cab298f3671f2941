"""Load that forgives nothing, for the labs: keep-alive connections, GETs and 16 KB uploads checked byte for byte, no retry.

    strict-load.py PORT CONNECTIONS STOP_FILE [drained]

Ends once STOP_FILE exists; prints requests, failures and up to five reasons; exits 1 when anything failed. With `drained`, each
connection is used until the server says that it closes it, and is not opened again: any other end is a failure.
"""
import os
import socket
import sys
import threading

port, connections, stop_file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
drained = sys.argv[4:] == ["drained"]
lock = threading.Lock()
requests = 0
failures = []


def exchange(connection, number):
    upload = number % 2 == 0
    body = (b"%d." % number) * 4096 if upload else b""
    body = body[: 16 * 1024]
    head = b"POST /echo" if upload else b"GET /"
    connection.sendall(head + b" HTTP/1.1\r\nHost: lab\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            raise EOFError("closed before the answer")
        received += part
    head, answer = received.split(b"\r\n\r\n", 1)
    lines = head.split(b"\r\n")
    if not lines[0].startswith(b"HTTP/1.1 200"):
        raise ValueError(lines[0].decode())
    fields = {name.strip().lower(): value.strip() for name, value in (line.split(b":", 1) for line in lines[1:])}
    length = int(fields[b"content-length"])
    while len(answer) < length:
        part = connection.recv(65536)
        if not part:
            raise EOFError("closed within the answer")
        answer += part
    if upload and answer != body:
        raise ValueError("the body came back changed")
    if not upload and not answer.startswith(b"release-"):
        raise ValueError("not the body of a release: %r" % answer[:40])
    return fields.get(b"connection", b"").lower() == b"close"


def run(number):
    global requests
    connection = None
    while not os.path.exists(stop_file):
        number += 1
        reason = None
        closed = False
        try:
            if connection is None:
                connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            if exchange(connection, number):
                connection.close()
                connection = None
                closed = True
        except (OSError, EOFError, ValueError, KeyError) as error:
            reason = "%s: %s" % (type(error).__name__, error)
            if connection is not None:
                connection.close()
            connection = None
        with lock:
            requests += 1
            if reason:
                failures.append(reason)
        if drained and (closed or reason):
            return


threads = [threading.Thread(target=run, args=(number * 1000003,)) for number in range(connections)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("%d requests, %d failed" % (requests, len(failures)), *failures[:5], sep="\n  ")
sys.exit(1 if failures or not requests else 0)
