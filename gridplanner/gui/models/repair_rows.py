# SPDX-License-Identifier: LGPL-3.0-or-later
"""How layers become smallest areas (`[repair]`), as rows of data, asked before the layers are read."""

from __future__ import annotations

from collections.abc import Sequence

from gridplanner.gui.models.setting import Option, Setting
from gridplanner.texts import _


def repair_pages() -> Sequence[tuple[str, Sequence[Setting]]]:
    """Return the reading options, page by page."""
    return ((_("Disputed land"), _land()), (_("How areas are made"), _areas()), (_("Passages"), _passages()))


def _land() -> Sequence[Setting]:
    """Return who keeps land that two units claim or none."""
    keepers = [
        Option("most_people", _("the one with most of the people")),
        Option("official", _("the one whose code fits the place")),
        Option("longest_border", _("the one with the longest border")),
        Option("split", _("each part to the nearer one")),
        Option("refuse", _("nobody: stop and list them")),
    ]
    gaps = [option for option in keepers if option.word not in ("official", "split")]
    return (
        Setting("repair.overlap", _("Land that two units claim goes to"), "choice", keepers),
        Setting("repair.gap", _("Land between communities goes to"), "choice", gaps),
        Setting("repair.sliver_area_m2", _("Slivers are closed up to"), "number", high=1000, suffix=_(" m2")),
        Setting("repair.sliver_width_m", _("or up to a width of"), "number", high=50, suffix=_(" m")),
    )


def _areas() -> Sequence[Setting]:
    """Return how smallest areas are drawn."""
    return (
        Setting("repair.roads_cut", _("Roads part the blocks"), "switch"),
        Setting("repair.estates", _("Keep the estate of each building"), "switch"),
        Setting("repair.community_parts", _("Without communities: one for each connected part"), "switch"),
        Setting(
            "repair.min_land_atom_m2",
            _("Empty land joins its neighbour below"),
            "number",
            high=1_000_000,
            suffix=_(" m2"),
        ),
        Setting(
            "repair.min_shared_border_m",
            _("Shortest border that joins two parts"),
            "number",
            high=1000,
            suffix=_(" m"),
        ),
    )


def _passages() -> Sequence[Setting]:
    """Return where one may pass and where not."""
    islands = [Option("apart", _("planned by themselves")), Option("join", _("joined to the nearest part"))]
    ends = _("Codes of buildings or areas; two per line")
    return (
        Setting("repair.islands", _("Parts of a community that nothing joins"), "choice", islands),
        Setting("repair.links", _("One may pass between (footbridge, gate)"), "pairs", help=ends),
        Setting("repair.cuts", _("One may not pass between (closed wall)"), "pairs", help=ends),
    )
