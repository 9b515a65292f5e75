# SPDX-License-Identifier: LGPL-3.0-or-later
"""`gridplanner verify DIR`: every claim of an output folder, recomputed from its files alone.

Nothing here is shared with the engine, the rules, the geometry, the readers or the writers: a fault
of theirs cannot hide in the check of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.texts import _, ngettext
from gridplanner.verify.breaches import breach_claims
from gridplanner.verify.certificates import certificate_claims
from gridplanner.verify.claims import Claim
from gridplanner.verify.facts import Facts
from gridplanner.verify.files import Output, read_output
from gridplanner.verify.layers import layer_claims
from gridplanner.verify.levels import level_claims
from gridplanner.verify.limits import read_limits
from gridplanner.verify.pairs import pair_claims
from gridplanner.verify.summaries import summary_claims
from gridplanner.verify.walls import Walls

Check = Callable[[Facts], Iterator[Claim]]
CHECKS: tuple[Check, ...] = (
    layer_claims,
    summary_claims,
    breach_claims,
    certificate_claims,
    level_claims,
    pair_claims,
)


@dataclass(frozen=True)
class VerifyReport:
    """What became of each claim."""

    claims: tuple[Claim, ...]

    @property
    def true(self) -> bool:
        """Whether every claim holds."""
        return all(claim.ok for claim in self.claims)

    def lines(self) -> list[str]:
        """Return the report for the terminal: the false claims in full, the true ones by name."""
        false = [c for c in self.claims if not c.ok]
        lines = [
            _("FALSE {name}: {text} Stated {stated}, recomputed {recomputed}.").format(
                name=c.name, text=c.text, stated=c.stated, recomputed=c.recomputed
            )
            for c in false
        ]
        lines += [_("true  {name}: {text}").format(name=c.name, text=c.text) for c in self.claims if c.ok]
        n = len(self.claims)
        lines.append(
            ngettext("{n} claim checked, {false} false.", "{n} claims checked, {false} false.", n).format(
                n=n, false=len(false)
            )
        )
        return lines

    def to_json(self) -> str:
        """Return the claims as JSON."""
        table = {"true": self.true, "claims": [asdict(c) for c in self.claims]}
        return json.dumps(table, ensure_ascii=False, indent=1, default=str)


def verify_folder(folder: Path) -> VerifyReport:
    """Re-check every claim of an output folder.

    Parameters
    ----------
    folder : Path
        As `run` and `demo` leave it.

    Returns
    -------
    VerifyReport

    Raises
    ------
    UserError
        The folder cannot be read, or lacks a promised field or key.
    """
    output = read_output(folder)
    if output.config.get("export", {}).get("mask_below"):
        raise UserError(
            _(
                "'{path}' hides small counts of people ([export] mask_below), so that its sums cannot be "
                "checked from its files. Export once without it and verify that folder."
            ).format(path=folder)
        )
    try:
        facts = Facts.of(output, read_limits(output.config), _walls(output))
        return VerifyReport(tuple(claim for check in CHECKS for claim in check(facts)))
    except KeyError as error:
        raise UserError(
            _("The output in '{path}' lacks the promised key {key}.").format(path=folder, key=error)
        ) from error


def _walls(output: Output) -> Walls:
    """Return barriers and bridges, where the folder has them."""
    return Walls.of(output.layers.get("barriers"), output.layers.get("bridges"))
