// What the Go runtime writes to its standard error: in the first place, why it died.

let text = "";
const decoder = new TextDecoder();

// capture makes Go's file descriptors end here.
export function capture() {
  globalThis.fs.writeSync = (_descriptor, bytes) => {
    text += decoder.decode(bytes);
    return bytes.length;
  };
}

// written returns what was written since it was last asked.
export function written() {
  const taken = text;
  text = "";
  return taken;
}
