#!/bin/sh
# Waits as long as retry-after says, else with growing, uneven pauses; gives up after TRIES or above LONGEST.
set -u
TRIES=5 LONGEST=60
# Words of an empty account, which also comes as a 429 or 500: no wait cures it.
NO_MONEY='insufficient.{0,9}(quota|balance|credit)|credit balance|billing_|余额不足|额度不足|额度失败|欠费'
BODY=$(mktemp) HEAD=$(mktemp)
trap 'rm -f "$BODY" "$HEAD"' EXIT

attempt=1
while :; do
  status=$(printf 'x-api-key: %s\n' "$ANTHROPIC_API_KEY" | curl -sS -H @- -D "$HEAD" -o "$BODY" -w '%{http_code}' \
    --connect-timeout 5 --max-time 120 -H 'Content-Type: application/json' -H 'anthropic-version: 2023-06-01' \
    "$ANTHROPIC_BASE_URL/v1/messages" \
    -d "{\"model\":\"$MODEL\",\"max_tokens\":1024,\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}") || exit 2
  case $status in
    200) cat "$BODY"; exit 0 ;;
    408 | 429 | 500 | 502 | 503 | 504 | 529) ;;
    *) cat "$BODY" >&2; exit 1 ;;
  esac
  if grep -qiE "$NO_MONEY" "$BODY" || [ "$attempt" -ge "$TRIES" ]; then cat "$BODY" >&2; exit 1; fi
  asked=$(tr -d '\r' <"$HEAD" | sed -n 's/^[Rr]etry-[Aa]fter: *//p' | tail -n 1)
  case $asked in *[!0-9.]*) asked=$(($(date -d "$asked" +%s 2>/dev/null || date +%s) - $(date +%s))) ;; esac
  pause=$(awk -v asked="${asked:-0}" -v n="$attempt" -v cap="$LONGEST" -v seed="$$$attempt" 'BEGIN {
    srand(seed); own = 2 ^ n < cap ? 2 ^ n : cap; own *= 0.5 + rand() / 2
    least = asked + rand() / 2
    if (least > own) own = least
    print(asked > cap ? "too long" : own) }')
  [ "$pause" = "too long" ] && { echo "retry-after asks for $asked s" >&2; cat "$BODY" >&2; exit 1; }
  sleep "$pause"
  attempt=$((attempt + 1))
done
