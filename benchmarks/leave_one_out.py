"""How well the desk judges parties that it has never heard of, measured with those that it knows.

For each provider, relay and client that the labelled corpora name, the catalogue is built without that party's file and without every
rule that is filed under it or names it; the party's pastes are judged with what is left. The measures are those of the corpora's own
`score.py`, which is run on the answers. Two figures of it are read differently here: the provider's name cannot be known once its file
is gone, so `provider` is left out, and `named another` counts the pastes for which a wrong provider was named instead of none.

    SOLVENT_CORPUS=FOLDER python benchmarks/leave_one_out.py [--party NAME] [--misses N] [--lonely] [CORPUS ...]

Without arguments it prints one table a corpus: everything known, the provider left out, each wrapper (relay, gateway, client) left out
with the worst answer counting, and all parties of a paste left out together; then one line a party. `--lonely` lists the rules that
decide a single paste of all corpora and without which that paste goes wrong: each must stand on its own source. A CORPUS is the name
of a file in the folder, without its ending, or a path; without any, all of the folder are taken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from solvent.catalogue.load import Catalogue, packaged
from solvent.diagnosis import desk
from solvent.diagnosis.engine import Engine

MEASURES = ("category", "wallet", "wallet_of_money_errors", "no_false_money_alarm", "retryable")
SHORT = {"wallet_of_money_errors": "money", "no_false_money_alarm": "no alarm", "named another": "named another"}
# What the corpora call a party where the catalogue calls it otherwise.
NAMES = {
    "dashscope": "alibaba",
    "aws-bedrock": "bedrock",
    "google-gemini": "google",
    "google-vertex": "google",
    "google-cloud": "google",
    "azure-openai": "azure",
    "volcengine-ark": "volcengine",
    "baidu-qianfan": "baidu",
    "nvidia-nim": "nvidia",
    "github-models": "github",
    "litellm": "litellm-proxy",
    "anthropic-sdk-ts": "anthropic-node",
    "anthropic-sdk-node": "anthropic-node",
    "openai-sdk": "openai-python",
    "google-sdk": "google-genai",
    "botocore": "boto3",
    "mistral-client": "mistralai",
    "google-generativeai-js": "google-genai-node",
    "huggingface-hub": "huggingface-hub",
}
Case = dict[str, Any]
Answers = dict[str, dict[str, Any]]


def party_of(label: str) -> str | None:
    """The catalogue's name of a label, None where the catalogue has no such party."""
    name = label.strip().lower().replace("_", "-").partition(" ")[0]
    name = NAMES.get(name, name)
    return name if name in packaged().parties else None


def provider_of(case: Case) -> str | None:
    """Who produced the innermost words, where the label names somebody."""
    return party_of(str(case.get("provider") or ""))


def wrappers_of(case: Case) -> tuple[str, ...]:
    """Everybody else that the label names, without the provider itself."""
    via = case.get("via") or ""
    labels = via if isinstance(via, list) else str(via).split(">")
    names = {party_of(str(label)) for label in labels} | ({"litellm"} if "litellm" in labels else set())
    return tuple(sorted(name for name in names if name is not None and name != provider_of(case)))


def without(catalogue: Catalogue, left_out: frozenset[str]) -> Catalogue:
    """The catalogue as it would be had nobody ever written down these parties."""
    return replace(
        catalogue,
        parties={name: party for name, party in catalogue.parties.items() if name not in left_out},
        rules={
            rule.id: rule for rule in catalogue.rules.values() if rule.id.split("/")[0] not in left_out and rule.provider not in left_out
        },
    )


@cache
def engine(left_out: frozenset[str]) -> Engine:
    """The engine without these parties."""
    return Engine(without(packaged(), left_out))


def judged(case: Case, left_out: Iterable[str] = ()) -> dict[str, Any]:
    """The verdict on a case as `solvent explain --jsonl` prints it."""
    explanation = desk.explain(case["raw"], engine(frozenset(left_out)), "en")
    return {"id": case["id"], **explanation.verdict.as_json(explanation.report)}


def right(case: Case, answer: dict[str, Any]) -> int:
    """How many of category, wallet and retryable are as the label says."""
    return sum(answer.get(field) == case[field] for field in ("category", "wallet", "retryable"))


def worst(case: Case, answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer that misses most of the label."""
    return min(answers, key=lambda answer: (answer.get("category") == case["category"], right(case, answer)))


def score(path: Path, script: Path, answers: Answers) -> dict[str, float]:
    """The corpus's own measures of these answers, in percent."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers.values())
        file.flush()
        done = subprocess.run([sys.executable, script, path, "--", "cat", file.name], capture_output=True, text=True, check=True)
    percent: dict[str, float] = json.loads(done.stdout.splitlines()[0])["percent"]
    return percent


def named_another(cases: list[Case], answers: Answers) -> float:
    """The share of pastes for which a provider was named that the label does not name, in percent; a relay's name is none."""
    parties = packaged().parties
    labelled = [case for case in cases if provider_of(case) is not None]
    said = [(case, str(answers[case["id"]].get("provider"))) for case in labelled]
    wrong = sum(name in parties and parties[name].role.value == "provider" and name != provider_of(case) for case, name in said)
    return round(100 * wrong / max(len(labelled), 1), 1)


WAYS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "everything known": judged,
    "provider left out": lambda case: judged(case, filter(None, [provider_of(case)])),
    "a wrapper left out": lambda case: worst(case, [judged(case, [name]) for name in wrappers_of(case)] or [judged(case)]),
    "all left out": lambda case: judged(case, filter(None, [provider_of(case), *wrappers_of(case)])),
}


def table(path: Path, script: Path, cases: list[Case], misses: int) -> None:
    """Prints one corpus's table, and the pastes that go wrong where a party is left out and not otherwise."""
    print(f"\n{path.stem}: {len(cases)} pastes, those labelled ambiguous left out of the shares")
    print(f"{'':20}" + "".join(f"{SHORT.get(name, name):>14}" for name in (*MEASURES, "named another")))
    clear = [case for case in cases if not case.get("ambiguous")]
    for way, judge in WAYS.items():
        answers = {case["id"]: judge(case) for case in cases}
        percent = score(path, script, answers)
        row = [f"{percent[name]:.1f}" if name in percent else "-" for name in MEASURES] + [f"{named_another(clear, answers):.1f}"]
        print(f"{way:20}" + "".join(f"{value:>14}" for value in row))
        wrong = [case for case in clear if right(case, answers[case["id"]]) < 3]
        for case in wrong[:misses]:
            got = answers[case["id"]]
            fields = ", ".join(
                f"{field} {case[field]} -> {got.get(field)}"
                for field in ("category", "wallet", "retryable")
                if got.get(field) != case[field]
            )
            print(f"    {case['id']} [{got.get('rule')}] {fields}: {case['raw'][:160]!r}")


def each_party(cases: list[Case], only: str | None) -> None:
    """Prints one line a party: how many of its pastes are wholly right with it and without it."""
    of: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if not case.get("ambiguous"):
            for name in filter(None, [provider_of(case), *wrappers_of(case)]):
                of[name].append(case)
    print(f"\n{'party left out':24}{'pastes':>8}{'right with':>12}{'right without':>15}{'false alarms':>14}")
    for name in sorted(of, key=lambda name: (-len(of[name]), name)):
        if only not in (None, name):
            continue
        known = sum(right(case, judged(case)) == 3 for case in of[name])
        answers = [(case, judged(case, [name])) for case in of[name]]
        left = sum(right(case, answer) == 3 for case, answer in answers)
        alarms = sum(case["wallet"] == "none" and answer["wallet"] != "none" for case, answer in answers)
        print(f"{name:24}{len(of[name]):>8}{known:>12}{left:>15}{alarms:>14}")


def lonely(cases: list[Case]) -> None:
    """Prints the rules that only one paste needs, with what their own files stand on."""
    decided: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        decided[str(judged(case)["rule"])].append(case)
    print("\nrules that decide one paste, which goes wrong without them")
    catalogue = packaged()
    for rule, found in sorted(decided.items()):
        if len(found) == 1 and rule in catalogue.rules:
            less = replace(catalogue, rules={name: item for name, item in catalogue.rules.items() if name != rule})
            verdict = desk.explain(found[0]["raw"], Engine(less), "en").verdict
            if (verdict.category.value, verdict.wallet.value) != (found[0]["category"], found[0]["wallet"]):
                entry = catalogue.rules[rule]
                print(f"  {rule} ({found[0]['id']}): {len(entry.examples)} examples, {entry.source.evidence} {entry.source.address}")


def main() -> None:
    """Reads the corpora, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="*")
    parser.add_argument("--party", help="only this party, one line")
    parser.add_argument("--misses", type=int, default=0, help="how many misses to print under each row")
    parser.add_argument("--lonely", action="store_true", help="list the rules that one paste alone needs")
    told = parser.parse_args()
    if "SOLVENT_CORPUS" not in os.environ:
        parser.error("SOLVENT_CORPUS names no folder with labelled pastes and their `score.py`")
    folder = Path(os.environ["SOLVENT_CORPUS"])
    paths = [path if (path := Path(name)).exists() else folder / f"{name}.jsonl" for name in told.corpus] or sorted(folder.glob("*.jsonl"))
    corpora = {path: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] for path in paths}
    everything = [case for cases in corpora.values() for case in cases]
    if told.lonely:
        lonely(everything)
        return
    if told.party is None:
        for path, cases in corpora.items():
            table(path, folder / "score.py", cases, told.misses)
    each_party(everything, told.party)


if __name__ == "__main__":
    main()
