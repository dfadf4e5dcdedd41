import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";

const client = new OpenAI({ timeout: 120_000, maxRetries: 0 }); // reads OPENAI_BASE_URL and OPENAI_API_KEY
const NEVER_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];

function codeOf(error) {
  for (let cause = error; cause; cause = cause.cause) if (cause.code) return cause.code;
  return error.name;
}

export async function ask(prompt) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const messages = [{ role: "user", content: prompt }];
      const parts = await client.chat.completions.create({ model: process.env.MODEL, messages, stream: true });
      let answer = ""; // streamed, so that a long answer does not look like silence
      for await (const part of parts) answer += part.choices[0]?.delta?.content ?? "";
      return answer;
    } catch (error) {
      if (!(error instanceof OpenAI.APIConnectionError)) throw error;
      // What was sent may have been answered and charged: repeat it once at most.
      if (attempt >= (NEVER_SENT.includes(codeOf(error)) ? 3 : 2)) {
        console.error(`gave up after ${attempt} calls: ${codeOf(error)}: ${error.message}`);
        throw error;
      }
      await sleep(1000 * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

console.log(await ask("Say hello."));
