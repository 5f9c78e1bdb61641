"""Streams an answer with the unmodified OpenAI client, and checks its errors. Exits non-zero if anything is amiss.

Environment: OPENAI_BASE_URL, OPENAI_API_KEY, OPENLEDGER_MODEL.
"""

import json
import os

import openai

client = openai.OpenAI()
model = os.environ["OPENLEDGER_MODEL"]
assert model in [listed.id for listed in client.models.list()], "the model is not listed"

question = [{"role": "user", "content": "What is a sandwich?"}]
text, last = "", None
for chunk in client.chat.completions.create(model=model, messages=question, max_tokens=48, stream=True):
    text += chunk.choices[0].delta.content or ""
    last = chunk
print("  streamed:", text.strip())
assert text.strip(), "the answer is empty"
assert last.choices[0].finish_reason in ("stop", "length")
receipt = last.openledger["receipt"]
assert int(receipt["fee"]) > 0 and receipt["tokens_out"] == last.usage.completion_tokens
print(f"  receipt {receipt['seq']}: {receipt['fee']} planck, {len(last.openledger['citations'])} sources")

whole = client.chat.completions.create(model=model, messages=question, max_tokens=48)
assert whole.choices[0].message.content == text, "greedy answers must not depend on streaming"

colour = {"type": "object", "properties": {"colour": {"enum": ["red", "green", "blue"]}}, "required": ["colour"]}
formed = client.chat.completions.create(
    model=model,
    messages=[{"role": "user", "content": "Name a colour."}],
    max_tokens=48,
    logprobs=True,
    top_logprobs=2,
    response_format={"type": "json_schema", "json_schema": {"name": "colour", "schema": colour | {"additionalProperties": False}}},
)
assert json.loads(formed.choices[0].message.content)["colour"] in colour["properties"]["colour"]["enum"]
likely = formed.choices[0].logprobs.content
assert "".join(token.token for token in likely) == formed.choices[0].message.content
assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in likely)
print("  by schema:", formed.choices[0].message.content)

for error, arguments in (
    (openai.NotFoundError, {"model": "gpt-4", "messages": question}),
    (openai.BadRequestError, {"model": model, "messages": []}),
    (openai.BadRequestError, {"model": model, "messages": question, "temperature": 9}),
):
    try:
        client.chat.completions.create(**arguments)
    except error as refused:
        print("  refused as it must be:", refused.code)
    else:
        raise AssertionError(f"{arguments} was not refused")

try:
    openai.OpenAI(api_key="sk-nothing").chat.completions.create(model=model, messages=question)
except openai.AuthenticationError as refused:
    print("  refused as it must be:", refused.code)
else:
    raise AssertionError("a key of another service was accepted")
