"""Users and their memberships."""

from dataclasses import dataclass

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.identity.errors import UserNotFound
from services.identity.models import Membership, Tenant, User
from services.identity.rules.roles import Role
from services.kit.paging import TimeKey
from services.kit.work import Tx


@dataclass(frozen=True, slots=True)
class Account:
    """A user in a tenant, with the role held there."""

    user: User
    tenant: Tenant
    role: Role


class Accounts:
    """Users are looked up before their tenant is known; memberships always with it."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, user: User) -> bool:
        """Add a user.

        False when the e-mail is taken, also by a transaction that commits meanwhile.
        """
        row = insert(User).values(
            id=user.id,
            email=user.email,
            display_name=user.display_name,
            password_hash=user.password_hash,
            create_time=user.create_time,
        )
        added = row.on_conflict_do_nothing(index_elements=[User.email]).returning(User.id)
        return (await self._tx.session.execute(added)).scalar_one_or_none() is not None

    async def find_by_email(self, email: str) -> User | None:
        """Return the user with this address in its normal form."""
        query = select(User).where(User.email == email)
        return (await self._tx.session.execute(query)).scalar_one_or_none()

    async def set_password_hash(self, user: User, password_hash: str) -> None:
        """Store the same password hashed with newer parameters."""
        change = update(User).where(User.id == user.id).values(password_hash=password_hash)
        await self._tx.session.execute(change)

    def add_membership(self, tenant: Tenant, user: User, role: Role) -> None:
        """Give a user a place in a tenant."""
        self._tx.session.add(
            Membership(
                tenant_id=tenant.id, user_id=user.id, role=role.value, create_time=self._tx.now
            )
        )

    async def first_open(self, user: User) -> Account | None:
        """Return the user's oldest membership of a tenant that is not being removed."""
        query = (
            select(Tenant, Membership.role)
            .join(Membership, Membership.tenant_id == Tenant.id)
            .where(Membership.user_id == user.id, Tenant.state != "offboarding")
            .order_by(Membership.create_time, Tenant.id)
            .limit(1)
        )
        row = (await self._tx.session.execute(query)).one_or_none()
        return None if row is None else Account(user, row[0], Role(row[1]))

    async def get(self, tenant_id: str, user_id: str) -> Account:
        """Return a member of a tenant; raises UserNotFound."""
        query = (
            select(User, Tenant, Membership.role)
            .join(Membership, Membership.user_id == User.id)
            .join(Tenant, Tenant.id == Membership.tenant_id)
            .where(Membership.tenant_id == tenant_id, Membership.user_id == user_id)
        )
        row = (await self._tx.session.execute(query)).one_or_none()
        if row is None:
            raise UserNotFound("you are no longer a member of this tenant", user_id=user_id)
        return Account(row[0], row[1], Role(row[2]))

    async def members(
        self, tenant_id: str, *, after: TimeKey | None, limit: int
    ) -> list[tuple[Membership, User]]:
        """Return members of a tenant, oldest first, from the one after (create_time, user id)."""
        order = (Membership.create_time, Membership.user_id)
        query = (
            select(Membership, User)
            .join(User, User.id == Membership.user_id)
            .where(Membership.tenant_id == tenant_id)
            .order_by(*order)
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(*order) > tuple_(after.time, after.id))
        rows = (await self._tx.session.execute(query)).all()
        return [(row[0], row[1]) for row in rows]
