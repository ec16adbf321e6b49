"""A new API key. Its text exists in the answer and nowhere else."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from services.identity import events
from services.identity.errors import ApiKeyNotFound, CallerNotFound
from services.identity.models import ApiKey, ApiKeyId
from services.identity.repository.api_keys import ApiKeys
from services.identity.rules import accounts
from services.identity.rules import api_keys as rules
from services.identity.rules.api_keys import Creator, Environment, KeyText
from services.identity.rules.roles import Role
from services.kit.errors import FieldViolation
from services.kit.ids import TenantId, new_id
from services.kit.work import Tx, Work


@dataclass(frozen=True, slots=True)
class ApiKeyForm:
    """What a key shall be. None where nothing, or nothing known, was chosen."""

    name: str
    environment: Environment | None
    role: Role | None
    expire_time: datetime | None
    is_expire_time_readable: bool = True


@dataclass(frozen=True, slots=True)
class CreatedBy:
    """Who asks: `usr_…` or `key_…`, and the permissions of the call."""

    actor_id: str
    is_key: bool
    permission_mask: int


async def create_api_key(
    work: Work, tenant: TenantId, form: ApiKeyForm, created_by: CreatedBy
) -> tuple[ApiKey, KeyText]:
    """Create an API key that holds no more than its creator: permissions, environment, time.

    Raises InvalidArgument, RoleTooWide, EnvironmentNotHeld, ExpiryTooLate.
    """
    async with work.begin(tenant) as tx:
        environment, role = _check(form, tx.now)
        creator = await _creator(tx, created_by)
        rules.may_create(creator, role=role, environment=environment, expire_time=form.expire_time)
        key = rules.make_key(environment, secrets.choice)
        api_key = ApiKey(
            id=new_id("key"),
            name=form.name.strip(),
            role=role.value,
            environment=environment.value,
            prefix=key.prefix,
            last_four=key.last_four,
            create_time=tx.now,
            creator_id=created_by.actor_id,
            expire_time=form.expire_time,
        )
        await ApiKeys(tx).add(api_key, key)
        tx.emit(events.api_key_created(tenant, api_key))
    return api_key, key


def _check(form: ApiKeyForm, now: datetime) -> tuple[Environment, Role]:
    violations = accounts.name_violations("name", form.name.strip())
    if form.environment is None:
        violations.append(FieldViolation("environment", "must be test or live"))
    if form.role is None:
        violations.append(FieldViolation("role", f"must be one of {', '.join(Role)}"))
    if not form.is_expire_time_readable:
        violations.append(FieldViolation("expire_time", "is not a time"))
    elif form.expire_time is not None and form.expire_time <= now:
        violations.append(FieldViolation("expire_time", "must be in the future"))
    accounts.refuse(violations)
    return form.environment or Environment.TEST, form.role or Role.VIEWER


async def _creator(tx: Tx, created_by: CreatedBy) -> Creator:
    if not created_by.is_key:
        return Creator(created_by.permission_mask, environment=None, expire_time=None)
    try:
        own = await ApiKeys(tx).get(ApiKeyId(created_by.actor_id))
    except ApiKeyNotFound:
        raise CallerNotFound("the key that asks is not one of the tenant's") from None
    return Creator(
        created_by.permission_mask,
        environment=Environment(own.environment),
        expire_time=own.expire_time,
    )
