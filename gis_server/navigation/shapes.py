"""Lines of a way: the shape of a piece of a link, and pieces put together. Rows of longitude and latitude."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gis_server.navigation.approach import Piece
from gis_server.navigation.graph import FloatArray, Network


def piece_coordinates(network: Network, piece: Piece) -> FloatArray:
    """Vertices of a piece in walking order."""
    return cut(network.shape(piece.link), piece.begin, piece.finish)


def cut(shape: FloatArray, begin: float, finish: float) -> FloatArray:
    """The part of a line between two fractions of its length, turned round if `finish` comes first.

    >>> cut(np.array([[0.0, 0.0], [0.0, 2.0]]), 1.0, 0.5).tolist()
    [[0.0, 2.0], [0.0, 1.0]]
    """
    low, high = min(begin, finish), max(begin, finish)
    if (low, high) == (0.0, 1.0):
        return shape[::-1] if finish < begin else shape
    steps = np.diff(shape, axis=0) * (np.cos(np.radians(shape[0, 1])), 1.0)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    along = along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, len(shape))
    inner = shape[(along > low) & (along < high)]
    ends = np.column_stack([np.interp([low, high], along, shape[:, axis]) for axis in (0, 1)])
    part = np.vstack([ends[:1], inner, ends[1:]])
    return part[::-1] if finish < begin else part


def joined(parts: Sequence[FloatArray]) -> FloatArray:
    """Parts that follow one another as one line, without repeating the vertex where they meet."""
    line = np.vstack(parts)
    differs = np.any(line[1:] != line[:-1], axis=1)
    return line[np.concatenate([[True], differs])] if differs.any() else line[:2]


def walk_coordinates(network: Network, pieces: Sequence[Piece]) -> FloatArray:
    """The whole way as one line of at least two vertices."""
    return joined([piece_coordinates(network, piece) for piece in pieces])
