// Zones, with the custom domains and the routes of Workers. No traffic depends on a zone here, so any zone ID is accepted; only
// a lookup by name needs a zone that was created.
import { createHash, randomBytes } from "node:crypto";
import { CloudError, page } from "./envelope.mjs";
import { json } from "./router.mjs";
import { requireScript } from "./scripts.mjs";

const domainsPath = "/accounts/:account/workers/domains";
const routesPath = "/zones/:zone/workers/routes";

const zonePattern = /^[0-9a-f]{32}$/;
const hostnamePattern = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

export const freshId = () => randomBytes(16).toString("hex");

export function zoneRoutes({ state }) {
  const show = (zone) => ({ ...zone, status: "active", type: "full", account: { id: state.account } });
  return [
    [
      "GET",
      "/zones",
      ({ query }) => {
        const wanted = (zone) => ["name", "status"].every((key) => !query.has(key) || show(zone)[key] === query.get(key));
        return page(state.zones.filter(wanted).map(show), query);
      },
    ],
    [
      "POST",
      "/zones",
      (call) => {
        const { name } = json(call);
        if (state.zones.some((zone) => zone.name === name)) throw new CloudError(400, 1061, `${name} already exists`);
        const zone = { id: freshId(), name };
        state.zones.push(zone);
        state.save();
        return show(zone);
      },
    ],
    ["GET", "/zones/:zone", ({ params }) => show(state.zones.find(({ id }) => id === params.zone) ?? { id: params.zone })],
    ...domainRoutes(state),
    ...routeRoutes(state),
  ];
}

function domainRoutes(state) {
  const find = ({ params }) => {
    const domain = state.domains.find(({ id }) => id === params.domain);
    if (!domain) throw new CloudError(404, 100114, "The custom domain was not found.");
    return domain;
  };
  return [
    [
      "GET",
      domainsPath,
      ({ query }) =>
        state.domains.filter((domain) =>
          ["hostname", "service", "zone_id"].every((key) => !query.has(key) || domain[key] === query.get(key)),
        ),
    ],
    [
      "PUT",
      domainsPath,
      (call) => {
        const { zone_id, hostname, service, environment = "production" } = json(call);
        if (!zonePattern.test(zone_id ?? "")) throw new CloudError(400, 10001, `There is no zone ${zone_id}.`);
        if (!hostnamePattern.test(hostname ?? "") || hostname.length > 253 || hostname.endsWith(".workers.dev"))
          throw new CloudError(400, 10001, `${hostname} is not a hostname.`);
        const zone = state.zones.find(({ id }) => id === zone_id);
        if (zone && hostname !== zone.name && !hostname.endsWith(`.${zone.name}`)) {
          throw new CloudError(400, 10001, `${hostname} is not in the zone ${zone.name}.`);
        }
        requireScript(state, { script: service });
        const id = createHash("sha1").update(hostname).digest("hex");
        const zone_name = zone?.name ?? hostname.split(".").slice(-2).join(".");
        const domain = { id, zone_id, zone_name, hostname, service, environment };
        state.domains = [...state.domains.filter((other) => other.id !== id), domain];
        state.save();
        return domain;
      },
    ],
    ["GET", `${domainsPath}/:domain`, find],
    [
      "DELETE",
      `${domainsPath}/:domain`,
      (call) => {
        const { id } = find(call);
        state.domains = state.domains.filter((other) => other.id !== id);
        state.save();
        return null;
      },
    ],
  ];
}

function routeRoutes(state) {
  const ofZone = ({ params }) => state.routes.filter(({ zone }) => zone === params.zone);
  const show = ({ id, pattern, script }) => ({ id, pattern, script });
  const find = (call) => {
    const route = ofZone(call).find(({ id }) => id === call.params.route);
    if (!route) throw new CloudError(404, 10009, "The route was not found.");
    return route;
  };

  return [
    ["GET", routesPath, (call) => ofZone(call).map(show)],
    [
      "POST",
      routesPath,
      (call) => {
        const { pattern, script } = json(call);
        if (ofZone(call).some((route) => route.pattern === pattern)) {
          throw new CloudError(409, 10020, "A route with the same pattern already exists.");
        }
        const route = { id: freshId(), zone: call.params.zone, pattern, script };
        state.routes.push(route);
        state.save();
        return show(route);
      },
    ],
    ["GET", `${routesPath}/:route`, (call) => show(find(call))],
    [
      "PUT",
      `${routesPath}/:route`,
      (call) => {
        const { pattern, script } = json(call);
        const route = Object.assign(find(call), { pattern, script });
        state.save();
        return show(route);
      },
    ],
    [
      "DELETE",
      `${routesPath}/:route`,
      (call) => {
        const gone = find(call);
        state.routes = state.routes.filter((route) => route !== gone);
        state.save();
        return { id: gone.id };
      },
    ],
  ];
}
