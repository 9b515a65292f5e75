# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the planner asks the engine for."""

from __future__ import annotations

from dataclasses import dataclass

MODES = ("keep", "balance", "compact")
TOTALS = ("fewest", "repair")
EFFORTS = ("thorough", "quick")
GOALS = ("keep", "balance", "compact", "lines", "ideal")


@dataclass(frozen=True)
class PlanRequest:
    """One question to the engine.

    Parameters
    ----------
    total : int or str
        Number of general grids in all, or `fewest` (as few as the rules allow), or `repair`
        (mend only what breaks a rule; the number may change by what that needs).
    mode : str
        `keep` (least change), `balance` (even sizes) or `compact` (round shapes).
    order : tuple of str
        Own order of the soft goals (`keep balance compact lines ideal`), overrides `mode`.
    carve : bool
        Carve dedicated grids out of candidate sites first.
    carve_people : int
        Most residents a site may have to be carved out.
    alike : str
        Atoms of equal `estate` or `management` (of their estate) softly stay together; "" for neither.
    attach : bool
        Single buildings lie with the managed estate beside them where the limits leave room.
    locked : tuple of str
        Codes of old grids that must stay as they are.
    only : tuple of str
        Codes of communities or old grids to plan; the rest stays. Empty: everything.
    join, part : tuple of (str, str)
        Pairs of atoms, buildings or old grids, by their codes, that must lie together, or apart.
    centres : tuple of str
        Atoms, buildings or old grids, by their codes, of which no two may lie in one grid.
    levels : tuple of str
        Further levels to hand over: `micro` (inside the grids), `area` (whole grids together).
    tries : int
        Plans drawn, from other seeds, until the rules that the user wrote accept one.
    effort : str
        `thorough`, or `quick`: a draft in about a second for a city, legal where a legal division is
        found, hardly improved, and with cheap bounds only (`certify_s` counts for nothing).
    seed : int
    time_limit_s : float
        For the plan, wall seconds.
    certify_s : float
        For the proof, wall seconds; 0 gives cheap bounds only.
    one_net : bool
        Start from the lines that most departmental nets share instead of today's grids.
    resume : bool
        Take the plan to improve up again: what it has done is not done anew, and no plan that costs
        more comes of it. Without it, the plan is only where the search starts.
    """

    total: int | str = "fewest"
    mode: str = "keep"
    order: tuple[str, ...] = ()
    carve: bool = False
    carve_people: int = 300
    alike: str = ""
    locked: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    join: tuple[tuple[str, str], ...] = ()
    part: tuple[tuple[str, str], ...] = ()
    centres: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    tries: int = 4
    seed: int = 1
    time_limit_s: float = 60.0
    certify_s: float = 15.0
    one_net: bool = False
    resume: bool = False
    attach: bool = False
    effort: str = "thorough"
