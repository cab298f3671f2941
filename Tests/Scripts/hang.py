"""A file system over a directory that never answers, as a hard mount does whose server is gone: hang.py DIRECTORY.

Whoever asks it for anything waits, until this process ends; then it is taken away.
"""
import ctypes
import os
import signal
import sys

libc = ctypes.CDLL(None, use_errno=True)
directory = sys.argv[1].encode()
# The kernel's questions go to this descriptor, and nobody reads them.
channel = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={channel},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
if libc.mount(b"nobody", directory, b"fuse", 0, options) != 0:
    sys.exit(f"Could not mount on {sys.argv[1]}: {os.strerror(ctypes.get_errno())}. Run this as root, where /dev/fuse is.")
signal.signal(signal.SIGTERM, lambda *_: None)
print("hangs", flush=True)
signal.pause()
# Whoever waits gets an error now.
os.close(channel)
libc.umount2(directory, 2)
