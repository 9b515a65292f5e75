# SPDX-License-Identifier: LGPL-3.0-or-later
"""Old grids against new grids, people in each pair: a block per community."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.model.atoms import Atoms
from gridplanner.model.change import crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.masking import is_masked, shown_count
from gridplanner.model.plan import Plan
from gridplanner.reports.sheets import A3, Book, tab_name
from gridplanner.texts import _


@dataclass(frozen=True, eq=False)
class PeopleBlock:
    """People of one community by old grid (rows) and new grid (columns).

    Parameters
    ----------
    community : int
    old, new : tuple of str
        Codes; "" stands for ground without a grid.
    people : int64[n_old, n_new]
    """

    community: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    people: npt.NDArray[np.int64]


def people_blocks(atoms: Atoms, before: Plan, after: Plan) -> tuple[PeopleBlock, ...]:
    """Return the people matrix of each community; its sums are the people of the grids.

    A grid of a neighbouring community that lost ground to this one appears in both blocks.
    """
    blocks = []
    for community in np.unique(atoms.community).tolist():
        here = atoms.community == community
        part = Atoms(**{name: column[here] for name, column in vars(atoms).items()})
        pairs = crosswalk(part, _restricted(before, here), _restricted(after, here))
        olds, i = np.unique(pairs.old, return_inverse=True)
        news, j = np.unique(pairs.new, return_inverse=True)
        people = np.zeros((len(olds), len(news)), np.int64)
        people[i, j] = pairs.people
        old = tuple(before.grids[g].code if g >= 0 else "" for g in olds.tolist())
        new = tuple(after.grids[g].code if g >= 0 else "" for g in news.tolist())
        blocks.append(PeopleBlock(community, old, new, people))
    return tuple(blocks)


def _restricted(plan: Plan, here: npt.NDArray[np.bool_]) -> Plan:
    """Return a plan over some of the atoms."""
    return Plan(plan.assignment[here].copy(), plan.grids)


def write_matrix(
    book: Book, district: District, before: Plan, after: Plan, tab: str, mask_below: int = 0
) -> None:
    """Write the matrix as a worksheet: a block per community, sums at the right and below."""
    sheet = book.file.add_worksheet(tab_name(book, tab))
    sheet.set_column(0, 0, 20)
    at = 0
    forms = book.formats
    for block in people_blocks(district.atoms, before, after):
        sheet.write_string(at, 0, str(district.communities.names[block.community]), forms["key"])
        sheet.write_string(at + 1, 0, _("old \\ new"), forms["head"])
        for j, code in enumerate(block.new, 1):
            sheet.write_string(at + 1, j, code[-3:] or "—", forms["head"])
        sheet.write_string(at + 1, len(block.new) + 1, _("Total"), forms["head"])
        for i, code in enumerate(block.old):
            row = at + 2 + i
            sheet.write_string(row, 0, code or "—", forms["text"])
            for j, people in enumerate(block.people[i].tolist(), 1):
                if is_masked(people, mask_below):
                    sheet.write_string(row, j, shown_count(people, mask_below), forms["int"])
                elif people:
                    sheet.write_number(row, j, people, forms["int"])
                else:
                    sheet.write_blank(row, j, None, forms["int"])
            sheet.write_number(row, len(block.new) + 1, int(block.people[i].sum()), forms["int_total"])
        last = at + 2 + len(block.old)
        sheet.write_string(last, 0, _("Total"), forms["text_total"])
        for j, people in enumerate([*block.people.sum(axis=0).tolist(), int(block.people.sum())], 1):
            sheet.write_number(last, j, people, forms["int_total"])
        at = last + 2
    sheet.set_landscape()
    sheet.set_paper(A3)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(0, 1)
