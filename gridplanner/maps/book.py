# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write the maps of a plan: the set of the output folder, or a single sheet of any kind and paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.maps.atlas import atlas_sheets, community_sheets, page_order
from gridplanner.maps.compose import numbered, numbered_or_alone
from gridplanner.maps.level_sheets import level_sheets
from gridplanner.maps.marks import Sheet
from gridplanner.maps.options import FURTHER, MapOptions
from gridplanner.maps.organigram import organisation_pages
from gridplanner.maps.scene import Scene
from gridplanner.maps.sheets import (
    before_after_pages,
    branch_pages,
    change_pages,
    district_pages,
    street_sheets,
)
from gridplanner.maps.surface import ensure_application, write_pdf, write_png, write_svg
from gridplanner.maps.walk import walk_sheets
from gridplanner.model.outcome import Outcome
from gridplanner.progress import Progress, Silent
from gridplanner.texts import _

#: Dots per inch of the figures of the plan document.
_FIGURE_DPI = 150


def write_maps(
    outcome: Outcome, folder: Path, options: MapOptions | None = None, progress: Progress | None = None
) -> tuple[Path, ...]:
    """Write the maps of an output folder and return their paths.

    `district.pdf`, `district.png`, `atlas.pdf` (index and one page per community), `change.pdf`, and
    what `options.sheets` names; figures for the plan document as PNG, with `options.svg` as SVG too.
    Text in the PDFs can be searched and copied; the same outcome gives the same bytes.

    Parameters
    ----------
    outcome : Outcome
    folder : Path
        Made where it does not exist.
    options : MapOptions, optional
    progress : Progress, optional
        Told about each page.

    Raises
    ------
    UserError
        When the folder cannot be written, or the house style is wrong.
    Cancelled
        When the user stops; nothing half-written is left under a final name.
    """
    choice, receiver = options or MapOptions(), progress or Silent()
    ensure_application()
    _make_folder(folder)
    scene = Scene.of(outcome, choice)
    district = numbered_or_alone(district_pages(scene, choice.paper))
    change = numbered_or_alone(change_pages(scene, choice.paper))
    atlas = atlas_sheets(scene, choice.atlas_paper)
    total = len(atlas) + 4 + len(choice.sheets)
    written = [folder / name for name in ("district.pdf", "change.pdf", "atlas.pdf", "district.png")]
    receiver.step(0, total, _("Maps"))
    write_pdf(district, written[0], info=document_info(outcome, district[0].title))
    receiver.step(1, total, _("Maps"))
    write_pdf(change, written[1], info=document_info(outcome, change[0].title))
    receiver.step(2, total, _("Maps"))
    write_pdf(
        atlas, written[2], info=document_info(outcome, atlas[0].title), progress=_Shifted(receiver, 2, total)
    )
    write_png(district[0], written[3], choice.dpi)
    figures = {"change": change[0]}
    for number, (path, sheets) in enumerate(_further(scene, folder), start=len(atlas) + 3):
        receiver.step(number, total, _("Maps"))
        write_pdf(sheets, path, info=document_info(outcome, sheets[0].title))
        written.append(path)
        figures |= {path.stem: sheets[0]} if path.stem in ("branches", "organisation") else {}
    for name, sheet in figures.items():
        written.append(folder / f"{name}.png")
        write_png(sheet, written[-1], min(choice.dpi, _FIGURE_DPI))
    if choice.svg:
        for name, sheet in (("district", district[0]), *figures.items()):
            written.append(folder / f"{name}.svg")
            write_svg(sheet, written[-1])
    receiver.step(total, total, _("Maps"))
    return tuple(written)


def _further(scene: Scene, folder: Path) -> Iterator[tuple[Path, list[Sheet]]]:
    """Give path and sheets of each further file that the options name."""
    for word in scene.options.sheets:
        kind, _at, paper = word.partition("@")
        # What hangs on a wall in the street carries no numbers of people, whatever was chosen.
        shown = replace(scene, options=replace(scene.options, public=True)) if kind == "notice" else scene
        sheets = sheet_makers(shown, paper or scene.options.paper, "")[kind]()
        if sheets:
            yield folder / FURTHER[kind], sheets


def sheet_makers(scene: Scene, paper: str, of: str) -> dict[str, Callable[[], list[Sheet]]]:
    """Return what makes each kind of sheet; `of` is the code of a community or street, "" for all."""
    return {
        "district": lambda: numbered_or_alone(district_pages(scene, paper)),
        "change": lambda: numbered_or_alone(change_pages(scene, paper)),
        "branch": lambda: numbered_or_alone(branch_pages(scene, paper)),
        "before_after": lambda: numbered(before_after_pages(scene, paper)),
        "street": lambda: street_sheets(scene, paper, street_keys(scene, of)),
        "organisation": lambda: numbered_or_alone(
            organisation_pages(scene, paper, street_keys(scene, of) if of else ())
        ),
        "atlas": lambda: atlas_sheets(scene, paper),
        "community": lambda: _of_communities(scene, paper, of, "community"),
        "walk": lambda: walk_sheets(scene, paper, grid_rows(scene, of)),
        "notice": lambda: _of_communities(scene, paper, of, "notice"),
        "level": lambda: level_sheets(scene, paper, [community_row(scene, of)] if of else ()),
    }


def _of_communities(scene: Scene, paper: str, of: str, kind: str) -> list[Sheet]:
    """Return the sheets of one community, or of all, each on their own."""
    rows = [community_row(scene, of)] if of else page_order(scene)
    return [sheet for row in rows for sheet in community_sheets(scene, paper, row, kind)]


def make_sheets(kind: str, outcome: Outcome, options: MapOptions | None = None, of: str = "") -> list[Sheet]:
    """Return the sheets of one kind, for a file, a preview or a printer.

    Parameters
    ----------
    kind : str
        `district`, `change`, `branch`, `before_after`, `street`, `atlas`, `community`,
        `notice`, `walk`, `organisation` or `level` (micro-grids, area grids).
    of : str
        Code or name of the community, street or grid that the sheet shows; "" for all.

    Raises
    ------
    UserError
        For an unknown kind or code.
    """
    choice = options or MapOptions()
    ensure_application()
    scene = Scene.of(outcome, choice)
    if kind == "notice":
        # What hangs on a wall in the street carries no numbers of people, whatever was chosen.
        scene = Scene.of(outcome, replace(choice, public=True))
    makers = sheet_makers(scene, choice.paper, of)
    if kind not in makers:
        raise UserError(
            _("Unknown map '{kind}'; known are {known}.").format(kind=kind, known=", ".join(makers))
        )
    return makers[kind]()


def write_sheet(
    kind: str, outcome: Outcome, path: Path, options: MapOptions | None = None, of: str = ""
) -> tuple[Sheet, ...]:
    """Write one kind of sheet to `path`; its ending decides: `.pdf`, `.png` or `.svg`.

    Several pages go into one PDF, or into images numbered `name-2.png` and so on.
    """
    choice = options or MapOptions()
    sheets = make_sheets(kind, outcome, choice, of)
    write_pages(sheets, outcome, path, choice.dpi)
    return tuple(sheets)


def write_pages(
    sheets: Sequence[Sheet], outcome: Outcome, path: Path, dpi: int, progress: Progress | None = None
) -> tuple[Path, ...]:
    """Write sheets as one PDF, or as images `name.png`, `name-2.png` and so on; return the files."""
    ending, receiver = path.suffix.lower(), progress or Silent()
    if ending == ".pdf":
        write_pdf(sheets, path, info=document_info(outcome, sheets[0].title), progress=receiver)
        return (path,)
    if ending not in (".png", ".svg"):
        raise UserError(_("A map is written as .pdf, .png or .svg, not as '{ending}'.").format(ending=ending))
    written = []
    for number, sheet in enumerate(sheets, start=1):
        receiver.step(number - 1, len(sheets), sheet.title)
        written.append(path if number == 1 else path.with_stem(f"{path.stem}-{number}"))
        if ending == ".png":
            write_png(sheet, written[-1], dpi)
        else:
            write_svg(sheet, written[-1])
    return tuple(written)


def community_row(scene: Scene, code: str) -> int:
    """Return the row of a community by code or name."""
    places = scene.outcome.district.communities
    for row in range(len(places)):
        if code in (places.codes[row], places.names[row]):
            return row
    raise UserError(_("There is no community '{code}'.").format(code=code))


def grid_rows(scene: Scene, code: str) -> list[int]:
    """Return the grid of a code or name, else all grids of a community; every grid for ""."""
    view = scene.after
    rows = [row for row, record in enumerate(view.records) if code and code in (record.code, record.name)]
    if not code:
        rows = [row for community in page_order(scene) for row in view.rows_of(community).tolist()]
    return rows or view.rows_of(community_row(scene, code)).tolist()


def street_keys(scene: Scene, code: str) -> list[str]:
    """Return the street of a code or name; all streets for ""."""
    keys = [key for key in scene.streets if code in ("", key, scene.street_name(key))]
    if not keys:
        raise UserError(_("There is no street '{code}'.").format(code=code))
    return keys


def document_info(outcome: Outcome, title: str) -> dict[str, str]:
    """Return the document information of a PDF; its date is the plan's, so that files repeat."""
    day = outcome.made_on.replace("-", "")
    info = {"Title": title, "Creator": "gridplanner", "Subject": outcome.district.name}
    return {**info, "CreationDate": f"D:{day}000000"} if len(day) == 8 else info


def _make_folder(folder: Path) -> None:
    """Make the folder of the maps."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            _("The folder {folder} cannot be written: {reason}.").format(folder=folder, reason=error.strerror)
        ) from error


class _Shifted:
    """Hands on the progress of a part as progress of the whole."""

    def __init__(self, receiver: Progress, first: int, total: int) -> None:
        self._receiver, self._first, self._total = receiver, first, total

    def step(self, done: int, total: int, text: str) -> None:
        """Report `done` pages of the part."""
        self._receiver.step(self._first + done, self._total, text)

    def cancelled(self) -> bool:
        """Tell whether the user asked to stop."""
        return self._receiver.cancelled()
