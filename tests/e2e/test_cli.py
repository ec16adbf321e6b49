"""`promptpilot` in a terminal, against a running platform: it works, or it says why not."""

import json
from pathlib import Path

import pytest

from services.kit.ids import new_id
from tests.support.processes import Client, Platform

INPUT = {
    "text": "The sea was calm. Nobody saw the storm. It came at night.",
    "length": "one sentence",
    "target": "German",
}


@pytest.fixture
async def pipeline(demo: Client) -> str:
    """A published pipeline of the demo tenant; returns its name."""
    name = f"cli/{new_id('tst')[4:]}"
    made = await demo.post("/v1/pipelines", {"name": name, "template_id": "summarise-translate"})
    await demo.post(f"/v1/pipelines/{made['pipeline']['id']}/versions/1:publish")
    return name


@pytest.fixture
def input_file(tmp_path: Path) -> str:
    """A file with an input that the pipeline takes."""
    path = tmp_path / "input.json"
    path.write_text(json.dumps(INPUT))
    return str(path)


async def test_a_run_is_followed_to_its_output_and_its_bill(
    platform: Platform, demo: Client, pipeline: str, input_file: str
) -> None:
    printed = platform.cli("run", pipeline, "--input", input_file)
    run_id = printed.split("run_", 1)[1].split()[0]
    run = await demo.get(f"/v1/runs/run_{run_id}")
    assert run["state"] == "succeeded"
    for word in ("step.started summarise", "step.succeeded translate", "run.succeeded"):
        assert word in printed
    assert run["steps"][0]["output"]["text"].split()[0] in printed
    assert "[German, simulated]" in printed
    assert f"{run['usage']['input_tokens']:,} in" in printed
    assert "$0.00" in printed


async def test_an_input_is_read_from_standard_input(
    platform: Platform, demo: Client, pipeline: str
) -> None:
    printed = platform.cli("run", pipeline, "--input", "-", "--no-follow", stdin=json.dumps(INPUT))
    run_id = printed.split("run_", 1)[1].split()[0]
    assert (await demo.finished(f"run_{run_id}"))["input"] == INPUT


async def test_a_run_that_cannot_start_says_why_and_fails(
    platform: Platform, pipeline: str, input_file: str, tmp_path: Path
) -> None:
    broken, empty = tmp_path / "broken.json", tmp_path / "empty.json"
    broken.write_text("{")
    empty.write_text("{}")
    check_refused(platform, "is not JSON", "run", pipeline, "--input", str(broken))
    check_refused(platform, "cannot read", "run", pipeline, "--input", str(tmp_path / "none"))
    check_refused(platform, "text", "run", pipeline, "--input", str(empty))
    check_refused(platform, "nobody", "run", "nobody/knows-it", "--input", input_file)
    check_refused(platform, "version", "run", pipeline, "--input", input_file, "--version", "99")


async def test_status_names_every_part_and_its_readiness(platform: Platform) -> None:
    printed = platform.cli("status")
    for part in ("postgres", "nats", *platform.state.pids):
        (line,) = (line for line in printed.splitlines() if line.startswith(f"{part} "))
        assert line.split()[-1] == "yes", line
        assert "MiB" in line
    assert platform.url in printed


async def test_doctor_finds_nothing_wrong_with_a_sound_platform(platform: Platform) -> None:
    printed = platform.cli("doctor")
    assert "✗" not in printed
    for part in ("identity", "prompts", "pipelines", "execution", "billing", "gateway"):
        assert f"✓ {part} is ready" in printed


async def test_a_tenant_is_made_and_listed_by_the_operator(platform: Platform) -> None:
    email = f"{new_id('tst')[4:]}@example.com"
    made = platform.cli(
        "tenant", "create", "Operators Own", "--email", email, PP_PASSWORD=f"secret {email}"
    )
    tenant = "ten_" + made.split("ten_", 1)[1].split()[0]
    listed = platform.cli("tenant", "list")
    assert tenant in listed
    assert "Operators Own" in listed


async def test_prompts_go_out_into_a_folder_and_come_in_again(
    platform: Platform, demo: Client, tmp_path: Path
) -> None:
    name = f"cli/{new_id('tst')[4:]}"
    content = {"type": "text", "text": "Greet\n{{who}}"}
    await demo.post("/v1/prompts", {"name": name, "content": content})
    printed = platform.cli("prompts", "export", str(tmp_path), "--prompt", name)
    assert "✓ 3 files" in printed
    version = tmp_path / "prompts" / name / "_versions" / "0001.yaml"
    assert version.read_text() == "text: |2-\n  Greet\n  {{who}}\n"
    assert "1 unchanged" in platform.cli("prompts", "import", str(tmp_path))
    version.write_text("text: Hi {{who}}\n")
    assert "would be: 0 created, 1 changed" in platform.cli(
        "prompts", "import", str(tmp_path), "--dry-run"
    )
    printed = platform.cli("prompts", "import", str(tmp_path), "--prefix", "copy/")
    assert f"+ copy/{name} · 1 new version" in printed
    version.write_text("text: '{{#open}}'\n")
    check_refused(platform, "0001.yaml, line 1, text", "prompts", "import", str(tmp_path))
    check_refused(platform, "PROMPT_NOT_FOUND", "prompts", "export", "x.zip", "--prompt", "nobody")
    archive = tmp_path / "all.zip"
    platform.cli("prompts", "export", str(archive), "--prefix", name)
    assert archive.read_bytes().startswith(b"PK")


def check_refused(platform: Platform, word: str, *arguments: str) -> None:
    """Fail unless the command fails, says the word, and shows no traceback."""
    done = platform.command(*arguments)
    printed = done.stdout + done.stderr
    assert done.returncode not in (0, None), printed
    assert word in printed
    assert "Traceback" not in printed
