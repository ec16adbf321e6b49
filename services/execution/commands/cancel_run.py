"""Stopping runs."""

from services.execution import events
from services.execution.models import RunId
from services.execution.repository.runs import Runs, RunView
from services.execution.rules.states import TERMINAL_RUN, RunState
from services.kit.ids import TenantId
from services.kit.work import Work


async def cancel_run(work: Work, tenant: TenantId, run_id: RunId) -> RunView:
    """Ask a run to stop. One that waits ends here; a worker's own is marked for it.

    A run that has ended stays as it is. Raises RunNotFound.
    """
    async with work.begin(tenant) as tx:
        runs = Runs(tx)
        view = await runs.get(run_id)
        queued = await runs.lock_queued(run_id)
        if view.run.state in TERMINAL_RUN or queued is None:
            pass
        elif queued.state != "queued" or view.run.state != RunState.QUEUED:
            # Begun: a worker has it, or the next one ends its steps as they should be.
            await runs.request_cancel(run_id)
        else:
            sequence = await runs.last_sequence(run_id)
            runs.add_event(run_id, sequence + 1, "run.cancel_requested", "{}")
            runs.add_event(run_id, sequence + 2, "run.cancelled", "{}")
            await runs.end(run_id, RunState.CANCELLED)
            await runs.leave_queue(run_id)
            run = view.run
            tx.emit(
                events.run_finished(
                    run.id, run.pipeline_id, run.pipeline_version, RunState.CANCELLED
                )
            )
        await tx.session.flush()
        tx.session.expire_all()
        return await runs.get(run_id)
