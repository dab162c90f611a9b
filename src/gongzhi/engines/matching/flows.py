"""The two flow problems that a well-kept solver (OR-Tools) solves for us, on plain arrays."""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

from gongzhi.engines.matching.pool import BoolArray, IntArray


class CannotSolve(RuntimeError):
    """The solver refused a network that should have been sound."""


def _narrow(values: IntArray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.int32)


def _wide(values: IntArray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class MaxFlow:
    total: int
    flow: IntArray
    """(arcs,)"""
    reaches_sink: BoolArray
    """(nodes,), whether more could still be sent from the node to the sink."""


def send_most(
    *, tail: IntArray, head: IntArray, capacity: IntArray, source: int, sink: int, nodes: int
) -> MaxFlow:
    """A maximum flow and its cut on the side of the sink."""
    if not len(tail):
        reaches = np.zeros(nodes, dtype=bool)
        reaches[sink] = True
        return MaxFlow(total=0, flow=np.empty(0, dtype=np.int64), reaches_sink=reaches)
    solver = max_flow.SimpleMaxFlow()
    arcs = solver.add_arcs_with_capacity(_narrow(tail), _narrow(head), _wide(capacity))
    status = solver.solve(source, sink)
    if status != solver.OPTIMAL:
        raise CannotSolve(f"maximum flow ended with {status}")
    reaches = np.zeros(nodes, dtype=bool)
    reaches[solver.get_sink_side_min_cut()] = True
    return MaxFlow(
        total=int(solver.optimal_flow()), flow=np.asarray(solver.flows(arcs)), reaches_sink=reaches
    )


def send_cheapest(
    *, tail: IntArray, head: IntArray, capacity: IntArray, cost: IntArray, supply: IntArray
) -> IntArray:
    """A flow of least cost that sends every supply; (arcs,). `supply` is (nodes,), sums to 0."""
    if not len(tail):
        return np.empty(0, dtype=np.int64)
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        _narrow(tail), _narrow(head), _wide(capacity), _wide(cost)
    )
    solver.set_nodes_supplies(_narrow(np.arange(len(supply))), _wide(supply))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise CannotSolve(f"cheapest flow ended with {status}")
    return np.asarray(solver.flows(arcs))
