# SPDX-License-Identifier: LGPL-3.0-or-later
"""Open what is named on the command line: a project, a configuration, or loose layers as they seem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridplanner.errors import UserError
from gridplanner.io.probe import FileGuess
from gridplanner.io.project.project import open_project
from gridplanner.io.roles import role_word
from gridplanner.io.worker import probe_apart
from gridplanner.model.layers import ROW_NUMBER
from gridplanner.model.project import ProjectContents
from gridplanner.progress import Progress
from gridplanner.texts import _
from gridplanner.workspace.config import Config, config_from_table, load_config
from gridplanner.workspace.config_text import config_text, with_names_only
from gridplanner.workspace.project_files import is_project
from gridplanner.workspace.usecases import read_project

#: Of these one at least must be there.
_AREAS = frozenset({"grids", "communities", "atoms", "buildings"})
_PRESET = "bazhou"


def contents_of(
    paths: Sequence[Path], progress: Progress, crs: str = "", *, as_grids: bool = False
) -> ProjectContents:
    """Open a project, read a configuration, or read loose layers.

    Parameters
    ----------
    paths : sequence of Path
    progress : Progress
    crs : str
        CRS of the loose layers that declare none.
    as_grids : bool
        Where no layer of grids is among loose layers, the first one of areas stands in.
    """
    if len(paths) == 1 and paths[0].suffix.lower() == ".toml":
        return read_project(load_config(paths[0]), progress)
    if len(paths) == 1 and is_project(paths[0]):
        return open_project(paths[0])
    return read_loose(paths, progress, crs, as_grids=as_grids)[0]


def read_loose(
    paths: Sequence[Path], progress: Progress, crs: str = "", *, as_grids: bool = False
) -> tuple[ProjectContents, Config]:
    """Read loose layers for what they seem to be; what nobody counted is not judged."""
    guesses = guessed_layers(paths)
    areas = [guess for guess in guesses.values() if guess.kind == "polygon"]
    if as_grids and areas and "grids" not in guesses:
        named = {key: column for key, column in areas[0].fields.items() if key in ("code", "name", "people")}
        stands_in = replace(areas[0], role="grids", fields=named)
        guesses = {"grids": stands_in, "atoms": stands_in}
    rules: dict[str, Any] = {"preset": _PRESET}
    if not any("people" in guess.fields for guess in guesses.values()):
        rules |= {"people": False, "service_radius_m": False}
    if "communities" not in guesses:
        rules["nesting"] = False
    grids = guesses.get("grids")
    layers = {
        role: _layer_table(guess, crs, stands_in=role == "atoms" and guess is grids)
        for role, guess in guesses.items()
    }
    table = {
        "layers": layers,
        "rules": rules,
        "repair": {"overlap": "most_people", "gap": "longest_border"},
    }
    config = config_from_table(table, Path.cwd(), paths[0].stem, config_text(with_names_only(table)))
    contents = read_project(config, progress)
    # A file read as grids and as smallest areas tells its doubts twice.
    return replace(contents, findings=tuple(dict.fromkeys(contents.findings))), config


def guessed_layers(paths: Sequence[Path]) -> dict[str, FileGuess]:
    """Return the layers in files by what they seem to be; areas that nothing names are taken for grids.

    Raises
    ------
    UserError
        There are no areas in them, or several layers that seem to be the same.
    """
    found: dict[str, FileGuess] = {}
    nameless: list[FileGuess] = []
    drawings: list[FileGuess] = []
    for guess in (guess for path in paths for guess in probe_apart(path)):
        if guess.role and guess.role not in found:
            found[guess.role] = guess
        elif guess.role in _AREAS and guess.kind == "polygon":
            raise _twice(found[guess.role], guess)
        elif guess.kind == "polygon":
            nameless.append(guess)
        elif guess.kind == "line" and Path(guess.path).suffix.lower() == ".dxf":
            drawings.append(guess)
    # Boundary lines of a drawing become areas when they are read as grids.
    for guess in (nameless or drawings)[:1]:
        found.setdefault("grids", guess)
    if not _AREAS & set(found):
        raise UserError(
            _("{files}: no layer of areas to check. Name a layer of grids, communities or buildings.").format(
                files=", ".join(path.name for path in paths)
            )
        )
    if "grids" in found and not {"atoms", "buildings"} & set(found):
        # Nothing finer is known: each grid is its own smallest area, with the people it states.
        found["atoms"] = found["grids"]
    return found


def _twice(one: FileGuess, other: FileGuess) -> UserError:
    """Return the sentence for two layers that seem to be the same; which of them counts is not guessed."""
    names = "、".join(f"{Path(guess.path).name} {guess.layer}".strip() for guess in (one, other))
    return UserError(
        _(
            "{names} both look like the layer '{role}'. Give one of them alone, or name them in a "
            "configuration."
        ).format(names=names, role=role_word(one.role))
    )


def _layer_table(guess: FileGuess, crs: str, *, stands_in: bool) -> dict[str, Any]:
    """Return the configuration of a layer; rows of areas without codes are numbered.

    With `stands_in`, grids are read as smallest areas: each is its own old grid, whatever else covers it.
    """
    table: dict[str, Any] = {"path": str(Path(guess.path).resolve()), "layer": guess.layer}
    if crs and not guess.crs:
        table["crs"] = crs
    if guess.kind == "polygon" and "code" not in guess.fields:
        table["fields"] = {"code": ROW_NUMBER}
    elif guess.role == "grids":
        table["fields"] = {"code": guess.fields["code"]}
    if stands_in:
        code = guess.fields.get("code", ROW_NUMBER)
        table["fields"] = {**table.get("fields", {}), "old_grid": code}
    return table
