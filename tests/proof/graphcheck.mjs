// Judges what was asked of Microsoft Graph and what was answered by Microsoft's
// generated client: its URL templates, query parameters, methods and
// deserialisers, which are given a reader that forgives nothing.
//
//	NODE_DIR=build/graph node graphcheck.mjs <LOG	the simulator's log
//
// Lines with "graph" are judged, the requests in a batch one by one; an answer
// that a fault has spoilt is left alone. Output: one JSON object, its complaints
// as [line, url, text]. Exit status 1 when there are any.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";

const require = createRequire(
    path.join(path.resolve(process.env.NODE_DIR), "x.js"));
const users = path.join(path.dirname(
    require.resolve("@microsoft/msgraph-sdk-users/package.json")), "users");

// ---- the resources, as a tree of path segments ---------------------------

const ANY = Symbol("a segment that is an id");
const tree = new Map();
const isId = (segment) => segment.startsWith("{");

function place(segments) {
	let node = tree;
	for (const s of segments) {
		const key = isId(s) ? ANY : s.toLowerCase();
		if (!node.has(key))
			node.set(key, new Map());
		node = node.get(key);
	}
	return node;
}

function learn(methods) {
	for (const [method, how] of Object.entries(methods)) {
		const [where, ...query] =
		    how.uriTemplate.replace("{+baseurl}", "").split(/(?=\{\?)|\?/);
		const names = [...query.join("").matchAll(/[\w$%]+/g)]
		    .map((m) => decodeURIComponent(m[0]));
		place(where.split("/").slice(1)).set(method.toUpperCase(),
		    { ...how, names: new Set(names), where });
	}
}

async function learnFrom(directory, deep) {
	for (const e of fs.readdirSync(directory, { withFileTypes: true })) {
		const full = path.join(directory, e.name);
		if (e.isDirectory() && deep)
			await learnFrom(full, true);
		if (e.name !== "index.js")
			continue;
		const all = await import(pathToFileURL(full));
		for (const name of Object.keys(all))
			if (name.endsWith("RequestsMetadata"))
				learn(all[name]);
	}
}
await learnFrom(path.join(users, "item"), false);
await learnFrom(path.join(users, "item", "mailFolders"), true);
await learnFrom(path.join(users, "item", "messages"), true);
// documented, and not in the generated client
for (const above of ["/users/{u}", "/users/{u}/mailFolders/{f}"])
	learn({ get: { uriTemplate: "{+baseurl}" + above +
	    "/messages/{m}/attachments/{a}/$value",
	    responseBodyFactory: "ArrayBuffer",
	    errorMappings: resource(["users", "u"]).get("GET").errorMappings } });

// null: no such resource. A literal segment goes before an id.
function resource(segments, node = tree) {
	if (segments.length === 0)
		return node;
	const [first, ...rest] = segments;
	let word = first.toLowerCase();
	if (word === "delta")
		word = "delta()";
	for (const key of [word, ANY]) {
		const found = node.has(key) && resource(rest, node.get(key));
		if (found)
			return found;
	}
	return null;
}

// ---- a parse node of Kiota that complains --------------------------------

const FORM = {
	"Edm.DateTimeOffset":
	    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)$/,
	"Edm.Date": /^\d{4}-\d\d-\d\d$/,
	"Edm.TimeOfDay": /^\d\d:\d\d:\d\d(\.\d{1,12})?$/,
	"Edm.Duration": /^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/,
	"Edm.Guid": /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i,
	"Edm.Binary":
	    /^([\w+/-]{4})*([\w+/-]{2}(==)?|[\w+/-]{3}=?)?$/,
};

class Reader {
	constructor(value, at, complain) {
		this.value = value;
		this.at = at;
		this.complain = complain;
	}
	refuse(what) {
		this.complain(`${this.at} is not ${what}: ` +
		    String(JSON.stringify(this.value)).slice(0, 80));
	}
	type(name) {
		if (this.value !== null && typeof this.value !== name)
			this.refuse("a " + name);
		return this.value ?? undefined;
	}
	form(name) {
		if (this.value === null)
			return undefined;
		// an error's own date has no zone, as documented
		const zone = this.at.endsWith("innerError.date") ? "Z" : "";
		if (typeof this.value !== "string" ||
		    !FORM[name].test(this.value + zone) ||
		    (/Date/.test(name) && isNaN(Date.parse(this.value))))
			this.refuse(name);
		return this.value;
	}
	each(read) {
		if (this.value === null)
			return undefined;
		if (!Array.isArray(this.value)) {
			this.refuse("a list");
			return [];
		}
		return this.value.map((v, i) =>
		    read(new Reader(v, `${this.at}[${i}]`, this.complain)));
	}
	// of the discriminator alone: the others are visited by readObject
	getChildNode(name) {
		const v = this.value?.[name];
		return v === undefined ? undefined
		    : new Reader(v, `${this.at}.${name}`, this.complain);
	}
	getStringValue() { return this.type("string"); }
	getBooleanValue() { return this.type("boolean"); }
	getNumberValue() { return this.type("number"); }
	getGuidValue() { return this.form("Edm.Guid"); }
	getDateValue() { return this.form("Edm.DateTimeOffset"); }
	getDateOnlyValue() { return this.form("Edm.Date"); }
	getTimeOnlyValue() { return this.form("Edm.TimeOfDay"); }
	getDurationValue() { return this.form("Edm.Duration"); }
	getByteArrayValue() { return this.form("Edm.Binary"); }
	getEnumValue(members) {
		if (this.value !== null &&
		    !Object.values(members).includes(this.value))
			this.refuse("one of " + Object.values(members));
		return this.value;
	}
	getCollectionOfPrimitiveValues() {
		return this.each((n) => {
			if (!/^(string|number|boolean)$/.test(typeof n.value))
				n.refuse("a primitive");
		});
	}
	getCollectionOfEnumValues(members) {
		return this.each((n) => n.getEnumValue(members));
	}
	getCollectionOfObjectValues(factory) {
		return this.each((n) => {
			if (n.value === null)
				n.refuse("an object");
			return n.getObjectValue(factory);
		});
	}
	getObjectValue(factory) {
		if (this.value === null)
			return undefined;
		if (typeof this.value !== "object" || Array.isArray(this.value)) {
			this.refuse("an object");
			return undefined;
		}
		const into = {}, known = factory(this)(into);
		for (const [name, v] of Object.entries(this.value)) {
			if (name.includes("@"))
				continue;
			if (known[name] === undefined)
				this.complain(`${this.at} has no "${name}"`);
			else
				known[name](new Reader(
				    v, `${this.at}.${name}`, this.complain));
		}
		return into;
	}
}

// What a factory's objects have; of a collection: what its rows have.
function properties(factory) {
	const blind = { getChildNode: () => undefined };
	const known = factory(blind)({});
	let row = null;
	if (known.value === undefined)
		return Object.keys(known);
	known.value(new Proxy({}, { get: (_, name) => (f) => {
		if (name === "getCollectionOfObjectValues")
			row = f;
	} }));
	return row ? Object.keys(row(blind)({})) : [];
}

// ---- one exchange ---------------------------------------------------------

function checkQuery(how, params, complain) {
	for (const name of params.keys())
		if (!how.names?.has(name) &&
		    !["$skiptoken", "$deltatoken"].includes(name))
			complain(`query ${name} is not known to ${how.where}`);
	if (typeof how.responseBodyFactory !== "function")
		return;
	const has = properties(how.responseBodyFactory);
	for (const name of ["$select", "$orderby", "$expand"]) {
		let text = params.get(name) ?? "", before;
		do {
			before = text;
			text = text.replace(/\([^()]*\)/g, "");
		} while (text !== before);
		for (const part of text.split(",").filter((p) => p.trim())) {
			const word = part.trim().split(/[ /]/)[0];
			if (!has.includes(word) && !/^microsoft\.graph\./.test(word))
				complain(`${name}: there is no ${word}`);
		}
	}
}

// Rules that no deserialiser knows.
function checkRows(answer, params, delta, base, complain) {
	const links = ["@odata.nextLink", "@odata.deltaLink"]
	    .filter((name) => answer[name] !== undefined);
	if (links.length > 1)
		complain("both a nextLink and a deltaLink");
	if (delta && links.length === 0)
		complain("neither nextLink nor deltaLink");
	for (const name of links)
		if (base && !String(answer[name]).startsWith(base + "/v1.0/"))
			complain(`${name} leads to another host: ${answer[name]}`);
	const rows = Array.isArray(answer.value) ? answer.value : [answer];
	const select = params.get("$select");
	const asked = select?.split(",").map((s) => s.trim().split("/").pop());
	for (const row of rows) {
		if (typeof row?.id !== "string" || row.id === "")
			complain("a row without an id");
		if (row["@removed"] && Object.keys(row).some(
		    (k) => !["id", "@removed", "@odata.type"].includes(k)))
			complain("a removed row says more than its id");
		if (row["@removed"] &&
		    !["deleted", "changed"].includes(row["@removed"].reason))
			complain("@removed has no reason");
		// a change of the read flag alone shows what it shows
		if (asked && !(delta && row["@odata.etag"] === undefined))
			for (const k of Object.keys(row))
				if (!k.includes("@") && k !== "id" &&
				    !asked.includes(k) &&
				    !params.get("$expand")?.includes(k))
					complain(`${k} was not selected`);
	}
}

function check(x, complain) {
	const url = new URL(x.url, "https://graph.microsoft.com");
	const raw = url.pathname.split("/").slice(1).filter((s) => s !== "");
	if (raw.shift() !== "v1.0")
		return complain("not v1.0");
	let segments;
	try {
		segments = raw.map(decodeURIComponent);
	} catch {
		return complain("the path is not percent-encoded UTF-8");
	}
	if (segments[0] === "me")
		segments.splice(0, 1, "users", "me");
	const node = resource(segments);
	if (!node)
		return complain("there is no such resource");
	const how = node.get(x.method);
	if (!how)
		return complain(`${x.method} is not for this resource`);
	checkQuery(how, url.searchParams, complain);
	if (x.body !== undefined && !how.requestBodySerializer)
		complain("it takes no body");
	if (x.answer === undefined)
		return undefined;
	const reader = new Reader(x.answer, "answer", complain);
	if (x.status >= 400) {
		reader.getObjectValue(how.errorMappings.XXX);
		for (const name of ["code", "message"])
			if (typeof x.answer?.error?.[name] !== "string")
				complain(`the error has no ${name}`);
		return undefined;
	}
	if (typeof how.responseBodyFactory !== "function")
		return complain("no JSON is answered here");
	reader.getObjectValue(how.responseBodyFactory);
	if (segments.length > 2 && x.answer !== null)
		checkRows(x.answer, url.searchParams,
		    /^delta(\(\))?$/.test(segments.at(-1)), x.base, complain);
	return undefined;
}

// ---- $batch ---------------------------------------------------------------

function checkBatch(x, complain, counts) {
	const requests = x.body?.requests, responses = x.answer?.responses;
	if (x.status >= 400)
		return typeof x.answer?.error?.code === "string"
		    ? undefined : complain("the error has no code");
	if (!Array.isArray(requests) || !Array.isArray(responses))
		return complain("no requests, or no responses");
	if (requests.length > 20)
		complain("more than 20 requests");
	const left = new Map(requests.map((r) => [r.id, r]));
	if (left.size !== requests.length)
		complain("an id is there twice");
	for (const r of responses) {
		const q = left.get(r.id);
		if (!q || !left.delete(r.id)) {
			complain(`an answer to nothing: ${r.id}`);
			continue;
		}
		const type = r.headers?.["Content-Type"] ?? "";
		const json = type.startsWith("application/json");
		const say = (text) => complain(`request ${r.id}, ${q.url}: ${text}`);
		counts.inner++;
		if (!Number.isInteger(r.status))
			say("no status");
		if (!json && r.body !== undefined &&
		    !FORM["Edm.Binary"].test(r.body))
			say("a body that is neither JSON nor base64");
		if (!/^https?:/.test(q.url))
			check({ method: q.method, status: r.status, base: x.base,
			    url: "/v1.0" + (q.url[0] === "/" ? "" : "/") + q.url,
			    body: q.body, answer: json ? r.body : undefined }, say);
		else
			say("url is not relative");
	}
	for (const id of left.keys())
		complain(`request ${id} was not answered`);
	return undefined;
}

// ---- the log ----------------------------------------------------------------

const counts = { checked: 0, inner: 0, answers: 0, spoilt: 0 };
const complaints = [];
let number = 0;

for await (const line of readline.createInterface({ input: process.stdin })) {
	number++;
	const x = line.trim() ? JSON.parse(line) : {};
	if (!x.graph || x.batch) // what is in a batch is judged with it
		continue;
	const complain = (text) => complaints.push([number, x.url, text]);
	const parsed = (text) => {
		try {
			return text === undefined ? undefined : JSON.parse(text);
		} catch {
			complain("no JSON");
			return undefined;
		}
	};
	const body = parsed(x.body);
	const answer = x.spoilt ? undefined : parsed(x.answer);
	const exchange = { method: x.method, url: x.url, status: x.status, body,
		answer, base: x.base };
	counts.checked++;
	counts.answers += answer !== undefined;
	counts.spoilt += Boolean(x.spoilt);
	if (!/\/\$batch$/.test(x.url))
		check(exchange, complain);
	else if (!x.spoilt)
		checkBatch(exchange, complain, counts);
}
console.log(JSON.stringify({ ...counts, complaints }));
process.exitCode = complaints.length > 0 ? 1 : 0;
