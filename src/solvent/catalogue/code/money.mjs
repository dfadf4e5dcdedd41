import OpenAI from "openai";

// An empty account comes as 400, 402, 403, 429 or 500: the words decide, not the status.
const NO_MONEY = [
  "credit balance", "insufficient_quota", "insufficient_user_quota", "insufficient balance", "no credits",
  "exceeded your current quota", "quota is not enough", "billing_", "arrear", "overdue", "budget_exceeded",
  "spending limit", "no available channel", "余额不足", "额度不足", "额度失败", "额度已用尽", "欠费", "无可用渠道",
];
const { OPENAI_BASE_URL, OPENAI_API_KEY, MODEL, FALLBACK_BASE_URL, FALLBACK_API_KEY, FALLBACK_MODEL } = process.env;
const FIRST = [OPENAI_BASE_URL, OPENAI_API_KEY, MODEL];
const SECOND = [FALLBACK_BASE_URL, FALLBACK_API_KEY, FALLBACK_MODEL];
const answers = new Map(); // earlier answers; a real program keeps them in a store

function accountIsEmpty(error) {
  const said = JSON.stringify([error.code, error.type, error.message, error.error]).toLowerCase();
  return NO_MONEY.some((words) => said.includes(words));
}

export async function ask(prompt) {
  for (const [baseURL, apiKey, model] of [FIRST, SECOND].filter((route) => route.every(Boolean))) {
    const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 }); // the SDK would repeat a 429 or 500
    try {
      const reply = await client.chat.completions.create({ model, messages: [{ role: "user", content: prompt }] });
      answers.set(prompt, reply.choices[0].message.content);
      return answers.get(prompt);
    } catch (error) {
      if (!(error instanceof OpenAI.APIError) || !accountIsEmpty(error)) throw error;
      console.error(`No money at ${baseURL}: ${error.message}`);
    }
  }
  if (!answers.has(prompt)) throw new Error("No account has money. The same call cannot pass before somebody pays.");
  return answers.get(prompt);
}
console.log(await ask("Say hello."));
