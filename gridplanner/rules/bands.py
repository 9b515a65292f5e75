# SPDX-License-Identifier: LGPL-3.0-or-later
"""People and households of each general grid lie in their bands (T7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.load import is_counted
from gridplanner.model.ruleset import Band
from gridplanner.rules.case import Case, label, severity
from gridplanner.texts import _


@dataclass(frozen=True)
class _Words:
    """Sentence and remedy above and below a limit, and the unit, in the user's language."""

    above: tuple[str, str]
    below: tuple[str, str]
    unit: str

    @classmethod
    def of(cls, noun: str) -> _Words:
        """Look the words up."""
        return cls(
            (
                _("Grid {grid} has {value} {unit}, above the limit of {limit:g}."),
                _("Split it or give parts to neighbours."),
            ),
            (
                _("Grid {grid} has {value} {unit}, below the limit of {limit:g}."),
                _("Merge it with a neighbour."),
            ),
            _(noun),
        )


@dataclass(frozen=True)
class BandRule:
    """A band on one counted number.

    Parameters
    ----------
    name : str
        `people` or `households`: field of RuleSet and of Measures alike.
    unit : str
    noun : str
        How the unit is called in a sentence.
    """

    name: str
    unit: str
    noun: str

    def __call__(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for each general grid outside its band."""
        counts, noun = getattr(case.measures, self.name), self.noun
        if self.name == "people" and "load" in case.measures.more:
            counts, noun = case.measures.more["load"], "weighted persons"
        # Where nearly all grids break the band (a layer of anything else), words are looked up once.
        words = _Words.of(noun)
        for grid in case.general():
            band: Band = getattr(case.limits(grid), self.name)
            value = int(counts[grid])
            limit, worst = breached(band, value)
            if worst is not None:
                yield self._finding(case, grid, value, limit, worst, words)

    def _finding(
        self, case: Case, grid: int, value: int, limit: float, worst: Severity, words: _Words
    ) -> Finding:
        """Word one breach."""
        record = case.plan.grids[grid]
        x, y = case.place(grid)
        text, remedy = words.above if value > limit else words.below
        return Finding(
            rule=self.name,
            severity=worst,
            text=text.format(grid=label(record), value=value, unit=words.unit, limit=limit),
            remedy=remedy,
            hard=worst is Severity.ERROR,
            subject_kind="grid",
            subjects=(record.code,),
            value=value,
            limit=limit,
            unit=self.unit,
            people=int(case.measures.people[grid]),
            x=x,
            y=y,
        )


def check_weights(case: Case) -> Iterator[Finding]:
    """Yield a warning for each weight whose group no layer counts: it changes nothing."""
    if not case.whole:
        return
    for group in sorted(case.rules.weights):
        if not is_counted(case.district, group):
            yield Finding(
                rule="weights",
                severity=Severity.WARNING,
                text=_("The load weighs '{group}', but no layer counts it; it adds nothing.").format(
                    group=group
                ),
                remedy=_("Name its column in the fields of the buildings or estates, or drop the weight."),
                subject_kind="layer",
                subjects=(group,),
            )


def breached(band: Band, value: float) -> tuple[float, Severity | None]:
    """Return the limit that a value breaks and how bad that is; None where it keeps the band.

    Examples
    --------
    >>> breached(Band(1000, 2000), 2000), breached(Band(1000, 2000), 2001)[0]
    ((nan, None), 2000)
    """
    if value < band.min:
        return band.min, severity(hard=band.hard)
    if value > band.max:
        return band.max, severity(hard=band.hard)
    if value < band.warn_min:
        return band.warn_min, Severity.WARNING
    if value > band.warn_max:
        return band.warn_max, Severity.WARNING
    return float("nan"), None
