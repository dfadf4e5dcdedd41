#!/bin/sh
# Waits as long as retryDelay says, else with growing, uneven pauses; gives up after TRIES or above LONGEST.
set -u
TRIES=5 LONGEST=60
# Words of an empty account, which also comes as a 429: no wait cures it.
NO_MONEY='insufficient.{0,9}(quota|balance|credit)|credit balance|billing_|余额不足|额度不足|额度失败|欠费|credits are depleted|spending cap'
BODY=$(mktemp)
trap 'rm -f "$BODY"' EXIT

attempt=1
while :; do
  status=$(printf 'x-goog-api-key: %s\n' "$GEMINI_API_KEY" | curl -sS -H @- -o "$BODY" \
    -w '%{http_code}' --connect-timeout 5 --max-time 120 \
    -H 'Content-Type: application/json' \
    "$GOOGLE_GEMINI_BASE_URL/v1beta/models/$MODEL:generateContent" \
    -d '{"contents":[{"parts":[{"text":"Say hello."}]}]}') || exit 2
  case $status in
    200) cat "$BODY"; exit 0 ;;
    408 | 429 | 500 | 502 | 503 | 504) ;;
    *) cat "$BODY" >&2; exit 1 ;;
  esac
  if grep -qiE "$NO_MONEY" "$BODY" || [ "$attempt" -ge "$TRIES" ]; then cat "$BODY" >&2; exit 1; fi
  asked=$(grep -oE '"retryDelay": *"[0-9.]+' "$BODY" | grep -oE '[0-9.]+$' | head -n 1)
  pause=$(awk -v asked="${asked:-0}" -v n="$attempt" -v cap="$LONGEST" -v seed="$$$attempt" 'BEGIN {
    srand(seed); own = 2 ^ n < cap ? 2 ^ n : cap; own *= 0.5 + rand() / 2
    least = asked + rand() / 2
    if (least > own) own = least
    print(asked > cap ? "too long" : own) }')
  [ "$pause" = "too long" ] && { echo "retryDelay asks for $asked s" >&2; cat "$BODY" >&2; exit 1; }
  sleep "$pause"
  attempt=$((attempt + 1))
done
