import { setTimeout as sleep } from "node:timers/promises";

const NEVER_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];
const { GOOGLE_GEMINI_BASE_URL, GEMINI_API_KEY, MODEL } = process.env;

async function streamed(prompt) { // so that a long answer does not look like silence
  const response = await fetch(`${GOOGLE_GEMINI_BASE_URL}/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": GEMINI_API_KEY },
    body: JSON.stringify({ contents: [{ parts: [{ text: prompt }] }] }),
    signal: AbortSignal.timeout(120_000),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  let answer = "";
  let rest = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      const candidate = JSON.parse(line.slice(5)).candidates[0];
      for (const part of candidate.content?.parts ?? []) answer += part.text ?? "";
      if (candidate.finishReason) return answer;
    }
  }
  throw new Error("the stream ended early", { cause: { code: "cut off" } });
}

export async function ask(prompt) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await streamed(prompt);
    } catch (error) {
      const code = error.name === "TimeoutError" ? "no answer in time" : error.cause?.code;
      if (!code) throw error; // answered: no failure of the network
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
