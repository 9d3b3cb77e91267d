// Every Worker's fetch goes through this Worker. A request to DashScope with the sandbox key is answered by the sandbox;
// everything else goes to the network, so a real key calls the real service.
// DashScope's hosts are those of its regions and of workspaces.
const hosts = /^(dashscope(-intl|-us)?|[a-z-]+\.dashscope|[a-z0-9-]+\.[a-z0-9-]+\.maas)\.aliyuncs\.com$/;

export default {
  fetch(request, env) {
    const sandboxed =
      hosts.test(new URL(request.url).hostname) && request.headers.get("authorization") === `Bearer ${env.SANDBOX_KEY}`;
    return sandboxed ? env.SANDBOX.fetch(request) : fetch(request);
  },
};
