# SPDX-License-Identifier: LGPL-3.0-or-later
"""Other programs on the same atoms: each divides one connected part into k grids, as well as it can be told.

None knows communities, so each is run part by part; none can be told a least and a greatest number of
people, a radius and today's grids together. Those that are not installed are left out, and it is said.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.solve.part import Part

Labels = npt.NDArray[np.integer]
Peer = Callable[[Part, int, int], Labels]


def metis(part: Part, k: int, seed: int) -> Labels:
    """METIS, k-way, contiguous, 10 % off the mean."""
    import pymetis

    f = part.field
    options = pymetis.Options(contig=1, ufactor=100, seed=seed)
    weights = [int(p) + 1 for p in f.people]
    found = pymetis.part_graph(
        k, xadj=f.indptr, adjncy=f.indices, vweights=weights, recursive=False, options=options
    )
    return np.array(found.vertex_part)


def _geoda_weights(part: Part) -> Any:
    """Return the open edges as GeoDa weights; the library takes them from a file only."""
    from pygeoda.weights import read_gal

    f = part.field
    lines = [f"0 {len(part)} part id"]
    for a in range(len(part)):
        own = f.indices[f.indptr[a] : f.indptr[a + 1]]
        lines += [f"{a} {len(own)}", " ".join(map(str, own))]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part.gal"
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        return read_gal(str(path), [str(a) for a in range(len(part))])


def geoda_azp(part: Part, k: int, seed: int) -> Labels:
    """GeoDa's AZP, greedy, regions by coordinates, at least 1,000 people."""
    import pygeoda

    weight = _geoda_weights(part)
    data = [part.field.x[part.field.points[:-1]].tolist(), part.field.y[part.field.points[:-1]].tolist()]
    bound = part.field.people.astype(float).tolist()
    found = pygeoda.azp_greedy(k, weight, data, bound_variable=bound, min_bound=1000.0, random_seed=seed)
    return np.array(found["Clusters"]) - 1


def geoda_skater(part: Part, k: int, seed: int) -> Labels:
    """GeoDa's SKATER with at least 1,000 people."""
    import pygeoda

    weight = _geoda_weights(part)
    data = [part.field.x[part.field.points[:-1]].tolist(), part.field.y[part.field.points[:-1]].tolist()]
    bound = part.field.people.astype(float).tolist()
    found = pygeoda.skater(k, weight, data, bound_variable=bound, min_bound=1000.0, random_seed=seed)
    return np.array(found["Clusters"]) - 1


def spopt_maxp(part: Part, k: int, seed: int) -> Labels:
    """spopt's max-p heuristic, two construction iterations; it chooses the number of regions itself."""
    import geopandas
    import libpysal
    import spopt

    f = part.field
    own = {a: f.indices[f.indptr[a] : f.indptr[a + 1]].tolist() for a in range(len(part))}
    frame = geopandas.GeoDataFrame({"people": f.people, "x": f.x[f.points[:-1]], "y": f.y[f.points[:-1]]})
    np.random.seed(seed)  # noqa: NPY002 - the library draws from the global generator
    model = spopt.region.MaxPHeuristic(
        frame, libpysal.weights.W(own, silence_warnings=True), ["x", "y"], "people", 1000, 2,
        max_iterations_construction=2, max_iterations_sa=5,
    )  # fmt: skip
    model.solve()
    return np.asarray(frame[model.output_col] if hasattr(model, "output_col") else model.labels_)


#: Name shown, module it needs, function.
PEERS: tuple[tuple[str, str, Peer], ...] = (
    ("pymetis k-way", "pymetis", metis),
    ("pygeoda azp_greedy", "pygeoda", geoda_azp),
    ("pygeoda skater", "pygeoda", geoda_skater),
    ("spopt MaxP (2)", "spopt", spopt_maxp),
)


def installed() -> tuple[list[tuple[str, Peer]], list[str]]:
    """Return the peers that are here, and the names of those that are not."""
    here = [(name, peer) for name, module, peer in PEERS if find_spec(module)]
    return here, [name for name, module, _peer in PEERS if not find_spec(module)]
