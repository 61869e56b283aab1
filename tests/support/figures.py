"""Measurements of a test run, which pytest prints at its end. Nothing is asserted on them."""

DETECTIONS = ("fault", "ensemble", "first sign", "verdict", "levels")
RUNS = ("runs of zk-health", "no", "p50", "p99", "max")
_tables: dict[tuple[str, ...], list[tuple[str, ...]]] = {}


def note(columns: tuple[str, ...], *row: str) -> None:
    """Adds a row to the table with these columns."""
    assert len(row) == len(columns)
    _tables.setdefault(columns, []).append(row)


def lines() -> list[str]:
    """All tables, as Markdown."""
    text = []
    for columns, rows in _tables.items():
        widths = [max(map(len, column)) for column in zip(columns, *rows)]
        text += ["", _line(columns, widths), _line(["-" * width for width in widths], widths)]
        text += [_line(row, widths) for row in sorted(rows)]
    return text


def _line(cells: tuple[str, ...] | list[str], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"
