"""SQL in outputs: is-sql, contains-sql, with the tables and columns that are allowed.

Statements are parsed by sqlparser-rs, which bounds its own depth; they are never run.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import sqloxide

from services.prompts.rules.assertions.case import AssertionFailed, Case, Verdict
from services.prompts.rules.assertions.patterns import PatternInvalid, compiled
from services.prompts.rules.assertions.statements import columns_of, tables_of
from services.prompts.rules.assertions.words import trimmed

_MOST_CHARACTERS: Final = 50_000
_USUAL: Final = "MySQL"
# promptfoo's names, in lower case -> sqlparser-rs' dialects.
DIALECTS: Final = {
    "mysql": "mysql", "mariadb": "mysql", "postgresql": "postgres", "postgres": "postgres",
    "sqlite": "sqlite", "transactsql": "mssql", "bigquery": "bigquery", "snowflake": "snowflake",
    "redshift": "redshift", "hive": "hive", "db2": "ansi", "flinksql": "generic",
    "trino": "generic", "athena": "generic",
}  # fmt: skip
_IGNORED: Final = re.compile(
    r"'(?:''|\\.|[^'\\])*+'?|\"(?:\"\"|\\.|[^\"\\])*+\"?|`[^`]*`?|(?:--|#)[^\r\n]*|(?s:/\*.*?(?:\*/|\Z))"
)
# Two names before FROM: most likely a comma is missing, and not an alias without AS.
_NO_COMMA: Final = re.compile(
    r"\bselect\s+(?:(?:all|distinct)\s+)?(?!(?:all|distinct)\b)[a-z_]\w*\s+[a-z_]\w*\s+from\b",
    re.IGNORECASE | re.ASCII,
)
_SERIES: Final = re.compile(r"\bgenerate_series\s*\(", re.IGNORECASE)
_FENCE: Final = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})(.*)")


def is_sql(case: Case) -> Verdict:
    """Tell whether the whole output is SQL of the database, and touches only what is allowed."""
    wrong = _wrong(case, case.text)
    return Verdict(not wrong, wrong or "the output is SQL")


def contains_sql(case: Case) -> Verdict:
    """Tell whether a block ``` or ```sql is SQL; without such blocks, the whole output."""
    wrong = "the output contains no SQL"
    for block in list(_blocks(case.text)) or [case.text]:
        if trimmed(block):
            wrong = _wrong(case, block)
            if not wrong:
                return Verdict(holds=True, reason="the output contains SQL")
    return Verdict(holds=False, reason=wrong)


def _wrong(case: Case, text: str) -> str:
    """Return what is wrong with a statement, "" for nothing."""
    options = case.value if isinstance(case.value, Mapping) else {}
    database = str(options.get("databaseType") or _USUAL)
    dialect = DIALECTS.get(database.lower())
    if dialect is None:
        raise AssertionFailed(f"databaseType {database}: there are {', '.join(sorted(DIALECTS))}")
    if len(text) > _MOST_CHARACTERS:
        raise AssertionFailed(f"SQL is checked up to {_MOST_CHARACTERS:,} characters")
    case.budget.left()
    invalid = f"the output is not SQL of {database}"
    plain = _IGNORED.sub(" ? ", trimmed(text))
    if not trimmed(text) or text.count("`") % 2 or _NO_COMMA.search(plain):
        return invalid
    if dialect == "mysql" and _SERIES.search(plain):
        return invalid
    try:
        statements = sqloxide.parse_sql(sql=text, dialect=dialect)
    except ValueError as error:
        return f"{invalid}: {str(error).rpartition('parser error: ')[2][:200]}"
    if not statements:
        return invalid
    for name, found in (("Tables", tables_of), ("Columns", columns_of)):
        allowed = options.get(f"allowed{name}")
        if allowed is not None:
            strange = [one for one in found(statements) if not _is_allowed(case, one, allowed)]
            if strange:
                return f"not among the allowed {name.lower()}: {', '.join(strange[:5])}"
    return ""


def _is_allowed(case: Case, found: str, allowed: list[str]) -> bool:
    for pattern in allowed:
        parts = str(pattern).split("::")
        # A column of a named table is also allowed where it stands without its table.
        shapes = {str(pattern)}
        if len(parts) == 3 and parts[1] != "null":
            shapes.add(f"{parts[0]}::null::{parts[2]}")
        for shape in shapes:
            try:
                if compiled(f"(?i:^{shape}$)").search(found, timeout=min(0.25, case.budget.left())):
                    return True
            except (PatternInvalid, TimeoutError):
                raise AssertionFailed(f"{pattern[:80]} cannot be used as a pattern") from None
    return False


def _blocks(text: str) -> Iterator[str]:
    """Return the bodies of fenced blocks that are SQL or of no language."""
    mark, is_sql_block, body = "", False, list[str]()
    for line in re.split(r"\r\n?|\n", text):
        fence = _FENCE.match(line)
        if not mark:
            if fence:
                language = trimmed(fence[2]).lower()
                mark, is_sql_block, body = fence[1], language in ("", "sql"), []
        elif fence and fence[1].startswith(mark) and not fence[2].strip(" \t"):
            if is_sql_block:
                yield "\n".join(body)
            mark = ""
        else:
            body.append(line)
