"""The REST surface: a package for each service, a module for each part of it."""

from collections.abc import Iterable, Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute

from gateway.routes.billing.billing import billing
from gateway.routes.execution.model_calls import model_calls
from gateway.routes.execution.providers import providers
from gateway.routes.execution.runs import runs
from gateway.routes.identity.api_keys import api_keys
from gateway.routes.identity.sessions import keys, sessions
from gateway.routes.identity.tenants import tenants
from gateway.routes.langfuse.account import account as langfuse_account
from gateway.routes.langfuse.prompts import prompts as langfuse_prompts
from gateway.routes.pipelines.pipelines import pipelines
from gateway.routes.pipelines.versions import versions as pipeline_versions
from gateway.routes.prompts.assertions import assertions
from gateway.routes.prompts.branches import branches as prompt_branches
from gateway.routes.prompts.comparisons import comparisons as prompt_comparisons
from gateway.routes.prompts.dataset_imports import dataset_imports
from gateway.routes.prompts.dataset_items import dataset_items
from gateway.routes.prompts.datasets import datasets
from gateway.routes.prompts.label_policies import label_policies
from gateway.routes.prompts.labels import labels as prompt_labels
from gateway.routes.prompts.lint import lint as prompt_lint
from gateway.routes.prompts.live import live
from gateway.routes.prompts.prompts import prompts
from gateway.routes.prompts.search import search as prompt_search
from gateway.routes.prompts.templates import templates as prompt_templates
from gateway.routes.prompts.transfers import transfers as prompt_transfers
from gateway.routes.prompts.versions import versions as prompt_versions

# In the order in which paths are tried: what is called most comes first.
ROUTERS = (
    prompt_versions,
    runs,
    live,
    prompts,
    prompt_lint,
    assertions,
    prompt_comparisons,
    prompt_transfers,
    prompt_search,
    prompt_templates,
    prompt_labels,
    label_policies,
    prompt_branches,
    dataset_items,
    datasets,
    dataset_imports,
    pipelines,
    pipeline_versions,
    model_calls,
    providers,
    billing,
    sessions,
    tenants,
    api_keys,
    keys,
)
# Operations whose contract is another vendor's: not in our own OpenAPI document.
COMPATIBLE = (langfuse_prompts, langfuse_account)


def operations() -> Iterator[APIRoute]:
    """Return every operation of the API."""
    return _routes_of(ROUTERS)


def compatible_operations() -> Iterator[APIRoute]:
    """Return every operation of the doors that speak another vendor's language."""
    return _routes_of(COMPATIBLE)


def _routes_of(routers: Iterable[APIRouter]) -> Iterator[APIRoute]:
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route
