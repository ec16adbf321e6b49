"""XML and HTML in outputs. Nothing is fetched, no entity is expanded; time is linear."""

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.parsers import expat

from selectolax.lexbor import LexborHTMLParser

from services.prompts.rules.assertions.case import AssertionFailed, Case, Verdict
from services.prompts.rules.assertions.elements import Element, elements_in, has_path
from services.prompts.rules.assertions.words import as_string, trimmed

_WRAPPERS: Final = frozenset({"html", "head", "body"})
_KNOWN: Final = frozenset(
    (  # noqa: SIM905 - a list of names reads best as a list of names
        "a abbr address area article aside audio b base bdi bdo blockquote body br button canvas "
        "caption cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed "
        "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img "
        "input ins kbd label legend li link main map mark math menu meta meter nav noscript object "
        "ol optgroup option output p param picture pre progress q rp rt ruby s samp script section "
        "select slot small source span strong style sub summary sup svg table tbody td template "
        "textarea tfoot th thead time title tr track u ul var video wbr"
    ).split()
)
_TAG: Final = re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s|>)")
_TAG_OR_END: Final = re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s|\Z)")
# Signs that a text holds HTML, and what each of them weighs; two are enough.
_SIGNS: Final = tuple(
    (re.compile(pattern), weight)
    for pattern, weight in (
        (r"</[a-zA-Z][a-zA-Z0-9-]*\s*>", 1),
        (r"&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);", 1),
        (r"(?i:<!DOCTYPE\s+html)", 2),
        (r"\s[a-zA-Z-]+=\s*[\"'][^\"']*[\"']", 1),
        (
            (
                r"(?i:<(?:html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|"
                r"input|button|script|style|link|meta|br|hr)\b)"
            ),
            2,
        ),
    )
)


class _RefusedError(Exception):
    """The document has a part that is not looked into."""


def is_xml(case: Case) -> Verdict:
    """Tell whether the whole output is well-formed XML with the elements asked for."""
    try:
        _parse(case.text)
    except _RefusedError as error:
        return Verdict(holds=False, reason=str(error))
    except expat.ExpatError as error:
        return Verdict(holds=False, reason=f"the output is not XML: {error}")
    missing = _missing(elements_in(case.text), _wanted(case.value))
    if missing:
        return Verdict(holds=False, reason=f"the XML lacks {', '.join(missing)}")
    return Verdict(holds=True, reason="the output is XML")


def contains_xml(case: Case) -> Verdict:
    """Tell whether some part of the output is closed elements, with those asked for."""
    roots = elements_in(case.text)
    if not roots:
        return Verdict(holds=False, reason="the output contains no XML")
    missing = _missing(roots, _wanted(case.value))
    if missing:
        return Verdict(holds=False, reason=f"the XML in the output lacks {', '.join(missing)}")
    return Verdict(holds=True, reason="the output contains XML")


def is_html(case: Case) -> Verdict:
    """Tell whether the whole output is HTML: known elements, and no text outside of them."""
    text = trimmed(case.text)
    lower = text.lower()
    if not text:
        return Verdict(holds=False, reason="the output is empty")
    if lower.startswith("<?xml"):
        return Verdict(holds=False, reason="the output is XML, not HTML")
    tree = LexborHTMLParser(text)
    if not _is_written("body", lower) and tree.body and _has_text(tree.body):
        return Verdict(holds=False, reason="the output has text outside of elements")
    if not any(_is_known(node.tag or "", lower) for node in tree.css("*")):
        return Verdict(holds=False, reason="the output has no element of HTML")
    return Verdict(holds=True, reason="the output is HTML")


def contains_html(case: Case) -> Verdict:
    """Tell whether the output shows signs of HTML: two weak ones or a strong one."""
    weight = sum(worth for pattern, worth in _SIGNS if pattern.search(case.text))
    weight += _has_tag(case.text) + _has_closed_tag(case.text) + _has_comment(case.text)
    holds = weight > 1
    return Verdict(holds, f"the output contains {'' if holds else 'no '}HTML")


def _has_tag(text: str) -> bool:
    """Tell whether an opening tag is there: with attributes or without, up to its >."""
    return _TAG.search(text[: text.rfind(">") + 1]) is not None


def _has_closed_tag(text: str) -> bool:
    """Tell whether a tag is there that closes itself."""
    return any(
        part.endswith("/") and _TAG_OR_END.search(part[:-1]) for part in text.split(">")[:-1]
    )


def _has_comment(text: str) -> bool:
    start = text.find("<!--")
    return start >= 0 and text.find("-->", start + 4) >= 0


def _parse(text: str) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(_name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:  # noqa: FBT001 - expat calls it
        if has_subset:
            raise _RefusedError("declarations in a DOCTYPE are not supported")

    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(text, True)  # noqa: FBT003 - expat takes it by place


def _wanted(value: Any) -> list[str]:
    if isinstance(value, str):
        return [trimmed(path) for path in value.split(",")]
    if isinstance(value, Mapping) and value:
        value = value.get("requiredElements")
        if not isinstance(value, list):
            raise AssertionFailed("the value must be names, or an object with requiredElements")
    return [as_string(path) for path in value or []]


def _missing(roots: list[Element], wanted: list[str]) -> list[str]:
    return [path for path in wanted if not has_path(roots, path.split("."))]


def _is_written(name: str, lower: str) -> bool:
    return re.search(rf"<{name}(?=[\s>/])", lower) is not None


def _has_text(body: Any) -> bool:
    return any(
        node.tag == "-text" and trimmed(node.text_content or "")
        for node in body.iter(include_text=True)
    )


def _is_known(tag: str, lower: str) -> bool:
    if tag in _WRAPPERS:
        return _is_written(tag, lower)
    return tag in _KNOWN or "-" in tag
