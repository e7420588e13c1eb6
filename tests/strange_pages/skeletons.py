"""A skeleton, one pixel wide, -> the lines along which a pen went."""

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

STRAIGHT = 70.0  # degrees by which a pen may turn where lines meet


def lines_of(skeleton, depth):
    """The lines of a skeleton, each as float `(n, 2)` x, y; spurs left out, straight on where lines meet."""
    edges, nodes = _graph(skeleton)
    edges, nodes = _without_bridges(edges, nodes, depth)
    edges = _without_spurs(edges, nodes, depth)
    lines = []
    for line, closed, free in _joined(edges, nodes):
        if len(line) < 2:
            continue
        lines.append(_finished(line, closed, free, depth))
    return lines


def _graph(skeleton):
    """Edges `[points (n, 2) x y, node or None, node or None]` and the nodes' places."""
    padded = skeleton.astype(np.uint8)
    around = cv2.filter2D(padded, cv2.CV_16S, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT) - padded
    crossing = ((padded > 0) & (around > 2)).astype(np.uint8)
    count, labels, _, centres = cv2.connectedComponentsWithStats(crossing, connectivity=8)
    nodes = {label: centres[label] for label in range(1, count)}
    number, parts = cv2.connectedComponents(((padded > 0) & (crossing == 0)).astype(np.uint8), connectivity=8)
    return [edge for part in range(1, number) for edge in _edge(np.argwhere(parts == part), labels)], nodes


def _edge(pixels, labels):
    """One path of pixels `(n, 2)` y, x in order, with the nodes at its ends."""
    left = {tuple(pixel) for pixel in pixels}
    around = {pixel: [near for near in _near(pixel) if near in left] for pixel in left}
    first = next((pixel for pixel in sorted(left) if len(around[pixel]) < 2), min(left))
    order, seen = [first], {first}
    while True:
        following = next((near for near in around[order[-1]] if near not in seen), None)
        if following is None:
            break
        order.append(following)
        seen.add(following)
    starts, ends = _touched(order[0], labels), _touched(order[-1], labels)
    line = np.array(order, float)[:, ::-1]
    if not starts and not ends and len(order) > 8 and order[0] in around[order[-1]]:
        return [[np.concatenate([line, line[:1]]), "ring", "ring"]]
    start = starts[0] if starts else None
    end = next((node for node in ends if node != start or len(order) > 2), None)
    return [[line, start, end]]


def _near(pixel):
    y, x = pixel
    straight = [(y, x + 1), (y + 1, x), (y, x - 1), (y - 1, x)]
    return [*straight, (y + 1, x + 1), (y + 1, x - 1), (y - 1, x - 1), (y - 1, x + 1)]


def _touched(pixel, labels):
    """The nodes beside a pixel."""
    high, wide = labels.shape
    near = [(y, x) for y, x in _near(pixel) if 0 <= y < high and 0 <= x < wide]
    return sorted({int(labels[place]) for place in near if labels[place]})


def _radius(point, depth):
    x, y = np.clip(np.round(point).astype(int), 0, np.array(depth.shape[::-1]) - 1)
    return float(depth[y, x])


def _without_bridges(edges, nodes, depth):
    """Two nodes that a short edge joins are one: there two lines cross."""
    edges, nodes = list(edges), dict(nodes)
    for edge in sorted(edges, key=lambda edge: len(edge[0])):
        line, start, end = edge
        if start in (None, "ring") or end in (None, "ring") or start == end:
            continue
        if len(line) > 1.3 * _radius(nodes[start], depth) + 2:
            continue
        edges = [other for other in edges if other is not edge]
        nodes[start] = (nodes[start] + nodes[end]) / 2
        for other in edges:
            other[1:] = [start if node == end else node for node in other[1:]]
    return edges, nodes


def _without_spurs(edges, nodes, depth):
    """Short loose ends at a node, which the outline's bumps leave, go."""
    kept = list(edges)
    for edge in sorted(edges, key=lambda edge: len(edge[0])):
        line, start, end = edge
        if (start is None) == (end is None) or "ring" in (start, end):
            continue
        node = start if start is not None else end
        meeting = sum((other[1] == node) + (other[2] == node) for other in kept)
        if meeting > 2 and len(line) < 1.15 * _radius(nodes[node], depth) + 3:
            kept = [other for other in kept if other is not edge]
    return kept


def _joined(edges, nodes):
    """`(line, closed, (loose start, loose end))`: edges that go straight on through a node, as one line."""
    partner = {}
    for node in nodes:
        arms = [(index, side) for index, edge in enumerate(edges) for side in (0, 1) if edge[1 + side] == node]
        pairs = sorted(
            (_turn(edges, nodes[node], first, second), first, second)
            for place, first in enumerate(arms)
            for second in arms[place + 1 :]
        )
        for turn, first, second in pairs:
            if first not in partner and second not in partner and (turn < STRAIGHT or len(arms) == 2):
                partner[first], partner[second] = second, first
    used, lines = set(), []
    heads = [(index, side) for index in range(len(edges)) for side in (0, 1) if (index, side) not in partner]
    for head in [*heads, *((index, 0) for index in range(len(edges)))]:
        if head[0] not in used:
            lines.append(_walked(head, edges, nodes, partner, used))
    return lines


def _walked(head, edges, nodes, partner, used):
    points, first, at = [], head, head
    while True:
        index, side = at
        used.add(index)
        line, ends = edges[index][0], edges[index][1:]
        line, ends = (line, ends) if side == 0 else (line[::-1], ends[::-1])
        for node, place in ((ends[0], 0), (ends[1], -1)):
            if node not in (None, "ring"):
                line = np.concatenate([nodes[node][None], line] if place == 0 else [line, nodes[node][None]])
        points.append(line if not points else line[1:])
        out = (index, 1 - side)
        if out not in partner or partner[out][0] in used:
            break
        at = partner[out]
    closed = edges[head[0]][1] == "ring" or partner.get(out) == first
    loose = edges[first[0]][1 + first[1]] is None, edges[out[0]][1 + out[1]] is None
    return np.concatenate(points), closed, loose


def _turn(edges, centre, first, second):
    """Degrees by which a pen turns that comes along one arm and leaves by the other."""
    directions = []
    for index, side in (first, second):
        line = edges[index][0] if side == 0 else edges[index][0][::-1]
        way = line[min(len(line) - 1, 14)] - centre
        directions.append(way / max(np.hypot(*way), 1e-6))
    return float(np.degrees(np.arccos(np.clip(-directions[0] @ directions[1], -1, 1))))


def _finished(line, closed, free, depth):
    """The line without stairs; its loose ends as far as the ink went."""
    line = even(line, 1.5)
    if len(line) < 3:
        return line
    soft = np.stack([gaussian_filter1d(line[:, axis], 3.0, mode="wrap" if closed else "nearest") for axis in (0, 1)], 1)
    if closed:
        return np.concatenate([soft, soft[:1]])
    soft[0], soft[-1] = line[0], line[-1]
    for place, loose in zip((0, -1), free, strict=True):
        if loose:
            inner = soft[min(len(soft) - 1, 5)] if place == 0 else soft[max(0, len(soft) - 6)]
            way = soft[place] - inner
            end = soft[place] + way / max(np.hypot(*way), 1e-6) * 0.6 * _radius(soft[place], depth)
            soft = np.concatenate([end[None], soft] if place == 0 else [soft, end[None]])
    return soft


def even(line, step):
    """The line with points at even steps."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    places = np.linspace(0, along[-1], max(2, round(along[-1] / step) + 1))
    return np.stack([np.interp(places, along, line[:, axis]) for axis in (0, 1)], 1)
