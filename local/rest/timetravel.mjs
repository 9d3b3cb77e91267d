// D1's Time Travel. Cloudflare can restore any moment of the last 30 days; here only a moment whose bookmark was requested.
// https://developers.cloudflare.com/d1/reference/time-travel/

import { requireDatabase } from "./d1.mjs";
import { CloudError } from "./envelope.mjs";

const travelPath = "/accounts/:account/d1/database/:database/time_travel";

export function timeTravelRoutes({ state, runtime, snapshots }) {
  const find = ({ params }) => requireDatabase(state, params);

  const present = (uuid) => runtime.use(() => snapshots.take(uuid));

  const ofTime = async ({ uuid, created_at }, timestamp) => {
    const time = Date.parse(timestamp);
    if (Number.isNaN(time)) throw new CloudError(400, 7400, "Invalid property: timestamp => Invalid datetime");
    const current = time >= Date.parse(created_at) && snapshots.unchanged(uuid, time);
    const bookmark = current ? await present(uuid) : snapshots.at(uuid, time);
    if (bookmark) return bookmark;
    throw new CloudError(
      400,
      7500,
      `No bookmark at or before ${timestamp}: here a moment is kept when its bookmark is asked for.`,
    );
  };

  const restore = async (call) => {
    const database = find(call);
    const { uuid } = database;
    const given = call.query.get("bookmark");
    const bookmark = given ?? (await ofTime(database, call.query.get("timestamp")));
    if (!snapshots.list(uuid).includes(bookmark)) throw new CloudError(400, 7500, `Invalid bookmark: ${bookmark}`);
    const previous = await runtime.pause(async () => {
      const now = await snapshots.take(uuid);
      snapshots.restore(uuid, bookmark);
      return now;
    });

    return {
      bookmark,
      previous_bookmark: previous,
      message: `Successfully restored database to state at bookmark ${bookmark}`,
    };
  };

  return [
    [
      "GET",
      `${travelPath}/bookmark`,
      async (call) => {
        const database = find(call);
        const timestamp = call.query.get("timestamp");
        return { bookmark: timestamp ? await ofTime(database, timestamp) : await present(database.uuid) };
      },
    ],
    ["POST", `${travelPath}/restore`, restore],
  ];
}
