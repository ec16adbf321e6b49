"""GetReferencedVersion: a version by label or number, with its prompt."""

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import NotFound
from tests.integration.prompts.conftest import Tenant


async def find(
    tenant: Tenant, prompt: str, label: str = "", version: int = 0
) -> pb.GetReferencedVersionResponse:
    reference = pb.PromptReference(prompt=prompt, label=label, version=version)
    answer: pb.GetReferencedVersionResponse = await tenant.call(
        "GetReferencedVersion", pb.GetReferencedVersionRequest(reference=reference)
    )
    return answer


async def test_a_label_or_a_number_finds_the_version_and_all_labels(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("One", tags=["a"])
    await tenant.new_version(prompt, "Two")
    await tenant.set_label(prompt, "production", 1)
    whole = await tenant.get(prompt.id)
    for label, version, number in (("", 0, 1), ("latest", 0, 2), ("", 2, 2), ("latest", 1, 1)):
        for name in (prompt.name, prompt.id):
            found = await find(tenant, name, label, version)
            assert (found.prompt, found.version.number) == (whole, number)


@pytest.mark.parametrize(
    ("label", "version", "reason"),
    [
        ("", 0, "LABEL_NOT_FOUND"),
        ("eu", 0, "LABEL_NOT_FOUND"),
        ("", 2, "PROMPT_VERSION_NOT_FOUND"),
        ("", -1, "PROMPT_VERSION_NOT_FOUND"),
    ],
)
async def test_what_is_not_there_is_named(
    tenant: Tenant, label: str, version: int, reason: str
) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound) as raised:
        await find(tenant, prompt.name, label, version)
    assert raised.value.reason == reason


async def test_an_other_tenant_finds_nothing(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    for reference in (prompt.id, prompt.name):
        with pytest.raises(NotFound) as raised:
            await find(other, reference, "latest")
        assert raised.value.reason == "PROMPT_NOT_FOUND"
