// DashScope as the benchmark needs it. It runs in Node, so that its cost is not counted as workerd's. A prompt that
// begins with "slow" is answered after two seconds with an image of 1 MB, any other at once with one of 200 KB.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
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

// provide starts it as {address, stop()}: a server that answers whatever a Worker calls. workerd ends an idle connection after
// five seconds; a server that did so too would now and then do it under a request.
export async function provide() {
  const server = createServer({ keepAliveTimeout: 60_000 }, answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { address: `127.0.0.1:${server.address().port}`, stop };
}

async function answer(request, response) {
  if (request.headers.host === "images.example.test") {
    const name = new URL(request.url, "http://provider").pathname.slice(1, -".png".length);
    response.writeHead(200, { "content-type": "image/png", "content-length": images[name].length }).end(images[name]);
    return;
  }
  const { input } = await json(request);
  const slow = input.messages[0].content[0].text.startsWith("slow");
  if (slow) await sleep(slowSeconds * 1000);
  response.writeHead(200, { "content-type": "application/json" }).end(
    JSON.stringify({
      request_id: "provider-request-0001",
      output: {
        choices: [
          {
            finish_reason: "stop",
            message: {
              role: "assistant",
              content: [{ image: `https://images.example.test/${slow ? "large" : "small"}.png?Expires=1&Signature=abc` }],
            },
          },
        ],
      },
      usage: { image_count: 1, width: 1328, height: 1328 },
    }),
  );
}
