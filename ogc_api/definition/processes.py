"""The definition of processes and jobs: exactly what a process takes, whatever way it is run. Pure."""

from __future__ import annotations

from typing import Any

from layers.spec import Text
from ogc_api.definition.operations import NOT_MODIFIED, busy, content, header, operation, path_parameter
from ogc_api.definition.parts import Words, answer, parameters, query, ref, said
from ogc_api.processes import listing
from ogc_api.processes.requests import DEFAULT_OPTIONS, RESPONSES, media_type_of

Document = dict[str, Any]
_TEXT: Document = {"type": "string"}
_TIME: Document = {"type": "string", "format": "date-time"}

_PREFER = header("Prefer", "respond-async has it run as a job, where the process can be")
_JOBS = Text("ジョブの一覧", "List of jobs")
_JOB = Text("ジョブの状態", "State of a job")
_DISMISS = Text("ジョブを取り消す", "Dismiss a job")
_RESULTS = Text("ジョブの結果", "Result of a job")

STATUS_INFO: Document = {
    "type": "object",
    "required": ["jobID", "status", "type"],
    "properties": {
        "processID": _TEXT,
        "type": {"type": "string", "enum": ["process"]},
        "jobID": _TEXT,
        "status": {"type": "string", "enum": list(listing.STATUSES)},
        "message": _TEXT,
        **dict.fromkeys(("created", "started", "finished", "updated"), _TIME),
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "links": {"type": "array", "items": ref("schemas", "link")},
    },
}
SCHEMAS: Document = {
    "statusInfo": STATUS_INFO,
    "jobList": {
        "type": "object",
        "required": ["jobs", "links"],
        "properties": {
            "jobs": {"type": "array", "items": ref("schemas", "statusInfo")},
            "links": {"type": "array", "items": ref("schemas", "link")},
        },
    },
}


def process_paths(process: Document, words: Words) -> Document:
    """One process and its execution.

    Args:
        process: as it describes itself.
    """
    own, title = f"/processes/{process['id']}", process.get("title", process["id"])
    name = "".join(part.capitalize() for part in process["id"].split("-"))
    options = process.get("jobControlOptions", DEFAULT_OPTIONS)
    body: Document = {"schema": execute_schema(process)}
    if "example" in process:
        body["example"] = process["example"]
    responses: Document = busy("503")
    refused = ["400", "404", "409", "413", "422"]
    if "sync-execute" in options:
        responses["200"] = _result(process)
    if "async-execute" in options:
        responses |= {"201": _accepted(), **busy("429")}
        refused.append("403")
    described = operation(f"get{name}Process", title, "service", {"200": answer("process"), **NOT_MODIFIED})
    execute = operation(
        f"execute{name}",
        said(words, title, "execute"),
        "service",
        responses,
        given=[_PREFER] if "async-execute" in options else [],
        refused=refused,
        body=body,
    )
    return {own: {"get": described}, f"{own}/execution": {"post": execute}}


def _accepted() -> Document:
    return {
        "description": "a job was made (Prefer: respond-async); Location is where it is",
        "headers": {
            "Location": {"schema": {**_TEXT, "format": "uri"}},
            "Preference-Applied": {"schema": _TEXT},
        },
        "content": {"application/json": {"schema": ref("schemas", "statusInfo")}},
    }


def _result(process: Document) -> Document:
    output: Document = next(iter(process.get("outputs", {}).values()), {})
    kinds = dict.fromkeys((media_type_of(output), "application/json"))
    return {"description": output.get("title", "result"), "content": {kind: {"schema": {}} for kind in kinds}}


def execute_schema(process: Document) -> Document:
    """What may be sent to run a process: nothing that is not described, each input plain or as ``{"value": …}``."""
    inputs: Document = process.get("inputs", {})
    required = [name for name, described in inputs.items() if described.get("minOccurs", 1)]
    known: Document = {
        "type": "object",
        "properties": {name: _plain_or_wrapped(described["schema"]) for name, described in inputs.items()},
        "additionalProperties": False,
    }
    if required:
        known["required"] = required
    if "oneOf" in process.get("inputsSchema", {}):
        known["oneOf"] = process["inputsSchema"]["oneOf"]
    outputs = {name: _output(described) for name, described in process.get("outputs", {}).items()}
    return {
        "type": "object",
        "properties": {
            "inputs": known,
            "outputs": {"type": "object", "minProperties": 1, "properties": outputs, "additionalProperties": False},
            "response": {"type": "string", "enum": list(RESPONSES), "default": RESPONSES[0]},
        },
        **({"required": ["inputs"]} if required or "oneOf" in known else {}),
        "additionalProperties": False,
    }


def _plain_or_wrapped(schema: Document) -> Document:
    plain = oas30(schema)
    wrapped = {
        "type": "object",
        "required": ["value"],
        "properties": {"value": plain},
        "additionalProperties": False,
    }
    return {"oneOf": [plain, wrapped]}


def _output(described: Document) -> Document:
    media_type = {"type": "string", "enum": [media_type_of(described)]}
    return {
        "type": "object",
        "properties": {
            "transmissionMode": {"type": "string", "enum": ["value"]},
            "format": {
                "type": "object",
                "required": ["mediaType"],
                "properties": {"mediaType": media_type},
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    }


def oas30(schema: Any) -> Any:
    """A JSON Schema in the dialect of OpenAPI 3.0, which knows neither tuples nor constants.

    >>> oas30({"const": 1, "examples": [1]})
    {'enum': [1]}
    """
    if isinstance(schema, list):
        return [oas30(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: oas30(part) for name, part in schema.items() if name not in _NOT_IN_OAS30}
    if "const" in schema:
        kept["enum"] = [schema["const"]]
    if "prefixItems" in schema:
        places = schema["prefixItems"]
        bounds = {"minimum": min(place["minimum"] for place in places)}
        kept["items"] = {"type": "number", **bounds, "maximum": max(place["maximum"] for place in places)}
    return kept


_NOT_IN_OAS30 = frozenset({"const", "examples", "prefixItems", "contentMediaType"})


def job_paths(tag: str, words: Words) -> Document:
    """Jobs, whichever process they are of."""
    job_id = path_parameter("jobId")
    info = content(ref("schemas", "statusInfo"))
    dismissed = content(ref("schemas", "statusInfo"), description="dismissed", is_page=False)
    listed = content(ref("schemas", "jobList"))
    refused = ("400", "404")
    raw = {"description": "the result, as the process describes it", "content": {"*/*": {"schema": {}}}}
    failed = {"description": "what went wrong, of a job that failed", "content": _PROBLEM}
    return {
        "/jobs": {"get": operation("getJobs", words(_JOBS), tag, {"200": listed, **NOT_MODIFIED}, given=_listing())},
        "/jobs/{jobId}": {
            "get": operation(
                "getJob", words(_JOB), tag, {"200": info, **NOT_MODIFIED}, given=[job_id], refused=refused
            ),
            "delete": operation(
                "dismissJob",
                words(_DISMISS),
                tag,
                {"200": dismissed},
                given=[job_id],
                refused=(*refused, "403", "410"),
            ),
        },
        "/jobs/{jobId}/results": {
            "get": operation(
                "getJobResults",
                words(_RESULTS),
                tag,
                {"200": raw, "default": failed},
                given=[job_id],
                refused=(*refused, "410"),
            )
        },
    }


_PROBLEM = {"application/problem+json": {"schema": ref("schemas", "problem")}}


def _listing() -> list[Document]:
    seconds = {"type": "integer", "minimum": 0, "maximum": listing.MOST_SECONDS}
    limit = {"type": "integer", "minimum": 1, "default": listing.DEFAULT_LIMIT}
    return [
        _list("type", {"type": "string", "enum": ["process"]}, "kinds of jobs"),
        _list("processID", {"type": "string", "minLength": 1}, "processes that the jobs run"),
        _list("status", {"type": "string", "enum": list(listing.STATUSES)}, "states of jobs"),
        *parameters("datetime"),
        query("minDuration", seconds, "jobs that have been running for at least so many seconds"),
        query("maxDuration", seconds, "jobs that have been running for at most so many seconds"),
        query("limit", limit, f"jobs of one page at most; more than {listing.MAX_LIMIT} is taken as that"),
        *parameters("cursor"),
    ]


def _list(name: str, items: Document, description: str) -> Document:
    schema = {"type": "array", "minItems": 1, "items": items}
    return query(name, schema, f"{description}, parted by commas", style="form", explode=False)
