import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";

const NEVER_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];
// The SDK hides why fetch failed; this keeps the code of the cause.
const watched = (...call) => fetch(...call).catch((error) => {
  if (error.name === "AbortError") throw error; // the SDK's own time limit
  throw Object.assign(new Error("fetch failed"), { code: error.cause?.code ?? error.name });
});
const client = new OpenAI({ timeout: 120_000, maxRetries: 0, fetch: watched }); // reads OPENAI_BASE_URL and OPENAI_API_KEY

export async function ask(prompt) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const messages = [{ role: "user", content: prompt }];
      const parts = await client.chat.completions.create({ model: process.env.MODEL, messages, stream: true });
      let answer = ""; // streamed, so that a long answer does not look like silence
      for await (const part of parts) answer += part.choices[0]?.delta?.content ?? "";
      return answer;
    } catch (error) {
      if (!(error instanceof OpenAI.APIConnectionError)) throw error; // answered, or cut off in the middle
      const code = error.cause?.code ?? "read timeout";
      // What was sent may have been answered and charged: repeat it once at most.
      if (attempt >= (NEVER_SENT.includes(code) ? 3 : 2)) {
        console.error(`gave up after ${attempt} calls: ${code}`);
        throw error;
      }
      await sleep(1000 * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

console.log(await ask("Say hello."));
