from __future__ import annotations

from solvent.diagnosis.paste import fragments
from solvent.diagnosis.paste.gather import Gathered, add_loose


def gathered(text: str) -> Gathered:
    found = Gathered()
    for piece in fragments.find(text):
        found.walk(piece.value, depth=0)
    add_loose(text, found)
    return found


def test_the_deepest_error_is_the_innermost() -> None:
    text = '{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\\"error\\":{\\"message\\":\\"real one\\"}}"}}}'
    errors = gathered(text).errors
    assert max(errors, key=lambda error: error.depth).message == "real one"


def test_fields_around_an_error_tell_its_dialect() -> None:
    claude = gathered('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}').errors[0]
    relay = gathered('{"error":{"type":"<nil>","message":"m"},"type":"error"}').errors[0]
    openai = gathered('{"error":{"message":"m","type":"x","param":"","code":"c"}}').errors[0]
    assert claude.claude_shape
    assert not claude.map_order
    assert relay.claude_shape
    assert relay.map_order
    assert openai.empty_param
    assert not openai.claude_shape


def test_codes_statuses_and_ids_are_collected() -> None:
    found = gathered('{"status":402,"error":{"type":"A_Type","code":"Some_Code","message":"m"},"request_id":"abc-1"}')
    assert {"a_type", "some_code", "type:a_type"} <= found.codes
    assert found.statuses == [402]
    assert "abc-1" in found.ids.values()


def test_an_opaque_id_beside_an_error_is_collected_and_a_name_is_not() -> None:
    beside = gathered('{"id":"o3LiXw4-62bZhn-96040daf687810ab","error":{"message":"m"}}')
    inside = gathered('{"error":{"id":"75dd945dd905ae9d84a22cbad69bc57d","message":"m"}}')
    named = gathered('{"id":"the-model-that-you-asked-for","error":{"message":"m"}}')
    elsewhere = gathered('{"id":"o3LiXw4-62bZhn-96040daf687810ab","name":"m"}')
    assert "o3LiXw4-62bZhn-96040daf687810ab" in beside.ids.values()
    assert "75dd945dd905ae9d84a22cbad69bc57d" in inside.ids.values()
    assert not named.ids
    assert not elsewhere.ids


def test_an_answer_is_no_error() -> None:
    found = gathered(
        '{"object":"chat.completion","choices":[{"message":{"content":"{\\"error\\": {\\"message\\": \\"x\\"}}"}}],"usage":{}}'
    )
    assert found.answer
    assert found.errors == []


def test_a_piece_of_a_stream_is_an_answer_unless_a_filter_ended_it() -> None:
    piece = '{"choices":[{"delta":{"content":" x"},"finish_reason":%s,"content_filter_results":{"error":{"code":"","message":""}}}]}'
    assert gathered(piece % "null").answer
    assert not gathered(piece % '"content_filter"').answer
    assert not gathered('{"choices":[]}').answer
    assert not gathered('{"choices":["a","b"]}').answer


def test_one_api_says_in_param_what_status_it_got() -> None:
    told = '{"error":{"message":" (request id: x)","type":"upstream_error","param":"422","code":"%s"}}'
    assert (gathered(told % "bad_response_status_code").errors[0].status, gathered(told % "bad_response_status_code").statuses) == (
        422,
        [422],
    )
    assert (gathered(told % "other").errors[0].status, gathered(told % "other").statuses) == (None, [])


def test_loose_fields_count_where_no_object_can_be_read() -> None:
    found = gathered('message: "request blocked"; type: "v_api_error"; code: "prompt_blocked"')
    assert {"v_api_error", "prompt_blocked"} <= found.codes
    assert found.errors[0].message == "request blocked"
