# SPDX-License-Identifier: LGPL-3.0-or-later
"""Between session and canvas: colours, labels, layers, markers and previews of the map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gridplanner.gui import theme
from gridplanner.gui.canvas.basemap import Ground
from gridplanner.gui.canvas.canvas import MapCanvas
from gridplanner.gui.canvas.frame import Paint
from gridplanner.gui.canvas.labels import Label, layer_labels, unit_labels
from gridplanner.gui.canvas.overlay import Content, Marker, Sketch
from gridplanner.gui.canvas.style import Facts, LegendRow, make_paint
from gridplanner.gui.models.findings import LATER_RULES
from gridplanner.gui.models.opinions import opinion_pins
from gridplanner.gui.panels.findings import has_place
from gridplanner.gui.session import Session
from gridplanner.model.finding import Finding
from gridplanner.model.plan import Plan, PlanChange
from gridplanner.texts import _
from gridplanner.workspace.scene.live import grid_colours, label_points, live_totals

#: Milliseconds after an edit until its labels are made anew.
LABELS_AFTER_MS = 60


class MapController(QObject):
    """Paints the session's plan on one canvas (and today's division on a second one).

    Signals
    -------
    legend_changed : tuple of LegendRow
    ground_changed : bool - whether there is a basemap now
    """

    legend_changed = Signal(object)
    ground_changed = Signal(bool)

    def __init__(self, session: Session, canvas: MapCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.canvas = session, canvas
        self.style = "people"
        self.layers: list[str] = []
        self.swipe = False
        self.marked: set[int] = set()
        self.opacity = 0.55
        self._ground: Ground | None = None
        self._finding: Finding | None = None
        self._preview: Plan | None = None
        self._label_points: np.ndarray | None = None
        self._twin: MapCanvas | None = None
        self._later = QTimer(self, singleShot=True, interval=LABELS_AFTER_MS)
        self._later.timeout.connect(self.relabel)
        session.opened.connect(self.on_opened)
        session.changed.connect(self.on_changed)
        session.judged.connect(self._markers)
        session.selected.connect(self.repaint)
        session.proposed.connect(self.on_proposed)
        session.redrawn.connect(self.relabel)

    # --- what changes --------------------------------------------------------------------------------

    def on_opened(self) -> None:
        """Show another project."""
        scene = self.session.scene
        self._preview, self._label_points, self._finding, self.marked = None, None, None, set()
        # A basemap is laid into the system of one project; another project begins without it.
        self.set_ground(None)
        if scene is not None:
            self.canvas.mark = _("demonstration data") if scene.demonstration else ""
            for canvas in self._canvases:
                canvas.set_shapes(scene.atoms, scene.extent)
        self.canvas.set_content(Content())
        self.repaint()
        self._markers()
        self._pins()
        # The map comes first, its labels with the next moment of rest.
        self._later.start()

    def on_changed(self, change: PlanChange) -> None:
        """Show a changed plan."""
        if change.kind == "saved":
            return
        self._preview, self._label_points, self.marked = None, None, set()
        scene = self.session.scene
        if change.kind == "district" and scene is not None:
            for canvas in self._canvases:
                canvas.change_shapes(scene.atoms, self.session.redrawn_atoms)
        self.repaint()
        self._markers()
        self._pins()
        # Labels are drawn when the hand rests anyway.
        self._later.start()

    def on_proposed(self) -> None:
        """Show the proposal instead of the plan in work while it is reviewed."""
        proposal = self.session.proposal
        self._preview = proposal.plan if proposal is not None else None
        self._label_points = self._finding = None
        if proposal is not None:
            self.session.select(())
            self.canvas.zoom_all()
        self.refresh()

    @property
    def _canvases(self) -> tuple[MapCanvas, ...]:
        """The map, and the second one where there is one."""
        return (self.canvas,) if self._twin is None else (self.canvas, self._twin)

    def refresh(self) -> None:
        """Paint everything anew."""
        self.repaint()
        self.relabel()
        self._markers()

    # --- colours -------------------------------------------------------------------------------------

    @property
    def shown(self) -> Plan | None:
        """The plan on the map: a preview, a proposal, or the plan in work."""
        return self._preview if self._preview is not None else self.session.plan

    def facts(self, plan: Plan) -> Facts | None:
        """Return what the styles colour by."""
        workspace = self.session.workspace
        if workspace is None:
            return None
        now = self.session.plan
        ours = plan is now
        if not ours and now is not None and plan.grids is now.grids:
            # A preview while a border is dragged: same grids and limits, and no new colours to find.
            totals = self.session.totals.of_assignment(workspace.district, plan)
            before = self.session.before
            return Facts(workspace.district, before, plan, totals, self._numbers, theme.is_dark())
        totals = self.session.totals if ours else live_totals(workspace.district, plan, workspace.rules)
        numbers = self._numbers if ours else lambda: grid_colours(workspace.district, plan)
        return Facts(workspace.district, self.session.before, plan, totals, numbers, theme.is_dark())

    def _numbers(self) -> np.ndarray:
        """Return the small numbers of the plan in work: touching grids differ."""
        return self.session.colours

    def repaint(self) -> None:
        """Colour the map anew."""
        plan = self.shown
        facts = self.facts(plan) if plan is not None else None
        if facts is None:
            return
        selection = self.session.selection if plan.n_grids > max(self.session.selection, default=-1) else ()
        fine = "atoms" in self.layers
        paint, legend = make_paint(facts, self.style, selection, atoms=fine)
        paint = self._over_ground(self._with_marked(paint))
        other = None
        if self.swipe or self._twin is not None:
            before = self.facts(self.session.before)
            other, _rows = make_paint(before, self.style, atoms=fine)
        self.canvas.dark = theme.is_dark()
        if self._twin is not None:
            self._twin.dark = self.canvas.dark
            self._twin.set_paint(self._over_ground(other))
        # Left of the swipe line is today, right of it the plan in work.
        if self.swipe and other is not None:
            self.canvas.set_paint(self._over_ground(other), paint)
        else:
            self.canvas.set_paint(paint)
        self.legend_changed.emit(legend)

    def set_ground(self, ground: Ground | None, opacity: float | None = None) -> None:
        """Show a basemap under the map, None for none; `opacity` is that of the grids over it."""
        if opacity is not None:
            self.opacity = opacity
        if ground is not self._ground:
            self._ground = ground
            if self._twin is not None:
                self._twin.set_ground(ground, owned=False)
            self.canvas.set_ground(ground)
            self.ground_changed.emit(ground is not None)
        elif opacity is None:
            return
        self.repaint()

    @property
    def ground(self) -> Ground | None:
        """The basemap on the map."""
        return self._ground

    def _over_ground(self, paint: Paint) -> Paint:
        """Let the basemap shine through, where there is one."""
        seen = self._ground is not None and self.canvas.under.visible
        return paint.faded(self.opacity) if seen else paint

    def _with_marked(self, paint):
        """Tint the atoms that a tool has gathered."""
        if not self.marked:
            return paint
        colours = paint.colours.copy()
        colours[list(self.marked)] = 0xFFF7D34A
        return replace(paint, colours=colours)

    def mark(self, atoms: Iterable[int]) -> None:
        """Mark areas for a new grid or for the selected one."""
        self.marked = set(atoms)
        self.repaint()

    def preview(self, assignment: np.ndarray | None) -> None:
        """Show another assignment without changing the plan; None goes back to the plan."""
        plan = self.session.plan
        if plan is None:
            return
        self._preview = replace(plan, assignment=assignment) if assignment is not None else None
        self.repaint()

    def set_style(self, style: str) -> None:
        """Colour by something else."""
        self.style = style
        self.repaint()
        if theme.is_dark():
            self.relabel()

    def legend(self) -> tuple[LegendRow, ...]:
        """Return the legend of the map as it is."""
        plan = self.shown
        facts = self.facts(plan) if plan is not None else None
        return make_paint(facts, self.style)[1] if facts is not None else ()

    # --- layers, labels, markers ---------------------------------------------------------------------

    def set_layers(self, keys: list[str]) -> None:
        """Show these layers, bottom first."""
        fine = ("atoms" in keys) != ("atoms" in self.layers)
        ground = self._ground is not None and self.canvas.under.visible != ("basemap" in keys)
        for canvas in self._canvases:
            canvas.under.visible = "basemap" in keys
        self.layers = keys
        self._pins()
        if not self._later.isActive():
            self.relabel()
        if fine or ground:
            self.repaint()

    def relabel(self) -> None:
        """Show reference layers and labels anew."""
        self._later.stop()
        scene, plan = self.session.scene, self.shown
        if scene is None or plan is None:
            self.canvas.set_content(Content())
            return
        reference = [scene.reference[key] for key in self.layers if key in scene.reference]
        labels = self._labels(plan) if "labels" in self.layers else []
        outlines = [(scene.grids_before, "#B0303F9F")] if "grids_before" in self.layers else []
        dark = theme.is_dark() and self.style == "grid"
        content = Content(reference, labels, dark, outlines)
        self.canvas.set_content(content)
        if self._twin is not None:
            today = self._labels(self.session.before) if "labels" in self.layers else []
            self._twin.set_content(replace(content, labels=today))

    def _labels(self, plan: Plan) -> list[Label]:
        """Return code and people of each grid, and the names of communities."""
        workspace = self.session.workspace
        facts = self.facts(plan)
        if workspace is None or facts is None:
            return []
        if plan is self.session.plan and self._label_points is not None:
            points = self._label_points
        else:
            points = label_points(workspace.district, plan)
        if plan is self.session.plan:
            self._label_points = points
        area = np.bincount(
            plan.assignment[plan.assignment >= 0],
            workspace.district.atoms.area_m2[plan.assignment >= 0],
            plan.n_grids,
        )
        labels = []
        for g in np.flatnonzero(~np.isnan(points[:, 0])).tolist():
            record = plan.grids[g]
            number = record.code[-3:] or record.name or f"+{g + 1}"
            lines = (number, f"{int(facts.totals.people[g]):,}")
            chosen = g in self.session.selection
            weight = float(facts.totals.people[g]) + (1e9 if chosen else 0)
            room = float(np.sqrt(area[g]))
            labels.append(Label(points[g, 0], points[g, 1], lines, weight, room, chosen))
        atoms, names = workspace.district.atoms, workspace.district.communities.names
        return [*labels, *unit_labels(atoms, atoms.community, names), *self._layer_labels()]

    def _layer_labels(self) -> list[Label]:
        """Return the names of the reference layers on the map: roads along borders, estates, sites."""
        scene = self.session.scene
        if scene is None:
            return []
        shown = [scene.reference[key] for key in self.layers if key in scene.reference]
        return [label for layer in shown for label in layer_labels(layer)]

    def show_finding(self, finding: Finding) -> None:
        """Mark a finding and fly there."""
        self._finding = finding
        self._markers()
        self._select_subjects(finding)
        if has_place(finding):
            box = _around(finding.x, finding.y)
            self.canvas.zoom_to(self._joined(box) if self.session.selection else box)

    def _joined(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Return the box grown to hold the selected grids as well."""
        other = self.extent_of(self.session.selection)
        if other is None:
            return box
        return min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])

    def _select_subjects(self, finding: Finding) -> None:
        """Select the grids a finding speaks of."""
        plan = self.session.plan
        if plan is None or finding.subject_kind != "grid":
            return
        wanted = set(finding.subjects)
        self.session.select(i for i, g in enumerate(plan.grids) if g.code and g.code in wanted)

    def show_sketch(self, sketch: Sketch | None) -> None:
        """Show a piece of land over the map (the preview of a mend); None takes it away."""
        self.canvas.sketch = sketch
        self.canvas.update()

    def _markers(self) -> None:
        """Show the findings that have a place."""
        session = self.session
        found = session.proposal_findings if session.proposal is not None else session.findings
        shown = [f for f in found if has_place(f) and not f.waiver and f.rule not in LATER_RULES]
        markers = [
            Marker(f.x, f.y, theme.SIGNAL[f.severity.value], f.text, f is self._finding or f == self._finding)
            for f in shown[:3000]
            if f.counts or f == self._finding
        ]
        self.canvas.set_markers(markers)

    def _pins(self) -> None:
        """Show the opinions received on the plan in work, where they have a place."""
        shown = "opinions" in self.layers
        self.canvas.tips.pins = opinion_pins(self.session, self.extent_of) if shown else ()
        self.canvas.update()

    # --- places --------------------------------------------------------------------------------------

    def extent_of(self, grids) -> tuple[float, float, float, float] | None:
        """Return the extent of some grids of the plan in work."""
        plan, scene = self.session.plan, self.session.scene
        if plan is None or scene is None:
            return None
        boxes = scene.atoms.boxes[np.isin(plan.assignment, list(grids))]
        if not len(boxes):
            return None
        low, high = np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def zoom_to_grids(self, grids) -> None:
        """Zoom to some grids."""
        extent = self.extent_of(grids)
        if extent is not None:
            self.canvas.zoom_to(extent)

    def zoom_to_place(self, x: float, y: float) -> None:
        """Zoom to the surroundings of a point, metres."""
        self.canvas.zoom_to(_around(x, y))

    def grid_at(self, atom: int) -> int:
        """Return the grid of an atom in the plan in work; -1 for none."""
        plan = self.session.plan
        return int(plan.assignment[atom]) if plan is not None and 0 <= atom < len(plan.assignment) else -1

    def set_twin(self, twin: MapCanvas | None) -> None:
        """Show today's division on a second canvas; None ends that."""
        self._twin = twin
        scene = self.session.scene
        if twin is not None and scene is not None:
            twin.set_shapes(scene.atoms, scene.extent)
            twin.look(self.canvas.view)
            twin.mark = self.canvas.mark
            twin.under.visible = self.canvas.under.visible
            twin.set_ground(self._ground, owned=False)
        self.refresh()


def _around(x: float, y: float, half: float = 180.0) -> tuple[float, float, float, float]:
    """Return the surroundings of a point, metres."""
    return x - half, y - half, x + half, y + half
