# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rules panel: from a preset or by hand, for the whole district or for some communities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QCheckBox, QComboBox

from gridplanner.errors import UserError
from gridplanner.gui.dialogs.ask import AskDialog, Field
from gridplanner.gui.panels.layers import layer_title
from gridplanner.gui.panels.requirements import requirement_rows
from gridplanner.gui.panels.rule_form import RuleForm
from gridplanner.gui.widgets import Figures, Page, button, label, line, row
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import LEVEL_KINDS
from gridplanner.model.rule_values import override_of
from gridplanner.model.ruleset import Override, RuleSet
from gridplanner.model.titles import word_title
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell

#: The scope of the rules that hold where nothing else is said.
WHOLE = -1


def fact_title(fact: str) -> str:
    """Return what a limit can depend on, in the user's language."""
    return {
        "community_type": _("Type of community"),
        "street": _("Street name"),
        "community": _("Community name"),
        "community_code": _("Community code"),
        "kind": _("Kind of grid"),
        "dedicated_kind": _("Kind of unit"),
        "area": _("Area"),
    }.get(fact, fact)


def where_text(where: Mapping[str, str]) -> str:
    """Return where a limit holds, as a line."""
    return ", ".join(f"{fact_title(key)} {word_title(value)}" for key, value in where.items())


def coded(areas: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return sub-areas with the codes of their communities, which may be given by name.

    Raises
    ------
    UserError
        A community that the district does not have.
    """
    known = set(names.values())
    for area, members in areas.items():
        for member in members:
            if member not in known and member not in names:
                text = _("Sub-area '{area}': the district has no community '{name}'.")
                raise UserError(text.format(area=area, name=member))
    return {area: tuple(names.get(m, m) for m in members) for area, members in areas.items()}


def places_of(district: District, areas: Mapping[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, str]]]:
    """Return where other limits may hold: sub-areas, further levels, types, streets, communities."""
    home = district.communities
    facts = (("community_type", home.types), ("street", home.street_names), ("community", home.names))
    named = [(f"{fact_title('area')} {area}", ("area", area)) for area in areas]
    # Without limits of their own, micro-grids and area grids cannot be made.
    levels = [(layer_title(f"level.{level}"), ("kind", kind)) for level, kind in LEVEL_KINDS.items()]
    return [*named, *levels] + [
        (f"{fact_title(key)} {word_title(value)}", (key, value))
        for key, values in facts
        for value in sorted({str(v) for v in values if str(v)})
    ]


class RulesPage(Page):
    """The rules: scope, form, and what today's grids make of them."""

    def __init__(self, window: Shell) -> None:
        super().__init__(
            _("Rules"),
            _("Start from a preset, change what your city has decided, and apply: all grids are checked."),
        )
        self._window, self._session = window, window.session
        self._draft = RuleSet()
        self._scope = WHOLE
        self.preset = QComboBox()
        self.preset.activated.connect(self._on_preset)
        self.note = label("", "quiet")
        self.scope = QComboBox()
        self.scope.setAccessibleName(_("Where the limits hold"))
        self.scope.activated.connect(self._on_scope)
        self.drop = button(_("Remove"), self.remove_scope)
        self.form = RuleForm()
        self.rare = QCheckBox(_("Show all numbers"))
        self.rare.toggled.connect(self.form.show_rare)
        self.requirements = Figures()
        self.requirements.clicked.connect(window.findings.show_only)
        self.add(
            label(_("Preset"), "heading"),
            self.preset,
            self.note,
            label(_("Where the limits hold"), "heading"),
            self.scope,
            row(button(_("Other limits for..."), self.ask_scope), self.drop),
            self.form,
            self.rare,
            button(_("Own rules and sub-areas..."), self.ask_more),
            button(_("Apply the rules"), self.apply, icon="accept"),
            line(),
            label(_("Requirements"), "heading"),
            self.requirements,
            button(_("Next: plan"), self.go_on, primary=True),
        )
        self.end()
        self._session.opened.connect(self.refresh)
        self._session.judged.connect(self._show_requirements)
        self._session.changed.connect(lambda change: self.refresh() if change.kind == "rules" else None)

    def refresh(self) -> None:
        """Show the rules in force."""
        workspace = self._session.workspace
        if workspace is None:
            return
        if not self.preset.count():
            self._list_presets()
        self._draft = workspace.rules
        if self._scope >= len(self._draft.by):
            self._scope = WHOLE
        self.preset.setCurrentIndex(max(-1, self.preset.findData(self._draft.preset)))
        self._show_note()
        self._show_scope()
        self._show_requirements()

    def _list_presets(self) -> None:
        """List the presets."""
        from gridplanner.workspace.scene.rules import preset_titles  # after the first paint

        for key, title in preset_titles().items():
            self.preset.addItem(title, key)

    def _show_note(self) -> None:
        """Say where the preset comes from."""
        from gridplanner.workspace.scene.rules import preset_source  # after the first paint

        self.note.setText(preset_source(self._draft.preset))

    def _show_requirements(self) -> None:
        """Show how the plan in work stands under these rules."""
        if self._session.workspace is not None and self.isVisible():
            self.requirements.show_rows(requirement_rows(self._session))

    # --- where the limits hold -----------------------------------------------------------------------

    def _show_scope(self) -> None:
        """Show the limits of the scope in hand."""
        self.scope.clear()
        self.scope.addItem(_("the whole district"), WHOLE)
        for i, override in enumerate(self._draft.by):
            self.scope.addItem(where_text(override.where), i)
        self.scope.setCurrentIndex(max(0, self.scope.findData(self._scope)))
        self.drop.setEnabled(self._scope != WHOLE)
        self.form.show_rules(self._rules_of(self._scope))
        self.form.show_rare(self.rare.isChecked())
        self.form.lock_whole(self._scope != WHOLE)

    def _rules_of(self, scope: int) -> RuleSet:
        """Return the rules that hold in a scope."""
        base = replace(self._draft, by=())
        if scope == WHOLE:
            return base
        return replace(base, **dict(self._draft.by[scope].rules))  # type: ignore[arg-type]

    def _store(self) -> None:
        """Take the form over into the draft."""
        changed = self.form.values(self._rules_of(self._scope))
        if self._scope == WHOLE:
            self._draft = replace(changed, by=self._draft.by)
            return
        by = list(self._draft.by)
        by[self._scope] = override_of(replace(self._draft, by=()), changed, by[self._scope].where)
        self._draft = replace(self._draft, by=tuple(by))

    def _on_scope(self, _index: int) -> None:
        """Show other limits; what was typed is kept."""
        self._store()
        self._scope = int(self.scope.currentData())
        self._show_scope()

    def ask_scope(self) -> None:
        """Ask for which communities other limits hold."""
        workspace = self._session.workspace
        if workspace is None:
            return
        choices = places_of(workspace.district, self._draft.areas)
        if not choices:
            return
        answer = AskDialog.ask(
            self._window,
            _("Other limits"),
            [Field("where", _("They hold for"), "", choices=choices)],
            _("They start from the limits of the whole district; change them in the form."),
        )
        if answer:
            key, value = cast("tuple[str, str]", answer["where"])
            self.add_scope({key: value})

    def add_scope(self, where: Mapping[str, str]) -> None:
        """Begin other limits; the same place is not listed twice."""
        self._store()
        known = [dict(override.where) for override in self._draft.by]
        if dict(where) not in known:
            self._draft = replace(self._draft, by=(*self._draft.by, Override(dict(where), {})))
            known.append(dict(where))
        self._scope = known.index(dict(where))
        self._show_scope()

    def ask_more(self) -> None:
        """Ask for rules that the office wrote itself, and for named groups of communities."""
        from gridplanner.gui.dialogs.settings import SettingsDialog  # rarely needed
        from gridplanner.gui.models.setting_rows import rules_pages
        from gridplanner.workspace.scene.rules import own_rule_names

        if self._session.workspace is None:
            return
        self._store()
        held = {"rules.own": self._draft.own, "rules.areas": self._draft.areas}
        home = self._session.workspace.district.communities
        names = dict(zip(home.names.tolist(), home.codes.tolist(), strict=True))

        def take(changes: Mapping[str, Any]) -> None:
            own = changes.get("rules.own", self._draft.own)
            areas = changes.get("rules.areas", self._draft.areas)
            self._draft = replace(self._draft, own=tuple(own), areas=coded(areas, names))
            self._show_scope()

        SettingsDialog(
            self._window,
            _("Own rules and sub-areas"),
            _("Apply the rules afterwards. Other limits can then hold for a sub-area."),
            rules_pages((*own_rule_names(), *self._draft.own)),
            held.__getitem__,
            take,
        ).open()

    def remove_scope(self) -> None:
        """Let the limits of the whole district hold again."""
        if self._scope != WHOLE:
            by = [o for i, o in enumerate(self._draft.by) if i != self._scope]
            self._draft, self._scope = replace(self._draft, by=tuple(by)), WHOLE
            self._show_scope()

    # --- in force ------------------------------------------------------------------------------------

    def _on_preset(self, _index: int) -> None:
        """Put a preset in force."""
        from gridplanner.workspace.scene.rules import preset_rules  # after the first paint

        self._scope = WHOLE
        self._put(preset_rules(str(self.preset.currentData())))

    def values(self) -> RuleSet:
        """Return the rules as the form has them, without scopes that change nothing."""
        self._store()
        return replace(self._draft, by=tuple(o for o in self._draft.by if o.rules))

    def apply(self) -> None:
        """Put the rules of the form in force."""
        if self._session.workspace is None:
            return
        problem = self.form.problem()
        if problem:
            self._session.said.emit(problem, "warning")
            return
        self._put(self.values())

    def go_on(self) -> None:
        """Go to the next step; what was typed holds, and is not lost for want of a click."""
        self.apply()
        if not self.form.problem():
            self._window.steps.go("plan")

    def _put(self, rules: RuleSet) -> None:
        """Put rules in force."""
        try:
            self._session.set_rules(rules)
        except UserError as error:
            self._session.said.emit(str(error), "error")
            return
        self.refresh()
