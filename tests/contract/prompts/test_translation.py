"""What the contract can say, the service understands, and what the service means can be said."""

from enum import StrEnum

import pytest
from google.protobuf.descriptor import EnumDescriptor

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.rules.content import PromptType
from services.prompts.rules.variables import VariableType
from services.prompts.servicer.inputs import TYPES, VARIABLE_TYPES, content_draft

ENUMS = [
    (pb.PromptType.DESCRIPTOR, TYPES, PromptType),
    (pb.VariableType.DESCRIPTOR, VARIABLE_TYPES, VariableType),
]


@pytest.mark.parametrize(("contract", "mapping", "own"), ENUMS, ids=["prompt", "variable"])
def test_every_type_has_its_own_word(
    contract: EnumDescriptor, mapping: dict[int, PromptType | VariableType], own: type[StrEnum]
) -> None:
    named = {value.number: value.name for value in contract.values if value.number}
    assert mapping.keys() == named.keys()
    assert set(mapping.values()) == set(own)
    assert all(named[number].endswith(f"_{type_.upper()}") for number, type_ in mapping.items())


def test_a_form_that_nobody_knows_is_none_and_an_unset_variable_is_a_string() -> None:
    draft = content_draft(pb.PromptContent(type=99, variables=[pb.Variable(name="a")]))  # type: ignore[arg-type]
    assert draft.type is None
    assert draft.variables[0].type is VariableType.STRING
