# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check every number of `summary.json`, `crosswalk.csv` and `findings.csv` against the layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

import numpy as np

from gridplanner.texts import _
from gridplanner.verify.claims import Claim, equal, holds, none_of
from gridplanner.verify.facts import Facts, Ints
from gridplanner.verify.layers import broken_grids
from gridplanner.verify.shapefile import Table

_RADIUS_M = 0.01
_CARVED = "划出专属"
_KINDS = {"kept": "保留", "merged": "合并", "split": "拆分", "reshaped": "边界微调", "new": "新增"}
_CSV_M2 = 0.002


def summary_claims(facts: Facts) -> Iterator[Claim]:
    """Yield every claim of the summary and of the two tables beside it."""
    yield from _totals(facts)
    yield from _limits(facts)
    yield from _breaches(facts)
    yield from _change(facts)
    yield from _crosswalk(facts)
    yield from _findings(facts)
    yield from _staff(facts)
    yield _outputs(facts)


def _totals(facts: Facts) -> Iterator[Claim]:
    summary = facts.output.summary
    found: dict[str, Any] = {
        "communities": len(facts.communities),
        "atoms": len(facts.atoms),
        "people": int(facts.people.sum()),
        "households": int(facts.households.sum()),
        "grids": {"before": int(facts.general_before.sum()), "after": int(facts.general.sum())},
        "dedicated": {"before": int((~facts.general_before).sum()), "after": int((~facts.general).sum())},
    }
    for name, value in found.items():
        text = _("The summary's {name} is what the layers hold.").format(name=name)
        yield equal(f"summary.{name}", summary[name], value, text)
    wanted = facts.output.config.get("plan", {}).get("total")
    if isinstance(wanted, int):
        text = _("There are as many general grids as the configuration asks for.")
        yield equal("config.total", wanted, int(facts.general.sum()), text)


def _limits(facts: Facts) -> Iterator[Claim]:
    """Yield whether the limits stated are those of the configuration."""
    for name, key in (
        ("people", "people"),
        ("households", "households"),
        ("service_radius", "service_radius_m"),
    ):
        stated = facts.output.summary["rules"][name]
        keys = facts.limits.tables.get(key, {})
        for end, nothing in (("min", -inf), ("max", inf)):
            asked = float(keys.get(end, nothing))
            said = nothing if stated[end] is None else float(stated[end])
            # A band without a lower end may be stated as from 0: nobody can be fewer.
            same = asked == said or (end == "min" and max(asked, 0.0) == max(said, 0.0))
            text = _("The limit in the summary is that of the configuration.")
            yield holds(f"summary.rules.{name}.{end}", same, stated[end], asked, text)


def _outside(facts: Facts, table: Table, general: np.ndarray, rule: str, field: str, tolerance: float) -> int:
    """Count the general grids of a layer whose field lies outside its limits."""
    values = table.numbers(field)
    return sum(
        facts.limits.breaks(rule, known, float(values[g]), tolerance)
        for g, known in enumerate(facts.facts_of(table))
        if general[g] and np.isfinite(values[g])
    )


def _breaches(facts: Facts) -> Iterator[Claim]:
    rules = facts.output.summary["rules"]
    numbered = (("people", "people", "RK", 0.0), ("households", "households", "HS", 0.0),
                ("service_radius", "service_radius_m", "FWBJ", _RADIUS_M))  # fmt: skip
    for name, key, field, tolerance in numbered:
        row = rules[name]
        after = _outside(facts, facts.grids, facts.general, key, field, tolerance)
        before = _outside(facts, facts.before, facts.general_before, key, field, tolerance)
        text = _("As many grids break the rule '{rule}' as stated.").format(rule=name)
        stated = row["violations_after"] + row["waived"]
        yield equal(f"summary.rules.{name}.violations_after", stated, after, text)
        text = _("As many of today's grids break the rule '{rule}' as stated.").format(rule=name)
        yield equal(f"summary.rules.{name}.violations_before", row["violations_before"], before, text)
    row = rules["contiguity"]
    text = _("As many grids break the rule '{rule}' as stated.").format(rule="contiguity")
    stated = row["violations_after"] + row["waived"]
    yield equal("summary.rules.contiguity.violations_after", stated, len(broken_grids(facts)), text)
    # The layers' own checks refuse any grid across a community line, any gap and any overlap.
    for name in ("nesting", "gap", "overlap", "code"):
        text = _("As many grids break the rule '{rule}' as stated.").format(rule=name)
        row = rules[name]
        yield equal(
            f"summary.rules.{name}.violations_after", row["violations_after"] + row["waived"], 0, text
        )


def kinds_of_change(facts: Facts) -> list[str]:
    """Return what each new grid is against today's, from the atoms alone."""
    size = np.bincount(facts.old[facts.old >= 0], minlength=len(facts.before))
    mine: list[list[tuple[int, bool]]] = [[] for _ in range(len(facts.grids))]
    for (old, new), atoms in facts.pairs.items():
        if new >= 0:
            mine[new].append((old, old >= 0 and len(atoms) == size[old]))
    kinds = []
    for olds in mine:
        if all(old < 0 for old, _ in olds):
            kinds.append(_KINDS["new"])
        elif all(whole for _, whole in olds):
            kinds.append(_KINDS["kept"] if len(olds) == 1 else _KINDS["merged"])
        else:
            kinds.append(_KINDS["split"] if len(olds) == 1 else _KINDS["reshaped"])
    return kinds


def pieces_and_moved(facts: Facts, inside: np.ndarray | None = None) -> tuple[int, int]:
    """Return pieces and people moved of today's general grids, of the atoms `inside` only if given."""
    parts: dict[int, list[int]] = {}
    for (old, _new), atoms in facts.pairs.items():
        mine = atoms if inside is None else atoms[inside[atoms]]
        if old >= 0 and facts.general_before[old] and len(mine):
            parts.setdefault(old, []).append(int(facts.people[mine].sum()))
    pieces = sum(len(p) - 1 for p in parts.values())
    return pieces, sum(sum(p) - max(p) for p in parts.values())


def _change(facts: Facts) -> Iterator[Claim]:
    stated: Mapping[str, int] = facts.output.summary["change"]
    kinds = kinds_of_change(facts)
    carved = facts.grids.texts("BGLX") == _CARVED
    named = facts.grids.texts("BGLX")
    codes = facts.grids.texts("WGBM")
    wrong = [str(codes[g]) for g, kind in enumerate(kinds) if not carved[g] and named[g] != kind]
    yield none_of("grids.BGLX", wrong, _("The kind of change of each grid is right."))
    false = carved & (facts.general | np.isin(codes, facts.before.texts("WGBM")))
    yield none_of("grids.carved_out", list(codes[false]), _("Only new dedicated grids count as carved out."))
    count = Counter(kind for g, kind in enumerate(kinds) if facts.general[g])
    pieces, moved = pieces_and_moved(facts)
    old_codes = np.array([*facts.before.texts("WGBM"), ""], dtype=object)[facts.old]
    new_codes = np.array([*codes, ""], dtype=object)[facts.new]
    found = {
        **{name: count[kind] for name, kind in _KINDS.items()},
        "carved_out": int(carved.sum()),
        "retired": int((~np.isin(facts.before.texts("WGBM"), codes)).sum()),
        "pieces": pieces,
        "people_moved": moved,
        "people_recoded": int(facts.people[(old_codes != new_codes) & (facts.old >= 0)].sum()),
    }
    for name, value in found.items():
        text = _("The number '{name}' of the change is right.").format(name=name)
        yield equal(f"summary.change.{name}", stated[name], value, text)


def _crosswalk(facts: Facts) -> Iterator[Claim]:
    """Yield whether the table holds each pair once, with its numbers."""
    old = [*facts.before.texts("WGBM"), ""]
    new = [*facts.grids.texts("WGBM"), ""]
    area = np.array([g.area if g is not None else 0.0 for g in facts.atoms.geometry])
    found = {
        (old[a], new[b]): (len(i), int(facts.people[i].sum()), int(facts.households[i].sum()), area[i].sum())
        for (a, b), i in facts.pairs.items()
    }
    wrong, seen = [], set()
    for row in facts.output.crosswalk:
        key = (row["old_code"], row["new_code"])
        truth = found.get(key)
        numbers = tuple(float(row[k]) for k in ("atoms", "people", "households", "area_m2"))
        close = truth is not None and numbers[:3] == truth[:3]
        if key in seen or truth is None or not close or abs(numbers[3] - truth[3]) > _CSV_M2 * truth[0]:
            wrong.append(" -> ".join(key))
        seen.add(key)
    wrong += [" -> ".join(key) for key in found.keys() - seen]
    yield none_of("crosswalk", wrong, _("The crosswalk counts every smallest area once, in its pair."))
    kinds = dict(zip(facts.grids.texts("WGBM"), facts.grids.texts("BGLX"), strict=True))
    odd = [
        r["new_code"]
        for r in facts.output.crosswalk
        if r["new_code"] and r["kind"] != kinds.get(r["new_code"])
    ]
    yield none_of("crosswalk.kind", odd, _("The kinds of change in the crosswalk are those of the grids."))


def _findings(facts: Facts) -> Iterator[Claim]:
    stated = facts.output.summary["findings"]["after"]
    count = Counter("info" if r["waiver"] else r["severity"] for r in facts.output.findings)
    found = {level: count[level] for level in stated}
    yield equal("summary.findings.after", dict(stated), found, _("The findings counted are those listed."))
    listed = {
        name: {s for r in facts.output.findings if r["rule"] == name and r["severity"] != "info"
               for s in r["subjects"].split(";")}
        for name in ("people", "households", "service_radius")
    }  # fmt: skip
    codes = facts.grids.texts("WGBM")
    numbered = (("people", "people", "RK"), ("households", "households", "HS"),
                ("service_radius", "service_radius_m", "FWBJ"))  # fmt: skip
    for name, key, field in numbered:
        values = facts.grids.numbers(field)
        broken = {
            str(codes[g]) for g, known in enumerate(facts.facts_of(facts.grids))
            if facts.general[g] and np.isfinite(values[g])
            and facts.limits.breaks(key, known, float(values[g]), _RADIUS_M if field == "FWBJ" else 0.0)
        }  # fmt: skip
        text = _("Every grid that breaks the rule '{rule}' is listed, and no other.").format(rule=name)
        yield none_of(f"findings.{name}", sorted(broken ^ listed[name]), text)


def _staff(facts: Facts) -> Iterator[Claim]:
    summary = facts.output.summary
    without = int((facts.grids.texts("DZBBM") == "").sum())
    text = _("As many grids lack a leading branch as stated.")
    yield equal("summary.branches.grids_without", summary["branches"]["grids_without"], without, text)
    if any("workers_needed" in key for key in summary["staff"]):
        text = _("One worker is needed for each general grid.")
        yield equal(
            "summary.staff.workers_needed", summary["staff"]["workers_needed"], int(facts.general.sum()), text
        )
    if "vacant" in summary["staff"]:
        vacant = int(((facts.grids.texts("WGY") == "") & facts.general).sum())
        yield equal(
            "summary.staff.vacant",
            summary["staff"]["vacant"],
            vacant,
            _("As many grids lack a worker as stated."),
        )


def _outputs(facts: Facts) -> Claim:
    """Return whether every file that the summary lists is there."""
    missing = [name for name in facts.output.summary["outputs"] if not (facts.output.folder / name).is_file()]
    return none_of("summary.outputs", missing, _("Every file that the summary lists is there."))


def grid_parts(facts: Facts) -> Ints:
    """Return the connected part that each new grid lies in, by its first atom; -1 for dedicated ones."""
    first = np.full(len(facts.grids), -1)
    for atom in range(len(facts.new) - 1, -1, -1):
        if facts.new[atom] >= 0:
            first[facts.new[atom]] = atom
    return np.where((first >= 0) & facts.general, facts.parts[np.maximum(first, 0)], -1)
