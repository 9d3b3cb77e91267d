// A local Cloudflare whose Worker calls DashScope for the test.
import { startCloud } from "./harness.mjs";

export const generationPath = "/api/v1/services/aigc/multimodal-generation/generation";

// The Worker sends the request that the test describes, and returns status and body.
export const caller = `export default { async fetch(request) {
	const { url, ...init } = await request.json();
	const response = await fetch(url, init);
	return new Response(response.body, { status: response.status, headers: { 'x-type': response.headers.get('content-type') } });
} };`;

export const prompt = [{ text: "Honey & <tea>, 蜂蜜" }];

// pictures are the images of an answer.
export const pictures = ({ output }) => output.choices[0].message.content.map(({ image }) => image);

// startCaller starts one.
export async function startCaller() {
  const cloud = await startCloud();
  await cloud.upload("api", caller);
  const call = (url, init) => fetch(cloud.info.worker, { method: "POST", body: JSON.stringify({ url, ...init }) });
  const key = { authorization: "Bearer sandbox", "content-type": "application/json" };
  const post = (path, body, { host = "dashscope.aliyuncs.com", headers = {} } = {}) =>
    call(`https://${host}${path}`, { method: "POST", headers: { ...key, ...headers }, body: JSON.stringify(body) });
  const get = async (path) => (await call(`https://dashscope.aliyuncs.com${path}`, { headers: key })).json();
  const generate = (parameters, { host = "dashscope-intl.aliyuncs.com", content = prompt } = {}) =>
    post(generationPath, { model: "qwen-image-max", input: { messages: [{ role: "user", content }] }, parameters }, { host });
  return { cloud, call, post, get, generate };
}
