# SPDX-License-Identifier: LGPL-3.0-or-later
"""Departmental nets on paper: how far they agree, where they differ, how many masters, crosswalks."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.rules.nets import agreement, double_staff, masters, net_conflicts, net_crosswalk, net_title
from gridplanner.texts import _


def net_tables(district: District, plan: Plan) -> tuple[tuple[Table, str], ...]:
    """Return the sheets on nets with their tabs; none without nets."""
    if not district.nets:
        return ()
    return (
        (agreement_table(district, plan), _("Nets: agreement")),
        (conflicts_table(district), _("Nets: conflicts")),
        (masters_table(district), _("Nets: masters")),
        *(
            (crosswalk_of_net(district, plan, name), _("Net {name}").format(name=net_title(name, layer)))
            for name, layer in district.nets.items()
            if layer.geometry is not None
        ),
    )


def titles(district: District) -> dict[str, str]:
    """Return what each net is called."""
    return {name: net_title(name, layer) for name, layer in district.nets.items()}


def agreement_table(district: District, plan: Plan) -> Table:
    """Return the matrix: shared length of lines as a share of the net that draws fewer."""
    names, matrix = agreement(district)
    known = titles(district)
    shown = [known.get(name, name) for name in names]
    units = [len(district.grids_before), *(len(district.nets[n]) for n in names[1:])]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (shown[i], units[i], *(float(value) for value in matrix[i])) for i in range(len(shown))
    )
    columns = (
        Column(_("Net"), 18),
        Column(_("Units"), 8, "int"),
        *(Column(name, 12, "percent") for name in shown),
    )
    note = _(
        "Share of the lines of the net that draws fewer which the other draws too. One net instead of all "
        "would save {n} posts that are counted twice today."
    ).format(n=f"{double_staff(district, plan):,}")
    return Table("net_agreement", _("Agreement between departmental nets"), columns, rows, note)


def conflicts_table(district: District) -> Table:
    """Return where nets cut through grids, most people first."""
    known = titles(district)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (k, known[c.net], c.grid, c.unit, c.other_unit, c.people, c.area_m2)
        for k, c in enumerate(net_conflicts(district), 1)
    )
    columns = (
        Column(_("Number"), 6, "int"),
        Column(_("Net"), 16),
        Column(_("Grid"), 18),
        Column(_("Unit of this part"), 18),
        Column(_("Unit of the rest"), 18),
        Column(_("People"), 9, "int", total=True),
        Column(_("Area m2"), 12, "number", total=True),
    )
    return Table("net_conflicts", _("Land that departments count to different units"), columns, rows)


def masters_table(district: District) -> Table:
    """Return how many units the buildings answer to, over all nets and the grids."""
    counts, people = masters(district), district.buildings.people
    total = counts.sum(axis=1)
    doubled = (counts > 1).any(axis=1)
    rows: list[tuple[Cell, ...]] = []
    for n in np.unique(total).tolist():
        mine = total == n
        rows.append((n, int(mine.sum()), int(people[mine].sum()), int((mine & doubled).sum())))
    columns = (
        Column(_("Units in charge"), 12, "int"),
        Column(_("Buildings"), 10, "int", total=True),
        Column(_("People"), 10, "int", total=True),
        Column(_("Of these with two units of one net"), 18, "int", total=True),
    )
    return Table("net_masters", _("How many masters each building has"), columns, tuple(rows))


def crosswalk_of_net(district: District, plan: Plan, name: str) -> Table:
    """Return the units of a net against the grids of a plan."""
    rows = tuple(net_crosswalk(district, plan, name))
    columns = (
        Column(_("Unit"), 20),
        Column(_("Grid"), 20),
        Column(_("People"), 10, "int", total=True),
        Column(_("Households"), 10, "int", total=True),
        Column(_("Area m2"), 14, "number", total=True),
    )
    title = _("Net {name} against the grids").format(name=titles(district)[name])
    return Table(f"net_{name}", title, columns, rows)


def nets_json(district: District, plan: Plan) -> dict[str, Any]:
    """Return agreement, conflicts in numbers and posts counted twice, for `check --json`."""
    names, matrix = agreement(district)
    found = net_conflicts(district)
    total = masters(district).sum(axis=1)
    return {
        "names": list(names),
        "titles": titles(district),
        "agreement": [[round(float(value), 4) for value in row] for row in matrix],
        "conflicts": {
            name: {
                "count": sum(c.net == name for c in found),
                "people": sum(c.people for c in found if c.net == name),
                "area_m2": round(sum(c.area_m2 for c in found if c.net == name), 1),
            }
            for name in names[1:]
        },
        "masters": {str(n): int((total == n).sum()) for n in np.unique(total).tolist()},
        "posts_counted_twice": double_staff(district, plan),
    }
