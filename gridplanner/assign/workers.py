# SPDX-License-Identifier: LGPL-3.0-or-later
"""One full-time worker per general grid, chosen so that most people keep a face they know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gridplanner.assign.matching import best_matching, match_nearest
from gridplanner.model.change import Crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Worker

FloatArray = npt.NDArray[np.float64]
#: What a change of community, of street costs against walking distance. Metres; own choice.
OTHER_COMMUNITY_M = 2_000.0
OTHER_STREET_M = 10_000.0
#: A table with more pairs than this is matched street by street, to keep time and memory in bounds.
MOST_PAIRS = 4_000_000


def assign_workers(
    district: District, plan: Plan, workers: Sequence[Worker], pairs: Crosswalk, grid_xy: FloatArray
) -> tuple[tuple[str, ...], tuple[Worker, ...]]:
    """Return the worker of each grid and what becomes of each worker.

    First the matching that lets most people keep the worker of their old grid; then the grids still
    open get the nearest of the workers still free, those of the same community before others.

    Parameters
    ----------
    pairs : Crosswalk
        From today's division to the plan.
    grid_xy : float64[n_grids, 2], metres
        A point of each grid.

    Returns
    -------
    posts : tuple of str, one per grid
        `Worker.id`; "" where vacant, and for grids that are not general.
    workers : tuple of Worker
        In the order given; status `stay`, `move` or `surplus`.
    """
    posts = [""] * plan.n_grids
    status = ["surplus"] * len(workers)
    served = _served_grids(district, workers)
    general = np.append(plan.general(), False)
    for worker, grid in _familiar_pairs(served, pairs, general):
        posts[grid], status[worker] = workers[worker].id, "stay"
    free = np.array([w for w, word in enumerate(status) if word == "surplus"], np.int64)
    vacant = np.array([g for g in np.flatnonzero(general).tolist() if not posts[g]], np.int64)
    home = _homes(district, workers, served)
    for worker, grid in _nearest_pairs(district, plan, (free, vacant), home, grid_xy):
        posts[grid], status[worker] = workers[worker].id, "move"
    named = tuple(replace(worker, status=word) for worker, word in zip(workers, status, strict=True))
    return tuple(posts), named


def _served_grids(district: District, workers: Sequence[Worker]) -> npt.NDArray[np.int64]:
    """Return the index of the old grid each worker serves today; -1 where the list names none we know."""
    index = {record.code: g for g, record in enumerate(district.grids_before) if record.code}
    return np.array([index.get(worker.grid, -1) for worker in workers], np.int64)


def _familiar_pairs(
    served: npt.NDArray[np.int64], pairs: Crosswalk, general: npt.NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Match workers to grids by the people of their old grid that live there."""
    order = np.argsort(served, kind="stable")
    first = np.searchsorted(served[order], pairs.old, side="left")
    last = np.searchsorted(served[order], pairs.old, side="right")
    use = np.flatnonzero((pairs.old >= 0) & general[pairs.new] & (last > first))
    repeat = (last - first)[use]
    rows = np.repeat(use, repeat)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    worker = order[first[rows] + offset]
    # One person weighs more than all land together; land decides only where nobody lives.
    value = pairs.people[rows] + 0.5 * pairs.area_m2[rows] / max(float(pairs.area_m2.sum()), 1.0)
    w, g = best_matching(worker.astype(np.int64), pairs.new[rows].astype(np.int64), value.astype(np.float64))
    return list(zip(w.tolist(), g.tolist(), strict=True))


def _homes(
    district: District, workers: Sequence[Worker], served: npt.NDArray[np.int64]
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Return where each worker works today (metres, NaN if unknown) and in which community (-1)."""
    atoms = district.atoms
    n_old = len(district.grids_before)
    placed = atoms.old_grid >= 0
    count = np.bincount(atoms.old_grid[placed], minlength=n_old).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.bincount(atoms.old_grid[placed], atoms.x[placed], n_old) / count
        y = np.bincount(atoms.old_grid[placed], atoms.y[placed], n_old) / count
    xy = np.column_stack([np.append(x, np.nan), np.append(y, np.nan)])[served]
    codes = {str(code): c for c, code in enumerate(district.communities.codes)}
    community = np.array([record.community for record in district.grids_before] + [-1], np.int64)[served]
    listed = np.array([codes.get(worker.community_code, -1) for worker in workers], np.int64)
    return xy, np.where(community >= 0, community, listed)


def _nearest_pairs(
    district: District,
    plan: Plan,
    open_sides: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    home: tuple[FloatArray, npt.NDArray[np.int64]],
    grid_xy: FloatArray,
) -> list[tuple[int, int]]:
    """Match free workers to vacant grids by distance, with a fare for another community or street."""
    free, vacant = open_sides
    if not len(free) or not len(vacant):
        return []
    xy, community = home
    grid_community = np.array([record.community for record in plan.grids], np.int64)
    streets = np.append(district.communities.street_codes.astype(str), "")
    groups = [(free, vacant)]
    if len(free) * len(vacant) > MOST_PAIRS:
        groups = [
            (free[streets[community[free]] == s], vacant[streets[grid_community[vacant]] == s])
            for s in np.unique(streets).tolist()
        ]
    found = []
    for workers, grids in groups:
        other = community[workers][:, None] != grid_community[grids][None, :]
        abroad = streets[community[workers]][:, None] != streets[grid_community[grids]][None, :]
        fare = other * OTHER_COMMUNITY_M + abroad * OTHER_STREET_M
        w, g = match_nearest(xy[workers], grid_xy[grids], fare)
        found += list(zip(workers[w].tolist(), grids[g].tolist(), strict=True))
    return found
