import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 5;
const LONGEST_PAUSE_S = 60;
const PASSES_BY_ITSELF = [408, 429, 500, 502, 503, 504, 529];
// Words of an empty account, which also comes as a 429 or 500: no wait cures it.
const NO_MONEY = /insufficient.{0,9}(quota|balance|credit)|credit balance|billing_|余额不足|额度不足|额度失败|欠费/i;
const { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, MODEL } = process.env;

function askedPauseS(headers) {
  const value = headers.get("retry-after") ?? "0"; // seconds or a date
  const seconds = Number(value);
  return Number.isNaN(seconds) ? (Date.parse(value) - Date.now()) / 1000 || 0 : seconds;
}

export async function ask(prompt) {
  for (let attempt = 1; ; attempt += 1) {
    // fetch repeats nothing; an SDK repeats too, so make it with new Anthropic({ maxRetries: 0 }).
    const response = await fetch(`${ANTHROPIC_BASE_URL}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": ANTHROPIC_API_KEY },
      body: JSON.stringify({ model: MODEL, max_tokens: 1024, messages: [{ role: "user", content: prompt }] }),
      signal: AbortSignal.timeout(120_000),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text).content.map((block) => block.text ?? "").join("");
    const asked = askedPauseS(response.headers);
    const cured = PASSES_BY_ITSELF.includes(response.status) && !NO_MONEY.test(text);
    if (!cured || asked > LONGEST_PAUSE_S || attempt === TRIES) throw new Error(`${response.status} ${text}`);
    const own = Math.min(LONGEST_PAUSE_S, 2 ** attempt) * (0.5 + Math.random() / 2);
    await sleep(1000 * Math.max(asked + Math.random() / 2, own));
  }
}

console.log(await ask("Say hello."));
