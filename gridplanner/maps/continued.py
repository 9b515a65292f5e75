# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pages that carry on the lists which found no room beside their map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gridplanner.maps.compose import Draft, Page
from gridplanner.maps.skeleton import list_layout
from gridplanner.maps.tables import Content, pour
from gridplanner.texts import _


def list_pages(draft: Draft, rest: Sequence[Content]) -> list[Page]:
    """Return the further pages of a sheet: what is left of its lists, without a map.

    Parameters
    ----------
    draft : Draft
        The page that they follow.
    rest : sequence of Content
        As `pour` returns it; nothing gives no page.
    """
    pages: list[Page] = []
    title = _("{title} (continued)").format(title=draft.title)
    page, left = replace(draft, layout=list_layout(draft.layout), title=title), list(rest)
    while left:
        flow = page.flow()
        fewer = pour(flow, left, draft.scene, draft.k)
        if not flow.marks:
            # A page that takes nothing would never end.
            break
        pages.append(page.finish_list(flow))
        left = fewer
    return pages
