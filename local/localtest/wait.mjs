// Waiting in tests.

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// eventually returns the subject's value once it holds, and fails after 30 seconds.
export async function eventually(subject, holds = Boolean) {
  for (const end = Date.now() + 30_000; ; ) {
    const found = await subject();
    if (holds(found)) return found;
    if (Date.now() > end) throw new Error(`The condition was not met within 30 s: ${JSON.stringify(found)}`);
    await sleep(20);
  }
}
