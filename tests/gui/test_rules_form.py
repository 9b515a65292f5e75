# SPDX-License-Identifier: LGPL-3.0-or-later
"""The form of the rules is what the declarations say, and gives back what it was shown."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from gridplanner.gui.dialogs.ask import AskDialog
from gridplanner.gui.dialogs.settings import SettingsDialog
from gridplanner.gui.panels.requirements import KEPT, requirement_rows
from gridplanner.gui.panels.rule_form import NumberField, RuleForm, declared, group_titles
from gridplanner.model.load import GROUPS
from gridplanner.model.parameters import Parameter
from gridplanner.model.ruleset import Band, Override, RuleSet
from gridplanner.rules.presets import presets
from gridplanner.texts import _
from gridplanner.workspace.commands import MoveAtoms


@pytest.fixture
def form(qtbot: Any) -> RuleForm:
    made = RuleForm()
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_declaration_has_a_field_with_its_label_and_help(form: RuleForm) -> None:
    known = {p.key: p for p in declared()}
    assert set(form.fields) == set(known)
    assert all(_(text) != text for text in group_titles().values()), "each group is named in Chinese"
    assert {key.rsplit(".", 1)[1] for key in known if key.startswith("rules.weights.")} == set(GROUPS)
    for key, field in form.fields.items():
        assert field.accessibleName()
        assert not known[key].help or field.toolTip(), key


def test_a_new_declaration_needs_no_line_of_the_form(qtbot: Any) -> None:
    new = Parameter("rules.min_shared_border_m", "Shortest border that joins two parts", "m", high=9.0)
    made = RuleForm([new])
    qtbot.addWidget(made)
    field = made.fields[new.key]
    assert isinstance(field, NumberField)
    field.set(50)
    assert field.value() == 9.0, "the field keeps the bounds of the declaration"
    assert made.values(RuleSet()).min_shared_border_m == 9.0


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_goes_through_the_form_unchanged(form: RuleForm, name: str) -> None:
    rules = presets()[name].rules
    form.show_rules(rules)
    assert form.values(RuleSet(preset=name, weights=rules.weights, by=rules.by)) == rules


def test_an_open_limit_is_none_and_stays_infinite(form: RuleForm) -> None:
    form.show_rules(RuleSet())
    field = form.fields["rules.people.max"]
    assert field.text().startswith("不限")
    assert field.get() == math.inf
    field.set(0)
    assert form.values(RuleSet()).people.max == 0


def test_rare_numbers_hide_until_asked_for_or_used(form: RuleForm) -> None:
    form.show_rules(RuleSet())
    form.show_rare(False)
    detour = form.fields["rules.service_radius_m.detour"]
    assert not detour.isVisible()
    form.show_rare(True)
    assert detour.isVisible()
    form.show_rules(replace(RuleSet(), service_radius=replace(RuleSet().service_radius, detour=1.3)))
    form.show_rare(False)
    assert detour.isVisible(), "a number that is in force is never hidden"


def test_crossed_limits_are_refused_in_words(window: Any) -> None:
    page = window.pages["rules"]
    page.form.fields["rules.people.min"].set(700)
    said: list[str] = []
    window.session.said.connect(lambda text, kind: said.append(text))
    before = window.session.workspace.rules
    page.apply()
    assert "下限" in said[0]
    assert window.session.workspace.rules is before


def test_other_limits_for_one_street_reach_its_grids(window: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page, session = window.pages["rules"], window.session
    name = str(session.workspace.district.communities.names[0])
    monkeypatch.setattr(AskDialog, "ask", classmethod(lambda *_a, **_k: {"where": ("community", name)}))
    page.ask_scope()
    assert page.scope.currentText().endswith(name)
    page.form.fields["rules.people.max"].set(450)
    page.apply()
    session._poll()
    rules = session.workspace.rules
    assert rules.people == Band(300, 600), "the rest of the district keeps its limits"
    assert rules.by == (Override({"community": name}, {"people": Band(300, 450)}),)
    assert set(session.totals.people_max.tolist()) == {450}
    page.scope.setCurrentIndex(0)
    page._on_scope(0)
    assert page.form.fields["rules.people.max"].get() == 600
    page.scope.setCurrentIndex(1)
    page._on_scope(1)
    page.remove_scope()
    page.apply()
    assert session.workspace.rules.by == ()


def test_the_requirements_name_what_is_kept_and_link_to_what_is_not(window: Any) -> None:
    session = window.session
    rows = {name: (value, link) for name, value, link in requirement_rows(session)}
    assert rows["全部划入网格"] == (KEPT, "")
    assert rows["人口"] == (KEPT, "")
    session.do(MoveAtoms(tuple(int(i) for i in (session.plan.assignment == 1).nonzero()[0][:3]), 0))
    session.judge()
    session._poll()
    rows = {name: (value, link) for name, value, link in requirement_rows(session)}
    value, link = rows["人口"]
    assert link == "people"
    assert any(c.isdigit() for c in value)
    window.steps.go("rules")
    window.pages["rules"].requirements.clicked.emit("people")
    assert {f.rule for f in window.findings.model.rows} == {"people"}


def test_land_left_over_is_a_link_and_can_be_stepped_through(window: Any) -> None:
    session = window.session
    for atom in (0, 5):
        session.do(MoveAtoms((atom,), -1))
    session.judge()
    session._poll()
    (value, link) = next((v, to) for name, v, to in requirement_rows(session) if name == "全部划入网格")
    assert "2" in value and link == "gap"
    window.pages["rules"].requirements.clicked.emit(link)
    assert [f.rule for f in window.findings.model.rows] == ["gap", "gap"]
    places = []
    for _turn in range(2):
        window.actions_by_id["next_finding"].trigger()
        places.append(window.findings.current().x)
    assert places[0] != places[1]


def test_weights_of_groups_go_through_the_form(form: RuleForm) -> None:
    rules = RuleSet(weights={"elderly": 0.5, "shops": 3.0})
    form.show_rules(rules)
    form.show_rare(False)
    assert form.fields["rules.weights.shops"].isVisible(), "a weight in force is never hidden"
    assert not form.fields["rules.weights.floating"].isVisible()
    assert form.values(RuleSet()).weights == rules.weights
    form.fields["rules.weights.shops"].set(0)
    assert form.values(rules).weights == {"elderly": 0.5}
    form.lock_whole(True)
    assert not form.fields["rules.weights.elderly"].isEnabled()
    assert form.fields["rules.people.max"].isEnabled()


def test_a_sub_area_is_named_and_gets_limits_of_its_own(window: Any, qtbot: Any) -> None:
    page, session = window.pages["rules"], window.session
    names = session.workspace.district.communities.names
    page.ask_more()
    dialog = window.findChildren(SettingsDialog)[-1]
    qtbot.addWidget(dialog)
    field = dialog.fields["rules.areas"]
    field.page.setPlainText("老城：月球社区")
    dialog.accept()
    assert "月球社区" in dialog.problem.text() and dialog.isVisible()
    field.page.setPlainText(f"老城：{names[0]}")
    dialog.accept()
    page.add_scope({"area": "老城"})
    page.form.fields["rules.people.max"].set(450)
    page.apply()
    session._poll()
    code = str(session.workspace.district.communities.codes[0])
    assert session.workspace.rules.areas == {"老城": (code,)}
    assert set(session.totals.people_max.tolist()) == {450}
