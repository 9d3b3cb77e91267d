// Worker scripts: upload, content, bindings, secrets. What is uploaded is proven to start before it takes over.
import { createHash, randomBytes } from 'node:crypto';
import { scriptWorker } from '../workers.mjs';
import { requireStart } from '../startup.mjs';
import { CloudError, Reply } from './envelope.mjs';
import { json } from './router.mjs';
import { readUpload } from './upload.mjs';

const SCRIPTS = '/accounts/:account/workers/scripts';
const now = () => new Date().toISOString();

// requireScript finds the script that the path names.
export function requireScript(state, { script: name }) {
	const script = Object.hasOwn(state.scripts, name) && state.scripts[name];
	if (!script) throw new CloudError(404, 10007, 'This Worker does not exist on your account.');
	return script;
}

export function scriptRoutes({ state, runtime, store }) {
	const find = ({ params }) => requireScript(state, params);

	const replace = async (name, metadata, parts) => {
		requireBound(state, name, metadata.bindings);
		const startup = await requireStart(scriptWorker(name, metadata, parts));
		const kept = parts.map((part) => ({ name: part.name, type: part.type, digest: store.put(part.content) }));
		state.scripts[name] = {
			schedules: [],
			subdomain: { enabled: false, previews_enabled: false },
			created_on: now(),
			...state.scripts[name],
			metadata,
			parts: kept,
			// An upload sets these anew, whatever was set beside the upload before.
			settings: { observability: metadata.observability ?? null, tail_consumers: metadata.tail_consumers ?? null },
			modified_on: now(),
			etag: createHash('sha256').update(JSON.stringify(kept)).digest('hex'),
		};
		state.save();
		runtime.invalidate();
		await runtime.refresh();
		return { ...describe(name, state.scripts[name]), startup_time_ms: startup };
	};

	const stored = (script) => script.parts.map((part) => ({ ...part, content: store.get(part) }));
	const rebind = (name, script, bindings) => replace(name, { ...script.metadata, bindings }, stored(script));

	return [
		['GET', SCRIPTS, () => Object.entries(state.scripts).map(([name, script]) => describe(name, script))],
		['GET', `${SCRIPTS}/:script`, (call) => content(find(call), stored(find(call)))],
		['GET', `${SCRIPTS}/:script/content/v2`, (call) => content(find(call), stored(find(call)))],
		['PUT', `${SCRIPTS}/:script`, async (call) => {
			const { script: name } = call.params;
			const { metadata, parts } = await readUpload(call);
			metadata.bindings = inherit(metadata, state.scripts[name]);
			return replace(name, metadata, parts);
		}],
		['DELETE', `${SCRIPTS}/:script`, (call) => {
			find(call);
			delete state.scripts[call.params.script];
			state.domains = state.domains.filter(({ service }) => service !== call.params.script);
			state.save();
			runtime.invalidate();
			return { id: call.params.script };
		}],
		['GET', `${SCRIPTS}/:script/bindings`, (call) => find(call).metadata.bindings.map(reveal)],
		['GET', `${SCRIPTS}/:script/secrets`, (call) => find(call).metadata.bindings.filter(isSecret).map(reveal)],
		['PUT', `${SCRIPTS}/:script/secrets`, async (call) => {
			const script = find(call);
			const { name, text } = json(call);
			const others = script.metadata.bindings.filter((binding) => binding.name !== name);
			await rebind(call.params.script, script, [...others, { type: 'secret_text', name, text }]);
			return { name, type: 'secret_text' };
		}],
		['DELETE', `${SCRIPTS}/:script/secrets/:secret`, async (call) => {
			const script = find(call);
			const kept = script.metadata.bindings.filter((binding) => binding.name !== call.params.secret);
			if (kept.length === script.metadata.bindings.length) throw new CloudError(404, 10056, 'Binding not found.');
			await rebind(call.params.script, script, kept);
			return {};
		}],
	];
}

const isSecret = ({ type }) => type === 'secret_text';

// inherit completes an upload's bindings with those of the script it replaces: the types named in keep_bindings, and each
// binding of type inherit. Secrets that are neither listed nor kept are gone.
function inherit({ bindings = [], keep_bindings: kept = [] }, old) {
	const before = old?.metadata.bindings ?? [];
	const listed = new Set(bindings.map(({ name }) => name));
	const inherited = bindings.map((binding) => {
		if (binding.type !== 'inherit') return binding;
		const found = before.find(({ name }) => name === binding.name);
		if (!found) throw new CloudError(400, 10056, `Binding ${binding.name} not found, so it can't be inherited.`);
		return found;
	});
	return [...inherited, ...before.filter(({ name, type }) => kept.includes(type) && !listed.has(name))];
}

function requireBound(state, script, bindings) {
	for (const binding of bindings) {
		if (binding.type === 'd1' && !state.databases.some(({ uuid }) => uuid === binding.id)) {
			throw new CloudError(400, 10181,
				`D1 binding '${binding.name}' references database '${binding.id}' which was not found.`);
		}
		if (binding.type === 'r2_bucket' && !state.buckets.some(({ name }) => name === binding.bucket_name)) {
			throw new CloudError(400, 10085,
				`R2 bucket '${binding.bucket_name}' not found. Please use a different name and try again.`);
		}
		if (binding.type === 'service' && binding.service !== script && !Object.hasOwn(state.scripts, binding.service)) {
			throw new CloudError(400, 10143,
				`Could not resolve service binding '${binding.name}'. Target script '${binding.service}' not found.`);
		}
	}
}

// reveal shows a binding as Cloudflare lists it: a secret's value never, a database's id under both its names.
function reveal({ ...binding }) {
	if (isSecret(binding)) delete binding.text;
	if (binding.type === 'd1') binding.database_id = binding.id;
	return binding;
}

function describe(name, script) {
	const { compatibility_date: date, compatibility_flags: flags, logpush, placement, tags } = script.metadata;
	return {
		id: name, etag: script.etag, created_on: script.created_on, modified_on: script.modified_on,
		compatibility_date: date, compatibility_flags: flags, logpush: logpush ?? false, placement, tags,
		handlers: ['fetch'], usage_model: 'standard', has_assets: false, has_modules: !script.metadata.body_part,
	};
}

// content answers with the parts as they were uploaded, the main module first.
function content(script, parts) {
	const main = script.metadata.main_module ?? script.metadata.body_part;
	const boundary = randomBytes(16).toString('hex');
	const ordered = [...parts].sort((a, b) => (b.name === main) - (a.name === main));
	const body = ordered.flatMap((part) => [
		Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${part.name}"; filename="${part.name}"\r\n`
			+ `content-type: ${part.type}\r\n\r\n`),
		part.content,
		Buffer.from('\r\n'),
	]);
	return new Reply({
		headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, etag: script.etag, 'cf-entrypoint': main },
		body: Buffer.concat([...body, Buffer.from(`--${boundary}--\r\n`)]),
	});
}
