# SPDX-License-Identifier: LGPL-3.0-or-later
"""Commands for single papers: sheets, the office's register, levels below."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from gridplanner.texts import _, ngettext

#: Adds a sub-command: name, help, what runs it.
Add = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]
PAPER_COMMANDS = ("sheet", "register", "number")


def add_paper_commands(add: Add) -> None:
    """Add the sub-commands of this module."""
    sheet = add("sheet", _("draw one kind of map sheet of the plan in work"), run_sheet)
    sheet.add_argument("project", type=Path)
    # As in maps.options and maps.book, which are too slow to import for a help text; a test compares.
    kinds = ("district", "change", "branch", "before_after", "street", "organisation")
    sheet.add_argument("kind", choices=(*kinds, "atlas", "community", "notice", "walk", "level"))
    sheet.add_argument("--of", default="", help=_("code or name of a street, community or grid; else all"))
    sheet.add_argument("--paper", default="", choices=("A0", "A1", "A2", "A3", "A4", "8K"))
    sheet.add_argument("--tiles", default="", choices=("A3", "A4"), help=_("cut into pages of this paper"))
    sheet.add_argument("--public", action="store_true", help=_("without numbers of people"))
    sheet.add_argument("--out", type=Path, required=True, help=_("file to write: .pdf .png .svg"))

    register = add("register", _("fill the office's own register, or take one back"), run_register)
    register.add_argument("project", type=Path)
    register.add_argument("--template", type=Path, help=_("workbook with the office's headings"))
    register.add_argument("--out", type=Path, help=_("workbook to write"))
    register.add_argument("--take", type=Path, help=_("filled workbook whose names, limits and notes hold"))

    number = add("number", _("number a scenario's grids inside those of the plan in work"), run_number)
    number.add_argument("project", type=Path)
    number.add_argument("scenario", help=_("scenario of the level below (micro-grids)"))
    number.add_argument(
        "--digits", type=int, default=3, choices=range(1, 7), help=_("digits added to a code")
    )


def run_sheet(options: argparse.Namespace) -> int:
    """Draw sheets."""
    from gridplanner.workspace.handover.papers import SheetRequest, draw_sheets  # slow imports

    wanted = SheetRequest(options.kind, options.of, options.paper, options.tiles, options.public)
    files = draw_sheets(options.project, wanted, options.out)
    return _said(options, [str(path) for path in files])


def run_register(options: argparse.Namespace) -> int:
    """Fill or take back the office's register."""
    from gridplanner.errors import UserError
    from gridplanner.workspace.handover.papers import (  # slow imports
        fill_office_register,
        take_office_register,
    )

    if options.take:
        count, findings = take_office_register(options.project, options.take)
        lines = [ngettext("{n} grid changed.", "{n} grids changed.", count).format(n=count)]
        return _said(options, [*lines, *(finding.text for finding in findings)], 1 if findings else 0)
    if not (options.template and options.out):
        raise UserError(_("Name --template and --out to fill a register, or --take to read one back."))
    fill_office_register(options.project, options.template, options.out)
    return _said(options, [str(options.out)])


def run_number(options: argparse.Namespace) -> int:
    """Give the level below its codes."""
    from gridplanner.workspace.handover.papers import number_level  # slow imports

    count, findings = number_level(options.project, options.scenario, options.digits)
    lines = [ngettext("{n} grid numbered.", "{n} grids numbered.", count).format(n=count)]
    return _said(options, [*lines, *(finding.text for finding in findings)], 1 if findings else 0)


def _said(options: argparse.Namespace, lines: Sequence[str], code: int = 0) -> int:
    """Print what was done and return the exit code."""
    if not options.quiet:
        print("\n".join(lines))
    return code
