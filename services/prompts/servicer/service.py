"""The RPCs of PromptsService. Who may call which stands in the proto; kit's border checks it."""

import asyncio
from collections.abc import Sequence

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once
from services.kit.work import UnitOfWork
from services.prompts.commands.archive_prompt import archive_prompt, unarchive_prompt
from services.prompts.commands.copy_prompt_template import copy_prompt_template
from services.prompts.commands.create_prompt import create_prompt
from services.prompts.commands.create_prompt_version import create_prompt_version
from services.prompts.commands.index_prompts import SearchIndex
from services.prompts.commands.update_prompt import update_prompt
from services.prompts.queries import prompts as queries
from services.prompts.queries.comparisons import compare_prompt_versions
from services.prompts.repository.prompts import PromptFilter
from services.prompts.rules import prompts as rules
from services.prompts.rules.library import LibraryPrompt, TemplateFilter
from services.prompts.servicer import answers, comparisons, findings, inputs, templates
from services.prompts.servicer.assertions import AssertionRpcs
from services.prompts.servicer.branches import BranchRpcs
from services.prompts.servicer.labels import LabelRpcs
from services.prompts.servicer.lanes import Lanes
from services.prompts.servicer.named_prompts import NamedPromptRpcs
from services.prompts.servicer.search import SearchRpcs
from services.prompts.servicer.transfers import TransferRpcs


class PromptsServicer(
    AssertionRpcs, LabelRpcs, BranchRpcs, NamedPromptRpcs, TransferRpcs, SearchRpcs
):
    """Serves prompts of the caller's tenant."""

    def __init__(
        self, work: UnitOfWork, library: Sequence[LibraryPrompt], index: SearchIndex
    ) -> None:
        self._work = work
        # Lint takes up to a second for the longest drafts: one at a time leaves room for the rest.
        self._linting = asyncio.Semaphore(1)
        # So does a merge, up to three.
        self._merging = asyncio.Semaphore(1)
        # Checks of assertions take up to 5 seconds: two in all leave room for the rest.
        self._checks = Lanes(2)
        # So do comparisons of long versions that have little in common.
        self._comparing = asyncio.Semaphore(1)
        self._library = library
        self._index = index
        self._importing = asyncio.Semaphore(2)

    async def CreatePrompt(
        self, request: pb.CreatePromptRequest, _: object
    ) -> pb.CreatePromptResponse:
        """Create a prompt with its first version; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work, tenant, request, pb.CreatePromptResponse, method="CreatePrompt"
        ) as call:
            if call.answer is None:
                prompt, version = await create_prompt(
                    call.work,
                    tenant,
                    current_caller().actor,
                    name=request.name,
                    description=request.description,
                    tags=request.tags,
                    draft=inputs.content_draft(request.content),
                    note=request.note,
                )
                call.answer = pb.CreatePromptResponse(
                    prompt=answers.prompt(prompt), version=answers.version(version)
                )
        return call.answer

    async def GetPrompt(self, request: pb.GetPromptRequest, _: object) -> pb.GetPromptResponse:
        """Return one prompt with its labels."""
        found = await queries.get_prompt(self._work, current_tenant(), reference=request.prompt_id)
        return pb.GetPromptResponse(prompt=answers.prompt(found))

    async def ListPrompts(
        self, request: pb.ListPromptsRequest, _: object
    ) -> pb.ListPromptsResponse:
        """Return a page of prompts, last changed first."""
        page, token = await queries.list_prompts(
            self._work,
            current_tenant(),
            only=PromptFilter(request.query, request.tag, request.is_archived),
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListPromptsResponse(prompts=map(answers.prompt, page), next_page_token=token)

    async def UpdatePrompt(
        self, request: pb.UpdatePromptRequest, _: object
    ) -> pb.UpdatePromptResponse:
        """Change name, description or tags."""
        updated = await update_prompt(
            self._work,
            current_tenant(),
            current_caller(),
            reference=request.prompt_id,
            name=request.name if request.HasField("name") else None,
            description=request.description if request.HasField("description") else None,
            tags=request.tags if request.is_tags_set else None,
            etag=request.etag,
        )
        return pb.UpdatePromptResponse(prompt=answers.prompt(updated))

    async def ArchivePrompt(
        self, request: pb.ArchivePromptRequest, _: object
    ) -> pb.ArchivePromptResponse:
        """Hide a prompt from lists and refuse new versions of it."""
        archived = await archive_prompt(self._work, current_tenant(), reference=request.prompt_id)
        return pb.ArchivePromptResponse(prompt=answers.prompt(archived))

    async def UnarchivePrompt(
        self, request: pb.UnarchivePromptRequest, _: object
    ) -> pb.UnarchivePromptResponse:
        """Bring an archived prompt back."""
        back = await unarchive_prompt(self._work, current_tenant(), reference=request.prompt_id)
        return pb.UnarchivePromptResponse(prompt=answers.prompt(back))

    async def CreatePromptVersion(
        self, request: pb.CreatePromptVersionRequest, _: object
    ) -> pb.CreatePromptVersionResponse:
        """Add the next version; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work,
            tenant,
            request,
            pb.CreatePromptVersionResponse,
            method="CreatePromptVersion",
        ) as call:
            if call.answer is None:
                version = await create_prompt_version(
                    call.work,
                    tenant,
                    current_caller().actor,
                    reference=request.prompt_id,
                    draft=inputs.content_draft(request.content),
                    note=request.note,
                    branch=request.branch,
                    base_version=request.base_version,
                )
                call.answer = pb.CreatePromptVersionResponse(version=answers.version(version))
        return call.answer

    async def GetPromptVersion(
        self, request: pb.GetPromptVersionRequest, _: object
    ) -> pb.GetPromptVersionResponse:
        """Return one version by number."""
        found = await queries.get_prompt_version(
            self._work, current_tenant(), reference=request.prompt_id, number=request.number
        )
        return pb.GetPromptVersionResponse(version=answers.version(found))

    async def ListPromptVersions(
        self, request: pb.ListPromptVersionsRequest, _: object
    ) -> pb.ListPromptVersionsResponse:
        """Return a page of versions, newest first."""
        page, token = await queries.list_prompt_versions(
            self._work,
            current_tenant(),
            reference=request.prompt_id,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListPromptVersionsResponse(
            versions=map(answers.version, page), next_page_token=token
        )

    async def ResolvePrompts(
        self, request: pb.ResolvePromptsRequest, _: object
    ) -> pb.ResolvePromptsResponse:
        """Find the versions that references stand for, in their order."""
        found = await queries.resolve_prompts(
            self._work, current_tenant(), [inputs.reference(one) for one in request.references]
        )
        return pb.ResolvePromptsResponse(prompts=map(answers.resolved, found))

    async def RenderPrompt(
        self, request: pb.RenderPromptRequest, _: object
    ) -> pb.RenderPromptResponse:
        """Fill a version, or an unsaved draft, with variables."""
        rendered = await queries.render_prompt(
            self._work,
            current_tenant(),
            source=(
                inputs.content_draft(request.draft)
                if request.HasField("draft")
                else inputs.reference(request.reference)
            ),
            variables_json=request.variables_json,
        )
        return answers.rendered(rendered)

    async def LintPrompt(self, request: pb.LintPromptRequest, _: object) -> pb.LintPromptResponse:
        """Say what is wrong, risky or wasteful in a draft."""
        async with self._linting:
            report = await queries.lint_prompt(inputs.content_draft(request.content))
        return findings.lint_report(report)

    async def ComparePromptVersions(
        self, request: pb.ComparePromptVersionsRequest, _: object
    ) -> pb.ComparePromptVersionsResponse:
        """Say what differs between two versions, and what that costs in tokens."""
        compared = await compare_prompt_versions(
            self._work,
            current_tenant(),
            reference=request.prompt_id,
            before=inputs.compared_version(request.before),
            after=inputs.compared_version(request.after, default=rules.LATEST),
            turn=self._comparing,
        )
        return comparisons.comparison(compared)

    async def ListPromptTemplates(
        self, request: pb.ListPromptTemplatesRequest, _: object
    ) -> pb.ListPromptTemplatesResponse:
        """Return the library's templates that pass a filter."""
        found = queries.list_prompt_templates(
            self._library, only=TemplateFilter(request.category, request.query, request.tag)
        )
        return pb.ListPromptTemplatesResponse(templates=map(templates.template, found))

    async def GetPromptTemplate(
        self, request: pb.GetPromptTemplateRequest, _: object
    ) -> pb.GetPromptTemplateResponse:
        """Return one template with its content and examples."""
        return templates.whole(queries.get_prompt_template(self._library, name=request.name))

    async def CopyPromptTemplate(
        self, request: pb.CopyPromptTemplateRequest, _: object
    ) -> pb.CopyPromptTemplateResponse:
        """Make a prompt of the tenant's own from a template; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work, tenant, request, pb.CopyPromptTemplateResponse, method="CopyPromptTemplate"
        ) as call:
            if call.answer is None:
                prompt, version = await copy_prompt_template(
                    call.work,
                    tenant,
                    current_caller().actor,
                    self._library,
                    template_name=request.template_name,
                    name=request.name,
                )
                call.answer = pb.CopyPromptTemplateResponse(
                    prompt=answers.prompt(prompt), version=answers.version(version)
                )
        return call.answer
