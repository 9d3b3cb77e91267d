// What the Go runtime writes to standard error, above all why it died.

let text = "";
const decoder = new TextDecoder();

// capture redirects Go's file descriptors to this module.
export function capture() {
  globalThis.fs.writeSync = (_descriptor, bytes) => {
    text += decoder.decode(bytes);
    return bytes.length;
  };
}

// written returns what was written since the last call.
export function written() {
  const taken = text;
  text = "";
  return taken;
}
