// Draws the video that replaces a generated one: the picture of image.mjs, and below it a bar that grows every second, so that one can
// see where the video is. It is smaller than what was asked for, because its frames are not compressed.
import { Encoder } from "./h264.mjs";
import { drawImage } from "./image.mjs";
import { mp4 } from "./mp4.mjs";

const { default: sharp } = await import("sharp");

const rate = 8; // frames per second, of which the first is whole
const sizes = { "480P": [416, 240], "720P": [640, 360], "1080P": [1024, 576] };

export const resolutions = Object.keys(sizes);

// drawVideo renders an MP4.
export async function drawVideo({ prompt, model, resolution, seconds }) {
  const [width, height] = sizes[resolution];
  const encoder = new Encoder(width, height);
  const planes = await planesOf(await drawImage({ width, height, prompt, model, index: 0 }), encoder);

  const samples = [];
  for (let second = 0; second < seconds; second++) {
    drawBar(planes, encoder, (second + 1) / seconds);
    samples.push({ unit: encoder.whole(planes, second), whole: true });
    for (let index = 1; index < rate; index++) samples.push({ unit: encoder.repeated(index), whole: false });
  }
  return mp4({ width, height, rate, sequence: encoder.sequence, picture: encoder.picture, samples });
}

// planesOf converts a PNG to the samples of H.264: luma, and colours at half the resolution, padded to whole blocks (BT.601).
async function planesOf(png, { width, height, columns, rows }) {
  const [right, bottom] = [columns * 16 - width, rows * 16 - height];
  const extended = sharp(png).removeAlpha().extend({ right, bottom, extendWith: "copy" });
  const { data, info } = await extended.raw().toBuffer({ resolveWithObject: true });

  const luma = Buffer.alloc(info.width * info.height);
  const blue = Buffer.alloc(luma.length / 4);
  const red = Buffer.alloc(luma.length / 4);
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const at = y * info.width + x;
      const [r, g, b] = [data[3 * at], data[3 * at + 1], data[3 * at + 2]];
      luma[at] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (x % 2 || y % 2) continue;
      const half = (y / 2) * (info.width / 2) + x / 2;
      blue[half] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      red[half] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  }
  return { luma, blue, red };
}

const [white, black, grey] = [235, 16, 128];

// drawBar draws a bar at the bottom, white up to a part of the width and black behind it.
function drawBar({ luma, blue, red }, { width, height, columns }, part) {
  const stride = columns * 16;
  const filled = Math.round(width * part);
  for (let y = height - 16; y < height; y++) {
    luma.fill(white, y * stride, y * stride + filled).fill(black, y * stride + filled, y * stride + width);
    const [from, to] = [(y >> 1) * (stride / 2), (y >> 1) * (stride / 2) + width / 2];
    blue.fill(grey, from, to);
    red.fill(grey, from, to);
  }
}
