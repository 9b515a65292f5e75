# SPDX-License-Identifier: LGPL-3.0-or-later
"""Operations on communities by name: from the command line, or as `[[community]]` tables of CONFIG.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.keys import check_keys
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.amend import communities as operations
from gridplanner.workspace.amend.communities import NewCommunity
from gridplanner.workspace.workspace import Correction, Workspace

OPERATIONS = ("create", "convert", "merge", "split", "adjust")
_LISTS = ("codes", "take")


@dataclass(frozen=True)
class Reform:
    """One operation; the names of the fields are the keys of `[[community]]`.

    Parameters
    ----------
    operation : str
        One of `OPERATIONS`.
    codes : tuple of str
        Codes or names of the communities concerned.
    take : tuple of str
        Grids, estates, buildings or smallest areas that go to another community.
    into : str
        The community that stays (merge) or gets the areas (adjust).
    name, code, kind : str
        Of the new community, or of the one under another name.
    reason : str
        For the approval form.
    """

    operation: str
    codes: tuple[str, ...] = ()
    take: tuple[str, ...] = ()
    into: str = ""
    name: str = ""
    code: str = ""
    kind: str = ""
    reason: str = ""


def reforms_from_table(tables: Any) -> tuple[Reform, ...]:  # whatever TOML holds there
    """Read `[[community]]`; the operations are carried out in the order in which they are written.

    Raises
    ------
    UserError
        A key, an operation or a value is not as it has to be.
    """
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UserError(_("Write each operation on communities as a table [[community]] of its own."))
    return tuple(_reform(table, number) for number, table in enumerate(tables, 1))


def _reform(table: dict[str, Any], number: int) -> Reform:
    """Read one table."""
    where = f"[[community]] {number}"
    check_keys(table, tuple(f.name for f in fields(Reform)), where)
    if table.get("operation") not in OPERATIONS:
        raise UserError(
            _("{where}: operation = {value}; choose one of {known}.").format(
                where=where, value=repr(table.get("operation")), known=", ".join(OPERATIONS)
            )
        )
    values: dict[str, Any] = {}
    for key, value in table.items():
        listed = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not (listed if key in _LISTS else isinstance(value, str)):
            text = _("{where}: {key} must be a text in quotes, or for codes and take a list of them.")
            raise UserError(text.format(where=where, key=key))
        values[key] = tuple(value) if key in _LISTS else value
    return Reform(**values)


def reform_correction(district: District, reform: Reform) -> Correction:
    """Return an operation as a step.

    Raises
    ------
    UserError
        The operation is not possible as asked for.
    """
    new = NewCommunity(reform.name, reform.code, reform.kind)
    first = reform.codes[0] if reform.codes else ""
    if reform.operation == "merge":
        return operations.merge_communities(district, reform.codes, reform.into, new, reform.reason)
    if reform.operation == "convert":
        return operations.convert_community(district, first, new, reform.reason)
    taken = operations.atoms_named(district, reform.take)
    if reform.operation == "split":
        return operations.split_community(district, first, taken, new, reform.reason)
    if reform.operation == "create":
        return operations.create_community(district, taken, new, reform.reason)
    return operations.adjust_communities(district, taken, reform.into or first, reform.reason)


def reformed(contents: ProjectContents, reforms: Sequence[Reform]) -> ProjectContents:
    """Return a project just read with the operations of its configuration carried out and journaled.

    Planning starts from the communities as they are afterwards; the layer as delivered is kept.
    """
    if not reforms:
        return contents
    workspace = Workspace(contents)
    for reform in reforms:
        workspace.amend(reform_correction(workspace.district, reform))
    return replace(workspace.contents, amendments=contents.amendments)
