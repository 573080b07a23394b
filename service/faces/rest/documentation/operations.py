"""The operations of the OpenAPI document, one for each route."""

from collections.abc import Iterator, Mapping
from re import sub
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from service.faces.rest.array_files import ARRAY_FILES
from service.faces.rest.documentation.comments import comments
from service.faces.rest.documentation.examples import BODIES, PATHS
from service.faces.rest.documentation.guide import TAGS
from service.faces.rest.documentation.prose import summary_and_rest
from service.faces.rest.documentation.schemas import Schema, Schemas, is_text
from service.faces.rest.documentation.security import security
from service.faces.rest.routes import Route
from service.use_cases.backups import MEDIA_TYPE
from service.use_cases.exports.exports import MEDIA_TYPES

_TAG_OF: Final = {name: tag for tag, (_, names) in TAGS.items() for name in names}

_EVENTS = "text/event-stream"
_LINES = "application/x-ndjson"
_JSON = "application/json"

#: The media types of files, by their messages.
_FILES = {
    "ExportNetworkResponse": tuple(MEDIA_TYPES.values()),
    "BackUpStoreResponse": (MEDIA_TYPE,),
}

#: The references to the schema and the response of errors.
ERROR_SCHEMA: Final = {"$ref": "#/components/schemas/Error"}
ERROR_RESPONSE: Final = {"$ref": "#/components/responses/Error"}

_ETAG: Final = {
    "ETag": {
        "description": "The etag of the network in quotation marks, for `If-Match`.",
        "schema": {"type": "string", "pattern": '^"[^"]*"$'},
    }
}

#: The headers for fields of the request.
_HEADERS_OF_FIELDS: Final[Mapping[str, Schema]] = {
    "etag": {
        "name": "If-Match",
        "in": "header",
        "description": "The `etag` in quotation marks. A stale etag fails with 412.",
        "schema": {"type": "string", "pattern": r'^(\*|"[^"]*")$'},
    },
    "request_id": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The `request_id`, which makes retries safe.",
        "schema": {"type": "string"},
    },
}

_LAST_EVENT_ID: Final = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The `id` of the last event that was read: the watch resumes after it, "
    "regardless of `startUpdate`. `end` returns 204. An `EventSource` sends it automatically.",
    "schema": {"type": "string", "pattern": "^([0-9]+|end)?$"},
}


class Operation:
    """Describes one route of a call."""

    def __init__(self, route: Route, schemas: Schemas) -> None:
        self._route = route
        self._schemas = schemas
        self._method = route.rpc.method
        self._request = self._method.input_type
        self._response = self._method.output_type

    @property
    def path(self) -> str:
        """The path, with JSON field names."""
        fields = self._request.fields_by_name
        return sub(r"{(\w+)}", lambda name: f"{{{fields[name[1]].json_name}}}", self._route.path)

    def described(self, operation_id: str) -> dict[str, Any]:
        """Return the operation."""
        summary, description = summary_and_rest(comments()[self._method.full_name])
        operation = {
            "operationId": operation_id,
            "tags": [_TAG_OF[self._method.name]],
            "summary": summary,
            "description": description,
            "parameters": [*self._in_path(), *self._in_query(), *self._in_headers()],
            "responses": self._responses(),
            "security": security(self._route.rpc.scope),
            "x-scope": self._route.rpc.scope.value,
        }
        return {**operation, "requestBody": self._body()} if self._route.takes_body else operation

    @property
    def _is_resumable(self) -> bool:
        """Whether it is a stream that can be resumed."""
        return self._method.server_streaming and "start_update" in self._request.fields_by_name

    def _in_path(self) -> Iterator[Schema]:
        for name in self._route.bound:
            parameter = self._parameter(self._request.fields_by_name[name], "path")
            yield {**parameter, "required": True, "example": PATHS[name]}

    def _in_query(self) -> Iterator[Schema]:
        if not self._route.takes_body:
            for prefix, field in _fields_of_query(self._request):
                if prefix or field.name not in self._route.bound:
                    yield self._parameter(field, "query", prefix)

    def _in_headers(self) -> Iterator[Schema]:
        for name, header in _HEADERS_OF_FIELDS.items():
            if name in self._request.fields_by_name:
                yield header
        if self._is_resumable:
            yield _LAST_EVENT_ID

    def _parameter(self, field: FieldDescriptor, location: str, prefix: str = "") -> Schema:
        schema = self._schemas.of_field(field)
        description = schema.pop("description")
        name = f"{prefix}{field.json_name}"
        return {"name": name, "in": location, "description": description, "schema": schema}

    def _body(self) -> dict[str, Any]:
        example = BODIES[self._method.name]
        content = {_JSON: {"schema": self._schemas.ref(self._request), "example": example}}
        if self._method.client_streaming:
            content[_LINES] = _line_of(self._schemas.ref(self._request))
        return {"content": content, "required": self._method.client_streaming}

    def _responses(self) -> dict[str, Any]:
        summary, _ = summary_and_rest(comments()[self._response.full_name])
        answer: dict[str, Any] = {"description": f"{summary}.", "content": self._content()}
        if _has_etag(self._response):
            answer["headers"] = _ETAG
        responses = {"200": answer}
        if self._is_resumable:
            responses["204"] = {"description": "The client has already read the whole stream."}
        return {**responses, "default": ERROR_RESPONSE}

    def _content(self) -> dict[str, Any]:
        reference = self._schemas.ref(self._response)
        if not self._method.server_streaming:
            arrays = ARRAY_FILES.get(self._response.name, {})
            return {_JSON: {"schema": reference}, **{media_type: {} for media_type in arrays}}
        files = _FILES.get(self._response.name, ())
        return {
            **{media_type: {} for media_type in files},
            _EVENTS: {"schema": _event_of(reference)},
            _LINES: _line_of({"anyOf": [reference, ERROR_SCHEMA]}),
        }


def _fields_of_query(
    descriptor: Descriptor, prefix: str = ""
) -> Iterator[tuple[str, FieldDescriptor]]:
    """Yield the fields that can be in a query; those of nested messages with a dotted prefix."""
    for field in descriptor.fields:
        if is_text(field):
            yield prefix, field
        elif field.message_type is not None and not field.is_repeated:
            yield from _fields_of_query(field.message_type, f"{prefix}{field.json_name}.")


def _has_etag(descriptor: Descriptor) -> bool:
    """Return whether a response has an etag: its own, or that of a network in it."""
    return "etag" in descriptor.fields_by_name or any(
        field.message_type is not None
        and not field.is_repeated
        and "etag" in field.message_type.fields_by_name
        for field in descriptor.fields
    )


def _event_of(reference: Schema) -> Schema:
    """Return the schema of one event, which in OpenAPI describes a stream of events."""
    nothing = {"type": "object", "maxProperties": 0}
    return {
        "type": "object",
        "description": "One event of the stream.",
        "required": ["data"],
        "properties": {
            "id": {
                "type": "string",
                "description": "The position from which to resume after this event.",
            },
            "event": {
                "type": "string",
                "description": "`end` and `error` are the last event of a stream.",
                "enum": ["message", "end", "error"],
            },
            "data": {
                "type": "string",
                "description": "A message of the stream; empty for `end`; the error for `error`.",
                "contentMediaType": _JSON,
                "contentSchema": {"anyOf": [reference, nothing, ERROR_SCHEMA]},
            },
        },
    }


def _line_of(schema: Schema) -> dict[str, Any]:
    return {"schema": {"description": "One line of the body.", **schema}}
