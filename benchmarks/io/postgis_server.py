# SPDX-License-Identifier: LGPL-3.0-or-later
"""A throw-away PostgreSQL with PostGIS, for tests and figures."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL programs; None where there are none."""
    home = Path("/usr/lib/postgresql")
    homes = sorted(home.glob("*/bin"), key=lambda p: int(p.parent.name)) if home.is_dir() else []
    return homes[-1] if homes else None


class Server:
    """A server in a folder of its own, without durable writes."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self.binaries = folder, binaries
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # PostgreSQL refuses to run as root.
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.prefix:
            shutil.chown(folder, "postgres")
            folder.chmod(0o700)
        words = ("-A", "trust", "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8")
        self.run("initdb", "-D", folder / "data", *words)
        self.start()
        for database, order in (("postgres", "CREATE DATABASE grid"), ("grid", "CREATE EXTENSION postgis")):
            with psycopg.connect(self.address(database), autocommit=True) as connection:
                connection.execute(order)

    def run(self, program: str, *words: object) -> None:
        """Run one of PostgreSQL's programs."""
        command = [*self.prefix, str(self.binaries / program), *map(str, words)]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run(
            "pg_ctl", "-D", self.folder / "data", "-w", "-o", options, "-l", self.folder / "log", "start"
        )

    def stop(self) -> None:
        """Stop it as a power cut would."""
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def address(self, name: str = "grid") -> str:
        """Return the address of a database in it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def server(binaries: Path) -> Iterator[Server]:
    """Yield a running server, and remove it afterwards."""
    # Not pytest's folder: that is closed to the user that PostgreSQL insists on running as.
    with tempfile.TemporaryDirectory(prefix="gridplanner-pg-") as folder:
        running = Server(Path(folder), binaries)
        try:
            yield running
        finally:
            running.stop()
