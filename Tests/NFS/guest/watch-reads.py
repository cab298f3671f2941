"""Prints the time, in seconds, of every READ that a client of the NFS lab sends for one of its mounts.

    watch-reads.py PROCESS MOUNT

PROCESS is any process of that client. Looks every 20 ms, without a process or a call to the server of its own.
"""
import sys
import time


def reads():
    here = False
    for line in open("/proc/%s/mountstats" % sys.argv[1]):
        words = line.split()
        if words[:1] == ["device"]:
            here = words[4] == sys.argv[2]
        elif here and words[:1] == ["READ:"]:
            return int(words[1])
    return 0


before = reads()
while True:
    time.sleep(0.02)
    now = reads()
    if now > before:
        print("%.3f" % time.time(), flush=True)
        before = now
