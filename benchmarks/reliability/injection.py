# SPDX-License-Identifier: LGPL-3.0-or-later
"""R13, R14, R15: names that are scripts, formulas or SQL stay names."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl

from benchmarks.reliability.outcome import Run
from gridplanner.io.project.project import open_project, save_project
from gridplanner.io.writing import write_vector
from gridplanner.maps.web import write_web_map
from gridplanner.model.certificate import Certificate
from gridplanner.model.layers import Layer
from gridplanner.model.outcome import Outcome
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.reports.crosswalk import write_crosswalk
from gridplanner.reports.plan_document import write_plan_document
from gridplanner.reports.workbook import write_workbook
from gridplanner.workspace.handover.output_layers import output_layers
from gridplanner.workspace.usecases import compare
from tests.builders import objects, plan_of, town

_DONE = "document.documentElement.setAttribute('data-hacked',1)"
SCRIPTS = tuple(
    form.format(code=_DONE)
    for form in (
        "<script>{code}</script>",
        "</script><script>{code}</script>",
        "--></script><script>{code}</script>",
        "<!--<script>{code}</script>",
        "<img src=x onerror={code}>",
        "'><img src=x onerror={code}>",
        '"><img src=x onerror={code}>',
        "`><img src=x onerror={code}>",
        "<svg onload={code}>",
        "<svg><script>{code}</script></svg>",
        "<iframe srcdoc='<script>parent.{code}</script>'></iframe>",
        "<body onload={code}>",
        "<details open ontoggle={code}>x</details>",
        "<video><source onerror={code}></video>",
        "<input autofocus onfocus={code}>",
        "<a href=javascript:{code}>x</a>",
        "<math><mi xlink:href=javascript:{code}>x</mi></math>",
        "${{{code}}}",
        "`+{code}+`",
        "'+{code}+'",
        '"+{code}+"',
        "\\');{code};//",
        '\\");{code};//',
        "'}});{code};//",
        '"}});{code};//',
        "*/{code}/*",
        "\n{code}\n",
        "\u2028{code}\u2029",
        "{{{{{code}}}}}",
        "{{{{ 7 * 191 }}}}",
        "{{{{ cycler.__init__.__globals__ }}}}",
        "{{# {code} #}}",
        "{{% raw %}}{code}{{% endraw %}}",
        "&lt;img src=x onerror={code}&gt;",
        "%3Cscript%3E{code}%3C/script%3E",
        "\\u003cscript\\u003e{code}\\u003c/script\\u003e",
        "<style>*{{background:url(javascript:{code})}}</style>",
        "<meta http-equiv=refresh content='0;url=javascript:{code}'>",
        "<object data=javascript:{code}></object>",
        "<embed src=javascript:{code}>",
        "<form><button formaction=javascript:{code}>x</form>",
        "<base href=javascript:{code}//>",
        "<link rel=stylesheet href=javascript:{code}>",
        "<table background=javascript:{code}>",
        "<div style=width:expression({code})>",
        "]]><script>{code}</script>",
        "<template><script>{code}</script></template>",
        "<noscript><p title='</noscript><img src=x onerror={code}>'>",
        "<textarea><img title='</textarea><img src=x onerror={code}>'>",
        "<xmp><p title='</xmp><img src=x onerror={code}>'>",
        "<marquee onstart={code}>",
        "<select autofocus onfocus={code}>",
        "javascript:{code}",
    )
)
FORMULAS = (
    *("=1+1", "=cmd|'/C calc'!A0", '=HYPERLINK("http://x","y")', "=IMPORTXML(1)", "=SUM(A1)"),
    *("+1+1", "+cmd|'/C calc'!A0", "-1+1", "-2+3+cmd|'/C calc'!A0", "@SUM(1)", "@cmd"),
    *("\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "'=1+1", '"=1+1', ";=1+1", ",=1+1", "|cmd"),
    *("=DDE(1)", "=1\t2", "http://x.example/", "https://x.example/", "mailto:x@y", "file:///c:/x"),
    *("internal:Sheet1!A1", "external:x.xlsx", "{=1+1}", "＝1+1", "=cmd|' /C notepad'!'A1'", "%=1"),
)
EVIL_NAMES = (
    *('x"; drop table atoms; --', "x'; drop table atoms; --", "x); drop table atoms; --", "x`; drop", "[x]"),
    *("select", "table", "where", "order", "group", "index", "NULL", "rowid", "fid", "geom", "sqlite_master"),
    *("sqlite_x", "gpkg_contents", "gridplanner_meta", "atoms", "ATOMS", "grids", '"', "'", ";", "--", "/*"),
    *("a\nb", "a\tb", "../../x", "a/b", "a\\b", "网格", "名 称", " ", "x" * 300, "%s", "{table}", "?1", ":a"),
    *("@a", "$a"),
)


def finished(names: tuple[str, ...]) -> Outcome:
    """Return a finished plan whose grids, communities, reasons and buildings bear the names."""
    side = int(np.ceil(np.sqrt(len(names))))
    drawing = "\n".join("".join(chr(0x4E00 + r * side + c) for c in range(side)) for r in range(side))
    district = town(drawing)
    plan = plan_of(district, drawing)
    grids = tuple(
        replace(g, name=names[i % len(names)], reason=names[-1 - i % len(names)], note=names[i % len(names)])
        for i, g in enumerate(plan.grids)
    )
    cycled = objects(names[i % len(names)] for i in range(len(district.buildings)))
    district = replace(
        district,
        buildings=replace(district.buildings, names=cycled, estates=cycled),
        communities=replace(district.communities, names=objects(names[:1])),
        grids_before=tuple(
            replace(g, name=names[i % len(names)]) for i, g in enumerate(district.grids_before)
        ),
    )
    contents = ProjectContents(district, RuleSet(), PlanRequest())
    return compare(contents, replace(plan, grids=grids), Certificate())


def web_scripts(browser: bool = True) -> Run:
    """R13: the web map of a plan full of scripts runs none of them, even without its own CSP."""
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "map.html"
        write_web_map(finished(SCRIPTS), page)
        text = page.read_text(encoding="utf-8")
        if re.search(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=\s*["']?\w*:?//""", text):
            failures.append("the page names an address of the network")
        if "1337" in text:
            failures.append("a template engine worked out a name")
        if "Content-Security-Policy" not in text:
            failures.append("the page has no content security policy")
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") if browser else None
        if chromium is not None:
            failures += [f"with its policy: {name}" for name in _ran_in(chromium, page)]
            bare = Path(folder) / "bare.html"
            bare.write_text(_opened(text), encoding="utf-8")
            failures += [f"without its policy, all popups open: {name}" for name in _ran_in(chromium, bare)]
    note = f"{len(SCRIPTS)} scripts in each attribute" + (
        "" if chromium else "; no browser here, page read only"
    )
    return Run("R13", len(SCRIPTS), tuple(failures), note)


def _opened(text: str) -> str:
    """Return the page without its policy, opening every popup and tooltip it has."""
    text = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", text)
    opener = (
        "<script>window.addEventListener('load',()=>setTimeout(()=>{for(const k in window){const m=window[k];"
        "if(m&&m.eachLayer&&m.getZoom){m.eachLayer(l=>{try{l.openTooltip&&l.openTooltip();l.fire&&l.fire('click');"
        "l.openPopup&&l.openPopup()}catch(e){}})}}},300))</script>"
    )
    return text.replace("</body>", opener + "</body>")


def _ran_in(chromium: str, page: Path) -> list[str]:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom"]
    try:
        done = subprocess.run([chromium, *flags, page.as_uri()], capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return ["the browser did not finish"]
    shown = done.stdout.decode(errors="replace")
    root = re.search(r"<html[^>]*>", shown)
    if root is None or "leaflet" not in shown:
        return ["the map was not drawn"]
    return ["a script ran"] if "data-hacked" in root.group() else []


def formulas() -> Run:
    """R14: no formula or link in workbooks and documents; in CSV a leading quote; the value is kept."""
    outcome = finished(FORMULAS)
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grids = output_layers(outcome)["grids"]
        write_workbook(outcome, folder / "ledger.xlsx")
        write_vector(grids, folder / "grids.xlsx", outcome.district.crs, format="xlsx")
        write_vector(grids, folder / "grids.csv", outcome.district.crs, format="csv")
        write_crosswalk(outcome, folder / "crosswalk.csv")
        write_plan_document(outcome, folder / "plan.docx", [])
        for path in sorted(folder.glob("*.xlsx")):
            failures += _live_cells(path)
        for path in sorted(folder.glob("*.csv")):
            rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
            failures += [f"{path.name}: {c!r}" for row in rows for c in row if _is_live_text(c)]
        failures += _live_document(folder / "plan.docx")
        names = {cell.value for row in openpyxl.load_workbook(folder / "grids.xlsx").active for cell in row}
        kept = sum(f in names or f.strip() in names or re.sub(r"[\r\n\t]", " ", f) in names for f in FORMULAS)
    return Run(
        "R14", len(FORMULAS), tuple(failures), f"{kept} of {len(FORMULAS)} values read back as they were"
    )


def _live_cells(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    found = [f"{path.name} {c.coordinate}: {c.value!r}" for c in cells if c.hyperlink is not None]
    # The ledger's own sums are formulas on purpose; none of them may come from a name.
    return found + [
        f"{path.name}: {c.value!r}" for c in cells if c.data_type == "f" and _from_data(str(c.value))
    ]


def _from_data(text: str) -> bool:
    return any(text.strip() == formula.strip() for formula in FORMULAS)


def _is_live_text(cell: str) -> bool:
    """Tell whether a spreadsheet would take a CSV cell for a formula; plain negative numbers are none."""
    try:
        float(cell)
    except ValueError:
        return cell[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return False


def _live_document(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        relations = "".join(archive.read(n).decode() for n in archive.namelist() if n.endswith(".rels"))
        text = archive.read("word/document.xml").decode()
    fields = re.findall(r"<w:instrText[^>]*>([^<]*)<", text)
    found = [f"field {field!r}" for field in fields if any(f in field for f in FORMULAS)]
    return found + (["a link to outside"] if 'TargetMode="External"' in relations else [])


def evil_names() -> Run:
    """R15: layers and columns with names that are SQL are kept under them, and nothing else changes."""
    failures: list[str] = []
    columns = {name: objects([name, "x"]) for name in EVIL_NAMES}
    layer = Layer("roads", "s", None, {"name": objects(["a", "b"])}, columns)
    district = replace(town("AB"), originals=dict.fromkeys(EVIL_NAMES, layer), nets={EVIL_NAMES[0]: layer})
    contents = ProjectContents(district, RuleSet(), PlanRequest(), waivers={n: n for n in EVIL_NAMES})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        save_project(path, contents)
        again = open_project(path)
        for name in EVIL_NAMES:
            found = again.district.originals.get(name)
            if found is None or found.extra.get(name, [""])[0] != name or again.waivers.get(name) != name:
                failures.append(repr(name))
        if len(again.district.atoms) != len(district.atoms):
            failures.append("the atoms changed")
        geopackage = Path(folder) / "g.gpkg"
        for name in EVIL_NAMES[:5]:
            write_vector(
                replace(layer, role=name, geometry=district.atoms.geometry),
                geopackage,
                "EPSG:4545",
                format="gpkg",
            )
    return Run("R15", len(EVIL_NAMES), tuple(failures), "as layer, column, value and key of a project")
