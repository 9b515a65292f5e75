# SPDX-License-Identifier: LGPL-3.0-or-later
"""Are imported codes grid codes? Lost digits, codes of another kind, repeated ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from gridplanner.assign.codes import URBAN_RURAL_CLASSES
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import Communities
from gridplanner.model.kinds import Severity
from gridplanner.model.plan import GridRecord
from gridplanner.texts import _

#: What a number that was a code looks like: an exponent, a decimal point.
_WAS_NUMBER = re.compile(r"^\d+(\.\d+)?[eE][+-]?\d+$|^\d+\.\d*$")
#: Most codes of a list may be named in one finding.
NAMED = 8


def check_codes(grids: Sequence[GridRecord], communities: Communities) -> tuple[Finding, ...]:
    """Return what speaks against taking the imported codes for grid codes.

    Fifteen digits have three meanings: a grid (12 + 3), a statistics code with its urban-rural class
    (12 + 3, the tail is 111, 112, ... on every row), a police code of a community. A code is never
    taken for a grid's by its length alone.

    Examples
    --------
    >>> import numpy as np
    >>> none = np.empty(0, object)
    >>> town = Communities(*(np.array(["519999001001"], object),) * 5, geometry=none)
    >>> [f.subjects for f in check_codes([GridRecord("5.2E+14", "甲", 0)], town)]
    [('5.2E+14',)]
    """
    codes = [record.code for record in grids if record.code]
    tests: tuple[tuple[Callable[[str], bool], str, str], ...] = (
        (
            lambda code: bool(_WAS_NUMBER.match(code)),
            _("{n} codes were turned into numbers and have lost digits: {codes}."),
            _("Store the code column as text in the source and read it again."),
        ),
        (
            lambda code: code != code.strip() or any(c.isspace() or not c.isprintable() for c in code),
            _("{n} codes hold blanks or control characters: {codes}."),
            _("Remove them in the source."),
        ),
    )
    findings = [
        _finding(text, remedy, wrong)
        for wrong_if, text, remedy in tests
        if (wrong := [code for code in codes if wrong_if(code)])
    ]
    repeated = [code for code, n in Counter(codes).items() if n > 1]
    if repeated:
        findings.append(
            _finding(
                _("{n} codes are used by several grids: {codes}."),
                _("The grid that comes first keeps the code, the others get new numbers."),
                repeated,
            )
        )
    return (*findings, *_other_kinds(codes, grids, communities))


def _other_kinds(
    codes: Sequence[str], grids: Sequence[GridRecord], communities: Communities
) -> tuple[Finding, ...]:
    """Recognise codes that are of another kind altogether."""
    if not codes:
        return ()
    if all(len(code) == 15 and code[12:] in URBAN_RURAL_CLASSES for code in codes):
        return (
            _finding(
                _("All {n} codes end in an urban-rural class ({codes}): statistics codes, no grid codes."),
                _("Name the column with the grid codes, or renumber all grids in order."),
                codes,
            ),
        )
    known = {str(code) for code in communities.codes}
    if all(code in known for code in codes):
        return (
            _finding(
                _("All {n} grid codes are codes of communities ({codes})."),
                _("Name the column with the grid codes, or renumber all grids in order."),
                codes,
            ),
        )
    strange = [
        record.code
        for record in grids
        if len(record.code) == 15
        and len(str(communities.codes[record.community])) == 12
        and record.code[:12] not in known
        and record.code[:6] != str(communities.codes[record.community])[:6]
    ]
    if not strange:
        return ()
    return (
        _finding(
            _("{n} codes belong to another county ({codes}): perhaps unit-grid or police codes."),
            _("Check which system the codes come from; keep them in another column if they are not ours."),
            strange,
        ),
    )


def _finding(text: str, remedy: str, codes: Sequence[str]) -> Finding:
    """Return one warning for all codes of a kind."""
    shown = "、".join(codes[:NAMED]) + ("……" if len(codes) > NAMED else "")
    return Finding(
        "read.codes",
        Severity.WARNING,
        text.format(n=len(codes), codes=shown),
        remedy,
        subject_kind="grid",
        subjects=tuple(codes),
        count=len(codes),
    )
