"""The page asks for a token if the server requires one, and works with it."""

import os
from collections.abc import Iterator

import clearprop
import pytest
from playwright.sync_api import Page, expect
from servers import ServerProcess, new_server, nursery


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerProcess, str]]:
    """A server that requires authentication, and a token with the scope admin."""
    folder = tmp_path_factory.mktemp("guarded")
    command = ["admin-token", "--database", f"sqlite:///{folder / 'clearprop.db'}"]
    secret = nursery().run(command, dict(os.environ), folder).stdout.strip()
    with new_server(folder, "--auth", "required", http=True) as server:
        yield server, secret


def test_a_user_signs_in_watches_downloads_and_signs_out(
    guarded: tuple[ServerProcess, str], page: Page
) -> None:
    server, secret = guarded
    page.goto(server.http)
    field = page.get_by_label("Token")
    expect(field).to_be_visible()
    field.fill("clearprop_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text(
        "The token is incomplete or mistyped: send it unchanged."
    )

    page.get_by_label("Token").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    with page.expect_request("**/updates:watch?**") as watched:
        page.get_by_role("button", name="Open the worked example").click()
    assert "ticket=" in watched.value.url
    assert secret not in watched.value.url
    response = watched.value.response()
    assert response is not None
    assert response.status == 200

    page.goto(f"{server.http}/?mode=compare&network=worked-example")
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").first.click()
    assert download.value.suggested_filename.endswith(".json")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Token")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))") in (
        [],
        ["theme"],
    )


def test_a_user_who_may_only_train_removes_previews(
    guarded: tuple[ServerProcess, str], page: Page
) -> None:
    server, admin = guarded
    with clearprop.connect(server.target, token=admin) as client:
        trainer = client.create_token("trainer", scope="train").secret
        client.create_network("shared", layer_sizes=[2, 2, 1])
    page.goto(f"{server.http}/?mode=compare&network=shared&weight=1-1-1")
    page.get_by_label("Token").fill(trainer)
    page.get_by_role("button", name="Sign in").click()
    for leave in (
        page.get_by_role("button", name="Discard"),
        page.get_by_role("link", name="Train"),
    ):
        page.get_by_label("New value").fill("7")
        page.get_by_role("button", name="Preview").click()
        expect(leave).to_be_enabled()
        expect(page.get_by_role("button", name="Apply")).to_be_enabled()
        with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
            leave.click()
        assert deleted.value.status == 200
    with clearprop.connect(server.target, token=admin) as client:
        assert [each.id for each in client.networks() if each.id != "worked-example"] == ["shared"]
