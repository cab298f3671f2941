"""Prints, as JSON, how many polls an agent has made and how often its NFS client has called each operation, at one moment.

    count-calls.py PROCESS MOUNT ADMIN_PORT

To be run in the network of that client; PROCESS is any of its processes. The moment is right after a poll, when nothing is
under way, and is taken again when another poll came in between.
"""
import json
import sys
import time
import urllib.request


def polls():
    page = urllib.request.urlopen("http://127.0.0.1:%s/metrics" % sys.argv[3], timeout=60).read().decode()
    return next(int(line.split()[1]) for line in page.splitlines() if line.startswith("wasmrollout_polls_total "))


def calls():
    counts, here = {}, False
    for line in open("/proc/%s/mountstats" % sys.argv[1]):
        words = line.split()
        if words[:1] == ["device"]:
            here = words[4] == sys.argv[2]
        elif here and len(words) > 8 and words[0].endswith(":") and words[0].isupper():
            counts[words[0][:-1]] = int(words[1])
    return counts


while True:
    last = polls()
    while (now := polls()) == last:
        time.sleep(0.05)
    start = time.monotonic()
    time.sleep(0.3)
    counts = calls()
    if polls() == now and time.monotonic() - start < 1.5:
        print(json.dumps({"polls": now, "calls": counts}))
        break
