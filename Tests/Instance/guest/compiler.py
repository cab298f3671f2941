"""A server that does as a compiling runtime does: writes machine code to memory, makes it executable, and calls it.

    compiler.py HOST:PORT
"""
import ctypes
import http.server
import mmap
import sys

# mov eax, 42; ret (x86-64), or mov w0, 42; ret (arm64).
code = bytes([0xB8, 42, 0, 0, 0, 0xC3]) if ctypes.sizeof(ctypes.c_void_p) == 8 and "x86_64" in __import__("platform").machine() \
    else bytes([0x40, 0x05, 0x80, 0x52, 0xC0, 0x03, 0x5F, 0xD6])
libc = ctypes.CDLL(None, use_errno=True)
memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
memory.write(code)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
if libc.mprotect(ctypes.c_void_p(address), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC) != 0:
    sys.exit("memory cannot be made executable: error %d" % ctypes.get_errno())
result = ctypes.CFUNCTYPE(ctypes.c_int)(address)()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"compiled %d" % result
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


host, port = sys.argv[1].rsplit(":", 1)
http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
