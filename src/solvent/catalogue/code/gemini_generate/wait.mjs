import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 5;
const LONGEST_PAUSE_S = 60;
const PASSES_BY_ITSELF = [408, 429, 500, 502, 503, 504];
// Words of an empty account, which also comes as a 429: no wait cures it.
const NO_MONEY = /insufficient.{0,9}(quota|balance|credit)|credit balance|billing_|余额不足|额度不足|额度失败|欠费|credits are depleted|spending cap/i;
const { GOOGLE_GEMINI_BASE_URL, GEMINI_API_KEY, MODEL } = process.env;

export async function ask(prompt) {
  for (let attempt = 1; ; attempt += 1) {
    // fetch repeats nothing
    const response = await fetch(`${GOOGLE_GEMINI_BASE_URL}/v1beta/models/${MODEL}:generateContent`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-goog-api-key": GEMINI_API_KEY },
      body: JSON.stringify({ contents: [{ parts: [{ text: prompt }] }] }),
      signal: AbortSignal.timeout(120_000),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text).candidates[0].content.parts.map((part) => part.text ?? "").join("");
    const asked = Number(text.match(/"retryDelay": *"([0-9.]+)s"/)?.[1] ?? 0); // where the answer says how long to wait
    const cured = PASSES_BY_ITSELF.includes(response.status) && !NO_MONEY.test(text);
    if (!cured || asked > LONGEST_PAUSE_S || attempt === TRIES) throw new Error(`${response.status} ${text}`);
    const own = Math.min(LONGEST_PAUSE_S, 2 ** attempt) * (0.5 + Math.random() / 2);
    await sleep(1000 * Math.max(asked + Math.random() / 2, own));
  }
}

console.log(await ask("Say hello."));
