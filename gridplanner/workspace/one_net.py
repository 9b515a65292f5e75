# SPDX-License-Identifier: LGPL-3.0-or-later
"""One net out of many (一张网): the engine starts from the lines that most departments share.

The units that most nets draw alike take the place of today's grids for the length of one question, so
that everything the engine knows (limits, contiguity, dedicated grids) holds, and the least change it
looks for is change against what the departments agree on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridplanner.errors import UserError
from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.model.certificate import Certificate
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import GridRecord
from gridplanner.model.project import ProjectContents
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.progress import Executor, Progress
from gridplanner.rules.nets import one_net
from gridplanner.texts import _


def propose_one_net(
    contents: ProjectContents, request: PlanRequest, executor: Executor, progress: Progress
) -> Proposal:
    """Ask the engine for one net; nothing is applied.

    What the engine proves of cuts speaks of shared units, not of today's grids, so that objective is left
    out of the certificate; numbers of grids and sizes stay proven.

    Raises
    ------
    UserError
        The district has no departmental nets.
    """
    from gridplanner.solve.engine import propose as ask  # numba and HiGHS, felt by the window

    if not contents.district.nets:
        raise UserError(_("There are no departmental nets. Name them under [layers.nets.NAME]."))
    district = shared_units(contents.district)
    proposal = ask(district, contents.rules, replace(request, one_net=False), executor, progress)
    grids = tuple(
        replace(record, code="", name="") if record.kind is GridKind.GENERAL else record
        for record in proposal.plan.grids
    )
    plan = replace(proposal.plan, grids=grids)
    return replace(proposal, request=request, plan=plan, certificate=_without_cuts(proposal.certificate))


def _without_cuts(certificate: Certificate) -> Certificate:
    """Return a certificate without what it says of cuts."""
    parts = tuple(
        replace(part, objective={k: v for k, v in part.objective.items() if k != "pieces"})
        for part in certificate.parts
    )
    return replace(
        certificate, parts=parts, total={k: v for k, v in certificate.total.items() if k != "pieces"}
    )


def shared_units(district: District) -> District:
    """Return the district with the units most nets share in the place of today's general grids.

    Dedicated grids stay as they are: they belong to their unit, whatever the departments draw.
    """
    atoms = district.atoms
    dedicated = np.array([g.kind is not GridKind.GENERAL for g in district.grids_before] + [False], bool)
    fixed = dedicated[atoms.old_grid]
    label = np.where(fixed, -1 - atoms.old_grid.astype(np.int64), one_net(district).astype(np.int64))
    names, first, index = np.unique(label, return_index=True, return_inverse=True)
    records = tuple(
        district.grids_before[-1 - name]
        if name < 0
        else GridRecord(f"N{name + 1}", "", int(atoms.community[atom]))
        for name, atom in zip(names.tolist(), first.tolist(), strict=True)
    )
    old_grid = index.astype(np.int32)
    return replace(
        district,
        atoms=replace(atoms, old_grid=old_grid),
        grids_before=records,
        grids_before_geometry=grid_polygons(atoms.geometry, old_grid, len(records)),
    )
