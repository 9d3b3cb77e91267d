// DashScope's answers, as its API documents them. The sandbox and the tests' stand-ins share them.
// https://www.alibabacloud.com/help/en/model-studio/qwen-image-api

export const dashScopeHosts = ["dashscope-intl.aliyuncs.com", "dashscope.aliyuncs.com"];

// generation is the body of a success: images are addresses.
export function generation(images, { requestId, usage } = {}) {
  const content = images.map((image) => ({ image }));
  return {
    ...(requestId && { request_id: requestId }),
    output: { choices: [{ finish_reason: "stop", message: { role: "assistant", content } }] },
    ...(usage && { usage }),
  };
}

// refusal is the body of a failure.
export function refusal(code, message, requestId) {
  return { ...(requestId && { request_id: requestId }), ...(code && { code }), message };
}

// usageOf is what a model counts: from 3.0 on under other names.
export function usageOf(model, { count, references, width, height }) {
  if (!model.startsWith("qwen-image-3")) return { image_count: count, width, height };
  return {
    output_image_count: count,
    input_image_count: references,
    output_width: width,
    output_height: height,
    output_image_type: "url",
  };
}
