// Draws the picture that replaces a generated one: a background with a pattern in its middle, both derived from the prompt, the
// word SANDBOX, and the prompt. The fonts come from a package, so no system fonts are needed; those only add missing letters.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

process.env.FONTCONFIG_FILE ??= join(import.meta.dirname, "fonts.conf");
const { default: sharp } = await import("sharp");

const font = (name) => createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);
const bold = { font: "DejaVu Sans Bold", fontfile: font("DejaVuSans-Bold") };
const plain = { font: "DejaVu Sans", fontfile: font("DejaVuSans") };

const longestPrompt = 600; // characters; more would not be legible

// drawImage renders a PNG of width × height pixels. index counts the images of one request from 0.
export async function drawImage({ width, height, prompt, model, index }) {
  const unit = Math.min(width, height) / 100;
  const inner = Math.round(width - 16 * unit);

  const heading = await text("SANDBOX", bold, 9 * unit, inner);
  const body = await text(shorten(prompt), plain, 3.6 * unit, inner, Math.round(height - 40 * unit));
  const caption = `${model} · ${width}×${height} · image ${index + 1} · drawn by the local Cloudflare`;
  const footer = await text(caption, plain, 1.9 * unit, inner);

  const left = Math.round(8 * unit);
  return sharp(background(width, height, `${prompt}#${index}`))
    .composite([
      { input: heading.data, left, top: Math.round(8 * unit) },
      { input: body.data, left, top: Math.round(24 * unit) },
      { input: footer.data, left, top: height - footer.info.height - Math.round(6 * unit) },
    ])
    .png()
    .toBuffer();
}

// text renders lines within width pixels. If height is given, the text shrinks until it fits.
async function text(content, face, size, width, height = Infinity) {
  for (let points = Math.max(6, Math.round(size)); ; points = Math.round(points * 0.8)) {
    const image = await sharp({
      text: {
        ...face,
        font: `${face.font} ${points}`,
        dpi: 72,
        rgba: true,
        width,
        wrap: "word-char",
        text: `<span foreground="white">${escapeXML(content)}</span>`,
      },
    })
      .png()
      .toBuffer({ resolveWithObject: true });
    if (image.info.height <= height || points <= 6) return image;
  }
}

function shorten(prompt) {
  const letters = [...prompt.replace(/[\p{Cc}\p{Cs}\s]+/gu, " ").trim()];
  return letters.length <= longestPrompt ? letters.join("") || " " : `${letters.slice(0, longestPrompt).join("")}…`;
}

const escapeXML = (content) => content.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);

function background(width, height, seed) {
  const digest = createHash("sha256").update(seed).digest();
  const hue = digest.readUInt16BE() % 360;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
		<defs><linearGradient id="field" x1="0" y1="0" x2="1" y2="1">
			<stop offset="0" stop-color="hsl(${hue},55%,24%)"/>
			<stop offset="1" stop-color="hsl(${(hue + 60) % 360},50%,46%)"/>
		</linearGradient></defs>
		<rect width="100%" height="100%" fill="url(#field)"/>
		<g fill-opacity="0.45">${pattern(width, height, digest.subarray(2))}</g>
	</svg>`);
}

// pattern returns 5 × 5 fields around the middle, mirrored, of which the bytes choose those that are filled. Lists crop pictures to
// their middle, where they would all look alike without it.
function pattern(width, height, bytes) {
  const side = Math.min(width, height) / 10;
  let fields = "";
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 5; column++) {
      if (bytes[row * 3 + Math.min(column, 4 - column)] % 2 === 0) continue;
      const x = width / 2 + (column - 2.5) * side;
      const y = height / 2 + (row - 2.5) * side;
      fields += `<rect x="${x}" y="${y}" width="${side}" height="${side}"/>`;
    }
  }
  return fields;
}
