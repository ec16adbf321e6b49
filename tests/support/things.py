"""One of everything that a tenant can have, by the name of its path parameter."""

from services.kit.ids import new_id
from tests.support.processes import Client
from tests.support.runs import prompt_pipeline, published


async def make_things(client: Client) -> dict[str, str]:
    """Make them and return their ids, with the number of a version and a label that points at it.

    What they hold has the word `canary` in it.
    """
    prompt = await client.post(
        "/v1/prompts",
        {"name": f"e2e/{new_id('tst')[4:]}", "content": {"type": "text", "text": "Hi {{who}}"}},
    )
    prompt_id = prompt["prompt"]["id"]
    await client.call("PUT", f"/v1/prompts/{prompt_id}/labels/secret", {"version": 1})
    await client.post(f"/v1/prompts/{prompt_id}/branches", {"name": "secret"})
    pipeline_id = await published(client, prompt_pipeline("sim-echo"))
    await client.call("PUT", f"/v1/pipelines/{pipeline_id}/labels/secret", {"version": 1})
    run = await client.post("/v1/runs", {"pipeline": pipeline_id, "input": {"text": "canary"}})
    key = await client.post("/v1/api-keys", {"name": "x", "environment": "test", "role": "viewer"})
    provider = await client.post(
        "/v1/providers",
        {
            "name": new_id("tst"),
            "kind": "openai_compatible",
            # An address, not a name: a test asks no name server. Nothing calls it.
            "base_url": "https://8.8.8.8/v1",
            "api_key": "sk-canary",
            "models": ["*"],
        },
    )
    policy = await client.post(
        "/v1/label-policies", {"label_pattern": "canary-*", "prompt_prefix": prompt_id}
    )
    dataset = await client.post("/v1/datasets", {"name": new_id("tst")})
    at = f"/v1/datasets/{dataset['id']}"
    item = await client.post(f"{at}/items", {"input": "canary"})
    file = await client.post(f"{at}/imports", {"format": "csv", "file_name": "canary.csv"})
    return {
        "dataset_id": dataset["id"],
        "item_id": item["id"],
        "import_id": file["id"],
        "prompt_id": prompt_id,
        "policy_id": policy["id"],
        "pipeline_id": pipeline_id,
        "run_id": run["id"],
        "api_key_id": key["api_key"]["id"],
        "provider_id": provider["id"],
        "number": "1",
        "label": "secret",
        "branch": "secret",
        # Everybody's.
        "template_name": "ticket-triage",
    }
