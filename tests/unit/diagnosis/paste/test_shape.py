from __future__ import annotations

import pytest

from solvent.diagnosis.paste import reader


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ('500 {"error":{"message":"failed"}}', "error"),
        ("Traceback (most recent call last):\n  File x\nKeyError: 'a'", "error"),
        ("连接超时了，怎么办", "error"),
        ('{"id":"c","object":"chat.completion","choices":[{"message":{"content":"An error 429 means"}}],"usage":{}}', "answer"),
        ('INFO httpx: POST https://api.example.com "HTTP/1.1 200 OK"\ndone', "log"),
        ("from openai import OpenAI\nimport time\n\ndef ask(q):\n    return client.ask(q)\n\nclass X:\n    pass\n", "documentation"),
        ("| 400 | a |\n| 401 | b |\n| 403 | c |\n| 429 | d |\n", "documentation"),
        ("400 | a\n401 | b\n403 | c\n429 | d\n", "documentation"),
        ("Codes\n\n- 400 bad\n- 401 key\n- 402 money\n- 429 fast\n", "documentation"),
        ("Tries\n\n- 429 fast\n- 429 fast\n- 429 fast\n- 429 fast\n", "error"),
        ("day,calls,errors\n2026-11-01,500,0\n2026-11-02,429,0\n2026-11-03,503,1", "documentation"),
        ("Keys\n  key   calls  errors_429   usd\n    a     500           3  1.20\n    b     429           0  0.90", "documentation"),
        ("Log\n  a   failed   no money   now\n  b   failed   no money   now", "error"),
        ("name,what,why\nask,failed,no money\nsay,failed,no money", "error"),
        ('calls_total{status="200"} 5021\ncalls_total{status="429"} 0\ncalls_total{status="503"} 0', "documentation"),
        ('10.0.0.4 - - "POST / HTTP/1.1" 200 512 "-"\n10.0.0.4 - - "POST / HTTP/1.1" 200 498 "-"', "log"),
        ("请问 Pro 订阅和按量付费哪个划算？", "prose"),
        ("Which model is cheapest for translation?", "prose"),
        ("谢谢，已经好了。", "prose"),
        ("The model costs neurons. I can't see how much.", "prose"),
        ('{"success": false, "reason": "account_zero"}', "error"),
        ('{"is_available":true,"balance_infos":[]}', "prose"),
        ("OPENAI_API_KEY=x\nMODEL=gpt-4o\nTIMEOUT=30", "documentation"),
        ("model: gpt-4o\nmax_tokens: 10\nretries: 3\nbackoff: exponential", "documentation"),
        ('services:\n  # the relay\n  relay:\n    image: relay:1\n    ports:\n      - "3000:3000"\n    timeout: 10s', "documentation"),
        ('[provider]\nname = "relay"\nstream_idle_timeout_ms = 300000\nmax_retries = 4', "documentation"),
        ('{"servers": {"files": {"command": "npx", "timeout": 60}}}', "documentation"),
        ("@acme/web:dev: {\n@acme/web:dev:   type: 'x',\n@acme/web:dev:   err: 'overloaded'\n@acme/web:dev: }", "error"),
        ("Upstream request timeout: 60s", "error"),
        ("provider: relay\ntimeout: 60\nerror: quota exceeded", "error"),
        ("Model: gpt-4o\nMessage: quota reached\nRetries: 3", "error"),
        # One short sentence that no list knows is unknown, which is not the same as harmless.
        ("zorblax the frobnicator", "error"),
    ],
)
def test_the_whole_text_has_one_shape(text: str, shape: str) -> None:
    assert reader.read(text).shape == shape
