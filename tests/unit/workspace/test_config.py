# SPDX-License-Identifier: LGPL-3.0-or-later
"""CONFIG.toml: what is understood, and each mistake named with its place and its mend."""

from pathlib import Path

import pytest

from gridplanner.errors import UserError
from gridplanner.workspace.config import config_from_table, load_config, request_from_table

LAYERS = {"buildings": {"path": "b.shp", "fields": {"code": "JZWBM"}}}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the messages in the source language."""
    monkeypatch.setenv("GRIDPLANNER_LANG", "en")


def read(**tables: object):
    return config_from_table({"layers": LAYERS, **tables}, Path(), "town")


def test_every_section_reaches_its_type() -> None:
    config = read(
        name="示例区",
        demonstration=True,
        rules={
            "preset": "bazhou",
            "people": {"max": 2200},
            "by": [{"where": {"street": "x"}, "people": {"min": 5}}],
        },
        plan={"total": 288, "mode": "balance", "locked": ["1", "2"], "seed": 7, "join": [["a", "b"]]},
        repair={"overlap": "official", "gap": "most_people"},
        assign={"numbering": "order"},
        export={"formats": ["shp", "kml"], "phones": True, "maps": {"paper": "A0", "compiler": "民政局"}},
    )
    assert (config.title, config.demonstration) == ("示例区", True)
    assert config.rules.people.max == 2200
    assert config.rules.by[0].rules["people"].min == 5
    assert config.request.locked == ("1", "2")
    assert config.request.join == (("a", "b"),)
    assert config.build.overlap == "official"
    assert config.assign.numbering == "order"
    assert config.export.formats == ("shp", "kml")
    assert (config.export.maps.paper, config.export.maps.compiler) == ("A0", "民政局")
    assert config.layers["buildings"].fields == {"code": "JZWBM"}


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"layrs": {}}, "layers"),
        ({"plan": {"totl": 1}}, "total"),
        ({"plan": {"total": 0}}, "total"),
        ({"plan": {"total": True}}, "total"),
        ({"plan": {"total": "some"}}, "fewest"),
        ({"plan": {"mode": "fast"}}, "keep"),
        ({"plan": {"time_limit_s": -1}}, "time_limit_s"),
        ({"rules": {"preset": "bazhuo"}}, "bazhou"),
        ({"rules": {"people": {"min": 3, "max": 2}}}, "above the maximum"),
        ({"rules": {"people": {"min": "many"}}}, "number"),
        ({"rules": {"people": {"hard": 1}}}, "true or false"),
        ({"rules": {"service_radius_m": {"max": 0}}}, "at least 1"),
        ({"rules": {"service_radius_m": {"max": 9, "metric": "air"}}}, "straight"),
        ({"rules": {"by": [{"where": {"colour": "x"}}]}}, "colour"),
        ({"rules": {"contiguity": {"onn": True}}}, "on"),
        ({"repair": {"overlap": "guess"}}, "overlap"),
        ({"assign": {"numbering": "random"}}, "numbering"),
        ({"export": {"formats": ["dwg"]}}, "dwg"),
        ({"export": {"maps": {"paper": "A9"}}}, "A9"),
        ({"export": {"maps": {"papre": "A3"}}}, "paper"),
        ({"plan": 3}, "plan"),
    ],
)
def test_each_mistake_is_named(tables: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        read(**tables)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ({}, "names no layer"),
        ({"bulidings": {"path": "b.shp"}}, "buildings"),
        ({"buildings": "b.shp"}, "table"),
        ({"buildings": {}}, "path"),
        ({"buildings": {"path": "b", "colour": 1}}, "colour"),
        ({"buildings": {"path": "b", "fields": {"peple": "RK"}}}, "people"),
    ],
)
def test_each_mistake_in_a_layer_is_named(layers: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        config_from_table({"layers": layers}, Path(), "town")


@pytest.mark.parametrize(
    ("content", "said"), [(None, "Cannot read"), (b"[plan", "TOML"), (b"\xff\xfe", "UTF-8")]
)
def test_files_that_are_no_configuration(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "config.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=said):
        load_config(path)


def test_defaults_ask_for_the_fewest_grids_that_keep_most() -> None:
    request = request_from_table({})
    assert (request.total, request.mode) == ("fewest", "keep")


@pytest.mark.parametrize("wrong", [-1, "0.5", True, 51])
def test_a_gap_is_a_length(wrong: object) -> None:
    with pytest.raises(UserError, match="gap_m"):
        config_from_table({"layers": {"estates": {"path": "x.dxf", "gap_m": wrong}}}, Path(), "town")
    ready = config_from_table({"layers": {"estates": {"path": "x.dxf", "gap_m": 2}}}, Path(), "town")
    assert ready.layers["estates"].gap_m == 2.0


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:secret@host/grid",
        "postgres://me:s%40x@host:5432/grid",
        "host=h dbname=g PASSWORD = secret",
        "postgresql://me@host/grid?password=secret",
    ],
)
def test_a_password_never_gets_into_a_configuration(address: str) -> None:
    with pytest.raises(UserError, match="PGPASSWORD") as caught:
        read(postgis={"address": address})
    assert "secret" not in str(caught.value)
    with pytest.raises(UserError, match="PGPASSWORD"):
        config_from_table({"layers": {"buildings": {"path": address}}}, Path(), "town")
    assert read(postgis={"address": "postgresql://me@host:5432/grid"}).postgis.schema == "gridplanner"


def test_staff_and_party_numbers_have_tables_of_their_own() -> None:
    staff = {"per_10000": 25, "worker_cost": 36_000, "small_range": [14, 16]}
    config = read(assign={"numbering": "order", "staff": staff, "party": {"above_max": "general"}})
    assert config.assign.staff.worker_cost == 36_000 and config.assign.staff.small_range == (14, 16)
    assert config.assign.party.above_max == "general" and config.assign.numbering == "order"
    with pytest.raises(UserError, match=r"\[assign.staff\].*per_10000"):
        read(assign={"staff": {"per_1000": 18}})
    with pytest.raises(UserError, match=r"\[assign.party\].*max_members"):
        read(assign={"party": {"max_members": 0}})
    with pytest.raises(UserError, match=r"\[staff\]"):
        read(assign={"staff": 3})
