"""`clearprop verify`: a history is confirmed, or the first difference is reported."""

from calls import fresh_id
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Network
from console import Clearprop
from scripted import ScriptedServer


def test_a_history_is_verified(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    output = clearprop("verify", name).stdout
    assert output.startswith(f"✓ {name}: 0 updates recomputed, 1 keyframe compared: every bit")


def test_a_difference_is_reported_with_exit_code_1(clearprop: Clearprop) -> None:
    scripted = ScriptedServer()
    scripted.answers("GetNetwork", pb.GetNetworkResponse(network=Network(network="n", uid="u")))
    found = pb.HistoryDifference(
        kind=pb.DIFFERENCE_KIND_COST, first_update=7, message="update 7 is not", stored=1
    )
    found.recomputed = 1.25
    scripted.streams(
        "VerifyHistory",
        [pb.VerifyHistoryResponse(verified_update=6, latest_update=9, difference=found)],
    )
    output = clearprop("verify", "n", code=1, CLEARPROP_SERVER=scripted.target).stdout
    assert "✗ n: update 7 is not" in output
    assert "The numbers differ by 0.25." in output
    assert "Up to update 6, every bit is equal." in output
    scripted.stop()
