"""Asks the real promptfoo what it answers to corpus.yaml and suites/, and writes it down.

    python -m tests.contract.prompts.promptfoo.record

Installs the pinned promptfoo from npm into a temporary directory (1 minute, 430 packages; needs
Node 22.22 or newer) unless `--promptfoo DIR` names a directory in which it is installed already.
Run it again after a change of the corpus or of the versions below, and commit the answers.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tests.contract.prompts.promptfoo.corpus import ANSWERS, HERE, SUITES, corpus, suite_files

VERSIONS: Final = {"promptfoo": "0.123.1", "natural": "8.1.1", "node-sql-parser": "5.4.0"}
# Built for Linux on x64: on another system, npm's names for that.
_BUILT: Final = ("@libsql/linux-x64-gnu@0.5.29", "@esbuild/linux-x64@0.28.2")
_QUIET: Final = {
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_SHARING": "1",
    "CI": "1",
}


def main() -> None:
    """Record everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--promptfoo", type=Path, help="where npm installed promptfoo")
    given = parser.parse_args().promptfoo
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        installed = given or _install(work / "npm")
        _mend_natural(installed)
        answers = {
            "versions": _installed_versions(installed),
            "corpus": _record_corpus(installed, work / "corpus"),
            "suites": {
                name: _record_suite(installed, work / f"suite-{name}", name)
                for name in sorted({path.parent.name for path in SUITES.glob("*/suite.yaml")})
            },
        }
    ANSWERS.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{ANSWERS}: {len(answers['corpus'])} cases, {len(answers['suites'])} suites")


def _install(folder: Path) -> Path:
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true}')
    packages = [f"{name}@{version}" for name, version in VERSIONS.items()]
    quiet = ["--no-audit", "--no-fund", "--omit=optional", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(["npm", "install", *quiet, *packages, *_BUILT], cwd=folder, check=True)
    return folder


def _mend_natural(installed: Path) -> None:
    """Let `import("natural")` find names in it.

    promptfoo's METEOR takes PorterStemmer and WordNet from that import, and Node finds no names in
    a CommonJS package of this form: without this, every METEOR assertion of promptfoo fails.
    """
    package = installed / "node_modules" / "natural"
    described = json.loads((package / "package.json").read_text())
    entry = f"./{described.get('main', 'index.js').removeprefix('./')}"
    (package / "names.mjs").write_text(
        f"import natural from '{entry}';\nexport const {{ PorterStemmer, WordNet }} = natural;\n"
    )
    described["exports"] = {".": {"import": "./names.mjs", "require": entry}}
    (package / "package.json").write_text(json.dumps(described))


def _installed_versions(installed: Path) -> dict[str, str]:
    found = {
        name: json.loads((installed / "node_modules" / name / "package.json").read_text())
        for name in VERSIONS
    }
    versions = {name: package["version"] for name, package in found.items()}
    if versions != VERSIONS:
        raise SystemExit(f"{installed} holds {versions}, wanted: {VERSIONS}")
    return versions


def _run(installed: Path, folder: Path, config: str) -> list[dict[str, Any]]:
    """Run promptfoo's CLI in a folder; return the results in the order of tests."""
    main_file = installed / "node_modules" / "promptfoo" / "dist" / "src" / "main.js"
    command = ["node", str(main_file), "eval", "-c", config, "-o", "out.json"]
    flags = ["--no-cache", "--no-write", "--no-table", "--no-progress-bar", "-j", "1"]
    environment = os.environ | _QUIET | {"PROMPTFOO_CONFIG_DIR": str(folder / "home")}
    done = subprocess.run(
        [*command, *flags], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if not (folder / "out.json").exists():
        raise SystemExit(f"promptfoo said nothing:\n{done.stdout}\n{done.stderr}")
    results = json.loads((folder / "out.json").read_text(encoding="utf-8"))["results"]["results"]
    return sorted(results, key=lambda result: result["testIdx"])


def _record_corpus(installed: Path, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    cases = corpus()
    shutil.copy(HERE / "provider.mjs", folder)
    responses = {case["id"]: _response(case) for case in cases}
    (folder / "responses.json").write_text(json.dumps(responses))
    with _fake_openai(cases) as url:
        config = {
            "prompts": ["{{corpus_id}}"],
            "providers": list(_providers(cases, url)),
            "tests": [_test(case) for case in cases],
        }
        (folder / "config.json").write_text(json.dumps(config))
        results = _run(installed, folder, "config.json")
    answers = {result["vars"]["corpus_id"]: _answer(result) for result in results}
    missing = {case["id"] for case in cases} - answers.keys()
    if missing:
        raise SystemExit(f"promptfoo did not answer {missing}")
    return answers


def _needs_openai(case: dict[str, Any]) -> bool:
    return "tools" in case or "functions" in case


def _label(case: dict[str, Any]) -> str:
    return f"openai-{case['id']}" if _needs_openai(case) else "corpus"


def _providers(cases: list[dict[str, Any]], url: str) -> Iterator[dict[str, Any]]:
    yield {"id": "file://provider.mjs", "label": "corpus"}
    for case in filter(_needs_openai, cases):
        config = {"apiBaseUrl": url, "apiKey": "none"}
        config |= {key: case[key] for key in ("tools", "functions") if key in case}
        yield {"id": "openai:chat:gpt-4o", "label": _label(case), "config": config}


def _test(case: dict[str, Any]) -> dict[str, Any]:
    test = {"vars": {**case.get("vars", {}), "corpus_id": case["id"]}, "assert": case["assert"]}
    # Variables that are lists are values here, not choices.
    test |= {"providers": [_label(case)], "options": {"disableVarExpansion": True}}
    return test | ({"threshold": case["threshold"]} if "threshold" in case else {})


def _response(case: dict[str, Any]) -> dict[str, Any]:
    response = {"output": case["output"]}
    names = {
        "latency_ms": "latencyMs",
        "cost_usd": "cost",
        "finish_reason": "finishReason",
        "log_probabilities": "logProbs",
    }
    response |= {theirs: case[ours] for ours, theirs in names.items() if ours in case}
    guardrails = {
        "is_flagged": "flagged",
        "is_input_flagged": "flaggedInput",
        "is_output_flagged": "flaggedOutput",
        "reason": "reason",
    }
    if "guardrails" in case:
        given = case["guardrails"]
        response["guardrails"] = {guardrails[name]: value for name, value in given.items()}
    return response


def _answer(result: dict[str, Any]) -> dict[str, Any]:
    """Keep of a result what our rules answer too."""
    grading = result.get("gradingResult") or {}
    is_error = result.get("failureReason") == 2  # ResultFailureReason.ERROR
    if is_error:
        return {"error": result.get("error", "").split("\n")[0]}
    return {
        "pass": result["success"],
        "score": _stable(result["score"]),
        "named_scores": {
            name: _stable(score) for name, score in (result.get("namedScores") or {}).items()
        },
        "results": [
            {
                "type": (one.get("assertion") or {}).get("type", "assert-set"),
                "pass": one["pass"],
                "score": one["score"],
                "reason": one["reason"],
            }
            for one in grading.get("componentResults", [])
        ],
    }


@contextlib.contextmanager
def _fake_openai(cases: list[dict[str, Any]]) -> Iterator[str]:
    """Serve what the corpus says in OpenAI's form: promptfoo's own provider checks tools."""
    outputs = {case["id"]: case["output"] for case in cases}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            output = outputs[asked["messages"][-1]["content"]]
            message: dict[str, Any] = {"role": "assistant", "content": None}
            if isinstance(output, list):
                message["tool_calls"] = output
            elif isinstance(output, dict):
                message["function_call"] = output
            else:
                message["content"] = output
            body = json.dumps({"choices": [{"index": 0, "message": message}], "usage": {}}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()


def _record_suite(installed: Path, folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the cases that promptfoo makes of a suite: one a test, whatever the prompts."""
    folder.mkdir()
    for file, text in suite_files(name).items():
        (folder / file).write_text(text, encoding="utf-8")
    results = _run(installed, folder, "suite.yaml")
    seen: dict[int, dict[str, Any]] = {}
    for result in results:
        test = result["testCase"]
        seen.setdefault(
            result["testIdx"],
            {
                "description": test.get("description", ""),
                "vars": {
                    key: value for key, value in result["vars"].items() if key != "_conversation"
                },
                "assert": test.get("assert", []),
                "threshold": test.get("threshold"),
                "metadata": test.get("metadata", {}),
            },
        )
    return list(seen.values())


def _stable(score: float) -> float:
    """Leave out digits that depend on the order in which promptfoo added."""
    return round(score, 12)


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


if __name__ == "__main__":
    main()
