"""ListPromptFolders: what names say before their slashes."""

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument
from tests.integration.prompts.conftest import Tenant
from tests.integration.prompts.searching import archive, update


async def folders(tenant: Tenant, parent: str = "", **page: int) -> list[tuple[str, int, int]]:
    """Return path, prompts and folders of each folder, over all pages."""
    found: list[tuple[str, int, int]] = []
    token = ""
    while True:
        request = pb.ListPromptFoldersRequest(parent=parent, page_token=token, **page)
        answer = await tenant.call("ListPromptFolders", request)
        found += [(one.path, one.prompt_count, one.folder_count) for one in answer.folders]
        token = answer.next_page_token
        if not token:
            return found


async def made(tenant: Tenant, *names: str) -> list[pb.Prompt]:
    return [await tenant.new_prompt(name=name) for name in names]


async def test_a_new_tenant_has_no_folder(tenant: Tenant) -> None:
    assert await folders(tenant) == []


async def test_a_folder_counts_what_is_below_it(tenant: Tenant) -> None:
    await made(tenant, "a", "a/1", "a/b/1", "a/b/2", "a/c/d/1", "b/1", "a.b/1", "a_b", "aa/1")
    assert await folders(tenant) == [("a", 4, 2), ("a.b", 1, 0), ("aa", 1, 0), ("b", 1, 0)]
    assert await folders(tenant, "a") == [("a/b", 2, 0), ("a/c", 1, 1)]
    assert await folders(tenant, "/a/c/") == [("a/c/d", 1, 0)]
    assert await folders(tenant, "a/b") == []
    assert await folders(tenant, "nowhere") == []


@pytest.mark.parametrize("sign", ["%", "_", "\\", "a%"])
async def test_signs_of_patterns_are_names_like_any_other(tenant: Tenant, sign: str) -> None:
    await made(tenant, "a/b/c", "x/y/z")
    assert await folders(tenant, sign) == []


async def test_folders_go_and_come_with_their_prompts(tenant: Tenant) -> None:
    prompt, _ = await made(tenant, "a/1", "b/1")
    await archive(tenant, prompt)
    assert await folders(tenant) == [("b", 1, 0)]
    await tenant.call("UnarchivePrompt", pb.UnarchivePromptRequest(prompt_id=prompt.id))
    await update(tenant, prompt, name="c/d/1")
    assert await folders(tenant) == [("b", 1, 0), ("c", 1, 1)]


async def test_pages_follow_each_other_without_gap(tenant: Tenant) -> None:
    await made(tenant, *(f"top/f{number}/x" for number in range(5)))
    paths = [path for path, _, _ in await folders(tenant, "top", page_size=2)]
    assert paths == [f"top/f{number}" for number in range(5)]


async def test_bad_input_is_named(tenant: Tenant) -> None:
    for fields, field in (
        ({"parent": "f" * 129}, "parent"),
        ({"parent": "\0"}, "parent"),
        ({"page_size": 201}, "page_size"),
        ({"page_token": "nonsense"}, "page_token"),
    ):
        with pytest.raises(InvalidArgument) as raised:
            await tenant.call("ListPromptFolders", pb.ListPromptFoldersRequest(**fields))
        assert [one.field for one in raised.value.violations] == [field]


async def test_an_other_tenant_sees_its_own_only(tenant: Tenant, other: Tenant) -> None:
    await made(tenant, "mine/1")
    await made(other, "theirs/1")
    assert await folders(tenant) == [("mine", 1, 0)]
    assert await folders(other) == [("theirs", 1, 0)]
    assert await folders(other, "mine") == []
