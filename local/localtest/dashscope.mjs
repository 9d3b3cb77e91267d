// The tests' stand-in for DashScope and for the host of its images.
import { randomUUID } from "node:crypto";
import { Response } from "../miniflare.mjs";
import { dashScopeHosts, generation } from "../sandbox/answer.mjs";

export const imageHost = "images.example.test";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

// png is the smallest whole picture: one pixel.
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

// picture returns bytes of the given length that begin as a PNG does.
export function picture(bytes) {
  const content = new Uint8Array(bytes).fill(0x5a);
  content.set(signature);
  return content;
}

// standIn returns an outboundService. ask(request) may answer a call to DashScope, and image(request) a call to the host of
// its images: both may wait, and return a Response, or undefined for the usual success. elsewhere(request) answers calls to
// other hosts.
export function standIn({ ask = () => {}, image = () => {}, elsewhere, content = png }) {
  const pictureHeaders = { "content-type": "image/png", "content-length": String(content.length) };

  return async (request) => {
    const { hostname } = new URL(request.url);
    if (dashScopeHosts.includes(hostname)) {
      const images = [`https://${imageHost}/${randomUUID()}.png`];
      return (await ask(request)) ?? Response.json(generation(images, { requestId: "provider-request" }));
    }
    if (hostname === imageHost) return (await image(request)) ?? new Response(content, { headers: pictureHeaders });
    if (elsewhere) return elsewhere(request);
    return new Response(`The test answers no calls to ${hostname}.`, { status: 502 });
  };
}
