// Runs inside the Worker, around the gate: a client whose request has a header X-Slow reads the body of the answer one byte a
// second. Between the Worker and such a client nothing keeps the rest, as the kernel's buffers would.
import gate from "./gate.mjs";

export default {
  ...gate,
  async fetch(request, env, ctx) {
    const response = await gate.fetch(request, env, ctx);
    if (!request.headers.has("x-slow") || !response.body) return response;
    const { readable, writable } = new IdentityTransformStream();
    ctx.waitUntil(drip(response.body.getReader({ mode: "byob" }), writable.getWriter()));
    return new Response(readable, { status: response.status });
  },
};

async function drip(reader, writer) {
  try {
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(1));
      if (done) break;
      await writer.write(value);
      await scheduler.wait(1_000);
    }
    await writer.close();
  } catch (error) {
    await Promise.all([reader.cancel(error), writer.abort(error)]).catch(() => {});
  }
}
