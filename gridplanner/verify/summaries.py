# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check every number of `summary.json`, `crosswalk.csv` and `findings.csv` against the layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gridplanner.texts import _
from gridplanner.verify.claims import Claim, equal, holds, none_of
from gridplanner.verify.facts import Facts, Ints

_CARVED = "划出专属"
_KINDS = {"kept": "保留", "merged": "合并", "split": "拆分", "reshaped": "边界微调", "new": "新增"}
#: What rounding in the table may cost: millimetres of each area, and the tenth digit of the sum.
_CSV_M2 = 0.002
_CSV_SHARE = 1e-9


def summary_claims(facts: Facts) -> Iterator[Claim]:
    """Yield every claim of the summary and of the two tables beside it."""
    yield from _totals(facts)
    yield from _change(facts)
    yield from _crosswalk(facts)
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
        text = _("There are as many general grids as the configuration asks for, or it is said why not.")
        yield holds("config.total", _as_asked(facts, wanted), wanted, int(facts.general.sum()), text)


def _as_asked(facts: Facts, wanted: int) -> bool:
    """Return whether the plan has the number asked for, or a finding names both numbers."""
    got = int(facts.general.sum())
    said = [r for r in facts.output.findings if r["rule"] == "plan.total"]
    return got == wanted or any((float(r["value"]), float(r["limit"])) == (got, wanted) for r in said)


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
        if key in seen or truth is None or not close or abs(numbers[3] - truth[3]) > _area_slack(truth):
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


def _area_slack(truth: tuple[int, int, int, float]) -> float:
    """Return by how much an area of the table may be off."""
    return max(_CSV_M2 * truth[0], _CSV_SHARE * truth[3])


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
