import OpenAI from "openai";

// maxRetries 0: an unchanged request is refused again, even where a relay sends the refusal as a 500.
const client = new OpenAI({ maxRetries: 0 }); // reads OPENAI_BASE_URL and OPENAI_API_KEY

export async function ask(prompt) {
  const request = { model: process.env.MODEL, messages: [{ role: "user", content: prompt }] };
  try {
    const reply = await client.chat.completions.create(request);
    return reply.choices[0].message.content;
  } catch (error) {
    if (!(error instanceof OpenAI.APIError) || !error.status) throw error;
    console.error(`status:  ${error.status}`);
    console.error(`message: ${error.error?.message ?? error.message}`);
    console.error(`field:   ${error.param || "see the message"}`);
    console.error(`code:    ${error.code || error.type}`);
    console.error(`id:      ${error.requestID ?? "see the message"}`);
    console.error(`sent:    ${Object.keys(request).join(", ")}`); // the names only: prompts are private
    process.exit(1);
  }
}

console.log(await ask("Say hello."));
