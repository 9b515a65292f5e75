# SPDX-License-Identifier: LGPL-3.0-or-later
"""All actions of the window as rows of data: menus, toolbar, shortcuts, palette and tests read them."""

from __future__ import annotations

from gridplanner.gui.models.action import CONDITIONS, ActionRow
from gridplanner.texts import _

__all__ = ("BEGINS", "CONDITIONS", "ActionRow", "action_rows", "menu_titles")


def menu_titles() -> dict[str, str]:
    """Return the menus in their order."""
    return {
        "file": _("&Project"),
        "edit": _("&Edit"),
        "view": _("&View"),
        "tool": _("&Tools"),
        "plan": _("P&lan"),
        "window": _("&Window"),
        "help": _("&Help"),
    }


#: Actions that begin a new part of their menu.
BEGINS = frozenset(
    (
        *("save", "export_settings", "merge_plans", "merge", "fill", "find", "merge_choosing", "mend"),
        *("next_finding", "swipe", "scan", "dark", "tool_click", "tool_measure"),
        *("assign_settings", "duplicate", "status", "next_step", "palette"),
    )
)


def action_rows() -> tuple[ActionRow, ...]:
    """Return every action of the window."""
    return (
        *_file(),
        *_offices(),
        *_edit(),
        *_areas(),
        *_facts(),
        *_zoom(),
        *_view(),
        *_tools(),
        *_plan(),
        *_assign(),
        *_scenarios(),
        *_window(),
        *_help(),
    )


def _file() -> tuple[ActionRow, ...]:
    """Return the actions on files."""
    row = ActionRow
    return (
        row(
            "new", _("&New project from layers..."), "file", "file.new", "new", "Ctrl+N", "idle", toolbar=True
        ),
        row("open", _("&Open..."), "file", "file.open", "open", "Ctrl+O", "idle", toolbar=True),
        row("home", _("&First page"), "file", "file.home", "", "Alt+Home"),
        row("sample", _("Open the sample district"), "file", "file.sample", "sample", "", "idle"),
        row("save", _("&Save"), "file", "file.save", "save", "Ctrl+S", "project_idle", toolbar=True),
        row("save_as", _("Save &as..."), "file", "file.save_as", "", "Ctrl+Shift+S", "project_idle"),
        row("backups", _("&Backups..."), "file", "file.backups", "history", "", "file_idle"),
        row(
            "export_settings",
            _("What is &handed over..."),
            "file",
            "settle.export",
            "",
            "Ctrl+Shift+E",
            "project",
        ),
        row("export", _("&Export..."), "file", "file.export", "export", "Ctrl+E", "project_idle"),
        row("sheets", _("Map &sheets..."), "file", "file.sheets", "layers", "Ctrl+Alt+P", "project_idle"),
        row("print", _("&Print preview..."), "file", "file.print", "print", "Ctrl+P", "project"),
        row("picture", _("Copy the map as a picture"), "file", "file.copy_picture", "", "", "project"),
        row("quit", _("&Quit"), "file", "file.quit", "", "Ctrl+Q"),
    )


def _offices() -> tuple[ActionRow, ...]:
    """Return what comes from and goes to other offices."""
    row = ActionRow
    return (
        row("merge_plans", _("&Merge street plans..."), "file", "offices.merge", "", "", "project_idle"),
        row("release", _("Next &year's layers..."), "file", "offices.release", "", "", "project_idle"),
        row("publish", _("Publish to a &database..."), "file", "offices.publish", "", "", "project_idle"),
    )


def _edit() -> tuple[ActionRow, ...]:
    """Return the edits of the plan."""
    row = ActionRow
    return (
        row("undo", _("&Undo"), "edit", "edit.undo", "undo", "Ctrl+Z", "undo", toolbar=True),
        row("redo", _("&Redo"), "edit", "edit.redo", "redo", "Ctrl+Y", "redo", toolbar=True),
        row("merge", _("&Merge the selected grids"), "edit", "edit.merge", "merge", "M", "two", toolbar=True),
        row("split_auto", _("Split &evenly into..."), "edit", "edit.split_auto", "split", "Shift+K", "one"),
        row(
            "new_grid",
            _("&New grid from the selected areas"),
            "edit",
            "edit.new_grid",
            "new_grid",
            "N",
            "project",
        ),
        row("retire", _("Re&tire the empty grid"), "edit", "edit.retire", "retire", "Shift+Delete", "one"),
        row("convert", _("&Convert general <-> dedicated"), "edit", "edit.convert", "convert", "C", "one"),
        row("carve", _("Car&ve out a site..."), "edit", "edit.carve", "grid", "Shift+C", "project"),
        row("lock", _("&Lock or unlock"), "edit", "edit.lock", "lock", "L", "selection", toolbar=True),
        row("fill", _("&Fill unassigned areas"), "edit", "edit.fill", "fill", "F", "project"),
        row("repair", _("Re&pair stray parts"), "edit", "edit.repair", "repair", "R", "project"),
        row("copy_grid", _("Copy the grid to another scenario..."), "edit", "edit.copy_grid", "", "", "one"),
        row("grid_form", _("&Properties of the grid..."), "edit", "edit.properties", "note", "Return", "one"),
        row("find", _("&Find..."), "edit", "view.find", "search", "Ctrl+F", "project"),
        row(
            "expression",
            _("&Select by expression..."),
            "edit",
            "edit.expression",
            "",
            "Ctrl+Shift+F",
            "project",
        ),
        row("select_none", _("Select nothing"), "edit", "edit.select_none", "", "Ctrl+Shift+A", "selection"),
    )


def _areas() -> tuple[ActionRow, ...]:
    """Return what works on smallest areas, and merging with a choice."""
    row = ActionRow
    return (
        row(
            "merge_choosing",
            _("Merge, choosing &what stays..."),
            "edit",
            "edit.merge_choosing",
            "",
            "Shift+M",
            "two",
        ),
        row("areas", _("Mark &areas by expression..."), "edit", "edit.areas", "", "Ctrl+Alt+F", "project"),
        row("give", _("&Give the marked areas to the grid"), "edit", "edit.give", "", "Shift+N", "one"),
        row(
            "whole_estates",
            _("Move w&hole estates"),
            "edit",
            "tools.whole_estates",
            "",
            "Shift+E",
            "project",
            True,
        ),
        row(
            "whole_grids",
            _("Move whole grids of t&oday"),
            "edit",
            "tools.whole_grids",
            "",
            "Shift+G",
            "project",
            True,
        ),
    )


def _facts() -> tuple[ActionRow, ...]:
    """Return the corrections of what the plan rests on."""
    row = ActionRow
    return (
        row(
            "mend",
            _("&Mend outlines of grids and communities..."),
            "edit",
            "facts.mend",
            "repair",
            "Ctrl+M",
            "project",
        ),
        row(
            "communities",
            _("Change comm&unities..."),
            "edit",
            "facts.communities",
            "people",
            "Ctrl+Shift+M",
            "project",
        ),
    )


def _zoom() -> tuple[ActionRow, ...]:
    """Return where the map looks."""
    row = ActionRow
    return (
        row("zoom_in", _("Zoom &in"), "view", "view.zoom_in", "zoom_in", "Ctrl+=", "project"),
        row("zoom_out", _("Zoom &out"), "view", "view.zoom_out", "zoom_out", "Ctrl+-", "project"),
        row(
            "zoom_all", _("Show &all"), "view", "view.zoom_all", "zoom_all", "Ctrl+0", "project", toolbar=True
        ),
        row(
            "zoom_selection",
            _("Zoom to the &selection"),
            "view",
            "view.zoom_selection",
            "zoom_selection",
            "Ctrl+J",
            "selection",
            toolbar=True,
        ),
        row("next_finding", _("&Next finding"), "view", "view.next_finding", "next", "F8", "project"),
        row(
            "previous_finding",
            _("&Previous finding"),
            "view",
            "view.previous_finding",
            "previous",
            "Shift+F8",
            "project",
        ),
    )


def _view() -> tuple[ActionRow, ...]:
    """Return what changes the look of the map only."""
    row = ActionRow
    return (
        row(
            "swipe", _("S&wipe before and after"), "view", "view.swipe", "swipe", "F7", "project", True, True
        ),
        row(
            "side",
            _("Before and after si&de by side"),
            "view",
            "view.side",
            "compare",
            "Shift+F7",
            "project",
            True,
        ),
        row("scan", _("Scanned &map..."), "view", "map.scan", "", "Shift+F12", "project"),
        row("basemap", _("&Basemap..."), "view", "map.basemap", "layers", "F12", "project"),
        row("dark", _("&Dark"), "view", "view.dark", "dark", "Ctrl+Shift+D", checkable=True),
        row("full", _("&Full screen"), "view", "view.full", "", "F11", checkable=True),
    )


def _tools() -> tuple[ActionRow, ...]:
    """Return what the pointer can do; exactly one is on."""

    def tool(name: str, text: str, icon: str, key: str, *, bar: bool = True) -> ActionRow:
        return ActionRow(f"tool_{name}", text, "tool", f"tools.{name}", icon, key, "project", True, bar)

    return (
        tool("pan", _("&Pan"), "pan", "H"),
        tool("select", _("&Select grids"), "select", "S"),
        tool("identify", _("&Identify"), "identify", "I"),
        tool("click", _("&Move areas by click"), "edit", "A"),
        tool("rectangle", _("Move areas by &rectangle"), "rectangle", "Q"),
        tool("lasso", _("Move areas by &lasso"), "lasso", "W"),
        tool("brush", _("&Brush areas"), "brush", "B"),
        tool("border", _("&Drag a shared border"), "border", "D"),
        tool("split", _("Split by a &line"), "split", "K"),
        tool("measure", _("M&easure"), "measure", "U"),
        tool("draw", _("Draw a &new grid"), "new_grid", "G", bar=False),
        tool("cut", _("&Cut an area in two"), "cut", "X", bar=False),
        tool("corner", _("M&ove a common corner"), "corner", "V", bar=False),
        tool("place", _("P&lace rows of the ledger"), "place", "J", bar=False),
    )


def _plan() -> tuple[ActionRow, ...]:
    """Return the engine and the staff."""
    row = ActionRow
    return (
        row("check", _("Check &again"), "plan", "plan.check", "check", "F5", "project"),
        row("run", _("&Propose a plan"), "plan", "plan.run", "plan", "Ctrl+R", "project_idle"),
        row(
            "trade_off",
            _("Several plans to c&hoose from..."),
            "plan",
            "plan.trade_off",
            "",
            "",
            "project_idle",
        ),
        row(
            "plan_settings",
            _("&More about the question..."),
            "plan",
            "settle.plan",
            "",
            "Ctrl+Shift+R",
            "project",
        ),
        row("stop", _("&Stop"), "plan", "plan.stop", "close", "", "busy"),
        row("accept", _("&Accept the proposal"), "plan", "plan.accept", "accept", "Ctrl+Return", "proposal"),
        row("put_aside", _("Put the proposal asi&de"), "plan", "plan.put_aside", "close", "", "proposal"),
    )


def _assign() -> tuple[ActionRow, ...]:
    """Return how staff, codes and names come to the grids."""
    row = ActionRow
    return (
        row(
            "assign_settings",
            _("Ho&w codes, names and staff are assigned..."),
            "plan",
            "settle.assign",
            "",
            "Ctrl+Shift+B",
            "project",
        ),
        row(
            "assign",
            _("Assign &branches, staff, codes and names"),
            "plan",
            "plan.assign",
            "people",
            "Ctrl+B",
            "project_idle",
        ),
    )


def _scenarios() -> tuple[ActionRow, ...]:
    """Return what is done with whole plans."""
    row = ActionRow
    return (
        row(
            "duplicate",
            _("D&uplicate the scenario..."),
            "plan",
            "plan.duplicate",
            "scenario",
            "Ctrl+D",
            "project",
        ),
        row("rename", _("&Rename the scenario..."), "plan", "plan.rename", "", "", "scenario"),
        row("notes", _("&Notes of the scenario..."), "plan", "plan.notes", "note", "", "scenario"),
        row("delete", _("De&lete the scenario..."), "plan", "plan.delete", "", "", "scenario"),
        row("compare", _("&Compare scenarios..."), "plan", "plan.compare", "compare", "", "project"),
        row(
            "import_scenario",
            _("&Import a colleague's scenario..."),
            "plan",
            "plan.import_scenario",
            "",
            "",
            "project_idle",
        ),
        row("status", _("S&tatus and opinions..."), "plan", "plan.paper_trail", "note", "", "scenario"),
    )


def _window() -> tuple[ActionRow, ...]:
    """Return the panels and the way round the window."""
    row = ActionRow
    return (
        row("panel_layers", _("&Layers"), "window", "view.panel_layers", "layers", "F2", checkable=True),
        row(
            "panel_findings",
            _("&Findings"),
            "window",
            "view.panel_findings",
            "findings",
            "F3",
            checkable=True,
        ),
        row(
            "panel_table", _("Attribute &table"), "window", "view.panel_table", "table", "F6", checkable=True
        ),
        row("panel_charts", _("&Charts"), "window", "view.panel_charts", "chart", "F9", checkable=True),
        row("panel_history", _("&History"), "window", "view.panel_history", "history", "F10", checkable=True),
        row("next_step", _("&Next step"), "window", "view.next_step", "", "Ctrl+PgDown"),
        row("previous_step", _("&Previous step"), "window", "view.previous_step", "", "Ctrl+PgUp"),
        row("palette", _("&Command palette..."), "window", "view.palette", "search", "Ctrl+Shift+P"),
        row("language", _("English / &Chinese"), "window", "view.language", "", "", "idle"),
    )


def _help() -> tuple[ActionRow, ...]:
    """Return help."""
    row = ActionRow
    return (
        row("manual", _("&Manual"), "help", "help.manual", "help", "F1"),
        row("shortcuts", _("&Keyboard..."), "help", "help.shortcuts", "", ""),
        row("about", _("&About and licences..."), "help", "help.about", "identify", ""),
    )
