const { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, MODEL } = process.env;

export async function ask(prompt) {
  const request = { model: MODEL, max_tokens: 1024, messages: [{ role: "user", content: prompt }] };
  // Sent once: an unchanged request is refused again, even where a relay sends the refusal as a 500.
  const response = await fetch(`${ANTHROPIC_BASE_URL}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": ANTHROPIC_API_KEY },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(120_000),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text).content.map((block) => block.text ?? "").join("");
  const told = (text.startsWith("{") && JSON.parse(text).error) || {};
  console.error(`status:  ${response.status}`);
  console.error(`message: ${told.message ?? text}`); // begins with the field's name
  console.error(`type:    ${told.type}`);
  console.error(`id:      ${response.headers.get("request-id") ?? "see the message"}`);
  console.error(`sent:    ${Object.keys(request).join(", ")}`); // the names only: prompts are private
  process.exit(1);
}

console.log(await ask("Say hello."));
