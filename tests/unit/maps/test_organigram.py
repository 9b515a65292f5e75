# SPDX-License-Identifier: LGPL-3.0-or-later
from dataclasses import replace

from gridplanner.maps.book import make_sheets
from gridplanner.maps.fonts import text_width
from gridplanner.maps.marks import Text
from gridplanner.maps.options import MapOptions
from gridplanner.model.staff import Branch


def with_branches(outcome, count, **more):
    places = outcome.district.communities
    branches = tuple(
        Branch(
            f"Z{i}",
            f"第{i}党支部",
            community_code=str(places.codes[i % len(places)]),
            full_members=i % 60,
            **more,
        )
        for i in range(count)
    )
    plan = replace(outcome.after.plan, branches=branches, ties=())
    return replace(outcome, after=replace(outcome.after, plan=plan))


def texts(sheets):
    return [mark for sheet in sheets for mark in sheet.marks if isinstance(mark, Text)]


def test_every_street_community_and_branch_stands_in_the_chart(outcome):
    many = with_branches(outcome, 40)
    sheets = make_sheets("organisation", many)
    said = [text.text for text in texts(sheets)]
    assert all(said.count(branch.name) == 1 for branch in many.after.plan.branches)
    names = outcome.district.communities.names
    assert all(any(str(name) in text for text in said) for name in names)
    assert "40个党支部　正式党员780名" in said
    assert len(sheets) == 1 + len(set(outcome.district.communities.street_codes))
    one = make_sheets("organisation", many, of=str(outcome.district.communities.street_codes[0]))
    assert len(one) == 1 and "共" not in one[0].marks[-1].text


def test_a_community_with_hundreds_of_branches_goes_on_over_columns_and_pages(outcome):
    many = with_branches(outcome, 2400, groups="2")
    sheets = make_sheets("organisation", many, MapOptions(paper="A4"))
    said = [text.text for text in texts(sheets)]
    assert all(f"第{i}党支部" in said for i in range(2400))
    assert said.count("第2党小组") == 2400 and any("（续）" in text for text in said)
    for sheet in sheets:
        for mark in sheet.marks:
            if isinstance(mark, Text):
                assert 0 < mark.y < sheet.height and mark.x - text_width(mark.text, mark.size) < sheet.width


def test_a_public_chart_counts_no_members_and_merged_branches_are_gone(outcome):
    gone = with_branches(outcome, 8, status="merge")
    assert not [t for t in texts(make_sheets("organisation", gone)) if t.text.startswith("第1党支部")]
    said = [
        t.text for t in texts(make_sheets("organisation", with_branches(outcome, 8), MapOptions(public=True)))
    ]
    assert "8个党支部" in said and not any("党员" in text for text in said)


def test_without_any_branch_the_committees_stand_alone(outcome):
    sheets = make_sheets("organisation", with_branches(outcome, 0))
    assert any("党委" in text.text for text in texts(sheets))


def test_the_branches_of_a_street_fill_the_width_of_the_paper(outcome):
    for sheet in make_sheets("organisation", with_branches(outcome, 40), MapOptions(paper="A3"))[1:]:
        counts = [mark for mark in texts([sheet]) if mark.align == "right" and "正式党员" in mark.text]
        assert max(mark.x for mark in counts) > sheet.width * 0.9
