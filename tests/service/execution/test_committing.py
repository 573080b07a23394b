"""Steps in a row are computed before they are durable, share commits, and change no bit."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from execution_bench import EPOCHS, SETTINGS, ExecutionBench, uninterrupted

from service.execution.committing import WritesInRow, commit_in_row
from service.execution.thread_executor import ThreadExecutor
from service.execution.tickets import Outcome
from service.use_cases.requests import AnsweredBefore, RequestId
from service.use_cases.steps import Begun, StepCommand, StepUnit
from training.errors import StaleEtag
from training.network import Initializer
from training.numerics.initializers import InitializerKind

STEP = StepCommand("net", 1, StepUnit.UPDATE, None)
OPENING = replace(STEP, settings=SETTINGS)


@pytest.fixture
def bench() -> Iterator[ExecutionBench]:
    with ExecutionBench(ThreadExecutor) as bench:
        yield bench


def request(name: str) -> RequestId[Outcome]:
    return RequestId(name, name.encode(), lambda outcome: outcome.head.etag.encode())


def begun_in_row(
    bench: ExecutionBench, calls: Sequence[tuple[StepCommand, RequestId[Outcome] | None]]
) -> list[WritesInRow[Begun]]:
    """Compute the first write of each step."""
    rows = [WritesInRow(bench.steps.writes(*call)) for call in calls]
    for row in rows:
        row.begin()
    return rows


def in_row(
    bench: ExecutionBench, calls: Sequence[tuple[StepCommand, RequestId[Outcome] | None]]
) -> list[WritesInRow[Begun]]:
    """Take steps in a row; return them after the last one is durable."""
    rows = begun_in_row(bench, calls)
    commit_in_row(bench.store, rows)
    return rows


def updates_done(row: WritesInRow[Begun]) -> int:
    outcome = row.result().ticket.outcome
    assert outcome is not None
    return outcome.run.updates_done


def finish(bench: ExecutionBench) -> None:
    bench.steps.begin(replace(STEP, count=10**9))
    bench.wait_for_run(lambda run: run.is_over)


def transactions(bench: ExecutionBench) -> list[Any]:
    found: list[Any] = []
    bench.store.on_commit(found.append)
    return found


def test_steps_in_a_row_share_a_commit_and_have_the_bits_of_one_run(bench: ExecutionBench) -> None:
    bench.steps.begin(OPENING)
    commits = transactions(bench)
    counts = [1, 3, 1, 2]
    rows = in_row(bench, [(replace(STEP, count=count), None) for count in counts])
    assert [updates_done(row) for row in rows] == [2, 5, 6, 8]
    assert len(commits) == 1
    finish(bench)
    assert bench.final_bits() == uninterrupted(EPOCHS)


def test_the_first_step_in_a_row_can_open_the_run(bench: ExecutionBench) -> None:
    rows = in_row(bench, [(OPENING, None), (STEP, None), (STEP, None)])
    assert [updates_done(row) for row in rows] == [1, 2, 3]


def test_a_repeated_request_in_a_row_has_no_effect(bench: ExecutionBench) -> None:
    bench.steps.begin(OPENING)
    rows = in_row(
        bench, [(STEP, request("a")), (STEP, request("a")), (STEP, request("b")), (STEP, None)]
    )
    with pytest.raises(AnsweredBefore):
        rows.pop(1).result()
    assert [updates_done(row) for row in rows] == [2, 3, 4]
    finish(bench)
    assert bench.final_bits() == uninterrupted(EPOCHS)


def test_steps_in_a_row_after_a_change_of_the_network_are_computed_again(
    bench: ExecutionBench,
) -> None:
    bench.steps.begin(OPENING)
    rows = begun_in_row(bench, [(STEP, None)] * 3)
    bench.edits.reset("net", Initializer(InitializerKind.UNIFORM, 1))
    commit_in_row(bench.store, rows)
    assert [updates_done(row) for row in rows] == [2, 3, 4]
    finish(bench)
    assert bench.final_bits() == uninterrupted(EPOCHS - 1)


def test_an_etag_is_that_of_the_head_which_earlier_steps_in_a_row_leave(
    bench: ExecutionBench,
) -> None:
    opened = bench.steps.begin(OPENING).ticket.outcome
    assert opened is not None
    etag = opened.head.etag
    fitting, stale = in_row(bench, [(replace(STEP, etag=etag), None)] * 2)
    assert updates_done(fitting) == 2
    with pytest.raises(StaleEtag):
        stale.result()


def test_steps_in_a_row_whose_first_one_is_not_written_are_computed_again(
    bench: ExecutionBench,
) -> None:
    bench.steps.begin(OPENING)
    rows = begun_in_row(bench, [(STEP, None)] * 3)
    commit_in_row(bench.store, rows[1:])
    assert [updates_done(row) for row in rows[1:]] == [2, 3]
