# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a project's configuration says of staff and output, and how the window changes it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridplanner.assign.options import AssignOptions
from gridplanner.geometry.options import BuildOptions
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.workspace.config import Config, ExportOptions, PostgisOptions, config_from_table
from gridplanner.workspace.config_text import config_text, request_table, with_values
from gridplanner.workspace.plan_table import request_from_table


@dataclass(frozen=True)
class Settled:
    """The choices of a project, by the name of their section.

    Parameters
    ----------
    export, assign, postgis : options of the sections of the configuration
    plan : PlanRequest
        The question asked last.
    """

    export: ExportOptions = field(default_factory=ExportOptions)
    assign: AssignOptions = field(default_factory=AssignOptions)
    postgis: PostgisOptions = field(default_factory=PostgisOptions)
    plan: PlanRequest = field(default_factory=PlanRequest)

    def value(self, key: str) -> Any:
        """Return a value by its dotted key.

        Examples
        --------
        >>> Settled().value("export.maps.paper")
        'A3'
        """
        held: Any = self
        for name in key.split("."):
            held = getattr(held, name)
        return held


def settled_now(contents: ProjectContents) -> Settled:
    """Return the choices in force."""
    if not contents.config:
        return Settled(plan=contents.request)
    config = _checked(contents.config)
    return Settled(config.export, config.assign, config.postgis, contents.request)


def settle(contents: ProjectContents, changes: Mapping[str, Any]) -> str:
    """Return the text of the configuration with other values.

    Parameters
    ----------
    contents : ProjectContents
    changes : mapping
        Value by dotted key.

    Raises
    ------
    UserError
        A value is impossible; says which and what would do.
    """
    text = with_values(contents.config, changes)
    _checked(text)
    return text


def asked_with(request: PlanRequest, changes: Mapping[str, Any]) -> PlanRequest:
    """Return a question with other values, checked as a configuration would be.

    Raises
    ------
    UserError
        A value is impossible.
    """
    table = {**request_table(request), **{key.removeprefix("plan."): v for key, v in changes.items()}}
    return request_from_table(tomllib.loads(config_text(table)))


def build_options(table: Mapping[str, Any]) -> BuildOptions:
    """Return how layers become smallest areas, checked.

    Raises
    ------
    UserError
        A value is impossible.
    """
    return _checked(config_text({"repair": dict(table)})).build


def _checked(text: str) -> Config:
    """Return the configuration of a text; its layers are in the project already."""
    return config_from_table(tomllib.loads(text), Path.cwd(), "", text, in_project=True)
