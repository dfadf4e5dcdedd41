from __future__ import annotations

from solvent.diagnosis import desk, engine


def test_secrets_are_struck_before_anything_else_sees_the_text() -> None:
    key = "sk-proj-" + "Ab1" * 12
    found = desk.explain(f"Incorrect API key provided: {key}. mail joe@example.com", engine.packaged(), "en")
    assert dict(found.struck) == {"key": 1, "e-mail": 1}
    assert key not in found.text
    assert key not in str(found.verdict.as_json(found.report))
    assert found.verdict.category.value == "auth_invalid"
