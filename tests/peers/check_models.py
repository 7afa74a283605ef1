"""The clients of OpenAI, Anthropic and Google, and OpenAI's against DeepSeek's words, against the fakes of language models."""

import json

import anthropic
import openai
from google import genai
from google.genai import errors, types

from checks import raised

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def run(report, cloud, _catcher):
    settings = lambda **given: cloud.control("PUT", "/providers/models/settings", given)
    for provider, base, model in (
        ("openai", f"{cloud.models}/openai/v1", "gpt-5.4-mini"),
        ("deepseek", f"{cloud.models}/deepseek", "deepseek-v4-flash"),
    ):
        speak_as_openai(report, settings, (provider, base, model))
    speak_as_anthropic(report, settings, f"{cloud.models}/anthropic")
    speak_as_google(report, settings, f"{cloud.models}/gemini")


def fault(provider, status, **more):
    return {"provider": provider, "status": status, **more}


def speak_as_openai(report, settings, place):
    provider, base, model = place
    client = openai.OpenAI(api_key="sk-peers", base_url=base, max_retries=0)
    says = lambda words: [{"role": "system", "content": "be brief"}, {"role": "user", "content": words}]

    def whole():
        answer = client.chat.completions.create(model=model, messages=says("halo dunia"))
        choice, usage = answer.choices[0], answer.usage
        return choice.message.content, choice.finish_reason, usage.total_tokens == usage.prompt_tokens + usage.completion_tokens

    report.equal(f"{provider}: a whole answer", whole, ("You said: halo dunia", "stop", True))

    def streamed():
        options = {"include_usage": True}
        chunks = list(client.chat.completions.create(model=model, messages=says("halo dunia"), stream=True, stream_options=options))
        words = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
        return words, chunks[-1].choices, chunks[-1].usage.completion_tokens

    report.equal(f"{provider}: an answer as it is made", streamed, ("You said: halo dunia", [], 5))

    def called():
        tools = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]
        messages = says("get_weather of Jakarta")
        asked = client.chat.completions.create(model=model, messages=messages, tools=tools)
        call = asked.choices[0].message.tool_calls[0]
        messages += [asked.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "31"}]
        told = client.chat.completions.create(model=model, messages=messages, tools=tools)
        return json.loads(call.function.arguments), asked.choices[0].finish_reason, told.choices[0].message.content

    report.equal(f"{provider}: a tool is called and answers", called, ({"city": "Jakarta"}, "tool_calls", "The tools said: 31"))

    if provider == "openai":

        def vectors():
            answer = client.embeddings.create(model="text-embedding-3-small", input=["halo", "dunia", "halo"], dimensions=4)
            first, second, third = (one.embedding for one in answer.data)
            return len(first), first == third, first == second, answer.usage.prompt_tokens

        report.equal("openai: vectors, in base64 on the wire", vectors, (4, True, False, 4))
    report.check(f"{provider}: its models", lambda: model in [one.id for one in client.models.list()])

    def refused(kind, status):
        settings(faults=[fault(provider, status)])
        return raised(kind, lambda: client.chat.completions.create(model=model, messages=says("halo"))).status_code

    for kind, status in (
        (openai.BadRequestError, 400),
        (openai.RateLimitError, 429),
        (openai.InternalServerError, 503),
    ):
        report.equal(f"{provider}: {status} is {kind.__name__}", lambda: refused(kind, status), status)
    stranger = openai.OpenAI(api_key="revoked", base_url=base, max_retries=0)
    unknown = lambda: raised(openai.AuthenticationError, lambda: stranger.models.list()).status_code
    report.equal(f"{provider}: a key that nobody has", unknown, 401)
    missing = lambda: raised(openai.NotFoundError, lambda: client.chat.completions.create(model="none", messages=says("x"))).code
    report.equal(f"{provider}: a model that is not there", missing, "model_not_found")

    def broken():
        settings(faults=[fault(provider, 503, phase="middle")])
        words = []
        stream = client.chat.completions.create(model=model, messages=says("one two three four"), stream=True)

        def read():
            for chunk in stream:
                words.extend(choice.delta.content or "" for choice in chunk.choices)

        error = raised(openai.APIError, read)
        return "".join(words).startswith("You"), "told to fail" in error.message

    report.equal(f"{provider}: a stream that breaks off", broken, (True, True))


def speak_as_anthropic(report, settings, base):
    client = anthropic.Anthropic(api_key="sk-ant-peers", base_url=base, max_retries=0)
    model = "claude-haiku-4-5"
    ask = lambda words, **more: client.messages.create(
        model=model, max_tokens=256, messages=[{"role": "user", "content": words}], **more
    )

    def whole():
        answer = ask("halo dunia", system="be brief")
        return answer.content[0].text, answer.stop_reason, answer.usage.output_tokens, answer.usage.cache_read_input_tokens

    report.equal("anthropic: a whole answer", whole, ("You said: halo dunia", "end_turn", 5, 0))

    def streamed():
        messages = [{"role": "user", "content": "halo dunia"}]
        with client.messages.stream(model=model, max_tokens=256, messages=messages) as stream:
            words = "".join(stream.text_stream)
            last = stream.get_final_message()
        return words, last.content[0].text, last.stop_reason, last.usage.output_tokens

    expected = ("You said: halo dunia", "You said: halo dunia", "end_turn", 5)
    report.equal("anthropic: an answer as it is made", streamed, expected)

    def called():
        tools = [{"name": "get_weather", "input_schema": WEATHER}]
        asked = ask("get_weather of Jakarta", tools=tools)
        call = asked.content[0]
        messages = [
            {"role": "user", "content": "get_weather of Jakarta"},
            {"role": "assistant", "content": asked.content},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "31"}]},
        ]
        told = client.messages.create(model=model, max_tokens=256, messages=messages, tools=tools)
        return call.input, asked.stop_reason, told.content[0].text

    report.equal("anthropic: a tool is called and answers", called, ({"city": "Jakarta"}, "tool_use", "The tools said: 31"))

    def streamed_call():
        messages = [{"role": "user", "content": "get_weather of Jakarta"}]
        tools = [{"name": "get_weather", "input_schema": WEATHER}]
        with client.messages.stream(model=model, max_tokens=256, messages=messages, tools=tools) as stream:
            return stream.get_final_message().content[0].input

    report.equal("anthropic: a call as it is made", streamed_call, {"city": "Jakarta"})

    def cached():
        text = {"type": "text", "text": "a" * 8000, "cache_control": {"type": "ephemeral"}}
        first, second = ask("halo", system=[text]).usage, ask("halo", system=[text]).usage
        return first.cache_creation_input_tokens, second.cache_read_input_tokens, first.input_tokens == second.input_tokens

    report.equal("anthropic: a marked prompt is cached", cached, (2000, 2000, True))
    report.check("anthropic: its models", lambda: model in [one.id for one in client.models.list()])

    def refused(kind, status):
        settings(faults=[fault("anthropic", status)])
        return raised(kind, lambda: ask("halo")).status_code

    for kind, status in (
        (anthropic.BadRequestError, 400),
        (anthropic.PermissionDeniedError, 403),
        (anthropic.RateLimitError, 429),
        (anthropic.InternalServerError, 529),
    ):
        report.equal(f"anthropic: {status} is {kind.__name__}", lambda: refused(kind, status), status)
    stranger = anthropic.Anthropic(api_key="revoked", base_url=base, max_retries=0)
    unknown = lambda: raised(anthropic.AuthenticationError, lambda: stranger.models.list()).status_code
    report.equal("anthropic: a key that nobody has", unknown, 401)

    def overloaded():
        settings(faults=[fault("anthropic", 529, phase="first")])
        messages = [{"role": "user", "content": "halo"}]

        def read():
            with client.messages.stream(model=model, max_tokens=256, messages=messages) as stream:
                return stream.get_final_text()

        return "overloaded_error" in str(raised(anthropic.APIError, read))

    report.check("anthropic: overloaded within a stream", overloaded)


def speak_as_google(report, settings, base):
    options = lambda version: types.HttpOptions(base_url=base, api_version=version)
    client = genai.Client(api_key="AIza-peers", http_options=options("v1beta"))
    model = "gemini-2.5-flash"

    def whole():
        answer = client.models.generate_content(model=model, contents="halo dunia")
        usage = answer.usage_metadata
        return answer.text, answer.candidates[0].finish_reason.value, usage.candidates_token_count

    report.equal("gemini: a whole answer", whole, ("You said: halo dunia", "STOP", 5))

    def streamed():
        parts = list(client.models.generate_content_stream(model=model, contents="halo dunia"))
        return "".join(part.text or "" for part in parts), parts[-1].candidates[0].finish_reason.value

    report.equal("gemini: an answer as it is made", streamed, ("You said: halo dunia", "STOP"))

    def called():
        declared = types.FunctionDeclaration(name="get_weather", parameters_json_schema=WEATHER)
        automatic = types.AutomaticFunctionCallingConfig(disable=True)
        config = types.GenerateContentConfig(
            tools=[types.Tool(function_declarations=[declared])], automatic_function_calling=automatic
        )
        contents = [types.Content(role="user", parts=[types.Part(text="get_weather of Jakarta")])]
        asked = client.models.generate_content(model=model, contents=contents, config=config)
        response = types.Part.from_function_response(name="get_weather", response={"degrees": 31})
        contents += [asked.candidates[0].content, types.Content(role="user", parts=[response])]
        told = client.models.generate_content(model=model, contents=contents, config=config)
        return asked.function_calls[0].args, told.text

    report.equal("gemini: a tool is called and answers", called, ({"city": "Jakarta"}, 'The tools said: {"degrees":31}'))

    def formed():
        config = types.GenerateContentConfig(response_mime_type="application/json", response_json_schema=WEATHER)
        return json.loads(client.models.generate_content(model=model, contents="of Jakarta", config=config).text)

    report.equal("gemini: an answer of a schema", formed, {"city": "Jakarta"})

    def vectors():
        config = types.EmbedContentConfig(output_dimensionality=4)
        answer = client.models.embed_content(model="gemini-embedding-001", contents=["halo", "dunia", "halo"], config=config)
        first, second, third = (one.values for one in answer.embeddings)
        return len(first), first == third, first == second

    report.equal("gemini: vectors", vectors, (4, True, False))
    report.check("gemini: its models", lambda: f"models/{model}" in [one.name for one in client.models.list()])

    def refused(kind, status):
        settings(faults=[fault("gemini", status, times=9)])
        error = raised(kind, lambda: client.models.generate_content(model=model, contents="halo"))
        settings()
        return error.code

    for kind, status in ((errors.ClientError, 400), (errors.ClientError, 403), (errors.ServerError, 500)):
        report.equal(f"gemini: {status} is {kind.__name__}", lambda: refused(kind, status), status)
    stranger = genai.Client(api_key="revoked", http_options=options("v1beta"))
    unknown = lambda: raised(errors.ClientError, lambda: stranger.models.generate_content(model=model, contents="x")).code
    report.equal("gemini: a key that nobody has", unknown, 400)
