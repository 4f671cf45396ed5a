"""schemas/asyncapi.yaml as a reader of it would take it: channels, their messages, and which message a record is."""

import json
import pathlib

import jsonschema
import yaml

from paylog_process import ROOT

SCHEMAS = ROOT / "schemas"


def validator(schema, document=None):
    """A validator of draft 7; references begin at the document."""
    resolver = jsonschema.RefResolver.from_schema(document) if document else None
    return jsonschema.Draft7Validator(schema, resolver=resolver)


class Message:
    """One message of a channel: what its payload, headers and key must be. None: anything."""

    def __init__(self, document, name, body):
        traits = [document.at(trait["$ref"]) for trait in body.get("traits", [])]
        self.name = name
        self.file = body["payload"]["schema"]["$ref"] if "payload" in body else None
        self.payload = validator(json.loads((SCHEMAS / self.file).read_text("utf-8"))) if self.file else None
        self.headers = [validator(trait["headers"], document.tree) for trait in traits]
        self.keys = [validator(trait["bindings"]["kafka"]["key"]) for trait in traits]

    def fits(self, record):
        """Whether a line of `paylog read` is this message."""
        if self.payload and not ("value" in record and self.payload.is_valid(record["value"])):
            return False
        return (all(headers.is_valid(record["headers"]) for headers in self.headers) and
                all(key.is_valid(record.get("key")) for key in self.keys))


class Channel:
    """One topic."""

    def __init__(self, document, body):
        self.topic = body["address"]
        self.kafka = body["bindings"]["kafka"]
        self.messages = []
        for name, reference in body["messages"].items():
            message = document.at(reference["$ref"])
            assert reference["$ref"].endswith("/" + name), (name, reference)
            self.messages.append(Message(document, name, message))

    def messages_of(self, record):
        """Names of all that the record is; of what paylog writes, one."""
        return [message.name for message in self.messages if message.fits(record)]


class Document:
    """The whole."""

    def __init__(self, path=SCHEMAS / "asyncapi.yaml"):
        self.tree = yaml.safe_load(pathlib.Path(path).read_text("utf-8"))
        self.channels = {}
        for body in self.tree["channels"].values():
            self.channels[body["address"]] = Channel(self, body)

    def at(self, reference):
        """What `#/a/b` refers to."""
        assert reference.startswith("#/"), reference
        node = self.tree
        for part in reference[2:].split("/"):
            node = node[part]
        return node

    def references(self, node=None):
        """Every $ref, anywhere."""
        node = self.tree if node is None else node
        found = [node["$ref"]] if isinstance(node, dict) and "$ref" in node else []
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            found += self.references(child)
        return found
