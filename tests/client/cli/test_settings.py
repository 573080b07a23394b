"""Settings of commands from the environment."""

from clearprop.addresses import DEFAULT_SERVER
from clearprop.cli.settings import server_address

from service.settings import DEFAULT_GRPC


def test_commands_connect_to_the_address_where_a_server_listens_by_default() -> None:
    assert server_address({}) == DEFAULT_SERVER == DEFAULT_GRPC


def test_the_environment_names_another_server() -> None:
    assert server_address({"CLEARPROP_SERVER": "there:1"}) == "there:1"
