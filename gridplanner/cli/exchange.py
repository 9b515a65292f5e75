# SPDX-License-Identifier: LGPL-3.0-or-later
"""Options of an export, and the commands that trade layers with other offices."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gridplanner.texts import _, ngettext

if TYPE_CHECKING:
    from gridplanner.model.finding import Finding
    from gridplanner.workspace.config import ExportOptions

#: Losses printed one by one; all of them are in findings.csv.
_SHOWN = 50


def add_export_options(parser: argparse.ArgumentParser, *, dry_run: bool = False) -> None:
    """Add what changes the `[export]` table of the configuration; `dry_run` for a list of losses only."""
    if dry_run:
        parser.add_argument(
            "--dry-run", action="store_true", help=_("only list what the formats would lose; write nothing")
        )
    parser.add_argument(
        "--formats", help=_("formats of the grids, with commas: kml,dxf,gdb,csv,xlsx,parquet")
    )
    parser.add_argument("--encoding", help=_("encoding of the shapefiles: utf8, gbk or gb18030"))
    parser.add_argument(
        "--profiles", help=_("further sets of shapefiles, with commas: gbk,gb18030,gbk+chinese,utf8+chinese")
    )
    parser.add_argument("--zip", action="store_true", help=_("also one zip of all layers with its check log"))
    parser.add_argument(
        "--refuse-losses", action="store_true", help=_("write nothing where a format would lose anything")
    )


def chosen_export(options: argparse.Namespace) -> Callable[[ExportOptions], ExportOptions]:
    """Return what the command line makes of the `[export]` table."""
    from gridplanner.workspace.config import checked_export  # slow imports

    def choose(given: ExportOptions) -> ExportOptions:
        """Return the options with what the command line overrides."""
        return checked_export(
            replace(
                given,
                formats=_listed(options.formats) if options.formats else given.formats,
                profiles=_listed(options.profiles) if options.profiles else given.profiles,
                encoding=options.encoding or given.encoding,
                zip=options.zip or given.zip,
                on_loss="refuse" if options.refuse_losses else given.on_loss,
            )
        )

    return choose


def _listed(text: str) -> tuple[str, ...]:
    """Return the words of a list with commas."""
    return tuple(word.strip() for word in text.replace("，", ",").split(",") if word.strip())


def tell_losses(found: Sequence[Finding]) -> int:
    """Print what the formats lose, before anything is written; return 1 where content would be lost."""
    from gridplanner.workspace.handover.handing_over import real_losses  # slow imports

    if not found:
        return 0
    n = len(found)
    head = ngettext("{n} loss in the formats chosen:", "{n} losses in the formats chosen:", n).format(n=n)
    print(head, file=sys.stderr)
    for loss in found[:_SHOWN]:
        print(f"  - {loss.text}", file=sys.stderr)
    return 1 if real_losses(found) else 0
