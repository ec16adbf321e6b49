"""What we answer has exactly the documented fields, and what we take has a place in the contract.

Answers are written straight from messages and not validated on the way: here they are.
"""

from typing import Any

import orjson
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from gateway.routes.billing import models as billing
from gateway.routes.execution import models as execution
from gateway.routes.execution import provider_models as providers
from gateway.routes.identity import models as identity
from gateway.routes.pipelines import models as pipelines
from gateway.routes.prompts import assertion_models as assertions
from gateway.routes.prompts import comparison_models as comparisons
from gateway.routes.prompts import dataset_models as datasets
from gateway.routes.prompts import label_models as labels
from gateway.routes.prompts import lint_models as lint
from gateway.routes.prompts import models as prompts
from gateway.routes.prompts import template_models as templates
from gateway.schema import Answer, Body, PageParams, Query
from gateway.translate import fill, json_name, read
from promptpilot.billing.v1 import billing_pb2
from promptpilot.execution.v1 import execution_pb2
from promptpilot.identity.v1 import identity_pb2
from promptpilot.pipelines.v1 import pipelines_pb2
from promptpilot.prompts.v1 import datasets_pb2, prompts_pb2

ANSWERS: list[tuple[type[Message], type[Answer]]] = [
    (identity_pb2.User, identity.User),
    (identity_pb2.Tenant, identity.Tenant),
    (identity_pb2.Member, identity.Member),
    (identity_pb2.ApiKey, identity.ApiKey),
    (identity_pb2.CreateApiKeyResponse, identity.CreatedApiKey),
    (prompts_pb2.Prompt, prompts.Prompt),
    (prompts_pb2.PromptLabel, prompts.PromptLabel),
    (prompts_pb2.PromptLabelState, labels.PromptLabelState),
    (prompts_pb2.LabelProtection, labels.LabelProtection),
    (prompts_pb2.PromptLabelEvent, labels.PromptLabelEvent),
    (prompts_pb2.LabelPolicy, labels.LabelPolicy),
    (prompts_pb2.PromptVersion, prompts.PromptVersion),
    (prompts_pb2.PromptContent, prompts.PromptContent),
    (prompts_pb2.CreatePromptResponse, prompts.CreatedPrompt),
    (prompts_pb2.ResolvedPrompt, prompts.ResolvedPrompt),
    (prompts_pb2.RenderPromptResponse, prompts.RenderedPrompt),
    (prompts_pb2.LintPromptResponse, lint.PromptLint),
    (prompts_pb2.CheckAssertionsResponse, assertions.AssertionReport),
    (prompts_pb2.ParseTestSuiteResponse, assertions.TestSuite),
    (prompts_pb2.ComparePromptVersionsResponse, comparisons.ContentComparison),
    (prompts_pb2.ComparedSide, comparisons.ComparedSide),
    (prompts_pb2.TokenEstimate, comparisons.TokenEstimate),
    (prompts_pb2.MessageComparison, comparisons.MessageComparison),
    (prompts_pb2.TextPart, comparisons.TextPart),
    (prompts_pb2.NamedComparison, comparisons.NamedComparison),
    (prompts_pb2.FieldComparison, comparisons.FieldComparison),
    (prompts_pb2.PromptTemplate, templates.PromptTemplate),
    (prompts_pb2.PromptTemplateExample, templates.PromptTemplateExample),
    (prompts_pb2.GetPromptTemplateResponse, templates.WholePromptTemplate),
    (prompts_pb2.CopyPromptTemplateResponse, prompts.CreatedPrompt),
    (datasets_pb2.Dataset, datasets.Dataset),
    (datasets_pb2.DatasetVersion, datasets.DatasetVersion),
    (datasets_pb2.DatasetItem, datasets.DatasetItem),
    (datasets_pb2.DatasetImport, datasets.DatasetImport),
    (datasets_pb2.DatasetImportProblem, datasets.DatasetImportProblem),
    (datasets_pb2.DatasetColumn, datasets.DatasetColumn),
    (pipelines_pb2.Pipeline, pipelines.Pipeline),
    (pipelines_pb2.PipelineLabel, pipelines.PipelineLabel),
    (pipelines_pb2.PipelineVersion, pipelines.PipelineVersion),
    (pipelines_pb2.CreatePipelineResponse, pipelines.CreatedPipeline),
    (pipelines_pb2.ValidatePipelineResponse, pipelines.PipelineValidation),
    (pipelines_pb2.PipelineTemplate, pipelines.PipelineTemplate),
    (execution_pb2.Run, execution.Run),
    (execution_pb2.Step, execution.Step),
    (execution_pb2.RunEvent, execution.RunEvent),
    (execution_pb2.Provider, providers.Provider),
    (execution_pb2.Model, providers.Model),
    (billing_pb2.Price, billing.Price),
    (billing_pb2.UsageRecord, billing.UsageRecord),
    (billing_pb2.GetRunCostResponse, billing.RunCost),
    (billing_pb2.LedgerTransaction, billing.LedgerTransaction),
    (billing_pb2.UsageRow, billing.UsageRow),
    (billing_pb2.CostEstimate, billing.CostEstimate),
    (billing_pb2.EstimateCostsResponse, billing.CostEstimates),
]
BODIES: list[tuple[type[Body] | type[Query], type[Message]]] = [
    (identity.SignUp, identity_pb2.SignUpRequest),
    (identity.LogIn, identity_pb2.LogInRequest),
    (identity.RefreshToken, identity_pb2.RefreshTokensRequest),
    (identity.RefreshToken, identity_pb2.LogOutRequest),
    (identity.UpdateTenant, identity_pb2.UpdateTenantRequest),
    (identity.CreateApiKey, identity_pb2.CreateApiKeyRequest),
    (PageParams, identity_pb2.ListMembersRequest),
    (PageParams, identity_pb2.ListApiKeysRequest),
    (prompts.CreatePrompt, prompts_pb2.CreatePromptRequest),
    (prompts.UpdatePrompt, prompts_pb2.UpdatePromptRequest),
    (prompts.CreatePromptVersion, prompts_pb2.CreatePromptVersionRequest),
    (prompts.PromptDraft, prompts_pb2.PromptContent),
    (prompts.VariableDraft, prompts_pb2.Variable),
    (lint.LintPrompt, prompts_pb2.LintPromptRequest),
    (assertions.CheckAssertions, prompts_pb2.CheckAssertionsRequest),
    (assertions.AssertionGuardrails, prompts_pb2.AssertionGuardrails),
    (assertions.ParseTestSuite, prompts_pb2.ParseTestSuiteRequest),
    (assertions.TestSuiteFile, prompts_pb2.TestSuiteFile),
    (comparisons.ComparePromptVersions, prompts_pb2.ComparePromptVersionsRequest),
    (labels.SetPromptLabel, prompts_pb2.SetPromptLabelRequest),
    (labels.RollBackPromptLabel, prompts_pb2.RollBackPromptLabelRequest),
    (labels.DeletePromptLabel, prompts_pb2.DeletePromptLabelRequest),
    (labels.CreateLabelPolicy, prompts_pb2.CreateLabelPolicyRequest),
    (labels.UpdateLabelPolicy, prompts_pb2.UpdateLabelPolicyRequest),
    (PageParams, prompts_pb2.ListPromptLabelsRequest),
    (PageParams, prompts_pb2.ListPromptLabelHistoryRequest),
    (PageParams, prompts_pb2.ListLabelPoliciesRequest),
    (datasets.CreateDataset, datasets_pb2.CreateDatasetRequest),
    (datasets.UpdateDataset, datasets_pb2.UpdateDatasetRequest),
    (datasets.ListDatasets, datasets_pb2.ListDatasetsRequest),
    (PageParams, datasets_pb2.ListDatasetVersionsRequest),
    (datasets.CreateDatasetItem, datasets_pb2.CreateDatasetItemRequest),
    (datasets.UpdateDatasetItem, datasets_pb2.UpdateDatasetItemRequest),
    (datasets.ListDatasetItems, datasets_pb2.ListDatasetItemsRequest),
    (datasets.GetDatasetItem, datasets_pb2.GetDatasetItemRequest),
    (datasets.ExportDataset, datasets_pb2.ExportDatasetRequest),
    (datasets.CreateDatasetImport, datasets_pb2.CreateDatasetImportRequest),
    (datasets.DatasetColumnDraft, datasets_pb2.DatasetColumn),
    (datasets.AppendDatasetImport, datasets_pb2.AppendDatasetImportRequest),
    (datasets.ApplyDatasetImport, datasets_pb2.ApplyDatasetImportRequest),
    (prompts.SetLabel, pipelines_pb2.SetPipelineLabelRequest),
    (prompts.ListPrompts, prompts_pb2.ListPromptsRequest),
    (PageParams, prompts_pb2.ListPromptVersionsRequest),
    (templates.ListPromptTemplates, prompts_pb2.ListPromptTemplatesRequest),
    (templates.CopyPromptTemplate, prompts_pb2.CopyPromptTemplateRequest),
    (pipelines.CreatePipeline, pipelines_pb2.CreatePipelineRequest),
    (pipelines.UpdatePipeline, pipelines_pb2.UpdatePipelineRequest),
    (pipelines.CreatePipelineVersion, pipelines_pb2.CreatePipelineVersionRequest),
    (pipelines.ValidatePipeline, pipelines_pb2.ValidatePipelineRequest),
    (pipelines.ListPipelines, pipelines_pb2.ListPipelinesRequest),
    (PageParams, pipelines_pb2.ListPipelineVersionsRequest),
    (execution.StartRun, execution_pb2.StartRunRequest),
    (execution.ListRuns, execution_pb2.ListRunsRequest),
    (execution.PromptReference, prompts_pb2.PromptReference),
    (providers.CreateProvider, execution_pb2.CreateProviderRequest),
    (providers.UpdateProvider, execution_pb2.UpdateProviderRequest),
    (providers.ListModels, execution_pb2.ListModelsRequest),
    (PageParams, execution_pb2.ListProvidersRequest),
    (billing.CreatePrice, billing_pb2.CreatePriceRequest),
    (billing.EstimateCosts, billing_pb2.EstimateCostsRequest),
    (billing.ProspectiveUse, billing_pb2.ProspectiveUse),
    (billing.ListPrices, billing_pb2.ListPricesRequest),
    (PageParams, billing_pb2.ListUsageRecordsRequest),
    (PageParams, billing_pb2.ListLedgerTransactionsRequest),
]


def filled(kind: type[Message]) -> Message:
    """Make a message with something in every field, at every depth."""
    message = kind()
    for field in _fields(kind.DESCRIPTOR):
        _fill_field(message, field)
    return message


def _fields(descriptor: Any) -> list[FieldDescriptor]:
    return list(descriptor.fields)


def _fill_field(message: Message, field: FieldDescriptor) -> None:
    inner: Descriptor | None = field.message_type
    if inner is not None and inner.full_name == "google.protobuf.Timestamp":
        getattr(message, field.name).FromJsonString("2026-11-23T18:00:00.123456Z")
    elif inner is not None:
        holder = getattr(message, field.name)
        target = holder.add() if field.is_repeated else holder
        for below in _fields(inner):
            _fill_field(target, below)
    elif field.is_repeated:
        getattr(message, field.name).append(_value(field))
    else:
        setattr(message, field.name, _value(field))


def _value(field: FieldDescriptor) -> Any:
    if field.enum_type is not None:
        return 1
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return True
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return '{"a": 1}' if field.name.endswith("_json") else "text"
    return 7


@pytest.mark.parametrize(("kind", "model"), ANSWERS, ids=lambda one: one.__name__)
def test_an_answer_has_the_documented_fields_and_no_others(
    kind: type[Message], model: type[Answer]
) -> None:
    document = orjson.loads(orjson.dumps(read(filled(kind))))
    model.model_validate(document)
    _same_fields(kind.DESCRIPTOR, document, model)


def _same_fields(descriptor: Any, document: dict[str, Any], model: type[Answer]) -> None:
    names = {json_name(field) for field in descriptor.fields}
    assert set(document) == names == set(model.model_fields), model.__name__


def test_json_is_passed_on_byte_for_byte() -> None:
    exact = '{"big": 123456789012345678901234567890, "one": 1.0, "a" : [ ]}'
    version = pipelines_pb2.PipelineVersion(definition_json=exact)
    assert exact.encode() in orjson.dumps(read(version))


def test_what_is_unset_is_null() -> None:
    prompt = read(prompts_pb2.Prompt())
    assert prompt["archive_time"] is None
    assert read(execution_pb2.Step())["input"] is None
    assert read(execution_pb2.Step())["error"] is None


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=lambda one: one.__name__)
def test_every_field_that_we_take_has_a_place_in_the_contract(
    body: type[Body] | type[Query], kind: type[Message]
) -> None:
    places = {json_name(field) for field in _fields(kind.DESCRIPTOR)}
    assert set(body.model_fields) <= places


def test_a_body_becomes_a_message_with_its_documents_as_json() -> None:
    body = prompts.CreatePrompt.model_validate(
        {
            "name": "a",
            "content": {
                "type": "chat",
                "messages": [{"role": "user", "content": "{{x}}"}],
                "variables": [{"name": "x", "type": "integer", "default": 3, "enum": [3, 4]}],
                "parameters": {"stop": ["\n"]},
            },
        }
    )
    request = fill(prompts_pb2.CreatePromptRequest, body, request_id="r")
    assert request.request_id == "r"
    assert request.content.type == prompts_pb2.PROMPT_TYPE_CHAT
    assert request.content.messages[0].content == "{{x}}"
    variable = request.content.variables[0]
    assert variable.type == prompts_pb2.VARIABLE_TYPE_INTEGER
    assert variable.default_json == "3"
    assert list(variable.enum_json) == ["3", "4"]
    assert orjson.loads(request.content.parameters_json) == {"stop": ["\n"]}


def test_what_an_update_leaves_out_stays_unset() -> None:
    request = fill(
        prompts_pb2.UpdatePromptRequest,
        prompts.UpdatePrompt.model_validate({"description": ""}),
        prompt_id="p",
    )
    assert not request.HasField("name")
    assert request.HasField("description")
