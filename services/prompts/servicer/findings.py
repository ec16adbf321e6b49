"""From what lint finds to the contract's messages."""

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.rules.lint.draft import Report
from services.prompts.rules.lint.findings import Finding, Place, Severity

_SEVERITIES = {
    Severity.ERROR: pb.LINT_SEVERITY_ERROR,
    Severity.WARNING: pb.LINT_SEVERITY_WARNING,
    Severity.INFO: pb.LINT_SEVERITY_INFO,
}


def lint_report(report: Report) -> pb.LintPromptResponse:
    """Translate findings, in their order."""
    return pb.LintPromptResponse(findings=map(_finding, report.findings), is_cut=report.is_cut)


def _finding(found: Finding) -> pb.LintFinding:
    return pb.LintFinding(
        code=found.code,
        severity=_SEVERITIES[found.code.severity],
        message=found.message,
        field=found.field,
        place=_place(found.place) if found.place else None,
        variable=found.variable,
        fix=(
            pb.LintFix(title=found.fix.title, replacement=found.fix.replacement)
            if found.fix
            else None
        ),
    )


def _place(place: Place) -> pb.LintPlace:
    return pb.LintPlace(
        message_index=place.message_index,
        start=place.start,
        end=place.end,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
    )
