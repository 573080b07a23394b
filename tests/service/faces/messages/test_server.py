"""The contract has every limit, described as the server describes it."""

from dataclasses import fields

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.server import server_info
from service.faces.rest.documentation.comments import comments
from training.limits import Limits, described


def test_the_contract_has_every_limit() -> None:
    assert {field.name for field in fields(Limits)} == set(pb.Limits.DESCRIPTOR.fields_by_name)
    limits = Limits(**{limit.name: limit.most - 1 for limit in described(Limits())})
    info = server_info("1", "memory", limits)
    for limit in described(limits):
        assert getattr(info.limits, limit.name) == limit.value
    assert {each.name: each.description for each in info.limit_descriptions} == {
        limit.name: limit.description for limit in described(limits)
    }


def test_the_contract_describes_limits_as_the_server_does() -> None:
    for limit in described(Limits()):
        comment = " ".join(comments()[f"clearprop.v1.Limits.{limit.name}"].split())
        assert comment.startswith(limit.description), limit.name
