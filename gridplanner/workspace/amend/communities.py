# SPDX-License-Identifier: LGPL-3.0-or-later
"""The five operations on communities (建 改 合 分 调) as steps that undo takes back.

Each function returns a `Correction` for `Workspace.amend`; none needs shapes, so the window may call
them itself on its slim copy of the district. Areas are named by their numbers (atoms); `atoms_named`
finds those of grids, estates or buildings. `replan_request` asks the engine for the grids concerned.
Figures before and after stay with the district (`District.reforms`) for the approval table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.kinds import GridKind
from gridplanner.model.reform import CommunityAction, CommunityChange, CommunityFigures
from gridplanner.model.request import PlanRequest
from gridplanner.model.unit_patch import CommunityPatch
from gridplanner.texts import _
from gridplanner.workspace.amend.amending_units import communities_back, with_communities_counted
from gridplanner.workspace.workspace import Correction

Atoms = Sequence[int] | npt.NDArray[np.integer]
_TEXTS = ("codes", "names", "types", "street_codes", "street_names")
#: Last three digits that a residents' committee may have. Source: rules of the statistics codes.
_FIRST_NUMBER, _LAST_NUMBER = 1, 199


@dataclass(frozen=True)
class NewCommunity:
    """What a new community, or one under another name, is called; empty texts are filled in.

    Parameters
    ----------
    name : str
    code : str
        12 digits; empty for the next free number of its street.
    kind : str
        Community type; empty for that of the community it comes from.
    """

    name: str = ""
    code: str = ""
    kind: str = ""


def create_community(district: District, atoms: Atoms, new: NewCommunity, reason: str = "") -> Correction:
    """建: make a new community of areas of one or more communities."""
    taken = _taken(district, atoms)
    source = _most_people(district, taken)
    return _with_new(district, CommunityAction.CREATE, taken, source, new, reason)


def split_community(
    district: District, code: str, atoms: Atoms, new: NewCommunity, reason: str = ""
) -> Correction:
    """分: give some areas of a community to a new one."""
    row, taken = _row(district, code), _taken(district, atoms)
    if (district.atoms.community[taken] != row).any():
        raise UserError(_("The part to split off must lie inside community {code}.").format(code=code))
    if len(taken) == int((district.atoms.community == row).sum()):
        raise UserError(_("The part to split off is the whole community. Choose a smaller part."))
    return _with_new(district, CommunityAction.SPLIT, taken, row, new, reason)


def merge_communities(
    district: District,
    codes: Sequence[str],
    into: str = "",
    new: NewCommunity | None = None,
    reason: str = "",
) -> Correction:
    """合: merge communities into one of them, by default the one with most people.

    Parameters
    ----------
    district : District
    codes : sequence of str
    into : str
        Code of the one that stays.
    new : NewCommunity or None
        Another name, code or type of the one that stays.
    reason : str
    """
    rows = [_row(district, code) for code in dict.fromkeys(codes)]
    if len(rows) < 2:
        raise UserError(_("Choose at least two communities to merge."))
    people = _sums(district, district.atoms.people)
    stays = _row(district, into) if into else max(rows, key=lambda row: (people[row], -row))
    if stays not in rows:
        raise UserError(_("Community {code} is none of those to be merged.").format(code=into))
    community = district.atoms.community.astype(np.int64)
    community[np.isin(community, rows)] = stays
    texts = _renamed(district, _columns(district), stays, new or NewCommunity())
    names = _(", ").join(str(district.communities.names[row]) for row in rows)
    label = _("Merge communities {names} into {into}").format(names=names, into=texts["names"][stays])
    return _reform(district, _Wanted(CommunityAction.MERGE, community, texts, rows, label, reason))


def adjust_communities(district: District, atoms: Atoms, to: str, reason: str = "") -> Correction:
    """调: move areas to another community."""
    taken, row = _taken(district, atoms), _row(district, to)
    community = district.atoms.community.astype(np.int64)
    sources = sorted(set(community[taken].tolist()) - {row})
    if not sources:
        raise UserError(_("These areas lie in community {code} already.").format(code=to))
    for source in sources:
        if (community[taken] == source).sum() == (community == source).sum():
            raise UserError(
                _("Nothing would be left of {name}. Merge the communities instead.").format(
                    name=district.communities.names[source]
                )
            )
    community[taken] = row
    label = _("Move {n} areas to community {name}").format(n=len(taken), name=district.communities.names[row])
    wanted = _Wanted(CommunityAction.ADJUST, community, _columns(district), [*sources, row], label, reason)
    return _reform(district, wanted)


def convert_community(district: District, code: str, new: NewCommunity, reason: str = "") -> Correction:
    """改: give a community another name, type or code (a village becomes a community)."""
    row = _row(district, code)
    texts = _renamed(district, _columns(district), row, new)
    if texts == _columns(district):
        raise UserError(_("Say what changes: the name, the type or the code of the community."))
    label = _("Convert {name} into {new}").format(
        name=district.communities.names[row], new=texts["names"][row]
    )
    community = district.atoms.community.astype(np.int64)
    return _reform(district, _Wanted(CommunityAction.CONVERT, community, texts, [row], label, reason))


def atoms_named(district: District, names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the atoms that names stand for: today's grids, estates, buildings, or atoms themselves.

    Raises
    ------
    UserError
        A name stands for nothing.
    """
    atoms = district.atoms
    chosen = np.zeros(len(atoms), bool)
    grids = {record.code: g for g, record in enumerate(district.grids_before)}
    estates = {str(name): e for e, name in enumerate(district.estates)}
    for name in names:
        if name in grids:
            found = atoms.old_grid == grids[name]
        elif name in estates:
            found = atoms.estate == estates[name]
        else:
            found = (atoms.ids == name) | (atoms.building == name)
        if not found.any():
            raise UserError(
                _("'{name}' is no grid, estate, building or smallest area of this district.").format(
                    name=name
                )
            )
        chosen |= found
    return np.flatnonzero(chosen)


def replan_request(district: District, request: PlanRequest, codes: Sequence[str] = ()) -> PlanRequest:
    """Return the question that plans anew what breaks a rule in some communities.

    Parameters
    ----------
    district : District
    request : PlanRequest
    codes : sequence of str
        The communities; those that the last operation changed where none are named.

    Raises
    ------
    UserError
        No community was changed.
    """
    if not codes and not district.reforms:
        raise UserError(_("No community was changed, so there is nothing to plan anew."))
    only = tuple(codes) or tuple(figures.code for figures in district.reforms[-1].after)
    return replace(request, total="repair", only=only, locked=(), join=(), part=())


def figures_of(district: District) -> tuple[CommunityFigures, ...]:
    """Return the figures of every community as it is now."""
    known, atoms = district.communities, district.atoms
    people, households = _sums(district, atoms.people), _sums(district, atoms.households)
    area = np.bincount(atoms.community, weights=atoms.area_m2, minlength=len(known))
    grids = [r.community for r in district.grids_before if r.kind is GridKind.GENERAL]
    count = np.bincount(np.array(grids, np.int64), minlength=len(known))
    return tuple(
        CommunityFigures(
            str(known.codes[c]),
            str(known.names[c]),
            str(known.types[c]),
            str(known.street_names[c]),
            int(households[c]),
            int(people[c]),
            round(float(area[c]), 1),
            int(count[c]),
        )
        for c in range(len(known))
    )


# --- making the correction -----------------------------------------------------------------------------

_Texts = dict[str, list[str]]


@dataclass(frozen=True, eq=False)
class _Wanted:
    """A reform before rows without land are dropped; rows of new communities stand at the end."""

    action: CommunityAction
    community: npt.NDArray[np.int64]
    texts: _Texts
    concerned: list[int]
    label: str
    reason: str


def _with_new(
    district: District,
    action: CommunityAction,
    taken: npt.NDArray[np.int64],
    source: int,
    new: NewCommunity,
    reason: str,
) -> Correction:
    """Return the step that makes one more community of some atoms."""
    if not new.name:
        raise UserError(_("A new community needs a name."))
    known = district.communities
    texts = _columns(district)
    for name in _TEXTS:
        texts[name].append(texts[name][source])
    row = len(known)
    texts["codes"][row] = ""
    fresh = replace(new, code=new.code or _next_code(district, str(known.street_codes[source]), source))
    texts = _renamed(district, texts, row, fresh)
    community = district.atoms.community.astype(np.int64)
    sources = sorted(set(community[taken].tolist()))
    community[taken] = row
    words = {
        CommunityAction.CREATE: _("Create community {name}"),
        CommunityAction.SPLIT: _("Split {source}: new community {name}"),
    }
    label = words[action].format(name=new.name, source=known.names[source])
    return _reform(district, _Wanted(action, community, texts, [*sources, row], label, reason))


def _reform(district: District, wanted: _Wanted) -> Correction:
    """Return the step, with figures before and after."""
    n_before = len(district.communities)
    stays = np.unique(wanted.community)
    place = np.full(len(wanted.texts["codes"]), -1, np.int64)
    place[stays] = np.arange(len(stays))
    columns = {name: _objects([wanted.texts[name][row] for row in stays.tolist()]) for name in _TEXTS}
    patch = CommunityPatch(
        Communities(**columns, geometry=np.full(len(stays), None, dtype=object)),
        np.where(stays < n_before, stays, -1),
        place[wanted.community].astype(np.int32),
        district.reforms,
    )
    # The figures afterwards are those of the district as it would be.
    figures, after = figures_of(district), figures_of(with_communities_counted(district, patch))
    moved = district.atoms.community != wanted.community
    change = CommunityChange(
        action=wanted.action,
        before=tuple(figures[row] for row in wanted.concerned if row < n_before),
        after=tuple(after[place[row]] for row in wanted.concerned if place[row] >= 0),
        people_moved=int(district.atoms.people[moved].sum()),
        households_moved=int(district.atoms.households[moved].sum()),
        reason=wanted.reason,
    )
    by = replace(patch, reforms=(*district.reforms, change))
    noted = {
        "action": wanted.action.value,
        "before": ";".join(f.code for f in change.before),
        "after": ";".join(f.code for f in change.after),
        "people": change.people_moved,
        "reason": wanted.reason,
    }
    return Correction(by, communities_back(district, by), wanted.label, noted)


def _columns(district: District) -> _Texts:
    """Return the texts of all communities as lists."""
    return {name: [str(v) for v in getattr(district.communities, name)] for name in _TEXTS}


def _renamed(district: District, texts: _Texts, row: int, new: NewCommunity) -> _Texts:
    """Return the texts with another name, type or code in one row; a code in use is refused."""
    result = {name: list(column) for name, column in texts.items()}
    if new.code and new.code != texts["codes"][row]:
        used = set(texts["codes"]) | {f.code for change in district.reforms for f in change.before}
        if new.code in used:
            raise UserError(
                _("Code {code} is or was in use. Codes are not given twice; choose another.").format(
                    code=new.code
                )
            )
        result["codes"][row] = new.code
    for name, value in (("names", new.name), ("types", new.kind)):
        if value:
            result[name][row] = value
    return result


def _next_code(district: District, street: str, source: int) -> str:
    """Return the next free code of a residents' committee in a street."""
    used = {str(code) for code in district.communities.codes}
    used |= {f.code for change in district.reforms for f in change.before}
    stem = street if len(street) == 9 else str(district.communities.codes[source])[:9]
    numbers = [int(code[9:12]) for code in used if code.startswith(stem) and code[9:12].isdigit()]
    start = max([n for n in numbers if n <= _LAST_NUMBER], default=0) + 1
    for number in [*range(start, _LAST_NUMBER + 1), *range(_FIRST_NUMBER, start)]:
        if f"{stem}{number:03d}" not in used:
            return f"{stem}{number:03d}"
    raise UserError(_("Street {code} has no free community number. Give a code yourself.").format(code=stem))


def _row(district: District, code: str) -> int:
    """Return the row of a community by its code, or by its name."""
    for column in (district.communities.codes, district.communities.names):
        found = np.flatnonzero(column == code)
        if len(found) == 1:
            return int(found[0])
    raise UserError(_("There is no community '{code}'.").format(code=code))


def _taken(district: District, atoms: Atoms) -> npt.NDArray[np.int64]:
    """Return atoms as an array; none, or one that does not exist, is refused."""
    taken = np.unique(np.asarray(atoms, np.int64))
    if not len(taken) or taken[0] < 0 or taken[-1] >= len(district.atoms):
        raise UserError(_("Choose the areas first."))
    return taken


def _most_people(district: District, taken: npt.NDArray[np.int64]) -> int:
    """Return the community from which most people come."""
    home = district.atoms.community[taken]
    people = np.bincount(home, weights=district.atoms.people[taken] + 1e-6)
    return int(np.argmax(people))


def _sums(district: District, column: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return a column of the atoms summed per community."""
    totals = np.zeros(len(district.communities), np.int64)
    np.add.at(totals, district.atoms.community, column)
    return totals


def _objects(texts: list[str]) -> npt.NDArray[np.object_]:
    """Return texts as an object column."""
    made = np.empty(len(texts), dtype=object)
    made[:] = texts
    return made
