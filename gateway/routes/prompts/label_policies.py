"""Policies that protect labels of prompts."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import etag_of, nothing, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, IfMatch, router, text_id
from gateway.operations import PROMPTS, operation
from gateway.routes.prompts import label_models as models
from gateway.schema import PageParams
from gateway.translate import fill
from promptpilot.prompts.v1 import prompts_pb2 as pb

label_policies = router("prompts")
PolicyId = Annotated[str, text_id("lpo", "Label policy")]
_ETAG = {"ETag": "Version of the policy, for If-Match."}


@label_policies.post(
    "/label-policies",
    **operation(
        PROMPTS,
        "CreateLabelPolicy",
        errors=(409,),
        body=True,
        headers={"Location": "Path of the policy."},
        status_code=201,
        response_model=models.LabelPolicy,
    ),
)
async def create_label_policy(
    body: models.CreateLabelPolicy, rpc: Rpc, request_id: IdempotencyKey = ""
) -> Response:
    """Protect labels: every move that begins after the answer is asked.

    409 `LABEL_POLICY_EXISTS` for the same pattern and prefix, `TOO_MANY_LABEL_POLICIES` past 200.
    """
    request = fill(pb.CreateLabelPolicyRequest, body, request_id=request_id)
    policy = (await ask(rpc.prompts.CreateLabelPolicy, request)).policy
    return resource(policy, 201, location=f"/v1/label-policies/{policy.id}")


@label_policies.get(
    "/label-policies",
    **operation(PROMPTS, "ListLabelPolicies", response_model=models.LabelPolicyPage),
)
async def list_label_policies(params: Annotated[PageParams, Query()], rpc: Rpc) -> Response:
    """List policies that protect labels, oldest first."""
    listed = await ask(rpc.prompts.ListLabelPolicies, fill(pb.ListLabelPoliciesRequest, params))
    return page(listed.policies, listed.next_page_token)


@label_policies.get(
    "/label-policies/{policy_id:segment}",
    **operation(
        PROMPTS,
        "GetLabelPolicy",
        errors=(404,),
        headers=_ETAG,
        response_model=models.LabelPolicy,
    ),
)
async def get_label_policy(policy_id: PolicyId, rpc: Rpc) -> Response:
    """Get one policy."""
    request = pb.GetLabelPolicyRequest(policy_id=policy_id)
    return resource((await ask(rpc.prompts.GetLabelPolicy, request)).policy)


@label_policies.patch(
    "/label-policies/{policy_id:segment}",
    **operation(
        PROMPTS,
        "UpdateLabelPolicy",
        errors=(404, 409),
        body=True,
        headers=_ETAG,
        response_model=models.LabelPolicy,
    ),
)
async def update_label_policy(
    policy_id: PolicyId, body: models.UpdateLabelPolicy, rpc: Rpc, if_match: IfMatch = ""
) -> Response:
    """Change a policy, freeze, or lift a freeze.

    403 `LABEL_PROTECTED` for who has less than the role that the policy asks for; 409
    `ETAG_MISMATCH`, `LABEL_POLICY_EXISTS`.
    """
    request = fill(pb.UpdateLabelPolicyRequest, body, policy_id=policy_id, etag=etag_of(if_match))
    return resource((await ask(rpc.prompts.UpdateLabelPolicy, request)).policy)


@label_policies.delete(
    "/label-policies/{policy_id:segment}",
    **operation(PROMPTS, "DeleteLabelPolicy", errors=(404,), status_code=204),
)
async def delete_label_policy(policy_id: PolicyId, rpc: Rpc) -> Response:
    """Remove a policy.

    403 `LABEL_PROTECTED` for who has less than the role that the policy asks for.
    """
    await ask(rpc.prompts.DeleteLabelPolicy, pb.DeleteLabelPolicyRequest(policy_id=policy_id))
    return nothing()
