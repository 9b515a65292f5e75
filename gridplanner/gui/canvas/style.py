# SPDX-License-Identifier: LGPL-3.0-or-later
"""Colours of the map: one function per style, each with its legend.

The classes keep apart for colour-blind eyes and in grey print: under the limit is blue, over it is
orange, within it is pale; dedicated grids are hatched, locked ones dotted by their border.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gridplanner.gui.canvas.frame import Paint
from gridplanner.model.change import change_kinds, crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import ChangeKind, CommunityType, GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.titles import word_title
from gridplanner.texts import _
from gridplanner.workspace.scene.live import LiveTotals

#: Soft, equally light hues for "neighbours differ"; readable under dark text.
TINTS = ("#C9DDEE", "#F3DFC1", "#CFE5CF", "#E6D3E6", "#F5EFC4", "#CBE6E3", "#EBCFCB", "#D8D8EC", "#E0E0DA")
TINTS_DARK = (
    "#34516B",
    "#6B5433",
    "#3A5C40",
    "#5C4563",
    "#635D35",
    "#33605D",
    "#6B433E",
    "#47476B",
    "#52524C",
)
UNDER = ("#2C6FA6", "#6FA5CF", "#B5D3E8")
WITHIN = ("#F1F0DF", "#E3E7C8")
OVER = ("#F6C690", "#E8935A", "#C4531F")
NOTHING = "#CDD3D9"
UNASSIGNED = "#F2B8C6"


@dataclass(frozen=True)
class LegendRow:
    """One class of the legend."""

    colour: str
    text: str
    hatched: bool = False


@dataclass(frozen=True, eq=False)
class Scheme:
    """Colours per grid and what they mean.

    Parameters
    ----------
    grid : uint32[n_grids]
    legend : tuple of LegendRow
    """

    grid: np.ndarray
    legend: tuple[LegendRow, ...]


@dataclass(frozen=True, eq=False)
class Facts:
    """What a style may colour by; `numbers` (touching grids differ) may be found when asked for."""

    district: District
    before: Plan
    plan: Plan
    totals: LiveTotals
    numbers: np.ndarray | Callable[[], np.ndarray]
    dark: bool = False


def argb(colour: str) -> int:
    """Return `#RRGGBB` as an opaque 0xFFRRGGBB."""
    return 0xFF000000 | int(colour[1:], 16)


def _lookup(index: np.ndarray, colours: tuple[str, ...]) -> np.ndarray:
    """Return the colour of each class index."""
    return np.array([argb(c) for c in colours], np.uint32)[index]


def by_grid(facts: Facts) -> Scheme:
    """Colour so that touching grids differ; a grid with a colour of its own keeps that."""
    tints = TINTS_DARK if facts.dark else TINTS
    numbers = facts.numbers() if callable(facts.numbers) else facts.numbers
    grid = _lookup(numbers.astype(np.int64) % len(tints), tints)
    own = Counter(record.colour for record in facts.plan.grids if record.colour)
    for i, record in enumerate(facts.plan.grids):
        if record.colour:
            grid[i] = argb(record.colour)
    legend = (LegendRow(colour, _("colour chosen by hand ({n})").format(n=n)) for colour, n in own.items())
    return Scheme(grid, tuple(legend))


def by_people(facts: Facts) -> Scheme:
    """Colour by people (their load, where weights are set) against the band."""
    totals = facts.totals
    low = np.where(np.isfinite(totals.people_min), totals.people_min, 0)
    high = np.where(np.isfinite(totals.people_max), totals.people_max, np.inf)
    people = totals.load
    colours = (*UNDER, *WITHIN, *OVER, NOTHING)
    middle = np.where(np.isfinite(high), (low + high) / 2, low)
    index = np.select(
        [
            ~totals.general | (totals.atoms == 0),
            people < low * 0.5,
            people < low * 0.8,
            people < low,
            people < middle,
            people <= high,
            people <= high * 1.25,
            people <= high * 1.5,
        ],
        [8, 0, 1, 2, 3, 4, 5, 6],
        7,
    )
    texts = (
        _("under half of the lower limit"),
        _("under by 20-50 %"),
        _("under by up to 20 %"),
        _("within, lower half"),
        _("within, upper half"),
        _("over by up to 25 %"),
        _("over by 25-50 %"),
        _("over by more than half"),
        _("dedicated or empty"),
    )
    return Scheme(_lookup(index, colours), _legend(colours, texts, index, hatched=8))


def by_deviation(facts: Facts) -> Scheme:
    """Colour by the deviation from the mean of all general grids."""
    mean = facts.totals.mean_people or 1.0
    share = facts.totals.people / mean - 1
    colours = (*UNDER, "#F2F1EA", *OVER, NOTHING)
    index = np.digitize(share, [-0.4, -0.2, -0.05, 0.05, 0.2, 0.4])
    index[~facts.totals.general | (facts.totals.atoms == 0)] = 7
    texts = (
        _("below -40 %"),
        _("-40 to -20 %"),
        _("-20 to -5 %"),
        _("within 5 % of the mean"),
        _("5 to 20 %"),
        _("20 to 40 %"),
        _("above 40 %"),
        _("dedicated or empty"),
    )
    return Scheme(_lookup(index, colours), _legend(colours, texts, index, hatched=7))


def by_kind(facts: Facts) -> Scheme:
    """Colour by kind of grid."""
    order = (GridKind.GENERAL, GridKind.DEDICATED, GridKind.MICRO)
    colours = ("#DCE8DC", "#C9A8D6", "#F2D9A0")
    index = np.array([order.index(g.kind) for g in facts.plan.grids], np.int64)
    words = tuple(word_title(k) for k in order)
    return Scheme(_lookup(index, colours), _legend(colours, words, index, hatched=1))


def by_community_type(facts: Facts) -> Scheme:
    """Colour by type of community."""
    types = facts.district.communities.types
    known = [str(t) for t in CommunityType]
    words = known + sorted({str(t) for t in types} - set(known) - {""}) + [_("unknown")]
    colours = tuple((TINTS + TINTS)[i] for i in range(len(words) - 1)) + (NOTHING,)
    place = {word: i for i, word in enumerate(words)}
    home = np.array([place.get(str(t), len(words) - 1) for t in types], np.int64)
    index = home[[g.community for g in facts.plan.grids]] if facts.plan.n_grids else np.empty(0, np.int64)
    return Scheme(_lookup(index, colours), _legend(colours, tuple(word_title(w) for w in words), index))


def by_branch(facts: Facts) -> Scheme:
    """Colour by leading branch; grids without one stand out."""
    leading = {t.grid: t for t in facts.plan.ties if t.leading}
    codes = sorted({t.branch for t in leading.values()})
    place = {code: i for i, code in enumerate(codes)}
    rest = len(TINTS)
    index = np.array(
        [place[leading[g].branch] % rest if g in leading else rest for g in range(facts.plan.n_grids)],
        np.int64,
    )
    colours = (*TINTS, UNASSIGNED)
    return Scheme(_lookup(index, colours), (LegendRow(UNASSIGNED, _("without a leading branch")),))


CHANGE_COLOURS = {
    ChangeKind.KEPT: "#EDEFEA",
    ChangeKind.MERGED: "#9CC5E5",
    ChangeKind.SPLIT: "#F2B27A",
    ChangeKind.RESHAPED: "#E9DC8E",
    ChangeKind.NEW: "#B7DDB0",
    ChangeKind.CARVED_OUT: "#C9A8D6",
    ChangeKind.RETIRED: NOTHING,
}


def by_change(facts: Facts) -> Scheme:
    """Colour by what became of today's grids."""
    kinds = change_kinds(facts.before, facts.plan, crosswalk(facts.district.atoms, facts.before, facts.plan))
    order = list(CHANGE_COLOURS)
    index = np.array([order.index(k) for k in kinds], np.int64)
    colours = tuple(CHANGE_COLOURS.values())
    return Scheme(_lookup(index, colours), _legend(colours, tuple(word_title(k) for k in order), index))


STYLES: Mapping[str, Callable[[Facts], Scheme]] = {
    "grid": by_grid,
    "people": by_people,
    "deviation": by_deviation,
    "kind": by_kind,
    "community_type": by_community_type,
    "branch": by_branch,
    "change": by_change,
}


def style_names() -> dict[str, str]:
    """Return the styles in the user's language."""
    return {
        "grid": _("Neighbours differ"),
        "people": _("People against the limits"),
        "deviation": _("Deviation from the mean"),
        "kind": _("Kind of grid"),
        "community_type": _("Type of community"),
        "branch": _("Leading branch"),
        "change": _("Change against today"),
    }


def _legend(
    colours: tuple[str, ...], texts: tuple[str, ...], index: np.ndarray, hatched: int = -1
) -> tuple[LegendRow, ...]:
    """Return the rows of classes that occur, with how many grids each has; one class is hatched."""
    counts = np.bincount(index, minlength=len(colours)) if len(index) else np.zeros(len(colours), int)
    return tuple(
        LegendRow(colour, _("{text} ({n})").format(text=text, n=int(n)), hatched=i == hatched)
        for i, (colour, text, n) in enumerate(zip(colours, texts, counts, strict=True))
        if n
    )


def make_paint(facts: Facts, style: str, selection: tuple[int, ...] = (), *, atoms: bool = True) -> tuple:
    """Return the paint of the atoms and the legend.

    Parameters
    ----------
    facts : Facts
    style : str
        A key of `STYLES`.
    selection : tuple of int
        Grids to outline.
    atoms : bool
        Draw the faint lines between atoms.

    Returns
    -------
    (Paint, tuple of LegendRow)
    """
    scheme = STYLES[style](facts)
    assignment = facts.plan.assignment
    n, free = len(assignment), int(np.count_nonzero(assignment < 0))
    legend = scheme.legend
    if free:
        text = _("in no grid: {n} areas").format(n=f"{free:,}")
        legend = (*legend, LegendRow(UNASSIGNED, text, hatched=True))
    per_grid = np.append(scheme.grid, argb(UNASSIGNED)).astype(np.uint32)
    colours = np.empty(n + 1, np.uint32)
    colours[:n] = per_grid[assignment]
    colours[n] = argb("#22282F" if facts.dark else "#F4F6F8")
    dedicated = np.append(~facts.plan.general(), False)
    hatched = np.append(dedicated[assignment] | (assignment < 0), False)
    # -1 is also what lies outside, so that only the rim of the selection is stroked.
    chosen = np.where(np.isin(assignment, selection), 1, -1).astype(np.int32)
    if selection:
        colours[:n] = np.where(chosen > 0, _warmed(colours[:n]), colours[:n])
    rows = [
        np.arange(n, dtype=np.int32),
        assignment.astype(np.int32),
        facts.district.atoms.community.astype(np.int32),
        chosen,
    ]
    # Only the plain tints are dark on a dark ground; classes keep their colours, so their lines stay dark.
    dark = facts.dark and style == "grid"
    ink = "#D9E1E8" if dark else "#2C3A47"
    strokes = [0x26FFFFFF if dark else 0x22203040, argb(ink), argb(ink), argb("#E01B6A")]
    widths = [int(atoms), 1, 3, 3]
    return (
        Paint(colours, hatched, np.stack(rows), np.array(strokes, np.uint32), np.array(widths, np.int64)),
        legend,
    )


def _warmed(colours: np.ndarray) -> np.ndarray:
    """Return colours mixed with the yellow of a selection."""
    yellow = np.array([0xFF, 0xE0, 0x66], np.uint32)
    mixed = np.full(len(colours), 0xFF000000, np.uint32)
    for shift, part in zip((16, 8, 0), yellow, strict=True):
        mixed |= ((((colours >> shift) & 0xFF) + part) // 2).astype(np.uint32) << np.uint32(shift)
    return mixed
