"""Run inside the sandbox, alone: a door on the loopback that leads to a socket, and then a program.

    python sandbox_forward.py SOCKET PORT PROGRAM ...

Programs know proxies by host and port, and there is no network inside but this. It knows nothing of the bot.
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading

PIECE = 64 * 1024


def carry(source: socket.socket, sink: socket.socket) -> None:
    """All that comes from the one goes to the other, and then the end of it."""
    try:
        while piece := source.recv(PIECE):
            sink.sendall(piece)
    except OSError:
        pass  # either is gone
    finally:
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RD if each is source else socket.SHUT_WR)


def meet(here: socket.socket, path: str) -> None:
    """Lead one connection to the socket and back."""
    with here, socket.socket(socket.AF_UNIX) as there:
        try:
            there.connect(path)
        except OSError:
            return
        back = threading.Thread(target=carry, args=(there, here), daemon=True)
        back.start()
        carry(here, there)
        back.join()


def listen(server: socket.socket, path: str) -> None:
    """Take in whoever comes."""
    while True:
        here, _ = server.accept()
        threading.Thread(target=meet, args=(here, path), daemon=True).start()


def main() -> int:
    """Open the door, run the program, end as it ends."""
    path, port, *program = sys.argv[1:]
    server = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    threading.Thread(target=listen, args=(server, path), daemon=True).start()
    try:
        status = subprocess.run(program, check=False).returncode  # noqa: S603  that is what it is for
    except OSError as error:
        sys.stderr.write(f"{program[0]}: {error.strerror}\n")
        status = 127
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
