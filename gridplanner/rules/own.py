# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rules written by the user in Python, from packages that the user has installed.

A configuration names such a rule (`[rules] own = ["most_estates"]`), it never brings its code: a
configuration or project from elsewhere can ask for a rule, and only installing a package makes it run.
Nothing is imported before a rule of the plan at hand names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

from gridplanner.errors import UserError
from gridplanner.model.finding import Finding
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.case import Case
from gridplanner.rules.registry import RULES, Rule
from gridplanner.texts import _

#: Group of entry points that packages offer rules under.
GROUP = "gridplanner.rules"
#: What a slip in a rule raises; anything else (a full disk, Ctrl+C) is not about the rule.
_SLIPS = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError)


def offered() -> tuple[str, ...]:
    """Return the names of the rules that installed packages offer, without importing any."""
    return tuple(sorted(point.name for point in entry_points(group=GROUP)))


def own_rules(rules: RuleSet) -> tuple[Rule, ...]:
    """Return the user's rules that a set of rules names.

    Raises
    ------
    UserError
        A name that no installed package offers, or an entry point that is no rule.
    """
    return tuple(_loaded(name) for name in rules.own)


def all_rules(rules: RuleSet) -> tuple[Rule, ...]:
    """Return every rule that holds: those of the program, then the user's."""
    return (*RULES, *own_rules(rules))


@cache
def _loaded(name: str) -> Rule:
    """Import one rule; its slips become errors that name it."""
    points = [point for point in entry_points(group=GROUP) if point.name == name]
    if not points:
        raise UserError(
            _("No installed package offers the rule '{name}'; installed are: {known}.").format(
                name=name, known=", ".join(offered()) or "-"
            )
        )
    try:
        rule = points[0].load()
    except (ImportError, SyntaxError, *_SLIPS) as error:
        raise UserError(
            _("The rule '{name}' of '{place}' cannot be loaded: {cause}.").format(
                name=name, place=points[0].value, cause=error
            )
        ) from error
    if not isinstance(rule, Rule) or rule.name != name or name in {own.name for own in RULES}:
        raise UserError(
            _("'{place}' is no gridplanner rule called '{name}', or the name is taken.").format(
                place=points[0].value, name=name
            )
        )
    return Rule(rule.name, rule.label, rule.unit, _Guarded(rule), rule.local)


@dataclass(frozen=True)
class _Guarded:
    """The check of a user's rule; a slip in it is told as such, never as a fault of the plan."""

    rule: Rule

    def __call__(self, case: Case) -> Iterator[Finding]:
        """Yield the findings of the rule."""
        try:
            found = list(self.rule.check(case))
        except _SLIPS as error:
            raise UserError(
                _("The rule '{name}' failed: {kind}: {cause}. Ask whoever wrote it.").format(
                    name=self.rule.name, kind=type(error).__name__, cause=error
                )
            ) from error
        for finding in found:
            if not isinstance(finding, Finding) or finding.rule != self.rule.name:
                raise UserError(
                    _("The rule '{name}' must yield findings under its own name.").format(name=self.rule.name)
                )
        yield from found
