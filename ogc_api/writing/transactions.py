"""Several acts on features of one or several collections in one request: all are done, in their order, or none.

After OGC API - Features - Part 11: Atomic and Batch Transactions (OGC 26-018, draft): its address and its names of the
acts. The draft says which features are meant by a filter, and knows no state that the caller saw; here each act names
one feature and its state, so that nobody's change is lost. No class of the draft is claimed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import re_path
from django.views.decorators.csrf import csrf_protect

from layers import editing, registry
from layers.editing import Editor
from layers.problems import Problem
from layers.spec import LayerSpec, Text
from ogc_api import asking
from ogc_api.answering import JSON, to_text
from ogc_api.asking import Asked
from ogc_api.features.items import get_feature, offered
from ogc_api.features.tags import tag_of
from ogc_api.parts import Part
from ogc_api.writing import acts
from ogc_api.writing.answers import finished
from ogc_api.writing.batch import all_or_faults, wished_id
from ogc_api.writing.body import check_members, fault, read_body, read_content_crs
from ogc_api.writing.door import Writer, get_editor, read_tags, writer_to
from ogc_api.writing.methods import writes
from ogc_api.writing.once import answer_once, read_key
from ogc_api.writing.transaction_definition import paths

MAX_ACTIONS: Final = 1_000
MEMBERS: Final = {
    "insert": ("feature",),
    "replace": ("id", "ifMatch", "feature"),
    "update": ("id", "ifMatch", "patch"),
    "delete": ("id", "ifMatch"),
}
"""What an act has besides ``action`` and ``collection``."""

Told = dict[str, Any]
GetWriter = Callable[[str], Writer]


@writes({"Accept-Post": JSON}, "POST")
def transactions(request: HttpRequest) -> HttpResponseBase:
    """Do what the body says. A session also needs the proof of origin, a token does not."""
    asked = asking.read(request)
    editor = get_editor(request, asked)

    def proven(request: HttpRequest) -> HttpResponse:
        return _transact(request, asked, editor)

    response: HttpResponse = csrf_protect(proven)(request)
    return response


def _transact(request: HttpRequest, asked: Asked, editor: Editor) -> HttpResponse:
    sent_in = read_content_crs(request, offered())
    key, body = read_key(request), read_body(request, JSON)
    actions = actions_of(body.document)

    @functools.cache
    def writer_of(collection: str) -> Writer:
        return writer_to(asking.get_layer(request, collection), asked, editor, sent_in)

    def act() -> Told:
        editing.hold(*_named(actions, asked))
        told, faults = all_or_faults([functools.partial(_do, one, writer_of) for one in actions])
        if faults:
            raise refusal(faults)
        return {"actions": told}

    sent = (b"transactions", sent_in.uri.encode(), body.content)
    answer, _ = answer_once(editor.name, key, sent, act)
    told = [_told(one, asked) for one in answer["actions"]]
    return finished(HttpResponse(to_text({"actions": told}), content_type=JSON))


def actions_of(document: Mapping[str, Any]) -> list[Any]:
    """The acts of a body; what each of them holds is looked at when its turn comes.

    Raises:
        Problem: 400, or 413 for too many.
    """
    check_members(document, ("actions",))
    actions = document.get("actions")
    if not isinstance(actions, list) or not actions:
        raise fault("actions is not a list of at least one action", "actions")
    if len(actions) > MAX_ACTIONS:
        raise Problem(413, "too large", f"at most {MAX_ACTIONS} actions are done at once", parameter="actions")
    return actions


def refusal(faults: list[Told]) -> Problem:
    """Nothing was done: with the status that all faults have in common, else 400."""
    first, statuses = faults[0], {one["status"] for one in faults}
    detail = f"nothing was stored; of the actions {len(faults)} cannot be done: {first['index']}: {first['detail']}"
    status = statuses.pop() if len(statuses) == 1 else 400
    return Problem(status, "invalid actions", detail, parameter="actions", extra={"faults": faults})


def _named(actions: Iterable[Any], asked: Asked) -> tuple[list[tuple[LayerSpec, str]], list[tuple[LayerSpec, str]]]:
    """The features that acts name, and the ids that they wish for, as far as they can be told before any is checked."""
    layers = {one.name: one for one in registry.visible_to(asked.audience) if asked.audience.covers(one.edit)}
    old, new = [], []
    for action in actions:
        if not isinstance(action, dict) or not isinstance(action.get("collection"), str):
            continue
        layer, feature_id, wished = layers.get(action["collection"]), action.get("id"), wished_id(action.get("feature"))
        if layer is not None and isinstance(feature_id, str):
            old.append((layer, feature_id))
        elif layer is not None and wished is not None:
            new.append((layer, wished))
    return old, new


def _do(action: Any, writer_of: GetWriter) -> Told:
    """One act; what to tell about it.

    Raises:
        Problem: whatever is wrong with it.
    """
    kind, members = _checked(action)
    writer = writer_of(members["collection"])
    if kind == "insert":
        created = acts.create_one(writer, members["feature"])
        return {"action": kind, "collection": writer.layer.name, **created}
    feature_id, wanted = members["id"], read_tags(members["ifMatch"])
    told = {"action": kind, "collection": writer.layer.name, "id": feature_id, "notices": []}
    if kind == "delete":
        acts.delete_one(writer, feature_id, wanted)
        return told
    change = acts.replace_one if kind == "replace" else acts.update_one
    done = change(writer, feature_id, wanted, members["feature" if kind == "replace" else "patch"])
    state = get_feature(writer.layer, writer.asked, feature_id).state
    return told | {"state": state, "notices": [*done.saved.notices, *done.unused]}


def _checked(action: Any) -> tuple[str, dict[str, Any]]:
    """Which act it is, and its members, all there and of the right kind."""
    if not isinstance(action, dict) or not isinstance(action.get("action"), str) or action["action"] not in MEMBERS:
        raise fault(f"an action is an object whose member action is one of {', '.join(MEMBERS)}", "action")
    kind = action["action"]
    known = ("action", "collection", *MEMBERS[kind])
    check_members(action, known)
    members = {"ifMatch": ""} | action if "ifMatch" in known else action
    for name in known:
        right = dict if name in {"feature", "patch"} else str
        if not isinstance(members.get(name), right):
            raise fault(f"{kind} needs the member {name}, {'an object' if right is dict else 'a text'}", name)
    return kind, members


def _told(one: Told, asked: Asked) -> Told:
    """An act as the caller is told of it: with the address and the ETag of the feature, unless it is gone."""
    told = {name: one[name] for name in ("action", "collection", "id", "notices")}
    if "state" in one:
        layer = registry.get(one["collection"], asked.audience)
        told["href"] = f"{asked.base_url}/collections/{layer.name}/items/{quote(one['id'], safe='')}"
        told["etag"] = tag_of(one["state"], layer, asked)
    return told


PART = Part(
    name="transactions",
    title=Text("まとめて変更", "Transactions"),
    urlpatterns=(re_path(r"^transactions/?$", transactions, name="transactions"),),
    paths=paths,
)
