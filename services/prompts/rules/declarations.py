"""Declarations that a new version takes over from the one before it."""

from dataclasses import replace

from services.prompts.rules import mustache, placeholders
from services.prompts.rules.content import Content, ContentDraft, Message, PromptType
from services.prompts.rules.documents import canonical
from services.prompts.rules.references import uses
from services.prompts.rules.variables import UNSET, Variable, VariableDraft


def keep_declarations(draft: ContentDraft, before: Content) -> ContentDraft:
    """Declare what the version before declared, the draft does not, and its templates still use.

    For callers that know no declarations: a default or a type would be lost with their next text.
    """
    own = {variable.name for variable in draft.variables}
    used = _used(draft, before)
    kept = [
        _as_draft(variable)
        for variable in before.variables
        if variable.name in used and variable.name not in own
    ]
    return replace(draft, variables=(*draft.variables, *kept))


def _used(draft: ContentDraft, before: Content) -> set[str]:
    types = {variable.name: variable.type for variable in before.variables}
    messages = draft.messages
    if draft.type is PromptType.TEXT:
        messages = (Message("user", draft.text),)
    used = set(placeholders.names(messages))
    for message in messages:
        if message.role == placeholders.PLACEHOLDER:
            continue
        try:
            nodes = mustache.parse(message.content)
        except mustache.TemplateError:
            continue  # the check of the draft says what is wrong with it
        used |= {use.name for use in uses(nodes, types)}
    return used


def _as_draft(variable: Variable) -> VariableDraft:
    default = "" if variable.default is UNSET else canonical(variable.default).decode()
    choices = tuple(canonical(choice).decode() for choice in variable.choices)
    return VariableDraft(variable.name, variable.type, variable.description, default, choices)
