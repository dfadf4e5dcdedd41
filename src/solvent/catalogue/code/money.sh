#!/bin/sh
# Asks each account once, then takes the earlier answer. No loop: an identical call cannot pass before somebody pays.
set -u
# An empty account comes as 400, 402, 403, 429 or 500: the words decide, not the status.
NO_MONEY='credit balance|insufficient_(user_)?quota|insufficient balance|exceeded your current quota|no credits'
NO_MONEY="$NO_MONEY|quota is not enough|billing_|arrear|overdue|budget_exceeded|spending limit|no available channel"
NO_MONEY="$NO_MONEY|余额不足|额度不足|额度失败|额度已用尽|欠费|无可用渠道"
BODY=$(mktemp) && trap 'rm -f "$BODY"' EXIT
EARLIER="${TMPDIR:-/tmp}/earlier-answer.$(id -u).json"

ask() { # address, key, model; 0 = answered, 1 = no money there
  [ -n "$1" ] && [ -n "$2" ] && [ -n "$3" ] || return 1
  status=$(printf 'Authorization: Bearer %s\n' "$2" | curl -sS -H @- -o "$BODY" -w '%{http_code}' \
    --connect-timeout 5 --max-time 120 -H 'Content-Type: application/json' "$1/chat/completions" \
    -d "{\"model\":\"$3\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}") || exit 2
  [ "$status" = 200 ] && return 0
  grep -qiE "$NO_MONEY" "$BODY" && { echo "No money at $1: $(cat "$BODY")" >&2; return 1; }
  echo "Another error ($status): $(cat "$BODY")" >&2
  exit 2
}

if ask "${OPENAI_BASE_URL:-}" "${OPENAI_API_KEY:-}" "${MODEL:-}" ||
  ask "${FALLBACK_BASE_URL:-}" "${FALLBACK_API_KEY:-}" "${FALLBACK_MODEL:-}"; then
  cat "$BODY" && cp "$BODY" "$EARLIER"
elif [ -r "$EARLIER" ]; then
  cat "$EARLIER"
else
  echo "No account has money. The same call cannot pass before somebody pays." >&2
  exit 1
fi
