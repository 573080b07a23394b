"""Every method of the contract requires a scope."""

import pytest
from clearprop.v1 import access_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool

from service.faces.messages.scopes import required_scope
from service.faces.rpcs import SERVICE
from training.access import Scope

READ = [
    *(
        "CheckGradients",
        "CompareUpdates",
        "SummarizeUpdates",
        "CreateTicket",
        "Evaluate",
        "ExplainWeight",
        "ExportNetwork",
    ),
    *("GetNetwork", "GetRun", "GetServerInfo", "GetState", "GetTrainingSet", "ListNetworks"),
    *("ListRuns", "ListTrainingSets", "ListUpdates", "Predict", "TraceUpdate", "VerifyHistory"),
    *("ProjectExamples", "WalkUpdate", "WatchUpdates"),
]
ADMIN = [
    *("BackUpStore", "DeleteTrainingSet", "DeleteUpdates"),
    *("CreateToken", "ListAuditEntries", "ListTokens", "RevokeToken"),
]


@pytest.mark.parametrize("method", list(SERVICE.methods), ids=lambda method: method.name)
def test_each_method_requires_the_scope_that_its_name_suggests(method: MethodDescriptor) -> None:
    expected = Scope.READ if method.name in READ else Scope.TRAIN
    assert required_scope(method) is (Scope.ADMIN if method.name in ADMIN else expected)


def test_a_method_without_a_scope_is_an_error() -> None:
    file = FileDescriptorProto(name="other.proto", package="other")
    message = file.message_type.add(name="Nothing").name
    method = file.service.add(name="Other").method.add(name="Forgotten")
    method.input_type = method.output_type = f".other.{message}"
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())

    with pytest.raises(ValueError, match=r"other\.Other\.Forgotten has no scope"):
        required_scope(pool.FindMethodByName("other.Other.Forgotten"))


@pytest.mark.parametrize("scope", list(Scope))
def test_each_scope_includes_the_ones_before_it(scope: Scope) -> None:
    order = [Scope.READ, Scope.TRAIN, Scope.ADMIN]
    assert [other for other in Scope if scope.includes(other)] == order[: order.index(scope) + 1]


def test_the_contract_has_the_same_scopes() -> None:
    assert access_pb2.Scope.keys() == ["SCOPE_UNSPECIFIED", *(f"SCOPE_{s.name}" for s in Scope)]
