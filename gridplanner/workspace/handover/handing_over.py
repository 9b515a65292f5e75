# SPDX-License-Identifier: LGPL-3.0-or-later
"""The layers in the formats and profiles asked for, what those lose, and the zip that is handed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridplanner.errors import DataError
from gridplanner.io.delivery import deliver_zip
from gridplanner.io.writing import losses, write_vector
from gridplanner.model.finding import Finding
from gridplanner.model.layers import Layer
from gridplanner.model.outcome import Outcome
from gridplanner.texts import _
from gridplanner.workspace.config import ExportOptions
from gridplanner.workspace.handover.output_layers import field_meanings, output_layers

Tell = Callable[[Sequence[Finding]], object]

#: Layers that go into every folder of shapefiles; the others only where they exist.
SHAPE_LAYERS = (
    "communities",
    "grids_before",
    "grids",
    "atoms",
    "buildings",
    "barriers",
    "bridges",
    "micro_grids",
    "area_grids",
)
#: Always written beside the shapefiles: `verify` and the web map's readers count on them.
_ALWAYS = ("gpkg", "geojson")
DELIVERY = "delivery.zip"


@dataclass(frozen=True, eq=False)
class Output:
    """One layer file to write.

    Parameters
    ----------
    layer : Layer
    path : str
        In the output folder.
    format, profile : str
        As `write_vector` takes them.
    """

    layer: Layer
    path: str
    format: str
    profile: str = "utf8"


def outputs(outcome: Outcome, options: ExportOptions) -> Iterator[Output]:
    """Yield every layer file of an output folder: shapefiles per profile, the grids in each format."""
    layers = output_layers(outcome)
    for folder, profile in shape_folders(options).items():
        for name in SHAPE_LAYERS:
            if name in layers:
                yield Output(layers[name], f"{folder}/{name}.shp", "shp", profile)
    for form in dict.fromkeys((*_ALWAYS, *options.formats)):
        if form != "shp":
            yield Output(layers["grids"], f"grids.{form}", form)


def shape_folders(options: ExportOptions) -> dict[str, str]:
    """Return folder name to profile: `shp` with ASCII names, and `shp_PROFILE` for each further profile.

    Examples
    --------
    >>> shape_folders(ExportOptions(encoding="utf8", profiles=("gbk+chinese",)))
    {'shp': 'utf8', 'shp_gbk_chinese': 'gbk+chinese'}
    """
    more = {f"shp_{profile.replace('+', '_')}": profile for profile in options.profiles}
    return {"shp": options.encoding, **more}


def planned_losses(outcome: Outcome, options: ExportOptions) -> tuple[Finding, ...]:
    """Return what the formats and profiles asked for would lose, by row and column; nothing is written.

    A loss that several profiles share is told once.
    """
    names = chinese_names()
    found = (
        loss
        for output in outputs(outcome, options)
        for loss in losses(output.layer, output.format, output.profile, names, crs=outcome.district.crs)
    )
    return tuple(dict.fromkeys(found))


def real_losses(found: Sequence[Finding]) -> list[Finding]:
    """Return the losses of content; that a drawing has no columns at all is no surprise to anybody."""
    return [loss for loss in found if loss.rule != "write.columns"]


def settle_losses(found: Sequence[Finding], options: ExportOptions, tell: Tell | None) -> None:
    """Tell the losses before anything is written, or refuse to write where the options say so.

    Raises
    ------
    DataError
        There are losses and `[export] on_loss = "refuse"`.
    """
    real = real_losses(found)
    if real and options.on_loss == "refuse":
        text = _("{n} losses in the formats chosen; nothing was written. Choose UTF-8 or correct the data.")
        raise DataError(text.format(n=len(real)), real)
    if found and tell is not None:
        tell(found)


def write_layers(outcome: Outcome, folder: Path, options: ExportOptions) -> tuple[Finding, ...]:
    """Write every layer file into a folder and return what was lost."""
    names, crs = chinese_names(), outcome.district.crs
    found: list[Finding] = []
    for output in outputs(outcome, options):
        path = folder / output.path
        path.parent.mkdir(exist_ok=True)
        found += write_vector(
            output.layer, path, crs, format=output.format, profile=output.profile, aliases=names
        )
    return tuple(dict.fromkeys(found))


def write_telling(layer: Layer, path: Path, crs: str, tell: Tell | None = None) -> None:
    """Write one layer in the format that the file's name ends in, its losses told before.

    Raises
    ------
    UserError
        Nothing is written in this format, or the place cannot be written.
    """
    form = path.suffix.lower().lstrip(".") or "gpkg"
    found = losses(layer, form, crs=crs)
    if found and tell is not None:
        tell(found)
    write_vector(layer, path, crs, format=form)


def chinese_names() -> dict[str, str]:
    """Return the Chinese name of each output column."""
    return {key: name for key, (name, _remark) in field_meanings().items()}


def pack(folder: Path, options: ExportOptions, found: Sequence[Finding]) -> int:
    """Put the layers and their check log into one zip in the folder; return the number of files in it."""
    files = [item for name in shape_folders(options) for item in (folder / name).rglob("*")]
    files += [item for grids in folder.glob("grids.*") for item in (grids, *grids.rglob("*"))]
    return deliver_zip(folder, folder / DELIVERY, found, [item for item in files if item.is_file()])
