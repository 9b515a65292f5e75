# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from gridplanner.errors import UserError
from gridplanner.maps.options import MapOptions
from gridplanner.maps.scene import Scene
from gridplanner.maps.web import WEB, script_json, web_page, write_web_map

HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)>{% endraw %}{{ 7*7 }}\u2028"\\'


@pytest.fixture(scope="module")
def page(outcome, tmp_path_factory):
    path = tmp_path_factory.mktemp("web") / "web" / "map.html"
    assert write_web_map(outcome, path) == path
    return path.read_text(encoding="utf-8")


def test_the_page_asks_nobody_for_anything(page):
    assert not re.findall(r"""(?:src|href|action)\s*=\s*["']?(?!data:)[^"'>\s]*//""", page)
    styles = "".join(re.findall(r"<style[^>]*>(.*?)</style>", page, re.DOTALL))
    assert styles and not re.findall(r"url\((?!data:)", styles)
    assert not re.findall(r"@import|sourceMappingURL|<link|<iframe|<object|<embed", page)
    assert "fetch(" not in page and "XMLHttpRequest" not in page


def test_the_policy_names_every_script_and_style_and_allows_nothing_else(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "img-src data:" in policy
    assert page.index("Content-Security-Policy") < page.index("<script")
    for tag in ("script", "style"):
        for body in re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
    assert not re.findall(r"<[a-z]+ [^>]*\bon[a-z]+=", page)


def test_size_and_words(page, outcome):
    assert len(page.encode()) < 3_000_000
    for word in (
        "示意数据",
        "内部用图 注意保管",
        "\\u73b0\\u7f51\\u683c",
        "\\u539f\\u7f51\\u683c",
        "图例",
        "查找网格",
    ):
        assert word in page
    assert "leafletjs.com" not in page.split("</script>")[-2]
    for grid in (*outcome.after.plan.grids, *outcome.before.plan.grids):
        assert grid.code in page


def test_the_legend_says_what_the_colours_mean_and_a_public_map_is_no_internal_one(outcome):
    page = web_page(Scene.of(outcome, MapOptions(colouring="people", public=True)))
    for word in ("少于1,000人", "多于2,000人", "公示用示意图"):
        assert word in page
    assert "相邻异色" not in page and "内部用图" not in page


def test_same_outcome_same_page(page, outcome):
    assert web_page(Scene.of(outcome, MapOptions())) == page


def test_hostile_names_stay_text(outcome):
    grids = tuple(replace(g, name=HOSTILE + g.name) for g in outcome.after.plan.grids)
    branches = tuple(replace(b, name=HOSTILE) for b in outcome.after.plan.branches)
    plan = replace(outcome.after.plan, grids=grids, branches=branches)
    page = web_page(
        Scene.of(replace(outcome, after=replace(outcome.after, plan=plan), title=HOSTILE), MapOptions())
    )
    assert "<script>alert" not in page and "<img src=x" not in page
    assert len(re.findall(r"<script[ >]", page)) == len(re.findall("</script>", page))
    data = json.loads(re.search(r"gridplannerViewer\(map_\d+, \{[^}]*\}, (\{.*\})\);", page)[1])
    assert data["after"][0]["name"] == grids[0].name


def test_script_json_gives_the_same_data_back():
    text = script_json({"a": HOSTILE})
    assert "<" not in text and ">" not in text and "\u2028" not in text
    assert json.loads(text) == {"a": HOSTILE}


def test_a_public_page_has_no_numbers_of_people(outcome):
    page = web_page(Scene.of(outcome, MapOptions(public=True)))
    data = json.loads(re.search(r"gridplannerViewer\(map_\d+, \{[^}]*\}, (\{.*\})\);", page)[1])
    assert all(record["rows"][2:4] == ["", ""] for record in data["after"] + data["before"])


def test_nobody_is_named_on_the_page(page, outcome):
    assert all(grid.worker not in page for grid in outcome.after.plan.grids if grid.worker)


def test_a_folder_that_cannot_be_written_is_named(outcome, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="无法写入"):
        write_web_map(outcome, tmp_path / "file" / "web" / "map.html")


def test_leaflet_is_the_released_file():
    released = "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a"
    assert hashlib.sha256((WEB / "leaflet.js").read_bytes()).hexdigest() == released
