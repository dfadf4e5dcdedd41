const { GOOGLE_GEMINI_BASE_URL, GEMINI_API_KEY, MODEL } = process.env;

export async function ask(prompt) {
  const request = { contents: [{ parts: [{ text: prompt }] }] };
  // Sent once: an unchanged request is refused again.
  const response = await fetch(`${GOOGLE_GEMINI_BASE_URL}/v1beta/models/${MODEL}:generateContent`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": GEMINI_API_KEY },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(120_000),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text).candidates[0].content.parts.map((part) => part.text ?? "").join("");
  const told = (text.startsWith("{") && JSON.parse(text).error) || {};
  console.error(`status:  ${response.status} ${told.status ?? ""}`);
  console.error(`message: ${told.message ?? text}`);
  console.error(`details: ${JSON.stringify(told.details ?? [])}`); // field violations stand here
  console.error(`sent:    ${Object.keys(request).join(", ")}`); // the names only: prompts are private
  process.exit(1);
}

console.log(await ask("Say hello."));
