import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";

const TRIES = 5;
const LONGEST_PAUSE_S = 60;
const PASSES_BY_ITSELF = [408, 429, 500, 502, 503, 504, 529];
const client = new OpenAI({ maxRetries: 0 }); // reads OPENAI_BASE_URL and OPENAI_API_KEY

function askedPauseS(headers) {
  const value = headers?.get("retry-after") ?? "0"; // seconds or a date
  const seconds = Number(value);
  return Number.isNaN(seconds) ? (Date.parse(value) - Date.now()) / 1000 || 0 : seconds;
}

export async function ask(prompt) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const messages = [{ role: "user", content: prompt }];
      const reply = await client.chat.completions.create({ model: process.env.MODEL, messages });
      return reply.choices[0].message.content;
    } catch (error) {
      if (!(error instanceof OpenAI.APIError) || !PASSES_BY_ITSELF.includes(error.status)) throw error;
      const asked = askedPauseS(error.headers);
      const noMoney = [error.code, error.type].includes("insufficient_quota"); // a 429 that no wait cures
      if (noMoney || asked > LONGEST_PAUSE_S || attempt === TRIES) throw error;
      const own = Math.min(LONGEST_PAUSE_S, 2 ** attempt) * (0.5 + Math.random() / 2);
      await sleep(1000 * Math.max(asked + Math.random() / 2, own));
    }
  }
}

console.log(await ask("Say hello."));
