# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every planning number and choice, declared once.

Configuration, command line, form fields and papers read key, unit, bounds, label and source from
here. A new number is one line below and the rule that reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import inf

from gridplanner.errors import UserError
from gridplanner.model.request import EFFORTS, GOALS
from gridplanner.texts import _


@dataclass(frozen=True, slots=True)
class Parameter:
    """One planning number, switch or choice.

    Parameters
    ----------
    key : str
        As in CONFIG.toml, table and key joined by a dot: `rules.people.max`.
    label : str
        English; shown translated through `texts`.
    unit : str
        `people`, `households`, `m`, `s`, or "" for a plain number, a switch or a choice.
    low, high : float
        Bounds of a number, both allowed.
    choices : tuple of str
        Words of a choice; empty for a number or a switch.
    source : str
        Where the limit or default comes from; "own choice" if nowhere.
    titles : tuple of str
        English for each of the choices, shown translated.
    switch : bool
        True or false instead of a number.
    help : str
        One English sentence on what it does, shown translated.
    rare : bool
        Most planners never touch it; a form shows it only when asked for.
    """

    key: str
    label: str
    unit: str = ""
    low: float = 0.0
    high: float = inf
    choices: tuple[str, ...] = ()
    source: str = "own choice"
    titles: tuple[str, ...] = ()
    switch: bool = False
    help: str = ""
    rare: bool = False

    def number(self, value: object, where: str = "") -> float:
        """Return a value of this parameter as a number.

        Raises
        ------
        UserError
            No number, NaN, or outside the bounds; names the parameter and its bounds.
        """
        where = where or self.key
        # A bool is an int to Python and a mistake here; NaN is the only number unlike itself.
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise UserError(
                _("{where} must be a number, not {value}.").format(where=where, value=repr(value))
            )
        if not self.low <= value <= self.high and value != inf:
            if self.high == inf:
                raise UserError(
                    _("{where} = {value}: give a number of at least {low:g}.").format(
                        where=where, value=value, low=self.low
                    )
                )
            raise UserError(
                _("{where} = {value}: give a number from {low:g} to {high:g}.").format(
                    where=where, value=value, low=self.low, high=self.high
                )
            )
        return float(value)

    def word(self, value: object, where: str = "") -> str:
        """Return a value of this parameter as one of its words.

        Raises
        ------
        UserError
            Another word; names those that are known.
        """
        if value not in self.choices:
            raise UserError(
                _("{where} = {value} is unknown; choose from {known}.").format(
                    where=where or self.key, value=repr(value), known=", ".join(self.choices)
                )
            )
        return str(value)


_HARD_HELP = "A breach is an error; otherwise a warning"
_WARN_HELP = "Outside it, but inside the limit, is only remarked on."


def _hard(name: str) -> Parameter:
    """Declare whether a breach of a rule is an error."""
    return Parameter(f"rules.{name}.hard", "hard", switch=True, help=_HARD_HELP)


def _band(name: str, label_min: str, label_max: str, source: str) -> tuple[Parameter, ...]:
    """Declare the four limits of a band, and whether it is hard."""
    low_help = "Grids below it should be merged or enlarged; open for dedicated grids."
    high_help = "Grids above it should be split or made smaller; open for dedicated grids."
    key = f"rules.{name}"
    low_warn, high_warn = "Lower end of the inner band", "Upper end of the inner band"
    return (
        _hard(name),
        Parameter(f"{key}.min", label_min, name, source=source, help=low_help),
        Parameter(f"{key}.max", label_max, name, source=source, help=high_help),
        Parameter(f"{key}.warn_min", low_warn, name, source=source, help=_WARN_HELP, rare=True),
        Parameter(f"{key}.warn_max", high_warn, name, source=source, help=_WARN_HELP, rare=True),
    )


def _switch(name: str, label: str, help_text: str) -> tuple[Parameter, ...]:
    """Declare a rule that is only on or off, and whether it is hard."""
    return (Parameter(f"rules.{name}.on", label, switch=True, help=help_text), _hard(name))


PARAMETERS: tuple[Parameter, ...] = (
    *_band("people", "Fewest people per grid", "Most people per grid", "presets, resources/presets"),
    *_band(
        "households", "Fewest households per grid", "Most households per grid", "presets, resources/presets"
    ),
    _hard("service_radius_m"),
    Parameter(
        "rules.service_radius_m.max",
        "Greatest service radius",
        "m",
        low=1.0,
        source="presets",
        help="From the service point to the farthest building where people live.",
    ),
    Parameter(
        "rules.service_radius_m.warn_max",
        "Service radius that is remarked on",
        "m",
        low=1.0,
        help=_WARN_HELP,
        rare=True,
    ),
    Parameter(
        "rules.service_radius_m.detour",
        "Detour factor on straight lines",
        low=1.0,
        high=5.0,
        help="A walk is longer than a straight line; 1 measures the line itself.",
        rare=True,
    ),
    Parameter(
        "rules.service_radius_m.points",
        "Where the radius starts",
        choices=("best", "stations", "centre"),
        titles=("the best building of the grid", "the given service points", "the centre of its people"),
        help="Given service points count where one lies in the grid, else its best building.",
        rare=True,
    ),
    Parameter(
        "rules.service_radius_m.metric",
        "How distance is measured",
        choices=("straight", "road"),
        titles=("straight line", "along the roads"),
        help="Along the roads needs a road layer.",
        rare=True,
    ),
    *_switch("contiguity", "Each grid in one piece", "Parts joined only by a corner do not hang together."),
    *_switch("nesting", "Inside one community", "A grid belongs to one community only."),
    *_switch("barriers", "Not across rivers and railways", "A bridge joins the two banks."),
    *_switch("estates", "Do not cut an estate", "Hard only while the estate fits under the upper limit."),
    *_switch("overlap", "No overlaps", "No land belongs to two grids."),
    *_switch("gap", "No gaps", "No land is left out."),
    Parameter(
        "rules.min_shared_border_m",
        "Shortest border that joins two parts",
        "m",
        high=1000.0,
        help="Parts that share a shorter border do not touch.",
        rare=True,
    ),
    Parameter("rules.weights", "Weight of a group in the load", high=100.0),
    Parameter("plan.total", "Number of general grids", low=1.0, high=1e7),
    Parameter("plan.mode", "What a plan keeps in mind first", choices=("keep", "balance", "compact")),
    Parameter(
        "plan.effort",
        "How hard a plan is worked on",
        choices=EFFORTS,
        titles=("Thorough", "Quick draft"),
        help="A quick draft takes about a second for a city; it keeps the rules and changes a little more.",
    ),
    Parameter("plan.carve_people", "Most residents of a site that is carved out", "people", high=1e7),
    Parameter("plan.order", "Own order of the soft goals", choices=GOALS),
    Parameter("plan.alike", "What is alike in a grid where possible", choices=("", "estate", "management")),
    Parameter("plan.levels", "Further levels of grids", choices=("micro", "area")),
    Parameter("plan.tries", "Plans drawn until the user's own rules accept one", low=1.0, high=1000.0),
    Parameter("plan.seed", "Seed of the search; the same seed gives the same plan", high=2**63 - 1),
    Parameter("plan.time_limit_s", "Seconds for the plan", "s", high=86_400.0),
    Parameter("plan.certify_s", "Seconds for the proof", "s", high=86_400.0),
)


@cache
def _by_key() -> dict[str, Parameter]:
    """Return the declarations by key."""
    return {parameter.key: parameter for parameter in PARAMETERS}


def parameter(key: str) -> Parameter:
    """Return the declaration of a key.

    Examples
    --------
    >>> parameter("rules.people.max").unit
    'people'
    """
    return _by_key()[key]
