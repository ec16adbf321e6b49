"""What the servicers work with, put together once by `app`."""

from dataclasses import dataclass

from services.execution.commands.ports import Announcements, Models, Pipelines, Prompts
from services.execution.queries.watch_run import Feeds
from services.kit.egress import Egress
from services.kit.seal import Sealer
from services.kit.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Parts:
    """The service's own parts."""

    work: UnitOfWork
    pipelines: Pipelines
    prompts: Prompts
    models: Models
    simulated: dict[str, str]
    feeds: Feeds
    sealer: Sealer
    egress: Egress
    announcer: Announcements
