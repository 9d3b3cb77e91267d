export function json(value, status = 200) {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
}

export function unauthorized() {
  return json({ error: { code: "UNAUTHORIZED", message: "Authentication required." }, requestId: crypto.randomUUID() }, 401);
}

export const isoDate = (seconds) => new Date(seconds * 1000).toISOString();
