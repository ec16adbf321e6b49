"""CreatePrice."""

from datetime import datetime

from services.billing import events
from services.billing.models import Price
from services.billing.repository import Prices
from services.billing.rules.prices import NewPrice, check_price
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.work import Work


async def create_price(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    price: NewPrice,
    effective_time: datetime | None,
) -> Price:
    """Add an own price from a moment on; None: from now on. It wins over the catalogue.

    A moment in the past is allowed: it prices usage that is booked from now on but happened since.
    What was booked keeps its price. Raises InvalidArgument, PriceExists.
    """
    checked = check_price(price)
    async with work.begin(tenant) as tx:
        added = Price(
            id=new_id("prc"),
            provider=checked.provider,
            model=checked.model,
            input_nano_usd_per_million_tokens=checked.input_nano_usd_per_million_tokens,
            output_nano_usd_per_million_tokens=checked.output_nano_usd_per_million_tokens,
            cached_input_nano_usd_per_million_tokens=(
                checked.cached_input_nano_usd_per_million_tokens
            ),
            effective_time=effective_time or tx.now,
            create_time=tx.now,
            creator_id=actor,
        )
        await Prices(tx).add(added)
        tx.emit(events.price_created(added))
    return added
