// Microsoft's two JavaScript clients read a mailbox of the simulator.
//
//	NODE_DIR=build/graph node graphclients.mjs JSON
//
// JSON: {base, token, user, change, fault}. change and fault are commands for
// POST /sim, sent between the first round of the delta and the second, and
// before the request that is to be throttled. Output: one JSON object with what
// each client saw.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import fs from "node:fs";
import https from "node:https";
import path from "node:path";

const require = createRequire(
    path.join(path.resolve(process.env.NODE_DIR), "x.js"));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { Client, PageIterator, BatchRequestContent, BatchResponseContent } =
    (await load("@microsoft/microsoft-graph-client")).default;
const how = JSON.parse(process.argv[2]);
const immutable = 'IdType="ImmutableId"';

function command(text) {
	const ca = fs.readFileSync(process.env.NODE_EXTRA_CA_CERTS);
	return new Promise((done, failed) => {
		const r = https.request(how.base + "/sim", { method: "POST", ca },
		    (a) => { a.resume(); a.on("end", done); });
		r.on("error", failed);
		r.end(text);
	});
}

// ---- @microsoft/microsoft-graph-client --------------------------------------

async function plainClient() {
	const client = Client.init({ baseUrl: how.base,
		customHosts: new Set(["localhost"]),
		authProvider: (done) => done(null, how.token) });
	const user = client.api.bind(client);
	const root = `/users/${how.user}`;
	const saw = {};

	// pages of folders
	let page = await user(`${root}/mailFolders`).top(3).get();
	saw.folders = [];
	await new PageIterator(client, page,
	    (f) => saw.folders.push(f.displayName)).iterate();

	// a delta to its end, what changed, and the row that went
	const asked = { headers: { Prefer: immutable + ", odata.maxpagesize=4" } };
	const follow = async (request) => {
		const rows = [];
		const first = await request.headers(asked.headers).get();
		const it = new PageIterator(client, first,
		    (m) => rows.push(m), asked);
		await it.iterate();
		return [rows, it.getDeltaLink()];
	};
	let [rows, link] = await follow(
	    user(`${root}/mailFolders/inbox/messages/delta`)
	    .select("subject,isRead"));
	saw.first = rows.map((m) => m.subject);
	await command(how.change);
	[rows] = await follow(user(link));
	saw.second = rows.map((m) => m["@removed"] ? "removed" : m.subject);

	// one message with its attachment, as JSON and as bytes
	page = await user(`${root}/messages`).filter("hasAttachments eq true")
	    .expand("attachments").get();
	saw.attachment = page.value[0].attachments[0].name;
	const id = encodeURIComponent(page.value[0].id);
	const att = encodeURIComponent(page.value[0].attachments[0].id);
	const bytes = await user(
	    `${root}/messages/${id}/attachments/${att}/$value`)
	    .responseType("arraybuffer").get();
	saw.attachmentBytes = bytes.byteLength;
	saw.attachmentSame = Buffer.from(bytes).toString("base64") ===
	    page.value[0].attachments[0].contentBytes;

	// its errors
	try {
		await user(`${root}/messages/xyz`).get();
	} catch (e) {
		saw.error = [e.statusCode, e.code];
	}
	// a batch
	const batch = new BatchRequestContent(["inbox", "drafts", "nowhere"]
	    .map((name, i) => ({ id: String(i), request: new Request(
	    `https://localhost${root}/mailFolders/${name}`, { method: "GET" }) })));
	const answers = new BatchResponseContent(
	    await user("/$batch").post(await batch.getContent()));
	saw.batch = ["0", "1", "2"].map(
	    (i) => answers.getResponseById(i).status);
	// throttled once, and asked again
	await command(how.fault);
	saw.again = (await user(`${root}/mailFolders/inbox`).get()).displayName;
	return saw;
}

// ---- the generated one --------------------------------------------------------

async function generatedClient() {
	const { createGraphServiceClient, GraphRequestAdapter } =
	    await load("@microsoft/msgraph-sdk");
	await load("@microsoft/msgraph-sdk-users");
	const { BaseBearerTokenAuthenticationProvider, AllowedHostsValidator } =
	    await load("@microsoft/kiota-abstractions");
	const hosts = new AllowedHostsValidator(new Set(["localhost"]));
	const adapter = new GraphRequestAdapter(
	    new BaseBearerTokenAuthenticationProvider({
		getAuthorizationToken: async () => how.token,
		getAllowedHostsValidator: () => hosts }));
	adapter.baseUrl = how.base + "/v1.0";
	const user = createGraphServiceClient(adapter).users.byUserId(how.user);
	const headers = { Prefer: [immutable, "odata.maxpagesize=4"] };
	const saw = {};

	saw.folders = [];
	const folders = await user.mailFolders.get(
	    { queryParameters: { top: 100 } });
	for (const f of folders.value)
		saw.folders.push(f.displayName);

	const delta = user.mailFolders.byMailFolderId("inbox").messages.delta;
	let page = await delta.get({ headers,
		queryParameters: { select: ["subject", "receivedDateTime"] } });
	const rows = [...page.value];
	while (page.odataNextLink) {
		page = await delta.withUrl(page.odataNextLink).get({ headers });
		rows.push(...page.value);
	}
	saw.first = rows.map((m) => m.subject);
	saw.dates = rows.every((m) => m.receivedDateTime instanceof Date);
	saw.deltaLink = Boolean(page.odataDeltaLink);

	const some = (await user.messages.get({ queryParameters: {
		filter: "hasAttachments eq true", expand: ["attachments"] } })).value;
	saw.attachment = some[0].attachments[0].name;
	const one = user.messages.byMessageId(some[0].id);
	saw.contentType = (await one.get({ queryParameters: {
		select: ["body", "internetMessageHeaders"] } })).body.contentType;
	saw.mime = (await one.content.get()).byteLength;
	try {
		await user.messages.byMessageId("xyz").get();
	} catch (e) {
		saw.error = [e.responseStatusCode, e.errorEscaped?.code];
	}
	return saw;
}

console.log(JSON.stringify({ plain: await plainClient(),
	generated: await generatedClient() }));
process.exit(0);
