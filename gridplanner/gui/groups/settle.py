# SPDX-License-Identifier: LGPL-3.0-or-later
"""Actions that settle what the configuration says: output, staff, and the rarer parts of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gridplanner.errors import UserError
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell

_MEGABYTE = 1_000_000
#: Losses named one by one before the rest is only counted.
_NAMED_LOSSES = 40


class SettleGroup:
    """Opens the pages of settings; nothing is computed before OK."""

    def __init__(self, window: Shell) -> None:
        self._window = window
        self._session = window.session

    def export(self) -> None:
        """Settle formats, sheets, and what may be said of people."""
        from gridplanner.gui.dialogs.settings import ExportDialog  # rarely needed
        from gridplanner.gui.models.setting_rows import export_pages
        from gridplanner.workspace.settling import settled_now

        note = _("Kept in the project; the command line writes the same.")
        ExportDialog(
            self._window,
            note,
            export_pages(),
            settled_now(self._contents()).value,
            lambda changes: self._settle(changes, _("Output settled")),
            self._look,
        ).open()

    def assign(self) -> None:
        """Settle codes, names, branches and staff."""
        from gridplanner.gui.dialogs.settings import SettingsDialog  # rarely needed
        from gridplanner.gui.models.setting_rows import assign_pages
        from gridplanner.workspace.settling import settled_now

        SettingsDialog(
            self._window,
            _("How codes, names, branches and staff are assigned"),
            _("Holds from the next assignment on; what is assigned already stays until then."),
            assign_pages(),
            settled_now(self._contents()).value,
            lambda changes: self._settle(changes, _("Assignment settled")),
        ).open()

    def plan(self) -> None:
        """Settle the rarer parts of the question to the engine."""
        from gridplanner.gui.dialogs.settings import SettingsDialog  # rarely needed
        from gridplanner.gui.models.setting_rows import plan_pages
        from gridplanner.workspace.settling import asked_with, settled_now

        def take(changes: Mapping[str, Any]) -> None:
            workspace = self._session.workspace
            if workspace is not None:
                workspace.set_request(asked_with(workspace.contents.request, changes))
                self._window.pages["plan"].refresh()

        SettingsDialog(
            self._window,
            _("More about the question"),
            _("What is left as it is has a default that a city can live with."),
            plan_pages(),
            settled_now(self._contents()).value,
            take,
        ).open()

    def _contents(self) -> Any:
        """Return the project."""
        workspace = self._session.workspace
        if workspace is None:
            raise UserError(_("No project is open."))
        return workspace.contents

    def _settle(self, changes: Mapping[str, Any], what: str) -> None:
        """Keep changed values in the project."""
        from gridplanner.workspace.settling import settle

        workspace = self._session.workspace
        if workspace is not None and changes:
            workspace.set_config(settle(workspace.contents, changes), what)

    def _look(self, changes: Mapping[str, Any], show: Callable[[str], None]) -> None:
        """Ask what the output would be with other values."""
        from gridplanner.workspace.scene.tasks import without_district  # after the first paint
        from gridplanner.workspace.settling import settle

        contents = self._contents()
        if changes:
            contents = replace(contents, config=settle(contents, changes))

        def refused(error: Exception) -> bool:
            show(str(error))
            return True

        self._session.ask(
            "export_preview",
            lambda preview: show(preview_text(preview)),
            refused=refused,
            contents=without_district(contents),
            plan=contents.scenarios[contents.current].plan if contents.current else self._session.before,
            certificate=self._session.certificate,
        )


def preview_text(preview: Any) -> str:
    """Return what would be written and lost, line by line."""
    lines = [
        _("{n} layer files, about {size:.1f} MB").format(n=len(preview.files), size=preview.size / _MEGABYTE)
    ]
    lines += [
        _("    {path}: {n} rows, {size:.2f} MB").format(path=f.path, n=f"{f.rows:,}", size=f.size / _MEGABYTE)
        for f in preview.files
    ]
    if not preview.losses:
        return "\n".join([_("Nothing is lost."), *lines])
    named = [f"    {loss.text} {loss.remedy}" for loss in preview.losses[:_NAMED_LOSSES]]
    rest = len(preview.losses) - len(named)
    more = [_("    and {n} more").format(n=rest)] if rest else []
    return "\n".join([_("{n} things are lost:").format(n=len(preview.losses)), *named, *more, *lines])
