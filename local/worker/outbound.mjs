// Every Worker's fetch goes through this Worker. A request to DashScope or Stripe with the sandbox's key is answered by the
// sandbox; everything else goes to the network, so a real key calls the real service.
// DashScope's hosts are those of its regions and of workspaces.
const dashScope = /^(dashscope(-intl|-us)?|[a-z-]+\.dashscope|[a-z0-9-]+\.[a-z0-9-]+\.maas)\.aliyuncs\.com$/;

export default {
  fetch(request, env) {
    const { hostname } = new URL(request.url);
    const bearer = request.headers.get("authorization");
    if (dashScope.test(hostname) && bearer === `Bearer ${env.SANDBOX_KEY}`) return env.SANDBOX.fetch(request);
    if (hostname === "api.stripe.com" && bearer === `Bearer ${env.STRIPE_KEY}`) return env.STRIPE.fetch(request);
    return fetch(request);
  },
};
