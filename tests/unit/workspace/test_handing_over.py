# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is handed over: formats and profiles asked for, losses told first, one zip with its check log."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import pytest
import shapefile

from gridplanner.errors import DataError, UserError
from gridplanner.model.certificate import Certificate
from gridplanner.model.project import ProjectContents
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.progress import Inline, Silent
from gridplanner.workspace import main_job
from gridplanner.workspace.config import (
    FORMATS,
    ExportOptions,
    checked_export,
    chosen_export,
    config_from_table,
)
from gridplanner.workspace.handover import database
from gridplanner.workspace.handover.choices import encoding_choices, format_choices, profile_choices
from gridplanner.workspace.handover.handing_over import (
    pack,
    planned_losses,
    real_losses,
    settle_losses,
    shape_folders,
    write_layers,
)
from gridplanner.workspace.handover.preview import preview_of
from gridplanner.workspace.usecases import compare
from tests.builders import town

NAME = "王䶮院网格"


@pytest.fixture
def outcome():
    """A town whose second grid bears a name with a character that GBK lacks."""
    district = town("AAB\nAAB")
    plan = district.plan_today()
    plan = replace(plan, grids=(plan.grids[0], replace(plan.grids[1], name=NAME)))
    contents = ProjectContents(district, RuleSet(), PlanRequest())
    return compare(contents, plan.renamed("方案1"), Certificate())


def test_each_profile_has_its_folder_and_each_format_its_file(outcome, tmp_path):
    options = ExportOptions(profiles=("gb18030", "utf8+chinese"), formats=("kml", "xlsx"))
    assert list(shape_folders(options)) == ["shp", "shp_gb18030", "shp_utf8_chinese"]
    write_layers(outcome, tmp_path, options)
    for folder, encoding in (("shp", "utf-8"), ("shp_gb18030", "gb18030"), ("shp_utf8_chinese", "utf-8")):
        with shapefile.Reader(str(tmp_path / folder / "grids.shp"), encoding=encoding) as reader:
            heads = [field[0] for field in reader.fields if field[0] != "DeletionFlag"]
            assert len(reader) == 2
            assert NAME in [
                record[heads.index("WGMC" if "WGMC" in heads else "网格名")] for record in reader.records()
            ]
    assert {p.name for p in tmp_path.glob("grids.*")} == {
        "grids.gpkg",
        "grids.geojson",
        "grids.kml",
        "grids.xlsx",
    }


def test_a_loss_is_named_by_row_and_column_before_writing(outcome, tmp_path):
    options = ExportOptions(profiles=("gbk",))
    told = []
    found = planned_losses(outcome, options)
    settle_losses(found, options, told.extend)
    assert [(f.subjects, "WGMC" in f.text, "䶮" in f.text) for f in real_losses(told)] == [
        (("2",), True, True)
    ]
    assert not list(tmp_path.iterdir())
    assert set(write_layers(outcome, tmp_path, options)) == set(found)
    assert planned_losses(outcome, ExportOptions()) == ()


def test_losses_can_forbid_the_export(outcome):
    options = ExportOptions(encoding="gbk", on_loss="refuse")
    with pytest.raises(DataError) as caught:
        settle_losses(planned_losses(outcome, options), options, None)
    assert len(caught.value.findings) == 1
    drawing = ExportOptions(formats=("dxf",), on_loss="refuse")
    settle_losses(planned_losses(outcome, drawing), drawing, None)


def test_the_zip_holds_every_layer_and_the_log_of_checks_and_losses(outcome, tmp_path):
    options = ExportOptions(profiles=("gbk",), zip=True)
    found = write_layers(outcome, tmp_path, options)
    (tmp_path / "project.gpkg").write_bytes(b"not to be handed over")
    count = pack(tmp_path, options, found)
    with zipfile.ZipFile(tmp_path / "delivery.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        log = list(csv.reader(io.StringIO(archive.read("检查记录.csv").decode("utf-8-sig"))))
    assert count == len(names) - 1
    assert "project.gpkg" not in names
    assert {"shp/grids.shp", "shp_gbk/grids.dbf", "shp_gbk/字段说明.csv", "grids.gpkg"} <= set(names)
    assert any("䶮" in " ".join(row) for row in log)


@pytest.mark.parametrize(
    "wrong",
    [
        {"formats": ("docx",)},
        {"encoding": "big5"},
        {"encoding": "gbk+chinese"},
        {"profiles": ("gbk+english",)},
        {"on_loss": "x"},
    ],
)
def test_what_does_not_exist_is_refused(wrong):
    with pytest.raises(UserError):
        checked_export(replace(ExportOptions(), **wrong))


@pytest.mark.parametrize("publish", [True, False])
def test_run_publishes_where_the_configuration_says_so(outcome, tmp_path, monkeypatch, publish):
    district = outcome.district
    plan = district.plan_today()
    contents = ProjectContents(district, RuleSet(), PlanRequest())
    stub = {
        "read_project": lambda *_a: contents,
        "propose": lambda *_a: Proposal(PlanRequest(), plan),
        "complete": lambda *_a: (plan, ()),
        "compare": lambda *_a: outcome,
        "export": lambda *_a, **_k: (outcome, ()),
    }
    for name, function in stub.items():
        monkeypatch.setattr(main_job, name, function)
    seen = []
    monkeypatch.setattr(database, "publish_outcome", lambda _o, options: seen.append(options.schema) or 5)
    monkeypatch.setattr(main_job, "refuse_unpublishable", lambda *_a: None)
    table = {
        "layers": {"buildings": {"path": "b.shp"}},
        "postgis": {"address": "postgresql://me@host/grid", "schema": "网格", "publish": publish},
    }
    config = config_from_table(table, tmp_path, "town")
    result = main_job.run_main_job(config, tmp_path / "out", Inline(), Silent())
    assert (result.version, seen) == ((5, ["网格"]) if publish else (0, []))


def test_every_choice_of_the_window_is_one_of_the_configuration():
    assert tuple(choice.key for choice in format_choices()) == FORMATS
    for choice in encoding_choices():
        checked_export(ExportOptions(encoding=choice.key))
    keys = tuple(choice.key for choice in profile_choices())
    assert len(set(keys)) == len(keys) == 6
    chosen = chosen_export(ExportOptions(), {"profiles": list(keys), "maps": {"paper": "A0"}})
    assert chosen.profiles == keys and chosen.maps.paper == "A0" and chosen.encoding == "utf8"
    assert all(choice.name for choice in (*format_choices(), *encoding_choices(), *profile_choices()))
    for wrong in ({"colour": 1}, {"maps": {"ink": 2}}, {"formats": ["docx"]}):
        with pytest.raises(UserError):
            chosen_export(ExportOptions(), wrong)


def test_the_preview_names_each_file_with_its_size(outcome, tmp_path):
    options = ExportOptions(profiles=("gbk",), formats=("kml", "dxf", "csv", "xlsx", "gdb"))
    preview = preview_of(outcome, options)
    write_layers(outcome, tmp_path, options)
    sizes = {file.path: file.size for file in preview.files}
    for path, size in sizes.items():
        if path.endswith(".shp"):
            members = [(tmp_path / path).with_suffix(suffix) for suffix in (".shp", ".shx", ".dbf")]
            assert size == sum(member.stat().st_size for member in members), path
        else:
            assert (tmp_path / path).exists() and size > 0
    assert preview.size == sum(sizes.values())
    assert [loss.subjects for loss in preview.losses] == [("2",)]


def test_degrees_of_an_old_datum_are_told_before_writing(outcome):
    """Xian 1980 has no public way to WGS 84: what is drawn on web maps lies off, and nobody may wonder."""
    old = replace(outcome, district=replace(outcome.district, crs="EPSG:2361"))
    told = [f for f in planned_losses(old, ExportOptions(formats=("kml",))) if f.rule == "write.crs"]
    assert len(told) == 1 and "WGS 84" in told[0].text
    assert not [f for f in planned_losses(outcome, ExportOptions(formats=("kml",))) if f.rule == "write.crs"]
