"""A PostgreSQL of a test's own: stopped as by a power cut, and started again on the same data."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.doors.running import free_port

PLACES: Final = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
# PostgreSQL refuses to run as root.
NOBODY: Final = "postgres"


def programs() -> Path | None:
    """Where its programs are, the newest of several; None where there are none."""
    if (found := shutil.which("initdb")) is not None:
        return Path(found).parent
    here = sorted(path for place in PLACES for path in Path("/").glob(place.lstrip("/")))
    return next((path for path in reversed(here) if (path / "initdb").exists()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server, with its programs, in its directory, at its port."""

    programs: Path
    directory: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{NOBODY}@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Its data, which nobody else can reach."""
        if os.geteuid() == 0:
            os.chown(self.directory, pwd.getpwnam(NOBODY).pw_uid, -1)
        what = ("--username", NOBODY, "--auth=trust", "--encoding=UTF8", "--no-sync")
        self._run("initdb", f"--pgdata={self.directory}/db", *what)

    def start(self) -> None:
        """Until it answers."""
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.directory}"
        )
        self._control("start", f"--log={self.directory}/log", f"--options={options}")

    def stop(self) -> None:
        """As by a power cut: nobody is waited for, and nothing is brought to an end."""
        self._control("stop", "--mode=immediate")

    def _control(self, order: str, *how: str) -> None:
        self._run("pg_ctl", f"--pgdata={self.directory}/db", "--wait", "--timeout=60", *how, order)

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = (str(self.programs / program), *arguments)
        if os.geteuid() == 0:
            command = ("runuser", "-u", NOBODY, "--", *command)
        subprocess.run(command, check=True, timeout=90, stdout=subprocess.DEVNULL, cwd=self.directory)  # noqa: S603


@contextmanager
def own_postgres(found: Path) -> Iterator[Server]:
    """One that runs, and is gone afterwards with all that it held."""
    with tempfile.TemporaryDirectory(prefix="bot-postgres-", ignore_cleanup_errors=True) as directory:
        server = Server(programs=found, directory=Path(directory), port=free_port())
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
