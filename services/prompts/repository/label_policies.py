"""Policies that protect labels."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from services.kit.ids import is_id
from services.kit.work import Tx
from services.prompts.errors import (
    LabelPolicyExists,
    LabelPolicyNotFound,
    TooManyLabelPolicies,
)
from services.prompts.models import LabelPolicy
from services.prompts.rules.label_policies import MOST_POLICIES


class LabelPolicies:
    """Policies of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._session = tx.session

    async def about(self, names: Collection[str], *, lock: bool = False) -> Sequence[LabelPolicy]:
        """Return the policies whose prefix fits one of these names of prompts, oldest first.

        `lock`: until the end of the transaction nobody changes or removes one of them. So once a
        freeze is answered, no move that it forbids is still on its way.
        """
        fits = or_(*(func.starts_with(name, LabelPolicy.prompt_prefix) for name in names))
        statement = select(LabelPolicy).where(fits).order_by(LabelPolicy.id)
        if lock:
            statement = statement.with_for_update(read=True)
        return (await self._session.scalars(statement)).all()

    async def get(self, policy_id: str, *, lock: bool = False) -> LabelPolicy:
        """Return one policy; `lock`: to change it. Raises LabelPolicyNotFound."""
        statement = select(LabelPolicy).where(LabelPolicy.id == policy_id)
        if lock:
            statement = statement.with_for_update()
        policy = await self._session.scalar(statement) if is_id("lpo", policy_id) else None
        if policy is None:
            raise LabelPolicyNotFound.of(policy_id)
        return policy

    async def page(self, after: str, size: int) -> Sequence[LabelPolicy]:
        """Return up to `size` policies after an id ("": from the first), oldest first."""
        statement = (
            select(LabelPolicy).where(LabelPolicy.id > after).order_by(LabelPolicy.id).limit(size)
        )
        return (await self._session.scalars(statement)).all()

    async def add(self, policy: LabelPolicy) -> None:
        """Write a new policy. Raises LabelPolicyExists, TooManyLabelPolicies."""
        await self._tx.lock(f"label_policies:{self._tx.tenant}")
        count = await self._session.scalar(select(func.count()).select_from(LabelPolicy))
        if (count or 0) >= MOST_POLICIES:
            raise TooManyLabelPolicies(
                f"there are {MOST_POLICIES} label policies already: remove one, or let a pattern "
                "with * stand for several",
                most=MOST_POLICIES,
            )
        await self.save(policy)

    async def save(self, policy: LabelPolicy) -> None:
        """Write a new or changed policy. Raises LabelPolicyExists."""
        pattern, prefix = policy.label_pattern, policy.prompt_prefix
        self._session.add(policy)
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "label_policies_covers_key" in str(error.orig):
                raise LabelPolicyExists(
                    f"another policy covers {pattern} of prompts that start with "
                    f"{prefix or 'anything'}: change that one",
                    label_pattern=pattern,
                    prompt_prefix=prefix,
                ) from error
            raise

    async def delete(self, policy: LabelPolicy) -> None:
        """Remove a locked policy."""
        await self._session.delete(policy)
        await self._session.flush()
