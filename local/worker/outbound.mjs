// What every Worker's fetch goes through. DashScope's hosts are answered by the sandbox when the request carries the
// sandbox key; all else goes out to the network. With a real key the real service is called.
const hosts = new Set(["dashscope-intl.aliyuncs.com", "dashscope.aliyuncs.com"]);

export default {
  fetch(request, env) {
    const sandboxed =
      hosts.has(new URL(request.url).hostname) && request.headers.get("authorization") === `Bearer ${env.SANDBOX_KEY}`;
    return sandboxed ? env.SANDBOX.fetch(request) : fetch(request);
  },
};
