"""What schemathesis does not know by itself: how many transcripts are posted at once, and which version is the latest."""

import json
import os
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import schemathesis

NDJSON = "application/x-ndjson"
PROOF = json.loads(os.environ["SCHEMATHESIS_PROOF"])


@schemathesis.serializer(NDJSON)
def to_lines(context, value):
    """The generated text is the body as it is; anything else becomes a line."""
    text = value if isinstance(value, str) else json.dumps(value)
    return {"data": text.encode("utf-8", "surrogatepass")}


@schemathesis.deserializer(NDJSON)
def of_lines(context, response):
    """The text, if every line of it is what a line of an answer may be."""
    text = response.content.decode()
    for line in text.splitlines():
        answer = json.loads(line)
        if not {"error", "transcript_id", "draft"} & answer.keys():
            raise ValueError(f"neither a draft nor an error: {line[:200]}")
    return text


@schemathesis.hook
def filter_case(context, case):
    """To many transcripts everything that can be written is text: a number in its place is no less right."""
    return case.media_type != NDJSON or isinstance(case.body, str)


@schemathesis.hook
def map_case(context, case):
    """Lets a line that is right follow what was made up."""
    if case.media_type == NDJSON:
        case.body = case.body + "\n" + json.dumps({"id": "1", "turns": [{"role": "agent", "text": "您好"}]})
    return case


@schemathesis.hook
def before_call(context, case, kwargs):
    """Has most steps in a review taken from its latest version; otherwise nearly all would be told they are stale."""
    seen = (case.headers or {}).get("If-Match")
    review = (case.path_parameters or {}).get("id")
    if not PROOF or seen not in ('"1"', '"2"', '"3"') or not isinstance(review, str):
        return
    url = f"{case.operation.base_url.rstrip('/')}/api/v1/reviews/{quote(review, safe='')}"
    try:
        with urlopen(Request(url, headers=PROOF)) as answer:
            case.headers["If-Match"] = answer.headers["ETag"]
    except HTTPError:
        pass
