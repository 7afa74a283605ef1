"""OpenAI's own clients, for Python and for Node, against our gateway: with our base URL and our key they work as they are."""

import openai
from check_webhooks import PASSWORD, call
from checks import raised
from node import Node

MODELS = {
    "providers": [{"name": "openai", "kind": "openai", "key": "sk-peers-0123456789"}],
    "models": [
        {"name": "small", "targets": [{"provider": "openai", "model": "gpt-4o-mini"}]},
        {"name": "vectors", "targets": [{"provider": "openai", "model": "text-embedding-3-small"}]},
    ],
}


def run(report, base):
    """`base` is the address of a local cloud that runs every function."""
    token = signed_up(base)
    key = made_key(base, token)
    call(base, "PUT", "/api/v1/ai/settings", MODELS, token)
    answered(report, base, key)
    refused(report, base, key)
    call(base, "PUT", "/api/v1/ai/settings", {**MODELS, "monthNanoUsd": 1}, token)
    # What the settings were may be known for five seconds more to another environment; here there is one.
    spent(report, base, key)


def answered(report, base, key):
    """What works, with both clients."""
    client = openai.OpenAI(base_url=f"{base}/api/v1/ai", api_key=key, max_retries=0)
    node = Node("check_openai.js", base, key)
    try:
        chat = client.chat.completions.with_raw_response.create(**asked("Halo"))
        words = chat.parse().choices[0].message.content
        report.check("openai for Python: a chat completion", lambda: bool(words))
        report.check("openai for Python: what it cost", lambda: float(chat.headers["x-cost"]) > 0)
        theirs = lambda: node.do("chat", **asked("Halo"))["ok"]
        report.check("openai for Node: a chat completion and what it cost", lambda: bool(theirs()["said"]) and float(theirs()["cost"]) > 0)
        report.check("openai for Python: a stream with its usage", lambda: streamed(client))
        ask = {**asked("Halo"), "stream_options": {"include_usage": True}}
        with_usage = lambda answer: bool(answer["said"]) and answer["tokens"] > 0
        report.check("openai for Node: a stream with its usage", lambda: with_usage(node.do("stream", **ask)["ok"]))
        vectors = lambda: client.embeddings.create(model="vectors", input="Halo").data[0].embedding
        report.check("openai for Python: embeddings", lambda: len(vectors()) > 1 and isinstance(vectors()[0], float))
        report.check("openai for Node: embeddings", lambda: node.do("embed", model="vectors", input="Halo")["ok"] > 1)
        names = ["small", "vectors"]
        report.equal("openai for Python: models", lambda: [model.id for model in client.models.list()], names)
        report.equal("openai for Node: models", lambda: node.do("models"), {"ok": names})
    finally:
        node.stop()


def refused(report, base, key):
    """What both clients throw, and what it says."""
    client = openai.OpenAI(base_url=f"{base}/api/v1/ai", api_key=key, max_retries=0)
    unknown = lambda: client.chat.completions.create(**{**asked("Halo"), "model": "gpt-nobody"})
    error = lambda: raised(openai.BadRequestError, unknown)
    report.equal("openai for Python: an unknown model is a BadRequestError", lambda: (error().code, error().type), ("ai_model_unknown", "invalid_request_error"))
    stranger = openai.OpenAI(base_url=f"{base}/api/v1/ai", api_key="sk_live_nobody", max_retries=0)
    report.check(
        "openai for Python: a wrong key is an AuthenticationError",
        lambda: bool(raised(openai.AuthenticationError, lambda: stranger.chat.completions.create(**asked("Halo")))),
    )
    node = Node("check_openai.js", base, key)
    try:
        expected = {"error": "BadRequestError", "status": 400, "code": "ai_model_unknown", "type": "invalid_request_error"}
        report.equal("openai for Node: an unknown model is a BadRequestError", lambda: node.do("chat", **{**asked("Halo"), "model": "gpt-nobody"}), expected)
        wrong = lambda: node.do("chat", **asked("Halo"), key="sk_live_nobody")["error"]
        report.equal("openai for Node: a wrong key is an AuthenticationError", wrong, "AuthenticationError")
    finally:
        node.stop()


def spent(report, base, key):
    """A budget that is spent is not retried, though the client would retry any other 429."""
    client = openai.OpenAI(base_url=f"{base}/api/v1/ai", api_key=key, max_retries=5)
    error = lambda: raised(openai.RateLimitError, lambda: client.chat.completions.create(**asked("Halo")))
    report.equal("openai for Python: a spent budget is a RateLimitError, once", lambda: (error().code, error().type), ("ai_budget_exceeded", "insufficient_quota"))


def asked(words):
    return {"model": "small", "max_tokens": 50, "messages": [{"role": "user", "content": words}]}


def streamed(client):
    said, tokens = "", 0
    for chunk in client.chat.completions.create(**asked("Halo"), stream=True, stream_options={"include_usage": True}):
        said += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        tokens = chunk.usage.total_tokens if chunk.usage else tokens
    return bool(said) and tokens > 0


def signed_up(base):
    owner = {"email": "owner@toko-models.example", "password": PASSWORD}
    call(base, "POST", "/api/v1/tenants", {"name": "Toko Models", "slug": "toko-models", "owner": owner}, key="models")
    login = {"email": owner["email"], "password": PASSWORD}
    return call(base, "POST", "/api/v1/auth/login", login, tenant="toko-models")["data"]["accessToken"]


def made_key(base, token):
    body = {"name": "models", "scopes": ["ai:use"]}
    return call(base, "POST", "/api/v1/api-keys", body, token, key="models-key")["data"]["key"]
