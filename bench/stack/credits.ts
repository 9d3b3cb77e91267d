// Profiles and credits.
import { and, eq, gt, sql } from "drizzle-orm";
import { database } from "./database";
import { creditLedger, userProfile } from "./schema";

// profileOf returns the user's profile, and creates it on first use.
export async function profileOf(userId: string) {
  const find = () => database.select().from(userProfile).where(eq(userProfile.userId, userId)).get();
  const found = await find();
  if (found) return found;

  await database.insert(userProfile).values({ userId }).onConflictDoNothing();
  const made = await find();
  if (!made) throw new Error(`User ${userId} has no profile.`);
  return made;
}

// reserve takes one product-shoot credit and returns the balance, or undefined if no credit is left.
export async function reserve(userId: string, workflow: string) {
  await profileOf(userId);
  const balance = await change(userId, -1);
  if (balance) await record(userId, workflow, -1, "generation_debit");
  return balance;
}

// refund returns the credit to the user.
export async function refund(userId: string, workflow: string) {
  await change(userId, 1);
  await record(userId, workflow, 1, "generation_refund");
}

// balanceOf returns the remaining credits.
export async function balanceOf(userId: string) {
  const { creditsProductShoots, creditsAdGraphics } = await profileOf(userId);
  return { productShoots: creditsProductShoots, adGraphics: creditsAdGraphics };
}

function change(userId: string, delta: number) {
  const credits = userProfile.creditsProductShoots;
  return database
    .update(userProfile)
    .set({ creditsProductShoots: sql`${credits} + ${delta}`, updatedAt: new Date() })
    .where(and(eq(userProfile.userId, userId), gt(credits, delta < 0 ? 0 : -1)))
    .returning({ productShoots: credits, adGraphics: userProfile.creditsAdGraphics })
    .get();
}

function record(userId: string, workflow: string, delta: number, reason: string) {
  return database
    .insert(creditLedger)
    .values({ id: crypto.randomUUID(), userId, workflow, delta, reason, createdAt: new Date() });
}
