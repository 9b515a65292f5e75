# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the planner may choose when atoms are built from layers (`[repair]` of a configuration)."""

from __future__ import annotations

from dataclasses import dataclass

from gridplanner.texts import _

OVERLAP_CHOICES = ("refuse", "official", "most_people", "longest_border", "split")
ISLAND_CHOICES = ("apart", "join")
GAP_CHOICES = ("refuse", "longest_border", "most_people")

#: One end of a passage: a code, or a place.
End = str | tuple[float, float]


@dataclass(frozen=True)
class BuildOptions:
    """How layers become atoms.

    Parameters
    ----------
    name : str
        Name of the district.
    overlap : str
        Who keeps land that two units claim: `refuse` (nobody: stop and list), `official` (the unit
        whose code fits the community the land lies in, else the lower code), `most_people`,
        `longest_border`, `split` (each part to the nearer unit).
    gap : str
        Who gets land between communities that none claims: `refuse`, `longest_border`, `most_people`.
    min_shared_border_m : float
        Atoms that share a shorter border do not touch.
    estates : bool
        Keep estates as an attribute of atoms.
    sliver_area_m2, sliver_width_m : float
        Overlaps and gaps below either are closed without asking and folded into one finding.
    min_land_atom_m2 : float
        Smaller areas without buildings join the neighbour with the longest border.
    roads_cut : bool
        Roads part blocks, so that the lines of new grids can follow them.
    community_parts : bool
        Without a communities layer, make one community per connected part (else a single one).
    links, cuts : tuple of pairs
        Areas between which one may pass (a footbridge, a gate), or may not (a closed wall). Each end is
        the code of a building, the identifier of an area, or (x, y) in the project's CRS.
    islands : str
        Parts of a community that nothing joins: `apart` (each planned by itself) or `join` (linked
        to the nearest part, so that a grid may hold both).

    Examples
    --------
    >>> BuildOptions(overlap="official").gap
    'refuse'
    """

    name: str = ""
    overlap: str = "refuse"
    gap: str = "refuse"
    min_shared_border_m: float = 2.0
    estates: bool = True
    sliver_area_m2: float = 1.0
    sliver_width_m: float = 0.1
    min_land_atom_m2: float = 200.0
    roads_cut: bool = True
    community_parts: bool = True
    links: tuple[tuple[End, End], ...] = ()
    cuts: tuple[tuple[End, End], ...] = ()
    islands: str = "apart"

    def __post_init__(self) -> None:
        """Refuse words that are no choice, numbers below zero and passages without two ends."""
        words = (("overlap", OVERLAP_CHOICES), ("gap", GAP_CHOICES), ("islands", ISLAND_CHOICES))
        for key, choices in words:
            value = getattr(self, key)
            if value not in choices:
                raise ValueError(
                    _("{key} = '{value}': choose one of {known}.").format(
                        key=key, value=value, known=", ".join(choices)
                    )
                )
        for key in ("min_shared_border_m", "sliver_area_m2", "sliver_width_m", "min_land_atom_m2"):
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise ValueError(
                    _("{key} = {value}: give a number, 0 or more.").format(key=key, value=repr(value))
                )
        for key in ("links", "cuts"):
            _check_pairs(key, getattr(self, key))


def _check_pairs(key: str, pairs: object) -> None:
    """Refuse what is no tuple of pairs; the ends are looked up when the district is known."""
    for pair in pairs if isinstance(pairs, tuple) else (pairs,):
        if not isinstance(pair, tuple) or len(pair) != 2:
            shown = " ".join(str(end) for end in pair) if isinstance(pair, tuple) else repr(pair)
            raise ValueError(
                _("{key}: give two ends, each a building, an area or [x, y], not {value}.").format(
                    key=key, value=shown
                )
            )
