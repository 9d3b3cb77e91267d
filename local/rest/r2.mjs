// R2 buckets and their objects. https://developers.cloudflare.com/api/resources/r2/
import { CloudError, Reply } from './envelope.mjs';
import { json } from './router.mjs';

const BUCKETS = '/accounts/:account/r2/buckets';
const OBJECTS = `${BUCKETS}/:bucket/objects`;
const PAGE = 1000;

function requireBucket(state, { bucket: name }) {
	const bucket = state.buckets.find((one) => one.name === name);
	if (!bucket) throw new CloudError(404, 10006, 'The specified bucket does not exist.');
	return { ...bucket, jurisdiction: 'default', storage_class: 'Standard' };
}

export function bucketRoutes({ state, runtime }) {
	const find = ({ params }) => requireBucket(state, params);

	// ask sends a request to the local cloud's Worker, which holds the bucket, and gives {status, headers, body}.
	const ask = (bucket, query, init) => runtime.use(async (miniflare) => {
		const worker = await miniflare.getWorker('cloud');
		const search = new URLSearchParams(query);
		const response = await worker.fetch(`http://cloud/r2/${encodeURIComponent(bucket)}?${search}`, init);
		return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
	});

	const list = async (bucket, query) => JSON.parse((await ask(bucket, query)).body.toString());

	const create = (call) => {
		const { name, locationHint } = json(call);
		if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name ?? '')) {
			throw new CloudError(400, 10005, 'The specified bucket name is not valid.');
		}
		if (state.buckets.some((one) => one.name === name)) {
			throw new CloudError(409, 10004, 'The bucket you tried to create already exists, and you own it.');
		}
		state.buckets.push({ name, location: (locationHint ?? 'WEUR').toUpperCase(), creation_date: new Date().toISOString() });
		state.save();
		runtime.invalidate();
		return requireBucket(state, { bucket: name });
	};

	const remove = async (call) => {
		const { name } = find(call);
		if ((await list(name, { limit: 1 })).objects.length > 0) {
			throw new CloudError(409, 10008, 'The bucket you tried to delete is not empty.');
		}
		state.buckets = state.buckets.filter((one) => one.name !== name);
		state.save();
		runtime.invalidate();
		return {};
	};

	const listObjects = async (call) => {
		const { name } = find(call);
		const limit = Math.min(PAGE, Math.max(1, Number(call.query.get('per_page')) || PAGE));
		const wanted = ['prefix', 'cursor', 'delimiter'].flatMap((key) => call.query.has(key) ? [[key, call.query.get(key)]] : []);
		const found = await list(name, { ...Object.fromEntries(wanted), limit });
		return Reply.result(found.objects, {
			cursor: found.cursor ?? '', is_truncated: found.truncated, per_page: limit, delimited: found.delimitedPrefixes,
		});
	};

	const getObject = async (call) => {
		const { status, headers, body } = await ask(find(call).name, { key: call.params.key });
		if (status === 404) throw new CloudError(404, 10007, 'The specified key does not exist.');
		return new Reply({ headers: Object.fromEntries(headers), body });
	};

	const putObject = async (call) => {
		const type = call.headers['content-type'];
		const init = { method: 'PUT', body: call.body, headers: type ? { 'content-type': type } : {} };
		return JSON.parse((await ask(find(call).name, { key: call.params.key }, init)).body.toString());
	};

	const deleteObjects = async (bucket, keys) => {
		await ask(bucket, {}, { method: 'DELETE', body: JSON.stringify(keys) });
		return keys.map((key) => ({ key }));
	};

	return [
		['GET', BUCKETS, () => ({ buckets: state.buckets.map(({ name }) => requireBucket(state, { bucket: name })) })],
		['POST', BUCKETS, create],
		['GET', `${BUCKETS}/:bucket`, find],
		['DELETE', `${BUCKETS}/:bucket`, remove],
		['GET', OBJECTS, listObjects],
		['DELETE', OBJECTS, (call) => deleteObjects(find(call).name, json(call))],
		['GET', `${OBJECTS}/:key*`, getObject],
		['PUT', `${OBJECTS}/:key*`, putObject],
		['DELETE', `${OBJECTS}/:key*`, async (call) => (await deleteObjects(find(call).name, [call.params.key]))[0]],
	];
}
