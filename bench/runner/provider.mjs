// DashScope as the benchmark needs it. It runs in Node, so that its cost is not counted as workerd's. A prompt that
// begins with "slow" is answered after two seconds with an image of 1 MB, any other at once with one of 200 KB.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { imageHost, picture } from "../../local/localtest/dashscope.mjs";
import { sleep } from "../../local/localtest/wait.mjs";
import { generation } from "../../local/sandbox/answer.mjs";

export const slowSeconds = 2;
const sizes = { small: 200_000, large: 1_000_000 };
const images = Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, picture(bytes)]));

// provide starts a server that answers whatever a Worker calls, and returns {address, stop()}. workerd closes an idle
// connection after five seconds. If the server did so too, it would sometimes close one that a request is using.
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
  if (request.headers.host === imageHost) {
    const name = new URL(request.url, "http://provider").pathname.slice(1, -".png".length);
    response.writeHead(200, { "content-type": "image/png", "content-length": images[name].length }).end(images[name]);
    return;
  }
  const { input } = await json(request);
  const slow = input.messages[0].content[0].text.startsWith("slow");
  if (slow) await sleep(slowSeconds * 1000);
  const address = `https://${imageHost}/${slow ? "large" : "small"}.png?Expires=1&Signature=abc`;
  const usage = { image_count: 1, width: 1328, height: 1328 };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(generation([address], { requestId: "provider-request-0001", usage })));
}
