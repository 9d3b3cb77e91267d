// How large an upload is.
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

// sizes returns the bytes of all modules of a contender: raw, and with each module compressed separately.
export function sizes({ modules }) {
  const total = (measure) => modules.reduce((sum, { contents }) => sum + measure(contents), 0);
  return {
    raw: total((contents) => contents.length),
    gzip: total((contents) => gzipSync(contents, { level: 9 }).length),
    brotli: total((contents) => brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length),
  };
}
