"""From templates of the library to the contract's messages."""

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.rules.library import Example, LibraryPrompt
from services.prompts.servicer import answers


def template(found: LibraryPrompt) -> pb.PromptTemplate:
    """Translate a template without its content."""
    return pb.PromptTemplate(
        name=found.name,
        title=found.title,
        category=found.category,
        description=found.description,
        tags=found.tags,
        type=answers.TYPES[found.content.type],
        content_hash=found.content_hash,
        is_default=found.is_default,
    )


def whole(found: LibraryPrompt) -> pb.GetPromptTemplateResponse:
    """Translate a template with its content and examples."""
    return pb.GetPromptTemplateResponse(
        template=template(found),
        content=answers.content(found.content),
        examples=map(_example, found.examples),
    )


def _example(shown: Example) -> pb.PromptTemplateExample:
    return pb.PromptTemplateExample(
        title=shown.title,
        variables_json=shown.variables_json,
        messages=map(answers.message, shown.messages),
    )
