import { existsSync, readFileSync, writeFileSync } from "node:fs";

// An empty account comes as 400, 402, 403, 429 or 500: the words decide, not the status alone.
const NO_MONEY = new RegExp(
  "insufficient.{0,9}(quota|balance|credit|fund)|not.?enough.?(balance|credit|fund)|credit balance|more credits" +
  "|(balance|credits?|quota|budget).{0,20}(insufficient|not enough|exhaust|deplet|expired|too low|used up)|out of.{0,8}(credits|budget)" +
  "|exceeded your current quota|usage limits|spend(ing)?.?(limit|cap)|key limit|payment.required|billing_|budget.{0,16}exceeded" +
  "|arrear|overdue|no available channel|余额不足|[额用]度不足|额度失败|用[尽完]|欠费|无可用渠道", "i");
// Two accounts, each paid on its own. ANTHROPIC_BASE_URL has no /v1.
const { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, MODEL, FALLBACK_BASE_URL, FALLBACK_API_KEY, FALLBACK_MODEL } = process.env;
const FIRST = [ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, MODEL];
const SECOND = [FALLBACK_BASE_URL, FALLBACK_API_KEY, FALLBACK_MODEL];
const EARLIER = "earlier-answers.json"; // put your own store here
const answers = new Map(existsSync(EARLIER) ? JSON.parse(readFileSync(EARLIER, "utf8")) : []);

export async function ask(prompt) {
  for (const [url, key, model] of [FIRST, SECOND].filter((route) => route.every(Boolean))) {
    // fetch repeats nothing; the SDK would repeat a 429 or 500, unless it is made with new Anthropic({ maxRetries: 0 }).
    const response = await fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": key },
      body: JSON.stringify({ model, max_tokens: 1024, messages: [{ role: "user", content: prompt }] }),
      signal: AbortSignal.timeout(120_000),
    });
    const text = await response.text();
    if (response.ok) {
      answers.set(prompt, JSON.parse(text).content.map((block) => block.text ?? "").join(""));
      writeFileSync(EARLIER, JSON.stringify([...answers]));
      return answers.get(prompt);
    }
    if (response.status !== 402 && !NO_MONEY.test(text)) throw new Error(`${response.status} ${text}`);
    console.error(`No money at ${url}: ${text}`);
  }
  if (!answers.has(prompt)) throw new Error("No account has money. The same call cannot pass before somebody pays.");
  console.error("No account has money. This is an earlier answer:");
  return answers.get(prompt);
}
console.log(await ask("Say hello."));
