# SPDX-License-Identifier: LGPL-3.0-or-later
from dataclasses import replace

import numpy as np
import pytest
import shapely
import shapely.affinity

from gridplanner.errors import UserError
from gridplanner.maps.book import make_sheets
from gridplanner.maps.borders import compare_borders, unique_lines
from gridplanner.maps.compose import Draft, window_frame
from gridplanner.maps.continued import list_pages
from gridplanner.maps.fonts import text_width
from gridplanner.maps.frame import ROUND_SCALES, Frame
from gridplanner.maps.furniture import break_lines, shorten
from gridplanner.maps.labels import Occupied
from gridplanner.maps.marks import Clip, Rect, Shape, Text
from gridplanner.maps.match import SMALLEST, match_marks, windows
from gridplanner.maps.options import PAPERS, MapOptions, Paper
from gridplanner.maps.scene import Scene
from gridplanner.maps.skeleton import Flow, lay_out
from gridplanner.maps.tables import Lines, Table, _parted, grid_list, pour
from gridplanner.maps.tiling import OVERLAP, cull, tile_sheet

KINDS = ["district", "change", "branch", "before_after", "street", "atlas", "community", "notice", "walk"]


def texts(marks):
    for mark in marks:
        if isinstance(mark, Clip):
            yield from texts(mark.marks)
        elif isinstance(mark, Text):
            yield mark


def words(sheet):
    return "\n".join(text.text for text in texts(sheet.marks))


def community(outcome):
    return str(outcome.district.communities.codes[2])


def sheets_of(kind, outcome, options=None):
    of = community(outcome) if kind in ("community", "notice", "walk") else ""
    return make_sheets(kind, outcome, options, of)


@pytest.mark.parametrize("kind", KINDS)
def test_each_sheet_says_what_a_map_must_say(kind, outcome):
    for sheet in sheets_of(kind, outcome):
        said = words(sheet)
        use = "公示用示意图" if kind == "notice" else "内部用图 注意保管"
        assert ("内部用图" in said) is (kind != "notice")
        for word in ("示意数据", use, "2026-11-21", "2000国家大地坐标系", sheet.title):
            assert word in said, word
        if sheet.scale:
            assert f"1:{sheet.scale:,}" in said and "北" in said


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("kind", ["district", "change", "street", "community", "walk"])
def test_nothing_stands_beyond_the_paper(kind, paper, outcome):
    for sheet in sheets_of(kind, outcome, MapOptions(paper=paper)):
        assert sorted((round(sheet.width), round(sheet.height))) == list(PAPERS[paper])
        for mark in sheet.marks:
            if isinstance(mark, Text):
                width = text_width(mark.text, mark.size)
                left = mark.x - {"left": 0, "centre": width / 2, "right": width}[mark.align]
                assert left >= 3 and left + width <= sheet.width - 3, mark.text
                assert mark.size / 2 <= mark.y <= sheet.height - mark.size / 2, mark.text
            elif isinstance(mark, Shape) and len(mark.coords):
                assert (
                    mark.coords.min() >= 0 and (mark.coords.max(axis=0) <= (sheet.width, sheet.height)).all()
                )


@pytest.mark.parametrize("kind", ["district", "change", "branch", "before_after"])
def test_every_grid_is_labelled_or_listed(kind, outcome):
    for sheet in sheets_of(kind, outcome):
        division = outcome.before if "现状" in sheet.title else outcome.after
        codes = sorted(grid.code for grid in division.plan.grids)
        assert sorted(sheet.labelled + sheet.listed) == codes


def test_the_atlas_has_a_page_per_community_and_every_grid_and_branch(outcome):
    pages = make_sheets("atlas", outcome)
    assert [page.kind for page in pages] == ["index"] + ["community"] * (len(pages) - 1)
    assert {page.key for page in pages[1:]} == set(outcome.district.communities.codes)
    said = "\n".join(words(page) for page in pages)
    for grid in outcome.after.plan.grids:
        assert grid.name in said
    assert said.count("党支部\n") >= len(outcome.after.plan.grids)
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页 共{len(pages)}页" in words(page)


def test_a_notice_carries_no_numbers_of_people(outcome):
    view = outcome.after.measures
    row = int(np.flatnonzero([g.community == 2 for g in outcome.after.plan.grids])[0])
    number = f"{view.people[row]:,}人"
    assert number in words(sheets_of("community", outcome)[0])
    said = words(sheets_of("notice", outcome)[0])
    assert number not in said and "人口" not in said and "公示" in said


def test_a_review_number_takes_the_place_of_the_classification(outcome):
    sheet = make_sheets(
        "district", outcome, MapOptions(review_number="川S〔2026〕1号", compiler="示例区民政局")
    )[0]
    assert "审图号：川S〔2026〕1号" in words(sheet) and "编制单位：示例区民政局" in words(sheet)
    assert "内部用图" not in words(sheet)


def test_unknown_words_are_refused(outcome):
    with pytest.raises(UserError, match="A5"):
        MapOptions(paper="A5")
    with pytest.raises(UserError, match="rainbow"):
        MapOptions(colouring="rainbow")
    with pytest.raises(UserError, match="globe"):
        make_sheets("globe", outcome)
    with pytest.raises(UserError, match="没有"):
        make_sheets("community", outcome, of="999")
    with pytest.raises(UserError, match="没有"):
        make_sheets("street", outcome, of="999")


def test_long_and_odd_names_do_not_break_a_sheet(outcome):
    odd = [replace(g, name="很长的网格名称" * 9 + "\x07<b>{x}") for g in outcome.after.plan.grids]
    plan = replace(outcome.after.plan, grids=tuple(odd))
    hostile = replace(outcome, after=replace(outcome.after, plan=plan), title="题" * 60)
    for kind in ("district", "community", "walk"):
        for sheet in sheets_of(kind, hostile):
            for mark in sheet.marks:
                if isinstance(mark, Text):
                    assert text_width(mark.text, mark.size) <= sheet.width - 6


def test_a_plan_without_codes_names_and_branches_is_drawn(outcome):
    bare = [replace(g, code="", name="", change=None) for g in outcome.after.plan.grids]
    plan = replace(outcome.after.plan, grids=tuple(bare), branches=(), ties=())
    sheet = make_sheets("district", replace(outcome, after=replace(outcome.after, plan=plan)))[0]
    assert len(set(sheet.labelled + sheet.listed)) == len(bare)
    assert "第16网格" in words(
        sheets_of("community", replace(outcome, after=replace(outcome.after, plan=plan)))[0]
    )


def test_a_community_4_km_long_gets_sheets_with_match_lines(scene):
    strip = shapely.box(0, 0, 4000, 50)
    frames = windows(scene, "A4", strip)
    assert len(frames) > 1 and {frame.scale for _layout, frame in frames} == {SMALLEST}
    seen = shapely.union_all([shapely.box(*frame.bounds) for _layout, frame in frames])
    assert seen.covers(strip)
    assert len(windows(scene, "A0", strip)) == 1


def test_a_community_in_parts_of_a_huge_district_is_not_cut_into_hundreds(scene):
    frames = windows(scene, "A4", shapely.box(0, 0, 90_000, 90_000))
    assert len(frames) <= 8 and frames[0][1].scale in ROUND_SCALES


def test_borders_are_sorted_into_kept_added_and_gone():
    before = np.array([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 2)], dtype=object)
    after = np.array(
        [
            shapely.Polygon([(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1)]),
            shapely.Polygon([(0, 1), (1, 1), (2, 1), (2, 2), (1, 2), (0, 2)]),
            None,
        ],
        dtype=object,
    )
    before = shapely.segmentize(before, 1.0)
    lines = compare_borders(before, after)
    assert shapely.length(lines.kept).sum() == pytest.approx(8)
    assert shapely.length(lines.added).sum() == pytest.approx(2)
    assert shapely.length(lines.gone).sum() == pytest.approx(2)
    assert len(compare_borders(before[:0], after).kept) == 0


def test_a_common_border_is_drawn_once():
    town = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), None], dtype=object)
    assert shapely.length(unique_lines(town)).sum() == pytest.approx(7)
    assert len(unique_lines(town[2:])) == 0


def test_tiles_cover_the_sheet_at_its_own_size(outcome):
    whole = make_sheets("district", outcome, MapOptions(paper="A0"))[0]
    pages = tile_sheet(whole, "A3")
    assert len(pages) == 9
    covered = shapely.union_all(
        [
            shapely.box(c.rect.x - c.dx, c.rect.y - c.dy, c.rect.right - c.dx, c.rect.bottom - c.dy)
            for page in pages
            for c in [page.marks[0]]
        ]
    )
    assert covered.covers(shapely.box(0, 0, whole.width, whole.height))
    assert OVERLAP > 3
    assert tile_sheet(pages[0], "A3") == [pages[0]]


def test_culling_keeps_all_that_touches_the_window(outcome):
    whole = make_sheets("district", outcome)[0]
    left = cull(whole.marks, Rect(0, 0, 1, 1))
    assert sum(len(m.coords) for m in left if isinstance(m, Shape)) == 0
    everything = cull(whole.marks, Rect(-10, -10, 5000, 5000))
    assert words(replace(whole, marks=everything)) == words(whole)


def test_lines_break_at_hanzi_but_not_inside_numbers_nor_before_a_comma():
    lines = break_lines("东至望江路，南至青松大道1234号（临时），西至河", 3.0, 24.0)
    assert "".join(lines) == "东至望江路，南至青松大道1234号（临时），西至河"
    assert all(text_width(line, 3.0) <= 24.0 for line in lines)
    assert not any(line[0] in "，）" or line[-1] == "（" for line in lines)
    assert any("1234" in line for line in lines)
    assert break_lines("", 3.0, 24.0) == [""]


def test_shortened_text_fits():
    assert shorten("很长很长的名字", 3.0, 12.0).endswith("…")
    assert text_width(shorten("很长很长的名字", 3.0, 12.0), 3.0) <= 12.0
    assert shorten("短", 3.0, 12.0) == "短"


def test_people_classes_have_a_legend(outcome):
    said = words(make_sheets("district", outcome, MapOptions(colouring="people"))[0])
    assert "少于1,000人" in said and "多于2,000人" in said


def test_scene_without_old_grids_or_layers(outcome):
    district = replace(outcome.district, originals={})
    bare = replace(outcome, district=district)
    assert Scene.of(bare, MapOptions()).streets
    assert make_sheets("community", bare, of=community(outcome))[0].scale


def test_a_graticule_only_where_it_is_asked_for(outcome):
    plain = make_sheets("district", outcome)[0]
    with_lines = make_sheets("district", outcome, MapOptions(graticule=True))[0]
    assert "3526" in words(with_lines).split() and "3526" not in words(plain).split()


def test_a_long_table_stops_at_the_paper_and_goes_on_on_further_pages(scene):
    flow = Flow((Rect(0, 0, 80, 60),))
    rows = [[str(i), "甲"] for i in range(900)]
    table = Table("表", ["号", "名"], rows, (0.3, 0.7), "rl")
    rest = pour(flow, [table, Lines("四至", ["东至河，" * 30] * 4)], scene, 1.0)
    assert max(mark.y for mark in flow.marks if isinstance(mark, Text)) <= 60
    layout = lay_out(Paper.of("A4", landscape=False), scene)
    draft = Draft(scene, layout, window_frame(layout, scene.bounds), "walk", "题", "")
    pages = [page.sheet() for page in list_pages(draft, rest)]
    assert len(pages) > 1 and all("题（续）" in words(page) and page.scale == 0 for page in pages)
    shown = [t.text for page in pages for t in texts(page.marks) if t.text.isdigit()]
    first = [mark.text for mark in flow.marks if isinstance(mark, Text) and mark.text.isdigit()]
    assert first + shown == [row[0] for row in rows]
    assert "".join(words(page) for page in pages).replace("\n", "").count("东至河") == 120


def test_a_sentence_longer_than_a_page_is_parted_and_whole(scene):
    layout = lay_out(Paper.of("A4", landscape=False), scene)
    draft = Draft(scene, layout, window_frame(layout, scene.bounds), "walk", "题", "")
    pages = [page.sheet() for page in list_pages(draft, [Lines("注", ["字" * 30_000])])]
    assert len(pages) > 1 and sum(words(page).count("字") for page in pages) == 30_000
    for page in pages:
        assert max(mark.y for mark in page.marks if isinstance(mark, Text)) <= page.height


def test_long_narrow_ground_aslant_is_laid_along_the_paper(scene):
    strip = shapely.affinity.rotate(shapely.box(0, 0, 4000, 50), 40)
    frames = windows(scene, "A3", strip)
    assert len(frames) == 2 and abs(abs(frames[0][1].angle) - 40) < 1e-6
    seen = shapely.union_all([frame.outline for _layout, frame in frames])
    assert seen.covers(strip)
    draft = Draft(scene, *frames[0], "community", "题", "")
    said = [mark.text for mark in match_marks(draft, frames, 0, Occupied()) if isinstance(mark, Text)]
    assert said == ["接第2幅"]


def test_two_sheets_of_nearly_the_same_ground_become_one(scene):
    layout = lay_out(Paper.of("A3", landscape=True), scene)
    west, south, east, north = window_frame(layout, (0, 0, 1, 1), SMALLEST).bounds
    frames = windows(scene, "A3", shapely.box(0, 0, (east - west) * 0.9, (north - south) * 1.05))
    assert len(frames) == 1 and frames[0][1].scale == 10_000
    frames = windows(scene, "A3", shapely.box(0, 0, (east - west) * 1.6, (north - south) * 0.9))
    assert len(frames) == 2 and frames[0][1].scale <= SMALLEST


def test_north_lies_where_the_turned_map_says():
    frame = Frame(Rect(0, 0, 200, 100), 1000, 50.0, 20.0, 30.0)
    middle, north = frame.to_mm(np.array([(50.0, 20.0), (50.0, 30.0)]))
    assert np.degrees(np.arctan2(north[0] - middle[0], middle[1] - north[1])) == pytest.approx(30)
    corners = frame.to_mm(shapely.get_coordinates(frame.outline)[:4])
    assert sorted(map(tuple, corners.round(6).tolist())) == [(0, 0), (0, 100), (200, 0), (200, 100)]
    assert frame.bounds == pytest.approx(frame.outline.bounds)


def test_a_notice_says_limits_period_and_telephone(outcome):
    grids = [replace(g, limits=("青松大道" * 3, "河", "西巷", "北路")) for g in outcome.after.plan.grids]
    plan = replace(outcome.after.plan, grids=tuple(grids))
    outcome = replace(outcome, after=replace(outcome.after, plan=plan))
    options = MapOptions(paper="A4", notice_phone="0827-5550000", notice_period="12月1日至12月7日")
    said = "\n".join(words(sheet) for sheet in make_sheets("notice", outcome, options, community(outcome)))
    assert said.count("东至") >= sum(g.community == 2 for g in outcome.after.plan.grids) > 0
    assert "0827-5550000" in said and "12月1日至12月7日" in said and "批准" not in said
    assert "年__月__日" in words(make_sheets("notice", outcome, of=community(outcome))[0])


def test_meeting_places_are_shown_and_the_legend_names_only_what_is_seen(outcome):
    def living(sheet):
        discs = [m for c in sheet.marks if isinstance(c, Clip) for m in c.marks if isinstance(m, Shape)]
        return sum(len(m.starts) for m in discs if m.fill == "#1f5fa8")

    west, south, _east, _north = Scene.of(outcome, MapOptions()).bounds
    gone = [replace(b, x=west + 500, y=south + 500, status="merge") for b in outcome.after.plan.branches]
    plan = replace(outcome.after.plan, branches=(replace(gone[0], status="keep"), *gone[1:]))
    shown = make_sheets("branch", replace(outcome, after=replace(outcome.after, plan=plan)))[0]
    assert living(shown) == 1 and "党支部活动场所" in words(shown)
    bare = make_sheets("branch", outcome)[0]
    assert living(bare) == 0 and "党支部活动场所" not in words(bare)
    dry = replace(outcome, district=replace(outcome.district, originals={}))
    assert "水域" not in words(make_sheets("community", dry, of=community(outcome))[0])


def test_a_neighbour_of_another_community_bears_its_whole_name(outcome):
    said = set()
    names = outcome.district.communities.names
    for code, name in zip(outcome.district.communities.codes, names, strict=True):
        for sheet in make_sheets("walk", outcome, MapOptions(paper="A4"), str(code)):
            said |= {t.text for t in texts(sheet.marks) if t.text.startswith(tuple(set(names) - {name}))}
    assert any("网格" in text for text in said)


def test_a_district_without_streets_counts_by_community(outcome):
    places = outcome.district.communities
    empty = np.full(len(places), "", dtype=object)
    bare = replace(places, street_codes=empty, street_names=empty)
    sheet = make_sheets("district", replace(outcome, district=replace(outcome.district, communities=bare)))[0]
    assert "各社区网格统计" in words(sheet) and "街道" not in words(sheet)


def test_the_table_of_changes_counts_as_the_legend_does(outcome):
    said = [text.text for text in texts(make_sheets("change", outcome)[0].marks)]
    heads = said.index("各街道网格调整情况")
    total = said.index("合计", heads)
    header = said[heads + 2 : heads + 8]
    counts = {"保留": outcome.change.kept, "合并": outcome.change.merged, "拆分": outcome.change.split}
    for word, count in counts.items():
        if word in header:
            assert said[total + 1 + header.index(word)] == f"{count:,}"


def test_a_long_list_beside_a_map_stays_readable(outcome):
    for sheet in make_sheets("street", outcome, MapOptions(paper="A4")):
        rows = [
            t for t in sheet.marks if isinstance(t, Text) and t.text.startswith("第") and "网格" in t.text
        ]
        assert all(t.size >= 1.6 for t in rows)


def test_the_sketch_of_a_notice_takes_a_review_number(outcome):
    said = words(
        make_sheets("notice", outcome, MapOptions(review_number="川S〔2026〕1号"), community(outcome))[0]
    )
    assert "审图号：川S〔2026〕1号" in said and "公示用示意图" not in said


def test_a_street_s_list_is_folded_before_it_goes_on_elsewhere(outcome):
    grids = outcome.after.plan.grids
    key = str(outcome.district.communities.street_codes[0])
    inside = {c for c, code in enumerate(outcome.district.communities.street_codes) if str(code) == key}
    sheets = make_sheets("street", outcome, MapOptions(paper="A3"), key)
    assert len(sheets) == 1
    table = grid_list(Scene.of(outcome, MapOptions()), [*inside] * 4)
    flow = Flow((Rect(0, 0, 74, 70),))
    rest = pour(flow, [table], Scene.of(outcome, MapOptions()), 1.0)
    said = [t for t in flow.marks if isinstance(t, Text)]
    heads = [t for t in said if t.text in set(outcome.district.communities.names)]
    assert heads and all(t.bold for t in heads) and max(t.x for t in heads) > 37
    shown = [t for t in said if t.text.startswith("第") and not t.bold]
    left = [row for content in rest for row in content.rows if len(row) > 1]
    assert len(shown) + len(left) == 4 * sum(g.community in inside for g in grids)
    assert max(t.y for t in said) <= 70


def test_parted_rows_get_their_head_again():
    rows = [["甲"], ["1", "a"], ["2", "b"], ["乙"], ["3", "c"], ["4", "d"]]
    assert _parted(rows, 4) == (rows[:3], rows[3:])
    assert _parted(rows, 5) == (rows[:5], [["乙"], ["4", "d"]])
    assert _parted(rows, 9) == (rows, [])


def test_an_overview_names_the_streets_and_colours_them_apart(outcome):
    scene = Scene.of(outcome, MapOptions())
    for kind in ("district", "change", "branch"):
        titles = [
            t for t in texts(make_sheets(kind, outcome)[0].marks) if t.color == scene.style.grids.street
        ]
        assert {t.text for t in titles} == {scene.street_name(key) for key in scene.streets}
    assert len(set(scene.street_tints.values())) == min(len(scene.streets), len(scene.style.grids.palette))


def test_a_community_s_sheet_gives_the_limits_where_all_of_them_find_room(outcome):
    def with_limits(text):
        grids = [replace(g, limits=(text, "河", "西巷", "北路")) for g in outcome.after.plan.grids]
        plan = replace(outcome.after.plan, grids=tuple(grids))
        return replace(outcome, after=replace(outcome.after, plan=plan))

    options, code = MapOptions(paper="A3"), community(outcome)
    count = sum(g.community == 2 for g in outcome.after.plan.grids)
    short = make_sheets("community", with_limits("青松大道"), options, code)
    assert all(words(sheet).count("东至") == count for sheet in short)
    long = make_sheets("community", with_limits("青松大道" * 90), options, code)
    assert len(long) == len(short) and not any("东至" in words(sheet) for sheet in long)
