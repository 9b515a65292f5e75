# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write the maps of a plan: the set of the output folder, or a single sheet of any kind and paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.maps.atlas import atlas_sheets, community_sheets
from gridplanner.maps.compose import numbered, numbered_or_alone
from gridplanner.maps.marks import Sheet
from gridplanner.maps.options import MapOptions
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


def write_maps(
    outcome: Outcome, folder: Path, options: MapOptions | None = None, progress: Progress | None = None
) -> tuple[Path, ...]:
    """Write the maps of an output folder and return their paths.

    `district.pdf`, `district.png`, `atlas.pdf` (index and one page per community), `change.pdf`; with
    `options.svg` also `district.svg` and `change.svg`. Text in the PDFs can be searched and copied; the
    same outcome gives the same bytes.

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
    total = len(atlas) + 3
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
    if choice.svg:
        for name, sheet in (("district", district[0]), ("change", change[0])):
            written.append(folder / f"{name}.svg")
            write_svg(sheet, written[-1])
    receiver.step(total, total, _("Maps"))
    return tuple(written)


def sheet_makers(scene: Scene, paper: str, of: str) -> dict[str, Callable[[], list[Sheet]]]:
    """Return what makes each kind of sheet; `of` is the code of a community or street."""
    return {
        "district": lambda: numbered_or_alone(district_pages(scene, paper)),
        "change": lambda: numbered_or_alone(change_pages(scene, paper)),
        "branch": lambda: numbered_or_alone(branch_pages(scene, paper)),
        "before_after": lambda: numbered(before_after_pages(scene, paper)),
        "street": lambda: street_sheets(scene, paper, street_keys(scene, of)),
        "atlas": lambda: atlas_sheets(scene, paper),
        "community": lambda: community_sheets(scene, paper, community_row(scene, of)),
        "walk": lambda: walk_sheets(scene, paper, grid_rows(scene, of)),
        "notice": lambda: community_sheets(scene, paper, community_row(scene, of), kind="notice"),
    }


def make_sheets(kind: str, outcome: Outcome, options: MapOptions | None = None, of: str = "") -> list[Sheet]:
    """Return the sheets of one kind, for a file, a preview or a printer.

    Parameters
    ----------
    kind : str
        `district`, `change`, `branch`, `before_after`, `street`, `atlas`, `community`,
        `notice` or `walk`.
    of : str
        Code of the community or street that the sheet shows.

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
    ending = path.suffix.lower()
    if ending == ".pdf":
        write_pdf(sheets, path, info=document_info(outcome, sheets[0].title))
        return tuple(sheets)
    if ending not in (".png", ".svg"):
        raise UserError(_("A map is written as .pdf, .png or .svg, not as '{ending}'.").format(ending=ending))
    for number, sheet in enumerate(sheets, start=1):
        target = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        if ending == ".png":
            write_png(sheet, target, choice.dpi)
        else:
            write_svg(sheet, target)
    return tuple(sheets)


def community_row(scene: Scene, code: str) -> int:
    """Return the row of a community by code or name."""
    places = scene.outcome.district.communities
    for row in range(len(places)):
        if code in (places.codes[row], places.names[row]):
            return row
    raise UserError(_("There is no community '{code}'.").format(code=code))


def grid_rows(scene: Scene, code: str) -> list[int]:
    """Return the grid of a code or name, else all grids of a community."""
    view = scene.after
    rows = [row for row, record in enumerate(view.records) if code and code in (record.code, record.name)]
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
