// DashScope as the benchmark needs it. It runs in Node, so that its cost is not counted as workerd's. A prompt that
// begins with "slow" is answered after two seconds with an image of 1 MB, any other at once with one of 200 KB.
import { setTimeout as sleep } from "node:timers/promises";

export const slowSeconds = 2;
const sizes = { small: 200_000, large: 1_000_000 };
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

// image is something that begins as a PNG does.
export function image(bytes) {
  const content = new Uint8Array(bytes).fill(0x5a);
  content.set(signature);
  return content;
}

const images = Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, image(bytes)]));

// provider answers the outbound calls of a Worker.
export function provider(Response) {
  return async (request) => {
    const url = new URL(request.url);
    if (url.hostname === "images.example.test") {
      const content = images[url.pathname.slice(1, -".png".length)];
      return new Response(content, { headers: { "content-type": "image/png", "content-length": String(content.length) } });
    }
    const { input } = await request.json();
    const slow = input.messages[0].content[0].text.startsWith("slow");
    if (slow) await sleep(slowSeconds * 1000);
    return Response.json({
      request_id: "provider-request-0001",
      output: { choices: [{ finish_reason: "stop", message: { role: "assistant", content: [{ image: `https://images.example.test/${slow ? "large" : "small"}.png?Expires=1&Signature=abc` }] } }] },
      usage: { image_count: 1, width: 1328, height: 1328 },
    });
  };
}
