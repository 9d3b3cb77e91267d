// A Worker that only answers, to measure the cost of workerd itself.
export default {
  fetch() {
    return new Response("{}", { headers: { "content-type": "application/json" } });
  },
};
