# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every setting of staff, output and question as rows of data, page by page.

A test holds these rows against the options themselves: a new option without a row fails it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gridplanner.gui.models.setting import Option, Setting
from gridplanner.maps.options import FURTHER, PAPERS
from gridplanner.model.request import GOALS
from gridplanner.model.staffing import ABOVE_MAX, TEAM_TEMPLATES
from gridplanner.model.titles import word_title
from gridplanner.texts import _
from gridplanner.workspace.config import MOST_MASKED
from gridplanner.workspace.handover.choices import (
    Choice,
    encoding_choices,
    format_choices,
    profile_choices,
)

Pages = Sequence[tuple[str, Sequence[Setting]]]


def sheet_titles() -> dict[str, str]:
    """Return the kinds of further sheets by the words of `[export.maps] sheets`."""
    return {
        "branch": _("Map of party branches"),
        "before_after": _("Before and after, a pair"),
        "street": _("Map of a street"),
        "notice": _("Notice of a community"),
        "walk": _("Field-walk sheet of a grid"),
        "organisation": _("Chart of the party organisation"),
        "level": _("Micro-grids and area grids"),
    }


def paper_name(paper: str) -> str:
    """Return the name of a paper."""
    return _("octavo (8K)") if paper == "8K" else paper


def _offered(choices: Sequence[Choice]) -> list[Option]:
    """Return what can be exported as options."""
    return [Option(c.key, c.name, c.hint, c.missing, c.always) for c in choices]


def export_pages() -> Pages:
    """Return the settings of the output."""
    return (
        (_("Layers"), _layers()),
        (_("Maps"), _maps()),
        (_("Personal data"), _people()),
        (_("Database"), _database()),
    )


def _layers() -> Sequence[Setting]:
    """Return formats and encodings of the layers."""
    refuse = [Option("tell", _("list them and let me decide")), Option("refuse", _("write nothing"))]
    return (
        Setting("export.formats", _("Formats"), "ticks", _offered(format_choices())),
        Setting("export.encoding", _("Encoding of the shapefiles"), "choice", _offered(encoding_choices())),
        Setting(
            "export.profiles",
            _("Further sets of shapefiles"),
            "ticks",
            [replace(option, hint="") for option in _offered(profile_choices())],
        ),
        Setting("export.zip", _("Also one zip of all layers with the log of their checks"), "switch"),
        Setting("export.on_loss", _("Where a format cannot hold something"), "choice", refuse),
    )


def _maps() -> Sequence[Setting]:
    """Return what is drawn, and how."""
    papers = [Option(paper, paper_name(paper)) for paper in ("A4", "8K", "A3", "A2", "A1", "A0")]
    colours = [
        Option("neighbours", _("adjoining grids in different colours")),
        Option("people", _("classes of people")),
    ]
    kinds = [Option(word, sheet_titles()[word]) for word in FURTHER]
    return (
        Setting("export.maps.paper", _("Paper of single sheets"), "choice", papers),
        Setting("export.maps.atlas_paper", _("Paper of the community atlas"), "choice", papers),
        Setting("export.maps.sheets", _("Further sheets"), "sheets", kinds),
        Setting("export.maps.colouring", _("Colours of the grids"), "choice", colours),
        Setting("export.maps.dpi", _("Fineness of pictures"), "whole", low=72, high=1200, suffix=_(" dpi")),
        Setting("export.maps.svg", _("Single sheets as SVG too"), "switch"),
        Setting("export.maps.graticule", _("Kilometre grid with coordinates"), "switch"),
        Setting("export.maps.compiler", _("Compiled by"), "line", help=_("empty: as in the house style")),
        Setting("export.maps.review_number", _("Map review number"), "line"),
        Setting(
            "export.maps.notice_phone",
            _("Telephone on notices"),
            "line",
            help=_("empty: room to write it in"),
        ),
        Setting(
            "export.maps.notice_period",
            _("How long notices hang"),
            "line",
            help=_("for example 7 days; empty: room to write it in"),
        ),
        Setting(
            "export.maps.style",
            _("House style (TOML file)"),
            "line",
            help=_("empty: the style of the program"),
        ),
    )


def _people() -> Sequence[Setting]:
    """Return what the output may say of people."""
    return (
        Setting(
            "export.mask_below",
            _("Hide counts of people and households below"),
            "below",
            high=MOST_MASKED,
            help=_("Tables show <5 instead, layers stay empty there. The folder cannot be verified then."),
        ),
        Setting(
            "export.phones",
            _("Names and phones of staff may appear"),
            "switch",
            help=_("Off by default. For use inside the office only."),
        ),
        Setting(
            "export.maps.public",
            _("Maps without numbers of people and names of persons"),
            "switch",
            help=_("For notice boards and publication."),
        ),
    )


def _database() -> Sequence[Setting]:
    """Return where plans are published."""
    return (
        Setting(
            "postgis.address",
            _("Address (postgresql://user@host:port/name)"),
            "line",
            help=_("without a password"),
        ),
        Setting("postgis.schema", _("Schema"), "line"),
        Setting("postgis.author", _("Who publishes"), "line"),
        Setting("postgis.note", _("Notes"), "line"),
        Setting("postgis.publish", _("The command 'run' publishes what it planned"), "switch"),
        Setting(
            "postgis.patience_s",
            _("Try again while the server is away"),
            "number",
            high=3600,
            suffix=_(" s"),
        ),
    )


def assign_pages() -> Pages:
    """Return the settings of codes, names, branches and staff."""
    return (
        (_("Codes and names"), _names()),
        (_("Branches"), _party()),
        (_("Teams and staff"), _staff()),
    )


def _names() -> Sequence[Setting]:
    """Return how grids are numbered and named."""
    numbering = [
        Option("keep", _("a number stays where most of its people stay")),
        Option("order", _("all anew, from the north-west to the south-east")),
    ]
    codes = [
        Option("15", _("15 digits: community 12 + grid 3")),
        Option("18", _("18 digits: with micro-grid 3")),
        Option("14", _("14 digits (CJ/T 213)")),
        Option("20", _("20 digits (CJ/T 349)")),
    ]
    numerals = [Option("arabic", "1、2、3"), Option("chinese", "一、二、三")]
    fields = _("Fields: {names}").format(names="{community} {number} {estate} {unit} {grid} {street}")
    return (
        Setting("assign.numbering", _("Numbering"), "choice", numbering),
        Setting(
            "assign.code_template",
            _("Codes"),
            "editable",
            codes,
            _("or segments of your own, such as {community}{seq:3}"),
        ),
        Setting("assign.object_code", _("Managed object (first 6 of 20 digits)"), "line"),
        Setting("assign.dedicated_from", _("Dedicated grids are numbered from"), "whole", high=999),
        Setting("assign.name_template", _("Names of new grids"), "line", help=fields),
        Setting("assign.dedicated_name_template", _("Names of dedicated grids"), "line", help=fields),
        Setting("assign.branch_name_template", _("Names of new branches"), "line", help=fields),
        Setting("assign.numerals", _("Numerals"), "choice", numerals),
        Setting("assign.since", _("Changed grids hold from"), "line", help=_("YYYY-MM-DD; empty: open")),
        Setting("assign.limits", _("Draft the limits on four sides"), "switch"),
        Setting(
            "assign.limits_tolerance_m",
            _("A road or river names the limit up to"),
            "number",
            high=500,
            suffix=_(" m"),
        ),
    )


def _party() -> Sequence[Setting]:
    """Return the thresholds of branches."""
    ways = {
        "divide": _("propose to divide it"),
        "general": _("propose a general branch with branches under it"),
        "report": _("only report it"),
    }
    return (
        Setting("assign.party.min_members", _("Full members a branch needs"), "whole", low=1, high=1000),
        Setting("assign.party.max_members", _("Usual most members of a branch"), "whole", low=1),
        Setting(
            "assign.party.above_max",
            _("Branch above that"),
            "choice",
            [Option(word, ways[word]) for word in ABOVE_MAX],
        ),
        Setting("assign.party.max_joint", _("Grids of a joint branch at most"), "whole", low=1, high=100),
        Setting(
            "assign.party.committee_from", _("Branch committee from"), "whole", low=1, suffix=_(" members")
        ),
        Setting(
            "assign.party.general_branch_above",
            _("General branch above"),
            "whole",
            low=1,
            suffix=_(" members"),
        ),
        Setting(
            "assign.party.committee_above", _("Party committee above"), "whole", low=1, suffix=_(" members")
        ),
    )


def _staff() -> Sequence[Setting]:
    """Return the numbers that staff is calculated from."""
    people = _(" people")
    teams = [Option(word, word, _(", ").join(map(word_title, team))) for word, team in TEAM_TEMPLATES.items()]
    return (
        Setting("assign.team_template", _("Team of a grid"), "choice", teams),
        Setting(
            "assign.staff.per_10000",
            _("Community workers per 10,000 residents"),
            "number",
            low=0.1,
            high=1000,
        ),
        Setting(
            "assign.staff.large_households",
            _("Large community from"),
            "whole",
            low=1,
            suffix=_(" households"),
        ),
        Setting("assign.staff.small_range", _("Staff of a small community"), "pair", suffix=people),
        Setting("assign.staff.large_range", _("Staff of a large community"), "pair", suffix=people),
        Setting(
            "assign.staff.deputy_above", _("One more deputy secretary above"), "whole", low=1, suffix=people
        ),
        Setting(
            "assign.staff.worker_cost",
            _("Yearly cost of one full-time worker (0: left out)"),
            "number",
            high=10_000_000,
        ),
    )


def plan_pages() -> Pages:
    """Return the rarer parts of the question to the engine."""
    return ((_("Goals"), _goals()), (_("Together and apart"), _ties()), (_("Search"), _search()))


def _goals() -> Sequence[Setting]:
    """Return what a plan strives for beside the main goal."""
    alike = [
        Option("", _("nothing in particular")),
        Option("estate", _("buildings of one estate")),
        Option("management", _("estates of one property manager")),
    ]
    levels = [
        Option("micro", _("micro-grids inside the grids")),
        Option("area", _("area grids of several grids")),
    ]
    titles = {
        "keep": _("least change"),
        "balance": _("even sizes"),
        "compact": _("compact shapes"),
        "lines": _("borders along roads and rivers"),
        "ideal": _("sizes near the ideal of the rules"),
    }
    goals = [Option(word, titles[word]) for word in GOALS]
    help_text = _("Instead of the main goal; none: as chosen on the panel.")
    return (
        Setting("plan.order", _("Own order of the goals"), "order", goals, help_text),
        Setting("plan.alike", _("Keep together where possible"), "choice", alike),
        Setting("plan.attach", _("Single buildings go with the managed estate beside them"), "switch"),
        Setting("plan.levels", _("Further levels of grids"), "ticks", levels),
        Setting("plan.carve_people", _("Sites carved out have at most"), "whole", suffix=_(" people")),
        Setting("plan.one_net", _("Start from the lines that most departments share"), "switch"),
    )


def _ties() -> Sequence[Setting]:
    """Return what must lie together or apart."""
    codes = _("Codes of buildings, areas or old grids; two per line")
    return (
        Setting("plan.join", _("Must lie in one grid"), "pairs", help=codes),
        Setting("plan.part", _("Must lie in different grids"), "pairs", help=codes),
        Setting(
            "plan.centres",
            _("Fixed centres"),
            "lines",
            help=_("One code per line; no two of them in one grid"),
        ),
        Setting("plan.locked", _("Old grids that stay"), "lines", help=_("One code per line")),
        Setting(
            "plan.only",
            _("Plan these only"),
            "lines",
            help=_("Codes of communities or old grids; empty: all"),
        ),
    )


def _search() -> Sequence[Setting]:
    """Return how the engine searches."""
    return (
        Setting("plan.seed", _("Seed (the same seed gives the same plan)"), "whole"),
        Setting("plan.certify_s", _("Time for the proof"), "number", high=86_400, suffix=_(" s")),
        Setting(
            "plan.tries", _("Plans drawn until the user's own rules accept one"), "whole", low=1, high=1000
        ),
    )


def rules_pages(own: Sequence[str]) -> Pages:
    """Return the parts of the rules that no number can say.

    Parameters
    ----------
    own : sequence of str
        Rules that installed packages offer, or that are in force.
    """
    known = [Option(name, name) for name in dict.fromkeys(own)]
    rules = [Setting("rules.own", _("Own rules"), "ticks", known, _("No installed package offers rules."))]
    areas = [
        Setting(
            "rules.areas",
            _("Sub-areas"),
            "named",
            help=_("One per line, name and communities: Old town: first community, second community"),
        )
    ]
    return ((_("Sub-areas"), areas), (_("Own rules"), rules))


def papers_known() -> bool:
    """Tell whether every paper has its place in the lists above."""
    listed = {
        option.word for setting in _maps() if setting.key == "export.maps.paper" for option in setting.options
    }
    return listed == set(PAPERS)
