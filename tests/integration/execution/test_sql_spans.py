"""A run's trace shows its group commits, which it may share with other runs."""

import asyncio
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.kit import telemetry
from tests.support.execution import World, chain

RUNS = 12


async def test_every_run_finds_the_commits_it_took_part_in(world: World) -> None:
    pipeline = await world.pipeline(chain(3))
    exporter = InMemorySpanExporter()
    with telemetry.recording(exporter):
        started = await asyncio.gather(*(world.start(pipeline) for _ in range(RUNS)))
        await asyncio.gather(*(world.ended(run.id) for run in started))
        mine = {run.id for run in started}
        async with asyncio.timeout(5):
            while len(runs := _runs(exporter.get_finished_spans(), mine)) < RUNS:
                await asyncio.sleep(0.02)
    spans = exporter.get_finished_spans()
    commits = [span for span in spans if span.name == "commit"]
    for run in runs:
        assert any(_id(run) in _shown_in(commit) for commit in commits)
    written = {_parent(span) for span in spans if span.name == "sql WITH"}
    assert {_id(commit) for commit in commits} <= written
    # Work for many is nobody's child alone: what one commit writes stands once.
    assert len(commits) == len([span for span in spans if _parent(span) in map(_id, commits)])


def _runs(spans: Sequence[ReadableSpan], ids: set[str]) -> list[ReadableSpan]:
    return [span for span in spans if (span.attributes or {}).get("run.id") in ids]


def _id(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def _parent(span: ReadableSpan) -> int:
    return span.parent.span_id if span.parent else 0


def _shown_in(commit: ReadableSpan) -> set[int]:
    return {_parent(commit), *(link.context.span_id for link in commit.links)}
