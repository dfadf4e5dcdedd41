const { OPENAI_BASE_URL, OPENAI_API_KEY, MODEL } = process.env;

export async function ask(prompt) {
  const request = { model: MODEL, messages: [{ role: "user", content: prompt }] };
  // Sent once: an unchanged request is refused again, even where a relay sends the refusal as a 500.
  const response = await fetch(`${OPENAI_BASE_URL}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${OPENAI_API_KEY}` },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(120_000),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text).choices[0].message.content;
  const told = (text.startsWith("{") && JSON.parse(text).error) || {};
  console.error(`status:  ${response.status}`);
  console.error(`message: ${told.message ?? text}`);
  console.error(`field:   ${told.param || "see the message"}`);
  console.error(`code:    ${told.code ?? told.type}`);
  console.error(`id:      ${response.headers.get("x-request-id") ?? "see the message"}`);
  console.error(`sent:    ${Object.keys(request).join(", ")}`); // the names only: prompts are private
  process.exit(1);
}

console.log(await ask("Say hello."));
