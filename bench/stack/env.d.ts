declare namespace Cloudflare {
  interface Env {
    DB: D1Database;
    GENERATIONS_BUCKET: R2Bucket;
    BETTER_AUTH_SECRET: string;
    BETTER_AUTH_URL: string;
    BETTER_AUTH_TRUSTED_ORIGINS: string;
    GOOGLE_CLIENT_ID: string;
    GOOGLE_CLIENT_SECRET: string;
    GITHUB_CLIENT_ID: string;
    GITHUB_CLIENT_SECRET: string;
    QWEN_API_KEY: string;
    QWEN_REGION?: string;
    QWEN_TIMEOUT_MS?: string;
    QWEN_IMAGE_MODEL?: string;
  }
}
