"""Tokens in every store."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from histories import SetClock

from storage.sqlite import SqliteStore
from training.access import Scope, Token
from training.errors import DamagedHistory, TokenExists, TokenNotFound
from training.ports import Store


def token(name: str, scope: Scope = Scope.READ, *, expires: bool = False) -> Token:
    now = SetClock().now()
    return Token(
        name, scope, sha256(name.encode()).digest(), now, now + timedelta(1) if expires else None
    )


def add(store: Store, *tokens: Token) -> None:
    for each in tokens:
        store.write(lambda writer, each=each: writer.add_token(each)).result()


def test_tokens_read_back_as_they_were_written_ordered_by_name(store: Store) -> None:
    tokens = [token("b", Scope.ADMIN), token("a", expires=True), token("a-2", Scope.TRAIN)]
    add(store, *tokens)

    expected = sorted(tokens, key=lambda each: each.name)
    with store.read() as reader:
        assert reader.tokens("", 10) == expected
        assert reader.tokens("a", 1) == expected[1:2]


def test_a_name_is_unique_until_its_token_is_deleted(store: Store) -> None:
    add(store, token("ci"))
    with pytest.raises(TokenExists, match="token ci already exists"):
        add(store, token("ci", Scope.ADMIN))
    store.write(lambda writer: writer.delete_token("ci")).result()
    add(store, token("ci", Scope.ADMIN))

    with store.read() as reader:
        assert reader.tokens("", 10) == [token("ci", Scope.ADMIN)]


def test_an_unknown_token_cannot_be_deleted(store: Store) -> None:
    with pytest.raises(TokenNotFound, match="token ci does not exist"):
        store.write(lambda writer: writer.delete_token("ci")).result()


def test_a_changed_row_does_not_grant_more(path: Path, clock: SetClock) -> None:
    store = SqliteStore(path, clock)
    add(store, token("ci"))
    store.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE tokens SET scope = 'admin'")
    store = SqliteStore(path, clock)
    try:
        with store.read() as reader, pytest.raises(DamagedHistory):
            reader.tokens("", 10)
    finally:
        store.close()
