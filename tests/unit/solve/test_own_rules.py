# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rules written by the user: installed, named, obeyed; never run because a file says so."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gridplanner.errors import UserError
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.rules import own
from gridplanner.rules.check import check
from gridplanner.rules.presets import rules_from_config
from gridplanner.solve.engine import propose
from tests.builders import plan_of, town

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "own_rule" / "most_estates.py"
RULES = RuleSet(people=Band(100, 800), own=("most_estates",))
Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a module with a rule as a package of its own, for the length of a test."""
    own._loaded.cache_clear()
    before = set(sys.modules)

    def put(source: str, name: str = "most_estates") -> None:
        module = f"own_{tmp_path.name.replace('-', '_')}"
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        folder = tmp_path / f"{module}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8"
        )
        text = f"[gridplanner.rules]\n{name} = {module}:RULE\n"
        (folder / "entry_points.txt").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    yield put
    own._loaded.cache_clear()
    for name in set(sys.modules) - before:
        if name.startswith("own_"):
            del sys.modules[name]


def example(most: int = 6) -> str:
    """Return the documented example, with another limit."""
    return EXAMPLE.read_text(encoding="utf-8").replace("MOST = 6", f"MOST = {most}")


def same(plan: Plan, a: int, b: int) -> bool:
    """Tell whether two atoms share a grid."""
    return bool(plan.assignment[a] == plan.assignment[b])


def test_the_example_judges_a_plan(install: Install) -> None:
    install(example(most=1))
    district = town("AABB", estates="abab")
    findings = [f for f in check(district, plan_of(district, "XXYY"), RULES) if f.rule == "most_estates"]
    assert [(f.value, f.limit, f.counts) for f in findings] == [(2, 1, True), (2, 1, True)]
    assert [f for f in check(district, plan_of(district, "XYZW"), RULES) if f.rule == "most_estates"] == []


def test_a_plan_is_drawn_again_until_the_rule_accepts_it(install: Install) -> None:
    # Halves lie north and south or west and east, as the seed has it; the rule wants west and east.
    apart = "if not {0, 3} <= set(np.flatnonzero(case.plan.assignment == grid).tolist()):"
    install(example().replace("if len(estates) <= MOST:", apart))
    district = town("AAAA\nAAAA\nAAAA\nAAAA")
    asked = PlanRequest(total=2, mode="balance", certify_s=0.0)
    halves = [replace(asked, seed=seed) for seed in range(1, 9)]
    plans = [propose(district, RuleSet(people=Band(800, 800)), half).plan for half in halves]
    refused = next(half for half, plan in zip(halves, plans, strict=True) if same(plan, 0, 3))
    accepted = propose(district, RULES, replace(refused, tries=40))
    assert not same(accepted.plan, 0, 3)
    assert [f for f in accepted.findings if f.rule == "plan.own"] == []


def test_a_rule_that_accepts_nothing_is_said_and_the_best_plan_kept(install: Install) -> None:
    install(example(most=0))
    district = town("AABB", estates="aabb")
    proposal = propose(district, RULES, PlanRequest(total=2, tries=2, certify_s=0.0))
    assert [(f.rule, f.count) for f in proposal.findings] == [("plan.own", 2)]
    assert (proposal.plan.assignment >= 0).all()


def test_a_rule_that_is_not_installed_is_refused_before_any_work() -> None:
    with pytest.raises(UserError, match="nowhere"):
        propose(town("AABB"), RuleSet(own=("nowhere",)), PlanRequest())


@pytest.mark.parametrize(
    "source",
    [
        "raise ValueError('slip')",
        "RULE = 3",
        "def broken(:",
        "import no_such_module",
        "from gridplanner.rules.registry import RULES\nRULE = RULES[0]",
    ],
)
def test_a_package_that_holds_no_rule_is_named(install: Install, source: str) -> None:
    install(source)
    with pytest.raises(UserError, match="most_estates"):
        check(town("AABB"), town("AABB").plan_today(), RULES)


@pytest.mark.parametrize("slip", ["1 / 0", "None.x", "[][3]", "unknown_name", "yield 3"])
def test_a_slip_in_a_rule_is_told_as_one(install: Install, slip: str) -> None:
    head, _, tail = example().partition("    atoms = case.district.atoms\n")
    install(f"{head}    {slip}\n    atoms = case.district.atoms\n{tail}")
    with pytest.raises(UserError, match="most_estates"):
        check(town("AABB"), town("AABB").plan_today(), RULES)


def test_nothing_is_imported_that_no_rule_names(install: Install) -> None:
    install("raise SystemExit('run by nobody')")
    district = town("AABB")
    assert isinstance(check(district, district.plan_today(), RuleSet()), tuple)
    assert "most_estates" in own.offered()


def test_a_file_cannot_be_named() -> None:
    rules = rules_from_config({"own": ["evil.py:RULE"]})
    with pytest.raises(UserError, match="evil"):
        check(town("AABB"), town("AABB").plan_today(), rules)
    with pytest.raises(UserError):
        rules_from_config({"own": "evil"})


def test_the_example_package_names_its_entry_point() -> None:
    text = (EXAMPLE.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points."gridplanner.rules"]' in text
    assert 'most_estates = "most_estates:RULE"' in text
