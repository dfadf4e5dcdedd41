#!/bin/sh
# Asks each account once, then takes the earlier answer. No loop: an identical call cannot pass before somebody pays.
set -u
# An empty account comes as 400, 402, 403, 429 or 500: the words decide, not the status alone.
NO_MONEY='insufficient.{0,9}(quota|balance|credit|fund)|not.?enough.?(balance|credit|fund)|credit balance|more credits'
NO_MONEY="$NO_MONEY|(balance|credits?|quota|budget).{0,20}(insufficient|not enough|exhaust|deplet|expired|too low|used up)|out of.{0,8}(credits|budget)"
NO_MONEY="$NO_MONEY|exceeded your current quota|usage limits|spend(ing)?.?(limit|cap)|key limit|payment.required|billing_|budget.{0,16}exceeded"
NO_MONEY="$NO_MONEY|arrear|overdue|no available channel|余额不足|[额用]度不足|额度失败|用[尽完]|欠费|无可用渠道"
BODY=$(mktemp) && trap 'rm -f "$BODY"' EXIT
EARLIER=earlier-answer.json # put your own store here

ask() { # address, key, model; 0 = answered, 1 = no money there
  [ -n "$1" ] && [ -n "$2" ] && [ -n "$3" ] || return 1
  status=$(printf 'x-api-key: %s\n' "$2" | curl -sS -H @- -o "$BODY" -w '%{http_code}' \
    --connect-timeout 5 --max-time 120 -H 'Content-Type: application/json' -H 'anthropic-version: 2023-06-01' \
    "$1/v1/messages" \
    -d "{\"model\":\"$3\",\"max_tokens\":1024,\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}") || exit 2
  [ "$status" = 200 ] && return 0
  if [ "$status" = 402 ] || grep -qiE "$NO_MONEY" "$BODY"; then
    echo "No money at $1: $(cat "$BODY")" >&2
    return 1
  fi
  echo "Another error ($status): $(cat "$BODY")" >&2
  exit 2
}

# Two accounts, each paid on its own. ANTHROPIC_BASE_URL has no /v1.
if ask "${ANTHROPIC_BASE_URL:-}" "${ANTHROPIC_API_KEY:-}" "${MODEL:-}" ||
  ask "${FALLBACK_BASE_URL:-}" "${FALLBACK_API_KEY:-}" "${FALLBACK_MODEL:-}"; then
  cat "$BODY" && cp "$BODY" "$EARLIER"
elif [ -r "$EARLIER" ]; then
  echo "No account has money. This is an earlier answer:" >&2
  cat "$EARLIER"
else
  echo "No account has money. The same call cannot pass before somebody pays." >&2
  exit 1
fi
