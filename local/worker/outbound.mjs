// Every Worker's fetch goes through this Worker. A request to DashScope with the sandbox key is answered by the sandbox;
// everything else goes to the network, so a real key calls the real service.
const hosts = new Set(["dashscope-intl.aliyuncs.com", "dashscope.aliyuncs.com"]);

export default {
  fetch(request, env) {
    const sandboxed =
      hosts.has(new URL(request.url).hostname) && request.headers.get("authorization") === `Bearer ${env.SANDBOX_KEY}`;
    return sandboxed ? env.SANDBOX.fetch(request) : fetch(request);
  },
};
