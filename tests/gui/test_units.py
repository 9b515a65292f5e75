# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mends of today's grids and operations on communities through the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from PySide6.QtCore import Qt

from gridplanner.gui.dialogs.beside import BesideMap
from gridplanner.gui.dialogs.communities import CommunityDialog
from gridplanner.gui.dialogs.mend import MendDialog
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.workspace.commands import EditGrid
from tests.builders import objects
from tests.gui.conftest import show, toy_contents


def faulty():
    """Return a toy town whose first grid reaches 20 m into the second, and third into the fourth."""
    contents = toy_contents()
    shapes = contents.district.grids_before_geometry.copy()
    for i in (0, 3):
        _x0, y0, x1, y1 = shapely.bounds(shapes[i])
        shapes[i] = shapely.union(shapes[i], shapely.box(x1, y0 + 20, x1 + 20, y1 - 20))
    return replace(contents, district=replace(contents.district, grids_before_geometry=shapes))


@pytest.fixture
def mending(bare_window):
    show(bare_window, faulty())
    bare_window.groups["facts"].mend()
    bare_window.session._poll()
    dialog = bare_window.findChild(MendDialog)
    yield bare_window, dialog
    bare_window.groups["facts"].close()


def disputes(dialog) -> int:
    """Return how many overlaps are proposed to be given away."""
    return sum(line.action == "give" for line in dialog._lines)


def test_proposals_are_listed_and_shown_before_anything_happens(mending) -> None:
    window, dialog = mending
    assert dialog.table.rowCount() == len(dialog._lines)
    assert disputes(dialog) == 2
    assert window.canvas.sketch is not None
    assert window.canvas.sketch.hatched
    dialog.after.setChecked(True)
    assert not window.canvas.sketch.hatched
    assert not window.session.workspace.contents.amendments
    window.groups["facts"].close()
    assert window.canvas.sketch is None


def test_one_is_accepted_and_undo_brings_the_fault_back(mending) -> None:
    window, dialog = mending
    drawn = window.session.scene.grids_before
    dialog.table.selectRow(0)
    dialog.accept_chosen()
    for _k in range(3):
        window.session._poll()
    assert len(window.session.workspace.contents.amendments) == 1
    assert disputes(dialog) == 1
    assert window.session.scene.grids_before is not drawn, "the mended outlines are drawn"
    window.session.undo()
    for _k in range(3):
        window.session._poll()
    assert disputes(dialog) == 2


def test_all_of_a_kind_are_accepted_as_one_step(mending) -> None:
    window, dialog = mending
    dialog.accept_class()
    for _k in range(3):
        window.session._poll()
    assert disputes(dialog) == 0
    assert len(window.session.workspace.contents.amendments) == 1


def test_the_keeper_can_be_chosen(mending) -> None:
    _window, dialog = mending
    assert dialog.keeper.count() >= 2
    dialog.policy.setCurrentIndex(dialog.policy.findData("split"))
    dialog._session._poll()
    assert disputes(dialog) == 0
    assert sum(line.action == "split" for line in dialog._lines) == 2


def test_a_finding_opens_its_own_proposal(bare_window) -> None:
    show(bare_window, faulty())
    grids = bare_window.session.before.grids
    codes = (grids[3].code, grids[4].code)
    bare_window.findings.mend_wanted.emit(Finding("overlap", Severity.ERROR, "", subjects=codes))
    bare_window.session._poll()
    dialog = bare_window.findChild(MendDialog)
    assert set(dialog.current().units) == set(codes)
    dialog.close()


@pytest.fixture
def changing(bare_window):
    show(bare_window, toy_contents("AABB\nAABB\nCCDD", "aabb\naabb\ncccc"))
    bare_window.groups["facts"].communities()
    dialog = bare_window.findChild(CommunityDialog)
    yield bare_window, dialog
    dialog.close()


def choose(dialog, operation: str) -> None:
    dialog.operation.setCurrentIndex(dialog.operation.findData(operation))


def names(window) -> list[str]:
    return window.session.workspace.district.communities.names.tolist()


def test_communities_are_merged_and_come_back(changing) -> None:
    window, dialog = changing
    before = names(window)
    dialog.other.setCurrentIndex(1)
    assert dialog.table.rowCount() == 3, "two before, one after"
    dialog.carry_out()
    assert len(names(window)) == 2
    assert window.session.workspace.district.reforms
    assert dialog.again.isEnabled()
    window.session.undo()
    assert names(window) == before


def test_a_new_community_needs_areas_and_a_name(changing) -> None:
    window, dialog = changing
    choose(dialog, "create")
    assert not dialog.run.isEnabled()
    assert dialog.state.text()
    window.session.select((3,))
    dialog.name.setText("新苑社区")
    assert dialog.run.isEnabled()
    dialog.carry_out()
    assert "新苑社区" in names(window)


def test_split_convert_and_adjust(changing) -> None:
    window, dialog = changing
    codes = window.session.workspace.district.communities.codes.tolist()
    choose(dialog, "convert")
    dialog.name.setText("改名社区")
    dialog.carry_out()
    assert "改名社区" in names(window)
    choose(dialog, "adjust")
    dialog.community.setCurrentIndex(dialog.community.findData(codes[2]))
    window.map.marked = {1, 5}
    dialog.preview()
    dialog.carry_out()
    assert (window.session.workspace.district.atoms.community[[1, 5]] == 2).all()
    choose(dialog, "split")
    window.map.marked = {8}
    dialog.name.setText("西社区")
    dialog.preview()
    dialog.carry_out()
    assert len(names(window)) == 4
    for _k in range(3):
        window.session.undo()
    assert len(names(window)) == 3
    assert "改名社区" not in names(window)


def test_the_same_community_twice_cannot_be_merged(changing) -> None:
    _window, dialog = changing
    dialog.community.setCurrentIndex(0)
    dialog.other.setCurrentIndex(0)
    assert not dialog.run.isEnabled()


def disputed_communities():
    """Return a toy town whose first community reaches over one area of the second."""
    contents = toy_contents("AABB\nAABB", "aaab\naaab")
    district = contents.district
    x0, y0, x1, y1 = shapely.total_bounds(district.atoms.geometry)
    step = (x1 - x0) / 4
    shapes = [shapely.box(x0, y0, x0 + 3 * step, y1), shapely.box(x0 + 2 * step, y0, x1, y1)]
    layer = Layer(
        "communities",
        "",
        objects(shapes),
        {"code": district.communities.codes, "name": district.communities.names},
    )
    return replace(contents, district=replace(district, originals={"communities": layer}))


def test_a_finding_on_communities_opens_their_mends(bare_window) -> None:
    show(bare_window, disputed_communities())
    codes = tuple(str(code) for code in bare_window.session.workspace.district.communities.codes)
    finding = Finding("layer_fault", Severity.WARNING, "", subject_kind="community", subjects=codes)
    bare_window.findings.mend_wanted.emit(finding)
    bare_window.session._poll()
    dialog = bare_window.findChild(MendDialog)
    assert dialog.layer.currentData() == "communities"
    assert dialog.current().units == codes
    assert bare_window.canvas.sketch is not None
    homes = bare_window.session.workspace.district.atoms.community.copy()
    dialog.keeper.setCurrentIndex(dialog.keeper.findData(1))
    dialog.accept_chosen()
    for _k in range(3):
        bare_window.session._poll()
    district = bare_window.session.workspace.district
    assert (district.atoms.community != homes).sum() == 2
    assert dialog.again.isVisible(), "the grids concerned can be planned anew from here"
    assert dialog.table.rowCount() == 0
    bare_window.session.undo()
    for _k in range(3):
        bare_window.session._poll()
    assert dialog.table.rowCount() == 1
    assert (bare_window.session.workspace.district.atoms.community == homes).all()
    dialog.close()


@pytest.mark.parametrize("action", ["mend", "communities", "scan", "tool_place"])
def test_a_dialog_beside_the_map_lets_go_when_it_is_left_by_esc(action, bare_window, qtbot) -> None:
    show(bare_window, faulty())
    bare_window.actions_by_id[action].trigger()
    dialog = bare_window.findChild(BesideMap)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.ended
    qtbot.waitUntil(lambda: bare_window.findChild(BesideMap) is None, timeout=60_000)
    # The worker's answer and the next step come when the dialog is gone.
    bare_window.session._poll()
    bare_window.session.select((0,))
    bare_window.session.do(EditGrid(0, name="改名"))
    bare_window.session._poll()
    assert bare_window.canvas.sketch is None
    bare_window.actions_by_id[action].trigger()
    assert bare_window.findChild(BesideMap) is not None, "it opens once more"
    bare_window.findChild(BesideMap).close()
