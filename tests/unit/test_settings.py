from __future__ import annotations

from pathlib import Path

import pytest

from solvent.base.errors import UsageError
from solvent.settings import Address, Settings, SettingsError, load

WRITTEN = """\
# A desk on another port.
[office]
listen = "127.0.0.1:9000"
public_url = "https://desk.example.org/"

[store]
url = "sqlite:///other.db"

[desk]
posts_per_minute = 5
reads_per_minute = 500
"""


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "solvent.toml"
    path.write_text(content, encoding="utf-8")
    return path


def mistakes(tmp_path: Path, content: str) -> list[tuple[int | None, str]]:
    with pytest.raises(SettingsError) as refusal:
        load(written(tmp_path, content), {})
    return [(mistake.line, mistake.message) for mistake in refusal.value.mistakes]


def test_without_a_file_the_desk_listens_on_loopback() -> None:
    settings = load(None, {})
    assert settings == Settings()
    assert str(settings.office_listen) == "127.0.0.1:8401"


def test_every_setting_is_read(tmp_path: Path) -> None:
    assert load(written(tmp_path, WRITTEN), {}) == Settings(
        office_listen=Address("127.0.0.1", 9000),
        office_public_url="https://desk.example.org",
        store_url="sqlite:///other.db",
        desk_posts_per_minute=5,
        desk_reads_per_minute=500,
    )


def test_an_empty_file_leaves_the_defaults(tmp_path: Path) -> None:
    assert load(written(tmp_path, ""), {}) == Settings()


@pytest.mark.parametrize(
    ("environment", "token"), [({"SOLVENT_ADMIN_TOKEN": "t0ken"}, "t0ken"), ({"SOLVENT_ADMIN_TOKEN": ""}, None), ({}, None)]
)
def test_the_admin_token_comes_from_the_environment(tmp_path: Path, environment: dict[str, str], token: str | None) -> None:
    assert load(None, environment).admin_token == token
    assert load(written(tmp_path, WRITTEN), environment).admin_token == token


@pytest.mark.parametrize(
    ("written_as", "host", "port"),
    [
        ("127.0.0.1:0", "127.0.0.1", 0),
        ("127.8.9.1:80", "127.8.9.1", 80),
        ("localhost:8401", "localhost", 8401),
        ("[::1]:65535", "::1", 65535),
    ],
)
def test_loopback_is_listened_on_in_each_of_its_forms(tmp_path: Path, written_as: str, host: str, port: int) -> None:
    settings = load(written(tmp_path, f'[office]\nlisten = "{written_as}"\n'), {})
    assert settings.office_listen == Address(host, port)
    assert str(settings.office_listen) == written_as


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "[::]", "8.8.8.8", "example.org", "localhost.example.org", ""])
def test_an_address_that_other_machines_reach_is_refused(tmp_path: Path, host: str) -> None:
    ((line, message),) = mistakes(tmp_path, f'[office]\nlisten = "{host}:8401"\n')
    assert line == 2
    assert "can be reached from other machines" in message
    assert "listen on 127.0.0.1" in message


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ('[office]\nlisten = "8401"', "is not an address"),
        ('[office]\nlisten = "127.0.0.1:65536"', "is not an address"),
        ('[office]\nlisten = "127.0.0.1"', "is not an address"),
        ("[office]\nlisten = 8401", "is not an address"),
        ('[office]\npublic_url = "desk.example.org"', "is not a web address"),
        ('[office]\npublic_url = "ftp://desk.example.org"', "is not a web address"),
        ('[office]\npublic_url = "https://"', "is not a web address"),
        ('[office]\npublic_url = "https://desk.example.org?x=1"', "is not a web address"),
        ("[office]\npublic_url = true", "is not a web address"),
        ('[store]\nurl = "mysql://host/db"', "is not a store"),
        ("[store]\nurl = 1", "is not a store"),
        ("[desk]\nposts_per_minute = 0", "is not a number between 1 and 10,000,000"),
        ("[desk]\nposts_per_minute = -5", "is not a number between"),
        ("[desk]\nreads_per_minute = 10000001", "is not a number between"),
        ('[desk]\nreads_per_minute = "60"', "is not a number between"),
        ("[desk]\nreads_per_minute = true", "is not a number between"),
        ("[desk]\nreads_per_minute = 1.5", "is not a number between"),
        ("[desk]\nper_minute = 5", "`per_minute` is not a setting of [desk]; known are posts_per_minute, reads_per_minute"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, setting: str, complaint: str) -> None:
    ((line, message),) = mistakes(tmp_path, f"\n# a comment\n{setting}\n")
    assert line == 4
    assert complaint in message


@pytest.mark.parametrize(
    ("content", "line"), [("\n[desks]\nx = 1\n", 2), ("desk = 5\n", 1), ("\n[[desk]]\nx = 1\n", 2), ("\nother.key = 1\n", 2)]
)
def test_an_unknown_section_is_named_with_its_line(tmp_path: Path, content: str, line: int) -> None:
    found = mistakes(tmp_path, content)
    assert [number for number, _ in found] == [line]
    assert "is not a section of this file; known are [desk], [office], [store]" in found[0][1]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    content = '[office]\nlisten = "0.0.0.0:1"\npublic_url = "x"\n[desk]\nposts_per_minute = 0\nspeed = 9\n[stores]\n[store]\nurl = "x"\n'
    assert [line for line, _ in mistakes(tmp_path, content)] == [2, 3, 5, 6, 7, 9]
    with pytest.raises(SettingsError) as refusal:
        load(written(tmp_path, content), {})
    assert [f"line {line}: " in str(refusal.value) for line in (2, 3, 5, 6, 7, 9)] == [True] * 6


def test_a_key_of_the_same_name_in_another_section_does_not_mislead(tmp_path: Path) -> None:
    content = '[store]\nurl = "sqlite:///a.db"\n\n[office]\n# listen = "no"\npublic_url = "https://a.example"\nurl = "x"\n'
    ((line, message),) = mistakes(tmp_path, content)
    assert line == 7
    assert "`url` is not a setting of [office]" in message


def test_what_is_not_toml_says_where(tmp_path: Path) -> None:
    ((line, message),) = mistakes(tmp_path, "[office\n")
    assert line is None
    assert "not TOML" in message
    assert "line 1" in message


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the config `.*none\.toml`.*--config"):
        load(tmp_path / "none.toml", {})
    (tmp_path / "latin.toml").write_bytes(b"# \xff\n")
    with pytest.raises(UsageError, match=r"cannot read the config `.*latin\.toml`"):
        load(tmp_path / "latin.toml", {})
