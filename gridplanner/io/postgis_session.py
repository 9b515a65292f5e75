# SPDX-License-Identifier: LGPL-3.0-or-later
"""One transaction with a database that may be restarted meanwhile (extra `postgis`)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg

from gridplanner.errors import Cancelled, UserError
from gridplanner.io.postgis_rows import Database
from gridplanner.progress import Progress
from gridplanner.texts import _

T = TypeVar("T")

_FIRST_PAUSE_S = 0.2
_REFUSED = re.compile(
    "authentication failed|no password supplied|does not exist|no pg_hba.conf entry|认证失败|不存在|没有用于"
)


@contextmanager
def _connected(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection whose block is one transaction."""
    with psycopg.connect(database.address, connect_timeout=10) as connection:
        yield connection


def patiently(
    database: Database, work: Callable[[psycopg.Connection[Any]], T], progress: Progress | None = None
) -> T:
    """Run a transaction, and run it again while the server is away.

    Raises
    ------
    UserError
        The server stays away, or refuses what is asked.
    Cancelled
        The user asked to stop while it was away.
    """
    give_up = time.monotonic() + database.patience_s
    pause = _FIRST_PAUSE_S
    while True:
        if progress is not None and progress.cancelled():
            raise Cancelled
        try:
            with _connected(database) as connection:
                return work(connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if time.monotonic() + pause > give_up or _hopeless(error):
                raise UserError(
                    _("The database cannot be reached ({cause}). Check its address and that it runs.").format(
                        cause=_cause(error)
                    )
                ) from error
            time.sleep(pause)
            pause = min(pause * 2, 2.0)
        except psycopg.Error as error:
            raise UserError(
                _("The database refuses this ({cause}). Ask its administrator.").format(
                    cause=str(error).strip().splitlines()[0][:160]
                )
            ) from error


def _cause(error: psycopg.Error) -> str:
    """Return why no connection came about, in the user's language where it is one of the usual causes."""
    words = str(error)
    usual = (
        ("Connection refused", _("nobody listens at this address and port")),
        ("could not translate host|Name or service|resolve", _("the host name is unknown")),
        ("timeout|timed out", _("no answer in time")),
        ("authentication failed|no password supplied|认证失败", _("user or password is wrong")),
        ('role ".*" does not exist', _("the user does not exist")),
        ('database ".*" does not exist', _("the database does not exist")),
        ("starting up|shutting down|terminat", _("the server is just restarting")),
    )
    known = next((cause for pattern, cause in usual if re.search(pattern, words)), "")
    return known or words.strip().splitlines()[0][:160]


def _hopeless(error: psycopg.Error) -> bool:
    """Tell whether waiting cannot help: the server answers, and knows no such user, password or database.

    The server gives no code while a connection is made, only a sentence, in its own language.
    """
    return isinstance(error, psycopg.errors.InsufficientPrivilege) or bool(_REFUSED.search(str(error)))
