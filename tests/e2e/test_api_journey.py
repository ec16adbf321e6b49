"""A program's whole path by API key: prompt, pipeline, run, live events, cost, usage."""

import asyncio

from services.kit.ids import new_id
from tests.support.processes import Client, Platform, sign_up
from tests.support.runs import Watched, cost_of, gapless, prompt_pipeline, published, watch


async def test_a_new_tenant_runs_a_template_and_sees_what_it_used(platform: Platform) -> None:
    _, key = await sign_up(platform)
    async with platform.client(key) as client:
        library = await client.get("/v1/prompts")
        assert {prompt["name"] for prompt in library["items"]} == {
            "code-generation",
            "creative-writing",
            "data-analysis",
            "language-translation",
            "text-summarization",
        }
        made = await client.post(
            "/v1/pipelines", {"name": "mine", "template_id": "summarise-translate"}
        )
        pipeline_id = made["pipeline"]["id"]
        await client.post(f"/v1/pipelines/{pipeline_id}/versions/1:publish")
        text = "The sea was calm. The ship was old. Nobody saw the storm. It came at night."
        run = await client.post(
            "/v1/runs",
            {
                "pipeline": "mine",
                "input": {"text": text, "length": "two sentences", "target": "German"},
            },
        )
        watched = await watch(client, run["id"], Watched())
        assert gapless(watched)
        assert watched.types[0] == "run.queued"
        assert watched.types[-1] == "run.succeeded"
        assert watched.deltas, "tokens were not streamed"
        ended = await client.get(f"/v1/runs/{run['id']}")
        assert [step["state"] for step in ended["steps"]] == ["succeeded", "succeeded"]
        cost = await cost_of(client, run["id"], 2)
        assert cost["cost_nano_usd"] == 0
        total = ended["usage"]["output_tokens"]
        assert sum(record["output_tokens"] for record in cost["records"]) == total > 0
        usage = await client.get("/v1/usage?group_by=pipeline")
        assert [row["key"] for row in usage["rows"]] == [pipeline_id]


async def test_the_draft_template_takes_the_branch_that_its_condition_chooses(demo: Client) -> None:
    templates = await demo.get("/v1/pipeline-templates")
    template = next(t for t in templates["items"] if t["id"] == "draft-critique-improve")
    pipeline_id = await published(demo, template["definition"])
    body = {"pipeline": pipeline_id, "input": template["example_input"]}
    run = await demo.post("/v1/runs", body)
    ended = await demo.finished(run["id"])
    assert ended["state"] == "succeeded", ended["error"]
    assert ended["output"]


async def test_a_version_is_fetched_by_label_and_a_moved_label_is_seen(demo: Client) -> None:
    name = f"e2e/{new_id('tst')[4:]}"
    content = {"type": "text", "text": "Hello {{who}}"}
    made = await demo.post("/v1/prompts", {"name": name, "content": content})
    prompt_id = made["prompt"]["id"]
    await demo.call("PUT", f"/v1/prompts/{prompt_id}/labels/production", {"version": 1})
    await demo.post(
        f"/v1/prompts/{prompt_id}/versions", {"content": {"type": "text", "text": "Bye {{who}}"}}
    )
    path = f"/v1/prompts/{prompt_id}/resolved?label=production"
    async with demo.session.get(path) as response:
        etag = response.headers["ETag"]
        assert (await response.json())["version"]["number"] == 1
    async with demo.session.get(path, headers={"If-None-Match": etag}) as response:
        assert response.status == 304
    await demo.call("PUT", f"/v1/prompts/{prompt_id}/labels/production", {"version": 2})
    async with demo.session.get(path, headers={"If-None-Match": etag}) as response:
        assert (await response.json())["version"]["number"] == 2


async def test_two_hundred_starts_with_one_key_make_one_run(demo: Client) -> None:
    pipeline_id = await published(demo, prompt_pipeline("sim-echo"))
    key = new_id("idk")
    body = {"pipeline": pipeline_id, "input": {"text": "once"}}

    async def start() -> tuple[int, str]:
        status, answer = await demo.call("POST", "/v1/runs", body, Idempotency_Key=key)
        return status, answer.get("id", "")

    answers = await asyncio.gather(*(start() for _ in range(200)))
    assert {status for status, _ in answers} <= {201, 409}
    assert len({run_id for status, run_id in answers if status == 201}) == 1
    runs = await demo.get(f"/v1/runs?pipeline_id={pipeline_id}")
    assert len(runs["items"]) == 1


async def test_two_hundred_versions_at_once_are_numbered_without_an_error(demo: Client) -> None:
    name = f"e2e/{new_id('tst')[4:]}"
    made = await demo.post("/v1/prompts", {"name": name, "content": {"type": "text", "text": "0"}})
    path = f"/v1/prompts/{made['prompt']['id']}/versions"

    async def add(number: int) -> int:
        answer = await demo.post(path, {"content": {"type": "text", "text": f"number {number}"}})
        return int(answer["number"])

    numbers = await asyncio.gather(*(add(number) for number in range(200)))
    assert sorted(numbers) == list(range(2, 202))


async def test_a_cancelled_run_stops_within_a_second(demo: Client) -> None:
    pipeline_id = await published(demo, prompt_pipeline("sim-slow"))
    run = await demo.post("/v1/runs", {"pipeline": pipeline_id, "input": {"text": "slow " * 500}})
    async with asyncio.timeout(10):
        while (await demo.get(f"/v1/runs/{run['id']}"))["state"] == "queued":
            await asyncio.sleep(0.05)
    await demo.post(f"/v1/runs/{run['id']}:cancel")
    ended = await demo.finished(run["id"], seconds=3)
    assert ended["state"] == "cancelled"


async def test_a_revoked_key_is_refused(platform: Platform, demo: Client) -> None:
    made = await demo.post("/v1/api-keys", {"name": "x", "environment": "test", "role": "viewer"})
    async with platform.client(made["secret"]) as revoked:
        await revoked.get("/v1/prompts")
        status, _ = await demo.call("DELETE", f"/v1/api-keys/{made['api_key']['id']}")
        assert status == 200
        async with asyncio.timeout(10):  # far less than it is remembered without the push
            while (await revoked.call("GET", "/v1/prompts"))[0] != 401:
                await asyncio.sleep(0.02)


async def test_a_viewers_key_reads_and_may_not_write(platform: Platform, demo: Client) -> None:
    made = await demo.post("/v1/api-keys", {"name": "x", "environment": "test", "role": "viewer"})
    async with platform.client(made["secret"]) as viewer:
        await viewer.get("/v1/prompts")
        content = {"type": "text", "text": "x"}
        status, problem = await viewer.call(
            "POST", "/v1/prompts", {"name": "x", "content": content}
        )
        assert (status, problem["reason"]) == (403, "PERMISSION_DENIED")
