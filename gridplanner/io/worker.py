# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read foreign files in a process of their own, with limits on time and memory.

A file that crashes, hangs or swallows memory then costs one sentence, not the window or
the plan. The child sends bytes of plain data (see `layer_bytes`), never objects.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from gridplanner.errors import Cancelled, UserError
from gridplanner.io.layer_bytes import pack, unpack
from gridplanner.io.process_limits import limit_memory
from gridplanner.io.roles import role_word
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import LayerSet, LayerSpec
from gridplanner.model.question import Question
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.io.probe import FileGuess

Ask = Callable[[Question], str]

_POLL_S = 0.05


@dataclass(frozen=True)
class Limits:
    """What the reading process may use.

    Parameters
    ----------
    seconds : float
        For all layers together, without the time the user takes to answer.
    memory_mb : int
        Address space (Linux, macOS) or committed memory (Windows); where the system sets no limit, a
        finding says so.
    """

    seconds: float = 300.0
    memory_mb: int = 6_000


def read_layers_apart(
    specs: Mapping[str, LayerSpec],
    nets: Mapping[str, LayerSpec],
    base: Path,
    ask: Ask | None = None,
    limits: Limits | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> LayerSet:
    """Read as `reading.read_layers` does, in a process of its own.

    Parameters
    ----------
    specs, nets, base, ask
        As for `reading.read_layers`.
    limits : Limits, optional
    cancelled : callable, optional
        Asked every twentieth of a second; the child is stopped when it says yes.

    Raises
    ------
    UserError
        As `read_layers` does; also where the child crashed or broke a limit, naming the layer.
    """
    request = {
        "layers": {role: asdict(spec) for role, spec in specs.items()},
        "nets": {name: asdict(spec) for name, spec in nets.items()},
        "base": str(base),
        "asks": ask is not None,
    }
    first = next(iter([*specs, *nets]), "")
    return unpack(_talk(_serve, request, first, ask, limits or Limits(), cancelled))


def probe_apart(
    path: Path,
    encoding: str = "",
    limits: Limits | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[FileGuess, ...]:
    """Look into a file as `probe.probe` does; in a process of its own where foreign code must read it.

    Our own readers cannot take the process with them; the library behind the other formats could.

    Raises
    ------
    UserError
        As `probe` does; also where the child crashed or broke a limit.
    """
    # As with reading, nothing of this is loaded before a file comes.
    from gridplanner.io.probe import guesses_from_json, probe
    from gridplanner.io.sources import needs_foreign_code

    if not needs_foreign_code(path):
        return probe(path, encoding)
    request = {"path": str(path), "encoding": encoding}
    body = _talk(_serve_probe, request, path.name, None, limits or Limits(seconds=60.0), cancelled)
    return guesses_from_json(body.decode("utf-8", "surrogatepass"))


def _talk(
    serve: Callable[[Connection, str], None],
    request: Mapping[str, object],
    first: str,
    ask: Ask | None,
    limits: Limits,
    cancelled: Callable[[], bool] | None,
) -> bytes:
    """Start a child that serves a request, and return the bytes of its result."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    text = json.dumps({**request, "memory_mb": limits.memory_mb})
    child = context.Process(target=_in_child, args=(serve, theirs, text), daemon=True)
    child.start()
    theirs.close()
    try:
        return _Conversation(ours, child, limits, ask, cancelled).result(first)
    finally:
        ours.close()
        if child.is_alive():
            child.kill()
        child.join()


class _Conversation:
    """The parent's side: answers questions, keeps the limits, takes the result."""

    def __init__(
        self,
        pipe: Connection,
        child: Any,
        limits: Limits,
        ask: Ask | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._pipe, self._child, self._limits = pipe, child, limits
        self._ask, self._cancelled = ask, cancelled
        self._at = ""

    def result(self, first: str) -> bytes:
        """Return what the child sent; `first` is the layer it begins with."""
        self._at = first
        deadline = monotonic() + self._limits.seconds
        while True:
            if self._cancelled is not None and self._cancelled():
                raise Cancelled
            if monotonic() > deadline:
                raise UserError(
                    _(
                        "Reading layer '{role}' took longer than {seconds:g} seconds and was "
                        "stopped. Check the file."
                    ).format(role=role_word(self._at), seconds=self._limits.seconds)
                )
            try:
                if not self._pipe.poll(_POLL_S):
                    continue
                kind, body = self._next()
            except (EOFError, ConnectionError):
                # On Windows even to look into a pipe whose other end is gone is an error.
                raise self._crashed() from None
            if kind == "done":
                return body
            if kind == "error":
                raise UserError(body.decode("utf-8"))
            if kind == "at":
                self._at = body.decode("utf-8")
            elif kind == "ask":
                started = monotonic()
                self._answer(body)
                deadline += monotonic() - started

    def _next(self) -> tuple[str, bytes]:
        """Return the next message: its kind and its body."""
        message = self._pipe.recv_bytes()
        kind, _space, body = message.partition(b" ")
        return kind.decode("ascii", "replace"), body

    def _answer(self, body: bytes) -> None:
        """Put the child's question to the user and send the answer."""
        asked = json.loads(body)
        question = Question(asked["kind"], asked["layer"], asked["text"], tuple(asked["choices"]))
        answer = self._ask(question) if self._ask is not None else ""
        self._pipe.send_bytes(answer.encode("utf-8"))

    def _crashed(self) -> UserError:
        """Return the error for a child that died without a word."""
        self._child.join(5)
        return UserError(
            _(
                "Reading layer '{role}' broke off (code {code}): the file is damaged, or memory ran "
                "out. Check the file."
            ).format(role=role_word(self._at), code=self._child.exitcode)
        )


def _in_child(serve: Callable[[Connection, str], None], pipe: Connection, text: str) -> None:
    """Serve a request; Ctrl+C reaches every process of a terminal, and the parent deals with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(pipe, text)


def _serve(pipe: Connection, request_text: str) -> None:
    """Read in the child and send the result, the sentence of an error, or nothing if it dies."""
    request = json.loads(request_text)
    limited = limit_memory(request["memory_mb"])
    # The parent need not load the readers at all.
    from gridplanner.io.reading import read_layers

    def ask(question: Question) -> str:
        """Send a question up and wait for the answer."""
        pipe.send_bytes(b"ask " + json.dumps(asdict(question)).encode("utf-8"))
        return pipe.recv_bytes().decode("utf-8")

    def at(role: str) -> None:
        """Tell which layer is being read, for the message if it kills us."""
        pipe.send_bytes(b"at " + role.encode("utf-8"))

    specs = {role: LayerSpec(**spec) for role, spec in request["layers"].items()}
    nets = {name: LayerSpec(**spec) for name, spec in request["nets"].items()}
    try:
        layers = read_layers(specs, nets, Path(request["base"]), ask if request["asks"] else None, at)
    except UserError as error:
        pipe.send_bytes(b"error " + str(error).encode("utf-8", "replace"))
        return
    if not limited:
        layers = replace(layers, findings=(*layers.findings, _unlimited()))
    pipe.send_bytes(b"done " + pack(layers))


def _serve_probe(pipe: Connection, request_text: str) -> None:
    """Look into a file in the child and send what it seems to be, or the sentence of an error."""
    request = json.loads(request_text)
    limit_memory(request["memory_mb"])
    from gridplanner.io.probe import guesses_to_json, probe  # in the child only

    try:
        guesses = probe(Path(request["path"]), request["encoding"])
    except UserError as error:
        pipe.send_bytes(b"error " + str(error).encode("utf-8", "replace"))
        return
    pipe.send_bytes(b"done " + guesses_to_json(guesses).encode("utf-8", "surrogatepass"))


def _unlimited() -> Finding:
    """Return the remark for a system that sets no limit on memory."""
    return Finding(
        rule="read.limit",
        severity=Severity.INFO,
        text=_("This system did not limit the memory for reading files; a damaged file could slow it down."),
        subject_kind="layer",
    )
