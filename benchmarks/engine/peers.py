# SPDX-License-Identifier: LGPL-3.0-or-later
"""Other programs on the same atoms: each divides one connected part into k grids, as well as it can be told.

None knows communities, so each is run part by part; none can be told a least and a greatest number of
people, a radius and today's grids together. Those that are not installed are left out, and it is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.engine.contest import Ground
from benchmarks.engine.judge import Limits

Labels = npt.NDArray[np.integer]
Divide = Callable[[Ground, int, Limits], Labels]
#: Steps of the chain that looks for the division with the fewest pieces.
_BURSTS, _BURST_LENGTH = 20, 10


@dataclass(frozen=True)
class Peer:
    """A program: its name in the table, the module it needs, and how it divides a part."""

    name: str
    module: str
    divide: Divide


def metis(ground: Ground, seed: int, limits: Limits) -> Labels:
    """METIS, k-way, contiguous, 10 % off the mean."""
    import pymetis

    options = pymetis.Options(contig=1, ufactor=100, seed=seed)
    found = pymetis.part_graph(
        ground.k,
        xadj=ground.links.indptr.tolist(),
        adjncy=ground.links.indices.tolist(),
        vweights=(ground.people + 1).tolist(),
        recursive=False,
        options=options,
    )
    return np.array(found.vertex_part)


def _geoda(ground: Ground) -> tuple[Any, list[list[float]], dict[str, Any]]:
    """Return weights (the library takes them from a file only), data and the bound on people."""
    from pygeoda.weights import read_gal

    lines = [f"0 {len(ground)} part id"]
    for a, near in ground.neighbours().items():
        lines += [f"{a} {len(near)}", " ".join(map(str, near))]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part.gal"
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        weights = read_gal(str(path), [str(a) for a in range(len(ground))])
    return weights, ground.xy.T.tolist(), {"bound_variable": ground.people.astype(float).tolist()}


def geoda_maxp(ground: Ground, seed: int, limits: Limits) -> Labels:
    """GeoDa's max-p, greedy: as many regions as the least number of people allows."""
    import pygeoda

    weights, data, bound = _geoda(ground)
    found = pygeoda.maxp_greedy(weights, data, bound["bound_variable"], limits.low, random_seed=seed)
    return np.array(found["Clusters"]) - 1


def geoda_azp(ground: Ground, seed: int, limits: Limits) -> Labels:
    """GeoDa's AZP, greedy, regions by coordinates, with a least number of people."""
    import pygeoda

    weights, data, bound = _geoda(ground)
    found = pygeoda.azp_greedy(ground.k, weights, data, **bound, min_bound=limits.low, random_seed=seed)
    return np.array(found["Clusters"]) - 1


def geoda_skater(ground: Ground, seed: int, limits: Limits) -> Labels:
    """GeoDa's SKATER with a least number of people."""
    import pygeoda

    weights, data, bound = _geoda(ground)
    found = pygeoda.skater(ground.k, weights, data, **bound, min_bound=limits.low, random_seed=seed)
    return np.array(found["Clusters"]) - 1


def _spopt(ground: Ground) -> tuple[Any, Any]:
    """Return a table with coordinates and people, and the weights."""
    import geopandas
    import libpysal

    points = geopandas.points_from_xy(*ground.xy.T)
    columns = {"people": ground.people, "x": ground.xy[:, 0], "y": ground.xy[:, 1]}
    frame = geopandas.GeoDataFrame(columns, geometry=points)
    return frame, libpysal.weights.W(ground.neighbours(), silence_warnings=True)


def spopt_maxp(ground: Ground, seed: int, limits: Limits) -> Labels:
    """spopt's max-p heuristic, two construction iterations; it chooses the number of regions itself."""
    from spopt.region import MaxPHeuristic

    frame, weights = _spopt(ground)
    np.random.seed(seed)  # noqa: NPY002 - the library draws from the global generator
    model = MaxPHeuristic(frame, weights, ["x", "y"], "people", limits.low, 2, max_iterations_construction=2)
    model.solve()
    return np.asarray(model.labels_) - 1


def spopt_kmeans(ground: Ground, seed: int, limits: Limits) -> Labels:
    """spopt's k-means with contiguity, by coordinates."""
    from spopt.region import RegionKMeansHeuristic

    _frame, weights = _spopt(ground)
    model = RegionKMeansHeuristic(ground.xy, ground.k, weights, seed=seed)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def spopt_azp(ground: Ground, seed: int, limits: Limits) -> Labels:
    """spopt's AZP, by coordinates."""
    from spopt.region import AZP

    frame, weights = _spopt(ground)
    model = AZP(frame, weights, ["x", "y"], n_clusters=ground.k, random_state=seed)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def spopt_skater(ground: Ground, seed: int, limits: Limits) -> Labels:
    """spopt's Skater, by coordinates; its only bound is on the number of atoms."""
    from spopt.region import Skater

    frame, weights = _spopt(ground)
    model = Skater(frame, weights, ["x", "y"], n_clusters=ground.k, floor=1)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def _tolerance(ground: Ground, limits: Limits) -> float:
    """Return how far from the mean a grid may be and still lie in the band, as a share."""
    mean = ground.people.sum() / ground.k
    return float(max(min(mean - limits.low, limits.high - mean) / mean, 0.01))


def _chain_graph(ground: Ground) -> Any:
    """Return the graph gerrychain works on."""
    import networkx
    from gerrychain import Graph

    plain = networkx.Graph()
    for a in range(len(ground)):
        plain.add_node(a, people=int(ground.people[a]), old=int(ground.old[a]))
    plain.add_edges_from((a, b) for a, near in ground.neighbours().items() for b in near if a < b)
    return Graph.from_networkx(plain)


def _tree_start(ground: Ground, seed: int, limits: Limits) -> tuple[Any, dict[int, int]]:
    """Return the graph and a first division by spanning trees."""
    from gerrychain.partition import recursive_tree_part

    graph = _chain_graph(ground)
    mean = int(ground.people.sum()) / ground.k
    parts = list(range(ground.k))
    label = recursive_tree_part(graph, parts, mean, "people", _tolerance(ground, limits), rng=seed)
    return graph, {int(a): int(g) for a, g in label.items()}


def gerry_tree(ground: Ground, seed: int, limits: Limits) -> Labels:
    """gerrychain's recursive_tree_part with the widest tolerance that stays in the band."""
    _graph, label = _tree_start(ground, seed, limits)
    return np.array([label[a] for a in range(len(ground))])


def gerry_recom(ground: Ground, seed: int, limits: Limits) -> Labels:
    """gerrychain's ReCom, 200 steps in short bursts, surcharge on cutting old grids, fewest pieces kept."""
    from functools import partial

    from gerrychain import Partition
    from gerrychain.constraints import within_percent_of_ideal_population
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.proposals import recom
    from gerrychain.updaters import Tally

    graph, label = _tree_start(ground, seed, limits)
    start = Partition(graph, label, {"population": Tally("people", alias="population")})
    room = _tolerance(ground, limits)
    step = partial(
        recom,
        pop_col="people",
        pop_target=int(ground.people.sum()) / ground.k,
        epsilon=room,
        region_surcharge={"old": 0.5},
    )
    within = within_percent_of_ideal_population(start, room)

    def pieces(partition: Any) -> float:
        pairs = {(int(ground.old[a]), partition.assignment[a]) for a in range(len(ground))}
        return float(len(pairs))

    chain = SingleMetricOptimizer(step, within, start, pieces, maximize=False, rng=seed)
    for _partition in chain.short_bursts(_BURST_LENGTH, _BURSTS):
        pass
    best = chain.best_part
    return np.array([best.assignment[a] for a in range(len(ground))])


PEERS = (
    Peer("pymetis k-way", "pymetis", metis),
    Peer("pygeoda maxp_greedy", "pygeoda", geoda_maxp),
    Peer("pygeoda azp_greedy", "pygeoda", geoda_azp),
    Peer("pygeoda skater", "pygeoda", geoda_skater),
    Peer("gerrychain tree_part", "gerrychain", gerry_tree),
    Peer("gerrychain ReCom", "gerrychain", gerry_recom),
    Peer("spopt RegionKMeans", "spopt", spopt_kmeans),
    Peer("spopt Skater", "spopt", spopt_skater),
    Peer("spopt AZP", "spopt", spopt_azp),
    Peer("spopt MaxP (2)", "spopt", spopt_maxp),
)
