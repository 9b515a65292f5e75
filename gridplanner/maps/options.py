# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the planner may choose about maps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.texts import _

#: Shorter and longer side, mm: ISO 216, and the octavo of Chinese offices (八开 of the 787 x 1092 sheet).
PAPERS = {
    "A4": (210, 297),
    "A3": (297, 420),
    "A2": (420, 594),
    "A1": (594, 841),
    "A0": (841, 1189),
    "8K": (260, 370),
}
#: How much larger texts and lines stand on larger paper: it is read from farther away.
_ENLARGE = {"A4": 0.85, "8K": 0.95, "A3": 1.0, "A2": 1.25, "A1": 1.6, "A0": 2.0}
COLOURINGS = ("neighbours", "people")
#: Kinds of sheets that may be written beside the district, change and community maps, and their files.
FURTHER = {
    "branch": "branches.pdf",
    "before_after": "before_after.pdf",
    "street": "streets.pdf",
    "notice": "notice.pdf",
    "walk": "walk.pdf",
    "organisation": "organisation.pdf",
    "level": "levels.pdf",
}


@dataclass(frozen=True)
class MapOptions:
    """Choices for a set of maps.

    Parameters
    ----------
    paper, atlas_paper : str
        Paper of the single sheets and of the community pages: `A0` to `A4`, `8K`.
    colouring : str
        `neighbours` (adjoining grids differ) or `people` (classes of people per grid).
    dpi : int
        Dots per inch of PNG files.
    svg : bool
        Write the single sheets as SVG too.
    sheets : tuple of str
        Further files of the output folder, of `FURTHER`; `kind@paper` takes a paper of its own.
    public : bool
        Leave out the numbers of people and households, and every name of a person (notice board).
    graticule : bool
        Draw a kilometre grid with coordinates.
    notice_phone, notice_period : str
        Telephone for remarks and how long a notice hangs; "" leaves room to write it in.
    compiler, review_number : str
        编制单位, 审图号; "" takes those of the house style.
    style : Path or None
        An office's own house style (TOML).
    """

    paper: str = "A3"
    atlas_paper: str = "A3"
    colouring: str = "neighbours"
    dpi: int = 200
    svg: bool = False
    sheets: tuple[str, ...] = ("branch", "before_after", "street", "notice", "organisation", "level")
    public: bool = False
    graticule: bool = False
    notice_phone: str = ""
    notice_period: str = ""
    compiler: str = ""
    review_number: str = ""
    style: Path | None = None

    def __post_init__(self) -> None:
        """Refuse words that are not in the lists."""
        further = [sheet.partition("@") for sheet in self.sheets]
        for paper in (self.paper, self.atlas_paper, *(paper for _kind, at, paper in further if at)):
            if paper not in PAPERS:
                raise UserError(
                    _("Unknown paper '{paper}'; known are {known}.").format(
                        paper=paper, known=", ".join(PAPERS)
                    )
                )
        for kind, _at, _paper in further:
            if kind not in FURTHER:
                known = ", ".join(FURTHER)
                raise UserError(
                    _("Unknown sheet '{kind}'; known are {known}.").format(kind=kind, known=known)
                )
        if self.colouring not in COLOURINGS:
            raise UserError(
                _("Unknown colouring '{word}'; known are {known}.").format(
                    word=self.colouring, known=", ".join(COLOURINGS)
                )
            )


@dataclass(frozen=True)
class Paper:
    """A sheet of paper: its name and sides (mm), and how much texts are enlarged on it."""

    name: str
    width: float
    height: float

    @classmethod
    def of(cls, name: str, landscape: bool) -> Paper:
        """Return a standard paper lying or standing."""
        short, long = PAPERS[name]
        return cls(name, long, short) if landscape else cls(name, short, long)

    @property
    def enlarge(self) -> float:
        """Factor on texts and line widths."""
        return _ENLARGE[self.name]
