"""Each role times each permission, against a table that people read."""

import pytest

from promptpilot.options.v1.options_pb2 import Permission
from services.identity.rules.roles import (
    FIRST_GRANT,
    Role,
    holds_all,
    mask_of,
    permission_name,
    permission_names,
)

# Who holds what: a permission that is new in the catalogue has no line here, and the test says so.
TABLE = """
    permission           owner admin editor operator viewer billing
    tenant.read          x     x     x      x        x      x
    tenant.update        x     x     .      .        .      .
    tenant.own           x     .     .      .        .      .
    members.read         x     x     x      x        .      .
    members.manage       x     x     .      .        .      .
    api_keys.read        x     x     x      x        .      .
    api_keys.manage      x     x     .      .        .      .
    prompts.read         x     x     x      x        x      .
    prompts.write        x     x     x      .        .      .
    prompts.label        x     x     x      .        .      .
    prompts.protect      x     x     .      .        .      .
    datasets.read        x     x     x      x        x      .
    datasets.write       x     x     x      .        .      .
    pipelines.read       x     x     x      x        x      .
    pipelines.write      x     x     x      .        .      .
    pipelines.publish    x     x     x      .        .      .
    runs.read            x     x     x      x        x      .
    runs.start           x     x     x      x        .      .
    runs.cancel          x     x     x      x        .      .
    models.call          x     x     x      x        .      .
    providers.read       x     x     x      x        .      .
    providers.manage     x     x     .      .        .      .
    billing.read         x     x     .      .        .      x
    billing.manage       x     x     .      .        .      x
"""


def table() -> dict[tuple[str, str], bool]:
    heading, *lines = (line.split() for line in TABLE.strip().splitlines())
    return {
        (name, role): mark == "x"
        for name, *marks in lines
        for role, mark in zip(heading[1:], marks, strict=True)
    }


EXPECTED = table()
GRANTS = [number for number in Permission.values() if number >= FIRST_GRANT]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("number", GRANTS, ids=permission_name)
def test_a_role_holds_what_the_table_says(number: int, role: Role) -> None:
    assert (mask_of(role) >> number & 1 == 1) is EXPECTED[permission_name(number), role.value]


def test_the_table_names_every_permission_and_role_and_nothing_else() -> None:
    assert {name for name, _ in EXPECTED} == {permission_name(number) for number in GRANTS}
    assert {role for _, role in EXPECTED} == set(Role)


@pytest.mark.parametrize("role", list(Role))
def test_no_role_holds_a_number_that_only_names_a_kind_of_caller(role: Role) -> None:
    assert mask_of(role) & ((1 << FIRST_GRANT) - 1) == 0
    assert mask_of(role) < 1 << 63


def test_names_of_a_mask_are_sorted_and_ignore_unknown_bits() -> None:
    mask = 1 << Permission.PERMISSION_RUNS_START | 1 << Permission.PERMISSION_API_KEYS_READ
    assert permission_names(mask | 1 << 62 | 1 << 1) == ["api_keys.read", "runs.start"]
    assert permission_names(0) == []


def test_a_mask_holds_itself_and_less_and_nothing_more() -> None:
    admin, viewer = mask_of(Role.ADMIN), mask_of(Role.VIEWER)
    assert holds_all(admin, admin)
    assert holds_all(admin, viewer)
    assert not holds_all(viewer, admin)
    assert not holds_all(admin, mask_of(Role.OWNER))
