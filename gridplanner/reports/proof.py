# SPDX-License-Identifier: LGPL-3.0-or-later
"""The certificate as a table and in plain words."""

from __future__ import annotations

from math import isnan

from gridplanner.model.certificate import Bound, Certificate
from gridplanner.model.outcome import Outcome
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.reports.words import objective_word
from gridplanner.texts import _


def certificate_table(outcome: Outcome) -> Table:
    """Return the certificate: value, proven bound and gap, for each part of each community."""
    units = outcome.district.communities
    names = dict(zip(units.codes.astype(str), units.names.astype(str), strict=True))
    rows: list[tuple[Cell, ...]] = []
    for name, bound in outcome.certificate.total.items():
        rows.append((_("District"), None, None, objective_word(name), *_bound_cells(bound)))
    for part in outcome.certificate.parts:
        for name, bound in part.objective.items():
            place = names.get(part.community, part.community)
            rows.append((place, part.part, part.people, objective_word(name), *_bound_cells(bound)))
    columns = (
        Column(_("Community"), 18),
        Column(_("Part"), 6, "int"),
        Column(_("People"), 10, "int"),
        Column(_("Objective"), 22),
        Column(_("Plan"), 11, "figure"),
        Column(_("Proven bound"), 11, "figure"),
        Column(_("Gap"), 11, "figure"),
        Column(_("State"), 9),
        Column(_("Method"), 60, wrap=True),
    )
    return Table("certificate", _("Certificate"), columns, tuple(rows))


def convergence_table(outcome: Outcome) -> Table:
    """Return how the search came to the plan: each division drawn, its cost and the proven bound."""
    units = outcome.district.communities
    names = dict(zip(units.codes.astype(str), units.names.astype(str), strict=True))
    rows: list[tuple[Cell, ...]] = [
        (
            names.get(step.community, step.community),
            step.iteration,
            round(step.seconds, 2),
            step.grids,
            round(step.value, 4),
            None if isnan(step.bound) else step.bound,
        )
        for step in outcome.certificate.steps
    ]
    columns = (
        Column(_("Community"), 18),
        Column(_("Iteration"), 10, "int"),
        Column(_("Seconds"), 10, "figure"),
        Column(_("Grids"), 8, "int"),
        Column(_("Cost in pieces"), 14, "figure"),
        Column(_("Proven bound"), 11, "figure"),
    )
    return Table("convergence", _("Convergence"), columns, tuple(rows))


def _bound_cells(bound: Bound) -> tuple[Cell, ...]:
    """Return value, bound, gap, state and method as cells."""
    state = _("proven") if bound.proven else _("bound")
    # Sixteen digits of a share say nothing to a reader.
    figures = (round(bound.value, 6), round(bound.bound, 6), round(bound.gap, 6))
    return (*figures, state, bound.method)


def certificate_sentences(certificate: Certificate) -> tuple[str, ...]:
    """Return what the certificate proves, one plain sentence per objective."""
    sentences = []
    for name, bound in certificate.total.items():
        value, least, gap = (_figure(name, number) for number in (bound.value, bound.bound, bound.gap))
        word = objective_word(name)
        if bound.proven:
            text = _("{word}: {value}. It is proven that no division under the same rules does better.")
        else:
            text = _("{word}: {value}. No division under the same rules can fall below {least} (gap {gap}).")
        sentences.append(text.format(word=word, value=value, least=least, gap=gap))
    return tuple(sentences)


def _figure(name: str, value: float) -> str:
    """Return a value as it is read: a share in per cent, a count whole."""
    return f"{value:.2%}" if name == "deviation" else f"{value:,.0f}"
