"""A WAGI module that does nothing but tell the Spin stand-in what to answer: artifact.py LABEL > FILE."""
import sys


def size(number):
    out = b""
    while True:
        out += bytes([number & 127 | (128 if number > 127 else 0)])
        number >>= 7
        if not number:
            return out


def name(text):
    return size(len(text)) + text.encode()


def section(kind, content):
    return bytes([kind]) + size(len(content)) + content


module = b"\0asm\1\0\0\0" + section(1, b"\1\x60\0\0") + section(3, b"\1\0") + section(5, b"\1\0\1")
module += section(7, b"\2" + name("_start") + b"\0\0" + name("memory") + b"\2\0") + section(10, b"\1\2\0\x0b")
module += section(0, name("stand-in") + b"body=release-%s\n" % sys.argv[1].encode())
sys.stdout.buffer.write(module)
