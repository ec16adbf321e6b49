"""The RPCs of labels: moving them, their history, and the policies that protect them."""

from promptpilot.prompts.v1 import prompts_pb2 as pb
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceServicer
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once
from services.kit.work import UnitOfWork
from services.prompts.commands.create_label_policy import create_label_policy
from services.prompts.commands.delete_label_policy import delete_label_policy
from services.prompts.commands.delete_prompt_label import delete_prompt_label
from services.prompts.commands.roll_back_prompt_label import roll_back_prompt_label
from services.prompts.commands.set_prompt_label import set_prompt_label
from services.prompts.commands.update_label_policy import update_label_policy
from services.prompts.queries import label_policies, labels
from services.prompts.servicer import answers
from services.prompts.servicer import label_messages as messages


class LabelRpcs(PromptsServiceServicer):
    """Labels of the caller's tenant."""

    _work: UnitOfWork

    async def SetPromptLabel(
        self, request: pb.SetPromptLabelRequest, _: object
    ) -> pb.SetPromptLabelResponse:
        """Point a label at a version."""
        label = await set_prompt_label(
            self._work,
            current_tenant(),
            current_caller(),
            messages.wish(request),
            version=request.version,
        )
        return pb.SetPromptLabelResponse(label=answers.label(label))

    async def DeletePromptLabel(
        self, request: pb.DeletePromptLabelRequest, _: object
    ) -> pb.DeletePromptLabelResponse:
        """Remove a label."""
        await delete_prompt_label(
            self._work, current_tenant(), current_caller(), messages.wish(request)
        )
        return pb.DeletePromptLabelResponse()

    async def RollBackPromptLabel(
        self, request: pb.RollBackPromptLabelRequest, _: object
    ) -> pb.RollBackPromptLabelResponse:
        """Take a label back one step; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work,
            tenant,
            request,
            pb.RollBackPromptLabelResponse,
            method="RollBackPromptLabel",
        ) as call:
            if call.answer is None:
                label = await roll_back_prompt_label(
                    call.work, tenant, current_caller(), messages.wish(request)
                )
                call.answer = pb.RollBackPromptLabelResponse(label=answers.label(label))
        return call.answer

    async def ListPromptLabels(
        self, request: pb.ListPromptLabelsRequest, _: object
    ) -> pb.ListPromptLabelsResponse:
        """Return a page of labels with what can be done to them."""
        page, token = await labels.list_prompt_labels(
            self._work,
            current_tenant(),
            reference=request.prompt_id,
            size=request.page_size,
            token=request.page_token,
        )
        holds = current_caller().holds
        states = [messages.state(found, holds) for found in page]
        return pb.ListPromptLabelsResponse(labels=states, next_page_token=token)

    async def ListPromptLabelHistory(
        self, request: pb.ListPromptLabelHistoryRequest, _: object
    ) -> pb.ListPromptLabelHistoryResponse:
        """Return a page of what happened to labels, newest first."""
        page, token = await labels.list_prompt_label_history(
            self._work,
            current_tenant(),
            reference=request.prompt_id,
            label=request.label,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListPromptLabelHistoryResponse(
            events=map(messages.event, page), next_page_token=token
        )

    async def CreateLabelPolicy(
        self, request: pb.CreateLabelPolicyRequest, _: object
    ) -> pb.CreateLabelPolicyResponse:
        """Protect labels; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work, tenant, request, pb.CreateLabelPolicyResponse, method="CreateLabelPolicy"
        ) as call:
            if call.answer is None:
                policy = await create_label_policy(
                    call.work,
                    tenant,
                    current_caller().actor,
                    label_pattern=request.label_pattern,
                    prompt_prefix=request.prompt_prefix,
                    minimum_role=messages.role(request.minimum_role),
                    is_reason_required=request.is_reason_required,
                    is_frozen=request.is_frozen,
                    freeze_reason=request.freeze_reason,
                )
                call.answer = pb.CreateLabelPolicyResponse(policy=messages.policy(policy))
        return call.answer

    async def GetLabelPolicy(
        self, request: pb.GetLabelPolicyRequest, _: object
    ) -> pb.GetLabelPolicyResponse:
        """Return one policy."""
        found = await label_policies.get_label_policy(
            self._work, current_tenant(), policy_id=request.policy_id
        )
        return pb.GetLabelPolicyResponse(policy=messages.policy(found))

    async def ListLabelPolicies(
        self, request: pb.ListLabelPoliciesRequest, _: object
    ) -> pb.ListLabelPoliciesResponse:
        """Return a page of policies, oldest first."""
        page, token = await label_policies.list_label_policies(
            self._work, current_tenant(), size=request.page_size, token=request.page_token
        )
        return pb.ListLabelPoliciesResponse(
            policies=map(messages.policy, page), next_page_token=token
        )

    async def UpdateLabelPolicy(
        self, request: pb.UpdateLabelPolicyRequest, _: object
    ) -> pb.UpdateLabelPolicyResponse:
        """Change a policy."""
        changed = await update_label_policy(
            self._work,
            current_tenant(),
            current_caller(),
            policy_id=request.policy_id,
            changes=messages.policy_changes(request),
            etag=request.etag,
        )
        return pb.UpdateLabelPolicyResponse(policy=messages.policy(changed))

    async def DeleteLabelPolicy(
        self, request: pb.DeleteLabelPolicyRequest, _: object
    ) -> pb.DeleteLabelPolicyResponse:
        """Remove a policy."""
        await delete_label_policy(
            self._work, current_tenant(), current_caller(), policy_id=request.policy_id
        )
        return pb.DeleteLabelPolicyResponse()
