// Rulesets of a zone, as the rate limiting rule uses them. They are kept and given back; nothing is limited here.
// https://developers.cloudflare.com/ruleset-engine/
import { CloudError, Reply } from './envelope.mjs';
import { json } from './router.mjs';
import { freshId } from './zones.mjs';

const RULESETS = '/zones/:zone/rulesets';
const ENTRYPOINT = `${RULESETS}/phases/:phase/entrypoint`;

export function rulesetRoutes({ state }) {
	const ofZone = ({ params }) => state.rulesets.filter(({ zone }) => zone === params.zone);

	const find = (call) => {
		const ruleset = ofZone(call).find(({ id }) => id === call.params.ruleset);
		if (!ruleset) throw new CloudError(404, 10003, `could not find ruleset ${call.params.ruleset}`);
		return ruleset;
	};
	const entrypoint = (call) => ofZone(call).find(({ kind, phase }) => kind === 'zone' && phase === call.params.phase);

	const create = (zone, { name, description = '', kind = 'zone', phase, rules = [] }) => {
		if (state.rulesets.some((other) => other.zone === zone && other.kind === 'zone' && kind === 'zone' && other.phase === phase)) {
			throw new CloudError(400, 20217, `exceeded maximum number of zone rulesets for phase ${phase}`);
		}
		const ruleset = { id: freshId(), zone, name, kind, phase, version: '0' };
		state.rulesets.push(ruleset);
		return update(ruleset, { description, rules });
	};

	const update = (ruleset, { description, rules = [], name }) => {
		const last_updated = new Date().toISOString();
		const version = String(Number(ruleset.version) + 1);
		Object.assign(ruleset, {
			name: name ?? ruleset.name, description: description ?? ruleset.description, version, last_updated,
			rules: rules.map((rule) => ({ id: freshId(), ref: freshId(), version: '1', last_updated, ...rule })),
		});
		state.save();
		return show(ruleset);
	};

	return [
		['GET', RULESETS, (call) => ofZone(call).map(show)],
		['POST', RULESETS, (call) => create(call.params.zone, json(call))],
		['GET', ENTRYPOINT, (call) => {
			const ruleset = entrypoint(call);
			if (!ruleset) {
				throw new CloudError(404, 10003, `could not find entrypoint ruleset in the ${call.params.phase} phase`);
			}
			return show(ruleset);
		}],
		['PUT', ENTRYPOINT, (call) => {
			const ruleset = entrypoint(call);
			if (ruleset) return update(ruleset, json(call));
			return create(call.params.zone, { name: 'default', ...json(call), phase: call.params.phase });
		}],
		['GET', `${RULESETS}/:ruleset`, (call) => show(find(call))],
		['PUT', `${RULESETS}/:ruleset`, (call) => update(find(call), json(call))],
		['DELETE', `${RULESETS}/:ruleset`, (call) => {
			const gone = find(call);
			state.rulesets = state.rulesets.filter((ruleset) => ruleset !== gone);
			state.save();
			return new Reply({ status: 204 });
		}],
	];
}

const show = ({ zone: _, ...ruleset }) => ruleset;
