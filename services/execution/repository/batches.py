"""A batch of commits as the columns of one statement, and that statement.

Columns rather than rows, so that the text of the statement is the same for every batch of a tenant
and PostgreSQL plans it once a connection.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from services.execution.repository.commits import Commit
from services.execution.rules.states import NO_USAGE

_STATEMENT: Final = """
WITH fence AS MATERIALIZED (
  SELECT q.run_id FROM control.run_queue q
  JOIN unnest($1::text[], $2::int[]) AS c(run_id, epoch)
    ON q.run_id = c.run_id AND q.lease_epoch = c.epoch
  WHERE q.state = 'running'
  ORDER BY q.run_id
  FOR NO KEY UPDATE OF q
), new_events AS (
  INSERT INTO {schema}.run_events (run_id, sequence, type, step_id, attempt, data, create_time)
  SELECT e.run_id, e.sequence, e.type, e.step_id, e.attempt, e.data, e.create_time
  FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::int[], $8::text[],
              $9::timestamptz[])
    AS e(run_id, sequence, type, step_id, attempt, data, create_time)
  JOIN fence USING (run_id)
  ON CONFLICT (run_id, sequence) DO NOTHING
), new_steps AS (
  INSERT INTO {schema}.run_steps AS s (
    run_id, step_id, state, attempt, input, output, error_reason, error_message, input_tokens,
    output_tokens, cached_input_tokens, reasoning_tokens, model, retry_at, start_time, end_time)
  SELECT c.run_id, c.step_id, c.state, c.attempt, c.input, c.output, c.error_reason,
    c.error_message, c.input_tokens, c.output_tokens, c.cached_input_tokens, c.reasoning_tokens,
    c.model, c.retry_at, c.start_time, c.end_time
  FROM unnest($10::text[], $11::text[], $12::text[], $13::int[], $14::text[], $15::text[],
              $16::text[], $17::text[], $18::bigint[], $19::bigint[], $20::bigint[],
              $21::bigint[], $22::text[], $23::timestamptz[], $24::timestamptz[],
              $25::timestamptz[])
    AS c(run_id, step_id, state, attempt, input, output, error_reason, error_message,
         input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, model, retry_at,
         start_time, end_time)
  JOIN fence USING (run_id)
  ON CONFLICT (run_id, step_id) DO UPDATE SET
    state = excluded.state, attempt = excluded.attempt, input = excluded.input,
    output = excluded.output, error_reason = excluded.error_reason,
    error_message = excluded.error_message, input_tokens = excluded.input_tokens,
    output_tokens = excluded.output_tokens, cached_input_tokens = excluded.cached_input_tokens,
    reasoning_tokens = excluded.reasoning_tokens, model = excluded.model,
    retry_at = excluded.retry_at, start_time = excluded.start_time, end_time = excluded.end_time
), new_outbox AS (
  INSERT INTO control.outbox (id, tenant_id, type, subject, payload, headers, create_time)
  SELECT o.id, o.tenant_id, o.type, o.subject, o.payload, o.headers::jsonb, o.create_time
  FROM unnest($26::text[], $27::text[], $28::text[], $29::text[], $30::text[], $31::bytea[],
              $32::text[], $33::timestamptz[])
    AS o(run_id, id, tenant_id, type, subject, payload, headers, create_time)
  JOIN fence USING (run_id)
  ON CONFLICT (id) DO NOTHING
), changed_runs AS (
  UPDATE {schema}.runs r SET
    state = coalesce(nullif(u.state, ''), r.state), output = u.output,
    error_reason = u.error_reason, error_message = u.error_message,
    error_step_id = u.error_step_id, input_tokens = coalesce(u.input_tokens, r.input_tokens),
    output_tokens = coalesce(u.output_tokens, r.output_tokens),
    cached_input_tokens = coalesce(u.cached_input_tokens, r.cached_input_tokens),
    reasoning_tokens = coalesce(u.reasoning_tokens, r.reasoning_tokens),
    worker_id = u.worker_id, epoch = u.epoch,
    is_cancel_requested = r.is_cancel_requested OR u.state = 'cancelled',
    start_time = coalesce(r.start_time, u.start_time), end_time = u.end_time
  FROM unnest($34::text[], $35::text[], $36::text[], $37::text[], $38::text[], $39::text[],
              $40::bigint[], $41::bigint[], $42::bigint[], $43::bigint[], $44::text[],
              $45::int[], $46::timestamptz[], $47::timestamptz[])
    AS u(run_id, state, output, error_reason, error_message, error_step_id, input_tokens,
         output_tokens, cached_input_tokens, reasoning_tokens, worker_id, epoch, start_time,
         end_time)
  JOIN fence USING (run_id)
  WHERE r.id = u.run_id
), ended AS (
  DELETE FROM control.run_queue q USING fence f
  WHERE q.run_id = f.run_id AND q.run_id = ANY($48::text[])
)
SELECT run_id FROM fence
"""


@lru_cache(maxsize=2_048)
def statement(schema: str) -> str:
    """Return the statement for a tenant's schema, which `schema_of` made."""
    return _STATEMENT.format(schema=schema)


def columns_of(batch: Sequence[Commit]) -> list[list[Any]]:
    """Return the arguments of the statement, a list for each column."""
    return [
        [commit.run_id for commit in batch],
        [commit.epoch for commit in batch],
        *_transposed([row for commit in batch for row in _event_rows(commit)], 7),
        *_transposed([row for commit in batch for row in _step_rows(commit)], 16),
        *_transposed([row for commit in batch for row in _outbox_rows(commit)], 8),
        *_transposed([_change_row(commit) for commit in batch if commit.change is not None], 14),
        [commit.run_id for commit in batch if commit.is_final],
    ]


def _transposed(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    if not rows:
        return [[] for _ in range(width)]
    return [list(column) for column in zip(*rows, strict=True)]


def _event_rows(commit: Commit) -> list[tuple[Any, ...]]:
    run_id = commit.run_id
    return [
        (run_id, row.sequence, row.type, row.step_id, row.attempt, row.data, row.create_time)
        for row in commit.events
    ]


def _step_rows(commit: Commit) -> list[tuple[Any, ...]]:
    return [
        (
            commit.run_id,
            step_id,
            step.state.value,
            step.attempt,
            step.input_json,
            step.output_json,
            step.error.reason if step.error else "",
            step.error.message if step.error else "",
            step.usage.input_tokens,
            step.usage.output_tokens,
            step.usage.cached_input_tokens,
            step.usage.reasoning_tokens,
            step.model,
            step.retry_at,
            step.start_time,
            step.end_time,
        )
        for step_id, step in commit.steps.items()
    ]


def _outbox_rows(commit: Commit) -> list[tuple[Any, ...]]:
    names = ("id", "tenant_id", "type", "subject", "payload", "headers", "create_time")
    return [(commit.run_id, *(row[name] for name in names)) for row in commit.outbox]


def _change_row(commit: Commit) -> tuple[Any, ...]:
    change = commit.change
    if change is None:
        raise ValueError("the commit changes nothing in its run")
    error = change.error
    usage = change.usage
    tokens = usage or NO_USAGE
    return (
        commit.run_id,
        change.state.value if change.state else "",
        change.output,
        error.reason if error else "",
        error.message if error else "",
        error.step_id if error else "",
        *(
            (
                tokens.input_tokens,
                tokens.output_tokens,
                tokens.cached_input_tokens,
                tokens.reasoning_tokens,
            )
            if usage is not None
            else (None, None, None, None)
        ),
        commit.worker,
        commit.epoch,
        change.start_time,
        change.end_time,
    )
