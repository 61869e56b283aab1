"""Fixtures of the tests that run whole processes."""

import contextlib
from collections.abc import Callable, Iterator

import pytest
from _pytest.terminal import TerminalReporter

import figures
from exporter_process import Exporter


@pytest.fixture
def start_exporter() -> Iterator[Callable[..., Exporter]]:
    """Starts exporters, with the arguments of `Exporter`, that are ready; each must end well after the test."""
    started: list[Exporter] = []

    def start(*arguments: object, **options: object) -> Exporter:
        started.append(Exporter(*arguments, **options))
        started[-1].wait_ready()
        return started[-1]

    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [exporter.close() for exporter in started])
        yield start
        for exporter in started:
            print(f"--- log of the exporter on {exporter.address}:\n{exporter.log()}")
            exporter.stop()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Prints what was measured."""
    for line in figures.lines():
        terminalreporter.write_line(line)
