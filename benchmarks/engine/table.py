# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows of the contest's tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from benchmarks.engine.judge import Verdict

HEAD = (
    f"{'program':24} {'CPU s':>8} {'wall s':>8} {'MiB':>6} {'grids':>6} {'below':>6} {'above':>6} "
    f"{'disc':>5} {'rad':>4} {'nest':>5} {'dev %':>6} {'PP':>6} {'cut':>5} {'pieces':>7} {'moved':>8}"
)
#: The rows of ours that others are compared with.
MAIN = ("gridplanner keep", "gridplanner draft")


class Line(Protocol):
    """What a row is made of."""

    @property
    def program(self) -> str:
        """Name of the program."""

    @property
    def verdict(self) -> Verdict | None:
        """The judge's figures."""

    @property
    def told(self) -> dict[str, Any]:
        """What the program's process says of itself."""


def row(line: Line) -> str:
    """Return one row; a program without a division says why."""
    v, told = line.verdict, line.told
    if v is None:
        return f"{line.program:24} {told.get('why', 'no answer')}"
    return (
        f"{line.program:24} {told['cpu_s']:>8.2f} {told['wall_s']:>8.1f} {told['peak_mib']:>6.0f} "
        f"{v.grids:>6} {v.below:>6} {v.above:>6} {v.disconnected:>5} {v.beyond_radius:>4} {v.across:>5} "
        f"{100 * v.deviation:>6.2f} {v.polsby_popper:>6.3f} {v.cut:>5} {v.pieces:>7} {v.moved:>8}"
    )


def foot(line: Line) -> Iterator[str]:
    """Yield what is proven, what could not be met, and parts without an answer."""
    told = line.told
    free = line.program.endswith("fewest")
    for name, (value, bound, proven) in told.get("proof", {}).items():
        # With the number of grids given, a bound on it is no proof of anything.
        if (name == "grids") == free and (free or told["certify_s"] > 0):
            yield f"      {name}: {value:.4f}, bound {bound:.4f}; {proven} of {told['parts']} parts proven"
    if told.get("certify_s", 0) > 0:
        yield f"      certificate: {told['certify_s']:.1f} CPU s more, in the wall seconds above"
    for text in told.get("findings", [])[:5]:
        yield f"      {text}"
    silent = told.get("unanswered", [])
    if silent:
        yield f"      no answer for {len(silent)} of {told['parts']} parts; first: {silent[0]}"
    if told.get("proven"):
        yield f"      {told['proven']} of {told['parts']} parts proven best"


def ratios(lines: Sequence[Line]) -> Iterator[str]:
    """Yield how each peer stands to our main rows: CPU seconds, old grids cut, people moved, breaches."""
    peers = any(line.verdict and not line.program.startswith("gridplanner") for line in lines)
    for name in MAIN if peers else ():
        yield from _beside(lines, name)


def _beside(lines: Sequence[Line], name: str) -> Iterator[str]:
    """Yield how each peer stands to one row."""
    main = next((line for line in lines if line.program == name and line.verdict), None)
    if main is None or main.verdict is None:
        return
    yield f"{'to ' + name:24} {'CPU x':>8} {'cut x':>6} {'moved x':>8} {'breaches':>9}"
    for line in lines:
        v = line.verdict
        if v is None or line.program.startswith("gridplanner"):
            continue
        yield (
            f"{line.program:24} {line.told['cpu_s'] / main.told['cpu_s']:>8.2f} "
            f"{v.cut / max(main.verdict.cut, 1):>6.1f} {v.moved / max(main.verdict.moved, 1):>8.1f} "
            f"{v.breaches:>4} : {main.verdict.breaches}"
        )
