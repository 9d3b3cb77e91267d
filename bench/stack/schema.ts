// The tables, as Drizzle describes them. They are those of ../../migrations.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

const date = (name: string) => integer(name, { mode: "timestamp" });

export const user = sqliteTable("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull().default(false),
  image: text("image"),
  createdAt: date("created_at").notNull(),
  updatedAt: date("updated_at").notNull(),
});

const owner = () =>
  text("user_id")
    .notNull()
    .references(() => user.id);

export const session = sqliteTable("session", {
  id: text("id").primaryKey(),
  expiresAt: date("expires_at").notNull(),
  token: text("token").notNull().unique(),
  createdAt: date("created_at").notNull(),
  updatedAt: date("updated_at").notNull(),
  ipAddress: text("ip_address"),
  userAgent: text("user_agent"),
  userId: owner(),
});

export const account = sqliteTable("account", {
  id: text("id").primaryKey(),
  accountId: text("account_id").notNull(),
  providerId: text("provider_id").notNull(),
  userId: owner(),
  accessToken: text("access_token"),
  refreshToken: text("refresh_token"),
  idToken: text("id_token"),
  accessTokenExpiresAt: date("access_token_expires_at"),
  refreshTokenExpiresAt: date("refresh_token_expires_at"),
  scope: text("scope"),
  password: text("password"),
  createdAt: date("created_at").notNull(),
  updatedAt: date("updated_at").notNull(),
});

export const verification = sqliteTable("verification", {
  id: text("id").primaryKey(),
  identifier: text("identifier").notNull(),
  value: text("value").notNull(),
  expiresAt: date("expires_at").notNull(),
  createdAt: date("created_at"),
  updatedAt: date("updated_at"),
});

export const userProfile = sqliteTable("user_profile", {
  userId: text("user_id").primaryKey(),
  accountType: text("account_type", { enum: ["free", "paid"] })
    .notNull()
    .default("free"),
  creditsProductShoots: integer("credits_product_shoots").notNull().default(1),
  creditsAdGraphics: integer("credits_ad_graphics").notNull().default(1),
  createdAt: date("created_at")
    .notNull()
    .$defaultFn(() => new Date()),
  updatedAt: date("updated_at")
    .notNull()
    .$defaultFn(() => new Date()),
});

export const creditLedger = sqliteTable("credit_ledger", {
  id: text("id").primaryKey(),
  userId: owner(),
  workflow: text("workflow").notNull(),
  delta: integer("delta").notNull(),
  reason: text("reason").notNull(),
  generationId: text("generation_id"),
  createdAt: date("created_at").notNull(),
});

export const generation = sqliteTable("generation", {
  id: text("id").primaryKey(),
  userId: owner(),
  workflow: text("workflow").notNull(),
  status: text("status", { enum: ["pending", "succeeded", "failed"] }).notNull(),
  inputJson: text("input_json").notNull(),
  outputJson: text("output_json"),
  providerRequestId: text("provider_request_id"),
  providerModel: text("provider_model"),
  r2Key: text("r2_key"),
  errorCode: text("error_code"),
  errorMessage: text("error_message"),
  createdAt: date("created_at").notNull(),
  updatedAt: date("updated_at").notNull(),
});
